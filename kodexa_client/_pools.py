"""The client's own connections, each in a pool of its own.

One pool of httpcore's looks at all of its connections for each request, and may give one of
them to two requests at once, of which one has to queue again: the cost grows with the number
of calls, and some are overtaken by hundreds. A pool of one has nothing to look at.
"""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import anyio
import httpcore
import httpx

from ._hidden import Hidden
from ._network import AsyncBackend, Backend
from .errors import ConfigurationError

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncGenerator, Awaitable, Callable, Generator, Iterator

    from ._proxies import Proxies

__all__ = ["MAX_CONNECTIONS", "AsyncPoolTransport", "PoolTransport"]

# httpx's own defaults.
MAX_CONNECTIONS = 100
_KEEPALIVE_EXPIRY_SECONDS = 5.0

# Replace httpx's transports to answer in the network's place: requests go to them. What
# only watches httpx, for traces and metrics, does not: it would take requests past all
# that is done here.
_TEST_TOOLS = frozenset({"pytest_httpx"})


class AsyncPoolTransport(httpx.AsyncBaseTransport):
    """Sends over connections that it keeps and shares among the tasks of an event loop.

    How many there are is up to the queue in front of it.
    """

    def __init__(self, base_url: httpx.URL, proxies: Proxies, context: ssl.SSLContext) -> None:
        """Prepare the connections. None is made yet.

        Args:
            base_url: Where most requests go.
            proxies: Tells which proxy they go through.
            context: The settings of TLS.

        Raises:
            ConfigurationError: The proxy can't be used.
        """
        self.is_closed = False
        self._proxies = proxies
        self._context = context
        self._backend = AsyncBackend()
        self._stand_in: httpx.AsyncHTTPTransport | None = None
        # Each holds the request that it sends, with its key.
        self._in_use: Hidden[set[httpcore.AsyncConnectionPool]] = Hidden(set())
        # By their proxy. The one used last is used next, so that the others can expire.
        self._idle: dict[httpx.URL | None, deque[httpcore.AsyncConnectionPool]] = {}
        self._pool(self._proxies.for_url(base_url))

    def _pool(self, proxy: httpx.Proxy | None) -> httpcore.AsyncConnectionPool:
        kinds = (httpcore.AsyncConnectionPool, httpcore.AsyncHTTPProxy, httpcore.AsyncSOCKSProxy)
        pool: httpcore.AsyncConnectionPool = _make_pool(
            *kinds, proxy, backend=self._backend, context=self._context
        )
        return pool

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send the request as it is."""
        if _is_replaced(httpx.AsyncHTTPTransport.handle_async_request):
            # What it raises in place of a connection was not sent.
            await request.extensions["trace"]("connection.connect_tcp.started", {})
            if self._stand_in is None:
                self._stand_in = httpx.AsyncHTTPTransport(verify=self._context)
            return await self._stand_in.handle_async_request(request)
        proxy = self._proxies.for_url(request.url)
        key = None if proxy is None else proxy.url
        idle = self._idle.setdefault(key, deque())
        pool = idle.pop() if idle else self._pool(proxy)
        try:
            self._in_use.reveal().add(pool)
            with _httpx_exceptions():
                response = await pool.handle_async_request(_core_request(request))
            return _httpx_response(response, _AsyncBody(self, response, pool, key))
        except BaseException:
            await self.drop(pool)
            raise

    async def give_back(self, pool: httpcore.AsyncConnectionPool, key: httpx.URL | None) -> None:
        """Take a pool whose answer was read to its end."""
        if self.is_closed:
            await self.drop(pool)
            return
        self._in_use.reveal().discard(pool)
        idle = self._idle.setdefault(key, deque())
        idle.append(pool)
        # The one that was used longest ago.
        if _is_spent(idle[0].connections):
            await self.drop(idle.popleft())

    async def drop(self, pool: httpcore.AsyncConnectionPool) -> None:
        """Close a pool, whatever happens to the task meanwhile."""
        self._in_use.reveal().discard(pool)
        await _uninterrupted(pool.aclose)

    def forget(self) -> None:
        """Let go of the connections without closing them: their event loop is not here."""
        self.is_closed = True
        self._in_use.reveal().clear()
        self._idle.clear()

    async def close_idle(self) -> None:
        """Close the connections that no request uses."""
        for idle in self._idle.values():
            while idle:
                await self.drop(idle.pop())

    async def aclose(self) -> None:
        """Close every connection."""
        self.is_closed = True
        await self.close_idle()
        for pool in [*self._in_use.reveal()]:
            await self.drop(pool)
        if self._stand_in is not None:
            await self._stand_in.aclose()


class PoolTransport(httpx.BaseTransport):
    """Sends over connections that it keeps and shares among threads.

    How many there are is up to the queue in front of it.
    """

    def __init__(self, base_url: httpx.URL, proxies: Proxies, context: ssl.SSLContext) -> None:
        """Prepare the connections, as ``AsyncPoolTransport`` does."""
        self.is_closed = False
        self._proxies = proxies
        self._context = context
        self._backend = Backend()
        self._stand_in: httpx.HTTPTransport | None = None
        self._lock = threading.Lock()
        self._idle: dict[httpx.URL | None, deque[httpcore.ConnectionPool]] = {}
        self._pool(self._proxies.for_url(base_url))

    def _pool(self, proxy: httpx.Proxy | None) -> httpcore.ConnectionPool:
        kinds = (httpcore.ConnectionPool, httpcore.HTTPProxy, httpcore.SOCKSProxy)
        pool: httpcore.ConnectionPool = _make_pool(
            *kinds, proxy, backend=self._backend, context=self._context
        )
        return pool

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send the request as it is."""
        if _is_replaced(httpx.HTTPTransport.handle_request):
            # What it raises in place of a connection was not sent.
            request.extensions["trace"]("connection.connect_tcp.started", {})
            if self._stand_in is None:
                self._stand_in = httpx.HTTPTransport(verify=self._context)
            return self._stand_in.handle_request(request)
        proxy = self._proxies.for_url(request.url)
        key = None if proxy is None else proxy.url
        with self._lock:
            idle = self._idle.setdefault(key, deque())
            pool = idle.pop() if idle else self._pool(proxy)
        try:
            with _httpx_exceptions():
                response = pool.handle_request(_core_request(request))
            return _httpx_response(response, _Body(self, response, pool, key))
        except BaseException:
            pool.close()
            raise

    def give_back(self, pool: httpcore.ConnectionPool, key: httpx.URL | None) -> None:
        """Take a pool whose answer was read to its end."""
        with self._lock:
            idle = self._idle.setdefault(key, deque())
            idle.append(pool)
            # The one that was used longest ago.
            is_to_go = self.is_closed or _is_spent(idle[0].connections)
            spent = idle.popleft() if is_to_go else None
        if spent is not None:
            spent.close()

    def forget(self) -> None:
        """Let go of the connections without closing them: they are another process'."""
        self.is_closed = True
        # Another thread may have held the lock when this process was forked.
        self._lock = threading.Lock()
        self._idle = {}

    def close_idle(self) -> None:
        """Close the connections that no request uses."""
        with self._lock:
            pools = [pool for idle in self._idle.values() for pool in idle]
            for idle in self._idle.values():
                idle.clear()
        for pool in pools:
            pool.close()

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


