"""No exception shows the key or a created secret, whatever a server answers."""

from __future__ import annotations

import functools
import gzip
import html
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest

from kodexa_client import (
    APIConnectionError,
    APITimeoutError,
    AuthenticationError,
    BadRequestError,
    ConfigurationError,
    InternalServerError,
    KodexaClient,
    KodexaError,
    OutcomeUnknownError,
    RateLimitError,
    ResponseValidationError,
    RetryPolicy,
    UnexpectedRedirectError,
)
from tests.conftest import EitherClient, of_two_kinds
from tests.faults.scripts import PROBLEM, chunked, http
from tests.servers import serve

from . import WAYS, caught, connected, created, hunt
from .hunt import assert_clean, key, password, secret

if TYPE_CHECKING:
    from collections.abc import Callable


def escaped(text: str) -> str:
    """Write a text as JSON that escapes each character."""
    return "".join(f"\\u{ord(character):04x}" for character in text)


def as_php(text: str) -> str:
    return json.dumps(text).replace("/", "\\/")


@dataclass(frozen=True)
class Failure:
    """A failure of a call: what the server answers, and what the call raises.

    An answer of success whose body can't be read is kept for the user.
    """

    kind: type[KodexaError]
    answers: tuple[bytes, ...]
    holds_secret: bool = False
    settings: dict[str, Any] = field(default_factory=dict[str, Any])


def refusal(
    body: str, *fields: str, status: int = 400, kind: type[KodexaError] = BadRequestError
) -> Failure:
    # A field may hold what is no ASCII.
    head, _, _ = http(status, b"", length=len(body.encode())).partition(b"\r\n\r\n")
    lines = [head, *(line.encode("latin-1") for line in fields)]
    return Failure(kind, (b"\r\n".join(lines) + b"\r\n\r\n" + body.encode(),))


def unreadable(*answer: bytes) -> Failure:
    return Failure(ResponseValidationError, answer, holds_secret=True)


FAILURES: dict[str, Callable[[], Failure]] = {
    "401": lambda: Failure(AuthenticationError, (http(401, PROBLEM),)),
    "500": lambda: Failure(InternalServerError, (http(500, PROBLEM),)),
    "echo in text": lambda: refusal(f"No such key: {key()}"),
    "echo in JSON": lambda: refusal(json.dumps({"detail": key()}, ensure_ascii=False)),
    "echo in ASCII JSON": lambda: refusal(json.dumps({"title": key(), "errors": {key(): key()}})),
    "echo in PHP's JSON": lambda: refusal(f'{{"detail": {as_php(key())}}}'),
    "echo in escapes": lambda: refusal(f'{{"detail": "{escaped(key())}"}}'),
    # Of the two next, only a part can be read as JSON, or none.
    "echo in JSON that is cut": lambda: Failure(
        BadRequestError, (http(400, f'{{"detail": {as_php(key())}, "x"'.encode(), length=500),)
    ),
    "echo in JSON among text": lambda: refusal(f"upstream said: {json.dumps(key())}"),
    "echo in a URL": lambda: refusal(json.dumps({"instance": f"/?key={quote(key(), safe='')}"})),
    "echo in HTML": lambda: refusal(
        f"<p>{html.escape(key())}</p>", status=502, kind=InternalServerError
    ),
    "echo in headers": lambda: refusal(
        "{}", f"x-request-id: {key()}", f"x-echo: key={key()}", f"www-authenticate: {key()}"
    ),
    "echo in the reason": lambda: Failure(
        BadRequestError,
        (f"HTTP/1.1 400 {key()}\r\ncontent-length: 0\r\n\r\n".encode("latin-1"),),
    ),
    "echo in a redirect": lambda: refusal(
        "",
        f"location: https://elsewhere.test/{quote(key(), safe='')}?key={quote(key())}",
        status=307,
        kind=UnexpectedRedirectError,
    ),
    "echo in a redirect that is followed": lambda: Failure(
        BadRequestError,
        (
            http(307, b"", f"location: /{quote(key(), safe='')}?key={quote(key())}"),
            http(400, PROBLEM),
        ),
        settings={"follow_redirects": True},
    ),
    "echo in what is no answer": lambda: Failure(
        APIConnectionError, (f"HTTP/1.1 400 Bad\r\n{key()}\r\n\r\n".encode("latin-1"),)
    ),
    "echo in attempts": lambda: Failure(
        RateLimitError,
        (refusal("", f"x-request-id: {key()}", "retry-after: 1", status=429).answers[0],) * 2,
        settings={"retry_policy": RetryPolicy(max_retries=1)},
    ),
    "timeout": lambda: Failure(
        APITimeoutError, (b"HTTP/1.1 102 Wait\r\n\r\n",) * 2, settings={"timeout": 0.05}
    ),
    "no answer": lambda: Failure(APIConnectionError, (b"",)),
    "JSON that is cut": lambda: unreadable(http(201, created()[:-1])),
    "body that is cut": lambda: unreadable(http(201, created(), length=1_000)),
    "body that echoes the key": lambda: unreadable(http(201, created(key=key())[:-1])),
    "no id": lambda: unreadable(http(201, created(id=None))),
    "another type": lambda: unreadable(http(201, created(createdOn=secret()))),
    "secret in a declared property": lambda: unreadable(http(201, created(user=secret()))),
    "another name": lambda: unreadable(http(201, created(name=secret()))),
    "no UTF-8": lambda: unreadable(http(201, created() + b"\xff")),
    "HTML": lambda: unreadable(http(201, f"<p>{secret()}</p>".encode(), kind="html")),
    "nothing but the secret": lambda: unreadable(http(201, secret().encode())),
    "secret in a name": lambda: unreadable(http(201, json.dumps({secret(): 1}).encode())),
    "202": lambda: unreadable(http(202, created())),
    "gzip that is cut": lambda: unreadable(
        http(201, gzip.compress(created())[:-9], "content-encoding: gzip")
    ),
    "chunks that end in no chunk": lambda: unreadable(
        chunked(created(), end=secret().encode() + b"\r\n")
    ),
    "too large": lambda: Failure(
        ResponseValidationError,
        (http(201, created()),),
        holds_secret=True,
        settings={"max_response_bytes": 60},
    ),
}
# Of these, what every kind of client and connection makes is looked at.
IN_ALL_WAYS = {"echo in ASCII JSON", "timeout", "body that is cut", "no id", "500"}


