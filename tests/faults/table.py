"""The table of faults: what the server does, and what the caller has to see of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import httpx

from kodexa_client import (
    APIConnectionError,
    APIStatusError,
    APITimeoutError,
    AuthenticationError,
    BadRequestError,
    ConflictError,
    InternalServerError,
    NotFoundError,
    OutcomeUnknownError,
    PermissionDeniedError,
    RateLimitError,
    ResponseValidationError,
    RetryPolicy,
    UnprocessableEntityError,
)
from tests.faults import scripts as s

if TYPE_CHECKING:
    from tests.faults.server import Script

# Every backoff of the default policy at a chance of a half.
FIRST, SECOND = 0.25, 0.5
BOTH = (FIRST, SECOND)

# Short, for servers that stall; nothing here asserts how long anything took.
IMPATIENT: dict[str, Any] = {"timeout": httpx.Timeout(5, read=0.1)}
DEADLINE: dict[str, Any] = {"timeout": httpx.Timeout(5), "deadline": 0.3}


@dataclass(frozen=True)
class Row:
    """One call, and what is expected of it.

    Attributes:
        name: What it is about.
        scripts: What the server does with each request, the last for ever.
        raised: The classes that the exception is of, all of them. None: it returns.
        unclear: Whether it is an OutcomeUnknownError.
        known: Its ``executed``: True for "done, answer lost".
        sent: What an APIConnectionError says of it.
        attempts: How many requests were tried.
        executed: How many credentials the call made.
        slept: The delays between the attempts.
        settings: Of the client.
        arguments: Of the call, beside its name.
        before: What the server does with a call before this one, on the same connection.
        same_name: Whether that call asked for the same name.
        target: Where the client calls: the server, its port while that is closed, or a
            name that there is not.
        opens_after: The closed port opens after so many sleeps.
        cut_off: Whether the script has to have been cut off by the client.
        status: The exception's status_code.
        retry_after: The exception's retry_after.
    """

    name: str
    scripts: tuple[Script, ...]
    raised: tuple[type[Exception], ...] | None = None
    unclear: bool = False
    known: bool | None = None
    sent: bool | None = None
    attempts: int = 1
    executed: int = 0
    slept: tuple[float, ...] = ()
    settings: dict[str, Any] = field(default_factory=dict[str, Any])
    arguments: dict[str, Any] = field(default_factory=dict[str, Any])
    before: Script | None = None
    same_name: bool = False
    target: Literal["server", "closed", "nowhere"] = "server"
    opens_after: int | None = None
    cut_off: bool = False
    status: int | None = None
    retry_after: float | None = None

    def __str__(self) -> str:
        return self.name if len(self.name) < 60 else f"{self.name[:57]}..."


def returns(*scripts: Script, name: str = "", attempts: int = 1, **more: Any) -> Row:
    """Expect a value, and one credential."""
    more.setdefault("executed", 1)
    return Row(name or " > ".join(map(str, scripts)), scripts, None, attempts=attempts, **more)


def raises(kind: type[Exception], *scripts: Script, name: str = "", **more: Any) -> Row:
    """Expect an exception that says for certain that nothing was made."""
    return Row(name or " > ".join(map(str, scripts)), scripts, (kind,), **more)


def unclear(kind: type[Exception], *scripts: Script, name: str = "", **more: Any) -> Row:
    """Expect an exception that says that nobody knows."""
    kinds = (kind, OutcomeUnknownError)
    if issubclass(kind, APIConnectionError):
        more.setdefault("sent", True)
    return Row(name or " > ".join(map(str, scripts)), scripts, kinds, unclear=True, **more)


def lost(*scripts: Script, name: str = "", **more: Any) -> Row:
    """Expect an exception that says that the credential exists, and can't be handed over."""
    more.setdefault("executed", 1)
    return unclear(ResponseValidationError, *scripts, name=name, known=True, **more)


def _executes(script: Script) -> int:
    return 0 if script in {s.RESET_UNREAD, s.CLOSE_UNREAD, s.RESET_READ, s.CLOSE_READ} else 1


