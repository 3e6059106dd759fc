"""Which core a process runs on, where the system lets it choose; and how many files it may open."""

from __future__ import annotations

import importlib
import os
import sys

__all__ = ["first_and_last", "open_many_files", "pin"]

ANY_CORE = -1


def first_and_last() -> tuple[int, int]:
    """Return the core for the clients and the one for the server."""
    if sys.platform == "linux":
        cores = sorted(os.sched_getaffinity(0))
        return cores[0], cores[-1]
    return ANY_CORE, ANY_CORE


def pin(core: int) -> None:
    """Run on one core from now on, as does all that this process starts."""
    if sys.platform == "linux" and core != ANY_CORE:
        os.sched_setaffinity(0, {core})


def open_many_files() -> None:
    """Allow as many open files as may be allowed: 2,000 calls may want as many sockets."""
    if sys.platform != "win32":
        resource = importlib.import_module("resource")
        _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