def _is_spent(
    connections: list[httpcore.ConnectionInterface] | list[httpcore.AsyncConnectionInterface],
) -> bool:
    """Tell whether a pool of one has no connection that could be used again."""
    return all(connection.has_expired() for connection in connections)


def _make_pool(
    direct: Any,  # noqa: ANN401 - one of httpcore's classes, which share no type
    http_proxy: Any,  # noqa: ANN401
    socks_proxy: Any,  # noqa: ANN401
    proxy: httpx.Proxy | None,
    *,
    backend: AsyncBackend | Backend,
    context: ssl.SSLContext,
) -> Any:  # noqa: ANN401
    settings: dict[str, Any] = {
        "ssl_context": context,
        "network_backend": backend,
        "max_connections": 1,
        "keepalive_expiry": _KEEPALIVE_EXPIRY_SECONDS,
    }
    if proxy is None:
        return direct(**settings)
    url = httpcore.URL(
        scheme=proxy.url.raw_scheme,
        host=proxy.url.raw_host,
        port=proxy.url.port,
        target=proxy.url.raw_path,
    )
    if proxy.url.scheme in {"http", "https"}:
        return http_proxy(
            proxy_url=url,
            proxy_auth=proxy.raw_auth,
            proxy_headers=proxy.headers.raw,
            proxy_ssl_context=proxy.ssl_context,
            **settings,
        )
    try:
        import socksio  # type: ignore[import-not-found, unused-ignore]  # noqa: F401, PLC0415
    except ImportError:
        pass
    else:
        return socks_proxy(proxy_url=url, proxy_auth=proxy.raw_auth, **settings)
    raise ConfigurationError("A SOCKS proxy needs socksio: pip install 'httpx[socks]'.")


