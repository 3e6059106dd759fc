"""Every row of the table of faults, over real sockets, for both clients."""

from __future__ import annotations

import logging
import pickle
import sys
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from kodexa_client import APIConnectionError, KodexaClient, KodexaError, OutcomeUnknownError
from tests.conftest import EitherClient
from tests.faults import (
    API_KEY,
    FakeClock,
    connected,
    running_tasks,
    running_threads,
    secrets_in,
)
from tests.faults import scripts as s
from tests.faults.proxy import Proxy
from tests.faults.server import SECRET, FaultServer, until
from tests.faults.table import IMPATIENT, TABLE, Row

if TYPE_CHECKING:
    from collections.abc import Generator

    from tests.faults.server import Execution

# Over the whole table: calls, executions, and what came of the calls.
TOTALS: Counter[str] = Counter()
MOST_OF_A_CALL: Counter[str] = Counter()


@pytest.fixture(scope="module")
def elsewhere() -> Generator[FaultServer]:
    with FaultServer(s.OK) as server:
        yield server


class OpeningClock(FakeClock):
    """Opens the server's port after a number of sleeps."""

    def __init__(self, server: FaultServer, after: int | None) -> None:
        super().__init__()
        self._server = server
        self._after = after

    def sleep(self, seconds: float) -> None:
        super().sleep(seconds)
        if len(self.slept) == self._after:
            self._server.listen()


