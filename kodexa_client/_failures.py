"""Turns what became of a call into its exception, which tells what to do next."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import httpx
from attrs import frozen

from ._excerpts import printable
from ._operations import Effect
from ._outcomes import Tier
from ._redirects import MAX_REDIRECTS
from .errors import (
    APIConnectionError,
    APIStatusError,
    APITimeoutError,
    AuthenticationError,
    BadRequestError,
    ConfigurationError,
    ConflictError,
    InternalServerError,
    KodexaError,
    NotFoundError,
    OutcomeUnknownError,
    PermissionDeniedError,
    RateLimitError,
    ResponseValidationError,
    UnexpectedRedirectError,
    UnprocessableEntityError,
    display_url,
)

if TYPE_CHECKING:
    from ._attempts import Exchange
    from ._redirects import Redirect
    from .errors import ProblemDetails

__all__ = ["Failed", "kodexa_error"]

Kind = TypeVar("Kind", bound=KodexaError)


@frozen(kw_only=True)
class Failed:
    """An attempt after which a call ends with an exception.

    Attributes:
        request: The request, without the key.
        exchange: What was seen of it.
        body: The answer's body, without the key.
        tier: What became of it.
        effect: What sending it again would do.
        problem: What is wrong with an answer of success, or None.
        deadline_seconds: The call's deadline, if that has passed, or None.
        retry_after: Seconds that the answer asks to wait, or None.
        earlier_unclear: Whether an earlier attempt may have been carried out.
        redirect: Where the answer redirects to, or None if it does not.
        follows_redirects: Whether redirects within the origin are followed.
        redirects: How many have been followed.
        attempts: How often the request was sent.
        has_fresh_key: Whether a refused key was replaced by a fresh one.
    """

    request: httpx.Request
    exchange: Exchange
    body: bytes
    tier: Tier
    effect: Effect
    problem: str | None
    deadline_seconds: float | None
    retry_after: float | None
    earlier_unclear: bool
    redirect: Redirect | None = None
    follows_redirects: bool = False
    redirects: int = 0
    attempts: int = 0
    has_fresh_key: bool = False

    @property
    def what(self) -> str:
        """The request, for a sentence."""
        return f"{self.request.method} {display_url(self.request.url)}"

    @property
    def is_unclear(self) -> bool:
        """Whether what can't be repeated may have been carried out, or was."""
        if self.effect is not Effect.UNSAFE:
            return False
        return self.earlier_unclear or self.tier in {Tier.UNCLEAR, Tier.ANSWER_LOST}


def kodexa_error(failed: Failed) -> KodexaError:
    """Return the exception that tells of a failed call."""
    if failed.tier is Tier.REFUSED_LOCALLY:
        return _local_error(failed)
    if failed.exchange.status_code is None:
        return _connection_error(failed)
    if httpx.codes.is_success(failed.exchange.status_code):
        return _validation_error(failed)
    return _status_error(failed)


def _class_for(failed: Failed, kind: type[Kind]) -> type[Kind]:
    return OutcomeUnknownError.beside(kind) if failed.is_unclear else kind


def _advice(failed: Failed) -> str:
    """Say whether the request was carried out, and what to do."""
    if failed.effect is Effect.SAFE:
        return "It changes nothing: call again."
    if failed.effect is Effect.IDEMPOTENT:
        return "It may have been carried out, and may be repeated."
    return "It may have been carried out: look before you repeat it."


_UNAUTHORIZED = 401
_CONFLICT = 409


def _earlier(failed: Failed) -> str:
    if not failed.earlier_unclear or failed.effect is not Effect.UNSAFE:
        return ""
    if failed.exchange.status_code == _CONFLICT:
        return " An earlier attempt of this call may have caused it: look for what that created."
    return " An earlier attempt of this call may have been carried out: look before you repeat it."


def _local_error(failed: Failed) -> KodexaError:
    failure, reason = failed.exchange.failure, _reason(failed)
    message = f"{failed.what} can't be sent ({reason}): check the base URL and the http client."
    if failure is not None and failure.kind is ConfigurationError:
        again = " again" if failed.attempts else ""
        message = f"{failed.what} was not sent{again}. {failure.words.removesuffix('.')}."
    error = _class_for(failed, ConfigurationError)(message + _earlier(failed))
    # As in ``raise error from cause``.
    error.__cause__ = None if failure is None else failure.cause
    return error


def _reason(failed: Failed) -> str:
    failure = failed.exchange.failure
    if failure is None:
        return "unknown"
    return f"{failure.kind.__name__}: {failure.words}" if failure.words else failure.kind.__name__


