"""The exceptions of the SDK, and the functions that turn a failure into one.

KodexaError
  +-- ConfigurationError            refused before anything was sent
  +-- APIConnectionError            no answer came
  |     +-- APITimeoutError         no answer came in time
  +-- APIStatusError                an answer other than 2xx came
  |     +-- BadRequestError           400
  |     +-- AuthenticationError       401
  |     +-- PermissionDeniedError     403
  |     +-- NotFoundError             404
  |     +-- ConflictError             409
  |     +-- UnprocessableEntityError  422
  |     +-- RateLimitError            429
  |     +-- InternalServerError       500 and above
  +-- ResponseValidationError       a 2xx came, and is not what the document promises

A ``ValueError`` or a ``TypeError`` from a call means that an argument was refused
before anything was sent. Every other exception of a call is one of these. They can be
pickled and copied, and hold neither the API key nor the request's body.
"""

from __future__ import annotations

import json
from collections.abc import Mapping  # noqa: TC003 - get_type_hints(ProblemDetails) finds it
from typing import Any, Self

import httpx
from attrs import field, frozen

__all__ = [
    "APIConnectionError",
    "APIStatusError",
    "APITimeoutError",
    "AuthenticationError",
    "BadRequestError",
    "ConfigurationError",
    "ConflictError",
    "InternalServerError",
    "KodexaError",
    "NotFoundError",
    "PermissionDeniedError",
    "ProblemDetails",
    "RateLimitError",
    "ResponseValidationError",
    "UnprocessableEntityError",
    "error_from_exception",
    "error_from_response",
]


