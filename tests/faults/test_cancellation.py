"""Calls that are cancelled, wherever they are, and calls that wait for a connection."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
from typing import TYPE_CHECKING, Any

import anyio
import httpx
import pytest
import trio

from kodexa_client import (
    APITimeoutError,
    AsyncKodexaClient,
    KodexaClient,
    KodexaError,
    OutcomeUnknownError,
)
from tests.conftest import EitherClient, FastKodexaClient, of_two_kinds
from tests.faults import API_KEY, FakeClock, connected
from tests.faults import scripts as s
from tests.faults.server import SECRET, Exchange, FaultServer, Script, until
from tests.servers import unanswered_port

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

# Where a call can be when it is cancelled: what the server does, whether the request had
# been sent, and how many credentials there are.
PHASES: dict[str, tuple[Script, bool, int]] = {
    # In the queue of an http client that was given: it shows nothing, so nothing is certain.
    "waiting for a connection": (s.OK, True, 0),
    "connecting": (s.OK, False, 0),
    "in the handshake": (s.STALL_UNREAD, False, 0),
    "sent, not executed": (s.STALL_READ, True, 0),
    "sent, executed": (s.STALL, True, 1),
    "in the head": (s.HALF_HEAD_STALL, True, 1),
    "in the body": (s.HALF_BODY_STALL, True, 1),
    "between two attempts": (s.status(429), False, 0),
}
STALLING = {"sent, not executed", "sent, executed", "in the head", "in the body"}


class SleepingClock(FakeClock):
    """Sleeps until it is cancelled."""

    def __init__(self) -> None:
        super().__init__()
        self.sleeping = False

    async def asleep(self, seconds: float) -> None:
        del seconds
        self.sleeping = True
        await anyio.sleep_forever()


@contextlib.asynccontextmanager
async def _client(
    base_url: str, *, given: bool, kind: type[AsyncKodexaClient] = AsyncKodexaClient
) -> AsyncGenerator[tuple[AsyncKodexaClient, httpx.AsyncClient | None]]:
    """Make a client, with its own connections or with one connection in all."""
    http_client = None
    async with contextlib.AsyncExitStack() as stack:
        if given:
            limits = httpx.Limits(max_connections=1)
            http_client = httpx.AsyncClient(limits=limits, trust_env=False)
            await stack.enter_async_context(http_client)
        client = kind(api_key=API_KEY, base_url=base_url, http_client=http_client)
        client._clock = SleepingClock()
        yield await stack.enter_async_context(client), http_client


async def _cancelled(call: Any, ready: Any, way: str) -> BaseException:
    """Start a call, cancel it when it is where it is to be, and return what it raised."""
    seen: list[BaseException] = []

    async def watched() -> None:
        try:
            await call()
        except BaseException as error:
            seen.append(error)
            raise

    if way == "task.cancel":
        task = asyncio.create_task(watched())
        await ready()
        task.cancel("by the test")
        with pytest.raises(asyncio.CancelledError, match="by the test"):
            await task
        assert seen[0].args == ("by the test",)
    else:
        async with anyio.create_task_group() as group:
            group.start_soon(watched)
            await ready()
            group.cancel_scope.cancel()
    (error,) = seen
    expected = trio.Cancelled if way == "trio" else asyncio.CancelledError
    if isinstance(error, BaseExceptionGroup):
        # trio's nurseries have groups, and anyio connects in one.
        assert {type(one) for one in error.exceptions} == {expected}
    else:
        assert type(error) is expected
    return error


async def _cancel_in(
    phase: str,
    way: str,
    kind: type[AsyncKodexaClient],
    given: bool,  # noqa: FBT001 - anyio.run() passes by position
) -> BaseException:
    script, _, executions = PHASES[phase]
    with FaultServer(script) as server, unanswered_port() as unanswered:
        base_url = {
            "connecting": f"http://127.0.0.1:{unanswered}",
            "in the handshake": server.url.replace("http", "https"),
        }.get(phase, server.url)
        async with _client(base_url, given=given, kind=kind) as (client, http_client):

            async def call() -> None:
                await client.access_tokens.create(name="cancelled")

            async def ready() -> None:
                if phase in STALLING or phase == "in the handshake":
                    await until(lambda: server.signals == 1, what="the script's signal")
                if phase == "between two attempts":
                    clock = client._clock
                    assert isinstance(clock, SleepingClock)
                    await until(lambda: clock.sleeping, what="the sleep")
                if phase.startswith("in the "):
                    # What the server has sent is read on one of the next turns.
                    await anyio.sleep(0.01)
                await anyio.wait_all_tasks_blocked()

            async with contextlib.AsyncExitStack() as stack:
                if phase == "waiting for a connection":
                    # Holds the only connection.
                    assert http_client is not None
                    held = http_client.stream("POST", server.url, json={"name": "held"})
                    await stack.enter_async_context(held)
                    server.executed.clear()
                error = await _cancelled(call, ready, way)
            await until(server.is_quiet, what="the script's end")
            assert not server.overran
            assert [made.name for made in server.executed] == ["cancelled"] * executions

            # With one connection in all, the next call shows that it was given back.
            server.play(s.OK)
            copy = client.with_options(base_url=server.url, api_key=API_KEY)
            token = await copy.access_tokens.create(name="next")
            assert token.id == server.executed[-1].id
            assert len(server.executed) == executions + 1
        await until(server.is_deserted, what="the connections' end")
    return error


WAYS = {"task.cancel": "asyncio", "a scope on asyncio": "asyncio", "trio": "trio"}


async def _nothing_left(
    phase: str,
    way: str,
    kind: type[AsyncKodexaClient],
    given: bool,  # noqa: FBT001 - as above
) -> BaseException:
    """Cancel, and look at the loop before and after."""

    def tasks() -> int:
        if way == "trio":
            return trio.lowlevel.current_statistics().tasks_living
        return len(asyncio.all_tasks())

    before = tasks()
    error = await _cancel_in(phase, way, kind, given)
    # A loop's own helpers end on its next turns.
    await until(lambda: tasks() == before, what="the tasks' end")
    return error


CONNECTIONS = {
    "own connections": (AsyncKodexaClient, False),
    "one connection": (AsyncKodexaClient, True),
    "fast connections": (FastKodexaClient, False),
}


@pytest.mark.parametrize("connections", CONNECTIONS)
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("phase", PHASES)
def test_a_cancelled_call_is_cancelled_and_nothing_else(
    phase: str, way: str, connections: str, caplog: pytest.LogCaptureFixture
) -> None:
    kind, given = CONNECTIONS[connections]
    if kind is FastKodexaClient and way == "trio":
        pytest.skip("aiohttp is for asyncio alone: test_aiohttp asserts that trio is refused")
    if phase == "waiting for a connection" and not given:
        pytest.skip("test_many_calls_are_served_in_their_order fills the pool of its own")
    if phase == "in the handshake" and given:
        pytest.skip("httpcore leaves the socket to the garbage collector; ours is not its")

    error = anyio.run(_nothing_left, phase, way, kind, given, backend=WAYS[way])

    _, sent, _ = PHASES[phase]
    warnings = [
        record.getMessage()
        for record in caplog.records
        if record.name == "kodexa_client" and record.levelno >= logging.WARNING
    ]
    notes: list[str] = getattr(error, "__notes__", [])
    assert (len(warnings), len(notes)) == ((1, 1) if sent else (0, 0))
    for text in (*warnings, *notes, caplog.text):
        assert API_KEY not in text
        assert SECRET not in text


ASYNC_KINDS = pytest.mark.parametrize("kind", [AsyncKodexaClient, FastKodexaClient])


@pytest.mark.needs_asyncio(reason="it has a time limit of asyncio's")
@ASYNC_KINDS
async def test_a_call_that_runs_out_of_the_callers_own_time(
    kind: type[AsyncKodexaClient], caplog: pytest.LogCaptureFixture
) -> None:
    with FaultServer(s.STALL) as server:
        async with _client(server.url, given=False, kind=kind) as (client, _):
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(client.access_tokens.create(name="1"), timeout=0.1)
            server.play(s.OK)
            assert (await client.access_tokens.create(name="2")).name == "2"
        await until(server.is_deserted, what="the connections' end")
    assert [r.levelname for r in caplog.records if r.name == "kodexa_client"] == ["WARNING"]
    assert [made.name for made in server.executed] == ["1", "2"]


CALLS = 2_000
# As many calls as are under way at once may overtake each other, and be overtaken.
NEIGHBOURS = 200


@pytest.mark.needs_asyncio(reason="it starts tasks of asyncio's")
@ASYNC_KINDS
async def test_many_calls_are_served_in_their_order(kind: type[AsyncKodexaClient]) -> None:
    with FaultServer(s.OK) as server:
        async with kind(api_key=API_KEY, base_url=server.url) as client:
            tokens = await asyncio.gather(
                *(client.access_tokens.create(name=str(number)) for number in range(CALLS))
            )
        await until(server.is_deserted, what="the connections' end")

    by_name = {made.name: made.id for made in server.executed}
    assert [(token.name, token.id) for token in tokens] == [
        (str(number), by_name[str(number)]) for number in range(CALLS)
    ]
    assert len(server.executed) == CALLS
    order = [int(made.name or "") for made in server.executed]
    displaced = [abs(place - number) for place, number in enumerate(order)]
    assert max(displaced) < NEIGHBOURS


@pytest.mark.needs_asyncio(reason="it starts tasks of asyncio's")
@of_two_kinds
async def test_a_call_that_gets_no_connection_in_time_was_not_sent(
    client_class: Any, http_client_class: Any
) -> None:
    released = threading.Event()

    async def hold(exchange: Exchange) -> None:
        await exchange.read()
        while not released.is_set():
            await exchange.pause(0.002)
        await exchange.send(s.http(201, exchange.execute().as_json()))

    limits = httpx.Limits(max_connections=1)
    http_client = http_client_class(limits=limits, trust_env=False)
    with FaultServer(Script("holds", hold)) as server:
        async with connected(client_class, server.url, http_client=http_client) as either:
            client = either.client
            hasty = EitherClient(client.with_options(timeout=httpx.Timeout(5, pool=0.05)))
            holding = asyncio.create_task(_in_its_own_thread(client, name="holds"))
            await until(lambda: len(server.received) == 1, what="the first request")

            with pytest.raises(APITimeoutError) as caught:
                await hasty.create(name="waits")
            released.set()

            assert (await holding).name == "holds"
            await _close_http(http_client)
        await until(server.is_deserted, what="the connections' end")
    error = caught.value
    assert error.sent is False
    assert not isinstance(error, OutcomeUnknownError)
    assert {attempt.phase for attempt in error.attempts} == {"queue"}
    assert [made.name for made in server.executed] == ["holds"]


async def _in_its_own_thread(client: Any, **arguments: Any) -> Any:
    if isinstance(client, KodexaClient):
        return await asyncio.to_thread(client.access_tokens.create, **arguments)
    return await client.access_tokens.create(**arguments)


async def _close_http(http_client: Any) -> None:
    if isinstance(http_client, httpx.AsyncClient):
        await http_client.aclose()
    else:
        http_client.close()


def test_threads_share_a_client() -> None:
    results: list[Any] = []

    def work(client: KodexaClient, worker: int) -> None:
        for number in range(20):
            name = f"{worker}-{number}"
            try:
                results.append((name, client.access_tokens.create(name=name)))
            except KodexaError as error:
                results.append((name, error))

    with FaultServer(s.OK) as server:
        with KodexaClient(api_key=API_KEY, base_url=server.url) as client:
            threads = [threading.Thread(target=work, args=(client, n)) for n in range(16)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(timeout=20)
        anyio.run(lambda: until(server.is_deserted, what="the connections' end"))

    made = {execution.name: execution.id for execution in server.executed}
    assert len(made) == len(server.executed) == len(results) == 16 * 20
    assert {name: token.id for name, token in results} == made
