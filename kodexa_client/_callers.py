"""Finds the line of the user's that called into this package, for what is told about it."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import FrameType

__all__ = ["level_of_caller", "place_of_caller"]


def level_of_caller() -> int:
    """Return how far that line is from who calls this: a ``stacklevel`` of warnings."""
    return _outward()[0]


def place_of_caller() -> str:
    """Return the line's file and number."""
    _, frame = _outward()
    return "an unknown place" if frame is None else f"{frame.f_code.co_filename}:{frame.f_lineno}"


def _outward() -> tuple[int, FrameType | None]:
    package = __name__.partition(".")[0]
    # This function and the one that calls it are not counted.
    level, frame = -1, inspect.currentframe()
    while frame and frame.f_globals.get("__name__", "").partition(".")[0] == package:
        level, frame = level + 1, frame.f_back
    return level, frame