class KodexaError(Exception):
    """Everything that this SDK raises, but for arguments of the wrong type or value."""

    @classmethod
    def _restore(cls, arguments: tuple[object, ...], state: dict[str, object]) -> Self:
        error = cls.__new__(cls, *arguments)
        error.args = arguments
        vars(error).update(state)
        return error

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle and copy without a second call of ``__init__``."""
        return type(self)._restore, (self.args, vars(self).copy())  # noqa: SLF001 - its own class


class ConfigurationError(KodexaError):
    """A setting is missing or refused. Nothing was sent."""


class APIConnectionError(KodexaError):
    """No answer came.

    Attributes:
        method: The request's method.
        url: The request's URL, without its query.
        sent: False if it is certain that the request was not sent. True if it may have
            been: the platform may have carried it out.
        reason: The type of the underlying exception, for example ``ConnectError``.
    """

    def __init__(self, message: str, *, method: str, url: str, sent: bool, reason: str) -> None:
        """Keep what is known of the request."""
        super().__init__(message)
        self.method = method
        self.url = url
        self.sent = sent
        self.reason = reason


class APITimeoutError(APIConnectionError):
    """No answer came in time."""


@frozen
class ProblemDetails:
    """Why a request failed, as the platform says it.

    Newer servers send RFC 9457 problem details, older ones an ``errors`` object.
    A member is None where it was not sent, or not with the type that it should have.

    Attributes:
        type: Identifies the kind of problem (RFC 9457, 3.1.1).
        title: Short summary of the kind of problem.
        status: The HTTP status code, as the body repeats it.
        detail: What went wrong this time.
        instance: Identifies this occurrence.
        errors: A message for each field that was refused, by the field's name.
        extensions: Every other member of the body.
    """

    type: str | None = None
    title: str | None = None
    status: int | None = None
    detail: str | None = None
    instance: str | None = None
    errors: Mapping[str, str] = field(factory=dict)
    extensions: Mapping[str, Any] = field(factory=dict, repr=False)


class APIStatusError(KodexaError):
    """An answer other than a 2xx came.

    Attributes:
        status_code: The HTTP status. Any number that the server sends.
        headers: The response's header fields.
        body: The response's body; the API key is taken out, should it be there.
        problem: The body, if it is one of the platform's two shapes of an error. None
            otherwise, for example for the HTML page of a proxy.
        request_id: The response's ``x-request-id``, or None.
        method: The request's method.
        url: The request's URL, without its query.
    """

    def __init__(self, message: str, *, response: httpx.Response, method: str, url: str) -> None:
        """Keep what the response says."""
        super().__init__(message)
        self.status_code = response.status_code
        self.headers = response.headers
        self.body = response.content
        self.problem = parse_problem(self.body)
        self.request_id: str | None = response.headers.get("x-request-id")
        self.method = method
        self.url = url


class BadRequestError(APIStatusError):
    """400: the platform refused the parameters; ``problem`` says which."""


class AuthenticationError(APIStatusError):
    """401: the API key is missing or invalid."""


class PermissionDeniedError(APIStatusError):
    """403: the API key is valid, and may not do this."""


class NotFoundError(APIStatusError):
    """404: there is no such resource."""


class ConflictError(APIStatusError):
    """409: the request conflicts with the state of the resource."""


class UnprocessableEntityError(APIStatusError):
    """422: the platform understood the content and refused it."""


class RateLimitError(APIStatusError):
    """429: too many requests."""


class InternalServerError(APIStatusError):
    """500 and above: the platform, or a proxy in front of it, failed."""


class ResponseValidationError(KodexaError):
    """A 2xx came whose body is not what the document promises. It was carried out.

    Attributes:
        status_code: The HTTP status, from 200 to 299.
        headers: The response's header fields.
        body: The response's body, as it came. It may hold a created credential.
        request_id: The response's ``x-request-id``, or None.
        method: The request's method.
        url: The request's URL, without its query.
    """

    def __init__(self, message: str, *, response: httpx.Response) -> None:
        """Keep what the response says."""
        super().__init__(message)
        self.status_code = response.status_code
        self.headers = response.headers
        self.body = response.content
        self.request_id: str | None = response.headers.get("x-request-id")
        self.method = response.request.method
        self.url = display_url(response.request.url)


_BY_STATUS: dict[int, tuple[type[APIStatusError], str]] = {
    400: (BadRequestError, "Fix the parameters that the platform names."),
    401: (AuthenticationError, "Check the API key: it is missing, invalid, or another instance's."),
    403: (PermissionDeniedError, "Use the API key of a user who may do this."),
    404: (NotFoundError, "Check the base URL with its path prefix, and the identifier."),
    409: (ConflictError, "Read the resource again and repeat the change on what it is now."),
    422: (UnprocessableEntityError, "Fix the parameters that the platform names."),
    429: (RateLimitError, "Wait before calling again."),
}


# RFC 9110 15.4: those that name another place for the request.
_REDIRECTS = frozenset({301, 302, 303, 307, 308})


def error_from_response(response: httpx.Response) -> APIStatusError:
    """Turn an answer other than a 2xx into its exception.

    Args:
        response: A response that was read, with the request that it answers.
    """
    status = response.status_code
    if status >= 500:  # noqa: PLR2004 - RFC 9110 15.6, and what servers send above it
        kind: type[APIStatusError] = InternalServerError
        advice = "It is not certain whether the request was carried out: look before you repeat it."
    elif status in _REDIRECTS:
        kind = APIStatusError
        advice = "Redirects are not followed: check the base URL."
    else:
        kind, advice = _BY_STATUS.get(status, (APIStatusError, "The request was refused."))
    method, url = response.request.method, display_url(response.request.url)
    problem = parse_problem(response.content)
    reason = _describe(problem) if problem else ""
    parts = [f"{method} {url} answered {status}{f': {reason}' if reason else ''}.", advice]
    request_id = response.headers.get("x-request-id")
    if request_id is not None:
        parts.append(f"Request id: {printable(request_id)}.")
    return kind(" ".join(parts), response=response, method=method, url=url)


def error_from_exception(
    error: Exception, request: httpx.Request, *, wrote: bool
) -> APIConnectionError:
    """Turn what sending a request raised into an exception.

    The underlying exception holds the request, and its text may hold what was sent or
    received, so only its type is told. The operating system's own words are kept.

    Args:
        error: What was raised.
        request: The request, without the key.
        wrote: Whether anything but a connection was made, as far as that was seen.
    """
    method, url = request.method, display_url(request.url)
    sent = wrote or not isinstance(error, _NOT_SENT)
    reason = type(error).__name__
    if isinstance(error, httpx.ConnectError):
        # "Connection refused", "certificate verify failed": nothing was exchanged yet.
        reason = f"{reason}: {error}"
    timed_out = isinstance(error, httpx.TimeoutException)
    what = "got no answer in time" if timed_out else "got no answer"
    certainty = (
        "The request may have been carried out: look before you repeat it."
        if sent
        else "The request was not sent."
    )
    kind = APITimeoutError if timed_out else APIConnectionError
    return kind(
        f"{method} {url} {what} ({reason}). {certainty}",
        method=method,
        url=url,
        sent=sent,
        reason=type(error).__name__,
    )


# What httpx raises before a request is written. A hook of the user's may raise it later.
_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)


def parse_problem(body: bytes) -> ProblemDetails | None:
    """Read either of the platform's two shapes of an error, or return None.

    Members of another type than they should have are among the extensions.
    """
    try:
        members = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(members, dict):
        return None

    def text(name: str) -> str | None:
        return members.pop(name) if isinstance(members.get(name), str) else None

    if not members.keys() & _PROBLEM_MEMBERS:
        return None
    errors = members.pop("errors") if isinstance(members.get("errors"), dict) else {}
    return ProblemDetails(
        type=text("type"),
        title=text("title"),
        status=members.pop("status") if type(members.get("status")) is int else None,
        detail=text("detail"),
        instance=text("instance"),
        errors={key: str(value) for key, value in errors.items()},
        extensions=members,
    )


_PROBLEM_MEMBERS = frozenset({"type", "title", "status", "detail", "instance", "errors"})


def display_url(url: httpx.URL) -> str:
    """Return a URL as text, without user info, query and fragment: they may hold secrets."""
    return str(url.copy_with(userinfo=b"", query=None, fragment=None))


def printable(text: str) -> str:
    """Return a server's text for a message: short, and with control characters escaped."""
    text = text if len(text) <= _LONGEST_QUOTE else f"{text[:_LONGEST_QUOTE]}..."
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)


_LONGEST_QUOTE = 300


def _describe(problem: ProblemDetails) -> str:
    fields = "; ".join(f"{name}: {message}" for name, message in problem.errors.items())
    parts = [part for part in (problem.title, problem.detail, fields) if part]
    return printable(" - ".join(parts).rstrip("."))
