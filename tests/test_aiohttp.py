"""The engine aiohttp: what is sent and read over it, and what it refuses."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import json
import select
import ssl
import warnings
import weakref
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import aiohttp
import anyio
import httpx
import pytest

from kodexa_client import (
    APIConnectionError,
    APIStatusError,
    APITimeoutError,
    ConfigurationError,
    OutcomeUnknownError,
    ResponseValidationError,
    RetryPolicy,
    _aiohttp,
)
from kodexa_client._aiohttp import AiohttpTransport, _Body
from kodexa_client._aiohttp_connections import LONGEST_HEAD, Connector, Progress, current_progress
from kodexa_client._attempts import Exchange
from kodexa_client._proxies import EnvironmentProxies, GivenProxy
from kodexa_client._tls import tls_context
from kodexa_client._wire import OutgoingRequest
from kodexa_client.testing import FakePlatform

from .conftest import API_KEY, BASE_URL, FastKodexaClient, StillClock
from .faults import scripts as s
from .faults.server import Exchange as Served
from .faults.server import FaultServer, Script, until
from .servers import MEBIBYTE, serve

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from kodexa_client._wire import Received

pytestmark = pytest.mark.needs_asyncio(reason="the engine aiohttp is for asyncio alone")

KEPT = b'HTTP/1.1 201 Created\r\ncontent-length: 10\r\n\r\n{"id":"1"}'
NO_BODY = b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n"
NEVER = RetryPolicy(max_retries=0)


def made() -> AiohttpTransport:
    return AiohttpTransport(EnvironmentProxies(), tls_context(None))


def connector_of(transport: Any) -> Connector:
    """Return what makes a transport's connections, once one has been made."""
    _, connector = transport._opened.reveal()
    assert isinstance(connector, Connector)
    return connector


def in_use(transport: Any) -> list[Any]:
    """Return the connections that wait for an answer, or for its end."""
    return [one for one in connector_of(transport)._watched if not one.is_idle]


def request_with(
    stream: Any, *, headers: dict[str, str] | None = None, url: str = BASE_URL
) -> OutgoingRequest:
    return OutgoingRequest.of(httpx.Request("POST", url, headers=headers, stream=stream))


async def send(
    transport: AiohttpTransport,
    request: OutgoingRequest | httpx.Request,
    exchange: Exchange | None = None,
    **timeouts: float,
) -> Received:
    outgoing = request if isinstance(request, OutgoingRequest) else OutgoingRequest.of(request)
    return await transport.send(outgoing, {**timeouts}, (exchange or Exchange()).atrace)


async def read(received: Received) -> bytes:
    try:
        return b"".join([piece async for piece in received.stream])
    finally:
        await received.stream.aclose()


@contextlib.asynccontextmanager
async def client_of(url: str, **settings: Any) -> AsyncGenerator[FastKodexaClient]:
    """Make a client of this engine that waits for no retry."""
    async with FastKodexaClient(api_key=API_KEY, base_url=url, **settings) as client:
        client._clock = StillClock()
        yield client


# What it refuses.


def test_trio_is_refused_before_anything_is_sent() -> None:
    async def call(url: str) -> None:
        async with FastKodexaClient(api_key=API_KEY, base_url=url) as client:
            await client.access_tokens.create(name="ci")

    with (
        serve(KEPT) as server,
        pytest.raises(
            ConfigurationError, match=r"was not sent\. The engine aiohttp is for asyncio alone"
        ),
    ):
        anyio.run(call, server.url, backend="trio")
    assert (server.received, server.connections) == ([], 0)


@pytest.mark.parametrize("version", ["3.14.1", "3.14.0", "3.13.9", "3.14.2rc1", "2.99"])
async def test_an_older_aiohttp_is_refused(monkeypatch: pytest.MonkeyPatch, version: str) -> None:
    monkeypatch.setattr(aiohttp, "__version__", version)
    with serve(KEPT) as server:
        async with client_of(server.url) as client:
            with pytest.raises(ConfigurationError, match="needs a newer aiohttp: pip install"):
                await client.access_tokens.create(name="ci")
    assert (server.received, server.connections) == ([], 0)


