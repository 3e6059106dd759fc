"""The client's own connections: the idle ones in a stack, without httpcore's pool.

That pool looks at all of its connections and all that wait for one, for each request, and may
give one connection to two requests, of which one has to queue again: the cost grows with the
number of calls, and some are overtaken by hundreds. Here the cost is the same for any number.
"""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING, Any

import anyio
import httpcore
import httpx

from ._connecting import AsyncConnector, Connector, Place
from ._event_loop import OnEventLoop
from ._hidden import Hidden
from ._idle import Idle
from ._network import AsyncBackend, Backend
from ._slots import AsyncSlots, Slots
from ._stand_ins import AsyncStandIn, StandIn
from ._wire import Received

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
    from types import TracebackType

    from ._proxies import Proxies
    from ._wire import AsyncTrace, OutgoingRequest, Trace

__all__ = ["MAX_CONNECTIONS", "AsyncPoolTransport", "PoolTransport"]

# httpx's own default.
MAX_CONNECTIONS = 100

# Told before anything that can only fail before a connection is there, and of a request that is
# handed to a connection that has been used: that one need not tell of each of its steps.
_CONNECTING = "connection.connect_tcp.started"
_SENDING = "http11.send_request_headers.started"


class AsyncPoolTransport(OnEventLoop):
    """Sends over connections that it keeps and shares among the tasks of an event loop.

    Attributes:
        is_closed: Whether it has been closed.
        slots: The queue in front of it: as many connections are in use as it lets through.
    """

    def __init__(self, proxies: Proxies, context: Callable[[], ssl.SSLContext]) -> None:
        """Prepare the connections. None is made yet.

        Args:
            proxies: Tells which proxy they go through.
            context: Returns the settings of TLS. Called when they are needed first.
        """
        self.is_closed = False
        self.slots = AsyncSlots(MAX_CONNECTIONS)
        self._connector = AsyncConnector(proxies, context, AsyncBackend())
        self._stand_in = AsyncStandIn(context)
        # Each holds the request that it sends, with its key.
        self._in_use: Hidden[set[httpcore.AsyncConnectionInterface]] = Hidden(set())
        self._idle = Idle[httpcore.AsyncConnectionInterface]()

    async def send(
        self, request: OutgoingRequest, timeouts: dict[str, float | None], trace: AsyncTrace
    ) -> Received:
        """Send the request as it is.

        Args:
            request: The request, with the key.
            timeouts: Seconds for each phase, as httpx's extension ``timeout`` has them.
            trace: Is told of each step, as httpx's extension ``trace`` is.
        """
        # Whatever fails or is cancelled before there is a connection was not sent.
        await trace(_CONNECTING, {})
        if self._stand_in.is_wanted:
            return await self._stand_in.send(request, timeouts, trace)
        place = self._connector.place_of(request.url)
        connection = await self._taken(place)
        extensions: dict[str, Any] = {"timeout": timeouts}
        try:
            if connection is None:
                connection = self._connector.connection(request.url)
                self._in_use.reveal().add(connection)
                extensions["trace"] = trace
            else:
                # To have each step told takes some 15 microseconds.
                await trace(_SENDING, {})
            with _HttpxExceptions():
                response = await connection.handle_async_request(_core_request(request, extensions))
            body = _AsyncBody(self, response, connection, place)
            return Received(response.status, httpx.Headers(response.headers), body)
        except BaseException:
            if connection is not None:
                await self.drop(connection)
            raise

    async def _taken(self, place: Place) -> httpcore.AsyncConnectionInterface | None:
        """Take an idle connection, or make room for another one."""
        while (connection := self._idle.take(place)) is not None:
            if not connection.has_expired():
                self._in_use.reveal().add(connection)
                return connection
            await self.drop(connection)
        if len(self._idle) + len(self._in_use.reveal()) >= MAX_CONNECTIONS and self._idle:
            await self.drop(self._idle.take_oldest())
        return None

    async def give_back(self, connection: httpcore.AsyncConnectionInterface, place: Place) -> None:
        """Take a connection whose answer was read to its end."""
        if self.is_closed or not connection.is_available():
            await self.drop(connection)
            return
        self._in_use.reveal().discard(connection)
        self._idle.add(place, connection)
        if self._idle.oldest is not connection and self._idle.oldest.has_expired():
            await self.drop(self._idle.take_oldest())

    async def drop(self, *connections: httpcore.AsyncConnectionInterface) -> None:
        """Close connections, all of them, whatever happens to the task meanwhile."""
        interruption: BaseException | None = None
        for connection in connections:
            self._in_use.reveal().discard(connection)
            try:
                await _uninterrupted(connection.aclose)
            except BaseException as caught:  # noqa: BLE001 - raised again below
                interruption = caught
        if interruption is not None:
            raise interruption

    def forget(self) -> None:
        """Let go of the connections without closing them: their event loop is not here."""
        self.is_closed = True
        self._in_use.reveal().clear()
        self._idle.take_all()

    async def close_idle(self) -> None:
        """Close the connections that no request uses."""
        await self.drop(*self._idle.take_all())

    async def aclose(self) -> None:
        """Close every connection."""
        self.is_closed = True
        await self.drop(*self._idle.take_all(), *self._in_use.reveal())
        await self._stand_in.aclose()


