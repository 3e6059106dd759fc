"""Redirects without a socket: where one leads, what follows it, and what comes of the call."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

import httpx
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kodexa_client import (
    APIConnectionError,
    AuthenticationError,
    ConfigurationError,
    InternalServerError,
    KodexaError,
    NotFoundError,
    OutcomeUnknownError,
    RateLimitError,
    ResponseValidationError,
    RetryPolicy,
    UnexpectedRedirectError,
)
from kodexa_client._attempts import Exchange
from kodexa_client._auth import ApiKey, origin_of
from kodexa_client._bodies import BodyReader
from kodexa_client._calls import Call, Distrust, Pause, Send
from kodexa_client._clock import Clock
from kodexa_client._keys import GivenKey
from kodexa_client._operations import Effect, Operation
from kodexa_client._providers import ProvidedKey
from kodexa_client._redirects import MAX_REDIRECTS, Redirect, read_redirect
from kodexa_client._responses import Answer, read_json
from kodexa_client._wire import OutgoingRequest, Received
from kodexa_client.models import AccessToken
from kodexa_client.types import Response

from .conftest import API_KEY

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kodexa_client._attempts import Exchange
    from kodexa_client._keys import KeySource

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
URL = "https://kodexa.test/api/access-tokens"
BODY = b'{"name": "ci"}'
CREATED = b'{"id": "1", "name": "ci"}'
CHANGING = (301, 302, 303)
UNCHANGED = (307, 308)
STATUSES = (*CHANGING, *UNCHANGED)
OTHERS = (300, 304, 305, 306, 309, 399)
DEFAULT_PORTS = {"http": 80, "https": 443}


def request_to(url: str = URL, method: str = "POST", **headers: str) -> httpx.Request:
    content = BODY if method in {"POST", "PUT"} else None
    return httpx.Request(method, url, content=content, headers=headers)


def outgoing_to(method: str) -> OutgoingRequest:
    """Return a request with an id of its own, as a client makes it."""
    request = request_to(method=method)
    request.headers["x-request-id"] = "r1"
    return OutgoingRequest.of(request)


def redirect_to(
    location: str | bytes, status: int = 307, request: httpx.Request | None = None
) -> Redirect:
    raw = location if isinstance(location, bytes) else location.encode()
    headers = httpx.Headers([(b"location", raw)])
    redirect = read_redirect(request or request_to(), status, headers)
    assert redirect is not None
    return redirect


def origin_by_urllib(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    port = DEFAULT_PORTS.get(parts.scheme) if parts.port is None else parts.port
    return parts.scheme, parts.hostname, port


def origin_on_the_wire(url: httpx.URL) -> tuple[bytes, bytes, int | None]:
    """Return what httpcore is told of where to connect to."""
    port = DEFAULT_PORTS.get(url.scheme) if url.port is None else url.port
    return url.raw_scheme, url.raw_host, port


BASES = (
    URL,
    "http://kodexa.test:8080/base/api/access-tokens?q=1",
    "https://kodexa.test:443/",
    "http://127.0.0.1:80/api",
    "http://[::1]:8080/api",
    "https://xn--bcher-kva.test/api",
)
_pieces = st.sampled_from(
    [
        "http",
        "https",
        "HTTPS",
        "javascript",
        ":",
        "/",
        "//",
        "\\",
        "@",
        "?",
        "#",
        "%",
        "%40",
        "%2f",
        ".",
        "..",
        "[",
        "]",
        "::1",
        "127.0.0.1",
        "kodexa.test",
        "KODEXA.test",
        "foreign.test",
        "bücher.test",
        "xn--bcher-kva.test",
        ":80",
        ":443",
        ":8080",
        " ",
        "\t",
        "\x00",
        "\u3002",
        "api",
    ]
)
_urls = st.builds(
    "{}{}{}{}{}{}".format,
    st.sampled_from(["", "http:", "https:", "HTTPS:", "ftp:"]),
    st.sampled_from(["", "/", "//", "///", "\\\\", "/\\"]),
    st.sampled_from(["", "u:p@", "@", "kodexa.test@", "kodexa.test:443\\@"]),
    st.sampled_from(
        [
            "kodexa.test",
            "KODEXA.TEST",
            "kodexa.test.",
            "127.0.0.1",
            "[::1]",
            "bücher.test",
            "x.test",
        ]
    ),
    st.sampled_from(["", ":", ":80", ":443", ":0443", ":8080", ":444"]),
    st.sampled_from(["", "/", "/x?y#z", "\\@x.test", "#@x.test", "?@x.test", ":80@x.test"]),
)
# Anything at all, what looks like a URL, and what nearly is one.
LOCATIONS = st.one_of(
    st.binary(max_size=60),
    st.text(max_size=60).map(lambda text: text.encode("utf-8", "surrogatepass")),
    st.lists(_pieces, max_size=10).map(lambda pieces: "".join(pieces).encode()),
    _urls.map(str.encode),
)


@given(location=LOCATIONS, status=st.sampled_from(STATUSES), base=st.sampled_from(BASES))
@example(location=b"http://kodexa.test:8080\\@foreign.test/", status=307, base=BASES[1])
@example(location=b"http://foreign.test\\@kodexa.test:8080/", status=307, base=BASES[1])
@example(location=b"/\\foreign.test", status=302, base=URL)
@example(location=b"https://[kodexa.test", status=302, base=URL)
@example(location=b"https://kodexa.test./api", status=302, base=URL)
@example(location=b"https://api.kodexa.test/api", status=302, base=URL)
@example(location=b"https://kodexa.test:8443/api", status=302, base=URL)
@example(location=b"http://kodexa.test:443/api", status=302, base=URL)
@example(location=b"https://user:password@kodexa.test/api", status=302, base=URL)
@example(location=b"http://[0:0:0:0:0:0:0:1]:8080/api", status=302, base=BASES[4])
def test_whatever_the_location_what_follows_stays_within_the_origin(
    location: bytes, status: int, base: str
) -> None:
    request = request_to(base)

    redirect = redirect_to(location, status, request)

    following = redirect.request
    assert redirect.is_same_origin is (following is not None)
    if following is not None:
        assert following.url == redirect.to
        assert origin_by_urllib(str(following.url)) == origin_by_urllib(base)
        assert origin_on_the_wire(following.url) == origin_on_the_wire(request.url)
        assert following.url.userinfo == b""
        assert "@" not in urlsplit(str(following.url)).netloc
        assert following.headers["host"] == request.headers["host"]


@given(location=_urls, base=st.sampled_from(BASES))
def test_what_leads_elsewhere_for_another_reader_of_urls_is_not_followed(
    location: str, base: str
) -> None:
    """Backslashes are left out: urllib takes them for a part of a host's name."""
    try:
        to = urljoin(base, location)
        origin = origin_by_urllib(to)
    except ValueError:
        return

    redirect = redirect_to(location, request=request_to(base))

    if origin != origin_by_urllib(base) and "\\" not in location and to.isascii():
        assert redirect.request is None


