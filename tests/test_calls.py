"""The way of a call, without a socket: what is sent again, when, and how it ends."""

from __future__ import annotations

import asyncio
import copy
import pickle
import socket
import ssl
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kodexa_client import (
    APIConnectionError,
    APIStatusError,
    APITimeoutError,
    ConfigurationError,
    ConflictError,
    InternalServerError,
    KodexaError,
    OutcomeUnknownError,
    RateLimitError,
    ResponseValidationError,
    RetryPolicy,
)
from kodexa_client._auth import ApiKey
from kodexa_client._bodies import BodyReader, UnreadableBodyError
from kodexa_client._calling import tell_what_is_left
from kodexa_client._calls import Call, Distrust, Pause, Send
from kodexa_client._clock import Clock
from kodexa_client._keys import GivenKey
from kodexa_client._operations import Effect, Operation
from kodexa_client._requests import REQUEST_ID_HEADER
from kodexa_client._responses import Answer, read_json
from kodexa_client._wire import OutgoingRequest, Received
from kodexa_client.models import AccessToken
from kodexa_client.types import Attempt, Response

from .conftest import API_KEY

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from kodexa_client._attempts import Exchange

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
SECRET = "canary-credential-1234567890"
CREATE = Operation(
    id="createAccessToken", effect=Effect.UNSAFE, identity=("id", "uuid"), echoed=("name",)
)
READ = Operation(id="readAccessToken", effect=Effect.SAFE)
REPLACE = Operation(id="replaceAccessToken", effect=Effect.IDEMPOTENT)
ASKED = {"name": "ci", "userId": "u1", "expiresAt": "2027-01-01T00:00:00Z", "note": SECRET}
CREATED = b'{"id": "1", "name": "ci", "token": "%s"}' % SECRET.encode()


class FakeClock(Clock):
    """A clock that goes on when it is told, and dice that always show the same."""

    def __init__(self, chance: float = 1.0) -> None:
        self.time = 1000.0
        self.chance = chance

    def monotonic(self) -> float:
        return self.time

    def now(self) -> datetime:
        return NOON + timedelta(seconds=self.time - 1000)

    def random(self) -> float:
        return self.chance


def failing(error: Exception, *, wrote: bool = True, seconds: float = 0.0) -> Any:
    """Return an attempt that ends with an exception."""

    def play(exchange: Exchange, clock: FakeClock) -> None:
        exchange.trace("connection.connect_tcp.started", {})
        if wrote:
            exchange.trace("http11.send_request_headers.started", {})
        clock.time += seconds
        exchange.failed(error)

    # What pytest calls it.
    play.__name__ = f"{type(error).__name__} {'after' if wrote else 'before'} the first byte"
    return play


def answering(
    status: int,
    body: bytes = b"",
    *,
    seconds: float = 0.0,
    cut: Exception | None = None,
    **headers: str | None,
) -> Any:
    """Return an attempt that gets an answer, whose body may be cut off."""

    def play(exchange: Exchange, clock: FakeClock) -> None:
        exchange.trace("http11.send_request_headers.started", {})
        clock.time += seconds
        fields = {
            name.replace("_", "-"): value for name, value in headers.items() if value is not None
        }
        exchange.received_head(Received(status, httpx.Headers(fields), None))
        exchange.body = BodyReader(None)
        exchange.body.feed(body)
        if cut is None:
            exchange.received_body()
        else:
            exchange.failed(cut)

    play.__name__ = f"{status} {body[:15]!r} {cut!r}"
    return play


KEY = ApiKey(API_KEY)


def parse_token(answer: Answer) -> AccessToken:
    return AccessToken.from_dict(read_json(answer))


def make_call(
    operation: Operation = CREATE,
    *,
    json: object = MappingProxyType(ASKED),
    clock: FakeClock | None = None,
    policy: RetryPolicy = RetryPolicy(),  # noqa: B008 - it can't be changed
    retry_unclear: bool = False,
    deadline: float | None = 60.0,
    parse: Callable[[Answer], Any] = parse_token,
    headers: Mapping[str, str] = MappingProxyType({}),
) -> Call[Any]:
    return Call(
        operation=operation,
        request=OutgoingRequest.of(
            httpx.Request(
                "POST",
                "https://kodexa.test/api/access-tokens?q=1",
                headers=headers or {REQUEST_ID_HEADER: str(uuid4())},
            )
        ),
        json=dict(json) if isinstance(json, MappingProxyType) else json,
        parse=parse,
        key_source=lambda: GivenKey(KEY),
        follow_redirects=False,
        retry_policy=policy,
        retry_unclear=retry_unclear,
        deadline_seconds=deadline,
        clock=clock or FakeClock(),
    )


