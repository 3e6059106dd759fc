"""Requests and answers as they cross the wire: httpx's classes would look at each part."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, NoReturn

import httpx

if TYPE_CHECKING:
    from typing import Self

__all__ = ["AsyncTrace", "OutgoingRequest", "Received", "Trace", "field_of"]

Trace = Callable[[str, dict[str, Any]], None]
"""Is told of each step of a request, as httpx's request extension ``trace`` is."""
AsyncTrace = Callable[[str, dict[str, Any]], Awaitable[None]]


def field_of(headers: httpx.Headers, name: bytes) -> str | None:
    """Return a header field's value, as ``headers.get`` does.

    That looks at all the others first, for how they are encoded.
    """
    found = [value for one, value in headers.raw if one.lower() == name]
    if not found:
        return None
    if len(found) == 1 and found[0].isascii():
        return found[0].decode("ascii")
    value: str | None = headers.get(name.decode("ascii"))
    return value


class OutgoingRequest:
    """A request.

    Attributes:
        method: The method.
        url: The URL.
        fields: The header fields, in the order in which they are sent.
        stream: The body. It can be read again.
    """

    __slots__ = ("_httpx_request", "fields", "method", "stream", "url")

    def __init__(
        self,
        method: str,
        url: httpx.URL,
        fields: list[tuple[bytes, bytes]],
        stream: httpx.SyncByteStream | httpx.AsyncByteStream,
    ) -> None:
        """Keep the request."""
        self.method = method
        self.url = url
        self.fields = fields
        self.stream = stream
        self._httpx_request: httpx.Request | None = None

    def __reduce__(self) -> NoReturn:
        """Refuse to be pickled or copied: there may be a key in it."""
        raise TypeError("A request that is sent is not pickled.")

    @classmethod
    def of(cls, request: httpx.Request) -> Self:
        """Return what httpx made of a request."""
        outgoing = cls(request.method, request.url, request.headers.raw, request.stream)
        outgoing._httpx_request = request
        return outgoing

    def with_fields(self, fields: list[tuple[bytes, bytes]]) -> OutgoingRequest:
        """Return the request with other header fields."""
        return OutgoingRequest(self.method, self.url, fields, self.stream)

    @property
    def httpx_request(self) -> httpx.Request:
        """The request as httpx has it, for whoever looks at it."""
        if self._httpx_request is None:
            self._httpx_request = self.to_httpx({})
        return self._httpx_request

    def to_httpx(self, extensions: dict[str, Any]) -> httpx.Request:
        """Return a request of httpx's with extensions of its own."""
        return httpx.Request(
            self.method, self.url, headers=self.fields, stream=self.stream, extensions=extensions
        )


class Received:
    """An answer whose head has come.

    Attributes:
        status_code: The status.
        headers: The header fields.
        stream: The body, in pieces. It has to be closed.
    """

    __slots__ = ("headers", "status_code", "stream")

    def __init__(self, status_code: int, headers: httpx.Headers, stream: Any) -> None:  # noqa: ANN401 - either client's
        """Keep the head."""
        self.status_code = status_code
        self.headers = headers
        self.stream = stream
