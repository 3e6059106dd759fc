"""aiohttp's exceptions as httpx's, which say how far a request got."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING

import aiohttp
import httpx

if TYPE_CHECKING:
    from ._aiohttp_connections import Progress

__all__ = ["of_body", "of_connecting", "of_request"]


def of_connecting(error: Exception, *, is_secure: bool) -> tuple[bool, Exception]:
    """Return whether TLS had begun, and what went wrong: nothing was sent.

    Args:
        error: What making a connection raised.
        is_secure: Whether it is one with TLS.
    """
    match error:
        case aiohttp.ClientConnectorCertificateError():
            return True, httpx.ConnectError(str(error.certificate_error))
        case aiohttp.ClientConnectorSSLError() | ssl.SSLError():
            return True, httpx.ConnectError(str(error))
        case aiohttp.ClientHttpProxyError():
            return False, httpx.ProxyError(f"{error.status} {error.message}")
        case aiohttp.ClientProxyConnectionError():
            return False, httpx.ProxyError(str(error))
        case aiohttp.ClientConnectorError():
            # The peer was there, and went away in the handshake.
            was_there = isinstance(error.os_error, ConnectionResetError | BrokenPipeError)
            return is_secure and was_there, httpx.ConnectError(str(error.os_error))
        case TimeoutError():
            return False, httpx.ConnectTimeout(str(error))
        case ValueError() | TypeError():
            return False, _refused(error)
        case _:
            # A proxy that hung up, for example.
            return False, httpx.ConnectError(str(error))


def of_request(error: Exception, progress: Progress) -> Exception:
    """Return what went wrong with a request, of which no answer has come.

    Args:
        error: What sending it raised.
        progress: How far it got.
    """
    if progress.gave_up_writing:
        return httpx.WriteTimeout("")
    if not progress.is_connected and isinstance(error, ValueError | TypeError):
        return _refused(error)
    return _after(error)


def of_body(error: Exception, progress: Progress) -> Exception:
    """Return what went wrong with the body of an answer.

    Args:
        error: What reading it raised.
        progress: How far its request got.
    """
    mapped = _after(error)
    if (
        isinstance(mapped, httpx.ReadError)
        and progress.is_cut_off
        and not isinstance(error, OSError)
    ):
        return httpx.RemoteProtocolError("the answer ended too early")
    return mapped


def _after(error: Exception) -> Exception:
    match error:
        case httpx.HTTPError():
            return error
        case TimeoutError():
            return httpx.ReadTimeout(str(error))
        case aiohttp.ClientPayloadError() | aiohttp.ClientResponseError():
            return httpx.RemoteProtocolError(str(error))
        case aiohttp.ServerDisconnectedError():
            # Its own words hold what has come of a head.
            return httpx.RemoteProtocolError("Server disconnected without sending a response.")
        case aiohttp.ClientError() | OSError():
            return httpx.ReadError(str(error))
        case _:
            return error


def _refused(error: Exception) -> Exception:
    if isinstance(error, aiohttp.InvalidURL):
        return httpx.UnsupportedProtocol(str(error))
    return httpx.LocalProtocolError(str(error))