class Play:
    """A call that was driven through attempts, one script each, until it ended."""

    def __init__(self, *scripts: Any, **settings: Any) -> None:
        self.clock: FakeClock = settings.setdefault("clock", FakeClock())
        self.call = make_call(**settings)
        self.sent = 0
        self.distrusted = 0
        self.pauses: list[Pause] = []
        self.outcome: Response[Any] | KodexaError
        steps = self.call.steps()
        while True:
            try:
                step = next(steps)
            except StopIteration as end:
                self.outcome = end.value
                break
            if isinstance(step, Send):
                self.call.deadline.start()
                step.exchange.key = KEY
                scripts[self.sent](step.exchange, self.clock)
                self.sent += 1
            elif isinstance(step, Pause):
                self.pauses.append(step)
                self.clock.time += step.seconds
            else:
                assert step == Distrust()
                self.distrusted += 1
        assert self.sent == len(scripts)

    @property
    def waits(self) -> list[float]:
        return [pause.seconds for pause in self.pauses]

    @property
    def error(self) -> Any:
        assert isinstance(self.outcome, KodexaError)
        return self.outcome

    @property
    def response(self) -> Response[Any]:
        assert isinstance(self.outcome, Response)
        return self.outcome


NOT_SENT = failing(httpx.ConnectError("refused"), wrote=False)
BROKEN = failing(httpx.ReadError("canary"))
DONE = answering(201, CREATED)


def test_an_answer_is_returned_with_all_that_came() -> None:
    play = Play(answering(201, CREATED, seconds=0.25, x_request_id="r1"))

    assert play.response == Response(
        status_code=201,
        headers=httpx.Headers({"x-request-id": "r1"}),
        content=CREATED,
        parsed=AccessToken(id="1", name="ci", additional_properties={"token": SECRET}),
    )
    assert play.response.attempts == (
        Attempt(
            number=1, phase="body", status_code=201, reason=None, seconds=0.25, request_id="r1"
        ),
    )


@pytest.mark.parametrize(
    ("operation", "first"),
    [
        pytest.param(CREATE, NOT_SENT, id="creation, not sent"),
        pytest.param(CREATE, failing(httpx.ConnectTimeout(""), wrote=False), id="not in time"),
        pytest.param(CREATE, answering(421), id="creation, 421"),
        pytest.param(CREATE, answering(425), id="creation, 425"),
        pytest.param(CREATE, answering(429), id="creation, 429"),
        pytest.param(READ, NOT_SENT, id="reading, not sent"),
        pytest.param(READ, answering(429), id="reading, 429"),
        pytest.param(READ, BROKEN, id="reading, unclear"),
        pytest.param(READ, answering(503), id="reading, 503"),
        pytest.param(READ, answering(200, b"<"), id="reading, answer lost"),
        pytest.param(REPLACE, BROKEN, id="replacing, unclear"),
        pytest.param(REPLACE, answering(408), id="replacing, 408"),
        pytest.param(REPLACE, answering(200, b"<"), id="replacing, answer lost"),
    ],
)
def test_what_may_be_sent_again_is_sent_again(operation: Operation, first: Any) -> None:
    play = Play(first, DONE, operation=operation)

    assert play.response.parsed.id == "1"
    assert [attempt.number for attempt in play.response.attempts] == [1, 2]
    assert play.waits == [0.5]


REFUSED_CERTIFICATE = httpx.ConnectError("certificate verify failed")
REFUSED_CERTIFICATE.__cause__ = ssl.SSLCertVerificationError()


