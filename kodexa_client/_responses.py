"""Answers: a 2xx is read as the promised type, anything else becomes one exception."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

from ._mismatch import MismatchError
from .errors import (
    APIConnectionError,
    ResponseValidationError,
    display_url,
    error_from_response,
    printable,
)
from .types import Response

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx

__all__ = ["build_response", "conclude", "read_json"]

T = TypeVar("T")


def conclude(
    outcome: httpx.Response | APIConnectionError, request: httpx.Request
) -> httpx.Response:
    """Return a 2xx, and raise everything else.

    Args:
        outcome: A response that was read, or the reason why there is none.
        request: The request as it was before the key was put on it.

    Raises:
        APIConnectionError: There is no response.
        APIStatusError: The response is not a 2xx.
    """
    if isinstance(outcome, APIConnectionError):
        raise outcome
    # The response's own request is the copy that holds the key.
    outcome.request = request
    if outcome.is_success:
        return outcome
    raise error_from_response(outcome)


def build_response(response: httpx.Response, parse: Callable[[httpx.Response], T]) -> Response[T]:
    """Read a 2xx as the type that the operation promises.

    Args:
        response: The response, which was read.
        parse: The operation's own reader of a body.

    Raises:
        ResponseValidationError: The body is not what the document promises.
    """
    try:
        parsed = parse(response)
    except (ValueError, TypeError, AttributeError, KeyError, RecursionError) as error:
        problem = _describe(error, response)
    else:
        return Response(
            status_code=response.status_code,
            headers=response.headers,
            content=response.content,
            parsed=parsed,
        )
    # Raised here, where the exception that holds the body is not its context.
    request = response.request
    message = (
        f"{request.method} {display_url(request.url)} answered {response.status_code} with a body "
        f"that is not what the API's document promises: {problem}. The request was carried "
        "out: do not repeat it before you have looked. The body is in the exception's "
        "'body', and may hold a secret."
    )
    raise ResponseValidationError(message, response=response)


def read_json(response: httpx.Response) -> Any:  # noqa: ANN401 - JSON is any type
    """Decode a body as JSON (RFC 8259).

    Raises:
        ValueError: The body is not JSON, or not UTF-8.
        RecursionError: The body is nested too deeply.
    """
    return json.loads(response.content.decode("utf-8"), parse_constant=_refuse_constant)


def _refuse_constant(constant: str) -> NoReturn:
    message = f"{constant} is not JSON"
    raise ValueError(message)


def _describe(error: Exception, response: httpx.Response) -> str:
    """Say what is wrong with a body, without a word of it."""
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
        case MismatchError():
            return str(error)
        case KeyError():
            return f"a required property is missing ({error})"
        case _:
            return f"a value in it can't be read ({type(error).__name__})"
