"""aiohttp's exceptions as httpx's: how far a request got is never said to be less than it was."""

from __future__ import annotations

import ssl
from types import SimpleNamespace
from typing import Any

import aiohttp
import httpx
import pytest
from aiohttp.client_reqrep import ConnectionKey
from multidict import CIMultiDict, CIMultiDictProxy
from yarl import URL

from kodexa_client._aiohttp_errors import of_body, of_connecting, of_request

KEY = ConnectionKey("kodexa.test", 443, is_ssl=True, ssl=True, proxy=None, proxy_auth=None,
                    proxy_headers_hash=None)  # fmt: skip
INFO = aiohttp.RequestInfo(URL("https://kodexa.test"), "GET", CIMultiDictProxy(CIMultiDict()))
REFUSED = ConnectionRefusedError(111, "refused")
RESET = ConnectionResetError(104, "reset")


def progress(**seen: Any) -> Any:
    """Return how far a request got: nowhere, but for what is said."""
    return SimpleNamespace(
        **{"is_connected": False, "is_cut_off": False, "gave_up_writing": False, **seen}
    )


CONNECTING: dict[str, tuple[Exception, bool, type[Exception]]] = {
    "a certificate": (
        aiohttp.ClientConnectorCertificateError(KEY, ssl.SSLCertVerificationError("expired")),
        True,
        httpx.ConnectError,
    ),
    "TLS": (aiohttp.ClientConnectorSSLError(KEY, OSError(1, "TLS")), True, httpx.ConnectError),
    "ssl's own": (ssl.SSLError("TLS"), True, httpx.ConnectError),
    "a proxy's answer": (
        aiohttp.ClientHttpProxyError(INFO, (), status=407, message="who"),
        False,
        httpx.ProxyError,
    ),
    "no proxy": (aiohttp.ClientProxyConnectionError(KEY, REFUSED), False, httpx.ProxyError),
    "a port that is closed": (
        aiohttp.ClientConnectorError(KEY, REFUSED),
        False,
        httpx.ConnectError,
    ),
    "a reset": (aiohttp.ClientConnectorError(KEY, RESET), True, httpx.ConnectError),
    "a pipe that is broken": (
        aiohttp.ClientConnectorError(KEY, BrokenPipeError(32, "pipe")),
        True,
        httpx.ConnectError,
    ),
    "no time left": (aiohttp.ConnectionTimeoutError(), False, httpx.ConnectTimeout),
    "a URL": (aiohttp.InvalidURL("https://"), False, httpx.UnsupportedProtocol),
    "a value": (ValueError("x"), False, httpx.LocalProtocolError),
    "a type": (TypeError("x"), False, httpx.LocalProtocolError),
    "a connector that is closed": (
        aiohttp.ClientConnectionError("Connector is closed."),
        False,
        httpx.ConnectError,
    ),
}


@pytest.mark.parametrize("name", CONNECTING)
def test_what_goes_wrong_before_there_is_a_connection(name: str) -> None:
    error, in_tls, kind = CONNECTING[name]

    is_tls, mapped = of_connecting(error, is_secure=True)

    assert (is_tls, type(mapped)) == (in_tls, kind)


def test_without_tls_a_reset_is_none_of_its() -> None:
    error = aiohttp.ClientConnectorError(KEY, RESET)

    assert of_connecting(error, is_secure=False)[0] is False


AFTERWARDS: dict[str, tuple[Exception, type[Exception]]] = {
    "no time left": (aiohttp.SocketTimeoutError("x"), httpx.ReadTimeout),
    "asyncio's": (TimeoutError("x"), httpx.ReadTimeout),
    "a body that is cut": (aiohttp.ClientPayloadError("x"), httpx.RemoteProtocolError),
    "a head that is none": (
        aiohttp.ClientResponseError(INFO, (), status=400, message="Bad"),
        httpx.RemoteProtocolError,
    ),
    "no answer": (aiohttp.ServerDisconnectedError("canary"), httpx.RemoteProtocolError),
    "a reset": (aiohttp.ClientOSError(104, "reset"), httpx.ReadError),
    "the system's": (RESET, httpx.ReadError),
    "aiohttp's": (aiohttp.ClientError("x"), httpx.ReadError),
}


@pytest.mark.parametrize("name", AFTERWARDS)
@pytest.mark.parametrize("is_connected", [True, False], ids=["connected", "who knows"])
def test_what_goes_wrong_once_a_request_may_have_been_sent(
    name: str, *, is_connected: bool
) -> None:
    error, kind = AFTERWARDS[name]

    mapped = of_request(error, progress(is_connected=is_connected))

    assert type(mapped) is kind
    assert "canary" not in str(mapped)
    assert not isinstance(mapped, httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout)


@pytest.mark.parametrize(
    "error", [httpx.RemoteProtocolError("x"), RuntimeError("x"), ValueError("x")], ids=repr
)
def test_what_is_not_aiohttps_stays_what_it_is(error: Exception) -> None:
    seen = progress(is_connected=True)

    assert of_request(error, seen) is error
    assert of_body(error, seen) is error


def test_what_is_refused_before_there_is_a_connection_is_refused_locally() -> None:
    kinds = [
        type(of_request(error, progress()))
        for error in (ValueError("x"), TypeError("x"), aiohttp.InvalidURL("x"))
    ]

    assert kinds == [httpx.LocalProtocolError] * 2 + [httpx.UnsupportedProtocol]


def test_a_connection_that_was_given_up_since_nothing_was_taken_is_a_timeout() -> None:
    seen = progress(is_connected=True, gave_up_writing=True)

    assert type(of_request(aiohttp.ClientOSError(104, "x"), seen)) is httpx.WriteTimeout


@pytest.mark.parametrize(
    ("error", "is_cut_off", "kind"),
    [
        (aiohttp.ClientConnectionError("x"), True, httpx.RemoteProtocolError),
        (aiohttp.ClientConnectionError("x"), False, httpx.ReadError),
        (aiohttp.ClientOSError(104, "x"), True, httpx.ReadError),
        (aiohttp.SocketTimeoutError("x"), True, httpx.ReadTimeout),
    ],
    ids=["cut off", "not cut off", "reset", "no time left"],
)
def test_what_goes_wrong_with_a_body(
    error: Exception, kind: type[Exception], *, is_cut_off: bool
) -> None:
    assert type(of_body(error, progress(is_connected=True, is_cut_off=is_cut_off))) is kind
