"""What a process holds, where the system tells: its memory, and its open files."""

from __future__ import annotations

import os
from pathlib import Path

__all__ = ["open_files", "resident_bytes"]

_STATM = Path("/proc/self/statm")
_FILES = Path("/proc/self/fd")


def resident_bytes() -> int | None:
    """Return the resident memory of this process."""
    if not _STATM.exists():
        return None
    return int(_STATM.read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")


def open_files() -> int | None:
    """Return how many files and sockets this process has open."""
    return len([*_FILES.iterdir()]) if _FILES.exists() else None
