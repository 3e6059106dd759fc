"""A transport of httpx's that hands requests to the fake platform in the same process."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import httpx
from starlette.requests import Request

from ._waiting import pass_time

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

    from ._scripts import Play

# What httpcore tells of a connection that is made and of a request that is sent over it
# (httpx's extension `trace`): a client sees how far each attempt got, as with a real one.
_EVENTS = (
    "connection.connect_tcp.started",
    "connection.connect_tcp.complete",
    "http11.send_request_headers.started",
    "http11.send_request_headers.complete",
    "http11.send_request_body.started",
    "http11.send_request_body.complete",
    "http11.receive_response_headers.started",
)
DROPPED = "Server disconnected without sending a response."
CUT = "peer closed connection without sending complete message body"


class InProcessTransport(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """Sends to a fake platform without a socket, for sync and async clients of httpx."""

    def __init__(self, play: Callable[[Request, bytes], Play]) -> None:
        """Take what answers.

        Args:
            play: Returns what becomes of a request and its body.
        """
        self._play = play

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request."""
        trace: Callable[[str, dict[str, Any]], object] | None = request.extensions.get("trace")
        content = request.read()
        if trace is not None:
            for event in _EVENTS:
                trace(event, {})
        return _outcome(self._play(_to_starlette(request), content), request)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request."""
        trace: Callable[[str, dict[str, Any]], Awaitable[object]] | None
        trace = request.extensions.get("trace")
        content = await request.aread()
        if trace is not None:
            for event in _EVENTS:
                await trace(event, {})
        return _outcome(self._play(_to_starlette(request), content), request)


class _Body(httpx.SyncByteStream, httpx.AsyncByteStream):
    """A body, or half of one, after which the connection is lost."""

    def __init__(self, content: bytes, *, is_cut: bool) -> None:
        self._content = content[: len(content) // 2] if is_cut else content
        self._is_cut = is_cut

    def __iter__(self) -> Iterator[bytes]:
        yield self._content
        if self._is_cut:
            raise httpx.RemoteProtocolError(CUT)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self:
            yield piece


def _outcome(play: Play, request: httpx.Request) -> httpx.Response:
    limit: float | None = request.extensions.get("timeout", {}).get("read")
    if limit is not None and play.stall >= limit:
        pass_time(limit)
        raise httpx.ReadTimeout("the fake platform stalls for longer", request=request)
    pass_time(play.stall)
    if play.response is None:
        raise httpx.RemoteProtocolError(DROPPED, request=request)
    body = _Body(bytes(play.response.body), is_cut=play.is_cut)
    return httpx.Response(play.response.status_code, headers=play.response.raw_headers, stream=body)


def _to_starlette(request: httpx.Request) -> Request:
    raw_path, _, query = request.url.raw_path.partition(b"?")
    scope: dict[str, Any] = {
        "type": "http",
        "method": request.method,
        "scheme": request.url.scheme,
        "server": (request.url.host, request.url.port),
        "path": unquote(raw_path.decode("ascii")),
        "raw_path": raw_path,
        "query_string": query,
        "headers": [(name.lower(), value) for name, value in request.headers.raw],
    }
    return Request(scope)
