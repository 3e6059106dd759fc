"""The API key: put on at the last moment, for the base URL's origin, and nowhere else."""

from __future__ import annotations

import re
from itertools import chain
from typing import TYPE_CHECKING, NoReturn
from urllib.parse import quote

import httpx

from ._hidden import Hidden
from .errors import ConfigurationError

if TYPE_CHECKING:
    from ._wire import OutgoingRequest

__all__ = [
    "API_KEY_HEADER",
    "KEY_HEADERS",
    "ApiKey",
    "field_problem",
    "header_problem",
    "is_token",
    "origin_of",
    "read_key",
]

API_KEY_HEADER = "x-api-key"
_KEY_FIELD = API_KEY_HEADER.encode("ascii")
# The second is the older one, which the platform still accepts.
KEY_HEADERS = frozenset({API_KEY_HEADER, "x-access-token"})
# RFC 9112 2.2, 6 and 9, RFC 9110 7.6 and 10.1.1: where a request goes, how it is framed, and
# how its connection is used. Another one's would be sent beside those of the client.
_OF_THE_CONNECTION = frozenset(
    {
        "connection",
        "content-length",
        "expect",
        "host",
        "keep-alive",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)

# RFC 9110 5.6.2.
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
# C0, delete, and C1: U+0085 is a line break to some.
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")

_SHORTEST_REDACTED = 8
_MASK = b"***"
# An explanation of the platform's is shorter by far, and undoing takes its time.
_LARGEST_UNESCAPED_BYTES = 1024 * 1024
_MOST_ESCAPED = 3

_DEFAULT_PORTS = {"http": 80, "https": 443}


class ApiKey:
    """An API key that is not shown by accident, and can't be pickled."""

    __slots__ = ("_forms", "_value")

    def __init__(self, value: str) -> None:
        """Keep the key, which ``read_key`` has found to be one."""
        self._value = Hidden(value)
        # Made with the first answer.
        self._forms: Hidden[list[bytes]] | None = None

    def __repr__(self) -> str:
        """Show that there is a key, and nothing of it."""
        return f"ApiKey('{_MASK.decode()}')"

    def __reduce__(self) -> NoReturn:
        """Refuse to be pickled or copied to where it could be read."""
        message = "An API key is not pickled: give it to the client where it is used."
        raise TypeError(message)

    def reveal(self) -> str:
        """Return the key, to whoever asks for it."""
        return self._value.reveal()

    def authorize(self, request: OutgoingRequest, origin: httpx.URL) -> OutgoingRequest:
        """Return a copy of the request with the key, if it goes to the origin.

        The request itself stays without the key: exceptions and logs hold on to it.
        """
        fields = [field for field in request.fields if field[0].lower() != _KEY_FIELD]
        if origin_of(request.url) == origin_of(origin):
            fields.append((_KEY_FIELD, self._value.reveal().encode("latin-1")))
        return request.with_fields(fields)

    def redact_headers(self, headers: httpx.Headers) -> httpx.Headers:
        """Return the header fields that a server sent, without the key, as ``redact`` does."""
        # No form of a key has the zero in it.
        if not self._is_in(b"\0".join(chain.from_iterable(headers.raw))):
            return headers
        return httpx.Headers(
            [(self._replaced(name), self._replaced(value)) for name, value in headers.raw]
        )

    def redact(self, content: bytes) -> bytes:
        """Return what a server sent, without the key, should it have sent that back.

        Keys of a test may be as short as a word: what is that short is found anywhere.
        Where the key is found only in JSON that escapes it, all that is escaped is undone.
        """
        content = decoded = self._replaced(content)
        if not self._all_forms() or len(content) > _LARGEST_UNESCAPED_BYTES:
            return content
        # JSON in a string of JSON is escaped twice.
        for _ in range(_MOST_ESCAPED):
            if b"\\" not in decoded:
                break
            decoded = _ESCAPE.sub(_unescaped, decoded)
            if self._is_in(decoded):
                content = decoded = self._replaced(decoded)
        return content

    def _is_in(self, content: bytes) -> bool:
        return any(form in content for form in self._all_forms())

    def _replaced(self, content: bytes) -> bytes:
        for form in self._all_forms():
            content = content.replace(form, _MASK)
        return content

    def _all_forms(self) -> list[bytes]:
        if self._forms is None:
            self._forms = Hidden(_forms_of(self._value.reveal()))
        return self._forms.reveal()


def _forms_of(value: str) -> list[bytes]:
    """Return how a key is written in text, HTML and URLs; nothing if it is too short."""
    if len(value) < _SHORTEST_REDACTED:
        return []
    import html  # noqa: PLC0415 - its table of entities is read with the first answer

    texts = {value, html.escape(value), quote(value, safe=""), quote(value)}
    forms = {form for text in texts for form in (text.encode("utf-8"), text.encode("latin-1"))}
    # One may be the beginning of another, whose rest would stay.
    return sorted(forms, key=len, reverse=True)


# RFC 8259 7, of the characters that a key can have.
_ESCAPE = re.compile(rb'\\(?:u00([0-9A-Fa-f]{2})|(["/\\]))')


def _unescaped(found: re.Match[bytes]) -> bytes:
    if found[1] is None:
        return found[2]
    return chr(int(found[1], 16)).encode("utf-8")


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

    What is said holds neither: the value may be a secret, and so may what stands in the
    name's place by mistake.
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


def field_problem(name: object, value: object) -> str | None:
    """Say why a header field of the user's is refused, or return None.

    What is said holds no value, and the name only if it is one.
    """
    problem = header_problem(name, value)
    shown = name if isinstance(name, str) and _TOKEN.fullmatch(name) else None
    if problem is not None:
        return f"A header {problem}" if shown is None else f"The header {shown!r} {problem}"
    lower = str(name).lower()
    if lower in KEY_HEADERS:
        return f"The header {shown!r} is the key's: give that as api_key"
    if lower in _OF_THE_CONNECTION or lower.startswith("proxy-"):
        return f"The header {shown!r} is the connection's, and not yours to set"
    return None


def is_token(text: object) -> bool:
    """Tell whether a text is a token, as a method and a field's name are (RFC 9110 5.6.2)."""
    return isinstance(text, str) and _TOKEN.fullmatch(text) is not None


def origin_of(url: httpx.URL) -> tuple[str, bytes, int | None]:
    """Return scheme, host and port, with the scheme's default port filled in."""
    port = _DEFAULT_PORTS.get(url.scheme) if url.port is None else url.port
    return url.scheme, url.raw_host, port
