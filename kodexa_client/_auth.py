"""The API key: put on at the last moment, for the base URL's origin, and nowhere else."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING, NoReturn
from urllib.parse import quote

import httpx

from ._hidden import Hidden
from .errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = [
    "API_KEY_HEADER",
    "ApiKey",
    "header_problem",
    "origin_of",
    "read_key",
]

API_KEY_HEADER = "x-api-key"

# RFC 9110 5.6.2.
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
# C0, delete, and C1: U+0085 is a line break to some.
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")

_SHORTEST_REDACTED = 8
_MASK = b"***"

_DEFAULT_PORTS = {"http": 80, "https": 443}


class ApiKey:
    """An API key that is not shown by accident, and can't be pickled."""

    __slots__ = ("_escaped", "_forms", "_value")

    def __init__(self, value: str) -> None:
        """Keep the key, which ``read_key`` has found to be one."""
        self._value = Hidden(value)
        texts = _texts_of(value)
        self._forms = Hidden(_longest_first(form for text in texts for form in _encoded(text)))
        self._escaped = Hidden(b"|".join(_longest_first(map(_escaped, texts))))

    def __repr__(self) -> str:
        """Show that there is a key, and nothing of it."""
        return f"ApiKey('{_MASK.decode()}')"

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
            headers.append((name, self._value.reveal().encode("latin-1")))
        return httpx.Request(
            request.method,
            request.url,
            headers=headers,
            stream=request.stream,
            extensions=request.extensions,
        )

    def redact_headers(self, headers: httpx.Headers) -> httpx.Headers:
        """Return the header fields that a server sent, without the key, as ``redact`` does."""
        if not any(self._is_in(value) for _, value in headers.raw):
            return headers
        return httpx.Headers([(name, self._replaced(value)) for name, value in headers.raw])

    def redact(self, content: bytes) -> bytes:
        """Return what a server sent, without the key, should it have sent that back.

        Keys of a test may be as short as a word: what is that short is found anywhere.
        """
        escaped = self._escaped.reveal()
        if escaped and b"\\" in content:
            # By its bytes: what was cut off, or is nested too deeply, can't be read as JSON.
            content = re.sub(escaped, _MASK, content)
        return self._replaced(content)

    def _is_in(self, content: bytes) -> bool:
        return any(form in content for form in self._forms.reveal())

    def _replaced(self, content: bytes) -> bytes:
        for form in self._forms.reveal():
            content = content.replace(form, _MASK)
        return content


def _texts_of(value: str) -> frozenset[str]:
    """Return how a key is written in text, HTML and URLs; none if it is too short."""
    if len(value) < _SHORTEST_REDACTED:
        return frozenset()
    return frozenset({value, html.escape(value), quote(value, safe=""), quote(value)})


def _encoded(text: str) -> list[bytes]:
    return [text.encode("utf-8"), text.encode("latin-1")]


def _longest_first(forms: Iterable[bytes]) -> list[bytes]:
    """Sort, since one may be the beginning of another, whose rest would stay."""
    return sorted({*forms}, key=len, reverse=True)


def _escaped(text: str) -> bytes:
    """Return a pattern of a text in JSON, which can write each character in several ways.

    JSON in a string of JSON has its backslashes doubled. How often that happens is bounded,
    or a body of backslashes would take a time that grows with the square of its length.
    """
    pattern = b""
    for character in text:
        forms = [re.escape(form) for form in _longest_first(_encoded(character))]
        if character in '"/':
            forms.insert(0, rb"\\{1,7}" + re.escape(character.encode("ascii")))
        elif character == "\\":
            forms.insert(0, rb"(?:\\\\){1,4}")
        pattern += rb"(?:\\{1,7}u(?i:%04x)|%s)" % (ord(character), b"|".join(forms))
    return pattern


def read_key(value: object, source: str) -> ApiKey | ConfigurationError:
    """Return a key, or the exception that says why it is none, which does not hold it.

    That is returned and not raised, since the frames here hold the value.

    Args:
        value: The key.
        source: Where it came from: the name of an argument or of an environment variable,
            for example.
    """
    problem = "is empty" if value == "" else header_problem(API_KEY_HEADER, value)
    if problem is None and isinstance(value, str):
        # What str() returns of a subclass, an enumeration's member for example, is not its value.
        return ApiKey(str.__str__(value))
    return ConfigurationError(f"The API key from {source} {problem}.")


def header_problem(name: object, value: object) -> str | None:
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


def origin_of(url: httpx.URL) -> tuple[str, bytes, int | None]:
    """Return scheme, host and port, with the scheme's default port filled in."""
    return url.scheme, url.raw_host, url.port or _DEFAULT_PORTS.get(url.scheme)