@pytest.mark.parametrize("version", ["3.14.2", "3.14.10", "3.15.0b1", "4.0.0a2.dev0"])
async def test_a_newer_aiohttp_is_taken(monkeypatch: pytest.MonkeyPatch, version: str) -> None:
    monkeypatch.setattr(aiohttp, "__version__", version)
    with serve(KEPT) as server:
        async with client_of(server.url) as client:
            assert (await client.access_tokens.create(name="ci")).id == "1"


@pytest.mark.parametrize("where", ["key", "field"])
async def test_a_field_in_latin_1_is_refused_before_it_is_sent(where: str) -> None:
    settings = {"api_key": "canary\xe9"} if where == "key" else {}
    fields = {"x-name": "\xe9"} if where == "field" else {}
    with serve(KEPT) as server:
        async with FastKodexaClient(
            **{"api_key": API_KEY, "base_url": server.url, **settings}
        ) as client:
            with pytest.raises(
                ConfigurationError, match=r"was not sent\. .* that is not UTF-8"
            ) as caught:
                await client.request("GET", "/x", headers=fields)
    assert "canary" not in str(caught.value)
    assert caught.value.__context__ is None
    assert (server.received, server.connections) == ([], 0)


async def test_a_field_in_utf_8_is_sent_as_it_is() -> None:
    with serve(KEPT) as server:
        transport = made()
        fields = [(b"Host", b"a"), (b"x-name", "\u20ac".encode())]
        request = OutgoingRequest("GET", httpx.URL(server.url), fields, httpx.ByteStream(b""))

        await read(await send(transport, request))

        await transport.aclose()
    assert "\r\nx-name: \u20ac\r\n".encode() in server.received[0]


async def test_a_body_that_a_task_can_not_read_is_refused() -> None:
    class Content(httpx.SyncByteStream):
        pass

    exchange = Exchange()
    transport = made()

    with pytest.raises(httpx.LocalProtocolError, match="can't be read by a task"):
        await send(transport, request_with(Content()), exchange)

    assert not exchange.may_have_been_sent
    await transport.aclose()


async def test_what_aiohttp_refuses_itself_is_refused_locally() -> None:
    transport = made()
    request = OutgoingRequest("GE T", httpx.URL(BASE_URL), [], httpx.ByteStream(b""))

    with pytest.raises(httpx.LocalProtocolError):
        await send(transport, request)

    await transport.aclose()


async def test_the_authorities_are_read_when_a_connection_needs_them_first() -> None:
    made_of: list[ssl.SSLContext] = []

    def make() -> ssl.SSLContext:
        made_of.append(ssl.create_default_context())
        return made_of[-1]

    with serve(KEPT) as server:
        transport = AiohttpTransport(EnvironmentProxies(), make)
        await read(await send(transport, httpx.Request("GET", server.url)))
        without_tls = [*made_of]

        for _ in range(2):
            with pytest.raises(httpx.ConnectError):
                await send(transport, httpx.Request("GET", "https://127.0.0.1:9"))

        await transport.aclose()
    assert (without_tls, len(made_of)) == ([], 1)


@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_a_proxy_that_is_spoken_to_over_tls_needs_the_authorities(scheme: str) -> None:
    def make() -> ssl.SSLContext:
        raise ConfigurationError("canary")

    transport = AiohttpTransport(GivenProxy("https://127.0.0.1:9"), make)

    with pytest.raises(ConfigurationError, match="canary"):
        await send(transport, httpx.Request("GET", f"{scheme}://a.test"))

    await transport.aclose()


# What it sends.


async def test_two_calls_have_one_connection() -> None:
    with serve(KEPT, KEPT) as server:
        async with client_of(server.url) as client:
            ids = [(await client.access_tokens.create(name="ci")).id for _ in range(2)]
    assert (ids, server.connections) == (["1", "1"], 1)


async def test_an_answer_to_head_has_no_body_and_leaves_the_connection_usable() -> None:
    with serve(NO_BODY, KEPT) as server:
        async with client_of(server.url) as client:
            response = await client.request("HEAD", "/x")
            assert (await client.access_tokens.create(name="ci")).id == "1"
    assert (response.status_code, response.content) == (200, b"")
    assert (len(server.received), server.connections) == (2, 1)


