"""Answers of success: their JSON, and what is wrong with it in words that hold none of it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import httpx

from ._excerpts import printable
from ._json import RefusedJsonError, decode_json
from ._mismatch import MismatchError

if TYPE_CHECKING:
    from ._wire import OutgoingRequest

__all__ = ["Answer", "describe_mismatch", "read_json"]

# They describe the body as it came, and no longer once it has been decoded.
_OF_THE_WIRE = frozenset({b"content-encoding", b"content-length", b"transfer-encoding"})


class Answer:
    """An answer that came whole, as its parser takes it.

    An ``httpx.Response`` would take as long to make as the body takes to read.

    Attributes:
        status_code: The status.
        headers: The header fields, as they came.
        content: The body, decompressed.
        request: What was asked, without the key.
    """

    __slots__ = ("content", "headers", "request", "status_code")

    def __init__(
        self, status_code: int, headers: httpx.Headers, content: bytes, request: OutgoingRequest
    ) -> None:
        """Keep what came."""
        self.status_code = status_code
        self.headers = headers
        self.content = content
        self.request = request

    @property
    def text(self) -> str:
        """The body as text, by the charset of its Content-Type."""
        return self.httpx_response().text

    def httpx_response(self) -> httpx.Response:
        """Return it as httpx has it, read and decoded."""
        headers = [field for field in self.headers.raw if field[0].lower() not in _OF_THE_WIRE]
        return httpx.Response(
            self.status_code,
            headers=headers,
            content=self.content,
            request=self.request.httpx_request,
        )


def read_json(answer: Answer) -> Any:  # noqa: ANN401 - JSON is any type
    """Decode a body as JSON, strictly.

    Raises:
        ValueError: The body is not JSON, or JSON that is refused.
        RecursionError: The caller has left no room to decode it.
    """
    return decode_json(answer.content)


def describe_mismatch(error: Exception, answer: Answer) -> str:
    """Say what is wrong with a body, without a word of it.

    Args:
        error: What reading it as the promised type raised.
        answer: The answer that it is the body of.
    """
    if not answer.content:
        return "it is empty"
    match error:
        case json.JSONDecodeError():
            media_type = printable(answer.headers.get("content-type", "none"))
            place = f"line {error.lineno}, column {error.colno}"
            return f"it is not JSON ({place}; its Content-Type is {media_type})"
        case UnicodeDecodeError():
            return f"it is not UTF-8 (at byte {error.start})"
        case RecursionError():
            return "it is nested too deeply"
        case MismatchError() | RefusedJsonError():
            return str(error)
        case KeyError():
            return f"a required property is missing ({error})"
        case _:
            return f"a value in it can't be read ({type(error).__name__})"
