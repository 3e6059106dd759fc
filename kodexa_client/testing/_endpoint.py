"""The fake platform as an ASGI application, which can end a connection where ASGI knows no way."""

from __future__ import annotations

from typing import TYPE_CHECKING

import anyio
import httpx
from starlette.requests import Request

from ._in_process import CUT, DROPPED

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.responses import Response
    from starlette.types import Receive, Scope, Send

    from ._scripts import Play

# In the scope's `extensions`, a function that closes the connection.
CLOSE = "kodexa_client.close"


class Endpoint:
    """An ASGI application, since a route to a function would refuse methods by itself."""

    def __init__(self, play: Callable[[Request, bytes], Play]) -> None:
        """Take what answers.

        Args:
            play: Returns what becomes of a request and its body.
        """
        self._play = play

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = Request(scope, receive)
        play = self._play(request, await request.body())
        await anyio.sleep(play.stall)
        if play.response is None:
            await _close(scope, receive, DROPPED)
        elif play.is_cut:
            await _send_half(play.response, send)
            await _close(scope, receive, CUT)
        else:
            await play.response(scope, receive, send)


async def _send_half(response: Response, send: Send) -> None:
    body = bytes(response.body)
    await send(
        {
            "type": "http.response.start",
            "status": response.status_code,
            "headers": response.raw_headers,
        }
    )
    half = {"type": "http.response.body", "body": body[: len(body) // 2], "more_body": True}
    await send(half)


async def _close(scope: Scope, receive: Receive, words: str) -> None:
    close = scope.get("extensions", {}).get(CLOSE)
    if close is None:
        # httpx.ASGITransport hands it to the client, as a connection would.
        raise httpx.RemoteProtocolError(words)
    close()
    # A server that is not told yet that the connection is gone would answer 500. The body has
    # been received, so what comes is that.
    await receive()