async def test_a_request_without_a_body_is_sent_without_one() -> None:
    with serve(KEPT, KEPT) as server:
        async with client_of(server.url) as client:
            await client.request("DELETE", "/x")
            await client.request("GET", "/x")
    deleted, got = [request.lower() for request in server.received]
    assert deleted.endswith(b"\r\n\r\n")
    assert b"\r\ncontent-length: 0\r\n" in deleted
    for request in (deleted, got):
        assert b"transfer-encoding" not in request
        assert b"content-type" not in request
    assert b"content-length" not in got


async def test_files_are_sent_with_their_length() -> None:
    content = bytes(range(256)) * 1_000
    with serve(KEPT) as server:
        async with client_of(server.url) as client:
            await client.request("POST", "/x", files=[("file", ("name", content, None))])
    (request,) = server.received
    head, _, body = request.partition(b"\r\n\r\n")
    assert f"\r\ncontent-length: {len(body)}\r\n".encode() in head.lower() + b"\r\n"
    assert b"transfer-encoding" not in head.lower()
    assert content in body


async def test_a_large_body_is_sent_whole_and_again() -> None:
    name = "x" * (MEBIBYTE + 1)
    limited = b"HTTP/1.1 429 X\r\ncontent-length: 0\r\n\r\n"
    with serve(limited, KEPT) as server, warnings.catch_warnings():
        # aiohttp's, of a body that is too large for one piece.
        warnings.simplefilter("error")
        async with client_of(server.url) as client:
            await client.request("POST", "/x", json={"name": name})
    for request in server.received:
        assert json.loads(request.partition(b"\r\n\r\n")[2]) == {"name": name}
    assert len(server.received) == 2


class Pieces(httpx.AsyncByteStream):
    """A body in pieces."""

    async def __aiter__(self) -> AsyncGenerator[bytes]:
        for _ in range(3):
            yield b"abc"


@pytest.mark.parametrize(
    ("fields", "sent"),
    [
        ({"content-length": "9"}, b"abcabcabc"),
        ({"transfer-encoding": "chunked"}, b"3\r\nabc\r\n" * 3 + b"0\r\n\r\n"),
        ({}, b""),
    ],
    ids=["with a length", "in chunks", "neither"],
)
async def test_a_body_in_pieces_is_framed_as_its_fields_say(
    fields: dict[str, str], sent: bytes
) -> None:
    # The server reads no chunks: they are another request to it.
    with serve(KEPT, KEPT, KEPT) as server:
        transport = made()
        fields = {"Host": "a", **fields}
        request = OutgoingRequest(
            "POST",
            httpx.URL(server.url),
            [(name.encode(), value.encode()) for name, value in fields.items()],
            Pieces(),
        )

        assert await read(await send(transport, request)) == b'{"id":"1"}'

        await until(
            lambda: b"".join(server.received).partition(b"\r\n\r\n")[2] == sent, what="the body"
        )
        await transport.aclose()
    head = server.received[0].partition(b"\r\n\r\n")[0]
    names = {line.partition(b":")[0].lower() for line in head.split(b"\r\n")}
    assert (b"transfer-encoding" in names) is ("transfer-encoding" in fields)


# What it takes for an answer.


