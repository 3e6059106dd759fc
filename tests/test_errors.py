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
    PermissionDeniedError,
    ProblemDetails,
    RateLimitError,
    ResponseValidationError,
    UnprocessableEntityError,
    display_url,
    error_from_exception,
    error_from_response,
    parse_problem,
    printable,
)

from .conftest import API_KEY, EitherClient

if TYPE_CHECKING:
    from pytest_httpx import HTTPXMock

REQUEST = httpx.Request("POST", "https://user:canary@a.test/api/access-tokens?key=canary#canary")

STATUSES = {
    301: APIStatusError,
    304: APIStatusError,
    307: APIStatusError,
    400: BadRequestError,
    401: AuthenticationError,
    403: PermissionDeniedError,
    404: NotFoundError,
    405: APIStatusError,
    409: ConflictError,
    418: APIStatusError,
    422: UnprocessableEntityError,
    429: RateLimitError,
    499: APIStatusError,
    500: InternalServerError,
    501: InternalServerError,
    503: InternalServerError,
    520: InternalServerError,
    599: InternalServerError,
    600: InternalServerError,
    999: InternalServerError,
}


def respond(status: Any, **parts: Any) -> Any:
    return httpx.Response(status, request=REQUEST, **parts)


@pytest.mark.parametrize(("status", "kind"), STATUSES.items())
async def test_every_status_but_a_2xx_is_its_exception(
    either: EitherClient, httpx_mock: HTTPXMock, status: Any, kind: Any
) -> None:
    httpx_mock.add_response(
        status_code=status,
        headers={"x-request-id": "r1"},
        json={"title": "Refused", "detail": "because", "status": status},
    )

    with pytest.raises(APIStatusError) as caught:
        await either.create(name="ci")

    error = caught.value
    assert type(error) is kind
    assert error.status_code == status
    assert error.problem == ProblemDetails(title="Refused", detail="because", status=status)
    assert error.request_id == "r1"
    assert json.loads(error.body)["title"] == "Refused"
    assert error.headers["content-type"] == "application/json"
    assert (error.method, error.url) == ("POST", "https://kodexa.test/api/access-tokens")
    assert str(error).startswith(
        f"POST https://kodexa.test/api/access-tokens answered {status}: Refused - because. "
    )
    assert str(error).endswith("Request id: r1.")
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
        (b"[" * 100_000, None),
    ],
)
def test_a_problem_is_read_from_either_shape(body: Any, problem: Any) -> None:
    assert parse_problem(body) == problem


@given(st.binary() | st.text().map(str.encode))
def test_no_body_breaks_the_reading_of_a_problem(body: Any) -> None:
    parse_problem(body)


def test_the_fields_of_an_older_server_are_in_the_message() -> None:
    error = error_from_response(respond(400, json={"errors": {"name": "must not be blank"}}))

    assert "answered 400: name: must not be blank. Fix" in str(error)


def test_the_page_of_a_proxy_is_kept_and_not_in_the_message() -> None:
    error = error_from_response(respond(502, html="<html>canary</html>"))

    assert error.problem is None
    assert error.body == b"<html>canary</html>"
    assert error.request_id is None
    assert "canary" not in str(error)


def test_what_a_server_says_cannot_drive_a_terminal_or_flood_a_log() -> None:
    error = error_from_response(
        respond(400, json={"title": "\x1b[31mred\n", "detail": "x" * 10_000})
    )

    assert "\x1b" not in str(error)
    assert "\\x1b[31mred\\n" in str(error)
    assert len(str(error)) < 1_000


@given(st.text())
def test_printable_text_is_printable(text: str) -> None:
    assert printable(text).isprintable()


def test_a_url_is_shown_without_what_may_be_secret() -> None:
    assert display_url(REQUEST.url) == "https://a.test/api/access-tokens"


def all_errors() -> Any:
    yield ConfigurationError("message")
    yield error_from_exception(httpx.ConnectTimeout("x"), REQUEST, wrote=False)
    yield error_from_exception(httpx.ReadError("x"), REQUEST, wrote=True)
    yield ResponseValidationError("message", response=respond(200, content=b"canary"))
    for status in STATUSES:
        yield error_from_response(respond(status, json={"title": "T"}))


@pytest.mark.parametrize(
    "duplicate", [copy.copy, copy.deepcopy, lambda value: pickle.loads(pickle.dumps(value))]
)
def test_every_exception_can_be_pickled_and_copied(duplicate: Any) -> None:
    for error in all_errors():
        twin = duplicate(error)

        assert type(twin) is type(error)
        assert str(twin) == str(error)
        assert vars(twin) == vars(error)
        twin.add_note("of the copy")
        assert not hasattr(error, "__notes__")


def test_every_exception_is_one_of_the_tree() -> None:
    public = [getattr(errors, name) for name in errors.__all__]
    exceptions = [kind for kind in public if inspect.isclass(kind) and issubclass(kind, Exception)]

    assert len(exceptions) == 14
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
    yield ssl.SSLError("canary")
    yield OSError("canary")
    yield RuntimeError("canary")
    yield json.JSONDecodeError("m", "canary", 0)
    yield UnicodeDecodeError("utf-8", b"canary", 0, 1, "m")


@pytest.mark.parametrize("exception", list(raisable()), ids=lambda error: type(error).__name__)
async def test_nobody_sees_an_exception_of_what_is_below(
    either: EitherClient, httpx_mock: HTTPXMock, exception: Any
) -> None:
    httpx_mock.add_exception(exception)

    with pytest.raises(APIConnectionError) as caught:
        await either.create(name="ci")

    error = caught.value
    assert isinstance(error, APITimeoutError) == isinstance(exception, httpx.TimeoutException)
    assert error.reason == type(exception).__name__
    assert (error.__cause__, error.__context__) == (None, None)
    not_sent = isinstance(exception, (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout))
    assert error.sent is not not_sent
    assert ("was not sent" in str(error)) is not_sent
    # The operating system's own words are told; only a connect error has those alone.
    assert ("canary" in str(error)) is isinstance(exception, httpx.ConnectError)


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