@given(
    locations=st.lists(LOCATIONS, max_size=3),
    status=st.one_of(st.none(), st.integers(0, 999)),
    method=st.sampled_from(["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "ODD"]),
)
def test_whatever_an_answer_says_reading_it_never_raises(
    locations: list[bytes], status: int | None, method: str
) -> None:
    headers = httpx.Headers([(b"Location", one) for one in locations])

    redirect = read_redirect(request_to(method=method), status, headers)

    assert (redirect is not None) is (status is not None and 300 <= status <= 399)
    if redirect is not None and (len(locations) != 1 or status not in STATUSES):
        assert redirect == Redirect()


@pytest.mark.parametrize("status", [None, 100, 200, 201, 299, 400, 404, 500, 0, 999])
def test_a_location_of_another_answer_is_no_redirect(status: int | None) -> None:
    assert read_redirect(request_to(), status, httpx.Headers({"location": "/x"})) is None


@pytest.mark.parametrize("status", OTHERS)
def test_other_statuses_of_a_redirect_lead_nowhere(status: int) -> None:
    assert redirect_to("/x", status) == Redirect()


@pytest.mark.parametrize(
    ("base", "location"),
    [
        ("http://kodexa.test/api", "http://kodexa.test:80/x"),
        ("http://kodexa.test:80/api", "http://kodexa.test/x"),
        ("https://kodexa.test/api", "https://kodexa.test:443/x"),
        ("https://kodexa.test:443/api", "https://kodexa.test/x"),
        ("https://kodexa.test/api", "https://kodexa.test:0443/x"),
        ("https://kodexa.test/api", "https://kodexa.test:/x"),
        ("https://kodexa.test/api", "//kodexa.test:443/x"),
    ],
)
def test_the_default_port_is_the_same_whether_it_is_written_or_not(
    base: str, location: str
) -> None:
    request = request_to(base)

    redirect = redirect_to(location, request=request)

    assert redirect.request is not None
    assert origin_of(redirect.request.url) == origin_of(request.url)


@pytest.mark.parametrize(
    ("base", "location"),
    [
        ("http://kodexa.test/api", "http://kodexa.test:443/x"),
        ("http://kodexa.test/api", "https://kodexa.test:80/x"),
        ("http://kodexa.test/api", "https://kodexa.test/x"),
        ("https://kodexa.test/api", "http://kodexa.test:443/x"),
        ("https://kodexa.test/api", "https://kodexa.test:80/x"),
        ("https://kodexa.test:8443/api", "https://kodexa.test/x"),
        ("https://kodexa.test:8443/api", "https://kodexa.test:/x"),
        ("https://kodexa.test:8443/api", "https://kodexa.test:443/x"),
    ],
)
def test_the_default_port_of_another_scheme_is_another_one(base: str, location: str) -> None:
    redirect = redirect_to(location, request=request_to(base))

    assert redirect == Redirect(httpx.URL(location))


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH"])
@pytest.mark.parametrize("status", STATUSES)
def test_only_307_and_308_keep_the_method(status: int, method: str) -> None:
    following = redirect_to("/x", status, request_to(method=method)).request

    assert following is not None
    changed = "HEAD" if method == "HEAD" else "GET"
    assert following.method == (method if status in UNCHANGED else changed)


@pytest.mark.parametrize("status", STATUSES)
def test_only_307_and_308_keep_the_body(status: int) -> None:
    request = request_to(
        **{
            "Content-Type": "application/json",
            "Content-Language": "en",
            "X-Request-ID": "r1",
            "X-Content": "kept",
        }
    )

    following = redirect_to("/x", status, request).request

    assert following is not None
    if status in UNCHANGED:
        assert following.headers.raw == request.headers.raw
        assert following.stream is request.stream
    else:
        assert [name for name in following.headers if name.startswith("content-")] == []
        assert following.read() == b""
        assert (following.headers["x-request-id"], following.headers["x-content"]) == ("r1", "kept")


@pytest.mark.parametrize("status", STATUSES)
def test_a_body_in_chunks_is_not_announced_where_there_is_none(status: int) -> None:
    def chunks() -> Iterator[bytes]:
        yield BODY

    request = httpx.Request("POST", URL, content=chunks())

    following = redirect_to("/x", status, request).request

    assert following is not None
    assert ("transfer-encoding" in following.headers) is (status in UNCHANGED)


def test_a_query_of_the_request_is_not_taken_along() -> None:
    following = redirect_to("/x", request=request_to(f"{URL}?secret=1")).request

    assert following is not None
    assert str(following.url) == "https://kodexa.test/x"


class FakeClock(Clock):
    """A clock that goes on when it is told, and dice that always show the same."""

    def __init__(self) -> None:
        self.time = 1000.0

    def monotonic(self) -> float:
        return self.time

    def now(self) -> datetime:
        return NOON

    def random(self) -> float:
        return 1.0


def answering(status: int, body: bytes = b"", **headers: str) -> Any:
    """Return an attempt that gets an answer."""

    def play(exchange: Exchange) -> None:
        exchange.trace("http11.send_request_headers.started", {})
        fields = {name.replace("_", "-"): value for name, value in headers.items()}
        exchange.received_head(Received(status, httpx.Headers(fields), None))
        exchange.body = BodyReader(None)
        exchange.body.feed(body)
        exchange.received_body()

    play.__name__ = f"{status} {body[:15]!r}"
    return play


def failing(error: Exception, *, wrote: bool) -> Any:
    """Return an attempt that ends with an exception."""

    def play(exchange: Exchange) -> None:
        exchange.is_handed_over = True
        exchange.trace("connection.connect_tcp.started", {})
        if wrote:
            exchange.trace("http11.send_request_headers.started", {})
        exchange.failed(error)

    play.__name__ = f"{type(error).__name__} {'after' if wrote else 'before'} the first byte"
    return play


def redirecting(status: int, location: str = "/moved") -> Any:
    return answering(status, location=location)


def parse_token(answer: Answer) -> AccessToken:
    return AccessToken.from_dict(read_json(answer))


CREATE = Operation(
    id="createAccessToken", effect=Effect.UNSAFE, identity=("id", "uuid"), echoed=("name",)
)
READ = Operation(id="readAccessToken", effect=Effect.SAFE)
REPLACE = Operation(id="replaceAccessToken", effect=Effect.IDEMPOTENT)
DELETE = Operation(id="deleteAccessToken", effect=Effect.IDEMPOTENT)
NAMELESS = Operation(id=None, effect=Effect.UNSAFE)
METHODS = {CREATE: "POST", READ: "GET", REPLACE: "PUT", DELETE: "DELETE", NAMELESS: "POST"}
NO_RETRIES = RetryPolicy(max_retries=0)


class Play:
    """A call that was driven through attempts, one script each, until it ended."""

    def __init__(
        self,
        *scripts: Any,
        operation: Operation = CREATE,
        follow_redirects: bool = True,
        retry_unclear: bool = False,
        policy: RetryPolicy = RetryPolicy(),  # noqa: B008 - it can't be changed
        key_source: KeySource | None = None,
        parse: Any = parse_token,
    ) -> None:
        clock = FakeClock()
        key = ApiKey(API_KEY)
        self.call: Call[Any] = Call(
            operation=operation,
            request=outgoing_to(METHODS[operation]),
            json={"name": "ci"},
            parse=parse,
            key_source=lambda: key_source or GivenKey(key),
            follow_redirects=follow_redirects,
            retry_policy=policy,
            retry_unclear=retry_unclear,
            deadline_seconds=None,
            clock=clock,
        )
        self.requests: list[httpx.Request] = []
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
                step.exchange.key = key
                self.requests.append(self.call.request)
                scripts[len(self.requests) - 1](step.exchange)
            elif isinstance(step, Pause):
                self.pauses.append(step)
                clock.time += step.seconds
            else:
                assert step == Distrust()
        assert len(self.requests) == len(scripts)

    @property
    def sent(self) -> list[tuple[str, str]]:
        return [(request.method, request.url.path) for request in self.requests]

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


POST = ("POST", "/api/access-tokens")
GET_MOVED = ("GET", "/moved")
POST_MOVED = ("POST", "/moved")
DONE = answering(201, CREATED)
FOUND = answering(200, CREATED)

# What may come of a GET that follows the redirect of a creation, and is no readable answer.
NO_ANSWERS: list[tuple[Any, type[KodexaError]]] = [
    (answering(400), KodexaError),
    (answering(401), AuthenticationError),
    (answering(404), NotFoundError),
    (answering(409), KodexaError),
    (answering(429, retry_after="1"), RateLimitError),
    (answering(421), KodexaError),
    (answering(500), InternalServerError),
    (answering(501), InternalServerError),
    (answering(503, retry_after="1"), InternalServerError),
    (answering(304), UnexpectedRedirectError),
    (answering(307, location="https://foreign.test/"), UnexpectedRedirectError),
    (answering(308), UnexpectedRedirectError),
    (answering(200, b"<html>"), ResponseValidationError),
    (answering(204), ResponseValidationError),
    (failing(httpx.ConnectError("refused"), wrote=False), APIConnectionError),
    (failing(httpx.PoolTimeout(""), wrote=False), APIConnectionError),
    (failing(httpx.ReadError(""), wrote=True), APIConnectionError),
    (failing(httpx.RemoteProtocolError(""), wrote=True), APIConnectionError),
    (failing(httpx.LocalProtocolError(""), wrote=False), KodexaError),
]


# The same, for what has to tell what was created.
NO_CREATIONS: list[tuple[Any, type[KodexaError]]] = [
    *NO_ANSWERS,
    (answering(200, b'{"name": "ci"}'), ResponseValidationError),
    (answering(200, b'{"id": "1", "name": "another"}'), ResponseValidationError),
    (answering(202, CREATED), ResponseValidationError),
]


@pytest.mark.parametrize("status", CHANGING)
@pytest.mark.parametrize(("second", "kind"), NO_CREATIONS)
def test_after_a_followed_redirect_of_a_creation_all_but_its_answer_is_unclear(
    second: Any, kind: type[KodexaError], status: int
) -> None:
    play = Play(redirecting(status), second)

    assert play.sent == [POST, GET_MOVED]
    assert play.pauses == []
    assert isinstance(play.error, kind)
    assert isinstance(play.error, OutcomeUnknownError)
    assert (play.error.executed, play.error.name) == (None, "ci")
    assert play.error.operation == "createAccessToken"
    assert play.error.client_request_id == play.requests[0].headers["x-request-id"]
    assert getattr(play.error, "sent", True) is True
    assert "look before you repeat it" in str(play.error)


@pytest.mark.parametrize("second", [second for second, _ in NO_CREATIONS])
def test_with_retry_unclear_a_redirected_creation_is_repeated_from_its_start(second: Any) -> None:
    play = Play(redirecting(303), second, redirecting(303), FOUND, retry_unclear=True)

    assert play.sent == [POST, GET_MOVED, POST, GET_MOVED]
    assert play.requests[2] is play.requests[0]
    assert play.requests[2].read() == BODY
    assert play.response.parsed.id == "1"
    assert len(play.pauses) == 1


def test_a_refusal_after_an_unclear_redirected_creation_is_unclear_too() -> None:
    play = Play(redirecting(303), answering(404), answering(400), retry_unclear=True)

    assert play.sent == [POST, GET_MOVED, POST]
    assert isinstance(play.error, OutcomeUnknownError)
    assert play.error.executed is None


def test_a_provider_is_not_asked_again_for_a_creation_that_may_have_been_carried_out() -> None:
    asked: list[str] = []

    def provide() -> str:
        asked.append("again")
        return API_KEY

    play = Play(redirecting(303), answering(401), key_source=ProvidedKey(provide))

    assert play.sent == [POST, GET_MOVED]
    assert isinstance(play.error, AuthenticationError)
    assert isinstance(play.error, OutcomeUnknownError)
    assert asked == []


@pytest.mark.parametrize("status", CHANGING)
def test_a_creation_whose_redirect_leads_to_a_readable_answer_returns_it(status: int) -> None:
    play = Play(redirecting(status), FOUND)

    assert play.sent == [POST, GET_MOVED]
    assert play.requests[1].read() == b""
    assert play.response.parsed.id == "1"
    assert [one.status_code for one in play.response.attempts] == [status, 200]
    assert [one.number for one in play.response.attempts] == [1, 2]


@pytest.mark.parametrize("status", UNCHANGED)
def test_a_creation_is_sent_on_as_it_is(status: int) -> None:
    play = Play(redirecting(status), DONE)

    assert play.sent == [POST, POST_MOVED]
    assert play.requests[1].read() == BODY
    assert play.requests[1].headers.raw == play.requests[0].headers.raw
    assert play.response.status_code == 201


@pytest.mark.parametrize("status", UNCHANGED)
def test_a_creation_that_was_sent_on_and_may_be_repeated_is_so_from_its_start(
    status: int,
) -> None:
    play = Play(redirecting(status), answering(429), redirecting(status), DONE)

    assert play.sent == [POST, POST_MOVED, POST, POST_MOVED]
    assert play.requests[2] is play.requests[0]
    assert play.response.parsed.id == "1"


def test_redirects_are_not_counted_as_retries() -> None:
    """RetryPolicy.max_retries is how often a request is sent again, and a hop is no repetition."""
    hops = [redirecting(307, f"/hop-{number}") for number in range(MAX_REDIRECTS)]

    play = Play(*hops, answering(429), *hops, answering(429), *hops, DONE)

    assert play.response.parsed.id == "1"
    assert play.waits == [0.5, 1.0]


@pytest.mark.parametrize(
    ("second", "is_unclear"),
    [
        (answering(400), False),
        (answering(404), False),
        (answering(307, location="https://foreign.test/"), False),
        (answering(303, location="https://foreign.test/"), True),
        (failing(httpx.ConnectError("refused"), wrote=False), False),
        (failing(httpx.ReadError(""), wrote=True), True),
        (answering(503), True),
        (answering(201, b"<"), True),
    ],
)
def test_after_a_redirect_that_keeps_the_method_an_outcome_means_what_it_does_without(
    *, second: Any, is_unclear: bool
) -> None:
    play = Play(redirecting(307), second, policy=NO_RETRIES)

    assert play.sent == [POST, POST_MOVED]
    assert isinstance(play.error, OutcomeUnknownError) is is_unclear


def test_an_answer_that_is_lost_after_307_was_carried_out() -> None:
    assert Play(redirecting(307), answering(201, b"<")).error.executed is True


@pytest.mark.parametrize("order", [(303, 307), (307, 303)])
def test_one_redirect_of_several_that_changes_the_method_makes_it_unclear(
    order: tuple[int, int],
) -> None:
    play = Play(*[redirecting(status) for status in order], answering(404))

    assert isinstance(play.error, NotFoundError)
    assert isinstance(play.error, OutcomeUnknownError)
    assert [method for method, _ in play.sent] == ["POST", play.sent[1][0], "GET"]


@pytest.mark.parametrize("status", STATUSES)
def test_as_many_redirects_as_are_allowed_are_followed(status: int) -> None:
    hops = [redirecting(status, f"/hop-{number}") for number in range(MAX_REDIRECTS)]

    play = Play(*hops, FOUND)

    assert play.response.parsed.id == "1"


@pytest.mark.parametrize("status", STATUSES)
def test_one_redirect_more_is_not_followed(status: int) -> None:
    hops = [redirecting(status, f"/hop-{number}") for number in range(MAX_REDIRECTS + 1)]

    play = Play(*hops)

    assert isinstance(play.error, UnexpectedRedirectError)
    assert isinstance(play.error, OutcomeUnknownError) is (status in CHANGING)
    assert play.error.from_url == "https://kodexa.test/hop-4"
    assert play.error.to_url == "https://kodexa.test/hop-5"
    assert "after 5 redirects that were followed" in str(play.error)


def test_each_repetition_may_be_redirected_as_often_as_the_first() -> None:
    hops = [redirecting(307, f"/hop-{number}") for number in range(MAX_REDIRECTS)]
    policy = RetryPolicy(max_retries=9)

    play = Play(*hops, answering(429), *hops, DONE, policy=policy)

    assert play.response.parsed.id == "1"


@pytest.mark.parametrize("status", STATUSES)
def test_without_being_told_to_no_redirect_is_followed(status: int) -> None:
    play = Play(redirecting(status, "/moved?secret#secret"), follow_redirects=False)

    assert play.sent == [POST]
    assert isinstance(play.error, UnexpectedRedirectError)
    assert isinstance(play.error, OutcomeUnknownError) is (status in CHANGING)
    assert (play.error.from_url, play.error.to_url) == (URL, "https://kodexa.test/moved")
    # After the others a GET would follow, which creates nothing.
    assert ("follow_redirects=True" in str(play.error)) is (status not in CHANGING)
    assert "secret" not in str(play.error)


@pytest.mark.parametrize("follow_redirects", [False, True])
@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("operation", [CREATE, READ, REPLACE, DELETE], ids=lambda one: one.id)
def test_no_operation_is_redirected_to_another_origin(
    *, operation: Operation, status: int, follow_redirects: bool
) -> None:
    play = Play(
        redirecting(status, "https://secret:secret@foreign.test/x?secret#secret"),
        operation=operation,
        follow_redirects=follow_redirects,
    )

    assert len(play.sent) == 1
    assert isinstance(play.error, UnexpectedRedirectError)
    is_unclear = operation is CREATE and status in CHANGING
    assert isinstance(play.error, OutcomeUnknownError) is is_unclear
    assert (play.error.from_url, play.error.to_url) == (URL, "https://foreign.test/x")
    assert "neither the key nor the body was sent" in str(play.error)
    assert "secret" not in str(play.error)


@pytest.mark.parametrize("status", OTHERS)
def test_a_status_that_can_not_be_followed_is_an_unexpected_redirect(status: int) -> None:
    play = Play(redirecting(status), operation=READ)

    assert isinstance(play.error, UnexpectedRedirectError)
    assert play.error.to_url is None


@pytest.mark.parametrize("status", STATUSES)
def test_a_read_is_redirected_and_stays_a_read(status: int) -> None:
    play = Play(redirecting(status), FOUND, operation=READ)

    assert play.sent == [("GET", "/api/access-tokens"), GET_MOVED]
    assert play.response.parsed.id == "1"


def test_a_read_that_was_redirected_is_repeated_from_its_start() -> None:
    play = Play(redirecting(302), answering(503), redirecting(302), FOUND, operation=READ)

    assert play.sent == [("GET", "/api/access-tokens"), GET_MOVED] * 2
    assert play.response.parsed.id == "1"


def test_a_read_that_was_redirected_and_is_refused_has_no_unknown_outcome() -> None:
    play = Play(redirecting(302), answering(404), operation=READ)

    assert type(play.error) is NotFoundError


def test_a_read_that_was_redirected_asks_a_provider_again() -> None:
    play = Play(
        redirecting(302),
        answering(401),
        redirecting(302),
        FOUND,
        operation=READ,
        key_source=ProvidedKey(lambda: API_KEY),
    )

    assert play.sent == [("GET", "/api/access-tokens"), GET_MOVED] * 2


def is_done(answer: Answer) -> bool:
    return httpx.codes.is_success(answer.status_code)


@pytest.mark.parametrize("operation", [REPLACE, DELETE], ids=lambda one: one.id)
@pytest.mark.parametrize("status", [301, 302])
def test_a_get_in_the_place_of_what_was_asked_for_is_not_sent(
    operation: Operation, status: int
) -> None:
    play = Play(redirecting(status), operation=operation, parse=is_done)

    assert play.sent == [(METHODS[operation], "/api/access-tokens")]
    assert type(play.error) is UnexpectedRedirectError
    assert "by a GET that would do nothing" in str(play.error)


@pytest.mark.parametrize("status", [301, 302])
def test_a_get_in_the_place_of_a_request_without_a_name_is_not_sent(status: int) -> None:
    play = Play(redirecting(status), operation=NAMELESS, parse=is_done)

    assert play.sent == [("POST", "/api/access-tokens")]
    assert isinstance(play.error, OutcomeUnknownError)


@pytest.mark.parametrize(
    "found",
    [
        b'{"id": "77"}',
        b'{"id": "77", "name": null}',
        b'{"id": "77", "name": "another"}',
    ],
)
@pytest.mark.parametrize("status", [301, 302, 303])
def test_what_does_not_bear_the_name_that_was_asked_for_is_not_taken_for_what_was_created(
    status: int, found: bytes
) -> None:
    play = Play(redirecting(status), answering(200, found))

    assert play.sent == [("POST", "/api/access-tokens"), GET_MOVED]
    assert isinstance(play.error, OutcomeUnknownError)
    assert play.error.executed is None


@pytest.mark.parametrize("operation", [REPLACE, DELETE], ids=lambda one: one.id)
@pytest.mark.parametrize("status", [303, 307, 308])
def test_what_can_be_repeated_is_redirected_with_its_method_by_307_and_308_alone(
    operation: Operation, status: int
) -> None:
    play = Play(redirecting(status), answering(200), operation=operation, parse=is_done)

    method = METHODS[operation]
    assert play.sent == [
        (method, "/api/access-tokens"),
        (method if status in UNCHANGED else "GET", "/moved"),
    ]
    assert play.response.parsed is True


@pytest.mark.parametrize("operation", [REPLACE, DELETE], ids=lambda one: one.id)
@pytest.mark.parametrize("second", [second for second, _ in NO_ANSWERS])
def test_what_can_be_repeated_has_no_unknown_outcome_and_is_repeated_from_its_start(
    operation: Operation, second: Any
) -> None:
    play = Play(redirecting(303), second, redirecting(303), FOUND, operation=operation)
    once = Play(redirecting(303), second, operation=operation, policy=NO_RETRIES)

    first = (METHODS[operation], "/api/access-tokens")
    assert play.sent == [first, GET_MOVED, first, GET_MOVED]
    assert play.response.parsed.id == "1"
    assert not isinstance(once.error, OutcomeUnknownError)


def stopped_after(*scripts: Any, operation: Operation = CREATE) -> Call[Any]:
    """Return a call that has played the scripts, and waits to be sent once more."""
    call: Call[Any] = Call(
        operation=operation,
        request=outgoing_to(METHODS[operation]),
        json={"name": "ci"},
        parse=parse_token,
        key_source=lambda: GivenKey(ApiKey(API_KEY)),
        follow_redirects=True,
        retry_policy=NO_RETRIES,
        retry_unclear=False,
        deadline_seconds=None,
        clock=FakeClock(),
    )
    steps = call.steps()
    for script in scripts:
        step = next(steps)
        assert isinstance(step, Send)
        script(step.exchange)
    assert isinstance(next(steps), Send)
    return call


def test_a_creation_that_is_broken_off_after_303_may_have_been_carried_out() -> None:
    left = stopped_after(redirecting(303)).unfinished()

    assert left is not None
    assert "it may have been carried out" in left


@pytest.mark.parametrize(
    ("status", "operation"),
    [(307, CREATE), (308, CREATE), (303, READ), (303, DELETE), (303, REPLACE)],
)
def test_any_other_that_is_broken_off_between_redirects_leaves_nothing(
    status: int, operation: Operation
) -> None:
    assert stopped_after(redirecting(status), operation=operation).unfinished() is None


@given(location=LOCATIONS, status=st.sampled_from(STATUSES))
def test_wherever_a_creation_is_redirected_the_key_goes_home_alone(
    location: bytes, status: int
) -> None:
    key, base = ApiKey(API_KEY), httpx.URL(URL)

    redirect = redirect_to(location, status)

    if redirect.request is not None:
        keyed = key.authorize(OutgoingRequest.of(redirect.request), base)
        assert keyed.httpx_request.headers["x-api-key"] == API_KEY
    elif redirect.to is not None and redirect.to.userinfo == b"":
        away = key.authorize(OutgoingRequest.of(httpx.Request("GET", redirect.to)), base)
        assert "x-api-key" not in away.httpx_request.headers


@pytest.mark.parametrize("retry_unclear", [False, True])
def test_a_client_that_is_closed_behind_a_redirect_leaves_the_outcome_unknown(
    *, retry_unclear: bool
) -> None:
    def refuse(exchange: Exchange) -> None:
        exchange.refused("The client is closed")

    play = Play(redirecting(303), refuse, retry_unclear=retry_unclear)

    assert isinstance(play.error, OutcomeUnknownError)
    assert isinstance(play.error, ConfigurationError)
    assert [attempt.status_code for attempt in play.error.attempts] == [303]
