"""The connections that wait for a request, each to its place."""

from __future__ import annotations

from collections import deque
from typing import Generic

from ._connecting import Connection, Place
from ._hidden import Hidden

__all__ = ["Idle"]


class Idle(Generic[Connection]):
    """Idle connections, in the order in which they were used."""

    def __init__(self) -> None:
        """Start with none."""
        # One to a proxy holds what opens it.
        self._all: Hidden[deque[tuple[Place, Connection]]] = Hidden(deque())

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._all.reveal())

    def add(self, place: Place, connection: Connection) -> None:
        """Add the connection that was used last."""
        self._all.reveal().append((place, connection))

    def take(self, place: Place) -> Connection | None:
        """Take the one to a place that was used last, so that the others can expire."""
        found = self._all.reveal()
        # Mostly there is but one place, and it is the last one.
        for index in range(len(found) - 1, -1, -1):
            if found[index][0] == place:
                connection = found[index][1]
                del found[index]
                return connection
        return None

    @property
    def oldest(self) -> Connection:
        """The one that was used longest ago."""
        return self._all.reveal()[0][1]

    def take_oldest(self) -> Connection:
        """Take the one that was used longest ago."""
        return self._all.reveal().popleft()[1]

    def take_all(self) -> list[Connection]:
        """Take all of them."""
        found = self._all.reveal()
        taken = [connection for _, connection in found]
        found.clear()
        return taken
