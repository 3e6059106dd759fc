"""Proxies: one that was given, or the environment's for https, read as httpx reads them."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, Protocol
from urllib.request import getproxies

import httpx

from ._auth import origin_of
from ._hidden import Hidden
from .errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ._config import Engine

__all__ = ["EnvironmentProxies", "GivenProxy", "Proxies", "check_proxy", "names_http_proxy"]


class Proxies(Protocol):
    """Tells which proxy a request goes through."""

    def for_url(self, url: httpx.URL) -> httpx.Proxy | None:
        """Return the proxy for a URL, or None."""


class GivenProxy:
    """The proxy that the client was given, for all of its requests."""

    def __init__(self, proxy: str | httpx.URL | httpx.Proxy) -> None:
        """Keep the proxy.

        Raises:
            ConfigurationError: It is none. The text does not hold it: it may hold a
                password.
        """
        try:
            given = proxy if isinstance(proxy, httpx.Proxy) else httpx.Proxy(proxy)
        except (httpx.InvalidURL, ValueError, TypeError, AttributeError):
            pass
        else:
            if given.url.host:
                self._proxy = Hidden(given)
                return
        # Raised here, where the exception that quotes the URL is not its context.
        raise ConfigurationError("proxy is not a proxy's URL, like http://proxy.example:3128.")

    def for_url(self, url: httpx.URL) -> httpx.Proxy | None:  # noqa: ARG002 - Proxies' interface
        """Return the proxy."""
        return self._proxy.reveal()


class EnvironmentProxies:
    """The proxies that the environment names, as it was when the client was made.

    An http request, with its key, would be read by a proxy: it never goes to one.
    """

    def __init__(self) -> None:
        """Read ``HTTPS_PROXY``, ``ALL_PROXY`` and ``NO_PROXY``, or the system's settings."""
        settings = getproxies()
        self._proxy = Hidden(settings.get("https") or settings.get("all"))
        self._exempt = _exempt_entries(settings)
        # By origin: a client has few, and asks for each request.
        self._found: Hidden[dict[tuple[object, ...], httpx.Proxy | None]] = Hidden({})

    def for_url(self, url: httpx.URL) -> httpx.Proxy | None:
        """Return the proxy for a URL, or None.

        Raises:
            ConfigurationError: What the environment names is no proxy. The text does not
                hold it: it may hold a password.
        """
        if url.scheme != "https" or not self._proxy.reveal():
            return None
        found, origin = self._found.reveal(), origin_of(url)
        if origin not in found:
            found[origin] = self._find(url)
        return found[origin]

    def _find(self, url: httpx.URL) -> httpx.Proxy | None:
        proxy = self._proxy.reveal() or ""
        if any(_is_exempt(entry, url) for entry in self._exempt):
            return None
        try:
            return httpx.Proxy(proxy if "://" in proxy else f"http://{proxy}")
        except (httpx.InvalidURL, ValueError):
            pass
        raise ConfigurationError(
            "The environment's proxy for https (HTTPS_PROXY or ALL_PROXY) is not a proxy's URL."
        )


def check_proxy(proxy: httpx.Proxy | None, engine: Engine) -> None:
    """Refuse a proxy that can't be used.

    Raises:
        ConfigurationError: The engine, or what is installed, does not speak its protocol.
    """
    if proxy is None:
        return
    if engine == "aiohttp" and proxy.ssl_context is not None:
        raise ConfigurationError(
            "The engine aiohttp has no TLS settings of a proxy's own: leave engine out."
        )
    if proxy.url.scheme in {"http", "https"}:
        return
    if engine == "aiohttp":
        raise ConfigurationError("The engine aiohttp has no SOCKS proxies: leave engine out.")
    try:
        import socksio  # type: ignore[import-not-found, unused-ignore]  # noqa: F401, PLC0415
    except ImportError:
        pass
    else:
        return
    raise ConfigurationError("A SOCKS proxy needs socksio: pip install 'httpx[socks]'.")


def names_http_proxy(url: httpx.URL) -> bool:
    """Tell whether httpx would take a proxy of the environment for an http URL."""
    settings = getproxies()
    if not settings.get("http") and not settings.get("all"):
        return False
    return not any(_is_exempt(entry, url) for entry in _exempt_entries(settings))


def _exempt_entries(settings: Mapping[str, str]) -> list[str]:
    entries = [entry.strip() for entry in settings.get("no", "").split(",")]
    return [entry for entry in entries if entry]


def _is_exempt(entry: str, url: httpx.URL) -> bool:
    """Tell whether an entry of ``NO_PROXY`` stands for a URL."""
    if entry == "*":
        return True
    try:
        pattern = httpx.URL(entry if "://" in entry else f"all://{_bracketed(entry)}")
    except httpx.InvalidURL:
        return False
    if pattern.scheme not in {"all", url.scheme}:
        return False
    if pattern.port is not None and pattern.port != url.port:
        return False
    host = pattern.host
    if "://" not in entry and not _is_address(entry) and host != "localhost":
        host = f"*{host}"
    # "*.example.com" is for what is below it, "*example.com" for itself too.
    if host.startswith("*."):
        return url.host.endswith(host[1:]) and url.host != host[1:]
    if host.startswith("*"):
        return host == "*" or url.host == host[1:] or url.host.endswith(f".{host[1:]}")
    return host in {"", url.host}


def _bracketed(entry: str) -> str:
    return f"[{entry}]" if _is_address(entry) and ":" in entry else entry


def _is_address(entry: str) -> bool:
    try:
        # Of a network, httpx takes the first address.
        ipaddress.ip_address(entry.partition("/")[0])
    except ValueError:
        return False
    return True
