"""aiohttp's connections, watched: what proves that a request was sent, and that none is mixed up.

aiohttp looks at a connection only when it takes it: a second answer that comes later is the
next request's. And it sends an idempotent request again by itself, which nobody would see.
"""

from __future__ import annotations

import asyncio
import os
import select
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

import aiohttp
import httpx

from ._aiohttp_errors import of_connecting
from ._framing import FollowedFraming

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

    from ._wire import AsyncTrace

__all__ = ["CONNECTING", "LONGEST_HEAD", "Connector", "Progress", "current_progress"]

CONNECTING = "connection.connect_tcp.started"
_TLS = "connection.start_tls.started"
_SENDING = "http11.send_request_headers.started"
# h11's limit for a head.
LONGEST_HEAD = 100 * 1024
# What follows so much over TLS may be held back where nobody sees it.
_LONGEST_SEEN_OVER_TLS = 32 * 1024


class Progress:
    """How far a request got.

    Attributes:
        is_connected: Whether it has a connection: it may have been sent from then on.
    """

    def __init__(self, trace: AsyncTrace, write_seconds: float | None) -> None:
        """Start before there is a connection.

        Args:
            trace: Is told of each step, as httpx's request extension ``trace`` is.
            write_seconds: How long writing may stand still, or None for no limit.
        """
        self.is_connected = False
        self._trace: AsyncTrace | None = trace
        self._write_seconds = write_seconds
        # For its connection to know it by: an idle one is to hold nothing of a call.
        self._token = object()
        self._connection: _Watched | None = None

    async def tell(self, event: str) -> None:
        """Tell of a step, as httpx's request extension ``trace`` does."""
        if self._trace is not None:
            await self._trace(event, {})

    def let_go(self) -> None:
        """Tell of nothing more: what begins in a call, as a timer does, keeps its context."""
        self._trace = None

    async def connected(self, connection: _Watched, method: str) -> None:
        """Take note of the connection that the request is sent on."""
        self.is_connected = True
        self._connection = connection
        connection.begins(self._token, method, self._write_seconds)
        await self.tell(_SENDING)

    def answered(self, response: aiohttp.ClientResponse) -> None:
        """Take note of the answer, whose body is still to be read."""
        if self._connection is not None:
            self._connection.watch(self._token, response)

    def ended(self) -> None:
        """Take note that the answer is no longer of interest."""
        if self._connection is not None:
            self._connection.ends(self._token)

    def abort(self) -> None:
        """End the connection at once."""
        if self._connection is not None:
            self._connection.transport.abort()

    @property
    def is_cut_off(self) -> bool:
        """Whether the connection has ended."""
        return self._connection is not None and self._connection.is_lost

    @property
    def gave_up_writing(self) -> bool:
        """Whether the peer took nothing for too long."""
        return self._connection is not None and self._connection.gave_up_writing


current_progress: ContextVar[Progress] = ContextVar("kodexa_client_progress")
"""Of the request that the task sends."""


class Connector(aiohttp.TCPConnector):
    """Tells when a request gets a connection, and gives out none with bytes left over."""

    def __init__(self, **settings: Any) -> None:  # noqa: ANN401 - aiohttp's
        """Take aiohttp's settings."""
        self._process: int | None = os.getpid()
        self._watched: set[_Watched] = set()
        super().__init__(**settings)

    def __del__(self, *arguments: Any) -> None:  # noqa: ANN401 - as above
        # In a forked process, closing would take the sockets out of the epoll that it shares
        # with its parent, whose event loop would wait for them for ever.
        if self._process == os.getpid():
            super().__del__(*arguments)

    async def connect(self, req: Any, *args: Any, **named: Any) -> Any:  # noqa: ANN401 - passed on
        """Return a connection for a request of aiohttp's.

        Raises:
            httpx.TransportError: There is none. Nothing was sent.
        """
        progress = current_progress.get()
        if progress.is_connected:
            # It failed, and aiohttp would send it again.
            raise httpx.RemoteProtocolError("Server disconnected without sending a response.")
        # Whoever cancels it from here on can be told that nothing was sent.
        await progress.tell(CONNECTING)
        try:
            while True:
                connection = await super().connect(req, *args, **named)
                transport: Any = connection.transport
                watched = transport.get_protocol()
                if not isinstance(watched, _Watched):
                    watched = _Watched(watched, transport, self._watched)
                    transport.set_protocol(watched)
                    break
                if watched.may_be_used_again():
                    break
                # close() alone would wait for the peer's part of the end of TLS.
                transport.abort()
                connection.close()
        except Exception as error:
            is_tls, mapped = of_connecting(error, is_secure=req.url.scheme == "https")
            if is_tls:
                await progress.tell(_TLS)
            raise mapped from error
        await progress.connected(watched, req.method)
        return connection

    def forget(self) -> None:
        """Leave the connections to their event loop, which is not here."""
        self._process = None

    def close_idle(self) -> None:
        """Close the connections that no request uses."""
        for one in [*self._watched]:
            if one.is_idle:
                one.transport.abort()

    def abort(self) -> None:
        """End every connection at once: closing would first send what is still to be sent."""
        for one in [*self._watched]:
            one.transport.abort()