not_sent = [
    raises(
        APIConnectionError,
        s.OK,
        name="refused",
        target="closed",
        sent=False,
        attempts=3,
        slept=BOTH,
    ),
    returns(s.OK, name="refused once", target="closed", opens_after=1, attempts=2, slept=(FIRST,)),
    returns(s.OK, name="refused twice", target="closed", opens_after=2, attempts=3, slept=BOTH),
    raises(
        APIConnectionError,
        s.OK,
        name="refused, no retries",
        target="closed",
        sent=False,
        settings={"retry_policy": RetryPolicy(max_retries=0)},
    ),
    raises(
        APIConnectionError,
        s.OK,
        name="no such name",
        target="nowhere",
        sent=False,
        attempts=3,
        slept=BOTH,
    ),
    unclear(
        APIConnectionError,
        s.DROP,
        name="refused, then executed and dropped",
        target="closed",
        opens_after=1,
        attempts=2,
        slept=(FIRST,),
        executed=1,
    ),
]

answered = [returns(script) for script in s.OK_ANSWERS]

dropped = [unclear(APIConnectionError, script, executed=_executes(script)) for script in s.DROPS]
dropped += [
    unclear(APIConnectionError, script, before=s.OK, name=f"{script}, on a used connection",
            executed=_executes(script))
    for script in s.DROPS
]  # fmt: skip
dropped += [unclear(APIConnectionError, script, executed=1) for script in s.NOT_HTTP]

stalled = [
    unclear(APITimeoutError, s.STALL_UNREAD, settings=IMPATIENT, cut_off=True),
    unclear(APITimeoutError, s.STALL_READ, settings=IMPATIENT, cut_off=True),
    unclear(APITimeoutError, s.STALL, settings=IMPATIENT, cut_off=True, executed=1),
    unclear(APITimeoutError, s.INTERIM_STALL, settings=IMPATIENT, cut_off=True, executed=1),
    unclear(APITimeoutError, s.HALF_HEAD_STALL, settings=IMPATIENT, cut_off=True, executed=1),
    lost(s.HALF_BODY_STALL, settings=IMPATIENT, cut_off=True),
    unclear(APITimeoutError, s.STALL, name="stalls until the deadline", settings=DEADLINE,
            cut_off=True, executed=1),
    lost(s.HALF_BODY_STALL, name="body stalls until the deadline", settings=DEADLINE,
         cut_off=True),
]  # fmt: skip
stalled += [
    unclear(APITimeoutError, script, settings=DEADLINE, cut_off=True, executed=1)
    for script in s.DRIPPING_HEAD
]
stalled += [lost(script, settings=DEADLINE, cut_off=True) for script in s.DRIPPING_BODY]
stalled += [lost(s.ENDLESS_BODY, cut_off=True)]

answers_lost = [lost(script) for script in (*s.UNREADABLE, s.HALF_BODY_RESET)]

left_behind = [
    returns(s.OK, before=script, same_name=same_name, executed=1,
            name=f"after: {script}, {'the same' if same_name else 'another'} name")
    for script in s.LEAVING
    for same_name in (False, True)
]  # fmt: skip

left_behind += [lost(s.DESYNCHRONISED, before=s.OK)]

_BY_STATUS: dict[int, type[Exception]] = {
    400: BadRequestError,
    401: AuthenticationError,
    403: PermissionDeniedError,
    404: NotFoundError,
    409: ConflictError,
    422: UnprocessableEntityError,
    429: RateLimitError,
}


def _class_of(code: int) -> type[Exception]:
    default = InternalServerError if code >= 500 else APIStatusError
    return _BY_STATUS.get(code, default)


statuses = [raises(_class_of(code), s.status(code), status=code) for code in s.REFUSED]
statuses += [
    unclear(_class_of(code), s.status(code, executed=executed), status=code, executed=executed)
    for code in s.UNCLEAR
    for executed in (False, True)
]
statuses += [
    raises(_class_of(code), s.status(code), name=f"{code} for ever", status=code, attempts=3,
           slept=BOTH)
    for code in s.REPEATED
]  # fmt: skip
statuses += [returns(s.status(code), s.OK, attempts=2, slept=(FIRST,)) for code in s.REPEATED]
statuses += [
    raises(AuthenticationError, s.status_cut(401), status=401),
    raises(AuthenticationError, s.status_cut(401, "stall"), status=401, settings=IMPATIENT),
    unclear(InternalServerError, s.status_cut(500), status=500),
    returns(s.status_cut(429), s.OK, attempts=2, slept=(FIRST,)),
    returns(s.status_cut(429, "stall"), s.OK, attempts=2, slept=(FIRST,), settings=IMPATIENT),
    unclear(InternalServerError, s.status(429), s.status(503, executed=True), status=503,
            attempts=2, slept=(FIRST,), executed=1),
    raises(BadRequestError, s.status(429), s.status(400), status=400, attempts=2, slept=(FIRST,)),
]  # fmt: skip