class PoolTransport:
    """Sends over connections that it keeps and shares among threads.

    Attributes:
        is_closed: Whether it has been closed.
        slots: The queue in front of it, as ``AsyncPoolTransport``'s.
    """

    def __init__(self, proxies: Proxies, context: Callable[[], ssl.SSLContext]) -> None:
        """Prepare the connections, as ``AsyncPoolTransport`` does."""
        self.is_closed = False
        self.slots = Slots(MAX_CONNECTIONS)
        self._connector = Connector(proxies, context, Backend())
        self._stand_in = StandIn(context)
        self._lock = threading.Lock()
        self._in_use: Hidden[set[httpcore.ConnectionInterface]] = Hidden(set())
        self._idle = Idle[httpcore.ConnectionInterface]()

    def send(
        self, request: OutgoingRequest, timeouts: dict[str, float | None], trace: Trace
    ) -> Received:
        """Send the request as it is, as ``AsyncPoolTransport`` does."""
        trace(_CONNECTING, {})
        if self._stand_in.is_wanted:
            return self._stand_in.send(request, timeouts, trace)
        place = self._connector.place_of(request.url)
        connection = self._taken(place)
        extensions: dict[str, Any] = {"timeout": timeouts}
        try:
            if connection is None:
                connection = self._connector.connection(request.url)
                with self._lock:
                    self._in_use.reveal().add(connection)
                extensions["trace"] = trace
            else:
                trace(_SENDING, {})
            with _HttpxExceptions():
                response = connection.handle_request(_core_request(request, extensions))
            body = _Body(self, response, connection, place)
            return Received(response.status, httpx.Headers(response.headers), body)
        except BaseException:
            if connection is not None:
                self.drop(connection)
            raise

    def _taken(self, place: Place) -> httpcore.ConnectionInterface | None:
        while True:
            oldest = None
            with self._lock:
                connection = self._idle.take(place)
                used = self._in_use.reveal()
                if connection is not None:
                    used.add(connection)
                elif len(self._idle) + len(used) >= MAX_CONNECTIONS and self._idle:
                    oldest = self._idle.take_oldest()
            if oldest is not None:
                oldest.close()
            if connection is None or not connection.has_expired():
                return connection
            self.drop(connection)

    def give_back(self, connection: httpcore.ConnectionInterface, place: Place) -> None:
        """Take a connection whose answer was read to its end."""
        if self.is_closed or not connection.is_available():
            self.drop(connection)
            return
        with self._lock:
            self._in_use.reveal().discard(connection)
            self._idle.add(place, connection)
            oldest = self._idle.oldest
            # The client may have been closed a moment ago.
            is_to_go = self.is_closed or (oldest is not connection and oldest.has_expired())
            if is_to_go:
                self._idle.take_oldest()
        if is_to_go:
            oldest.close()

    def drop(self, connection: httpcore.ConnectionInterface) -> None:
        """Close a connection."""
        with self._lock:
            self._in_use.reveal().discard(connection)
        connection.close()

    def forget(self) -> None:
        """Let go of the connections without closing them: they are another process'."""
        self.is_closed = True
        # Another thread may have held the lock when this process was forked.
        self._lock = threading.Lock()
        self._in_use.reveal().clear()
        self._idle.take_all()

    def close_idle(self) -> None:
        """Close the connections that no request uses."""
        with self._lock:
            connections = self._idle.take_all()
        for connection in connections:
            connection.close()

    def close(self) -> None:
        """Close the connections: those that other threads still use, as they end with them.

        A socket that is closed while another thread reads from it may be another's by the
        time that it reads on.
        """
        self.is_closed = True
        self.close_idle()
        self._stand_in.close()


