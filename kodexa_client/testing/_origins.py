"""Where the values of the fake platform's own come from: the time, ids and numbers."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING
from uuid import NAMESPACE_OID, UUID, uuid5

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from ._json import JsonValue


class Origins:
    """Gives values that no two resources share, and the time, in each shape that is common."""

    def __init__(self, *, clock: Callable[[], datetime], ids: Callable[[], str]) -> None:
        """Take the clock and the source of ids of the platform."""
        self._clock = clock
        self._ids = ids
        # One step of the interpreter, so that threads may share it.
        self._numbers = itertools.count(1)

    def timestamp(self) -> str:
        """Return the time, as RFC 3339 has it."""
        return self._clock().isoformat().replace("+00:00", "Z")

    def date(self) -> str:
        """Return the date."""
        return self._clock().date().isoformat()

    def time(self) -> str:
        """Return the time of the day."""
        return self.timestamp().partition("T")[2]

    def uuid(self) -> str:
        """Return a UUID: a new id, or what is made of one that is none."""
        text = self._ids()
        try:
            return str(UUID(text))
        except ValueError:
            return str(uuid5(NAMESPACE_OID, text))

    def instants(self) -> list[JsonValue]:
        """Return the time in each shape, the likeliest first."""
        milliseconds = int(self._clock().timestamp() * 1000)
        return [self.timestamp(), self.date(), milliseconds]

    def identities(self) -> list[JsonValue]:
        """Return a new identity in each shape, the likeliest first."""
        text = self._ids()
        number = next(self._numbers)
        return [text, str(uuid5(NAMESPACE_OID, text)), number, str(number)]
