"""Serves Rasa without TensorFlow: its modules are replaced by ones good only for being imported.

Rasa imports TensorFlow wherever it defines a component, and spaCy through thinc. Nothing of ours
runs it, but it costs half a gigabyte and eight seconds a process. Install the stand-in before the
first import of Rasa or spaCy; anything that would really compute with it raises.
"""
from __future__ import annotations

import importlib
import importlib.abc
import importlib.machinery
import sys
import types
from typing import Any, Optional, Sequence

_ROOTS = ("tensorflow", "tensorflow_text", "tensorflow_addons", "tensorflow_hub", "keras")
_VERSION = "2.12.0"  # Rasa and thinc compare it


class _StandInMeta(type):
    """Attributes of a stand-in class are stand-ins; `A | B` in annotations works."""

    def __getattr__(cls, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return _stand_in(name)

    def __or__(cls, other: Any) -> Any:
        return cls


def _stand_in(name: str) -> Any:
    def refuse(self: Any, *_: Any, **__: Any) -> None:
        raise RuntimeError(f"TensorFlow ({name}) is not loaded in serving")

    def accept_subclass(cls: Any, /, **_: Any) -> None:
        """Rasa passes class keywords (run_eagerly, ...) that only Keras understands."""

    return _StandInMeta(
        name,
        (),
        {
            "__init__": refuse,
            "__init_subclass__": classmethod(accept_subclass),
            "__class_getitem__": classmethod(lambda cls, _: cls),
        },
    )


class _Module(types.ModuleType):
    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        full = f"{self.__name__}.{name}"
        if full in sys.modules:
            return sys.modules[full]
        if name == "function":  # the decorator tf.function, with and without arguments
            return lambda *given, **_: given[0] if given and callable(given[0]) else lambda wrapped: wrapped
        made = importlib.import_module(full) if name[:1].islower() else _stand_in(name)
        setattr(self, name, made)
        return made


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def find_spec(
        self, fullname: str, path: Optional[Sequence[str]], target: Optional[types.ModuleType] = None
    ) -> Optional[importlib.machinery.ModuleSpec]:
        if fullname.startswith("tensorflow.experimental"):
            raise ModuleNotFoundError(fullname, name=fullname)  # thinc asks, and does without
        if fullname.split(".")[0] in _ROOTS:
            return importlib.machinery.ModuleSpec(fullname, self, is_package=True)
        return None

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> types.ModuleType:
        module = _Module(spec.name)
        module.__dict__["__version__"] = _VERSION
        return module

    def exec_module(self, module: types.ModuleType) -> None:
        """Nothing to run."""


def install() -> None:
    """Puts the stand-in in place; harmless when TensorFlow is loaded already or when repeated."""
    if "tensorflow" not in sys.modules and not any(isinstance(finder, _Finder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Finder())
