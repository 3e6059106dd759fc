"""Warnings of deprecated operations, which point at the line that calls one."""

from __future__ import annotations

import inspect
import warnings
from pathlib import Path

__all__ = ["warn_deprecated"]

# With the separator, so that a folder beside it with a longer name is not taken for it.
_PACKAGE = str(Path(__file__).parent / "_")[:-1]


def warn_deprecated(operation: str) -> None:
    """Warn that the API's document deprecates an operation.

    Args:
        operation: The operation's name.
    """
    level = 0
    frame = inspect.currentframe()
    while frame is not None and frame.f_code.co_filename.startswith(_PACKAGE):
        frame = frame.f_back
        level += 1
    warnings.warn(
        f"The API's document deprecates {operation}.", DeprecationWarning, stacklevel=level + 1
    )
