"""The exceptions of the SDK.

KodexaError
  +-- ConfigurationError            refused before anything was sent
  +-- APIConnectionError            no answer came
  |     +-- APITimeoutError         no answer came in time
  +-- APIStatusError                an answer other than 2xx came
  |     +-- UnexpectedRedirectError   3xx
  |     +-- BadRequestError           400
  |     +-- AuthenticationError       401
  |     +-- PermissionDeniedError     403
  |     +-- NotFoundError             404
  |     +-- ConflictError             409
  |     +-- UnprocessableEntityError  422
  |     +-- RateLimitError            429
  |     +-- InternalServerError       500 and above
  +-- ResponseValidationError       a 2xx came, and is not what the document promises
  +-- OutcomeUnknownError           beside one of those: it may have been carried out

Where it is not certain that a creation was not carried out, the exception is an
``OutcomeUnknownError`` and one of the others at once: a timeout, for example, is an
``APITimeoutError`` too.

A ``ValueError`` or a ``TypeError`` from a call means that an argument was refused
before anything was sent. Every other exception of a call is one of these. They can be
pickled and copied, and hold neither the API key nor the request's body.
"""

from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003 - get_type_hints(ProblemDetails) finds it
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import field, frozen

from ._excerpts import excerpt_of
from ._hidden import Hidden
from ._json import decode_json

if TYPE_CHECKING:
    from datetime import datetime

    import httpx

    from .types import Attempt, Phase

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
    "OutcomeUnknownError",
    "PermissionDeniedError",
    "ProblemDetails",
    "RateLimitError",
    "ResponseValidationError",
    "UnexpectedRedirectError",
    "UnprocessableEntityError",
]


Kind = TypeVar("Kind", bound="KodexaError")


class KodexaError(Exception):
    """Everything that this SDK raises, but for arguments of the wrong type or value.

    Attributes:
        attempts: How often, and how, the request was sent. Empty if it never was to be.
    """

    attempts: tuple[Attempt, ...] = ()

    def __str__(self) -> str:
        """Tell what happened, and in a last line each attempt."""
        message = super().__str__()
        if not self.attempts:
            return message
        return f"{message}\nAttempts: {'; '.join(map(str, self.attempts))}."

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle and copy without a second call of ``__init__``."""
        return _restore, (type(self), self.args, self._state())

    def _state(self) -> dict[str, object]:
        return vars(self).copy()


def _restore(
    kind: type[KodexaError], arguments: tuple[object, ...], state: dict[str, object]
) -> KodexaError:
    error = kind.__new__(kind, *arguments)
    error.args = arguments
    for name, value in state.items():
        setattr(error, name, value)
    return error


class ConfigurationError(KodexaError):
    """A setting is missing or refused, or the client can't be used from here.

    What it ends was not sent. An earlier attempt of the same call may have been: where that
    may have been carried out, this is an ``OutcomeUnknownError`` too.
    """


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


class _AnsweredError(KodexaError):
    _body: Hidden[bytes]

    @property
    def body(self) -> bytes:
        """The response's body, which may hold a secret: dumps of attributes don't show it."""
        return self._body.reveal()

    @body.setter
    def body(self, body: bytes) -> None:
        self._body = Hidden(body)

    def _state(self) -> dict[str, object]:
        state = super()._state()
        del state["_body"]
        return {**state, "body": self.body}


class APIStatusError(_AnsweredError):
    """An answer other than a 2xx came.

    Attributes:
        status_code: The HTTP status. Any number that the server sends.
        headers: The response's header fields.
        body: The response's body; the API key is taken out, should it be there.
        problem: The body, if it is one of the platform's two shapes of an error. None
            otherwise, for example for the HTML page of a proxy.
        request_id: The response's ``x-request-id``, or None.
        retry_after: Seconds to wait before calling again, from the response's
            ``Retry-After`` (RFC 9110 10.2.3); None without one that can be understood.
        method: The request's method.
        url: The request's URL, without its query.
    """

    def __init__(
        self,
        message: str,
        *,
        response: httpx.Response,
        method: str,
        url: str,
        retry_after: float | None = None,
    ) -> None:
        """Keep what the response says."""
        super().__init__(message)
        self.retry_after = retry_after
        self.status_code = response.status_code
        self.headers = response.headers
        self.body = response.content
        self.problem = parse_problem(self.body)
        self.request_id: str | None = response.headers.get("x-request-id")
        self.method = method
        self.url = url


class UnexpectedRedirectError(APIStatusError):
    """3xx: a redirect that was not followed.

    Redirects are followed only if the client was told so, and never to another origin:
    neither the key nor the request's body goes there.

    Attributes:
        to_url: Where it leads, without user information, query and fragment; None if the
            answer does not say so, or not in a way that can be read.
    """

    to_url: str | None = None

    @property
    def from_url(self) -> str:
        """The URL that redirects, as ``url``."""
        return self.url


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


class ResponseValidationError(_AnsweredError):
    """A 2xx came whose body is not what the document promises. It was carried out.

    Attributes:
        status_code: The HTTP status, from 200 to 299.
        headers: The response's header fields.
        body: The response's body, as far as it came, and still compressed if that could
            not be undone. It may hold a created credential.
        excerpt: The first 2 KiB of the body as text, with ``***`` for every string of
            JSON and, elsewhere, for what is long enough for a secret.
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
        self.excerpt = excerpt_of(response.content)
        self.request_id: str | None = response.headers.get("x-request-id")
        self.method = response.request.method
        self.url = display_url(response.request.url)


