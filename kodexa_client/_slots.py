"""A queue in front of the connections: first come, first served.

httpcore's own looks at every waiting request whenever one ends: with 1,600 waiting, that
took 56 seconds of CPU.
"""

from __future__ import annotations

import threading
from collections import deque

import anyio

__all__ = ["AsyncSlots", "Slots"]


class AsyncSlots:
    """A number of slots for the tasks of one event loop.

    ``anyio.Semaphore`` would be tried, and fail, twice more before it waits.
    """

    def __init__(self, number: int) -> None:
        """Start with all of them free."""
        self._free = number
        self._waiting: deque[anyio.Event] = deque()

    def acquire_nowait(self) -> bool:
        """Take a slot if one is free, which none is while somebody waits; tell whether it was."""
        if not self._free:
            return False
        self._free -= 1
        return True

    async def acquire(self, seconds: float | None) -> bool:
        """Wait for a slot.

        Args:
            seconds: How long, or None for no limit.

        Returns:
            Whether there is one.
        """
        if self.acquire_nowait():
            return True
        turn = anyio.Event()
        self._waiting.append(turn)
        try:
            with anyio.move_on_after(seconds):
                await turn.wait()
        except BaseException:
            if turn.is_set():
                self.release()
            else:
                self._waiting.remove(turn)
            raise
        # The turn may have come in the same moment as the end of the wait.
        if not turn.is_set():
            self._waiting.remove(turn)
        return turn.is_set()

    def release(self) -> None:
        """Hand the slot to whoever has waited longest."""
        if self._waiting:
            self._waiting.popleft().set()
        else:
            self._free += 1


class Slots:
    """A number of slots for threads. ``threading.Semaphore`` lets newcomers pass."""

    def __init__(self, number: int) -> None:
        """Start with all of them free."""
        self._free = number
        self._waiting: deque[threading.Event] = deque()
        self._lock = threading.Lock()

    def acquire_nowait(self) -> bool:
        """Take a slot if one is free, as ``AsyncSlots`` does."""
        with self._lock:
            if not self._free:
                return False
            self._free -= 1
            return True

    def acquire(self, seconds: float | None) -> bool:
        """Wait for a slot, as ``AsyncSlots`` does."""
        with self._lock:
            if self._free:
                self._free -= 1
                return True
            turn = threading.Event()
            self._waiting.append(turn)
        try:
            if turn.wait(seconds):
                return True
        except BaseException:
            # KeyboardInterrupt, for example.
            if not self._give_up(turn):
                self.release()
            raise
        return not self._give_up(turn)

    def _give_up(self, turn: threading.Event) -> bool:
        """Leave the queue; return False if the turn came in the same moment."""
        with self._lock:
            if turn.is_set():
                return False
            self._waiting.remove(turn)
            return True

    def release(self) -> None:
        """Hand the slot to whoever has waited longest."""
        with self._lock:
            if self._waiting:
                self._waiting.popleft().set()
            else:
                self._free += 1
