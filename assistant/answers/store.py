"""Reads knowledge/*.yml and data/responses/*.yml into records.

A mistake in a file never raises: the entry is left out and a `Finding` names its line.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Optional

from assistant.answers.records import (
    Button,
    Claim,
    Content,
    Evidence,
    Fact,
    Figure,
    Finding,
    Source,
    Variant,
    seen_sources,
)
from assistant.answers.yaml_lines import Key, UnreadableYaml, YamlFile, read_yaml

_SOURCE_KEYS = {"kind", "tier", "label", "title", "read"}
_SOURCE_MAY = {"authors", "publisher", "date", "url", "link", "sha256"}
_FACT_KEYS = {"treatment", "statement", "agreement", "evidence"}
_VARIANT_MAY = {"condition", "buttons", "metadata", "id"}


class Reader:
    """Opens the files of one project and keeps what is wrong with them."""

    def __init__(self, root: Path) -> None:
        """Takes the project's folder."""
        self.root = root
        self.problems: list[Finding] = []

    def open(self, name: str) -> Optional[YamlFile]:
        """One file by its path in the project; None, and a problem, when it cannot be read."""
        try:
            return read_yaml(self.root / name)
        except FileNotFoundError:
            self.tell(name, 1, "this file is missing", "add it or restore it from git")
        except UnreadableYaml as broken:
            mend = "check quotes, colons and the spaces in front of this line"
            problem = f"the file cannot be read from this line on ({broken.why})"
            self.tell(name, broken.line, problem, mend)
        return None

    def folder(self, name: str) -> Iterator[YamlFile]:
        """Every YAML file below a folder, in the order of their names."""
        files = sorted((self.root / name).rglob("*.yml"))
        if not files:
            self.tell(name, 1, "this folder holds no .yml file", "add the files it is for")
        for path in files:
            opened = self.open(path.relative_to(self.root).as_posix())
            if opened is not None:
                yield opened

    def name(self, file: YamlFile) -> str:
        """A file's path in the project, with slashes."""
        return file.path.relative_to(self.root).as_posix()

    def tell(self, file: str, line: int, problem: str, mend: str) -> None:
        """Keeps a problem."""
        self.problems.append(Finding(file, line, problem, mend))

    def entry(
        self, file: YamlFile, way: tuple[Key, ...], value: Any, must: set[str], may: set[str]
    ) -> bool:
        """Whether an entry is a mapping with the keys it must have; tells what is wrong."""
        line, what = file.line(*way), f'"{way[-1]}"'
        if not isinstance(value, Mapping):
            self.tell(self.name(file), line, f"{what} is not a list of keys", "indent its keys")
            return False
        for key in set(value) - must - may:
            mend = f"it may have: {', '.join(sorted(must | may))}"
            where = file.line(*way, key)
            self.tell(self.name(file), where, f'{what} has an unknown key "{key}"', mend)
        missing = sorted(key for key in must if value.get(key) in (None, "", [], {}))
        if missing:
            problem = f"{what} has no {' and no '.join(missing)}"
            self.tell(self.name(file), line, problem, "add what is missing")
        return not missing


class SourceLabels:
    """The sources that visitors see under an answer, re-read when the files change."""

    def __init__(self, folder: Path) -> None:
        """Takes the folder `knowledge`; nothing is read before the first question."""
        self._folder = folder
        self._stamp: tuple[int, ...] = ()
        self._facts: Mapping[str, Fact] = {}
        self._sources: Mapping[str, Source] = {}

    def of(self, facts: Iterable[str], *, most: int) -> list[dict[str, str]]:
        """The sources behind some facts.

        Args:
            facts: ids of facts; unknown ones are passed over.
            most: how many are enough. One of each kind comes before a second of any, so that
                the weak sources of a disagreement are seen beside the strong ones.

        Returns:
            `{"label", "kind", "url"?}` each once, best evidence first; `url` only where the
            address is the publisher's own.
        """
        self._refresh()
        found = seen_sources(facts, self._facts, self._sources)
        kinds: Counter[str] = Counter()
        rank = []
        for place, source in enumerate(found):
            rank.append((kinds[source["kind"]], place))
            kinds[source["kind"]] += 1
        kept = {place for _, place in sorted(rank)[:most]}
        return [source for place, source in enumerate(found) if place in kept]

    def _refresh(self) -> None:
        files = [self._folder / name for name in ("facts.yml", "sources.yml")]
        stamp = tuple(file.stat().st_mtime_ns for file in files if file.exists())
        if stamp == self._stamp:
            return
        self._stamp = stamp
        facts, _, sources = _knowledge(Reader(self._folder.parent))
        if facts and sources:  # half-saved or broken: what was read before stays in force
            self._facts, self._sources = facts, sources


def load_content(root: Path) -> Content:
    """Reads all sources, facts, claims and answers of a project.

    Args:
        root: the project's folder (the one with `knowledge/` and `data/`).

    Returns:
        What could be read; `problems` says what could not.
    """
    reader = Reader(root)
    facts, claims, sources = _knowledge(reader)
    variants = tuple(_variants(reader))
    return Content(
        root,
        MappingProxyType(sources),
        MappingProxyType(facts),
        claims,
        variants,
        tuple(reader.problems),
    )


def load_wordings(root: Path) -> tuple[Variant, ...]:
    """Reads the answers of a project without the facts behind them; a broken entry is left out."""
    return tuple(_variants(Reader(root)))