async def _tells_of_more(exchange: Served) -> None:
    await exchange.read()
    exchange.execute()
    await exchange.send(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Hints\r\n\r\n")
    await exchange.stall()


async def test_an_answer_that_does_not_follow_an_interim_one_is_not_waited_for() -> None:
    with FaultServer(Script("interim answers", _tells_of_more)) as server:
        async with client_of(server.url, timeout=httpx.Timeout(5, read=0.1)) as client:
            with pytest.raises(APITimeoutError, match="ReadTimeout") as caught:
                await client.access_tokens.create(name="ci")
        await until(server.is_deserted, what="the connections' end")
    assert isinstance(caught.value, OutcomeUnknownError)
    assert server.cut_off == ["interim answers"]


async def test_an_answer_of_which_much_comes_at_once_is_read_until_the_connection_ends() -> None:
    padding = b"\r\n\r\n" * LONGEST_HEAD
    answer = b'HTTP/1.1 201 X\r\n\r\n{"id":"1"}' + padding
    with FaultServer(s.created("large", lambda _: answer, "close")) as server:
        async with client_of(server.url) as client:
            assert (await client.access_tokens.create(name="ci")).id == "1"
        await until(server.is_deserted, what="the connections' end")


async def test_the_head_counts_whose_chunks_come_with_it_and_can_not_be_read() -> None:
    answer = b"HTTP/1.1 100 Continue\r\n\r\n" + s.chunked(b"{}", end=b"zz\r\n")
    with FaultServer(s.created("chunks", lambda _: answer)) as server:
        async with client_of(server.url) as client:
            with pytest.raises(ResponseValidationError) as caught:
                await client.access_tokens.create(name="ci")
        await until(server.is_deserted, what="the connections' end")
    assert isinstance(caught.value, OutcomeUnknownError)
    assert caught.value.executed is True


@pytest.mark.parametrize(
    "end",
    [
        b"0\r\nx: " + b"1" * 3 * LONGEST_HEAD,
        b"0\r\n" + b"x: 1\r\n" * LONGEST_HEAD,
        b"0" * 1_000_000,
    ],
    ids=["a trailer", "trailers", "a size"],
)
async def test_what_has_no_end_behind_the_chunks_is_not_read(end: bytes) -> None:
    async def play(exchange: Served) -> None:
        await exchange.read()
        exchange.execute()
        await exchange.send(s.chunked(b"{}", end=b""))
        await exchange.pause(0.01)
        await exchange.send(end)
        await exchange.stall()

    with FaultServer(Script("no end", play)) as server:
        async with client_of(server.url, timeout=5) as client:
            with pytest.raises(ResponseValidationError) as caught:
                await client.access_tokens.create(name="ci")
        await until(server.is_deserted, what="the connections' end")
    assert not isinstance(caught.value, APITimeoutError)
    assert server.cut_off == ["no end"]


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 101 X\r\nupgrade: websocket\r\n\r\n",
        b"HTTP/1.1 200 X\r\ntransfer-encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    ],
    ids=["another protocol", "another coding"],
)
async def test_what_was_not_asked_for_is_no_answer(answer: bytes) -> None:
    with serve(answer, KEPT) as server:
        transport = made()
        exchange = Exchange()

        with pytest.raises(httpx.RemoteProtocolError):
            await send(transport, httpx.Request("GET", server.url), exchange)

        assert exchange.may_have_been_sent
        await until(lambda: not in_use(transport), what="the connection's end")
        await transport.aclose()


async def test_a_get_on_a_connection_that_the_server_ends_is_one_attempt() -> None:
    with serve(KEPT, b"", KEPT) as server:
        async with client_of(server.url, retry_policy=NEVER) as client:
            await client.request("GET", "/x")
            with pytest.raises(APIConnectionError) as caught:
                await client.request("GET", "/x")
    # aiohttp itself would have sent it again.
    assert (len(server.received), len(caught.value.attempts)) == (2, 1)


async def test_each_time_that_a_get_is_sent_is_an_attempt() -> None:
    with serve(KEPT, b"", b"", KEPT) as server:
        async with client_of(server.url) as client:
            await client.request("GET", "/x")
            response = await client.call(_read(), _id_of, method="GET", path="/api/access-tokens/1")
    assert (len(server.received), len(response.attempts)) == (4, 3)


def _read() -> Any:
    from kodexa_client._operations import Effect, Operation  # noqa: PLC0415 - for one test

    return Operation(id="readAccessToken", effect=Effect.SAFE)


def _id_of(answer: Any) -> str:
    return str(json.loads(answer.content)["id"])


# What goes wrong while it sends.


def large_body() -> dict[str, Any]:
    """Return more than the buffers of both sides take."""
    return {"content": bytes(16 * MEBIBYTE), "content_type": "application/octet-stream"}


