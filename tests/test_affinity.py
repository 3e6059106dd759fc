"""A client stays in the process and the event loop that its connections belong to."""

from __future__ import annotations

import asyncio
import gc
import os
import select
import signal
import warnings
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import anyio
import httpx
import pytest
import trio

from kodexa_client import (
    APIConnectionError,
    AsyncKodexaClient,
    ConfigurationError,
    KodexaClient,
    RetryPolicy,
)
from kodexa_client._affinity import Affinity
from kodexa_client._pools import MAX_CONNECTIONS, PoolTransport
from kodexa_client.testing import FakePlatform

from .conftest import API_KEY, EVERY_KIND, FastKodexaClient, of_two_kinds
from .servers import serve, serve_each_connection

if TYPE_CHECKING:
    from collections.abc import Callable

KEPT = b'HTTP/1.1 201 Created\r\ncontent-length: 10\r\n\r\n{"id":"1"}'
CLOSED = KEPT.replace(b"\r\n\r\n", b"\r\nconnection: close\r\n\r\n")

ASYNC_KINDS = pytest.mark.parametrize(
    "kind", [AsyncKodexaClient, FastKodexaClient], ids=["async", "fast"]
)

# Of a process with a server's thread, since Python 3.12. The child starts none of its own.
forks = pytest.mark.filterwarnings("ignore:.*use of fork:DeprecationWarning")


@pytest.fixture(params=EVERY_KIND.values(), ids=[*EVERY_KIND])
def client_class(request: pytest.FixtureRequest) -> Any:
    return request.param


def answer(_: httpx.Request) -> httpx.Response:
    return httpx.Response(201, json={"id": "1"})


def create(client: AsyncKodexaClient | KodexaClient) -> Any:
    """Create a token, in an event loop of the call's own if there has to be one."""
    if isinstance(client, KodexaClient):
        return client.access_tokens.create(name="ci").id
    return asyncio.run(acreate(client))


async def acreate(client: AsyncKodexaClient) -> Any:
    return (await client.access_tokens.create(name="ci")).id


def create_in(runner: asyncio.Runner, client: AsyncKodexaClient | KodexaClient) -> Any:
    """Create a token in an event loop that goes on, if there has to be one."""
    return create(client) if isinstance(client, KodexaClient) else runner.run(acreate(client))


def close_in(runner: asyncio.Runner, client: AsyncKodexaClient | KodexaClient) -> None:
    """Close a client in that event loop."""
    if isinstance(client, KodexaClient):
        client.close()
    else:
        runner.run(client.aclose())


def close(client: AsyncKodexaClient | KodexaClient) -> None:
    if isinstance(client, KodexaClient):
        client.close()
    else:
        asyncio.run(client.aclose())


