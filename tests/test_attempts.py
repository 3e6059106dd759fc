"""What is seen of an attempt: how far it got, and whether its request may have been read."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, Any

import httpcore
import httpx
import pytest

from kodexa_client._attempts import Exchange
from kodexa_client._bodies import BodyReader
from kodexa_client._outcomes import Failure
from kodexa_client._pools import AsyncPoolTransport, PoolTransport
from kodexa_client._proxies import EnvironmentProxies
from kodexa_client._tls import tls_context
from kodexa_client._wire import OutgoingRequest, Received

from .servers import ANSWER, serve

if TYPE_CHECKING:
    from collections.abc import Iterable

CONNECT = httpcore.Request("CONNECT", "http://proxy.test")
POST = httpcore.Request("POST", "https://a.test")
REQUEST = httpx.Request("POST", "https://a.test")


def traced(*events: str | tuple[str, httpcore.Request]) -> Exchange:
    exchange = Exchange()
    for event in events:
        name, request = (event, None) if isinstance(event, str) else event
        exchange.trace(name, {} if request is None else {"request": request})
    return exchange


@pytest.mark.parametrize(
    ("events", "phase", "wrote"),
    [
        ([], "queue", False),
        (["connection.connect_tcp.started"], "connect", False),
        (["connection.connect_tcp.started", "connection.connect_tcp.complete"], "connect", False),
        (["connection.connect_unix_socket.started"], "connect", False),
        (["connection.connect_tcp.started", "connection.start_tls.started"], "tls", False),
        (["connection.close.started"], "queue", False),
        (["connection.a_new_one.started"], "queue", False),
        (["socks.setup_socks5_connection.started"], "connect", False),
        (["proxy.start_tls.started"], "tls", False),
        (["http11.send_request_headers.started"], "sent", True),
        (["http2.send_connection_init.started"], "sent", True),
        (["a_new_one.started"], "sent", True),
        (["a new one"], "sent", True),
        ([""], "sent", True),
        (
            ["connection.connect_tcp.started", ("http11.send_request_headers.started", CONNECT)],
            "connect",
            False,
        ),
        (
            [
                ("http11.send_request_headers.started", CONNECT),
                "http11.receive_response_headers.started",
                "proxy.start_tls.started",
            ],
            "tls",
            False,
        ),
        (
            [
                ("http11.send_request_headers.started", CONNECT),
                "http11.receive_response_headers.complete",
                ("http11.send_request_headers.started", POST),
            ],
            "sent",
            True,
        ),
        (
            [("http11.send_request_headers.started", POST), "connection.start_tls.started"],
            "tls",
            True,
        ),
    ],
)
def test_the_events_tell_how_far_an_attempt_got(
    *, events: Iterable[Any], phase: str, wrote: bool
) -> None:
    exchange = traced(*events)

    assert (exchange.phase, exchange.wrote) == (phase, wrote)


async def test_the_events_of_tasks_are_the_same() -> None:
    exchange = Exchange()

    await exchange.atrace("http11.send_request_headers.started", {"request": POST})

    assert (exchange.phase, exchange.wrote) == ("sent", True)


def test_the_first_event_tells_that_there_is_a_connection() -> None:
    told: list[str] = []
    exchange = Exchange()
    exchange.on_connection = lambda: told.append("told")

    exchange.trace("connection.connect_tcp.started", {})
    exchange.trace("http11.send_request_headers.started", {})

    assert told == ["told"]


def test_the_head_of_an_answer_proves_that_the_request_was_sent() -> None:
    exchange = Exchange()

    exchange.received_head(Received(503, httpx.Headers({"X-Request-ID": "r1"}), None))

    assert (exchange.phase, exchange.wrote) == ("headers", True)
    assert (exchange.status_code, exchange.request_id) == (503, "r1")
    assert exchange.content == b""


def test_an_answer_is_what_came_and_not_what_was_on_the_wire() -> None:
    exchange = Exchange()
    headers = {
        "Content-Encoding": "gzip",
        "Content-Length": "99",
        "Transfer-Encoding": "chunked",
        "Content-Type": "application/json",
    }
    exchange.received_head(Received(201, httpx.Headers(headers), None))
    exchange.body = BodyReader(None)
    exchange.body.feed(b"{")
    exchange.body.feed(b"}")
    exchange.received_body()

    response = exchange.answer(OutgoingRequest.of(REQUEST)).httpx_response()

    assert (response.status_code, response.content, response.request) == (201, b"{}", REQUEST)
    assert dict(response.headers) == {"content-type": "application/json", "content-length": "2"}
    assert dict(exchange.headers) == {name.lower(): value for name, value in headers.items()}


def test_without_an_answer_there_is_none() -> None:
    exchange = Exchange()

    assert exchange.answer(OutgoingRequest.of(REQUEST)).status_code == 0
    assert (exchange.status_code, exchange.request_id, exchange.content) == (None, None, b"")


def unresolved() -> httpx.ConnectError:
    error = httpx.ConnectError("unknown host")
    error.__cause__ = socket.gaierror()
    return error


@pytest.mark.parametrize(
    ("events", "error", "phase"),
    [
        (["connection.connect_tcp.started"], unresolved(), "resolve"),
        (["connection.connect_tcp.started"], httpx.ConnectError("refused"), "connect"),
        (["http11.send_request_headers.started"], unresolved(), "sent"),
    ],
)
def test_a_failure_is_kept_with_where_it_happened(
    events: Iterable[str], error: Exception, phase: str
) -> None:
    exchange = traced(*events)

    exchange.failed(error)

    assert exchange.failure is not None
    assert exchange.failure.kind is type(error)
    assert exchange.phase == phase


def test_a_failure_after_the_whole_answer_is_none() -> None:
    exchange = Exchange()
    exchange.received_head(Received(201, httpx.Headers(), None))
    exchange.received_body()

    exchange.failed(httpx.CloseError("closing"))
    exchange.ran_out_of_time()

    assert (exchange.failure, exchange.phase) == (None, "body")


@pytest.mark.parametrize(
    ("events", "kind"),
    [
        ([], httpx.ConnectTimeout),
        (["connection.connect_tcp.started"], httpx.ConnectTimeout),
        (["http11.send_request_headers.started"], httpx.ReadTimeout),
    ],
)
def test_a_deadline_that_passes_is_a_timeout_of_where_the_attempt_was(
    events: Iterable[str], kind: type[Exception]
) -> None:
    exchange = traced(*events)

    exchange.ran_out_of_time()

    assert exchange.failure == Failure(kind)


# A change of httpcore's would be seen here. It could only withdraw proof.
EVENTS = [
    f"{event}.{stage}"
    for event in (
        "connection.connect_tcp",
        "http11.send_request_headers",
        "http11.send_request_body",
        "http11.receive_response_headers",
        "http11.receive_response_body",
        "http11.response_closed",
    )
    for stage in ("started", "complete")
]


async def test_the_events_have_the_names_that_they_had() -> None:
    seen: list[str] = []
    async_seen: list[str] = []

    async def keep(name: str, _: dict[str, Any]) -> None:
        async_seen.append(name)

    with serve(ANSWER, ANSWER) as server:
        url = httpx.URL(server.url)
        settings = (EnvironmentProxies(), tls_context(None))
        transport, async_transport = PoolTransport(*settings), AsyncPoolTransport(*settings)
        request = OutgoingRequest.of(httpx.Request("POST", url, content=b"{}"))
        received = transport.send(request, {}, lambda name, _: seen.append(name))
        assert b"".join(received.stream) == b'{"id": "1"}'
        received.stream.close()
        transport.close()
        received = await async_transport.send(request, {}, keep)
        assert b"".join([piece async for piece in received.stream]) == b'{"id": "1"}'
        await received.stream.aclose()
        await async_transport.aclose()

    for all_of_them in (seen, async_seen):
        # The first is our own: what fails from here on was not sent.
        own, events = all_of_them[0], all_of_them[1 : len(EVENTS) + 1]
        assert (own, events) == (EVENTS[0], EVENTS)
        rest = all_of_them[len(EVENTS) + 1 :]
        assert {name.partition(".")[0] for name in rest} <= {"connection"}


async def test_the_events_of_a_tunnel_are_no_proof_against_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    refusal = b"HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
    exchange, async_exchange = Exchange(), Exchange()
    with serve(refusal, refusal) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        url = httpx.URL("https://a.test")
        settings = (EnvironmentProxies(), tls_context(None))
        transport, async_transport = PoolTransport(*settings), AsyncPoolTransport(*settings)
        request = OutgoingRequest.of(httpx.Request("POST", url))
        with pytest.raises(httpx.ProxyError):
            transport.send(request, {}, exchange.trace)
        transport.close()
        with pytest.raises(httpx.ProxyError):
            await async_transport.send(request, {}, async_exchange.atrace)
        await async_transport.aclose()

    assert (exchange.phase, exchange.wrote) == ("connect", False)
    assert (async_exchange.phase, async_exchange.wrote) == ("connect", False)