async def _reads_nothing(exchange: Served) -> None:
    exchange._connection.transport.pause_reading()
    exchange.server.signals += 1
    while not exchange._connection.gone:
        await exchange.pause(0.01)


async def test_a_server_that_takes_nothing_is_not_waited_for() -> None:
    with FaultServer(Script("reads nothing", _reads_nothing, early=True)) as server:
        timeout = httpx.Timeout(5, write=0.1)
        async with client_of(server.url, timeout=timeout, retry_policy=NEVER) as client:
            with pytest.raises(APITimeoutError, match="WriteTimeout") as caught:
                await client.request("POST", "/x", **large_body())
    assert isinstance(caught.value, OutcomeUnknownError)
    assert caught.value.sent is True


@pytest.mark.parametrize("write", [5, None], ids=["in time", "without a limit"])
async def test_a_server_that_takes_a_body_slowly_gets_it(write: float | None) -> None:
    async def play(exchange: Served) -> None:
        transport = exchange._connection.transport
        for _ in range(3):
            transport.pause_reading()
            await exchange.pause(0.02)
            transport.resume_reading()
            await exchange.pause(0.001)
        head, _, rest = b"", b"", b""
        while len(rest) < 16 * MEBIBYTE:
            head, _, rest = bytes(exchange._connection.buffer).partition(b"\r\n\r\n")
            await exchange.pause(0.01)
        assert head.startswith(b"POST")
        await exchange.send(s.http(201, b'{"id": "1"}', "connection: close"))
        exchange.close()

    with FaultServer(Script("reads slowly", play, early=True)) as server:
        timeout = httpx.Timeout(5, write=write)
        async with client_of(server.url, timeout=timeout) as client:
            response = await client.request("POST", "/x", **large_body())
    assert response.status_code == 201


async def test_an_answer_that_comes_before_all_was_sent_ends_the_connection() -> None:
    async def play(exchange: Served) -> None:
        exchange._connection.transport.pause_reading()
        await exchange.pause(0.05)
        await exchange.send(s.http(413, b"{}"))
        await exchange.stall()

    with FaultServer(Script("refuses early", play, early=True)) as server:
        async with client_of(server.url) as client:
            with pytest.raises(APIStatusError) as caught:
                await client.request("POST", "/x", **large_body())
            # It would stay for as long as the server reads nothing.
            await until(lambda: not connector_of(client._transport)._watched, what="its end")
            server.play(s.OK)
            token = await client.access_tokens.create(name="next")
    assert caught.value.status_code == 413
    assert [token.id] == [made.id for made in server.executed]
    assert server.connections == 2


# How it ends.


async def test_closing_ends_the_calls_that_wait_for_an_answer() -> None:
    with FaultServer(s.STALL) as server:
        client = FastKodexaClient(api_key=API_KEY, base_url=server.url)
        calls = [asyncio.create_task(client.access_tokens.create(name=str(n))) for n in range(3)]
        await until(lambda: server.signals == 3, what="the requests")

        await client.aclose()
        outcomes = await asyncio.gather(*calls, return_exceptions=True)

        await until(server.is_deserted, what="the connections' end")
    for outcome in outcomes:
        assert isinstance(outcome, APIConnectionError)
        assert isinstance(outcome, OutcomeUnknownError)
        assert outcome.sent is True
    assert len(server.executed) == 3


async def test_closing_does_not_wait_for_what_is_still_to_be_sent() -> None:
    with FaultServer(Script("reads nothing", _reads_nothing, early=True)) as server:
        timeout = httpx.Timeout(None)
        client = FastKodexaClient(
            api_key=API_KEY, base_url=server.url, timeout=timeout, deadline=None
        )
        call = asyncio.create_task(client.request("POST", "/x", **large_body()))
        await until(lambda: server.signals == 1, what="the connection")
        await until(lambda: bool(in_use(client._transport)), what="the request")
        await asyncio.sleep(0.05)

        async with asyncio.timeout(3):
            await client.aclose()
            with pytest.raises(APIConnectionError) as caught:
                await call
    assert isinstance(caught.value, OutcomeUnknownError)


