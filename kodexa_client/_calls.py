"""The way of one call, without a socket: what to do next, and what came of it.

Both clients do what ``Call.steps()`` asks for; nothing here waits or sends.
"""

from __future__ import annotations

import logging
import os
from email.utils import parsedate_to_datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Literal, TypeVar
from uuid import UUID

import httpx
from attrs import evolve, frozen

from ._attempts import Exchange
from ._deadlines import Deadline
from ._excerpts import printable
from ._failures import Failed, kodexa_error
from ._operations import Effect, Operation
from ._outcomes import Evidence, Tier, may_be_sent_again, tier_of
from ._redirects import MAX_REDIRECTS, Redirect, read_redirect
from ._requests import REQUEST_ID_HEADER
from ._responses import describe_mismatch
from ._retries import RetryPolicy, parse_retry_after
from ._wire import OutgoingRequest
from .errors import KodexaError, OutcomeUnknownError
from .types import UNSET, Attempt, Response

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from datetime import datetime

    from ._auth import ApiKey
    from ._clock import Clock
    from ._hooks import AttemptRequest, AttemptResponse
    from ._keys import KeySource
    from ._responses import Answer

__all__ = ["Answered", "Call", "Distrust", "Pause", "Send"]

T = TypeVar("T")

# RFC 9110 15.3: not done yet, or without all that was created.
_WITHOUT_RESULT = frozenset({202, 204, 205, 206})
_SEE_OTHER = 303
_UNAUTHORIZED = 401

_logger = logging.getLogger("kodexa_client")


@frozen
class Send:
    """Send the request, and hand in the exchange."""

    kind: ClassVar[Literal["send"]] = "send"
    exchange: Exchange


@frozen
class Answered:
    """Tell the hook of an attempt's answer."""

    kind: ClassVar[Literal["answered"]] = "answered"
    response: AttemptResponse


@frozen
class Distrust:
    """Use none of the idle connections again: one of them gave an answer that is not ours."""

    kind: ClassVar[Literal["distrust"]] = "distrust"


@frozen
class Pause:
    """Wait, and then go on."""

    kind: ClassVar[Literal["pause"]] = "pause"
    attempt: Attempt
    seconds: float


