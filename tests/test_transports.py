"""Over real sockets: where the key goes, what is followed, and what is kept."""

from __future__ import annotations

import gzip
import socket
from typing import Any

import httpx
import pytest

from kodexa_client import (
    APIConnectionError,
    AuthenticationError,
    ConfigurationError,
    OutcomeUnknownError,
    ResponseValidationError,
    UnexpectedRedirectError,
)

from .conftest import API_KEY, EitherClient, StillClock, close
from .servers import ANSWER, serve


@pytest.fixture
async def connect(client_class: Any) -> Any:
    clients = []

    def make(base_url: Any, **settings: Any) -> Any:
        client = client_class(api_key=API_KEY, base_url=base_url, **settings)
        client._clock = StillClock()
        clients.append(client)
        return EitherClient(client)

    yield make
    for client in clients:
        await close(client)


def redirect(status: Any, location: Any) -> Any:
    return f"HTTP/1.1 {status} X\r\nlocation: {location}\r\ncontent-length: 0\r\n\r\n".encode()


async def test_the_key_is_on_the_wire_once(connect: Any) -> None:
    with serve(ANSWER) as server:
        await connect(server.url).create(name="ci")

    (received,) = server.received
    assert received.lower().count(b"x-api-key") == 1
    assert f"x-api-key: {API_KEY}".encode() in received
    assert received.startswith(b"POST /api/access-tokens HTTP/1.1\r\n")
    assert received.endswith(b'{"name":"ci"}')


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("given", [False, True], ids=["own", "injected"])
async def test_a_redirect_is_not_followed(
    connect: Any, http_client_class: Any, status: Any, given: Any
) -> None:
    with serve(ANSWER) as elsewhere, serve(redirect(status, elsewhere.url)) as server:
        settings = {"http_client": http_client_class(follow_redirects=True)} if given else {}
        client = connect(server.url, **settings)

        with pytest.raises(UnexpectedRedirectError, match="another origin") as caught:
            await client.create(name="ci")

        if given:
            await close_http(settings["http_client"])
    assert caught.value.status_code == status
    assert caught.value.headers["location"] == caught.value.to_url == elsewhere.url
    assert (len(server.received), elsewhere.received) == (1, [])
    # RFC 9110 15.4.8 and 15.4.9: after these two, it was not carried out.
    assert isinstance(caught.value, OutcomeUnknownError) is (status not in {307, 308})


async def close_http(http_client: Any) -> Any:
    if hasattr(http_client, "aclose"):
        await http_client.aclose()
    else:
        http_client.close()


async def test_a_connection_is_kept_and_shared_by_copies(connect: Any) -> None:
    with serve(ANSWER, ANSWER, ANSWER) as server:
        client = connect(server.url)
        await client.create(name="1")
        await client.create(name="2")
        await EitherClient(client.client.with_options(timeout=5)).create(name="3")

    assert (len(server.received), server.connections) == (3, 1)


@pytest.mark.parametrize("given", [False, True], ids=["own", "injected"])
async def test_a_cookie_is_not_sent_back(
    connect: Any, http_client_class: Any, *, given: bool
) -> None:
    cookie = ANSWER.replace(b"\r\n\r\n", b"\r\nset-cookie: session=canary; path=/\r\n\r\n")
    with serve(cookie, ANSWER) as server:
        settings = {"http_client": http_client_class()} if given else {}
        client = connect(server.url, **settings)
        await client.create(name="1")
        await client.create(name="2")
        if given:
            await close_http(settings["http_client"])

    assert len(server.received) == 2
    assert b"session" not in b"".join(server.received)


