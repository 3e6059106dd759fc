"""Time and chance, as a call sees them: tests put their own in their place."""

from __future__ import annotations

import random
import time
from datetime import UTC, datetime

__all__ = ["Clock"]


class Clock:
    """The machine's clocks, its sleep, and its dice."""

    def monotonic(self) -> float:
        """Return seconds on a clock that never goes back."""
        return time.monotonic()

    def now(self) -> datetime:
        """Return the time of day, in UTC."""
        return datetime.now(UTC)

    def sleep(self, seconds: float) -> None:
        """Wait, and block the thread."""
        time.sleep(seconds)

    async def asleep(self, seconds: float) -> None:
        """Wait, and let the event loop go on."""
        # With the first wait: a program without an event loop does without it.
        import anyio  # noqa: PLC0415

        await anyio.sleep(seconds)

    def random(self) -> float:
        """Return a number from 0 to 1, without 1."""
        # Spreads clients in time; nobody gains by guessing it.
        return random.random()  # noqa: S311
