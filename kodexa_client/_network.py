"""The sockets under httpcore's connections: deadlines, no left-over bytes, and fewer writes.

httpcore's timeouts are for each phase: against a server that sends a byte now and then,
they never end a call. Its streams can be put in front of (``network_backend``), and that
is done here. The deadline of an async call is a cancel scope around it, so only the sync
streams look at it.
"""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING, Any, cast

import anyio
import httpcore

from ._deadlines import seconds_left
from ._framing import AnswerFraming

if TYPE_CHECKING:
    from collections.abc import Iterable

    from httpcore import SOCKET_OPTION

__all__ = ["AsyncBackend", "Backend"]

# asyncio reads as much at once. anyio keeps what is over where nobody sees it.
_READ_SIZE = 256 * 1024
# Of TLS, anyio reads 64 KiB at once: what comes behind so much of an answer is not seen.
_LONGEST_SEEN_OVER_TLS = 32 * 1024
# A write of any size has one timeout; looking at the deadline in between needs pieces.
_WRITE_SIZE = 64 * 1024
# A request's head and body are two writes of httpcore's. What is small waits for the next one,
# or for the first read, and is one write of the socket's, and one packet.
_LARGEST_HELD_BACK = 64 * 1024


class AsyncBackend(httpcore.AsyncNetworkBackend):
    """Connects by anyio, on asyncio and on trio."""

    def __init__(self) -> None:
        """Connect as httpcore does."""
        # Its type depends on whether anyio is installed, which it is.
        self._backend = cast("httpcore.AsyncNetworkBackend", httpcore.AnyIOBackend())

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's interface
        local_address: str | None = None,
        socket_options: Iterable[SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Connect, and follow what comes."""
        return _AsyncStream(
            await self._backend.connect_tcp(host, port, timeout, local_address, socket_options)
        )

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await self._backend.sleep(seconds)


class _AsyncStream(httpcore.AsyncNetworkStream):
    def __init__(self, stream: httpcore.AsyncNetworkStream, *, over_tls: bool = False) -> None:
        self._stream = stream
        self._framing = AnswerFraming()
        self._over_tls = over_tls
        self._unsent = b""
        self._write_timeout: float | None = None
        self._surplus = b""
        self._size = 0

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109
        if self._unsent:
            try:
                await self._flush()
            except httpcore.WriteError:
                # As httpcore does: a server may answer a request that it does not take.
                self._framing.give_up()
        if not self._surplus:
            # TLS gives a record at a time, whatever it is asked for.
            size = max_bytes if self._over_tls else max(max_bytes, _READ_SIZE)
            data = await self._stream.read(size, timeout)
            self._framing.received(data)
            self._size += len(data)
            if len(data) <= max_bytes:
                return data
            self._surplus = data
        data, self._surplus = self._surplus[:max_bytes], self._surplus[max_bytes:]
        return data

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109
        self._framing.sent(buffer)
        self._size = 0
        if len(self._unsent) + len(buffer) <= _LARGEST_HELD_BACK:
            self._unsent += buffer
            self._write_timeout = timeout
            return
        if self._unsent:
            await self._flush()
        await self._stream.write(buffer, timeout)

    async def _flush(self) -> None:
        data, self._unsent = self._unsent, b""
        await self._stream.write(data, self._write_timeout)

    async def aclose(self) -> None:
        await self._stream.aclose()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109
    ) -> httpcore.AsyncNetworkStream:
        try:
            stream = await self._stream.start_tls(ssl_context, server_hostname, timeout)
        except BaseException:
            # httpcore closes it after an Exception, and leaves it open after a cancellation.
            with anyio.CancelScope(shield=True):
                await self._stream.aclose()
            raise
        return _AsyncStream(stream, over_tls=True)

    def get_extra_info(self, info: str) -> Any:  # noqa: ANN401 - httpcore's interface
        is_seen = not self._over_tls or self._size <= _LONGEST_SEEN_OVER_TLS
        return _extra_info(self._stream, info, is_clean=self._framing.is_clean and is_seen)


class Backend(httpcore.NetworkBackend):
    """Connects by the socket module."""

    def __init__(self) -> None:
        """Connect as httpcore does."""
        self._backend = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect within the deadline, and follow what comes."""
        timeout = _seconds_left(timeout, httpcore.ConnectTimeout)
        return _Stream(
            self._backend.connect_tcp(host, port, timeout, local_address, socket_options)
        )

    def sleep(self, seconds: float) -> None:
        """Wait."""
        self._backend.sleep(seconds)


class _Stream(httpcore.NetworkStream):
    def __init__(self, stream: httpcore.NetworkStream) -> None:
        self._stream = stream
        self._framing = AnswerFraming()
        self._unsent = b""
        self._write_timeout: float | None = None

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        if self._unsent:
            try:
                self._flush()
            except httpcore.WriteError:
                # As above.
                self._framing.give_up()
        data = self._stream.read(max_bytes, _seconds_left(timeout, httpcore.ReadTimeout))
        self._framing.received(data)
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._framing.sent(buffer)
        if len(self._unsent) + len(buffer) <= _LARGEST_HELD_BACK:
            self._unsent += buffer
            self._write_timeout = timeout
            return
        if self._unsent:
            self._flush()
        for start in range(0, len(buffer), _WRITE_SIZE):
            piece = buffer[start : start + _WRITE_SIZE]
            self._stream.write(piece, _seconds_left(timeout, httpcore.WriteTimeout))

    def _flush(self) -> None:
        data, self._unsent = self._unsent, b""
        self._stream.write(data, _seconds_left(self._write_timeout, httpcore.WriteTimeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        timeout = _seconds_left(timeout, httpcore.ConnectTimeout)
        return _Stream(self._stream.start_tls(ssl_context, server_hostname, timeout))

    def get_extra_info(self, info: str) -> Any:  # noqa: ANN401 - httpcore's interface
        return _extra_info(self._stream, info, is_clean=self._framing.is_clean)


def _seconds_left(timeout: float | None, passed: type[Exception]) -> float | None:
    timeout = seconds_left(timeout)
    # A socket takes 0 to mean that it should not wait.
    if timeout is not None and timeout <= 0:
        raise passed
    return timeout


def _extra_info(
    stream: httpcore.NetworkStream | httpcore.AsyncNetworkStream, info: str, *, is_clean: bool
) -> Any:  # noqa: ANN401 - httpcore's interface
    # httpcore asks this of an idle connection: one where bytes wait is not used again.
    if info == "is_readable":
        tls = stream.get_extra_info("ssl_object")
        # Over HTTP/2 every byte belongs to a stream, and httpcore keeps them apart.
        if tls is None or tls.selected_alpn_protocol() != "h2":
            if not is_clean:
                return True
            if isinstance(tls, ssl.SSLObject) and _has_more(tls):
                return True
    return stream.get_extra_info(info)


def _has_more(tls: ssl.SSLObject) -> bool:
    """Tell whether TLS has something to read that came with what was read before."""
    try:
        tls.read(1)
    except ssl.SSLError as error:
        # Anything else is not an idle connection: its end, for example.
        return not isinstance(error, ssl.SSLWantReadError)
    return True