def _core_request(request: httpx.Request) -> httpcore.Request:
    return httpcore.Request(
        method=request.method,
        url=httpcore.URL(
            scheme=request.url.raw_scheme,
            host=request.url.raw_host,
            port=request.url.port,
            target=request.url.raw_path,
        ),
        headers=request.headers.raw,
        content=request.stream,
        extensions=request.extensions,
    )


def _httpx_response(
    response: httpcore.Response, stream: httpx.SyncByteStream | httpx.AsyncByteStream
) -> httpx.Response:
    return httpx.Response(
        response.status,
        headers=response.headers,
        stream=stream,
        extensions=response.extensions,
    )


class _AsyncBody(httpx.AsyncByteStream):
    def __init__(
        self,
        transport: AsyncPoolTransport,
        response: httpcore.Response,
        pool: httpcore.AsyncConnectionPool,
        key: httpx.URL | None,
    ) -> None:
        self._transport = transport
        self._response = response
        self._pool = pool
        self._key = key
        self._is_closed = False

    async def __aiter__(self) -> AsyncGenerator[bytes]:
        with _httpx_exceptions():
            async for piece in self._response.aiter_stream():
                yield piece

    async def aclose(self) -> None:
        if self._is_closed:
            return
        self._is_closed = True
        try:
            with anyio.CancelScope(shield=True):
                await self._response.aclose()
        except BaseException:
            # asyncio's own cancellation does not know the scope.
            await self._transport.drop(self._pool)
            raise
        await self._transport.give_back(self._pool, self._key)


class _Body(httpx.SyncByteStream):
    def __init__(
        self,
        transport: PoolTransport,
        response: httpcore.Response,
        pool: httpcore.ConnectionPool,
        key: httpx.URL | None,
    ) -> None:
        self._transport = transport
        self._response = response
        self._pool = pool
        self._key = key
        self._is_closed = False

    def __iter__(self) -> Iterator[bytes]:
        with _httpx_exceptions():
            yield from self._response.iter_stream()

    def close(self) -> None:
        if self._is_closed:
            return
        try:
            self._is_closed = True
            self._response.close()
            self._transport.give_back(self._pool, self._key)
        except BaseException:
            self._pool.close()
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


@contextmanager
def _httpx_exceptions() -> Generator[None]:
    """Raise httpx's exceptions in the place of httpcore's, which have the same names."""
    try:
        yield
    except Exception as error:
        for kind in type(error).__mro__:
            if kind.__module__.partition(".")[0] == "httpcore":
                mapped = getattr(httpx, kind.__name__, None)
                if mapped is not None:
                    raise mapped(str(error)) from error
        raise