def told_by_a_fork(function: Callable[[], object]) -> str:
    """Return what a function returns or raises in a child of this process."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            told = str(function())
        except BaseException as error:  # noqa: BLE001 - told to the parent
            told = f"{type(error).__name__}: {error}"
        os.write(writer, told.encode())
        os._exit(0)
    os.close(writer)
    try:
        readable, _, _ = select.select([reader], [], [], 20)
        if not readable:
            os.kill(child, signal.SIGKILL)
            return "nothing in time"
        return os.read(reader, 65536).decode()
    finally:
        os.close(reader)
        os.waitpid(child, 0)


@ASYNC_KINDS
def test_an_async_client_is_refused_in_a_second_run_of_an_event_loop(kind: Any) -> None:
    with serve(CLOSED, CLOSED) as server:
        client = kind(api_key=API_KEY, base_url=server.url)
        asyncio.run(acreate(client))

        with pytest.raises(ConfigurationError, match=r"another event loop.*Nothing was sent"):
            asyncio.run(acreate(client))

        asyncio.run(client.aclose())
    assert len(server.received) == 1


def test_an_async_client_is_refused_in_a_second_run_of_trio() -> None:
    with serve(CLOSED, CLOSED) as server:
        client = AsyncKodexaClient(api_key=API_KEY, base_url=server.url)
        trio.run(acreate, client)

        with pytest.raises(ConfigurationError, match=r"another event loop.*Nothing was sent"):
            trio.run(acreate, client)

        trio.run(client.aclose)
    assert len(server.received) == 1


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        pytest.param(AsyncKodexaClient, False, id="own"),
        pytest.param(AsyncKodexaClient, True, id="injected"),
        pytest.param(FastKodexaClient, False, id="fast"),
    ],
)
def test_an_async_client_is_refused_in_another_loop_and_goes_on_in_its_own(
    kind: Any, *, given: bool
) -> None:
    with serve(KEPT, KEPT) as server, asyncio.Runner() as own, asyncio.Runner() as other:
        http_client = httpx.AsyncClient() if given else None
        client = kind(api_key=API_KEY, base_url=server.url, http_client=http_client)
        own.run(acreate(client))

        with pytest.raises(ConfigurationError, match="another event loop"):
            other.run(acreate(client))
        with pytest.raises(ConfigurationError, match="another event loop"):
            other.run(acreate(client.with_options(timeout=5)))

        assert own.run(acreate(client)) == "1"
        own.run(client.aclose())
        if http_client is not None:
            own.run(http_client.aclose())
    assert len(server.received) == 2


@ASYNC_KINDS
def test_an_async_client_can_be_closed_in_another_loop_than_its_own(kind: Any) -> None:
    with serve(KEPT) as server, asyncio.Runner() as own:
        client = kind(api_key=API_KEY, base_url=server.url)
        own.run(acreate(client))

        with warnings.catch_warnings():
            # asyncio's own, of a connection that was let go.
            warnings.simplefilter("ignore", ResourceWarning)
            asyncio.run(client.aclose())
            del client
            gc.collect()


@ASYNC_KINDS
def test_an_async_client_can_be_closed_when_its_loop_is_gone(kind: Any) -> None:
    with serve(KEPT, KEPT) as server:
        client = kind(api_key=API_KEY, base_url=server.url)
        asyncio.run(acreate(client))

        with warnings.catch_warnings():
            # asyncio's own, of a connection that its loop can't close any more.
            warnings.simplefilter("ignore", ResourceWarning)
            asyncio.run(client.aclose())
            del client
            gc.collect()
    assert len(server.received) == 1


@ASYNC_KINDS
def test_a_client_that_failed_to_connect_belongs_to_its_loop_too(kind: Any) -> None:
    with serve() as server:
        pass
    never = RetryPolicy(max_retries=0)
    client = kind(api_key=API_KEY, base_url=server.url, retry_policy=never)
    with pytest.raises(APIConnectionError, match="not sent"):
        asyncio.run(acreate(client))

    with pytest.raises(ConfigurationError, match="another event loop"):
        asyncio.run(acreate(client))

    asyncio.run(client.aclose())


def test_an_injected_client_without_connections_works_in_any_loop() -> None:
    http_client = httpx.AsyncClient(transport=httpx.MockTransport(answer))
    client = AsyncKodexaClient(api_key=API_KEY, http_client=http_client)

    assert [asyncio.run(acreate(client)) for _ in range(3)] == ["1", "1", "1"]
    assert trio.run(acreate, client) == "1"


def test_a_sync_client_works_in_any_loop() -> None:
    async def call() -> Any:
        return create(client)

    with serve(KEPT, KEPT) as server:
        client = KodexaClient(api_key=API_KEY, base_url=server.url)
        created = [asyncio.run(call()), asyncio.run(call())]
        client.close()

    assert created == ["1", "1"]
    assert server.connections == 1


@forks
def test_a_fork_of_a_client_that_has_connections_makes_its_own(client_class: Any) -> None:
    with serve_each_connection() as base_url:
        client = client_class(api_key=API_KEY, base_url=base_url)
        with asyncio.Runner() as own:
            first = create_in(own, client)

            told = told_by_a_fork(lambda: create(client))

            assert {first, told, create_in(own, client)} == {"1 of 1", "1 of 2", "2 of 1"}
            close_in(own, client)


@forks
def test_a_copy_in_a_fork_makes_connections_of_its_own_too(client_class: Any) -> None:
    with serve_each_connection() as base_url:
        client = client_class(api_key=API_KEY, base_url=base_url)
        with asyncio.Runner() as own:
            create_in(own, client.with_options(timeout=5))

            told = [
                told_by_a_fork(lambda: create(client)),
                told_by_a_fork(lambda: create(client.with_options(timeout=6))),
            ]

            assert told == ["1 of 2", "1 of 3"]
            assert create_in(own, client) == "2 of 1"
            close_in(own, client)


@forks
def test_calls_in_a_fork_share_the_connections_of_their_process(client_class: Any) -> None:
    def call_twice() -> str:
        with asyncio.Runner() as other:
            told = [create_in(other, client), create_in(other, client)]
            close_in(other, client)
        return ", ".join(told)

    with serve_each_connection() as base_url:
        client = client_class(api_key=API_KEY, base_url=base_url)
        with asyncio.Runner() as own:
            create_in(own, client)

            told = told_by_a_fork(call_twice)

            # What the child closed was its own.
            assert (told, create_in(own, client)) == ("1 of 2, 2 of 2", "2 of 1")
            close_in(own, client)


@forks
def test_a_fork_of_a_client_in_use_does_not_wait_for_its_locks() -> None:
    with (
        serve_each_connection() as base_url,
        KodexaClient(api_key=API_KEY, base_url=base_url) as client,
    ):
        create(client)
        transport = client._transport
        assert isinstance(transport, PoolTransport)
        # As another thread may at the moment of the fork, and nobody in the child lets go.
        with transport._lock, transport.slots._lock:
            told = told_by_a_fork(lambda: create(client))

    assert told == "1 of 2"


@forks
@pytest.mark.parametrize("hook", ["on_request", "on_response", "on_retry"])
def test_a_call_that_forks_goes_on_in_one_process_alone(hook: str) -> None:
    def fork(_: object) -> None:
        children.append(os.fork())

    children: list[int] = []
    reader, writer = os.pipe()
    hooks: dict[str, Any] = {hook: fork}
    refused = b"HTTP/1.1 429 Too Many Requests\r\ncontent-length: 0\r\n\r\n"
    with serve(*([refused, KEPT] if hook == "on_retry" else [KEPT])) as server:
        client = KodexaClient(
            api_key=API_KEY, base_url=server.url, retry_policy=RetryPolicy(base=0), **hooks
        )
        try:
            told = create(client)
        except ConfigurationError as error:
            told = str(error)
        if children == [0]:
            os.write(writer, told.encode())
            os._exit(0)
        os.waitpid(children[0], 0)
        client.close()
        received = len(server.received)
    told_by_child = os.read(reader, 65536).decode()
    os.close(reader)
    os.close(writer)

    assert told == "1"
    assert "forked while the call was made" in told_by_child
    assert received == (2 if hook == "on_retry" else 1)


def test_a_call_ends_in_a_process_that_was_forked_meanwhile(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with serve() as server, monkeypatch.context() as patched:
        client = KodexaClient(
            api_key=API_KEY,
            base_url=server.url,
            on_request=lambda _: patched.setattr(os, "getpid", lambda: -1),
        )
        with pytest.raises(ConfigurationError, match="forked while the call was made"):
            create(client)

    client.close()
    assert server.received == []


@forks
def test_a_client_that_was_not_used_works_in_a_fork(client_class: Any) -> None:
    with serve(CLOSED, CLOSED) as server:
        client = client_class(api_key=API_KEY, base_url=server.url)

        told = told_by_a_fork(lambda: create(client))

        close(client)
    assert told == "1"
    assert len(server.received) == 1


@forks
def test_a_fork_leaves_the_connections_of_an_event_loop_to_its_parent() -> None:
    def close_in_child() -> None:
        asyncio.run(clients[0].aclose())

    def drop() -> None:
        # As a process does that ends, or that replaces what it has inherited.
        clients.clear()
        gc.collect()

    with serve(KEPT, KEPT, KEPT, KEPT) as server, asyncio.Runner() as own:
        clients = [FastKodexaClient(api_key=API_KEY, base_url=server.url, deadline=5)]
        own.run(acreate(clients[0]))

        closed = told_by_a_fork(close_in_child)
        after_close = own.run(acreate(clients[0]))
        dropped = told_by_a_fork(drop)
        after_drop = own.run(acreate(clients[0]))

        own.run(clients[0].aclose())
    assert (closed, dropped) == ("None", "None")
    assert (after_close, after_drop) == ("1", "1")
    assert server.connections == 1


@of_two_kinds
@forks
def test_an_injected_client_is_refused_in_a_fork_once_it_had_connections(
    client_class: Any, http_client_class: Any
) -> None:
    with serve(CLOSED, CLOSED) as server:
        http_client = http_client_class()
        client = client_class(api_key=API_KEY, base_url=server.url, http_client=http_client)
        create(client)

        told = told_by_a_fork(lambda: create(client))

        close(client)
        if client_class is KodexaClient:
            http_client.close()
        else:
            asyncio.run(http_client.aclose())
    assert told.startswith("ConfigurationError: POST ")
    assert "was not sent. The http_client made its connections before" in told
    assert len(server.received) == 1


@of_two_kinds
@forks
def test_an_injected_client_without_connections_works_in_a_fork(
    client_class: Any, http_client_class: Any
) -> None:
    http_client = http_client_class(transport=httpx.MockTransport(answer))
    client = client_class(api_key=API_KEY, http_client=http_client)
    create(client)

    assert told_by_a_fork(lambda: create(client)) == "1"


def test_a_closed_client_is_refused(client_class: Any) -> None:
    with serve(CLOSED) as server:
        client = client_class(api_key=API_KEY, base_url=server.url)
        copy = client.with_options(timeout=5)
        close(client)

        with pytest.raises(ConfigurationError, match="The client is closed"):
            create(client)
        with pytest.raises(ConfigurationError, match="The client is closed"):
            create(copy)
        with pytest.raises(ConfigurationError, match="The client is closed"):
            create(client.with_options(timeout=5))

    assert server.received == []


@of_two_kinds
def test_a_client_is_refused_whose_injected_client_is_closed(
    client_class: Any, http_client_class: Any
) -> None:
    http_client = http_client_class(transport=httpx.MockTransport(answer))
    client = client_class(api_key=API_KEY, http_client=http_client)
    create(client)
    if client_class is KodexaClient:
        http_client.close()
    else:
        asyncio.run(http_client.aclose())

    with pytest.raises(ConfigurationError, match="The client is closed"):
        create(client)


def test_a_copy_that_is_closed_leaves_the_original_open(client_class: Any) -> None:
    with serve(CLOSED) as server:
        client = client_class(api_key=API_KEY, base_url=server.url)
        copy = client.with_options(timeout=5)
        close(copy)

        with pytest.raises(ConfigurationError, match="The client is closed"):
            create(copy)

        assert create(client) == "1"
        close(client)


def test_threads_share_a_client() -> None:
    fake = FakePlatform(api_keys=[API_KEY])
    names = [f"ci-{number}" for number in range(100)]
    with (
        fake.serve() as base_url,
        KodexaClient(api_key=API_KEY, base_url=base_url) as client,
        ThreadPoolExecutor(20) as pool,
    ):
        created = list(pool.map(lambda name: client.access_tokens.create(name=name), names))

    assert [token.name for token in created] == names
    assert {token.id for token in created} == {str(one["id"]) for one in fake.created_tokens}
    assert len(fake.executions("createAccessToken")) == 100


@ASYNC_KINDS
def test_tasks_share_a_client(kind: Any) -> None:
    fake = FakePlatform(api_keys=[API_KEY])
    names = [f"ci-{number}" for number in range(100)]

    async def create_all(base_url: str) -> list[Any]:
        async with kind(api_key=API_KEY, base_url=base_url) as client:
            return await asyncio.gather(*(client.access_tokens.create(name=one) for one in names))

    with fake.serve() as base_url:
        created = asyncio.run(create_all(base_url))

    assert [token.name for token in created] == names
    assert {token.id for token in created} == {str(one["id"]) for one in fake.created_tokens}


def test_the_first_user_is_the_owner() -> None:
    affinity, loop = Affinity(), object()
    affinity.check(object())

    affinity.bind(loop)
    affinity.bind(object())

    affinity.check(loop)
    with pytest.raises(ConfigurationError, match="another event loop"):
        affinity.check(object())
    with pytest.raises(ConfigurationError, match="another event loop"):
        affinity.check()


def test_another_process_is_refused_whatever_its_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    affinity, loop = Affinity(), object()
    affinity.bind(loop)

    monkeypatch.setattr(os, "getpid", lambda: -1)

    with pytest.raises(ConfigurationError, match="before this process was forked"):
        affinity.check(loop)


@forks
def test_a_client_can_be_closed_in_a_fork_whose_parent_was_using_it() -> None:
    with serve(KEPT, KEPT) as server:
        client = KodexaClient(api_key=API_KEY, base_url=server.url)
        create(client)
        transport = client._transport
        assert isinstance(transport, PoolTransport)
        # As another thread may at the moment of the fork, and nobody in the child lets go.
        with transport._lock:
            told = told_by_a_fork(client.close)

        client.close()
    assert told == "None"


def test_connections_of_another_event_loop_are_let_go() -> None:
    with serve(KEPT, KEPT) as server:
        client = KodexaClient(api_key=API_KEY, base_url=server.url)
        create(client)
        transport = client._transport
        assert isinstance(transport, PoolTransport)
        ((_, connection),) = transport._idle._all.reveal()
        client._affinity._owner = (os.getpid(), object())

        with transport._lock:
            client.close()

        assert (connection.is_idle(), len(transport._idle), transport.is_closed) == (True, 0, True)
        connection.close()


@pytest.mark.parametrize(("made_on", "used_on"), [("asyncio", "trio"), ("trio", "asyncio")])
def test_a_client_may_be_made_on_another_library_than_it_is_used_on(
    made_on: str, used_on: str
) -> None:
    async def make() -> AsyncKodexaClient:
        return AsyncKodexaClient(api_key=API_KEY, base_url=platform_url)

    async def use(client: AsyncKodexaClient) -> int:
        # More than there are connections, so that some have to wait.
        async with client, anyio.create_task_group() as group:
            for _ in range(MAX_CONNECTIONS + 20):
                group.start_soon(acreate, client)
        return len(platform.created_tokens)

    platform = FakePlatform(api_keys=[API_KEY])
    with platform.serve() as platform_url:
        client = anyio.run(make, backend=made_on)

        assert anyio.run(use, client, backend=used_on) == MAX_CONNECTIONS + 20
