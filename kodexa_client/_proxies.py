"""Proxies: one that was given, or the environment's for https, read as httpx reads them."""

from __future__ import annotations

import ipaddress
from typing import Protocol
from urllib.request import getproxies

import httpx

from ._hidden import Hidden
from .errors import ConfigurationError

__all__ = ["EnvironmentProxies", "GivenProxy", "Proxies"]


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
        self._exempt = [entry.strip() for entry in settings.get("no", "").split(",")]

    def for_url(self, url: httpx.URL) -> httpx.Proxy | None:
        """Return the proxy for a URL, or None.

        Raises:
            ConfigurationError: What the environment names is no proxy. The text does not
                hold it: it may hold a password.
        """
        proxy = self._proxy.reveal()
        if url.scheme != "https" or not proxy:
            return None
        if any(_is_exempt(entry, url) for entry in self._exempt if entry):
            return None
        try:
            return httpx.Proxy(proxy if "://" in proxy else f"http://{proxy}")
        except (httpx.InvalidURL, ValueError):
            pass
        raise ConfigurationError(
            "The environment's proxy for https (HTTPS_PROXY or ALL_PROXY) is not a proxy's URL."
        )


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