async def test_a_proxy_of_the_environment_does_not_see_an_http_request(
    connect: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serve(ANSWER) as proxy, serve(ANSWER) as server:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        monkeypatch.setenv("ALL_PROXY", proxy.url)
        await connect(server.url).create(name="ci")

    assert (len(server.received), proxy.received) == (1, [])


async def test_a_proxy_of_the_environment_gets_a_connect_without_the_key(
    connect: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    refusal = b"HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
    with serve(refusal, refusal, refusal) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        with pytest.raises(APIConnectionError, match="ProxyError") as caught:
            await connect("https://kodexa.test").create(name="ci")

    assert caught.value.sent is False
    assert len(proxy.received) == 3
    for received in proxy.received:
        assert received.startswith(b"CONNECT kodexa.test:443 HTTP/1.1")
        assert API_KEY.encode() not in received


async def test_a_refused_connection_is_not_sent(connect: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    client = connect(f"http://127.0.0.1:{port}")

    with pytest.raises(APIConnectionError, match="was not sent") as caught:
        await client.create(name="ci")

    assert caught.value.sent is False
    assert not isinstance(caught.value, OutcomeUnknownError)
    assert client.slept == [0.5, 1.0]


async def test_a_dropped_connection_may_have_been_carried_out(connect: Any) -> None:
    with (
        serve(b"") as server,
        pytest.raises(APIConnectionError, match="may have been carried out") as caught,
    ):
        await connect(server.url).create(name="ci")

    assert caught.value.sent is True
    assert isinstance(caught.value, OutcomeUnknownError)
    assert (caught.value.executed, caught.value.phase) == (None, "sent")
    assert len(server.received) == 1


UNREADABLE = {
    "cut": (b"content-length: 10\r\n\r\n{", "RemoteProtocolError", b"{"),
    "no gzip": (
        b"content-encoding: gzip\r\ncontent-length: 2\r\n\r\n{}",
        "it can't be decompressed",
        b"{}",
    ),
    "bad chunk": (b"transfer-encoding: chunked\r\n\r\nx\r\n", "RemoteProtocolError", b""),
}


@pytest.mark.parametrize(("rest", "reason", "body"), UNREADABLE.values(), ids=UNREADABLE)
async def test_a_creation_whose_answer_cannot_be_read_was_carried_out(
    connect: Any, rest: bytes, reason: str, body: bytes
) -> None:
    with (
        serve(b"HTTP/1.1 201 Created\r\nx-request-id: r1\r\n" + rest, last=True) as server,
        pytest.raises(ResponseValidationError, match="its body could not be read") as caught,
    ):
        await connect(server.url).create(name="ci")

    assert f"could not be read ({reason})" in str(caught.value)
    assert (caught.value.status_code, caught.value.request_id) == (201, "r1")
    assert caught.value.body == body
    assert isinstance(caught.value, OutcomeUnknownError)
    assert caught.value.executed is True
    assert len(server.received) == 1


@pytest.mark.parametrize("rest", [rest for rest, *_ in UNREADABLE.values()], ids=UNREADABLE)
async def test_an_error_whose_body_cannot_be_read_keeps_its_status(
    connect: Any, rest: bytes
) -> None:
    with (
        serve(b"HTTP/1.1 401 Unauthorized\r\nx-request-id: r1\r\n" + rest, last=True) as server,
        pytest.raises(AuthenticationError) as caught,
    ):
        await connect(server.url).create(name="ci")

    assert (caught.value.problem, caught.value.request_id) == (None, "r1")


async def test_a_hook_that_fails_after_the_answer_is_no_proof_that_nothing_was_sent(
    connect: Any, http_client_class: Any
) -> None:
    def fail(response: httpx.Response) -> None:
        raise httpx.ConnectError(f"the audit log does not take {response.status_code}")

    async def fail_asynchronously(response: httpx.Response) -> None:
        fail(response)

    is_async = http_client_class is httpx.AsyncClient
    hook = fail_asynchronously if is_async else fail
    http_client = http_client_class(event_hooks={"response": [hook]})
    with (
        serve(ANSWER) as server,
        pytest.raises(APIConnectionError, match="may have been carried out") as caught,
    ):
        await connect(server.url, http_client=http_client).create(name="ci")

    await close_http(http_client)
    assert caught.value.sent is True
    assert isinstance(caught.value, OutcomeUnknownError)
    assert len(server.received) == 1


async def test_an_http_client_that_its_owner_has_closed_is_not_used(
    connect: Any, http_client_class: Any
) -> None:
    http_client = http_client_class()
    with serve(ANSWER) as server:
        client = connect(server.url, http_client=http_client)
        await client.create(name="1")
        await close_http(http_client)

        with pytest.raises(ConfigurationError, match="The client is closed"):
            await client.create(name="2")

    assert len(server.received) == 1


async def test_a_copy_for_http_does_not_use_a_proxy_either(
    connect: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serve(ANSWER) as proxy, serve(ANSWER) as server:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        client = connect("https://kodexa.test")
        copied = client.client.with_options(base_url=server.url, api_key="other")
        await EitherClient(copied).create(name="ci")

    assert (len(server.received), proxy.received) == (1, [])


async def test_a_compressed_answer_is_read(connect: Any) -> None:
    body = gzip.compress(b'{"id": "1"}')
    head = f"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: {len(body)}\r\n\r\n"
    with serve(head.encode() + body) as server:
        assert (await connect(server.url).create()).id == "1"


@pytest.mark.parametrize("given", [False, True], ids=["own", "injected"])
async def test_an_idle_connection_is_not_used_again_after_an_answer_that_was_not_ours(
    connect: Any, http_client_class: Any, given: Any
) -> None:
    html = ANSWER.replace(b'{"id": "1"}', b"<html>12345")
    assert len(html) == len(ANSWER)
    with serve(html, ANSWER, ANSWER) as server:
        settings = {"http_client": http_client_class()} if given else {}
        client = connect(server.url, **settings)
        with pytest.raises(ResponseValidationError):
            await client.create(name="1")
        await client.create(name="2")
        await client.create(name="3")

        if given:
            await close_http(settings["http_client"])
    assert len(server.received) == 3
    # Those of a client that was given are its owner's.
    assert server.connections == (1 if given else 2)