class Call(Generic[T]):
    """One call: its request, and what has become of it so far.

    Attributes:
        outgoing: The request that is sent next, without the key.
        process: The process that makes it.
        deadline: When the call has to end. It starts with the first connection: time
            spent in a queue says nothing about what was asked for.
    """

    def __init__(
        self,
        *,
        operation: Operation,
        request: OutgoingRequest,
        json: object,
        parse: Callable[[Answer], T],
        key_source: Callable[[], KeySource],
        follow_redirects: bool,
        retry_policy: RetryPolicy,
        retry_unclear: bool,
        deadline_seconds: float | None,
        clock: Clock,
    ) -> None:
        """Start the time that the call may wait in a queue.

        Args:
            operation: What is asked for.
            request: The request, with an id of its own, without the key.
            json: The request's body, before it was written.
            parse: Reads the body of an answer.
            key_source: Returns where the key comes from, which may change meanwhile.
            follow_redirects: Whether redirects within the origin are followed.
            retry_policy: How often, and after how long, the request is sent again.
            retry_unclear: Whether it is sent again after an unclear outcome too.
            deadline_seconds: Seconds for the whole call, or None for no limit.
            clock: Tells the time.
        """
        self.outgoing = self._original = request
        # A fork while it is made has two processes go on with it.
        self.process = os.getpid()
        self.deadline = Deadline(deadline_seconds, clock)
        self._queue = Deadline(deadline_seconds, clock)
        self._queue.start()
        self._operation = operation
        self._asked = json if isinstance(json, dict) else {}
        self._parse = parse
        self._key_source = key_source
        # All that it was sent with: taken out of what an error shows of an answer.
        self._keys: list[ApiKey] = []
        self._has_fresh_key = False
        self._follow_redirects = follow_redirects
        self._redirects = 0
        self._retries = 0
        self._policy = retry_policy
        self._retry_unclear = retry_unclear
        self._clock = clock
        self._started_at = clock.now()
        self._exchange = Exchange()
        self._attempts: list[Attempt] = []
        # Of attempts that may have been carried out.
        self._unclear: list[Tier] = []
        # Whether a redirect left behind a request that may have been carried out.
        self._has_moved_on = False

    @property
    def request(self) -> httpx.Request:
        """The request that is sent next, without the key, as httpx has it."""
        return self.outgoing.httpx_request

    @property
    def attempts(self) -> int:
        """How many attempts there were so far."""
        return len(self._attempts)

    @property
    def client_request_id(self) -> str:
        """The request's ``X-Request-ID``."""
        return self.request.headers[REQUEST_ID_HEADER]

    def show(self, key: ApiKey) -> AttemptRequest:
        """Return what hooks see of the request that is sent next.

        Args:
            key: The key that it is sent with.
        """
        from ._hooks import AttemptRequest  # noqa: PLC0415 - for those who have hooks

        return AttemptRequest(
            self.outgoing, key, operation=self.operation_name, number=len(self._attempts) + 1
        )

    @property
    def seconds_left(self) -> float | None:
        """Seconds that are left of the call, or of its time in the queue before it."""
        return (self.deadline if self.deadline.has_started else self._queue).remaining

    def may_go_on(self, *, is_served: bool) -> bool:
        """Start the deadline with the first connection, and tell whether there is time left.

        Args:
            is_served: Whether there is a connection for the call.
        """
        if is_served:
            self.deadline.start()
        return is_served and not self.deadline.has_passed

    def within(self, seconds: float) -> float:
        """Return a wait, no longer than what is left: a hook may have taken its time."""
        left = self.seconds_left
        return seconds if left is None else min(seconds, left)

    def steps(
        self,
    ) -> Generator[Send | Answered | Distrust | Pause, None, Response[T] | KodexaError]:
        """Yield what to do next; return what came of the call."""
        while True:
            exchange = self._exchange
            began = self._clock.monotonic()
            yield Send(exchange)
            attempt = self._took_place(exchange, self._clock.monotonic() - began)
            if exchange.seen is not None and exchange.status_code is not None:
                yield Answered(_answered(exchange.seen, exchange, attempt))
            parsed, problem = self._read(exchange)
            if problem is not None and exchange.phase == "body":
                yield Distrust()
            tier = self._tier(exchange, problem)
            if tier is Tier.ANSWERED:
                return Response(
                    status_code=exchange.status_code or 0,
                    headers=exchange.headers,
                    content=exchange.content,
                    parsed=parsed,  # type: ignore[arg-type] # there is no problem, so it was read
                    attempts=tuple(self._attempts),
                )
            redirect = read_redirect(self.request, exchange.status_code, exchange.headers)
            if redirect is not None and self._follows(redirect, exchange.status_code):
                continue
            retry_after = parse_retry_after(exchange.headers.get("retry-after"), self._clock.now())
            seconds = self._delay(tier, exchange, retry_after)
            if seconds is None:
                return self._error(exchange, tier, problem, retry_after, redirect)
            if tier in {Tier.UNCLEAR, Tier.ANSWER_LOST}:
                self._unclear.append(tier)
            self._attempts[-1] = evolve(attempt, slept=seconds)
            # What is known of that attempt is in its tier now.
            self._exchange = Exchange()
            self.outgoing, self._redirects, self._has_moved_on = self._original, 0, False
            yield Pause(self._attempts[-1], seconds)

    def _took_place(self, exchange: Exchange, seconds: float) -> Attempt:
        """Take note of an attempt, and take the keys out of what came back."""
        if exchange.key is not None and exchange.key not in self._keys:
            self._keys.append(exchange.key)
        for key in self._keys:
            exchange.headers = key.redact_headers(exchange.headers)
        attempt = self._attempt(exchange, seconds)
        if exchange.is_refused:
            # Nothing was tried.
            return attempt
        self._attempts.append(attempt)
        if _logger.isEnabledFor(logging.DEBUG):
            _logger.debug(
                "%s %s: %s in %.3f s (attempt %d, %s)",
                self.outgoing.method,
                _path(self.outgoing.url),
                attempt.status_code or attempt.reason,
                seconds,
                attempt.number,
                self._trace,
            )
        return attempt

    def _tier(self, exchange: Exchange, problem: str | None) -> Tier:
        evidence = Evidence(
            failure=exchange.failure.kind if exchange.failure else None,
            wrote=exchange.may_have_been_sent,
            status_code=exchange.status_code,
            problem=problem,
        )
        tier = tier_of(evidence, self._operation)
        if not self._has_moved_on or tier is Tier.ANSWERED or exchange.is_refused:
            return tier
        # What comes later says nothing of the request that was redirected.
        return Tier.UNCLEAR

    @property
    def _creates(self) -> bool:
        """Whether an answer can show by itself that it tells what was created."""
        return self._operation.effect is Effect.UNSAFE and bool(self._operation.identity)

    def _follows(self, redirect: Redirect, status_code: int | None) -> bool:
        """Go where an answer redirects to, if that is asked for and may be done."""
        if redirect.request is None or not self._follow_redirects:
            return False
        if self._redirects == MAX_REDIRECTS:
            return False
        if redirect.request.method != self.request.method:
            # RFC 9110 15.4.4: behind a 303 is the outcome. The others want the same request
            # elsewhere, which a GET is not: it may find what was created, and does nothing.
            if status_code != _SEE_OTHER and not self._creates:
                return False
            self._has_moved_on = self._operation.effect is not Effect.SAFE
        self.outgoing = OutgoingRequest.of(redirect.request)
        self._redirects += 1
        self._exchange = Exchange()
        return True

    def _attempt(self, exchange: Exchange, seconds: float) -> Attempt:
        return Attempt(
            number=len(self._attempts) + 1,
            phase=exchange.phase,
            status_code=exchange.status_code,
            reason=exchange.failure.kind.__name__ if exchange.failure else None,
            seconds=seconds,
            request_id=exchange.request_id,
        )

    def _read(self, exchange: Exchange) -> tuple[T | None, str | None]:
        """Read an answer of success; return the result, or what is wrong with the answer."""
        status = exchange.status_code
        if status is None or not httpx.codes.is_success(status):
            return None, None
        if exchange.failure is not None:
            words = exchange.failure.words or exchange.failure.kind.__name__
            return None, f"its body could not be read ({words})"
        if self._creates and status in _WITHOUT_RESULT - self._operation.answers:
            return None, "that status comes without all of what was created"
        answer = exchange.answer(self.outgoing)
        try:
            parsed = self._parse(answer)
        except Exception as error:  # noqa: BLE001 - one place reads; whatever it finds is this
            return None, describe_mismatch(error, answer)
        return parsed, self._foreign(parsed)

    def _foreign(self, parsed: T) -> str | None:
        """Say why an answer is not to this request, or return None."""
        if parsed is None:
            # The document promises no more for this status.
            return None
        identity = self._operation.identity
        if identity and not any(_has(parsed, name) for name in identity):
            return f"it has no {' and no '.join(identity)}"
        for name in self._operation.echoed:
            asked, got = self._asked.get(name), getattr(parsed, name, UNSET)
            # No property has to be there, and any may be null.
            if isinstance(asked, str) and got is not UNSET and got is not None and asked != got:
                return (
                    f"its {name} is not the one that was asked for, so it answers another request"
                )
        if self._has_moved_on and self._creates and not self._is_echoed(parsed):
            return "nothing in it shows that it is what this request created"
        return None

    def _is_echoed(self, parsed: T) -> bool:
        asked = {name: self._asked[name] for name in self._operation.echoed if name in self._asked}
        return any(getattr(parsed, name, UNSET) == value for name, value in asked.items())

    def _delay(self, tier: Tier, exchange: Exchange, retry_after: float | None) -> float | None:
        """Return the seconds to wait before the request is sent again, or None."""
        is_unauthorized = tier is Tier.REFUSED and exchange.status_code == _UNAUTHORIZED
        if is_unauthorized and self._gets_key(exchange) and self.seconds_left != 0.0:
            return 0.0
        if not may_be_sent_again(
            tier,
            self._operation,
            certificate=exchange.failure is not None and exchange.failure.certificate,
            retry_unclear=self._retry_unclear,
        ):
            return None
        seconds = self._policy.delay(self._retries, retry_after, self._clock.random())
        left = self.seconds_left
        if seconds is None or (left is not None and seconds >= left):
            return None
        # Neither a redirect that was followed nor a fresh key is one of the policy's.
        self._retries += 1
        return seconds

    def _gets_key(self, exchange: Exchange) -> bool:
        """Tell whether a refused request is to be sent with a fresh key: once, if there is one."""
        source = self._key_source()
        if not source.is_provided:
            return False
        source.refused(exchange.key)
        may_ask, self._has_fresh_key = not self._has_fresh_key, True
        return may_ask

    def _redacted(self, content: bytes) -> bytes:
        for key in self._keys:
            content = key.redact(content)
        return content

    def _error(
        self,
        exchange: Exchange,
        tier: Tier,
        problem: str | None,
        retry_after: float | None,
        redirect: Redirect | None,
    ) -> KodexaError:
        failed = Failed(
            request=self.request,
            exchange=exchange,
            body=self._redacted(exchange.content),
            tier=tier,
            effect=self._operation.effect,
            problem=problem,
            deadline_seconds=self.deadline.seconds if self.deadline.has_passed else None,
            retry_after=retry_after,
            earlier_unclear=bool(self._unclear) or self._has_moved_on,
            redirect=redirect,
            follows_redirects=self._follow_redirects,
            redirects=self._redirects,
            attempts=len(self._attempts),
            has_fresh_key=self._has_fresh_key and len(self._attempts) > 1,
        )
        error = kodexa_error(failed)
        error.attempts = tuple(self._attempts)
        if isinstance(error, OutcomeUnknownError):
            self._tell_outcome(error, exchange, executed=Tier.ANSWER_LOST in {*self._unclear, tier})
        return error

    def _tell_outcome(
        self, error: OutcomeUnknownError, exchange: Exchange, *, executed: bool
    ) -> None:
        error.operation = self.operation_name
        error.name = _string(self._asked.get("name"))
        error.user_id = _string(self._asked.get("userId"))
        error.expires_at = _string(self._asked.get("expiresAt"))
        error.client_request_id = self.client_request_id
        error.started_at = self._started_at
        error.ended_at = self._clock.now()
        error.server_date = _date(exchange.headers.get("date"))
        # For type checkers it is read-only.
        vars(error)["status_code"] = exchange.status_code
        error.request_id = exchange.request_id
        error.phase = exchange.phase
        error.executed = True if executed else None
        # For whoever has to look, and has no more than this text.
        started = f"{error.started_at:%Y-%m-%d %H:%M:%S}"
        trail = (
            f"Look for what {self._what} created from {started} to {error.ended_at:%H:%M:%S} UTC "
            f"({self._trace})."
        )
        error.args = (f"{error.args[0]} {trail}",)

    @property
    def operation_name(self) -> str:
        """The operation's id, or method and path of one that the document does not have."""
        return self._operation.id or f"{self._original.method} {_path(self._original.url)}"

    @property
    def _what(self) -> str:
        name = _string(self._asked.get("name"))
        return f"{self.operation_name}{'' if name is None else f' with the name {name!r}'}"

    @property
    def _trace(self) -> str:
        return f"X-Request-ID {printable(self.client_request_id)}"

    def unfinished(self) -> str | None:
        """Say what a call that is broken off may leave behind, or None if nothing."""
        if self._operation.effect is not Effect.UNSAFE:
            return None
        is_left = self._unclear or self._has_moved_on
        if not self._exchange.may_have_been_sent and not is_left:
            return None
        return (
            f"{self._what} was broken off after its request had been sent ({self._trace}): it may "
            "have been carried out."
        )


def _answered(request: AttemptRequest, exchange: Exchange, attempt: Attempt) -> AttemptResponse:
    from ._hooks import AttemptResponse  # noqa: PLC0415 - for those who have hooks

    return AttemptResponse(
        request=request,
        status_code=exchange.status_code or 0,
        headers=MappingProxyType(exchange.headers),
        seconds=attempt.seconds,
    )


def _has(parsed: object, name: str) -> bool:
    value = getattr(parsed, name, UNSET)
    if isinstance(value, str):
        return value.strip() != ""
    return isinstance(value, int | UUID) and not isinstance(value, bool)


def _path(url: httpx.URL) -> str:
    """Return the path, percent-encoded: decoded it may have line breaks in it."""
    return url.raw_path.partition(b"?")[0].decode("ascii")


def _string(value: Any) -> str | None:  # noqa: ANN401 - JSON is any type
    return value if isinstance(value, str) else None


def _date(value: str | None) -> datetime | None:
    try:
        return None if value is None else parsedate_to_datetime(value)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
