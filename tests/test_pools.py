"""The client's own connections: their proxies, their TLS, and exceptions that are httpx's."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
import sys
from inspect import isclass
from types import ModuleType
from typing import TYPE_CHECKING, Any

import httpcore
import httpx
import pytest
from attrs import define

from kodexa_client import (
    APIConnectionError,
    AsyncKodexaClient,
    ConfigurationError,
    RetryPolicy,
)
from kodexa_client._attempts import Exchange
from kodexa_client._connecting import AsyncConnector, Connector
from kodexa_client._pools import (
    MAX_CONNECTIONS,
    AsyncPoolTransport,
    PoolTransport,
    _AsyncBody,
    _Body,
    _HttpxExceptions,
    _uninterrupted,
)
from kodexa_client._proxies import EnvironmentProxies, GivenProxy
from kodexa_client._tls import tls_context
from kodexa_client._wire import OutgoingRequest, Received
from kodexa_client.testing import FakePlatform

from .conftest import API_KEY, BASE_URL, EVERY_KIND, EitherClient, settle
from .servers import serve

if TYPE_CHECKING:
    from pytest_httpx import HTTPXMock

HTTPS = httpx.URL(BASE_URL)
CREATED = b'HTTP/1.1 201 Created\r\ncontent-length: 10\r\n\r\n{"id":"1"}'
CUT = b"HTTP/1.1 201 Created\r\ncontent-length: 10\r\n\r\n{"
REFUSAL = b"HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
OPENED = b"HTTP/1.1 200 OK\r\n\r\n"
AT_ONCE = RetryPolicy(base=0)
NOWHERE = (None, b"https", b"kodexa.test", None)


def made(kind: Any) -> Any:
    """Make connections as a client does that is given neither a proxy nor certificates."""
    return kind(EnvironmentProxies(), tls_context(None))


@pytest.fixture(params=EVERY_KIND.values(), ids=[*EVERY_KIND])
def client_class(request: pytest.FixtureRequest) -> Any:
    return request.param


@pytest.fixture(params=[AsyncPoolTransport, PoolTransport], ids=["async", "sync"])
def transport_class(request: pytest.FixtureRequest) -> Any:
    return request.param


async def send(transport: Any, request: httpx.Request) -> Received:
    outgoing = OutgoingRequest.of(request)
    if isinstance(transport, PoolTransport):
        return transport.send(outgoing, {}, Exchange().trace)
    received: Received = await transport.send(outgoing, {}, Exchange().atrace)
    return received


async def read(received: Received) -> bytes:
    try:
        if isinstance(received.stream, _Body):
            return b"".join(received.stream)
        return b"".join([piece async for piece in received.stream])
    finally:
        await end(received)


async def end(received: Received) -> None:
    """Close the body of an answer."""
    if isinstance(received.stream, _Body):
        received.stream.close()
    else:
        await received.stream.aclose()


async def close(transport: Any) -> None:
    if isinstance(transport, PoolTransport):
        transport.close()
    else:
        await transport.aclose()


HTTPCORE = sorted(
    {one for one in vars(httpcore).values() if isclass(one) and issubclass(one, Exception)},
    key=lambda kind: kind.__name__,
)


@pytest.mark.parametrize("kind", HTTPCORE)
def test_an_exception_of_httpcore_becomes_the_one_of_httpx(kind: type[Exception]) -> None:
    original = kind("words")
    expected = getattr(httpx, kind.__name__, kind)

    with pytest.raises(Exception, match="words") as caught, _HttpxExceptions():
        raise original

    assert type(caught.value) is expected
    assert caught.value is original or caught.value.__cause__ is original


def test_an_exception_of_httpcore_that_httpx_does_not_have_becomes_the_next_one() -> None:
    kind = type("NewTimeout", (httpcore.ReadTimeout,), {"__module__": "httpcore._exceptions"})

    with pytest.raises(httpx.ReadTimeout), _HttpxExceptions():
        raise kind


def test_httpcore_has_few_exceptions_without_one_of_httpx() -> None:
    without = {kind for kind in HTTPCORE if not hasattr(httpx, kind.__name__)}

    assert without == {httpcore.ConnectionNotAvailable}


@pytest.mark.parametrize("error", [RuntimeError(), ValueError(), OSError(), httpx.ReadError("")])
def test_any_other_exception_stays_what_it_is(error: Exception) -> None:
    with pytest.raises(type(error)) as caught, _HttpxExceptions():
        raise error

    assert caught.value is error


def test_an_interruption_stays_what_it_is() -> None:
    with pytest.raises(KeyboardInterrupt), _HttpxExceptions():
        raise KeyboardInterrupt


async def test_an_answer_is_read_as_it_comes(transport_class: Any) -> None:
    with serve(CREATED) as server:
        transport = made(transport_class)

        response = await send(transport, httpx.Request("GET", f"{server.url}/a?b=c"))

        assert response.status_code == 201
        assert await read(response) == b'{"id":"1"}'
        await close(transport)
    assert server.received[0].startswith(b"GET /a?b=c HTTP/1.1\r\n")


async def test_a_body_that_is_cut_is_an_exception_of_httpx(transport_class: Any) -> None:
    with serve(CUT, last=True) as server:
        transport = made(transport_class)
        response = await send(transport, httpx.Request("GET", server.url))

        with pytest.raises(httpx.RemoteProtocolError):
            await read(response)

        await close(transport)


# The server closes a connection once it has no more answers.
SPARE = CREATED


def idle_in(transport: Any) -> list[Any]:
    return [connection for _, connection in transport._idle._all.reveal()]


def used_in(transport: Any) -> set[Any]:
    used: set[Any] = transport._in_use.reveal()
    return used


async def get(transport: Any, url: str) -> bytes:
    return await read(await send(transport, httpx.Request("GET", url)))


async def test_a_connection_is_used_again(transport_class: Any) -> None:
    with serve(CREATED, CREATED, CREATED, SPARE) as server:
        transport = made(transport_class)

        for _ in range(3):
            await get(transport, server.url)

        idle = idle_in(transport)
        await close(transport)
    assert (len(idle), used_in(transport), server.connections) == (1, set(), 1)


async def test_two_requests_at_once_have_a_connection_each(transport_class: Any) -> None:
    with serve(CREATED, CREATED, SPARE) as server, serve(CREATED, SPARE) as other:
        transport = made(transport_class)
        first = await send(transport, httpx.Request("GET", server.url))

        await get(transport, other.url)
        idle_before = len(idle_in(transport))
        await read(first)

        idle = [connection.is_idle() for connection in idle_in(transport)]
        await close(transport)
    assert (idle_before, idle) == (1, [True, True])


async def test_the_connection_that_was_used_last_is_used_next(transport_class: Any) -> None:
    with serve(CREATED, SPARE) as server, serve(CREATED, CREATED, SPARE) as other:
        transport = made(transport_class)
        first = await send(transport, httpx.Request("GET", other.url))
        await get(transport, server.url)
        await read(first)

        await get(transport, other.url)

        idle = len(idle_in(transport))
        await close(transport)
    assert (idle, other.connections) == (2, 1)


async def test_a_request_that_fails_gives_up_its_connection(transport_class: Any) -> None:
    with serve(b"", CREATED) as server:
        transport = made(transport_class)

        with pytest.raises(httpx.RemoteProtocolError):
            await send(transport, httpx.Request("GET", server.url))

        assert (idle_in(transport), used_in(transport)) == ([], set())
        assert await get(transport, server.url) == b'{"id":"1"}'
        await close(transport)


async def test_a_body_that_is_closed_twice_gives_back_its_connection_once(
    transport_class: Any,
) -> None:
    with serve(CREATED, SPARE) as server:
        transport = made(transport_class)
        response = await send(transport, httpx.Request("GET", server.url))
        await read(response)

        for _ in range(2):
            await end(response)

        assert len(idle_in(transport)) == 1
        await close(transport)


async def test_a_connection_that_can_not_be_used_again_is_given_up(transport_class: Any) -> None:
    closing = CREATED.replace(b"\r\n\r\n", b"\r\nconnection: close\r\n\r\n")
    with serve(closing) as server:
        transport = made(transport_class)

        await get(transport, server.url)

        assert (idle_in(transport), used_in(transport)) == ([], set())
        await close(transport)


async def test_idle_connections_are_closed_and_the_others_stay(transport_class: Any) -> None:
    with serve(CREATED, SPARE) as server, serve(CREATED, SPARE) as other:
        transport = made(transport_class)
        used = await send(transport, httpx.Request("GET", server.url))
        await get(transport, other.url)
        (idle,) = idle_in(transport)

        await settle(transport.close_idle())

        assert (idle_in(transport), idle.is_closed()) == ([], True)
        assert await read(used) == b'{"id":"1"}'
        await close(transport)


async def test_closing_ends_the_idle_connections_and_the_others_with_their_calls(
    transport_class: Any,
) -> None:
    with serve(CREATED, SPARE) as server, serve(CREATED, SPARE) as other:
        transport = made(transport_class)
        used = await send(transport, httpx.Request("GET", server.url))
        await get(transport, other.url)
        (idle,) = idle_in(transport)
        busy = used.stream._connection
        before = idle.is_closed() or busy.is_closed()

        await close(transport)

        # A task's can be closed at once. A thread may be reading from its own.
        ended = isinstance(transport, AsyncPoolTransport)
        assert not before
        assert (idle.is_closed(), busy.is_closed()) == (True, ended)
        assert (idle_in(transport), used_in(transport)) == ([], set() if ended else {busy})
        await end(used)
        assert (idle_in(transport), used_in(transport)) == ([], set())
        assert busy.is_closed()
    assert transport.is_closed


def pool_for(transport: Any, url: httpx.URL = HTTPS) -> Any:
    """Return what makes the connections for a URL."""
    transport._connector.connection(url)
    (pool,) = transport._connector._makers.reveal().values()
    return pool


def test_connections_expire_as_httpxs_do(transport_class: Any) -> None:
    pool = pool_for(made(transport_class))

    with httpx.Client() as client:
        transport: Any = client._transport
        theirs = transport._pool
        assert pool._keepalive_expiry == theirs._keepalive_expiry
        assert theirs._max_connections == MAX_CONNECTIONS


def test_a_pool_of_httpcores_makes_connections_and_has_none(transport_class: Any) -> None:
    transport = made(transport_class)

    pools = [pool_for(transport) for _ in range(2)]

    assert pools[0] is pools[1]
    assert pools[0].connections == []


@pytest.mark.parametrize("proxy", [None, "http://proxy.test", "https://proxy.test"])
def test_every_connection_has_the_settings_of_tls_that_were_given(
    transport_class: Any, proxy: str | None
) -> None:
    context = ssl.create_default_context()
    proxies = EnvironmentProxies() if proxy is None else GivenProxy(proxy)
    transport = transport_class(proxies, lambda: context)

    assert [pool_for(transport)._ssl_context for _ in range(2)] == [context, context]


def test_clients_share_the_settings_of_tls(transport_class: Any) -> None:
    pools = [pool_for(made(transport_class)) for _ in range(2)]

    assert pools[0]._ssl_context is pools[1]._ssl_context


@pytest.mark.parametrize("url", ["https://kodexa.test", "http://127.0.0.1"])
def test_a_proxy_that_is_given_is_for_every_request(transport_class: Any, url: str) -> None:
    proxy = httpx.Proxy("http://user:word@proxy.test:3128", headers={"x-tenant": "a"})
    transport = transport_class(GivenProxy(proxy), tls_context(None))

    pool = pool_for(transport, httpx.URL(url))

    assert bytes(pool._proxy_url) == b"http://proxy.test:3128/"
    assert {name.lower(): value for name, value in pool._proxy_headers} == {
        b"proxy-authorization": b"Basic dXNlcjp3b3Jk",
        b"x-tenant": b"a",
    }


@pytest.mark.parametrize(
    ("proxy", "kind"),
    [
        (None, "ConnectionPool"),
        ("http://user:word@proxy.test:3128", "HTTPProxy"),
        ("https://proxy.test", "HTTPProxy"),
        ("proxy.test", "HTTPProxy"),
    ],
)
def test_a_proxy_has_a_pool_of_its_kind(
    transport_class: Any, monkeypatch: pytest.MonkeyPatch, proxy: str | None, kind: str
) -> None:
    if proxy is not None:
        monkeypatch.setenv("HTTPS_PROXY", proxy)

    pool = pool_for(made(transport_class))

    assert type(pool).__name__.removeprefix("Async") == kind


async def test_a_connection_of_one_proxy_is_not_anothers(
    transport_class: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serve(REFUSAL) as proxy, serve(CREATED, CREATED) as server:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        transport = made(transport_class)
        await get(transport, server.url)

        with pytest.raises(httpx.ProxyError):
            await get(transport, BASE_URL)
        await get(transport, server.url)

        await close(transport)
    assert (len(proxy.received), server.connections) == (1, 1)


NO_SOCKS = {
    "async": r"needs socksio: pip install 'httpx\[socks\]'",
    "sync": r"needs socksio: pip install 'httpx\[socks\]'",
    # aiohttp speaks none, whatever is installed.
    "fast": "The engine aiohttp has no SOCKS proxies: leave engine out",
}


@pytest.mark.parametrize("proxy", ["socks5://user:canary@proxy.test", "socks5h://proxy.test"])
@pytest.mark.parametrize("kind", EVERY_KIND)
def test_a_socks_proxy_needs_what_speaks_it(
    kind: str, monkeypatch: pytest.MonkeyPatch, proxy: str
) -> None:
    monkeypatch.setitem(sys.modules, "socksio", None)
    monkeypatch.setenv("ALL_PROXY", proxy)
    client_class = EVERY_KIND[kind]

    with pytest.raises(ConfigurationError, match=NO_SOCKS[kind]) as caught:
        client_class(api_key=API_KEY, base_url=BASE_URL)

    assert "canary" not in str(caught.value)
    assert caught.value.__context__ is None


@define
class FakeSocks:
    """Keeps what a SOCKS proxy of httpcore is made with."""

    proxy_url: Any
    proxy_auth: Any
    ssl_context: Any
    network_backend: Any
    keepalive_expiry: Any

    def create_connection(self, origin: Any) -> Any:
        return origin


def test_a_socks_proxy_has_a_pool_of_its_kind(
    transport_class: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "socksio", ModuleType("socksio"))
    monkeypatch.setattr(Connector, "_socks_proxy", FakeSocks)
    monkeypatch.setattr(AsyncConnector, "_socks_proxy", FakeSocks)
    monkeypatch.setenv("ALL_PROXY", "socks5://user:word@proxy.test:1080")

    pool = pool_for(made(transport_class))

    assert isinstance(pool, FakeSocks)
    assert bytes(pool.proxy_url) == b"socks5://proxy.test:1080/"
    assert pool.proxy_auth == (b"user", b"word")


@pytest.mark.parametrize("value", ["ftp://user:canary@proxy.test", "http://[::1"])
def test_a_proxy_that_is_none_is_refused_as_the_client_is_made(
    client_class: Any, monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", value)

    with pytest.raises(ConfigurationError, match="is not a proxy's URL"):
        client_class(api_key=API_KEY, base_url=BASE_URL)


async def test_a_tunnel_that_is_refused_was_not_sent_and_is_asked_for_again(
    client_class: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serve(REFUSAL, REFUSAL, REFUSAL) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        client = EitherClient(
            client_class(api_key=API_KEY, base_url=BASE_URL, retry_policy=AT_ONCE)
        )

        with pytest.raises(APIConnectionError, match="was not sent") as caught:
            await client.create(name="ci")

        await client.close()
    assert caught.value.sent is False
    assert [attempt.reason for attempt in caught.value.attempts] == ["ProxyError"] * 3
    assert len(proxy.received) == 3


async def test_a_tunnel_that_ends_before_tls_was_not_sent_and_is_asked_for_again(
    client_class: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serve(OPENED, last=True) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        never = RetryPolicy(max_retries=0)
        client = EitherClient(client_class(api_key=API_KEY, base_url=BASE_URL, retry_policy=never))

        with pytest.raises(APIConnectionError, match="was not sent") as caught:
            await client.create(name="ci")

        await client.close()
    assert [attempt.phase for attempt in caught.value.attempts] == ["tls"]
    assert API_KEY.encode() not in b"".join(proxy.received)


async def test_test_tools_that_replace_the_network_answer_in_its_place(
    either: EitherClient, httpx_mock: HTTPXMock
) -> None:
    httpx_mock.add_response(status_code=201, json={"id": "1"})

    token = await either.create(name="ci")

    assert token.id == "1"
    assert len(httpx_mock.get_requests()) == 1


@pytest.mark.httpx_mock(should_mock=lambda request: request.url.host != "127.0.0.1")
async def test_test_tools_let_through_what_they_do_not_answer(
    client_class: Any, httpx_mock: HTTPXMock
) -> None:
    httpx_mock.add_response(status_code=201, json={"id": "mocked"})
    with serve(CREATED) as server:
        client = client_class(api_key=API_KEY, base_url=server.url)
        copy = EitherClient(client.with_options(base_url=BASE_URL, api_key=API_KEY))

        through = await EitherClient(client).create(name="ci")
        mocked = await copy.create(name="ci")

        await EitherClient(client).close()
    assert (through.id, mocked.id) == ("1", "mocked")
    assert len(server.received) == 1


def wrapped(send: Any) -> Any:
    """Do as instruments do that watch httpx: pass everything on."""

    def watch(self: Any, request: httpx.Request) -> Any:
        return send(self, request)

    return watch


async def test_what_only_watches_httpx_does_not_take_requests_past_the_pool(
    client_class: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for kind, name in (
        (httpx.HTTPTransport, "handle_request"),
        (httpx.AsyncHTTPTransport, "handle_async_request"),
    ):
        monkeypatch.setattr(kind, name, wrapped(getattr(kind, name)))
    # Two answers to one request: the second is nobody's.
    with serve(CREATED + CREATED.replace(b'"1"', b'"2"'), CREATED) as server:
        client = EitherClient(client_class(api_key=API_KEY, base_url=server.url))

        ids = [(await client.create(name="ci")).id for _ in range(2)]

        await client.close()
    assert (ids, server.connections) == (["1", "1"], 2)


@pytest.mark.needs_asyncio(reason="it cancels a task of asyncio's")
@pytest.mark.parametrize("steps", range(1, 16))
async def test_a_cancellation_wherever_it_comes_leaves_no_connection_in_use(steps: int) -> None:
    with FakePlatform(api_keys=[API_KEY]).serve() as url:
        async with AsyncKodexaClient(api_key=API_KEY, base_url=url) as client:
            await client.access_tokens.create(name="warm")
            task = asyncio.create_task(client.access_tokens.create(name="ci"))
            for _ in range(steps):
                await asyncio.sleep(0)
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
            transport = client._transport
            assert isinstance(transport, AsyncPoolTransport)

            assert transport._in_use.reveal() == set()


@pytest.mark.needs_asyncio(reason="it cancels a task of asyncio's")
async def test_a_close_that_is_cancelled_goes_on_to_its_end() -> None:
    ended: list[str] = []

    async def close_slowly() -> None:
        for _ in range(5):
            await asyncio.sleep(0)
        ended.append("closed")

    task = asyncio.create_task(_uninterrupted(close_slowly))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task
    assert ended == ["closed"]


def test_an_answer_that_fails_to_close_gives_up_its_connection() -> None:
    class Content(httpx.ByteStream):
        def close(self) -> None:
            raise KeyboardInterrupt

    class Connection(httpcore.ConnectionInterface):
        closed = False

        def close(self) -> None:
            self.closed = True

    connection = Connection()
    transport = made(PoolTransport)
    body = _Body(transport, httpcore.Response(200, content=Content(b"")), connection, NOWHERE)

    with pytest.raises(KeyboardInterrupt):
        body.close()

    assert (connection.closed, idle_in(transport)) == (True, [])


async def test_an_async_answer_that_fails_to_close_gives_up_its_connection() -> None:
    class Content(httpx.ByteStream):
        async def aclose(self) -> None:
            raise RuntimeError

    class Connection(httpcore.AsyncConnectionInterface):
        async def aclose(self) -> None:
            pass

    connection = Connection()
    transport = made(AsyncPoolTransport)
    transport._in_use.reveal().add(connection)
    body = _AsyncBody(transport, httpcore.Response(200, content=Content(b"")), connection, NOWHERE)

    with pytest.raises(RuntimeError):
        await body.aclose()

    assert (transport._in_use.reveal(), idle_in(transport)) == (set(), [])


async def test_a_close_that_fails_is_told_of() -> None:
    async def fail() -> None:
        raise RuntimeError("canary")

    with pytest.raises(RuntimeError, match="canary"):
        await _uninterrupted(fail)
