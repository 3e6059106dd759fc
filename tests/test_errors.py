"""Each failure is one exception of ours, which holds what came and no secret."""

from __future__ import annotations

import copy
import inspect
import json
import pickle
import ssl
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kodexa_client import errors
from kodexa_client.errors import (
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
    ProblemDetails,
    RateLimitError,
    ResponseValidationError,
    UnexpectedRedirectError,
    UnprocessableEntityError,
    display_url,
    parse_problem,
)
from kodexa_client.types import Attempt

from .conftest import API_KEY, EitherClient

if TYPE_CHECKING:
    from pytest_httpx import HTTPXMock

REQUEST = httpx.Request("POST", "https://user:canary@a.test/api/access-tokens?key=canary#canary")

STATUSES = {
    301: UnexpectedRedirectError,
    304: UnexpectedRedirectError,
    307: UnexpectedRedirectError,
    308: UnexpectedRedirectError,
    400: BadRequestError,
    401: AuthenticationError,
    403: PermissionDeniedError,
    404: NotFoundError,
    405: APIStatusError,
    408: APIStatusError,
    409: ConflictError,
    418: APIStatusError,
    422: UnprocessableEntityError,
    429: RateLimitError,
    499: APIStatusError,
    500: InternalServerError,
    501: InternalServerError,
    503: InternalServerError,
    505: InternalServerError,
    520: InternalServerError,
    599: InternalServerError,
    600: InternalServerError,
    999: InternalServerError,
}


# RFC 9110 15.4 and 15.6: the others may have been carried out.
CERTAIN = {307, 308, 400, 401, 403, 404, 405, 409, 418, 422, 429, 499, 501, 505}


@pytest.mark.parametrize(("status", "kind"), STATUSES.items())
async def test_every_status_but_a_2xx_is_its_exception(
    either: EitherClient, httpx_mock: HTTPXMock, status: Any, kind: Any
) -> None:
    httpx_mock.add_response(
        status_code=status,
        headers={"x-request-id": "r1"},
        json={"title": "Refused", "detail": "because", "status": status},
        # A 429 is asked for again.
        is_reusable=True,
    )

    with pytest.raises(APIStatusError) as caught:
        await either.create(name="ci")

    error = caught.value
    assert type(error) is (kind if status in CERTAIN else OutcomeUnknownError.beside(kind))
    assert error.status_code == status
    assert error.problem == ProblemDetails(title="Refused", detail="because", status=status)
    assert error.request_id == "r1"
    assert json.loads(error.body)["title"] == "Refused"
    assert error.headers["content-type"] == "application/json"
    assert (error.method, error.url) == ("POST", "https://kodexa.test/api/access-tokens")
    message, attempts = str(error).splitlines()
    assert message.startswith(
        f"POST https://kodexa.test/api/access-tokens answered {status}: Refused - because. "
    )
    assert "Request id: r1." in message
    assert ("may have been carried out" in message) is (status not in CERTAIN)
    assert attempts == "Attempts: " + (
        "1. body 429, 0.00 s, then a wait of 0.50 s; 2. body 429, 0.00 s, then a wait of 1.00 s; "
        "3. body 429, 0.00 s."
        if status == 429
        else f"1. body {status}, 0.00 s."
    )
    assert API_KEY not in str(error)


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (
            b'{"errors": {"name": "must not be blank", "count": 3}}',
            ProblemDetails(errors={"name": "must not be blank", "count": "3"}),
        ),
        (
            b'{"type": "t", "title": "T", "status": 400, "detail": "d", "instance": "i", "x": 1}',
            ProblemDetails(
                type="t", title="T", status=400, detail="d", instance="i", extensions={"x": 1}
            ),
        ),
        (
            b'{"title": 1, "status": true, "errors": ["x"]}',
            ProblemDetails(extensions={"title": 1, "status": True, "errors": ["x"]}),
        ),
        (b"{}", None),
        (b'{"message": "no"}', None),
        (b"<html>502</html>", None),
        (b"", None),
        (b'["x"]', None),
        (b"\xff\xfe{", None),
        ('{"title": "T"}'.encode("utf-16"), None),
        (b"[" * 100_000, None),
        (b'{"title": "T", "title": "U"}', None),
        (b'{"title": "T", "status": NaN}', None),
        (b'{"title": "T", "status": 1e999}', None),
        (b'{"title": "T", "status": %s}' % (b"9" * 4301), None),
        (b'{"title": "T", "x": "%s"}' % (b"x" * 1024 * 1024), None),
        (
            b'{"errors": {"name": %s}}' % (b"[" * 98 + b"]" * 98),
            ProblemDetails(errors={"name": "[" * 98 + "]" * 98}),
        ),
    ],
)
def test_a_problem_is_read_from_either_shape(body: Any, problem: Any) -> None:
    assert parse_problem(body) == problem