def _core_request(request: OutgoingRequest, extensions: dict[str, Any]) -> httpcore.Request:
    url = request.url
    return httpcore.Request(
        method=request.method,
        url=httpcore.URL(
            scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path
        ),
        headers=request.fields,
        content=request.stream,
        extensions=extensions,
    )


class _AsyncBody:
    def __init__(
        self,
        transport: AsyncPoolTransport,
        response: httpcore.Response,
        connection: httpcore.AsyncConnectionInterface,
        place: Place,
    ) -> None:
        self._transport = transport
        # httpcore's own methods look at its type first, which takes longer than the rest.
        self._stream: Any = response.stream
        self._connection = connection
        self._place = place
        self._is_closed = False

    async def __aiter__(self) -> AsyncGenerator[bytes]:
        with _HttpxExceptions():
            async for piece in self._stream:
                yield piece

    async def aclose(self) -> None:
        if self._is_closed:
            return
        self._is_closed = True
        try:
            with anyio.CancelScope(shield=True):
                await self._stream.aclose()
        except BaseException:
            # asyncio's own cancellation does not know the scope.
            await self._transport.drop(self._connection)
            raise
        await self._transport.give_back(self._connection, self._place)


class _Body:
    def __init__(
        self,
        transport: PoolTransport,
        response: httpcore.Response,
        connection: httpcore.ConnectionInterface,
        place: Place,
    ) -> None:
        self._transport = transport
        self._stream: Any = response.stream
        self._connection = connection
        self._place = place
        self._is_closed = False

    def __iter__(self) -> Iterator[bytes]:
        with _HttpxExceptions():
            yield from self._stream

    def close(self) -> None:
        if self._is_closed:
            return
        try:
            self._is_closed = True
            self._stream.close()
            self._transport.give_back(self._connection, self._place)
        except BaseException:
            self._transport.drop(self._connection)
            raise


async def _uninterrupted(close: Callable[[], Awaitable[None]]) -> None:
    """Await something to its end, even if the task is cancelled meanwhile."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        # trio, whose cancellation is always a scope's.
        with anyio.CancelScope(shield=True):
            await close()
        return
    task = asyncio.ensure_future(close())
    interruption: asyncio.CancelledError | None = None
    while not task.done():
        try:
            # Unlike the task itself, this may be cancelled.
            await asyncio.wait([task])
        except asyncio.CancelledError as cancelled:
            interruption = cancelled
    failure = None if task.cancelled() else task.exception()
    if interruption is not None:
        raise interruption
    if failure is not None:
        raise failure


class _HttpxExceptions:
    """Raises httpx's exceptions in the place of httpcore's, which have the same names."""

    def __enter__(self) -> None:
        pass

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if not isinstance(error, Exception):
            return
        for one in type(error).__mro__:
            if one.__module__.partition(".")[0] == "httpcore":
                mapped = getattr(httpx, one.__name__, None)
                if mapped is not None:
                    raise mapped(str(error)) from error
