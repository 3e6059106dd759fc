"""Answers: a 2xx is read as the promised type, anything else becomes one exception."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

import httpx
from attrs import frozen

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

    from ._auth import ApiKey

__all__ = ["Outcome", "Unread", "build_response", "conclude", "read_json", "without_body"]

T = TypeVar("T")


@frozen
class Unread:
    """A response whose body could not be read.

    Attributes:
        response: The response, with an empty body.
        reason: The type of what was raised.
    """

    response: httpx.Response
    reason: str


Outcome = httpx.Response | Unread | APIConnectionError
"""What became of a request: an answer, an answer that can't be read, or none."""


def without_body(response: httpx.Response, error: Exception) -> Unread:
    """Return what is left of a response when reading its body raised an exception."""
    headers = [
        (name, value)
        for name, value in response.headers.multi_items()
        # What describes the body that is not there.
        if name not in {"content-encoding", "content-length", "transfer-encoding"}
    ]
    empty = httpx.Response(response.status_code, headers=headers, content=b"")
    return Unread(empty, type(error).__name__)


def conclude(outcome: Outcome, request: httpx.Request, api_key: ApiKey) -> httpx.Response:
    """Return a 2xx, and raise everything else.

    Args:
        outcome: What became of the request.
        request: The request as it was before the key was put on it.
        api_key: The key: it is taken out of what an error shows of the answer.

    Raises:
        APIConnectionError: There is no response.
        APIStatusError: The response is not a 2xx.
        ResponseValidationError: The response is a 2xx whose body could not be read.
    """
    if isinstance(outcome, APIConnectionError):
        raise outcome
    response = outcome.response if isinstance(outcome, Unread) else outcome
    # The response's own request is the copy that holds the key.
    response.request = request
    if not response.is_success:
        raise error_from_response(_redacted(response, api_key))
    if isinstance(outcome, Unread):
        raise _validation_error(response, f"it could not be read ({outcome.reason})")
    return response


def _redacted(response: httpx.Response, api_key: ApiKey) -> httpx.Response:
    body = response.content
    redacted = api_key.redact(body)
    if redacted == body:
        return response
    return httpx.Response(
        response.status_code,
        headers=[*without_body(response, ValueError()).response.headers.multi_items()],
        content=redacted,
        request=response.request,
    )


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
    except Exception as error:  # noqa: BLE001 - one place reads; whatever it finds is this
        problem = _describe(error, response)
    else:
        return Response(
            status_code=response.status_code,
            headers=response.headers,
            content=response.content,
            parsed=parsed,
        )
    # Raised here, where the exception that holds the body is not its context.
    raise _validation_error(response, problem)


def _validation_error(response: httpx.Response, problem: str) -> ResponseValidationError:
    request = response.request
    message = (
        f"{request.method} {display_url(request.url)} answered {response.status_code} with a body "
        f"that is not what the API's document promises: {problem}. The request was carried "
        "out: do not repeat it before you have looked. What came of the body is in the "
        "exception's 'body', and may hold a secret."
    )
    return ResponseValidationError(message, response=response)


def read_json(response: httpx.Response) -> Any:  # noqa: ANN401 - JSON is any type
    """Decode a body as JSON (RFC 8259).

    Raises:
        ValueError: The body is not JSON, or not UTF-8.
        RecursionError: The body is nested too deeply.
    """
    # RFC 8259 8.1 lets a reader pass over a byte order mark.
    return _DECODER.decode(response.content.decode("utf-8").removeprefix("\ufeff"))


def _refuse_constant(constant: str) -> NoReturn:
    message = f"{constant} is not JSON"
    raise ValueError(message)


# json.loads() would make one a call, for parse_constant.
_DECODER = json.JSONDecoder(parse_constant=_refuse_constant)


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