redirected = [
    (unclear if code <= 303 else raises)(
        APIStatusError, s.redirect(code, executed=executed), status=code, executed=executed
    )
    for code in s.REDIRECTS
    for executed in (False, True)
    # A server that refuses to answer here has not executed here.
    if code <= 303 or not executed
]

waited = [
    returns(s.status(429, f"retry-after: {form}"), s.OK, attempts=2,
            slept=(max(FIRST, seconds or 0.0),))
    for form, seconds in s.RETRY_AFTER.items()
]  # fmt: skip
waited += [
    raises(RateLimitError, s.status(429, f"retry-after: {form}"), status=429, retry_after=seconds)
    for form, seconds in s.TOO_LONG.items()
]
# Whatever a 5xx says of waiting, it does not say that nothing was executed.
waited += [
    unclear(InternalServerError, s.status(code, f"retry-after: {form}", executed=executed),
            status=code, executed=executed)
    for code in (500, 503)
    for form in (*s.RETRY_AFTER, *s.TOO_LONG)
    for executed in (False, True)
]  # fmt: skip
waited += [
    returns(s.status(429, "retry-after: 60"), s.OK, name="the longest wait", attempts=2,
            settings={"deadline": None}, slept=(60.0,)),
    raises(RateLimitError, s.status(429, "retry-after: 60"), name="a wait of all the deadline",
           status=429, retry_after=60.0),
    raises(RateLimitError, s.status(429, "retry-after: 10"), name="a wait beyond the deadline",
           status=429, settings={"deadline": 5.0}, retry_after=10.0),
    raises(RateLimitError, s.status(429, "retry-after: 3"), name="a second wait beyond it",
           status=429, settings={"deadline": 5.0}, attempts=2, slept=(3.0,), retry_after=3.0),
    returns(s.status(429, "retry-after: 10"), s.OK, name="a wait that the policy does not look at",
            settings={"retry_policy": RetryPolicy(respect_retry_after=False)}, attempts=2,
            slept=(FIRST,)),
    raises(RateLimitError, s.status(429, "retry-after: 1"), name="429, no retries", status=429,
           settings={"retry_policy": RetryPolicy(max_retries=0)}),
    raises(RateLimitError, s.status(429), name="429, five retries", status=429, attempts=6,
           settings={"retry_policy": RetryPolicy(max_retries=5, cap=3.0)},
           slept=(0.25, 0.5, 1.0, 1.5, 1.5)),
]  # fmt: skip

# For those who prefer a duplicate. "Done, answer lost" is not repeated even so.
AGAIN = {"retry_unclear": True}
repeated_unclear = [
    returns(s.DROP, s.OK, name="unclear, repeated", arguments=AGAIN, attempts=2, executed=2,
            slept=(FIRST,)),
    returns(s.CLOSE_READ, s.OK, name="unclear, repeated, once executed", arguments=AGAIN,
            attempts=2, slept=(FIRST,)),
    returns(s.status(500), s.status(503, executed=True), s.OK, name="5xx, repeated",
            arguments=AGAIN, attempts=3, slept=BOTH, executed=2),
    unclear(APIConnectionError, s.DROP, name="unclear for ever", arguments=AGAIN, attempts=3,
            executed=3, slept=BOTH),
    # The last attempt was refused for certain; the first may have been carried out.
    unclear(ConflictError, s.DROP, s.status(409), name="unclear, then a conflict",
            arguments=AGAIN, attempts=2, executed=1, slept=(FIRST,), status=409),
    lost(s.UNREADABLE[0], name="done, answer lost, not repeated", arguments=AGAIN),
    raises(BadRequestError, s.status(400), name="refused, not repeated", arguments=AGAIN,
           status=400),
]  # fmt: skip

TABLE = [
    *not_sent,
    *answered,
    *dropped,
    *stalled,
    *answers_lost,
    *left_behind,
    *statuses,
    *redirected,
    *waited,
    *repeated_unclear,
]
