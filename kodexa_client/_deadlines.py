"""The total deadline of a call, and the limits that it sets to each phase."""

from __future__ import annotations

from contextvars import ContextVar
from typing import TYPE_CHECKING

import httpx

if TYPE_CHECKING:
    from ._clock import Clock

__all__ = ["Deadline", "seconds_left"]


class Deadline:
    """When a call has to end. It starts with the call's first connection."""

    def __init__(self, seconds: float | None, clock: Clock) -> None:
        """Wait for the start.

        Args:
            seconds: How long the call may take, or None for no limit.
            clock: Tells the time.
        """
        self.seconds = seconds
        self._clock = clock
        self._end: float | None = None

    def start(self) -> None:
        """Start, unless it has been started."""
        if self._end is None and self.seconds is not None:
            self._end = self._clock.monotonic() + self.seconds

    @property
    def has_started(self) -> bool:
        """Whether the call has a limit, and got its first connection."""
        return self._end is not None

    @property
    def remaining(self) -> float | None:
        """Seconds that are left, never below 0; None for no limit."""
        if self._end is None:
            return self.seconds
        return max(0.0, self._end - self._clock.monotonic())

    def check(self) -> None:
        """Raise an exception if nothing is left.

        Raises:
            httpx.ReadTimeout: Nothing is left.
        """
        if self.has_passed:
            raise httpx.ReadTimeout("the deadline has passed")

    @property
    def has_passed(self) -> bool:
        """Whether nothing is left."""
        return self.remaining == 0.0

    def within(self, timeout: httpx.Timeout) -> dict[str, float | None]:
        """Return the timeout of each phase, none longer than what is left.

        This is the value of httpx's request extension ``timeout``.
        """
        remaining = self.remaining
        return {phase: _least(one, remaining) for phase, one in timeout.as_dict().items()}

    def in_force(self) -> _InForce:
        """Have ``seconds_left`` tell of this deadline, in this thread or task."""
        return _InForce(self)


class _InForce:
    def __init__(self, deadline: Deadline) -> None:
        self._deadline = deadline

    def __enter__(self) -> None:
        self._token = _current.set(self._deadline)

    def __exit__(self, *_: object) -> None:
        _current.reset(self._token)


# A connection serves many calls; what its stream reads is read for the one of its thread.
_current: ContextVar[Deadline | None] = ContextVar("kodexa_client_deadline", default=None)


def seconds_left(timeout: float | None) -> float | None:
    """Return a timeout, or what is left of the deadline in force if that is less."""
    deadline = _current.get()
    return timeout if deadline is None else _least(timeout, deadline.remaining)


def _least(timeout: float | None, remaining: float | None) -> float | None:
    if timeout is None or remaining is None:
        return remaining if timeout is None else timeout
    return min(timeout, remaining)
