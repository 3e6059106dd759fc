"""What users give to be called: whether that has to be awaited."""

from __future__ import annotations

import inspect

__all__ = ["is_async"]


def is_async(function: object) -> bool:
    """Tell whether it is a coroutine function, or an object with a coroutine to call."""
    return inspect.iscoroutinefunction(function) or inspect.iscoroutinefunction(
        type(function).__call__
    )