@pytest.mark.parametrize(
    ("operation", "only", "kind", "is_unclear"),
    [
        (CREATE, BROKEN, APIConnectionError, True),
        (CREATE, failing(httpx.ReadTimeout("")), APITimeoutError, True),
        (CREATE, failing(RuntimeError("loop")), APIConnectionError, True),
        (CREATE, failing(httpx.ConnectTimeout("of a hook")), APIConnectionError, True),
        (CREATE, answering(408), APIStatusError, True),
        (CREATE, answering(500), InternalServerError, True),
        (CREATE, answering(503, retry_after="1"), InternalServerError, True),
        (CREATE, answering(302), APIStatusError, True),
        (CREATE, answering(201, b"<"), ResponseValidationError, True),
        (CREATE, answering(201, cut=httpx.ReadError("")), ResponseValidationError, True),
        (CREATE, answering(201, b'{"name": "ci"}'), ResponseValidationError, True),
        (CREATE, answering(201, b'{"id": "1", "name": "x"}'), ResponseValidationError, True),
        (CREATE, answering(202, CREATED), ResponseValidationError, True),
        (CREATE, answering(204), ResponseValidationError, True),
        (CREATE, answering(307), APIStatusError, False),
        (CREATE, answering(400), APIStatusError, False),
        (CREATE, answering(409), ConflictError, False),
        (CREATE, answering(501), InternalServerError, False),
        (CREATE, failing(REFUSED_CERTIFICATE, wrote=False), APIConnectionError, False),
        (CREATE, failing(httpx.InvalidURL("canary"), wrote=False), ConfigurationError, False),
        (READ, answering(404), APIStatusError, False),
        (READ, answering(301), APIStatusError, False),
        (READ, failing(REFUSED_CERTIFICATE, wrote=False), APIConnectionError, False),
        (REPLACE, answering(501), InternalServerError, False),
    ],
)
def test_what_may_not_be_sent_again_is_raised_at_once(
    *, operation: Operation, only: Any, kind: type[KodexaError], is_unclear: bool
) -> None:
    play = Play(only, operation=operation)

    assert isinstance(play.error, kind)
    assert isinstance(play.error, OutcomeUnknownError) is is_unclear
    assert play.pauses == []


@pytest.mark.parametrize("operation", [READ, REPLACE], ids=lambda one: one.effect.value)
@pytest.mark.parametrize("last", [BROKEN, answering(500), answering(200, b"<")])
def test_what_can_be_repeated_has_no_unknown_outcome(operation: Operation, last: Any) -> None:
    play = Play(last, last, last, operation=operation)

    assert not isinstance(play.error, OutcomeUnknownError)
    assert len(play.error.attempts) == 3


def test_waits_grow_until_the_retries_are_used_up() -> None:
    play = Play(NOT_SENT, NOT_SENT, NOT_SENT)

    assert play.waits == [0.5, 1.0]
    assert isinstance(play.error, APIConnectionError)
    assert play.error.sent is False


@pytest.mark.parametrize("chance", [0.0, 0.3])
def test_waits_are_spread_by_chance(chance: float) -> None:
    play = Play(NOT_SENT, NOT_SENT, DONE, clock=FakeClock(chance))

    assert play.waits == [0.5 * chance, 1.0 * chance]


@pytest.mark.parametrize(
    ("retry_after", "seconds"),
    [("3", 3.0), ("Tue, 24 Nov 2026 12:00:07 GMT", 7.0), ("0", 0.5), ("soon", 0.5)],
)
def test_a_retry_after_is_waited_for(retry_after: str, seconds: float) -> None:
    play = Play(answering(429, retry_after=retry_after), DONE)

    assert play.waits == [seconds]


@pytest.mark.parametrize("retry_after", ["61", "3600", "999999999999"])
def test_a_retry_after_above_the_policys_limit_is_raised_at_once(retry_after: str) -> None:
    play = Play(answering(429, retry_after=retry_after), deadline=None)

    assert isinstance(play.error, RateLimitError)
    assert play.error.retry_after == float(retry_after)
    assert f"The server asks for a wait of {float(retry_after):g} s." in str(play.error)


def test_a_retry_after_that_the_deadline_does_not_leave_is_raised_at_once() -> None:
    play = Play(answering(429, retry_after="10", seconds=51), deadline=60)

    assert isinstance(play.error, RateLimitError)
    assert play.error.retry_after == 10
    assert play.pauses == []


@pytest.mark.parametrize(
    ("deadline", "took", "waits"),
    [(60.0, 59.4, [0.5]), (60.0, 59.5, []), (60.0, 60.0, []), (60.0, 99.0, []), (None, 1e6, [0.5])],
)
def test_no_wait_goes_past_the_deadline(
    deadline: float | None, took: float, waits: list[float]
) -> None:
    first = failing(httpx.ConnectError("refused"), wrote=False, seconds=took)

    play = Play(first, *[DONE for _ in waits], deadline=deadline)

    assert play.waits == waits


