"""Makes connections, direct or by way of a proxy. It is httpcore's pools that know how."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

import httpcore

from ._hidden import Hidden
from ._proxies import check_proxy

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable

    import httpx

    from ._network import AsyncBackend, Backend
    from ._proxies import Proxies

__all__ = ["AsyncConnector", "Connection", "Connector", "Place"]

# httpx's own default.
_KEEPALIVE_EXPIRY_SECONDS = 5.0

Connection = TypeVar("Connection", httpcore.ConnectionInterface, httpcore.AsyncConnectionInterface)

Place = tuple["httpx.URL | None", bytes, bytes, int | None]
"""Where a connection leads: by way of which proxy, to which scheme, host and port."""


class _Connector(Generic[Connection]):
    """Makes the connections of a client. What can be shared among them is made once."""

    _direct: Any
    _http_proxy: Any
    _socks_proxy: Any

    def __init__(
        self,
        proxies: Proxies,
        context: Callable[[], ssl.SSLContext],
        backend: AsyncBackend | Backend,
    ) -> None:
        """Prepare to connect.

        Args:
            proxies: Tells which proxy a connection goes by.
            context: Returns the settings of TLS. Called when they are needed first.
            backend: Makes the sockets.
        """
        self._proxies = proxies
        self._context = context
        self._backend = backend
        # httpcore's pools, of which none holds a connection: by their proxy and scheme. One
        # for a proxy holds what opens the proxy.
        self._makers: Hidden[dict[tuple[httpx.URL | None, bytes], Any]] = Hidden({})

    def place_of(self, url: httpx.URL) -> Place:
        """Return where a connection for a URL leads."""
        proxy = self._proxies.for_url(url)
        return None if proxy is None else proxy.url, url.raw_scheme, url.raw_host, url.port

    def connection(self, url: httpx.URL) -> Connection:
        """Return a connection for a URL, which connects with its first request.

        Raises:
            ConfigurationError: The proxy, or what is to be trusted, can't be used.
        """
        proxy = self._proxies.for_url(url)
        key = None if proxy is None else proxy.url, url.raw_scheme
        makers = self._makers.reveal()
        maker = makers.get(key)
        if maker is None:
            check_proxy(proxy, "httpcore")
            # Without TLS nobody looks at its settings, which take their time to be read.
            context = self._context() if url.scheme == "https" else None
            maker = makers[key] = self._maker(proxy, context)
        origin = httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target="/")
        return cast("Connection", maker.create_connection(origin.origin))

    def _maker(self, proxy: httpx.Proxy | None, context: ssl.SSLContext | None) -> Any:  # noqa: ANN401 - httpcore's pools share no type
        settings: dict[str, Any] = {
            "ssl_context": context,
            "network_backend": self._backend,
            "keepalive_expiry": _KEEPALIVE_EXPIRY_SECONDS,
        }
        if proxy is None:
            return self._direct(**settings)
        url = httpcore.URL(
            scheme=proxy.url.raw_scheme,
            host=proxy.url.raw_host,
            port=proxy.url.port,
            target=proxy.url.raw_path,
        )
        if proxy.url.scheme in {"http", "https"}:
            return self._http_proxy(
                proxy_url=url,
                proxy_auth=proxy.raw_auth,
                proxy_headers=proxy.headers.raw,
                proxy_ssl_context=proxy.ssl_context,
                **settings,
            )
        return self._socks_proxy(proxy_url=url, proxy_auth=proxy.raw_auth, **settings)


class AsyncConnector(_Connector[httpcore.AsyncConnectionInterface]):
    """Makes connections for the tasks of an event loop."""

    _direct = httpcore.AsyncConnectionPool
    _http_proxy = httpcore.AsyncHTTPProxy
    _socks_proxy = httpcore.AsyncSOCKSProxy


class Connector(_Connector[httpcore.ConnectionInterface]):
    """Makes connections for threads."""

    _direct = httpcore.ConnectionPool
    _http_proxy = httpcore.HTTPProxy
    _socks_proxy = httpcore.SOCKSProxy
