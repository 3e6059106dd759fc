"""The API key: put on at the last moment, for the base URL's origin, and nowhere else."""

from __future__ import annotations

import re
from typing import NoReturn

import httpx

from .errors import ConfigurationError

__all__ = [
    "API_KEY_HEADER",
    "ApiKey",
    "header_problem",
    "origin_of",
]

API_KEY_HEADER = "x-api-key"

# RFC 9110 5.6.2.
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
# C0, delete, and C1: U+0085 is a line break to some.
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")

_SHORTEST_REDACTED = 8

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
        problem = "is empty" if value == "" else header_problem(API_KEY_HEADER, value)
        if problem is not None:
            raise ConfigurationError(f"The API key from {source} {problem}.")
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
        name = API_KEY_HEADER.encode("ascii")
        headers = [field for field in request.headers.raw if field[0].lower() != name]
        if origin_of(request.url) == origin_of(origin):
            headers.append((name, self._value))
        return httpx.Request(
            request.method,
            request.url,
            headers=headers,
            stream=request.stream,
            extensions=request.extensions,
        )

    def redact_headers(self, headers: httpx.Headers) -> httpx.Headers:
        """Return the header fields that a server sent, without the key, as ``redact`` does."""
        if not any(self.redact(value) != value for _, value in headers.raw):
            return headers
        return httpx.Headers([(name, self.redact(value)) for name, value in headers.raw])

    def redact(self, content: bytes) -> bytes:
        """Return what a server sent, without the key, should it have sent that back.

        Keys of a test may be as short as a word: what is that short is found anywhere.
        """
        if len(self._value) < _SHORTEST_REDACTED:
            return content
        return content.replace(self._value, b"***")


def header_problem(name: str, value: str) -> str | None:
    """Say why a header field can't be sent as it is, or return None (RFC 9110 5.1, 5.5).

    What is said holds neither the name nor the value: either may be a secret.
    """
    if not isinstance(name, str) or not isinstance(value, str):
        return "is not a string"
    if not _TOKEN.fullmatch(name):
        return "has a name that is not a token of letters, digits and dashes"
    if value != value.strip():
        return "has white space around it, for example a line break: strip it"
    if _CONTROL.search(value):
        return "has a control character in it"
    if not value.isascii() and max(value) > "\xff":
        return "has a character outside Latin-1, which a header can't carry"
    return None


def origin_of(url: httpx.URL) -> tuple[str, str, int | None]:
    """Return scheme, host and port, with the scheme's default port filled in."""
    return url.scheme, url.host, url.port or _DEFAULT_PORTS.get(url.scheme)