@given(
    st.lists(st.floats(0, 40), min_size=6, max_size=6),
    st.floats(0.01, 100),
    st.floats(0, 1),
    st.sampled_from([None, "1", "20"]),
)
def test_every_wait_ends_before_the_deadline(
    took: list[float], deadline: float, chance: float, retry_after: str | None
) -> None:
    clock = FakeClock(chance)
    call = make_call(clock=clock, deadline=deadline, policy=RetryPolicy(max_retries=5))
    scripts = iter([answering(429, seconds=one, retry_after=retry_after) for one in took])

    for step in call.steps():
        if isinstance(step, Send):
            call.deadline.start()
            next(scripts)(step.exchange, clock)
        elif isinstance(step, Pause):
            clock.time += step.seconds
            assert not call.deadline.has_passed


def test_the_time_in_the_queue_is_not_the_deadlines() -> None:
    clock = FakeClock()
    call = make_call(clock=clock, deadline=60)

    clock.time += 50
    in_the_queue = call.seconds_left
    call.deadline.start()

    assert (in_the_queue, call.seconds_left) == (10, 60)


def test_a_call_that_never_left_the_queue_was_not_sent_and_is_not_sent_again() -> None:
    clock = FakeClock()
    call = make_call(clock=clock, deadline=60)
    steps = call.steps()
    step = next(steps)
    assert isinstance(step, Send)

    clock.time += 60
    step.exchange.failed(httpx.PoolTimeout("no connection became free"))
    with pytest.raises(StopIteration) as end:
        next(steps)

    assert isinstance(end.value.value, APITimeoutError)
    assert end.value.value.sent is False
    assert end.value.value.attempts[0].phase == "queue"
    assert "deadline" not in str(end.value.value)


def test_an_error_after_the_deadline_says_so() -> None:
    play = Play(failing(httpx.ReadTimeout(""), seconds=60), deadline=60)

    assert "ReadTimeout; the deadline of 60 s has passed" in str(play.error)


def test_a_call_without_a_deadline_has_none() -> None:
    call = make_call(deadline=None)
    call.deadline.start()

    assert call.seconds_left is None


def test_each_attempt_is_kept_with_what_was_seen_of_it() -> None:
    unresolved = httpx.ConnectError("unknown host")
    unresolved.__cause__ = socket.gaierror()

    play = Play(
        failing(unresolved, wrote=False, seconds=0.5),
        answering(429, seconds=0.25, retry_after="2", x_request_id="r2"),
        failing(httpx.ReadTimeout(""), seconds=1.5),
    )

    attempts = (
        Attempt(
            number=1,
            phase="resolve",
            status_code=None,
            reason="ConnectError",
            seconds=0.5,
            slept=0.5,
        ),
        Attempt(
            number=2,
            phase="body",
            status_code=429,
            reason=None,
            seconds=0.25,
            slept=2.0,
            request_id="r2",
        ),
        Attempt(number=3, phase="sent", status_code=None, reason="ReadTimeout", seconds=1.5),
    )
    assert play.error.attempts == attempts
    assert [pause.attempt for pause in play.pauses] == list(attempts[:2])
    assert str(play.error).splitlines()[-1] == (
        "Attempts: 1. resolve ConnectError, 0.50 s, then a wait of 0.50 s; "
        "2. body 429, 0.25 s, then a wait of 2.00 s; 3. sent ReadTimeout, 1.50 s."
    )


@pytest.mark.parametrize(
    "only",
    [BROKEN, NOT_SENT, answering(400), answering(500), answering(201, b"<")],
)
def test_the_text_of_every_error_ends_with_the_attempts(only: Any) -> None:
    play = Play(only, policy=RetryPolicy(max_retries=0))

    assert str(play.error).splitlines()[-1].startswith("Attempts: 1. ")


