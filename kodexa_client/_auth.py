"""The API key: put on at the last moment, for the base URL's origin, and nowhere else."""

from __future__ import annotations

from typing import NoReturn

import httpx

from .errors import ConfigurationError

__all__ = [
    "API_KEY_HEADER",
    "ApiKey",
    "AsyncKeyTransport",
    "KeyTransport",
    "check_header_value",
    "origin_of",
]

API_KEY_HEADER = "x-api-key"

_DEFAULT_PORTS = {"http": 80, "https": 443}


class ApiKey:
    """An API key that is not shown by accident, and can't be pickled."""

    __slots__ = ("_value",)

    def __init__(self, value: str, source: str) -> None:
        """Check and keep the key.

        Args:
            value: The key.
            source: Where it came from, for the error: the name of an argument or of an
                environment variable.

        Raises:
            ConfigurationError: The key can't be an HTTP field value. The text does not
                hold the key.
        """
        if not isinstance(value, str):
            message = f"The API key from {source} is a {type(value).__name__}, not a string."
            raise ConfigurationError(message)
        if not value:
            message = f"The API key from {source} is empty."
            raise ConfigurationError(message)
        check_header_value(value, f"The API key from {source}")
        self._value = value.encode("latin-1")

    def __repr__(self) -> str:
        """Show that there is a key, and nothing of it."""
        return "ApiKey('***')"

    def __reduce__(self) -> NoReturn:
        """Refuse to be pickled or copied to where it could be read."""
        message = "An API key is not pickled: give it to the client where it is used."
        raise TypeError(message)

    def authorize(self, request: httpx.Request, origin: httpx.URL) -> httpx.Request:
        """Return a copy of the request with the key, if it goes to the origin.

        The request itself stays without the key: exceptions and logs hold on to it.
        """
        headers = request.headers.raw
        if origin_of(request.url) == origin_of(origin):
            headers = [*headers, (API_KEY_HEADER.encode("ascii"), self._value)]
        return httpx.Request(
            request.method,
            request.url,
            headers=headers,
            stream=request.stream,
            extensions=request.extensions,
        )


class AsyncKeyTransport(httpx.AsyncBaseTransport):
    """Puts the key on each request on its way into another transport."""

    def __init__(self, transport: httpx.AsyncBaseTransport, key: ApiKey, origin: httpx.URL) -> None:
        """Wrap a transport, which stays its owner's to close."""
        self._transport = transport
        self._key = key
        self._origin = origin

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a copy of the request, with the key."""
        return await self._transport.handle_async_request(
            self._key.authorize(request, self._origin)
        )


class KeyTransport(httpx.BaseTransport):
    """Puts the key on each request on its way into another transport."""

    def __init__(self, transport: httpx.BaseTransport, key: ApiKey, origin: httpx.URL) -> None:
        """Wrap a transport, which stays its owner's to close."""
        self._transport = transport
        self._key = key
        self._origin = origin

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send a copy of the request, with the key."""
        return self._transport.handle_request(self._key.authorize(request, self._origin))


def check_header_value(value: str, what: str) -> None:
    """Check that a string can be a field value as it is (RFC 9110 5.5).

    Args:
        value: The field value.
        what: What it is, for the error.

    Raises:
        ConfigurationError: It can't. The text does not hold the value.
    """
    if value != value.strip():
        message = f"{what} has white space around it, for example a line break: strip it."
        raise ConfigurationError(message)
    if any(ord(character) < 0x20 or ord(character) == 0x7F for character in value):  # noqa: PLR2004
        message = f"{what} has a control character in it."
        raise ConfigurationError(message)
    if any(ord(character) > 0xFF for character in value):  # noqa: PLR2004
        message = f"{what} has a character outside Latin-1, which a header can't carry."
        raise ConfigurationError(message)


def origin_of(url: httpx.URL) -> tuple[str, str, int | None]:
    """Return scheme, host and port, with the scheme's default port filled in."""
    return url.scheme, url.host, url.port or _DEFAULT_PORTS.get(url.scheme)
