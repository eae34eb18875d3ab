"""A clock that tests move under running processes: what they read jumps, what they wait for does not."""
from __future__ import annotations

import os
from importlib.util import find_spec
from pathlib import Path

HOUR = 3600


class Clock:
    """The wall clock of processes started with `environment`, so many seconds away from the real one."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "clock"
        self.set(0)

    @property
    def environment(self) -> dict[str, str]:
        """Has the C library ask libfaketime; monotonic clocks and times of files stay real."""
        found = find_spec("libfaketime")
        assert found and found.origin
        library = Path(found.origin).parent / "vendor" / "libfaketime" / "src" / "libfaketime.so.1"
        return {
            "LD_PRELOAD": str(library),
            "FAKETIME_TIMESTAMP_FILE": str(self._file),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_FORCE_MONOTONIC_FIX": "0",
            "DONT_FAKE_MONOTONIC": "1",
            "NO_FAKE_STAT": "1",
        }

    def set(self, seconds: int) -> None:
        """Lets the clock jump to so many seconds before (-) or after the real time."""
        self.offset = seconds
        written = self._file.with_suffix(".new")
        written.write_text(f"{seconds:+d}")
        os.replace(written, self._file)  # never read half-written
