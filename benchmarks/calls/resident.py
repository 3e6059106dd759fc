"""What a process holds: its memory, and its open files."""

from __future__ import annotations

import importlib

__all__ = ["open_files", "resident_bytes"]

_PROCESS = importlib.import_module("psutil").Process()


def resident_bytes() -> int:
    """Return the resident memory of this process."""
    held: int = _PROCESS.memory_info().rss
    return held


def open_files() -> int | None:
    """Return how many files and sockets this process has open, where the system tells."""
    count = getattr(_PROCESS, "num_fds", None)
    return None if count is None else count()