class OutcomeUnknownError(KodexaError):
    """A request may have been carried out, or was and its answer is lost.

    Look before you repeat it, in the platform under Settings > Access Tokens: list what was
    created with ``name`` between ``started_at``
    and ``ended_at``, allowing for clocks that differ. None there: call again. Some: revoke
    them and call again, since a secret can't be read back. A name that is used only once
    makes that certain.

    It is raised as a subclass of one of the other exceptions too. It holds no secret, but
    for the ``body`` that a ``ResponseValidationError`` has.

    Attributes:
        operation: The operation's id in the API's document, or method and path.
        name: The ``name`` that was asked for, or None.
        user_id: The ``userId`` that was asked for, or None.
        expires_at: The ``expiresAt`` that was asked for, in RFC 3339, or None.
        client_request_id: What was sent as ``X-Request-ID``, in every attempt.
        started_at: When the call began, in UTC by this machine's clock.
        ended_at: When it ended.
        server_date: The ``Date`` of the last answer, by the server's clock, or None.
        status_code: The status of the last answer, or None if none came.
        request_id: The last answer's own ``x-request-id``, or None.
        phase: How far the last attempt got, as an ``Attempt``'s.
        executed: True if the request was carried out; None if nobody can know.
    """

    operation: str
    name: str | None = None
    user_id: str | None = None
    expires_at: str | None = None
    client_request_id: str
    started_at: datetime
    ended_at: datetime
    server_date: datetime | None = None
    if TYPE_CHECKING:
        # The exceptions that it is mixed into always have one. What could be written to could
        # not be both, and type checkers would take such an exception for one that can't be.
        @property
        def status_code(self) -> int | None:
            """See above."""
    else:
        status_code = None
    request_id: str | None = None
    phase: Phase
    executed: bool | None = None

    @classmethod
    def beside(cls, kind: type[Kind]) -> type[Kind]:
        """Return the class that is both this one and another."""
        combined = _combined.get((cls, kind))
        if combined is None:
            name = f"{cls.__name__}[{kind.__name__}]"
            members = {"__module__": cls.__module__, "__doc__": cls.__doc__}
            combined = _combined.setdefault((cls, kind), type(name, (cls, kind), members))
        return combined

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle and copy by the two classes that its own is made of."""
        bases = type(self).__bases__
        if _combined.get(bases) is not type(self):
            # One that a test has made of this class alone, for example.
            return super().__reduce__()
        return _restore_beside, (*bases, self.args, self._state())


# One class for each pair, so that two exceptions of a kind are of one class.
_combined: dict[tuple[type[Any], ...], type[Any]] = {}


def _restore_beside(
    cls: type[OutcomeUnknownError],
    kind: type[KodexaError],
    arguments: tuple[object, ...],
    state: dict[str, object],
) -> KodexaError:
    return _restore(cls.beside(kind), arguments, state)


def parse_problem(body: bytes) -> ProblemDetails | None:
    """Read either of the platform's two shapes of an error, or return None.

    Members of another type than they should have are among the extensions.
    """
    if len(body) > _LARGEST_PROBLEM_BYTES:
        return None
    try:
        members = decode_json(body)
        return _problem_of(members) if isinstance(members, dict) else None
    except (ValueError, RecursionError):
        return None


# Decoded, JSON may take thirty times as much memory, and no explanation is as long as this.
_LARGEST_PROBLEM_BYTES = 1024 * 1024
_PROBLEM_MEMBERS = frozenset({"type", "title", "status", "detail", "instance", "errors"})


def _problem_of(members: dict[str, Any]) -> ProblemDetails | None:
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


def display_url(url: httpx.URL) -> str:
    """Return a URL as text, without user info, query and fragment: they may hold secrets."""
    return str(url.copy_with(userinfo=b"", query=None, fragment=None))