class _Watched(asyncio.Protocol):
    """Stands in front of aiohttp's protocol, and follows the answers.

    Attributes:
        transport: asyncio's.
        is_lost: Whether the connection has ended.
        gave_up_writing: Whether it was ended since the peer took nothing for too long.
    """

    def __init__(self, inner: Any, transport: Any, all_of_them: set[_Watched]) -> None:  # noqa: ANN401 - asyncio's and aiohttp's kinds share no type
        self.transport = transport
        self.is_lost = False
        self.gave_up_writing = False
        self._inner = inner
        self._framing = FollowedFraming()
        self._size = 0
        self._over_tls = transport.get_extra_info("ssl_object") is not None
        self._is_readable = _readability(transport.get_extra_info("socket"))
        self._write_seconds: float | None = None
        self._stalled: asyncio.TimerHandle | None = None
        self._token: object = None
        self._response: aiohttp.ClientResponse | None = None
        self._all_of_them = all_of_them
        all_of_them.add(self)

    @property
    def is_idle(self) -> bool:
        return self._framing.is_clean

    def begins(self, token: object, method: str, write_seconds: float | None) -> None:
        """Take note of a request that is about to be sent."""
        self._token = token
        self._response = None
        self._size = 0
        self._write_seconds = write_seconds
        self._framing.sent(b"HEAD " if method == "HEAD" else b"")

    def watch(self, token: object, response: aiohttp.ClientResponse) -> None:
        """Keep the answer whose body is being read: to end it where aiohttp forgets it."""
        # With the last of its bytes the next request may have begun.
        if self._token is token:
            self._response = response
            self._end_answer()

    def ends(self, token: object) -> None:
        """Take note that nobody reads the answer to a request any more."""
        if self._token is token:
            self._response = None
            # aiohttp closes one whose request was not sent whole, and first sends the rest.
            if not self._framing.is_clean or self.transport.get_write_buffer_size():
                self.transport.abort()

    def may_be_used_again(self) -> bool:
        if self.transport.is_closing() or not self._framing.is_clean:
            return False
        if self._over_tls and self._size > _LONGEST_SEEN_OVER_TLS:
            return False
        # Bytes, or the end, that the event loop has not read yet.
        return not self._is_readable()

    def data_received(self, data: bytes) -> None:
        self._size += len(data)
        if self._framing.has_ended:
            # Nothing was asked for. What was may still be read.
            self._framing.received(data)
            self.transport.abort()
            return
        head = self._framing.received_with_head(data)
        if self._framing.is_in_order:
            self._inner.data_received(data)
            if self._framing.is_in_head:
                # With an interim answer aiohttp takes the wait for an answer to be over.
                self._inner.start_timeout()
            return
        # aiohttp loses a head that comes together with a body that it can't parse.
        if head:
            self._inner.data_received(data[:head])
        if self._framing.is_endless:
            # It bounds each field, and how many there are, and not all of them.
            self.transport.abort()
            return
        # And it loses an answer with something behind it, or keeps that for the next one.
        rest = data[head : len(data) - self._framing.surplus]
        if rest and not self.transport.is_closing():
            self._inner.data_received(rest)

    def eof_received(self) -> bool | None:
        is_kept_open: bool | None = self._inner.eof_received()
        return is_kept_open

    def connection_lost(self, exc: Exception | None) -> None:
        self._all_of_them.discard(self)
        self.is_lost = True
        self._writes_again()
        self._inner.connection_lost(exc)
        self._end_answer()

    def _end_answer(self) -> None:
        # aiohttp forgets one whose chunks it can't parse: who reads it would wait for ever.
        if self.is_lost and self._response is not None and not self._response.closed:
            self._response.close()

    def pause_writing(self) -> None:
        # aiohttp has no timeout for writing.
        if self._write_seconds is not None:
            loop = asyncio.get_running_loop()
            self._stalled = loop.call_later(self._write_seconds, self._give_up_writing)
        self._inner.pause_writing()

    def resume_writing(self) -> None:
        self._writes_again()
        self._inner.resume_writing()

    def _give_up_writing(self) -> None:
        self.gave_up_writing = True
        self.transport.abort()

    def _writes_again(self) -> None:
        if self._stalled is not None:
            self._stalled.cancel()
            self._stalled = None


def _readability(one: socket.socket) -> Callable[[], bool]:
    """Return what tells whether there is something to read from a socket, or its end."""
    number = one.fileno()
    if not hasattr(select, "poll"):
        # Windows.
        return lambda: bool(select.select([number], [], [], 0)[0])
    poll = select.poll()
    poll.register(number, select.POLLIN)
    return lambda: bool(poll.poll(0))