def _knowledge(
    reader: Reader,
) -> tuple[dict[str, Fact], tuple[Claim, ...], dict[str, Source]]:
    sources = {source.id: source for source in _sources(reader)}
    file = reader.open("knowledge/facts.yml")
    if file is None:
        return {}, (), sources
    facts = {fact.id: fact for fact in _facts(reader, file)}
    return facts, tuple(_claims(reader, file)), sources


def _text(value: Any) -> str:
    return "" if value is None else " ".join(str(value).split())


def _names(value: Any) -> tuple[str, ...]:
    if value is None:
        return ()
    return tuple(str(item) for item in value) if isinstance(value, list) else (str(value),)


def _items(value: Any, *names: str) -> Iterator[tuple[Key, Any]]:
    """The entries of a mapping or list that lies under some keys, nothing when it is absent."""
    for name in names:
        value = value.get(name) if isinstance(value, Mapping) else None
    if isinstance(value, Mapping):
        yield from value.items()
    elif isinstance(value, list):
        yield from enumerate(value)


def _sources(reader: Reader) -> Iterator[Source]:
    file = reader.open("knowledge/sources.yml")
    if file is None:
        return
    under = ("sources",) if isinstance(file.data, Mapping) and "sources" in file.data else ()
    for key, value in _items(file.data, *under):
        if not reader.entry(file, (*under, key), value, _SOURCE_KEYS, _SOURCE_MAY):
            continue
        authors = value.get("authors")
        yield Source(
            id=str(key),
            kind=_text(value["kind"]),
            tier=_text(value["tier"]),
            label=_text(value["label"]),
            title=_text(value["title"]),
            read=_text(value["read"]),
            authors=", ".join(_names(authors)),
            publisher=_text(value.get("publisher")),
            date=_text(value.get("date")),
            url=_text(value.get("url")),
            link=value.get("link") is True,
            sha256=_text(value.get("sha256")),
            file=reader.name(file),
            line=file.line(*under, key),
        )


def _facts(reader: Reader, file: YamlFile) -> Iterator[Fact]:
    for key, value in _items(file.data, "facts"):
        way = ("facts", key)
        if not reader.entry(file, way, value, _FACT_KEYS, {"figures", "note"}):
            continue
        evidence = []
        for place, item in _items(value, "evidence"):
            at = (*way, "evidence", place)
            if reader.entry(file, at, item, {"source"}, {"quote", "locator"}):
                quote, locator = _text(item.get("quote")), _text(item.get("locator"))
                evidence.append(Evidence(str(item["source"]), quote, locator, file.line(*at)))
        figures = [
            Figure(_text(item["value"]), _text(item.get("unit")))
            for place, item in _items(value, "figures")
            if reader.entry(file, (*way, "figures", place), item, {"value"}, {"unit"})
        ]
        yield Fact(
            id=str(key),
            treatment=_text(value["treatment"]),
            statement=_text(value["statement"]),
            figures=tuple(figures),
            agreement=_text(value["agreement"]),
            evidence=tuple(evidence),
            file=reader.name(file),
            line=file.line(*way),
        )


def _claims(reader: Reader, file: YamlFile) -> Iterator[Claim]:
    may = {"used", "corrected_by", "not_used"}
    for place, value in _items(file.data, "claims"):
        way = ("claims", place)
        if reader.entry(file, way, value, {"id", "article", "line"}, may):
            yield Claim(
                id=str(value["id"]),
                article=str(value["article"]),
                used=_names(value.get("used")),
                corrected_by=_names(value.get("corrected_by")),
                not_used=_text(value.get("not_used")),
                file=reader.name(file),
                line=file.line(*way),
            )


def _variants(reader: Reader) -> Iterator[Variant]:
    first_seen: dict[str, str] = {}
    for file in reader.folder("data/responses"):
        for name, value in _items(file.data, "responses"):
            way: tuple[Key, ...] = ("responses", name)
            here = f"{reader.name(file)}:{file.line(*way)}"
            if name in first_seen:
                problem = f'"{name}" was written before, in {first_seen[str(name)]}'
                mend = "keep one of the two, the later one hides the earlier one"
                reader.tell(reader.name(file), file.line(*way), problem, mend)
            first_seen[str(name)] = here
            if not isinstance(value, list):
                mend = 'start each wording with "- text:"'
                reader.tell(reader.name(file), file.line(*way), f'"{name}" is no list', mend)
                continue
            for place, item in enumerate(value):
                at = (*way, place)
                if reader.entry(file, at, item, {"text"}, _VARIANT_MAY):
                    yield _variant(str(name), item, reader.name(file), file.line(*at))


def _variant(name: str, item: Mapping[str, Any], file: str, line: int) -> Variant:
    condition = tuple(
        (str(asked.get("name")), asked.get("value"))
        for _, asked in _items(item, "condition")
        if isinstance(asked, Mapping)
    )
    buttons = tuple(
        Button(_text(button.get("title")), _text(button.get("payload")))
        for _, button in _items(item, "buttons")
        if isinstance(button, Mapping)
    )
    metadata = item.get("metadata")
    known = dict(metadata) if isinstance(metadata, Mapping) else {}
    # line breaks matter in an answer's Markdown, so its text is kept as it is
    return Variant(name, condition, str(item["text"]), buttons, MappingProxyType(known), file, line)
