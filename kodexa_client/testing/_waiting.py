"""Time in tests: what the SDK would sleep passes at once, and is told."""

from __future__ import annotations

import datetime
from contextlib import contextmanager
from typing import TYPE_CHECKING
from unittest.mock import patch

from kodexa_client._clock import Clock

if TYPE_CHECKING:
    from collections.abc import Generator


class _Passed:
    """The seconds that have passed in no time."""

    def __init__(self) -> None:
        self.seconds = 0.0


_in_force: list[_Passed] = []


def pass_time(seconds: float) -> None:
    """Let time pass for the SDK, if ``no_sleep`` is in force: otherwise the clock goes on alone."""
    if _in_force:
        _in_force[-1].seconds += seconds


@contextmanager
def no_sleep() -> Generator[list[float]]:
    """Have every client of the SDK wait for nothing while the context lasts.

    Its clocks move on by what it would have slept, so that deadlines and dates are what they
    would have been. Nothing but the SDK is changed; contexts end in the opposite order of their
    beginnings.

    Yields:
        The seconds of each wait, in order: those between the attempts of calls.

    Example:
        ::

            with no_sleep() as delays:
                client.access_tokens.create(name="ci")
            assert delays == [2.0]
    """
    delays: list[float] = []
    passed = _Passed()
    monotonic, now = Clock.monotonic, Clock.now

    def sleep(_clock: Clock, seconds: float) -> None:
        delays.append(seconds)
        passed.seconds += seconds

    async def asleep(clock: Clock, seconds: float) -> None:
        import anyio.lowlevel  # noqa: PLC0415 - a program without an event loop does without it

        sleep(clock, seconds)
        # A wait is where a task can be cancelled.
        await anyio.lowlevel.checkpoint()

    _in_force.append(passed)
    try:
        with (
            patch.object(Clock, "sleep", sleep),
            patch.object(Clock, "asleep", asleep),
            patch.object(Clock, "monotonic", lambda clock: monotonic(clock) + passed.seconds),
            patch.object(
                Clock,
                "now",
                lambda clock: now(clock) + datetime.timedelta(seconds=passed.seconds),
            ),
        ):
            yield delays
    finally:
        _in_force.remove(passed)