@given(st.binary() | st.text().map(str.encode))
def test_no_body_breaks_the_reading_of_a_problem(body: Any) -> None:
    parse_problem(body)


def test_a_url_is_shown_without_what_may_be_secret() -> None:
    assert display_url(REQUEST.url) == "https://a.test/api/access-tokens"


def answered(kind: Any, status: Any) -> Any:
    return kind(
        f"It answered {status}.",
        response=httpx.Response(
            status, headers={"x-request-id": "r1"}, json={"title": "T"}, request=REQUEST
        ),
        method="POST",
        url="https://a.test/",
        retry_after=1.5,
    )


def unanswered(kind: Any) -> Any:
    return kind("No answer.", method="POST", url="https://a.test/", sent=True, reason="ReadError")


def unreadable(kind: Any) -> Any:
    return kind("It is empty.", response=httpx.Response(200, content=b"canary", request=REQUEST))


def outcome_unknown(kind: Any) -> Any:
    return OutcomeUnknownError.beside(kind)


def all_errors() -> Any:
    kind: Any
    yield ConfigurationError("message")
    yield outcome_unknown(ConfigurationError)("message")
    for kind in (APIConnectionError, APITimeoutError):
        yield unanswered(kind)
        yield unanswered(outcome_unknown(kind))
    yield unreadable(ResponseValidationError)
    yield unreadable(outcome_unknown(ResponseValidationError))
    for status, kind in STATUSES.items():
        yield answered(kind, status)
        yield answered(outcome_unknown(kind), status)


def state_of(error: Any) -> Any:
    return {name: getattr(error, name.removeprefix("_")) for name in vars(error)}


@pytest.mark.parametrize(
    "duplicate", [copy.copy, copy.deepcopy, lambda value: pickle.loads(pickle.dumps(value))]
)
def test_every_exception_can_be_pickled_and_copied(duplicate: Any) -> None:
    for error in all_errors():
        error.attempts = (
            Attempt(number=1, phase="sent", status_code=None, reason="ReadError", seconds=0.5),
        )

        twin = duplicate(error)

        assert type(twin) is type(error)
        assert str(twin) == str(error)
        assert state_of(twin) == state_of(error)
        twin.add_note("of the copy")
        assert not hasattr(error, "__notes__")


def test_an_exception_says_in_a_last_line_how_often_it_was_tried() -> None:
    error = unanswered(APIConnectionError)

    before = str(error)
    error.attempts = (
        Attempt(number=1, phase="connect", status_code=None, reason="X", seconds=0.5, slept=0.25),
        Attempt(number=2, phase="headers", status_code=200, reason="ReadError", seconds=1.0),
    )

    assert before == "No answer."
    assert str(error) == (
        "No answer.\n"
        "Attempts: 1. connect X, 0.50 s, then a wait of 0.25 s; 2. headers 200 ReadError, 1.00 s."
    )