@pytest.mark.parametrize(
    "later",
    [
        NOT_SENT,
        failing(httpx.LocalProtocolError("canary"), wrote=False),
        BROKEN,
        answering(400),
        answering(401),
        answering(409),
        answering(429, retry_after="3600"),
        answering(500, retry_after="3600"),
        answering(501),
        answering(201, b"<"),
        answering(307),
    ],
)
def test_after_an_unclear_attempt_every_failure_has_an_unknown_outcome(later: Any) -> None:
    policy = RetryPolicy(max_retries=1)

    play = Play(BROKEN, later, policy=policy, retry_unclear=True)

    assert isinstance(play.error, OutcomeUnknownError)
    assert play.error.name == "ci"
    assert "look" in str(play.error)
    assert len(play.error.attempts) == 2
    assert play.error.executed is (True if play.error.status_code == 201 else None)
    assert getattr(play.error, "sent", True) is True


def test_an_attempt_that_was_certainly_refused_leaves_no_doubt() -> None:
    play = Play(answering(429), NOT_SENT, answering(409))

    assert type(play.error) is ConflictError
    assert "earlier attempt" not in str(play.error)


@pytest.mark.parametrize(
    "only",
    [
        answering(201, b"<"),
        answering(201, b'{"name": "ci"}'),
        answering(201, b'{"id": "1", "name": "x"}'),
        answering(202, CREATED),
    ],
)
def test_an_answer_that_is_not_the_promised_one_makes_its_connections_suspect(only: Any) -> None:
    assert Play(only).distrusted == 1


@pytest.mark.parametrize(
    "only",
    [
        DONE,
        BROKEN,
        answering(400, b"<"),
        answering(500, b"<"),
        answering(201, b"<", cut=httpx.ReadError("")),
    ],
)
def test_nothing_else_makes_connections_suspect(only: Any) -> None:
    assert Play(only).distrusted == 0


def test_a_conflict_after_an_unclear_attempt_says_that_it_may_be_of_our_own_making() -> None:
    play = Play(BROKEN, answering(409), retry_unclear=True)

    assert isinstance(play.error, ConflictError)
    assert "An earlier attempt of this call may have caused it" in str(play.error)


def test_a_success_after_an_unclear_attempt_is_returned_with_its_history() -> None:
    play = Play(BROKEN, DONE, retry_unclear=True)

    assert [attempt.reason for attempt in play.response.attempts] == ["ReadError", None]


def test_a_lost_answer_is_not_sent_again_even_if_unclear_outcomes_are() -> None:
    play = Play(answering(201, b"<"), retry_unclear=True)

    assert isinstance(play.error, OutcomeUnknownError)
    assert play.error.executed is True


@pytest.mark.parametrize(
    ("only", "executed"),
    [
        (BROKEN, None),
        (answering(503), None),
        (answering(201, b"<"), True),
        (answering(200, cut=httpx.ReadTimeout("")), True),
        (answering(201, cut=UnreadableBodyError("it is larger")), True),
        (answering(202, CREATED), True),
        (answering(204), True),
        (answering(205), True),
        (answering(206, CREATED), True),
    ],
)
def test_it_is_told_whether_it_was_carried_out_or_nobody_can_know(
    *, only: Any, executed: bool | None
) -> None:
    assert Play(only).error.executed is executed


@pytest.mark.parametrize("status", [202, 206])
def test_a_status_that_the_document_names_may_come_without_what_was_created(status: int) -> None:
    operation = Operation(
        id=None, effect=Effect.UNSAFE, identity=("id",), answers=frozenset({status})
    )

    play = Play(answering(status, CREATED), operation=operation)

    assert play.response.parsed.id == "1"


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (b"", "it is empty"),
        (b"<html>", "it is not JSON"),
        (b"\xff", "it is not UTF-8"),
        (b"[]", "expected a JSON object for AccessToken, got a JSON array"),
        (b"[" * 100_000, "it is nested too deeply"),
        (b'{"id": 1' + b"0" * 5000 + b"}", "a number in it is too large"),
        (b'{"id": NaN}', "a number in it is infinite, or none at all"),
        (b'{"id": "", "uuid": null, "name": "ci"}', "it has no id and no uuid"),
        (b'{"id": "1", "name": "canary"}', "its name is not the one that was asked for"),
        (b'{"id": "1", "expiresAt": "canary"}', "RFC 3339"),
    ],
)
def test_what_is_wrong_with_an_answer_is_told_without_a_word_of_it(
    body: bytes, problem: str
) -> None:
    play = Play(answering(201, body))

    assert isinstance(play.error, ResponseValidationError)
    assert problem in str(play.error)
    assert "canary" not in str(play.error)
    assert play.error.body == body
    assert "The request was carried out: do not repeat it" in str(play.error)


