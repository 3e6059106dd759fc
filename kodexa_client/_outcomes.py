"""What became of a request: from what was seen of it to one of seven tiers.

The table is in docs/outcomes.md. RFC 9110 9.2.2: a request that is not idempotent is sent
again only if it is known that the first one was not applied. No evidence means unclear.
"""

from __future__ import annotations

import enum
import socket
import ssl

import httpx
from attrs import frozen

from ._bodies import UnreadableBodyError
from ._operations import Effect, Operation
from .errors import ConfigurationError

__all__ = ["Evidence", "Failure", "Tier", "failure_of", "may_be_sent_again", "tier_of"]


class Tier(enum.Enum):
    """What became of a request."""

    ANSWERED = "answered"
    NOT_SENT = "not sent"
    REFUSED_LOCALLY = "refused locally"
    REFUSED = "refused by the server"
    REPEATABLE = "refused, repeatable"
    UNCLEAR = "unclear"
    ANSWER_LOST = "done, answer lost"


@frozen
class Failure:
    """An exception, without what it holds: a request, a key, a body.

    Attributes:
        kind: Its class.
        words: Those of its words that hold nothing that was exchanged.
        certificate: Whether the server's certificate was refused.
        resolving: Whether the host's name was not found.
        cause: What the user's own code raised, or None.
    """

    kind: type[Exception]
    words: str = ""
    certificate: bool = False
    resolving: bool = False
    cause: Exception | None = None


@frozen(kw_only=True)
class Evidence:
    """What was seen of one attempt.

    Attributes:
        failure: The class of what sending or reading raised, or None.
        wrote: Whether anything but making a connection was seen. True without proof.
        status_code: The status of the answer, or None if its head did not come.
        problem: What is wrong with the answer of success, or None.
    """

    failure: type[Exception] | None = None
    wrote: bool = True
    status_code: int | None = None
    problem: str | None = None


# Raised before a request is written. A hook of the user's may raise them later, so this
# counts only where nothing was written.
_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)
# "Connection refused", "certificate verify failed": nothing was exchanged yet. The other one
# is our own.
_TOLD = (httpx.ConnectError, UnreadableBodyError)
_REFUSED_LOCALLY = (
    httpx.UnsupportedProtocol,
    httpx.LocalProtocolError,
    httpx.InvalidURL,
    httpx.CookieConflict,
    ConfigurationError,
)

# RFC 9110 15.5.20, RFC 8470 5.2, RFC 6585 4: each says that nothing was done.
_REPEATABLE_STATUSES = frozenset({421, 425, 429})
# RFC 9110 15.6.2 and 15.6.6. Every other 5xx may come after the request was carried out:
# 503 too, from a proxy whose upstream broke off.
_REFUSING_SERVER_ERRORS = frozenset({501, 505})
_REQUEST_TIMEOUT = 408
# RFC 9110 15.4.8 and 15.4.9: the request is to be sent elsewhere as it is. After the
# others a server may have done it, and names the place of what it made.
_UNCHANGED_REDIRECTS = frozenset({307, 308})


def tier_of(evidence: Evidence, operation: Operation) -> Tier:
    """Return what became of a request.

    Args:
        evidence: What was seen.
        operation: What was asked for.
    """
    status = evidence.status_code
    if status is None:
        return _tier_without_answer(evidence)
    if httpx.codes.is_success(status):
        return Tier.ANSWERED if evidence.problem is None else Tier.ANSWER_LOST
    return _tier_of_status(status, operation.effect)


def _tier_without_answer(evidence: Evidence) -> Tier:
    if evidence.wrote or evidence.failure is None:
        return Tier.UNCLEAR
    if issubclass(evidence.failure, _NOT_SENT):
        return Tier.NOT_SENT
    if issubclass(evidence.failure, _REFUSED_LOCALLY):
        return Tier.REFUSED_LOCALLY
    return Tier.UNCLEAR


def _tier_of_status(status: int, effect: Effect) -> Tier:
    if status in _REPEATABLE_STATUSES:
        return Tier.REPEATABLE
    if httpx.codes.is_client_error(status) and status != _REQUEST_TIMEOUT:
        return Tier.REFUSED
    if status in _UNCHANGED_REDIRECTS or status in _REFUSING_SERVER_ERRORS:
        return Tier.REFUSED
    if httpx.codes.is_redirect(status) and effect is not Effect.UNSAFE:
        # Asked again, a server names the same place again.
        return Tier.REFUSED
    return Tier.UNCLEAR


def may_be_sent_again(
    tier: Tier, operation: Operation, *, certificate: bool, retry_unclear: bool
) -> bool:
    """Tell whether a request may be sent again without being asked for it.

    Args:
        tier: What became of it.
        operation: What was asked for.
        certificate: Whether the server's certificate was refused: it will be again.
        retry_unclear: Whether the caller prefers a duplicate to an unclear outcome.
    """
    match tier:
        case Tier.NOT_SENT:
            return not certificate
        case Tier.REPEATABLE:
            return True
        case Tier.UNCLEAR:
            return retry_unclear or operation.effect is not Effect.UNSAFE
        case Tier.ANSWER_LOST:
            return operation.effect is not Effect.UNSAFE
        case _:
            return False


def failure_of(error: Exception) -> Failure:
    """Reduce an exception to what may be told of it."""
    chain = _chain(error)
    return Failure(
        type(error),
        words=str(error) if isinstance(error, _TOLD) else "",
        certificate=any(isinstance(one, ssl.SSLCertVerificationError) for one in chain),
        resolving=any(isinstance(one, socket.gaierror) for one in chain),
    )


def _chain(error: BaseException) -> list[BaseException]:
    """Return an exception and those that led to it."""
    found: list[BaseException] = []
    waiting: list[BaseException | None] = [error]
    while waiting:
        one = waiting.pop()
        if one is not None and one not in found:
            found.append(one)
            waiting += [one.__cause__, one.__context__]
    return found
