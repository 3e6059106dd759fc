"""Answers of success: their JSON, and what is wrong with it in words that hold none of it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from ._excerpts import printable
from ._json import RefusedJsonError, decode_json
from ._mismatch import MismatchError

if TYPE_CHECKING:
    import httpx

__all__ = ["describe_mismatch", "read_json"]


def read_json(response: httpx.Response) -> Any:  # noqa: ANN401 - JSON is any type
    """Decode a body as JSON, strictly.

    Raises:
        ValueError: The body is not JSON, or JSON that is refused.
        RecursionError: The caller has left no room to decode it.
    """
    return decode_json(response.content)


def describe_mismatch(error: Exception, response: httpx.Response) -> str:
    """Say what is wrong with a body, without a word of it.

    Args:
        error: What reading it as the promised type raised.
        response: The response that it is the body of.
    """
    if not response.content:
        return "it is empty"
    match error:
        case json.JSONDecodeError():
            media_type = printable(response.headers.get("content-type", "none"))
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
