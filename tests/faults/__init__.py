"""What the tests of faults share: a clock that does not wait, a client, and the canaries."""

from __future__ import annotations

import contextlib
import datetime
import pickle
import threading
import time
import traceback
from typing import TYPE_CHECKING, Any

import anyio

from kodexa_client._clock import Clock
from tests.conftest import EitherClient, close
from tests.faults.server import SECRET

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

__all__ = [
    "API_KEY",
    "START",
    "FakeClock",
    "connected",
    "running_tasks",
    "running_threads",
    "secrets_in",
]

API_KEY = "canary-key-5f2c-of-the-faults"
# The dates in scripts.RETRY_AFTER are seen from here.
START = datetime.datetime(2030, 1, 1, tzinfo=datetime.UTC)


class FakeClock(Clock):
    """Remembers the sleeps that it was asked for, and goes on by them without waiting.

    Its monotonic time passes as the real one does, since sockets are real here; its date
    moves by sleeps alone. Its chance is always a half.
    """

    def __init__(self) -> None:
        super().__init__()
        self.slept: list[float] = []
        self._passed = 0.0

    def monotonic(self) -> float:
        return time.monotonic() + self._passed

    def now(self) -> datetime.datetime:
        return START + datetime.timedelta(seconds=self._passed)

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self._passed += seconds

    async def asleep(self, seconds: float) -> None:
        self.sleep(seconds)

    def random(self) -> float:
        return 0.5


def running_tasks() -> set[int]:
    """Return the tasks of the event loop, whichever it is."""
    return {task.id for task in anyio.get_running_tasks()}


def running_threads() -> set[threading.Thread]:
    """Return the threads, without those that trio keeps for the next use."""
    return {one for one in threading.enumerate() if not one.name.startswith("Trio thread")}


@contextlib.asynccontextmanager
async def connected(
    client_class: Any, base_url: str, clock: Clock | None = None, **settings: Any
) -> AsyncGenerator[EitherClient]:
    """Make a client of either kind, and close it also if the test fails."""
    client = client_class(api_key=API_KEY, base_url=base_url, **settings)
    client._clock = clock or FakeClock()
    try:
        yield EitherClient(client)
    finally:
        await close(client)


def secrets_in(error: BaseException) -> list[str]:
    """Say where an exception shows the API key, or the secret of a credential."""
    places = {
        "str": str(error),
        "repr": repr(error),
        "traceback": "".join(traceback.format_exception(error)),
        "notes": repr(getattr(error, "__notes__", "")),
        "locals": "".join(
            traceback.TracebackException.from_exception(error, capture_locals=True).format()
        ),
    }
    found = [place for place, text in places.items() if API_KEY in text or SECRET in text]
    # The body of an answer that was lost may hold the secret: it is the caller's only copy.
    return found + (["pickle"] if API_KEY.encode() in pickle.dumps(error) else [])
