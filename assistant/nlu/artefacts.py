"""Folders of built files (encoder, spaCy pipeline) with a manifest that says what belongs in them.

A folder appears whole or not at all: it is built beside its place and then renamed.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

MANIFEST = "manifest.json"


def file_sha256(path: Path) -> str:
    """Return the SHA-256 of a file as 64 hex digits."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        for block in iter(lambda: file.read(1 << 20), b""):
            digest.update(block)
    return digest.hexdigest()


def text_sha256(text: str) -> str:
    """Return the SHA-256 of a text (UTF-8) as 64 hex digits."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def write_manifest(directory: Path, **about: Any) -> None:
    """Write the manifest: the hash of each file in `directory`, and what was built from what."""
    files = {
        path.relative_to(directory).as_posix(): file_sha256(path)
        for path in sorted(directory.rglob("*"))
        if path.is_file()
    }
    manifest = {**about, "files": files}
    (directory / MANIFEST).write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")


def read_manifest(directory: Path) -> dict[str, Any]:
    """Return the manifest of `directory`, or {} when there is none that can be read."""
    try:
        manifest = json.loads((directory / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return manifest if isinstance(manifest, dict) else {}


def damage(directory: Path) -> str | None:
    """Say in a few words what is wrong with the files in `directory`; None when they are whole."""
    files = read_manifest(directory).get("files")
    if not isinstance(files, dict) or not files:
        return f"{directory / MANIFEST} is missing or unreadable"
    for name, sha256 in files.items():
        path = directory / name
        if not path.is_file():
            return f"{path} is missing"
        if file_sha256(path) != sha256:
            return f"{path} is damaged"
    return None


def fingerprint(directory: Path) -> str:
    """Return one hash for all files the manifest of `directory` lists."""
    return text_sha256(json.dumps(read_manifest(directory).get("files", {}), sort_keys=True))


@contextlib.contextmanager
def replacing(directory: Path) -> Iterator[Path]:
    """Give an empty folder to build in; put it in place of `directory` when the block succeeds.

    One process builds at a time; a block that raises leaves the old folder as it was.
    """
    parent = directory.parent
    parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=f".{directory.name}-", dir=parent))
    fresh.chmod(0o755)
    try:
        yield fresh
        old = fresh.with_name(fresh.name + "-old")
        if directory.exists():
            directory.rename(old)
        fresh.rename(directory)
        shutil.rmtree(old, ignore_errors=True)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


@contextlib.contextmanager
def locked(directory: Path) -> Iterator[None]:
    """Hold the lock of `directory` so that two processes do not build it at once."""
    directory.parent.mkdir(parents=True, exist_ok=True)
    with (directory.parent / f".{directory.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