@pytest.mark.parametrize("row", TABLE, ids=str)
async def test_row(
    client_class: Any, row: Row, elsewhere: FaultServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    tasks, threads = running_tasks(), running_threads()
    with FaultServer(row.before or s.OK, listening=row.target != "closed") as server:
        server.elsewhere = elsewhere.url
        base_url = "https://nothing.invalid" if row.target == "nowhere" else server.url
        clock = OpeningClock(server, row.opens_after)
        async with connected(client_class, base_url, clock, **row.settings) as either:
            first = await _create_own(either, server, "first") if row.before else None
            made_before = len(server.executed)
            clock.slept.clear()

            server.play(*row.scripts)
            name = "first" if row.same_name else "second"
            outcome = await _outcome(either, name=name, **row.arguments)
            await until(server.is_quiet, what="the script's end")

            made = server.executed[made_before:]
            _count(row, outcome, made)
            _check_outcome(row, outcome, made, server)
            assert len(made) == row.executed
            assert tuple(clock.slept) == pytest.approx(row.slept)
            if first and not isinstance(outcome, Exception):
                assert outcome.parsed.id != first.id
            assert not server.overran
            if row.cut_off:
                assert row.scripts[-1].name in server.cut_off
            assert elsewhere.received == []

            await _check_usable(either, server, row)
        await until(server.is_deserted, what="the connections' end")
    if client_class is KodexaClient:
        assert running_threads() <= threads | {server._thread}
    assert running_tasks() == tasks
    assert API_KEY not in caplog.text
    assert SECRET not in caplog.text


async def _outcome(either: EitherClient, **arguments: Any) -> Any:
    try:
        return await either.create_detailed(**arguments)
    except KodexaError as error:
        # What is not ours is not caught: it fails the row.
        return error


async def _create_own(either: EitherClient, server: FaultServer, name: str) -> Any:
    """Make an ordinary call, which has to return the credential that it made."""
    made_before = len(server.executed)
    token = await either.create(name=name)
    await until(server.is_quiet, what="the script's end")
    (execution,) = server.executed[made_before:]
    assert (token.name, execution.name) == (name, name)
    assert execution.id in {token.id, token.uuid}
    return token


def _check_outcome(row: Row, outcome: Any, made: list[Execution], server: FaultServer) -> None:
    assert len(outcome.attempts) == row.attempts
    assert [attempt.number for attempt in outcome.attempts] == [*range(1, row.attempts + 1)]
    slept = [attempt.slept for attempt in outcome.attempts if attempt.slept]
    assert slept == pytest.approx([seconds for seconds in row.slept if seconds])
    if row.raised is None:
        assert not isinstance(outcome, Exception), repr(outcome)
        assert outcome.parsed.name == made[-1].name
        assert made[-1].id in {outcome.parsed.id, outcome.parsed.uuid}
        return
    assert isinstance(outcome, Exception), repr(outcome)
    assert [kind for kind in row.raised if not isinstance(outcome, kind)] == []
    assert isinstance(outcome, OutcomeUnknownError) is row.unclear
    if isinstance(outcome, APIConnectionError):
        assert outcome.sent is row.sent
    if row.status is not None:
        assert getattr(outcome, "status_code", None) == row.status
    if row.retry_after is not None:
        assert getattr(outcome, "retry_after", None) == row.retry_after
    if isinstance(outcome, OutcomeUnknownError):
        assert outcome.executed is row.known
        assert outcome.name == ("first" if row.same_name else "second")
        assert outcome.started_at <= outcome.ended_at
        if server.received and row.scripts[-1] not in {s.RESET_UNREAD, s.CLOSE_UNREAD}:
            assert outcome.client_request_id
            if made:
                assert outcome.client_request_id == made[-1].request_id
    assert str(outcome).splitlines()[-1].startswith("Attempts:")
    assert secrets_in(outcome) == []
    copy = pickle.loads(pickle.dumps(outcome))
    assert (type(copy), str(copy)) == (type(outcome), str(outcome))
    assert getattr(copy, "attempts", None) == getattr(outcome, "attempts", ())
    assert outcome.__cause__ is None
    assert outcome.__context__ is None


async def _check_usable(either: EitherClient, server: FaultServer, row: Row) -> None:
    server.play(s.OK)
    if row.target == "closed" and not server.connections:
        server.listen()
    if row.target == "nowhere":
        copy = either.client.with_options(base_url=server.url, api_key=API_KEY)
        either = EitherClient(copy)
    await _create_own(either, server, "third")


def _count(row: Row, outcome: Any, made: list[Execution]) -> None:
    kind = (
        "returned"
        if not isinstance(outcome, Exception)
        else "raised unclear"
        if isinstance(outcome, OutcomeUnknownError)
        else "raised clear"
    )
    TOTALS.update({"calls": 1, kind: 1, f"{kind}, executions": len(made)})
    if not row.arguments.get("retry_unclear"):
        TOTALS["executions but for retry_unclear"] += len(made)
        MOST_OF_A_CALL[row.name] = max(MOST_OF_A_CALL[row.name], len(made))


def test_no_call_of_the_whole_table_was_executed_twice(record_testsuite_property: Any) -> None:
    """Runs last: it adds up what the rows counted."""
    for what, number in sorted(TOTALS.items()):
        record_testsuite_property(what, number)
        sys.stdout.write(f"{what}: {number}\n")
    assert [name for name, most in MOST_OF_A_CALL.items() if most > 1] == []
    assert TOTALS["raised clear, executions"] == 0


# What a network does to a call, by way of a proxy: the proxy's setting, and what is executed.
NETWORKS: dict[str, tuple[dict[str, Any], int]] = {
    "requests are lost": ({"swallow_requests": True}, 0),
    "answers are lost": ({"swallow_answers": True}, 1),
    "reset when the answer comes": ({"reset_on_answer": True}, 1),
}


@pytest.mark.parametrize("used", [False, True], ids=["a new connection", "a used one"])
@pytest.mark.parametrize("network", NETWORKS)
async def test_a_network_that_breaks_leaves_it_unclear(
    client_class: Any, network: str, used: Any
) -> None:
    setting, executions = NETWORKS[network]
    with FaultServer(s.OK) as server, Proxy(server.port) as proxy:
        async with connected(client_class, proxy.url, **IMPATIENT) as either:
            if used:
                await _create_own(either, server, "first")
            made_before = len(server.executed)

            proxy.be(**setting)
            error = await _outcome(either, name="second")
            assert isinstance(error, OutcomeUnknownError)
            assert isinstance(error, APIConnectionError)
            assert (error.executed, error.sent, len(error.attempts)) == (None, True, 1)
            assert len(server.executed) - made_before == executions

            # The network is whole again, and the broken connection is not used.
            proxy.be(**dict.fromkeys(setting, False))
            await _create_own(either, server, "third")
        await until(server.is_deserted, what="the connections' end")


async def test_latency_is_waited_for(client_class: Any) -> None:
    with FaultServer(s.OK) as server, Proxy(server.port) as proxy:
        proxy.be(latency=0.03)
        async with connected(client_class, proxy.url) as either:
            for name in ("1", "2"):
                await _create_own(either, server, name)
        await until(server.is_deserted, what="the connections' end")
    assert (len(server.executed), server.connections) == (2, 1)
