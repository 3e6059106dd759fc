"""TLS: certificates that are not to be trusted, and handshakes that come to nothing."""

from __future__ import annotations

import datetime
import ssl
from typing import TYPE_CHECKING, Any

import httpx
import pytest
import trustme

from kodexa_client import (
    APIConnectionError,
    APITimeoutError,
    OutcomeUnknownError,
    ResponseValidationError,
)
from tests.conftest import FastKodexaClient
from tests.faults import connected, secrets_in
from tests.faults import scripts as s
from tests.faults.server import Exchange, FaultServer, Script, until

if TYPE_CHECKING:
    from pathlib import Path

HOST = "127.0.0.1"
YESTERDAY = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=1)


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(autouse=True)
def _trusted(authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the authority the only one that is trusted, as an administrator does."""
    path = tmp_path / "authority.pem"
    path.write_bytes(authority.cert_pem.bytes())
    monkeypatch.setenv("SSL_CERT_FILE", str(path))


def context_of(certificate: trustme.LeafCert) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    return context


def self_signed() -> ssl.SSLContext:
    """Return a context whose certificate has signed itself."""
    own = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    both = trustme.Blob(own.private_key_pem.bytes() + own.cert_pem.bytes())
    with both.tempfile() as path:
        context.load_cert_chain(path)
    return context


CERTIFICATES: dict[str, Any] = {
    "expired": lambda authority: context_of(authority.issue_cert(HOST, not_after=YESTERDAY)),
    "wrong host": lambda authority: context_of(authority.issue_cert("elsewhere.test")),
    "unknown authority": lambda _: context_of(trustme.CA().issue_cert(HOST)),
    "self-signed": lambda _: self_signed(),
}


async def _call(client_class: Any, base_url: str, **settings: Any) -> Any:
    async with connected(client_class, base_url, **settings) as either:
        try:
            return await either.create_detailed(name="ci")
        except (APIConnectionError, ResponseValidationError) as error:
            return error


@pytest.mark.parametrize("kind", CERTIFICATES)
async def test_a_bad_certificate_is_not_tried_again(
    client_class: Any, kind: str, authority: trustme.CA
) -> None:
    with FaultServer(s.OK, ssl_context=CERTIFICATES[kind](authority)) as server:
        error = await _call(client_class, server.url)
        await until(server.is_deserted, what="the connections' end")

    assert isinstance(error, APIConnectionError)
    assert not isinstance(error, OutcomeUnknownError)
    assert error.sent is False
    assert len(error.attempts) == 1
    assert error.attempts[0].phase == "tls"
    assert (server.received, server.executed) == ([], [])
    assert secrets_in(error) == []


HANDSHAKES: dict[str, tuple[Script, type[APIConnectionError]]] = {
    "stalls": (s.STALL_UNREAD, APITimeoutError),
    "is closed": (s.CLOSE_UNREAD, APIConnectionError),
    "is reset": (s.RESET_UNREAD, APIConnectionError),
}


@pytest.mark.parametrize("handshake", HANDSHAKES)
async def test_a_handshake_that_comes_to_nothing_is_tried_again(
    client_class: Any, handshake: str
) -> None:
    script, kind = HANDSHAKES[handshake]
    with FaultServer(script) as server:
        error = await _call(
            client_class,
            server.url.replace("http", "https"),
            timeout=httpx.Timeout(5, connect=0.1),
        )
        await until(server.is_deserted, what="the connections' end")

    assert isinstance(error, kind)
    assert not isinstance(error, OutcomeUnknownError)
    assert error.sent is False
    # aiohttp does not tell when it is connected, and a timeout does not tell in what.
    is_told = client_class is not FastKodexaClient or handshake != "stalls"
    phase = "tls" if is_told else "connect"
    assert [attempt.phase for attempt in error.attempts] == [phase] * 3
    assert server.received == []


async def test_a_server_without_tls_was_sent_nothing(client_class: Any) -> None:
    async def say(exchange: Exchange) -> None:
        await exchange.send(b"HTTP/1.1 400 X\r\nconnection: close\r\n\r\n")
        exchange.close()

    with FaultServer(Script("no TLS", say)) as server:
        error = await _call(client_class, server.url.replace("http", "https"))
        await until(server.is_deserted, what="the connections' end")

    assert isinstance(error, APIConnectionError)
    assert not isinstance(error, OutcomeUnknownError)
    assert (error.sent, server.received) == (False, [])


# After the handshake, TLS changes nothing but the exceptions that httpx raises.
AFTERWARDS: dict[Script, tuple[type[Exception], bool | None]] = {
    s.DROP: (APIConnectionError, None),
    s.RESET: (APIConnectionError, None),
    s.HALF_HEAD: (APIConnectionError, None),
    s.HALF_BODY: (ResponseValidationError, True),
    s.HALF_BODY_RESET: (ResponseValidationError, True),
}


@pytest.mark.parametrize("script", AFTERWARDS, ids=str)
async def test_what_happens_after_the_handshake_is_unclear(
    client_class: Any, script: Script, authority: trustme.CA
) -> None:
    kind, known = AFTERWARDS[script]
    with FaultServer(script, ssl_context=context_of(authority.issue_cert(HOST))) as server:
        error = await _call(client_class, server.url)
        await until(server.is_deserted, what="the connections' end")

    assert isinstance(error, kind)
    assert isinstance(error, OutcomeUnknownError)
    assert error.executed is known
    assert (len(error.attempts), len(server.executed)) == (1, 1)
    assert secrets_in(error) == []


async def test_a_good_certificate_is_trusted(client_class: Any, authority: trustme.CA) -> None:
    with FaultServer(s.OK, ssl_context=context_of(authority.issue_cert(HOST))) as server:
        response = await _call(client_class, server.url)
        await until(server.is_deserted, what="the connections' end")

    (made,) = server.executed
    assert (response.parsed.id, len(response.attempts)) == (made.id, 1)
