"""The client's own connections: the idle ones in a stack, without httpcore's pool.

That pool looks at all of its connections and all that wait for one, for each request, and may
give one connection to two requests, of which one has to queue again: the cost grows with the
number of calls, and some are overtaken by hundreds. Here the cost is the same for any number.
"""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from typing import TYPE_CHECKING, Any

import anyio
import httpcore
import httpx

from ._connecting import AsyncConnector, Connector, Place
from ._hidden import Hidden
from ._network import AsyncBackend, Backend
from ._slots import AsyncSlots, Slots
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

# Replace httpx's transports to answer in the network's place: requests go to them. What
# only watches httpx, for traces and metrics, does not: it would take requests past all
# that is done here.
_TEST_TOOLS = frozenset({"pytest_httpx"})

# Told before anything that can only fail before a connection is there, and of a request that
# is handed to a connection: that one need not tell of each of its steps, which takes time.
_CONNECTING = "connection.connect_tcp.started"
_SENDING = "http11.send_request_headers.started"


class AsyncPoolTransport:
    """Sends over connections that it keeps and shares among the tasks of an event loop.

    Attributes:
        is_closed: Whether it has been closed.
        slots: The queue in front of it: there are as many connections as it lets through.
    """

    def __init__(self, proxies: Proxies, context: Callable[[], ssl.SSLContext]) -> None:
        """Prepare the connections. None is made yet.

        Args:
            proxies: Tells which proxy they go through.
            context: Returns the settings of TLS. Called when they are needed first.
        """
        self.is_closed = False
        self.slots = AsyncSlots(MAX_CONNECTIONS)
        self._context = context
        self._connector = AsyncConnector(proxies, context, AsyncBackend())
        self._stand_in: httpx.AsyncHTTPTransport | None = None
        # Each holds the request that it sends, with its key.
        self._in_use: Hidden[set[httpcore.AsyncConnectionInterface]] = Hidden(set())
        # The one used last is used next, so that the others can expire. Those to a proxy hold
        # what opens it.
        self._idle: Hidden[dict[Place, deque[httpcore.AsyncConnectionInterface]]] = Hidden({})

    async def send(
        self, request: OutgoingRequest, timeouts: dict[str, float | None], trace: AsyncTrace
    ) -> Received:
        """Send the request as it is.

        Args:
            request: The request, with the key.
            timeouts: Seconds for each phase, as httpx's extension ``timeout`` has them.
            trace: Is told of each step, as httpx's extension ``trace`` is.
        """
        if _is_replaced(httpx.AsyncHTTPTransport.handle_async_request):
            return await self._send_in_place(request.to_httpx({"timeout": timeouts}), trace)
        try:
            place, connection = await self._idle_connection(request.url)
            extensions: dict[str, Any] = {"timeout": timeouts}
            if connection is None:
                connection = self._connector.connection(request.url)
                extensions["trace"] = trace
            else:
                await trace(_SENDING, {})
        except Exception:
            await trace(_CONNECTING, {})
            raise
        self._in_use.reveal().add(connection)
        try:
            with _HttpxExceptions():
                response = await connection.handle_async_request(_core_request(request, extensions))
            body = _AsyncBody(self, response, connection, place)
            return Received(response.status, httpx.Headers(response.headers), body)
        except BaseException:
            await self.drop(connection)
            raise

    async def _send_in_place(self, request: httpx.Request, trace: AsyncTrace) -> Received:
        await trace(_CONNECTING, {})
        if self._stand_in is None:
            self._stand_in = httpx.AsyncHTTPTransport(verify=self._context())
        request.extensions["trace"] = trace
        response = await self._stand_in.handle_async_request(request)
        return Received(response.status_code, response.headers, response.stream)

    async def _idle_connection(
        self, url: httpx.URL
    ) -> tuple[Place, httpcore.AsyncConnectionInterface | None]:
        place = self._connector.place_of(url)
        idle = self._idle.reveal().get(place)
        while idle:
            connection = idle.pop()
            if not connection.has_expired():
                return place, connection
            await self.drop(connection)
        return place, None

    async def give_back(self, connection: httpcore.AsyncConnectionInterface, place: Place) -> None:
        """Take a connection whose answer was read to its end."""
        if self.is_closed or not connection.is_available():
            await self.drop(connection)
            return
        self._in_use.reveal().discard(connection)
        idle = self._idle.reveal().setdefault(place, deque())
        idle.append(connection)
        # The one that was used longest ago.
        if idle[0] is not connection and idle[0].has_expired():
            await self.drop(idle.popleft())

    async def drop(self, connection: httpcore.AsyncConnectionInterface) -> None:
        """Close a connection, whatever happens to the task meanwhile."""
        self._in_use.reveal().discard(connection)
        await _uninterrupted(connection.aclose)

    def forget(self) -> None:
        """Let go of the connections without closing them: their event loop is not here."""
        self.is_closed = True
        self._in_use.reveal().clear()
        self._idle.reveal().clear()

    async def close_idle(self) -> None:
        """Close the connections that no request uses."""
        for idle in self._idle.reveal().values():
            while idle:
                await self.drop(idle.pop())

    async def aclose(self) -> None:
        """Close every connection."""
        self.is_closed = True
        await self.close_idle()
        for connection in [*self._in_use.reveal()]:
            await self.drop(connection)
        if self._stand_in is not None:
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
        self._context = context
        self._connector = Connector(proxies, context, Backend())
        self._stand_in: httpx.HTTPTransport | None = None
        self._lock = threading.Lock()
        self._idle: Hidden[dict[Place, deque[httpcore.ConnectionInterface]]] = Hidden({})

    def send(
        self, request: OutgoingRequest, timeouts: dict[str, float | None], trace: Trace
    ) -> Received:
        """Send the request as it is, as ``AsyncPoolTransport`` does."""
        if _is_replaced(httpx.HTTPTransport.handle_request):
            return self._send_in_place(request.to_httpx({"timeout": timeouts}), trace)
        try:
            place, connection = self._idle_connection(request.url)
            extensions: dict[str, Any] = {"timeout": timeouts}
            if connection is None:
                connection = self._connector.connection(request.url)
                extensions["trace"] = trace
            else:
                trace(_SENDING, {})
        except Exception:
            trace(_CONNECTING, {})
            raise
        try:
            with _HttpxExceptions():
                response = connection.handle_request(_core_request(request, extensions))
            body = _Body(self, response, connection, place)
            return Received(response.status, httpx.Headers(response.headers), body)
        except BaseException:
            connection.close()
            raise

    def _send_in_place(self, request: httpx.Request, trace: Trace) -> Received:
        trace(_CONNECTING, {})
        if self._stand_in is None:
            self._stand_in = httpx.HTTPTransport(verify=self._context())
        request.extensions["trace"] = trace
        response = self._stand_in.handle_request(request)
        return Received(response.status_code, response.headers, response.stream)

    def _idle_connection(self, url: httpx.URL) -> tuple[Place, httpcore.ConnectionInterface | None]:
        place = self._connector.place_of(url)
        while True:
            with self._lock:
                idle = self._idle.reveal().get(place)
                connection = idle.pop() if idle else None
            if connection is None or not connection.has_expired():
                return place, connection
            connection.close()

    def give_back(self, connection: httpcore.ConnectionInterface, place: Place) -> None:
        """Take a connection whose answer was read to its end."""
        if not connection.is_available():
            connection.close()
            return
        with self._lock:
            idle = self._idle.reveal().setdefault(place, deque())
            idle.append(connection)
            # The one that was used longest ago.
            is_to_go = self.is_closed or (idle[0] is not connection and idle[0].has_expired())
            expired = idle.popleft() if is_to_go else None
        if expired is not None:
            expired.close()

    def forget(self) -> None:
        """Let go of the connections without closing them: they are another process'."""
        self.is_closed = True
        # Another thread may have held the lock when this process was forked.
        self._lock = threading.Lock()
        self._idle = Hidden({})

    def close_idle(self) -> None:
        """Close the connections that no request uses."""
        with self._lock:
            connections = [
                connection for idle in self._idle.reveal().values() for connection in idle
            ]
            for idle in self._idle.reveal().values():
                idle.clear()
        for connection in connections:
            connection.close()

    def close(self) -> None:
        """Close the connections: those that other threads still use, as they end with them.

        A socket that is closed while another thread reads from it may be another's by the
        time that it reads on.
        """
        self.is_closed = True
        self.close_idle()
        if self._stand_in is not None:
            self._stand_in.close()


def _is_replaced(send: Callable[..., object]) -> bool:
    return getattr(send, "__module__", "").partition(".")[0] in _TEST_TOOLS


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
        # httpcore's own methods look at its type first, which takes as long as a read.
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
            self._connection.close()
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
