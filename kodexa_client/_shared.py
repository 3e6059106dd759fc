"""The connections that a client and its copies share."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Shared", "Transport"]


class _Transport(Protocol):
    @property
    def is_closed(self) -> bool: ...


Transport = TypeVar("Transport", bound=_Transport)


class Shared(Generic[Transport]):
    """The connections that a client and its copies share, made when the first is needed.

    What makes them is loaded then: a program may have a client and not call. A process that
    was forked has its own; it keeps its parent's, and never touches them: to close one there
    could end it here.

    Attributes:
        were_closed: Whether the client was closed, which may be before they were made.
    """

    def __init__(self, make: Callable[[], Transport]) -> None:
        """Make nothing yet."""
        self.were_closed = False
        self._make = make
        self._made: dict[int, Transport] = {}

    @property
    def are_made(self) -> bool:
        """Whether they have been needed in this process."""
        return os.getpid() in self._made

    @property
    def made(self) -> Transport:
        """The connections of this process."""
        process = os.getpid()
        # Two threads may make them at once: both get those that are kept.
        return self._made.get(process) or self._made.setdefault(process, self._make())
