"""Reads YAML together with the line each entry stands on."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Optional, Union

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, SequenceNode

Key = Union[str, int]
_TWICE = re.compile(r'found duplicate key "([^"]+)"')


class UnreadableYaml(ValueError):
    """A file that is not valid YAML.

    Attributes:
        line: the line, counted from 1, where reading stopped.
        why: the parser's own words, one line.
    """

    def __init__(self, *, line: int, why: str) -> None:
        """Keeps where and why."""
        super().__init__(why)
        self.line = line
        self.why = why


@dataclass(frozen=True)
class YamlFile:
    """One file: plain Python data, and the line of each entry."""

    path: Path
    data: Any
    _root: Optional[Node] = field(repr=False)

    def line(self, *keys: Key) -> int:
        """Where an entry stands.

        Args:
            keys: the way to the entry, e.g. `"responses", "utter_faq_pain", 0`.

        Returns:
            The line, counted from 1; that of the nearest entry above it when it is missing.
        """
        node, line = self._root, 1
        for key in keys:
            step = _step(node, key)
            if step is None:
                break
            line, node = step
        return line


def _step(node: Optional[Node], key: Key) -> Optional[tuple[int, Node]]:
    """One step down: the line of the entry and the node that holds its value."""
    if isinstance(node, MappingNode):
        for name, value in node.value:
            if name.value == str(key):
                return name.start_mark.line + 1, value
    if isinstance(node, SequenceNode) and isinstance(key, int) and key < len(node.value):
        item = node.value[key]
        return item.start_mark.line + 1, item
    return None


def read_yaml(path: Path) -> YamlFile:
    """Reads one YAML file.

    Args:
        path: the file, UTF-8.

    Returns:
        Its data and lines; an empty file has the data None.

    Raises:
        UnreadableYaml: the file is not valid YAML.
        OSError: the file cannot be read.
    """
    try:
        text = path.read_text(encoding="utf-8")
        # Read twice on purpose: libyaml does both in a tenth of the time that ruamel's
        # line-keeping round trip needs for one.
        return YamlFile(path, YAML(typ="safe").load(text), YAML(typ="safe").compose(text))
    except MarkedYAMLError as broken:
        # an open quotation mark is noticed at the end of the file: say where it was opened
        opened = "quoted" in str(broken.context)
        mark = (broken.context_mark if opened else broken.problem_mark) or broken.context_mark
        why = " ".join(str(broken.problem or broken.context or "unreadable").split())
        twice = _TWICE.match(why)
        why = f'"{twice[1]}" is written twice' if twice else why
        raise UnreadableYaml(line=mark.line + 1 if mark else 1, why=why) from broken
    except (YAMLError, UnicodeDecodeError, ValueError) as broken:
        raise UnreadableYaml(line=1, why=str(broken).splitlines()[0]) from broken