# What goes wrong in the connection: each engine has frames and words of its own.
OF_CONNECTIONS = {
    "chunks that end in no chunk",
    "echo in headers",
    "echo in the reason",
    "echo in what is no answer",
    "no answer",
    "too large",
}
# The frames of the others are the same, so each kind of client looks at one kind of connection.
CASES = [
    pytest.param(*way.values, name, id=f"{way.id}, {name}")
    for way in WAYS
    for name in FAILURES
    if name in IN_ALL_WAYS or way in WAYS[:2] or (way.id == "fast" and name in OF_CONNECTIONS)
]


@pytest.mark.parametrize(("kind", "given", "name"), CASES)
async def test_a_failed_call_shows_no_canary(
    kind: Any, given: Any, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG", "kodexa_client")
    failure = FAILURES[name]()
    with serve(*failure.answers, last=failure.kind is not APITimeoutError) as server:
        async with connected(kind, server.url, given=given, **failure.settings) as either:
            error = await caught(lambda: either.create(name="ci"))

            assert isinstance(error, failure.kind), error
            assert isinstance(error, OutcomeUnknownError) or not failure.holds_secret
            assert_clean(error, may_hold_secret=failure.holds_secret)
            if name in IN_ALL_WAYS:
                assert_clean(either.client)
    assert not hunt.cores_in(caplog.text)


async def test_the_body_that_is_kept_for_the_user_is_all_that_holds_the_secret() -> None:
    with serve(http(201, created()[:-1])) as server:
        async with connected(KodexaClient, server.url, given=False) as either:
            error = await caught(lambda: either.create(name="ci"))

    assert isinstance(error, ResponseValidationError)
    assert hunt.cores_in(error.body.decode()) == {hunt.SECRET_CORE}
    error.body = b""
    assert_clean(error)


def refused_settings() -> dict[str, Callable[[], Any]]:
    """Return ways to make a client that are refused, of those that hold a canary."""
    newline, euro = key() + "\n", key() + "\u20ac"
    return {
        "line break": lambda: {"api_key": newline},
        "no Latin-1": lambda: {"api_key": euro},
        "no string": lambda: {"api_key": key().encode("latin-1")},
        "key as a default header": lambda: {
            "api_key": key(),
            "default_headers": {"X-Api-Key": key()},
        },
        "a default header with a line break": lambda: {
            "api_key": key(),
            "default_headers": {"authorization": newline},
        },
        "user information": lambda: {
            "api_key": key(),
            "base_url": f"https://user:{password()}@kodexa.test",
        },
        "no URL": lambda: {"api_key": key(), "base_url": f"https://:{password()}@[::"},
        "a query": lambda: {"api_key": key(), "base_url": f"https://kodexa.test?{password()}"},
        "http": lambda: {"api_key": key(), "base_url": "http://kodexa.test"},
        "no proxy": lambda: {"api_key": key(), "proxy": f"ftp://user:{password()}@proxy.test"},
        "proxy in clear": lambda: {
            "api_key": key(),
            "base_url": "http://127.0.0.1",
            "proxy": f"http://user:{password()}@proxy.test",
        },
        "http_client and proxy": lambda: {
            "api_key": key(),
            "proxy": f"http://user:{password()}@proxy.test",
            "http_client": ...,
        },
        "http_client": lambda: {"api_key": key(), "http_client": object()},
        "timeout": lambda: {"api_key": key(), "timeout": -1},
        "deadline": lambda: {"api_key": key(), "deadline": "soon"},
        "retry_policy": lambda: {"api_key": key(), "retry_policy": 3},
        "on_retry": lambda: {"api_key": key(), "on_retry": 3},
        "max_response_bytes": lambda: {"api_key": key(), "max_response_bytes": 0},
        "verify": lambda: {"api_key": key(), "verify": "/no/such/file"},
        "profile": lambda: {"api_key": key(), "base_url": "https://a.test", "profile": "a"},
    }


@of_two_kinds
@pytest.mark.parametrize("name", refused_settings())
async def test_a_refused_setting_shows_no_canary(
    client_class: Any, http_client_class: Any, name: str
) -> None:
    settings = refused_settings()[name]

    def make() -> Any:
        given = settings()
        if given.get("http_client") is ...:
            given["http_client"] = http_client_class()
        return client_class(**given)

    error = await caught(lambda: _forgetting(make))

    assert isinstance(error, ConfigurationError | TypeError | OSError), error
    assert_clean(error)


def _forgetting(make: Callable[[], Any]) -> Any:
    """Make a client, and let go of the test's frame, in which the settings are local."""
    try:
        return make()
    except Exception as error:  # noqa: BLE001 - raised again
        ours = error.__traceback__ and error.__traceback__.tb_next
        raise error.with_traceback(ours and ours.tb_next) from error.__cause__


@of_two_kinds
@pytest.mark.parametrize("variable", ["KODEXA_API_KEY", "KODEXA_ACCESS_TOKEN"])
async def test_a_refused_setting_of_the_environment_shows_no_canary(
    client_class: Any, variable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, f"{key()}\n")

    error = await caught(client_class)

    assert isinstance(error, ConfigurationError)
    assert_clean(error)


@of_two_kinds
async def test_different_keys_of_the_environment_are_not_shown(
    client_class: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KODEXA_API_KEY", key())
    monkeypatch.setenv("KODEXA_ACCESS_TOKEN", key()[::-1] + key())

    error = await caught(client_class)

    assert isinstance(error, ConfigurationError)
    assert_clean(error)


@of_two_kinds
@pytest.mark.parametrize("variable", ["KODEXA_URL", "HTTPS_PROXY"])
async def test_a_refused_url_of_the_environment_shows_no_password(
    client_class: Any, variable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KODEXA_API_KEY", key())
    monkeypatch.setenv(variable, f"ftp://user:{password()}@kodexa.test:-1")

    error = await caught(client_class)

    assert isinstance(error, ConfigurationError)
    assert_clean(error)


@pytest.mark.parametrize("method", ["set_api_key", "with_options"])
async def test_a_key_that_is_refused_later_is_not_shown(client_class: Any, method: str) -> None:
    async with connected(client_class, "https://kodexa.test", given=False) as either:

        def change() -> Any:
            given = {"api_key": f"{key()}\n"}
            return getattr(either.client, method)(**given)

        error = await caught(lambda: _forgetting(change))

    assert isinstance(error, ConfigurationError)
    assert_clean(error)


def vault() -> Callable[[str], Any]:
    """Return a provider that fails after the first time, and that holds what opens a vault."""
    answers = iter([key()])

    def ask(opener: str) -> str:
        del opener
        try:
            return next(answers)
        except StopIteration:
            raise LookupError("the vault is closed") from None

    return ask


async def test_a_provider_that_fails_shows_neither_the_last_key_nor_its_arguments(
    client_class: Any,
) -> None:
    with serve(http(401, PROBLEM)) as server:
        ask = functools.partial(vault(), password())
        client = client_class(api_key=ask, base_url=server.url)
        either = EitherClient(client)
        error = await caught(lambda: either.create(name="ci"))

        assert isinstance(error, ConfigurationError)
        assert isinstance(error.__cause__, LookupError)
        assert_clean(error)
        assert_clean(client)
        await either.close()


@pytest.mark.parametrize("value", ["line break", "bytes"])
async def test_a_provider_that_gives_no_key_shows_nothing_of_what_it_gave(
    client_class: Any, value: str
) -> None:
    def ask() -> Any:
        return f"{key()}\n" if value == "line break" else key().encode("latin-1")

    client = client_class(api_key=ask, base_url="http://127.0.0.1:1")
    either = EitherClient(client)

    error = await caught(lambda: either.create(name="ci"))

    assert isinstance(error, ConfigurationError)
    assert_clean(error)
    await either.close()


async def test_a_closed_client_and_its_error_show_no_canary(client_class: Any) -> None:
    async with connected(client_class, "https://kodexa.test", given=False) as either:
        await either.close()

        error = await caught(lambda: either.create(name="ci"))

        assert isinstance(error, ConfigurationError)
        assert_clean(error)
        assert_clean(either.client)


async def test_a_key_that_is_escaped_twice_is_taken_out_too(client_class: Any) -> None:
    body = json.dumps({"detail": json.dumps({"key": key()})}).encode()
    with serve(http(400, body)) as server:
        async with connected(client_class, server.url, given=False) as either:
            error = await caught(lambda: either.create(name="ci"))

    assert_clean(error)