@pytest.mark.parametrize(
    "body",
    [
        b'{"id": "1"}',
        b'{"uuid": "1", "name": null}',
        b'{"id": 7, "name": "ci"}',
        b'{"id": "1", "name": "ci"}',
    ],
)
def test_an_answer_that_does_not_contradict_the_request_is_taken(body: bytes) -> None:
    assert Play(answering(201, body)).response.content == body


def test_an_answer_that_is_read_as_nothing_is_taken_where_nothing_is_promised() -> None:
    play = Play(answering(200, CREATED), parse=lambda _: None)

    assert play.response.parsed is None


@pytest.mark.parametrize("json", [{}, [], None, "ci", {"name": None}, {"name": 3}])
def test_without_a_name_that_was_asked_for_any_is_taken(json: object) -> None:
    play = Play(answering(201, CREATED), json=json)

    assert play.response.parsed.name == "ci"


def attributes_of(error: Any) -> dict[str, Any]:
    names = [name.removeprefix("_") for name in vars(error)]
    return {name: getattr(error, name) for name in names}


def test_an_unknown_outcome_tells_all_that_is_needed_to_look() -> None:
    date = "Tue, 24 Nov 2026 12:00:02 GMT"
    first = failing(httpx.ConnectError("refused"), wrote=False, seconds=1)

    play = Play(first, answering(503, seconds=2, date=date, x_request_id="r1"))

    request_id = play.call.request.headers["x-request-id"]
    assert attributes_of(play.error) | {"headers": None} == {
        "attempts": play.error.attempts,
        "body": b"",
        "client_request_id": request_id,
        "ended_at": NOON + timedelta(seconds=3.5),
        "executed": None,
        "expires_at": "2027-01-01T00:00:00Z",
        "headers": None,
        "method": "POST",
        "name": "ci",
        "operation": "createAccessToken",
        "phase": "body",
        "problem": None,
        "request_id": "r1",
        "retry_after": None,
        "server_date": NOON + timedelta(seconds=2),
        "started_at": NOON,
        "status_code": 503,
        "url": "https://kodexa.test/api/access-tokens",
        "user_id": "u1",
    }
    assert UUID(request_id).version == 4


def test_an_unknown_outcome_without_an_answer_says_so() -> None:
    operation = Operation(id=None, effect=Effect.UNSAFE)

    error = Play(BROKEN, operation=operation, json=None).error

    assert error.operation == "POST /api/access-tokens"
    assert (error.name, error.user_id, error.expires_at) == (None, None, None)
    assert (error.status_code, error.request_id, error.server_date) == (None, None, None)
    assert error.phase == "sent"


@pytest.mark.parametrize("date", ["", "yesterday", "1", "Tue, 99 Nov 2026 12:00:30 GMT"])
def test_a_date_that_is_none_is_left_out(date: str) -> None:
    assert Play(answering(503, date=date)).error.server_date is None


def test_a_request_id_of_the_callers_is_kept_for_every_attempt() -> None:
    play = Play(NOT_SENT, BROKEN, headers={"X-Request-ID": "mine"})

    assert play.error.client_request_id == "mine"


@pytest.mark.parametrize(
    "only",
    [
        BROKEN,
        NOT_SENT,
        answering(400, b'{"title": "No"}'),
        answering(409),
        answering(500),
        answering(201, b"<"),
        failing(httpx.InvalidURL("canary"), wrote=False),
    ],
)
@pytest.mark.parametrize(
    "again",
    [lambda error: pickle.loads(pickle.dumps(error)), copy.copy, copy.deepcopy],
    ids=["pickle", "copy", "deepcopy"],
)
def test_an_error_survives_being_pickled_and_copied(only: Any, again: Any) -> None:
    error = Play(only, policy=RetryPolicy(max_retries=0)).error

    restored = again(error)

    assert type(restored) is type(error)
    assert restored is not error
    assert attributes_of(restored) == attributes_of(error)
    assert (str(restored), repr(restored)) == (str(error), repr(error))


BODY = SECRET.encode()