def test_an_unknown_outcome_is_caught_as_either_of_its_classes() -> None:
    kind = outcome_unknown(APITimeoutError)

    assert issubclass(kind, OutcomeUnknownError)
    assert issubclass(kind, APITimeoutError)
    assert kind is outcome_unknown(APITimeoutError)
    assert kind is not outcome_unknown(APIConnectionError)
    assert kind.__name__ == "OutcomeUnknownError[APITimeoutError]"
    assert kind.__doc__ == OutcomeUnknownError.__doc__


def test_every_exception_is_one_of_the_tree() -> None:
    public = [getattr(errors, name) for name in errors.__all__]
    exceptions = [kind for kind in public if inspect.isclass(kind) and issubclass(kind, Exception)]

    assert len(exceptions) == 16
    for kind in exceptions:
        assert issubclass(kind, KodexaError)
        assert kind.__name__ in (errors.__doc__ or "")


def walk(kind: Any) -> Any:
    for subclass in kind.__subclasses__():
        yield subclass
        yield from walk(subclass)


def raisable() -> Any:
    kind: Any
    request = httpx.Request("GET", "https://a.test/")
    response = httpx.Response(200, request=request)
    for kind in [*walk(httpx.HTTPError), httpx.InvalidURL, *walk(httpx.StreamError)]:
        if kind.__module__ != "httpx":
            continue
        if kind is httpx.HTTPStatusError:
            yield kind("canary", request=request, response=response)
        elif not inspect.signature(kind).parameters:
            yield kind()
        else:
            yield kind("canary")
    yield httpx.CookieConflict("canary")
    yield ssl.SSLError("canary")
    yield OSError("canary")
    yield RuntimeError("canary")
    yield json.JSONDecodeError("m", "canary", 0)
    yield UnicodeDecodeError("utf-8", b"canary", 0, 1, "m")


NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)
REFUSED_LOCALLY = (
    httpx.UnsupportedProtocol,
    httpx.LocalProtocolError,
    httpx.InvalidURL,
    httpx.CookieConflict,
)


@pytest.mark.parametrize("exception", list(raisable()), ids=lambda error: type(error).__name__)
async def test_nobody_sees_an_exception_of_what_is_below(
    either: EitherClient, httpx_mock: HTTPXMock, exception: Any
) -> None:
    httpx_mock.add_exception(exception, is_reusable=True)

    with pytest.raises(KodexaError) as caught:
        await either.create(name="ci")

    error = caught.value
    assert (error.__cause__, error.__context__) == (None, None)
    assert type(exception).__name__ in str(error)
    not_sent = isinstance(exception, NOT_SENT)
    refused_locally = isinstance(exception, REFUSED_LOCALLY)
    assert len(error.attempts) == len(httpx_mock.get_requests()) == (3 if not_sent else 1)
    assert isinstance(error, OutcomeUnknownError) is not (not_sent or refused_locally)
    # The operating system's own words are told; only a connect error has those alone.
    assert ("canary" in str(error)) is isinstance(exception, httpx.ConnectError)
    if refused_locally:
        assert type(error) is ConfigurationError
        return
    assert isinstance(error, APIConnectionError)
    assert isinstance(error, APITimeoutError) == isinstance(exception, httpx.TimeoutException)
    assert error.reason == type(exception).__name__
    assert error.sent is not not_sent
    assert ("was not sent" in str(error)) is not_sent


async def test_a_key_that_the_server_sends_back_is_in_no_error(
    either: EitherClient, httpx_mock: HTTPXMock
) -> None:
    httpx_mock.add_response(status_code=401, json={"detail": f"no such key: {API_KEY}"})

    with pytest.raises(AuthenticationError, match=r"no such key: \*\*\*") as caught:
        await either.create(name="ci")

    assert API_KEY not in f"{caught.value} {vars(caught.value)}"


async def test_a_cancellation_passes_through(either: EitherClient, httpx_mock: HTTPXMock) -> None:
    httpx_mock.add_exception(KeyboardInterrupt())

    with pytest.raises(KeyboardInterrupt):
        await either.create(name="ci")

    assert len(httpx_mock.get_requests()) == 1