async def test_closing_ends_a_call_that_is_still_connecting(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    reached, released = asyncio.Event(), asyncio.Event()
    resolve = aiohttp.ThreadedResolver.resolve

    async def resolve_late(self: Any, *arguments: Any, **options: Any) -> Any:
        reached.set()
        await released.wait()
        return await resolve(self, *arguments, **options)

    monkeypatch.setattr(aiohttp.ThreadedResolver, "resolve", resolve_late)
    with FaultServer(s.OK) as server:
        url = server.url.replace("127.0.0.1", "localhost")
        client = FastKodexaClient(api_key=API_KEY, base_url=url, retry_policy=NEVER)
        call = asyncio.create_task(client.access_tokens.create(name="ci"))
        await reached.wait()

        await client.aclose()
        released.set()

        with pytest.raises(APIConnectionError) as caught:
            await call
        # A server that ends while it accepts leaves the connection to the garbage collector.
        await until(lambda: server.connections == 1, what="the connection")
        await until(server.is_deserted, what="the connections' end")
    assert caught.value.sent is False
    assert server.received == []


async def test_idle_connections_are_closed_and_the_others_stay() -> None:
    with FaultServer(s.STALL_READ) as server, serve(KEPT, KEPT) as other:
        transport = made()
        used = asyncio.create_task(send(transport, httpx.Request("GET", server.url)))
        await until(lambda: server.signals == 1, what="the request")
        await read(await send(transport, httpx.Request("GET", other.url)))
        watched = connector_of(transport)._watched
        before = len(watched)

        await transport.close_idle()
        await until(lambda: len(watched) == 1, what="the connection's end")

        assert (before, in_use(transport), used.done()) == (2, [*watched], False)
        await read(await send(transport, httpx.Request("GET", other.url)))
        used.cancel()
        await asyncio.wait([used])
        await transport.aclose()
    assert other.connections == 2


async def test_a_transport_that_was_not_used_has_nothing_to_close() -> None:
    transports = [made() for _ in range(3)]

    await transports[0].close_idle()
    await transports[1].aclose()
    transports[2].forget()

    assert [transport.is_closed for transport in transports] == [False, True, True]


async def test_connections_of_another_loop_are_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    forgotten: list[Connector] = []
    monkeypatch.setattr(_aiohttp, "_forgotten", forgotten)
    with serve(KEPT, KEPT) as server:
        transport = made()
        await read(await send(transport, httpx.Request("GET", server.url)))
        (watched,) = connector_of(transport)._watched

        transport.forget()
        del transport
        gc.collect()

        assert not watched.transport.is_closing()
        (connector,) = forgotten
        await connector.close()


@pytest.mark.parametrize("warm", [True, False], ids=["a used one", "a new connection"])
@pytest.mark.parametrize("steps", range(1, 16))
async def test_a_cancellation_wherever_it_comes_leaves_no_connection_in_use(
    *, steps: int, warm: bool
) -> None:
    with FakePlatform(api_keys=[API_KEY]).serve() as url:
        async with client_of(url) as client:
            if warm:
                await client.access_tokens.create(name="warm")
            task = asyncio.create_task(client.access_tokens.create(name="ci"))
            for _ in range(steps):
                await asyncio.sleep(0)
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
            transport: Any = client._transport

            if transport._opened is not None:
                await until(lambda: not in_use(transport), what="the connection's end")
                assert connector_of(transport)._acquired == set()
            assert (await client.access_tokens.create(name="next")).name == "next"


async def test_a_connection_is_looked_at_without_poll_too(monkeypatch: pytest.MonkeyPatch) -> None:
    # As on Windows.
    monkeypatch.delattr(select, "poll")
    with FaultServer(s.OK) as server:
        async with client_of(server.url) as client:
            for _ in range(2):
                await client.access_tokens.create(name="ci")
            (watched,) = connector_of(client._transport)._watched
            assert server.connections == 1
            assert watched.may_be_used_again()
            server.play(s.OK_ANSWERS[1])
            await client.access_tokens.create(name="ci")
            assert not watched.may_be_used_again()
        await until(server.is_deserted, what="the connections' end")


async def test_a_connection_whose_bytes_were_not_read_yet_is_not_used_again() -> None:
    with serve(KEPT, KEPT) as server:
        transport = made()
        await read(await send(transport, httpx.Request("GET", server.url)))
        (watched,) = connector_of(transport)._watched
        assert watched.may_be_used_again()
        # It comes while the loop does something else.
        assert server._connection is not None
        server._connection.sendall(KEPT)
        readable, _, _ = select.select([watched.transport.get_extra_info("socket")], [], [], 5)

        assert readable
        assert not watched.may_be_used_again()
        await transport.aclose()


async def test_a_client_that_is_left_open_is_closed_in_its_own_process_alone() -> None:
    with serve(KEPT, KEPT) as server:
        transport = made()
        await read(await send(transport, httpx.Request("GET", server.url)))
        session, connector = transport._opened.reveal()  # type: ignore[union-attr]
        (watched,) = connector._watched
        session.detach()
        connector._process = -1

        connector.__del__()

        assert not watched.transport.is_closing()
        await connector.close()


async def test_a_request_that_was_sent_gets_no_second_connection() -> None:
    progress = Progress(Exchange().atrace, None)
    progress.is_connected = True
    token = current_progress.set(progress)
    connector = Connector()
    try:
        with pytest.raises(httpx.RemoteProtocolError):
            await connector.connect(None)
    finally:
        current_progress.reset(token)
        await connector.close()


async def test_the_end_of_an_answer_says_nothing_of_the_request_after_it() -> None:
    with FaultServer(s.OK) as server:
        transport = made()
        first = await send(transport, _creation(server.url))
        pieces = [piece async for piece in first.stream]
        # The connection is in the pool by now, and is another's before the first one is closed.
        server.play(s.HALF_BODY_STALL)
        second = await send(transport, _creation(server.url))
        (watched,) = connector_of(transport)._watched
        response = watched._response

        await first.stream.aclose()

        assert (len(pieces), server.connections) == (1, 1)
        assert response is not None
        assert (watched._response, watched.transport.is_closing()) == (response, False)
        await second.stream.aclose()
        assert watched.transport.is_closing()
        await transport.aclose()


@pytest.mark.parametrize("script", [s.OK, s.UNREADABLE[1], s.HALF_BODY_RESET], ids=str)
async def test_what_was_read_is_let_go_with_its_call(script: Script) -> None:
    with FaultServer(script) as server:
        transport = made()
        gc.collect()
        gc.disable()
        try:
            exchange = Exchange()
            told = weakref.ref(exchange)
            with contextlib.suppress(httpx.HTTPError):
                await read(await send(transport, _creation(server.url), exchange))
            del exchange
            # aiohttp's tasks end on the loop's next turns.
            await until(lambda: told() is None, what="its end")
        finally:
            gc.enable()
        await transport.aclose()


async def test_an_answer_that_is_told_of_late_is_not_taken_for_the_next_ones() -> None:
    with serve(KEPT, KEPT) as server:
        transport = made()
        await read(await send(transport, httpx.Request("GET", server.url)))
        (watched,) = connector_of(transport)._watched
        late: Any = object()

        watched.watch(object(), late)

        assert watched._response is None
        await transport.aclose()


async def test_what_nobody_knows_of_a_body_stays_what_it_is() -> None:
    class Content:
        async def readany(self) -> bytes:
            raise RuntimeError("canary")

    response: Any = SimpleNamespace(content=Content())
    body = _Body(response, Progress(Exchange().atrace, None))

    with pytest.raises(RuntimeError, match="canary"):
        async for _ in body:
            pass


async def test_a_request_without_a_connection_has_none_to_look_after() -> None:
    exchange = Exchange()
    progress = Progress(exchange.atrace, None)
    progress.let_go()
    response: Any = None

    progress.answered(response)
    progress.ended()
    progress.abort()
    await progress.tell("http11.send_request_headers.started")

    assert not exchange.wrote
    assert (progress.is_cut_off, progress.gave_up_writing) == (False, False)


def _creation(url: str) -> httpx.Request:
    return httpx.Request("POST", url, json={"name": "ci"})