@pytest.mark.parametrize(
    "only",
    [
        failing(httpx.ReadError(SECRET)),
        failing(ValueError(SECRET)),
        failing(httpx.LocalProtocolError(SECRET), wrote=False),
        answering(201, BODY),
        answering(201, b'{"name": "%s", "id": "1"}' % BODY),
        answering(201, b'{"user": "%s"}' % BODY),
        answering(201, b'{"expiresAt": "%s"}' % BODY),
        answering(201, b'{"id": %s}' % BODY),
        answering(201, BODY, cut=httpx.RemoteProtocolError(SECRET)),
        answering(400, BODY),
        answering(400, b'{"token": "%s"}' % BODY),
        answering(500, BODY),
        answering(503, BODY, cut=httpx.ReadError(SECRET)),
    ],
)
def test_no_text_of_an_error_holds_what_was_exchanged(only: Any) -> None:
    error = Play(only).error

    texts = [str(error), repr(error), repr(error.args), getattr(error, "excerpt", "")]
    assert not [text for text in texts if SECRET in text]
    assert error.__cause__ is None
    assert error.__context__ is None


@pytest.mark.parametrize("status", [201, 400, 500])
def test_a_key_that_was_sent_back_is_taken_out_of_the_body(status: int) -> None:
    error = Play(answering(status, f"<{API_KEY}>".encode())).error

    assert error.body == b"<***>"


def test_a_call_that_is_broken_off_before_its_request_was_sent_leaves_nothing() -> None:
    call = make_call()
    next(call.steps())

    assert call.unfinished() is None


@pytest.mark.parametrize(
    ("operation", "json", "what"),
    [
        (CREATE, ASKED, "createAccessToken with the name 'ci'"),
        (CREATE, {}, "createAccessToken"),
        (Operation(id=None, effect=Effect.UNSAFE), None, "POST /api/access-tokens"),
    ],
    ids=["named", "unnamed", "no operation"],
)
def test_a_call_that_is_broken_off_tells_what_it_may_leave(
    operation: Operation, json: object, what: str
) -> None:
    call = make_call(operation, json=json, headers={"x-request-id": "r1"})
    step = next(call.steps())
    assert isinstance(step, Send)

    step.exchange.trace("http11.send_request_headers.started", {})

    assert call.unfinished() == (
        f"{what} was broken off after its request had been sent (X-Request-ID r1): "
        "it may have been carried out."
    )


def test_a_call_that_is_broken_off_while_it_waits_remembers_its_unclear_attempt() -> None:
    clock = FakeClock()
    call = make_call(clock=clock, retry_unclear=True)
    steps = call.steps()
    step = next(steps)
    assert isinstance(step, Send)
    BROKEN(step.exchange, clock)

    assert isinstance(next(steps), Pause)
    in_the_pause = call.unfinished()
    next(steps)

    assert in_the_pause is not None
    assert call.unfinished() == in_the_pause


@pytest.mark.parametrize("operation", [READ, REPLACE], ids=lambda one: one.effect.value)
def test_what_can_be_repeated_may_be_broken_off(operation: Operation) -> None:
    call = make_call(operation)
    step = next(call.steps())
    assert isinstance(step, Send)

    step.exchange.trace("http11.send_request_headers.started", {})

    assert call.unfinished() is None


def started_call(*, wrote: bool) -> Call[Any]:
    call = make_call(headers={"x-request-id": "r1"})
    step = next(call.steps())
    assert isinstance(step, Send)
    if wrote:
        step.exchange.trace("http11.send_request_headers.started", {})
    return call


@pytest.mark.parametrize("kind", [KeyboardInterrupt, asyncio.CancelledError, ZeroDivisionError])
def test_an_interruption_passes_with_a_note_and_one_warning(
    kind: type[BaseException], caplog: pytest.LogCaptureFixture
) -> None:
    interruption = kind()

    tell_what_is_left(started_call(wrote=True), interruption)

    (note,) = interruption.__notes__
    assert "createAccessToken with the name 'ci' was broken off" in note
    assert [(record.levelname, record.message) for record in caplog.records] == [("WARNING", note)]


def test_an_interruption_of_what_was_not_sent_passes_as_it_is(
    caplog: pytest.LogCaptureFixture,
) -> None:
    interruption = KeyboardInterrupt()

    tell_what_is_left(started_call(wrote=False), interruption)

    assert not hasattr(interruption, "__notes__")
    assert caplog.records == []
