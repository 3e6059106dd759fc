"""Plays a fault to a client, and counts what the server received and executed."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from kodexa_client import OutcomeUnknownError
from tests.faults import scripts as s
from tests.faults.server import FaultServer, until

if TYPE_CHECKING:
    from tests.faults.server import Execution

    from .clients import Client, Create
    from .faults import Fault

__all__ = ["HANG", "HANG_SECONDS", "NOTHING", "RETURNED", "WRONG", "Result", "play"]

HANG_SECONDS = 3.0

# What a caller saw, beside the name of an exception.
RETURNED = "returned"
WRONG = "wrong"
NOTHING = "nothing"
HANG = "hang"


@frozen
class Result:
    """What came of one call.

    Attributes:
        saw: What the caller saw, in one word.
        requests: The requests that servers received.
        executed: The credentials that they made.
        is_marked: Whether the caller was told that a credential may exist.
    """

    saw: str
    requests: int
    executed: int
    is_marked: bool = field(default=False)

    @property
    def duplicates(self) -> int:
        """Return how many credentials there are beyond the one that was asked for."""
        return max(0, self.executed - 1)

    @property
    def is_failure(self) -> bool:
        """Say whether the caller was told that the call failed, by whatever was raised."""
        return self.saw not in {RETURNED, WRONG, NOTHING, HANG}


async def play(client: Client, fault: Fault) -> Result:
    """Make the call of a fault, on real sockets, with a client that is made for it."""
    with (
        FaultServer(s.OK) as elsewhere,
        FaultServer(fault.before or s.OK, listening=fault.target == "server") as server,
    ):
        server.elsewhere = elsewhere.url
        async with client.connect(server.url, fault) as create:
            if fault.before:
                await create("first")
                await until(server.is_quiet, what="the end of the call before")
            received, executed = len(server.received), len(server.executed)
            server.play(*fault.scripts)
            name = "first" if fault.same_name else "second"
            outcome = await _outcome(create, name)
            await until(server.is_quiet, what="the script's end")
        # A client may have its answer, or have given up, before its request is read: it is
        # counted once every connection has been read to its end.
        for one in (server, elsewhere):
            await until(one.is_deserted, what="the connections' end")
            await until(one.is_quiet, what="the script's end")
        made = server.executed[executed:]
        return Result(
            saw=_word(outcome, name, made),
            requests=len(server.received) - received + len(elsewhere.received),
            executed=len(made) + len(elsewhere.executed),
            is_marked=isinstance(outcome, OutcomeUnknownError),
        )


class _Hang:
    """The call had not come to an end when it was cut off."""


async def _outcome(create: Create, name: str) -> Any:  # noqa: ANN401 - whatever it returns
    limit = asyncio.timeout(HANG_SECONDS)
    try:
        async with limit:
            return await create(name)
    except Exception as error:  # noqa: BLE001 - what a client raises is the result
        return _Hang() if limit.expired() else error


def _word(outcome: Any, name: str, made: list[Execution]) -> str:  # noqa: ANN401 - as above
    if isinstance(outcome, _Hang):
        return HANG
    if isinstance(outcome, OutcomeUnknownError):
        # It is raised beside an ordinary class, whose name is that of the whole.
        return OutcomeUnknownError.__name__
    if isinstance(outcome, Exception) or type(outcome).__name__ == "Problem":
        # Vanilla output returns the problem that an error's answer holds.
        return type(outcome).__name__
    ids = {_member(outcome, "id"), _member(outcome, "uuid")} - {None}
    if not ids:
        return NOTHING
    is_own = ids <= {execution.id for execution in made} and _member(outcome, "name") == name
    return RETURNED if is_own else WRONG


def _member(outcome: Any, name: str) -> str | None:  # noqa: ANN401 - as above
    """Return a property of a credential, whether it is a dictionary or a model."""
    found = outcome.get(name) if isinstance(outcome, dict) else getattr(outcome, name, None)
    return found if isinstance(found, str) else None