def _connection_error(failed: Failed) -> KodexaError:
    failure = failed.exchange.failure
    timed_out = failure is not None and issubclass(failure.kind, httpx.TimeoutException)
    plain = APITimeoutError if timed_out else APIConnectionError
    kind: type[APIConnectionError] = _class_for(failed, plain)
    reason = _reason(failed)
    if failed.deadline_seconds is not None:
        reason = f"{reason}; the deadline of {failed.deadline_seconds:g} s has passed"
    sent = failed.tier is not Tier.NOT_SENT or failed.earlier_unclear
    advice = _advice(failed) if sent else "The request was not sent."
    if failed.tier is Tier.NOT_SENT and failed.earlier_unclear:
        advice = f"The last attempt was not sent, an earlier one was. {advice}"
    return kind(
        f"{failed.what} got no answer{' in time' if timed_out else ''} ({reason}). {advice}",
        method=failed.request.method,
        url=display_url(failed.request.url),
        sent=sent,
        reason="unknown" if failure is None else failure.kind.__name__,
    )


def _response(failed: Failed) -> httpx.Response:
    """Return the answer, with what has come of its body, and with all of its headers."""
    response = httpx.Response(
        failed.exchange.status_code or 0, content=failed.body, request=failed.request
    )
    response.headers = failed.exchange.headers
    return response


def _validation_error(failed: Failed) -> KodexaError:
    status = failed.exchange.status_code
    if failed.effect is Effect.SAFE:
        advice = ""
    elif failed.tier is Tier.UNCLEAR:
        # It answers the request that followed a redirect.
        advice = f" {_advice(failed)}"
    elif failed.effect is Effect.IDEMPOTENT:
        advice = " The request was carried out."
    else:
        advice = " The request was carried out: do not repeat it before you have looked."
    message = (
        f"{failed.what} answered {status} with what the API's document does not promise: "
        f"{failed.problem}.{advice} What came of the body is in the exception's 'body', and may "
        "hold a secret; 'excerpt' shows its beginning with what could be one masked."
    )
    return _class_for(failed, ResponseValidationError)(message, response=_response(failed))


_BY_STATUS: dict[int, tuple[type[APIStatusError], str]] = {
    400: (BadRequestError, "Fix the parameters that the platform names."),
    401: (AuthenticationError, "Check the API key: it is missing, invalid, or another instance's."),
    403: (PermissionDeniedError, "Use the API key of a user who may do this."),
    404: (NotFoundError, "Check the base URL with its path prefix, and the identifier."),
    409: (ConflictError, "Read the resource again and repeat the change on what it is now."),
    422: (UnprocessableEntityError, "Fix the parameters that the platform names."),
    429: (RateLimitError, "It was not carried out: wait before calling again."),
}


def _status_error(failed: Failed) -> KodexaError:
    status = failed.exchange.status_code or 0
    default = InternalServerError if status >= 500 else APIStatusError  # noqa: PLR2004
    kind, advice = _BY_STATUS.get(status, (default, "The request was refused."))
    if failed.redirect is not None:
        kind, advice = UnexpectedRedirectError, _redirect_advice(failed, failed.redirect)
    if status == _UNAUTHORIZED and failed.has_fresh_key:
        advice = f"The provider was asked again, and that key was refused too. {advice}"
    if failed.tier is Tier.UNCLEAR:
        advice = _advice(failed) if failed.redirect is None else f"{advice} {_advice(failed)}"
    error = _class_for(failed, kind)(
        "",
        response=_response(failed),
        method=failed.request.method,
        url=display_url(failed.request.url),
        retry_after=failed.retry_after,
    )
    if isinstance(error, UnexpectedRedirectError) and failed.redirect is not None:
        error.to_url = _target(failed.redirect)
    reason = _describe(error.problem)
    parts = [f"{failed.what} answered {status}{f': {reason}' if reason else ''}.", advice]
    if failed.retry_after is not None:
        parts.append(f"The server asks for a wait of {failed.retry_after:g} s.")
    if failed.exchange.request_id is not None:
        parts.append(f"Request id: {printable(failed.exchange.request_id)}.")
    error.args = (" ".join(parts) + (_earlier(failed) if failed.tier is not Tier.UNCLEAR else ""),)
    return error


def _target(redirect: Redirect) -> str | None:
    return None if redirect.to is None else printable(display_url(redirect.to))


def _redirect_advice(failed: Failed, redirect: Redirect) -> str:
    if redirect.to is None:
        return "It does not say in a way that can be followed where to go: check the base URL."
    where = f"It redirects to {_target(redirect)}"
    if not redirect.is_same_origin:
        return (
            f"{where}, another origin, where neither the key nor the body was sent. If the "
            "platform has moved there, make that the base_url."
        )
    if failed.redirects == MAX_REDIRECTS:
        return f"{where}, after {MAX_REDIRECTS} redirects that were followed: check the base URL."
    if failed.follows_redirects:
        return f"{where}, by a GET that would do nothing: check the base URL."
    if redirect.request is not None and redirect.request.method == failed.request.method:
        return f"{where}. Redirects are not followed: check the base URL, or follow_redirects=True."
    return f"{where}. Redirects are not followed: check the base URL."


def _describe(problem: ProblemDetails | None) -> str:
    if problem is None:
        return ""
    fields = "; ".join(f"{name}: {message}" for name, message in problem.errors.items())
    parts = [part for part in (problem.title, problem.detail, fields) if part]
    return printable(" - ".join(parts).rstrip("."))
