"""Scripted faults: each is what a client meets in process and over a socket alike."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import anyio
import httpx
import pytest

from kodexa_client import (
    APIStatusError,
    APITimeoutError,
    AsyncKodexaClient,
    KodexaClient,
    KodexaError,
    NotFoundError,
    OutcomeUnknownError,
    RateLimitError,
    ResponseValidationError,
    RetryPolicy,
    UnexpectedRedirectError,
)
from kodexa_client._clock import Clock
from kodexa_client.testing import DocumentDepartureError, FakePlatform, no_sleep

from .documents import Documented, answer, operation

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from pathlib import Path

    from kodexa_client.testing import Script

TOKENS = "/api/access-tokens"


@contextmanager
def in_process(fake: FakePlatform, **settings: Any) -> Generator[KodexaClient]:
    with fake.client(**settings) as client:
        yield client


@contextmanager
def over_a_socket(fake: FakePlatform, **settings: Any) -> Generator[KodexaClient]:
    with (
        fake.serve() as base_url,
        KodexaClient(api_key="test-key", base_url=base_url, **settings) as client,
    ):
        yield client


@pytest.fixture(params=[in_process, over_a_socket])
def connected(request: pytest.FixtureRequest) -> Any:
    return request.param


@pytest.fixture
def fake() -> FakePlatform:
    return FakePlatform()


FAULTS: dict[str, tuple[Callable[[Script], Script], type[KodexaError], int]] = {
    "respond": (lambda one: one.respond(status=404), NotFoundError, 0),
    "drop before": (lambda one: one.drop_before_processing(), OutcomeUnknownError, 0),
    "drop after": (lambda one: one.drop_after_processing(), OutcomeUnknownError, 1),
    "stall": (lambda one: one.stall(0.5), APITimeoutError, 1),
    "truncate": (lambda one: one.truncate_body(), ResponseValidationError, 1),
    "invalid JSON": (lambda one: one.invalid_json(), ResponseValidationError, 1),
    "redirect": (
        lambda one: one.redirect("https://elsewhere.test/"),
        UnexpectedRedirectError,
        0,
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_met_once_and_carries_out_what_it_says(
    fake: FakePlatform, connected: Any, name: str
) -> None:
    script, error, executed = FAULTS[name]
    script(fake.on("POST", TOKENS))
    with connected(fake, timeout=0.2) as client:
        with pytest.raises(error):
            client.access_tokens.create(name="first")
        carried_out = len(fake.executions("createAccessToken"))
        created = len(fake.created_tokens)

        client.access_tokens.create(name="second")

    assert (carried_out, created) == (executed, executed)
    assert fake.created_tokens[-1]["name"] == "second"
    assert fake.unmet_faults == []
    assert len(fake.requests) == 2


@pytest.mark.parametrize("name", FAULTS)
async def test_an_async_client_meets_the_same(fake: FakePlatform, name: str) -> None:
    script, error, executed = FAULTS[name]
    script(fake.on("POST", TOKENS))

    async with fake.async_client(timeout=0.2) as client:
        with pytest.raises(error):
            await client.access_tokens.create(name="first")

    assert len(fake.created_tokens) == executed


@pytest.mark.parametrize("name", ["drop before", "drop after", "truncate"])
async def test_an_asgi_transport_of_httpx_is_told_in_its_own_way(
    fake: FakePlatform, name: str
) -> None:
    script, _, executed = FAULTS[name]
    script(fake.on("POST", TOKENS))
    async with (
        httpx.AsyncClient(transport=httpx.ASGITransport(app=fake)) as http_client,
        AsyncKodexaClient(
            api_key="test-key", base_url="https://kodexa.test", http_client=http_client
        ) as client,
    ):
        with pytest.raises(OutcomeUnknownError):
            await client.access_tokens.create(name="first")

    assert len(fake.created_tokens) == executed


def test_faults_of_one_script_come_one_after_the_other(fake: FakePlatform) -> None:
    fake.on("post", TOKENS).respond(status=429, times=2).respond(status=503)
    assert repr(fake.on("POST", TOKENS)) == (
        "<Script of POST /api/access-tokens: respond(429), respond(503)>"
    )
    client = fake.client(retry_policy=RetryPolicy(max_retries=0))

    statuses = []
    for _ in range(3):
        with pytest.raises(APIStatusError) as caught:
            client.access_tokens.create(name="ci")
        statuses.append(caught.value.status_code)
    client.access_tokens.create(name="ci")

    assert statuses == [429, 429, 503]
    assert repr(fake.on("POST", TOKENS)).endswith(": nothing to come>")


def test_a_fault_for_all_requests_is_met_by_all(fake: FakePlatform) -> None:
    fake.on("POST", TOKENS).respond(status=429, headers={"retry-after": "2"}, times=None)

    with no_sleep() as delays, pytest.raises(RateLimitError) as caught:
        fake.client().access_tokens.create(name="ci")

    assert delays == [2.0, 2.0]
    assert len(fake.requests) == 3
    assert caught.value.problem is not None
    assert caught.value.problem.detail == "A test has scripted this answer."


@pytest.mark.parametrize("times", [0, -1, True, 1.0])
def test_times_is_a_number_of_requests(fake: FakePlatform, times: Any) -> None:
    with pytest.raises(ValueError, match="times has to be a whole number from 1"):
        fake.on("POST", TOKENS).stall(1, times=times)


def test_a_path_starts_with_a_slash(fake: FakePlatform) -> None:
    with pytest.raises(ValueError, match="start with a slash"):
        fake.on("POST", "api")


def test_a_fault_that_nobody_met_is_told(fake: FakePlatform) -> None:
    fake.on("POST", TOKENS).respond(status=429)
    fake.on("POST", "/api/access-token").stall(1)
    with no_sleep():
        fake.client().access_tokens.create(name="ci")

    assert fake.unmet_faults == ["POST /api/access-token: stall(1)"]


def test_a_scripted_answer_that_does_not_fit_the_document_is_told_where_it_is_scripted(
    fake: FakePlatform,
) -> None:
    script = fake.on("POST", TOKENS)

    with pytest.raises(DocumentDepartureError, match=r"answered 429.*'status': 'must be of type"):
        script.respond(status=429, json={"status": "canary"})

    assert fake.departures == []
    assert fake.unmet_faults == []


def test_an_answer_that_is_not_the_platforms_need_not_fit(fake: FakePlatform) -> None:
    fake.on("POST", TOKENS).respond(
        status=403, content=b"<h1>No</h1>", headers={"content-type": "text/html"}, validate=False
    )

    with pytest.raises(APIStatusError) as caught:
        fake.client().access_tokens.create(name="ci")

    assert caught.value.body == b"<h1>No</h1>"


@pytest.mark.parametrize("over_a_socket", [False, True])
def test_a_status_that_no_rfc_has_can_be_scripted(
    fake: FakePlatform, *, over_a_socket: bool
) -> None:
    fake.on("POST", TOKENS).respond(status=520, validate=False)

    with ExitStack() as stack:
        if over_a_socket:
            base_url = stack.enter_context(fake.serve())
            client = stack.enter_context(KodexaClient(api_key="test-key", base_url=base_url))
        else:
            client = fake.client()
        with pytest.raises(APIStatusError) as caught:
            client.access_tokens.create(name="ci")

    assert caught.value.status_code == 520


def test_an_answer_that_does_not_fit_is_told_with_what_is_wrong_and_the_way_out(
    fake: FakePlatform,
) -> None:
    with pytest.raises(DocumentDepartureError, match=r"API's document: MissingData\.") as caught:
        fake.on("POST", TOKENS).respond(status=201)

    assert "validate=False" in caught.value.__notes__[0]


def test_a_scripted_answer_has_the_body_that_it_is_given(fake: FakePlatform) -> None:
    fake.on("POST", TOKENS).respond(status=201, json={"id": "7", "name": "ci"})

    assert fake.client().access_tokens.create(name="ci").id == "7"
    assert fake.created_tokens == []


def test_a_path_that_the_document_does_not_have_can_be_scripted(fake: FakePlatform) -> None:
    fake.on("GET", "/api/things").respond(status=200, json=[1]).respond(status=418)
    client = fake.client()

    assert client.request("GET", "/api/things", params={"a": "b"}).json() == [1]
    with pytest.raises(APIStatusError) as caught:
        client.request("GET", "/api/things")
    with pytest.raises(NotFoundError):
        client.request("GET", "/api/things")

    assert caught.value.status_code == 418
    assert fake.requests[0].query == "a=b"


def test_a_path_may_be_written_as_the_document_has_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    thing = {
        "get": operation({"200": answer({"const": 1})}),
        "parameters": [
            {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}
        ],
    }
    call = Documented(monkeypatch, tmp_path, {"/things/{id}": thing})
    call.fake.on("GET", "/things/{id}").respond(status=418).respond(status=404)
    call.fake.on("GET", "/things/2").respond(status=410)

    statuses = [call("GET", f"/things/{number}").status_code for number in (1, 2, 2, 2)]

    assert statuses == [418, 410, 404, 200]


def test_a_platform_under_a_prefix_is_scripted_without_it() -> None:
    fake = FakePlatform(prefix="/kodexa")
    fake.on("POST", TOKENS).respond(status=429)

    with no_sleep() as delays:
        fake.client().access_tokens.create(name="ci")

    assert len(delays) == 1


def test_what_is_outside_of_the_prefix_meets_no_fault() -> None:
    fake = FakePlatform(prefix="/kodexa")
    fake.on("POST", TOKENS).respond(status=429)

    answer = httpx.Client(transport=fake.transport).post(f"https://kodexa.test{TOKENS}")

    assert answer.status_code == 404


def test_a_body_that_is_empty_is_spoiled_too(fake: FakePlatform) -> None:
    fake.on("GET", "/api/things").respond(status=200).invalid_json()
    http_client = httpx.Client(transport=fake.transport)

    assert http_client.get("https://kodexa.test/api/things").content == b""
    assert http_client.get("https://kodexa.test/api/things").status_code == 404


async def test_an_async_client_of_httpx_alone_is_answered(fake: FakePlatform) -> None:
    async with httpx.AsyncClient(transport=fake.transport) as http_client:
        answer = await http_client.post(f"https://kodexa.test{TOKENS}")

    assert answer.status_code == 401


def test_a_stall_without_a_limit_is_none_in_process(fake: FakePlatform) -> None:
    fake.on("POST", TOKENS).stall(1e9)

    assert fake.client(timeout=None, deadline=None).access_tokens.create(name="ci").name == "ci"


def test_the_clock_moves_on_by_what_would_have_been_waited(fake: FakePlatform) -> None:
    fake.on("POST", TOKENS).stall(5).respond(status=429, headers={"retry-after": "50"}, times=None)
    client = fake.client(deadline=60)

    with no_sleep() as delays:
        before = Clock().now()
        client.access_tokens.create(name="late")
        with pytest.raises(RateLimitError):
            client.access_tokens.create(name="ci")
        waited = (Clock().now() - before).total_seconds()

    assert delays == [50.0]
    assert 55 <= waited < 60


def test_a_deadline_passes_without_a_wait(fake: FakePlatform) -> None:
    fake.on("POST", TOKENS).stall(100, times=None)

    with no_sleep(), pytest.raises(APITimeoutError) as caught:
        fake.client(timeout=None, deadline=60).access_tokens.create(name="ci")

    assert isinstance(caught.value, OutcomeUnknownError)
    assert 60 <= caught.value.attempts[0].seconds < 65


async def test_an_async_wait_can_be_cancelled_without_sleep(fake: FakePlatform) -> None:
    fake.on("POST", TOKENS).respond(status=429)
    with no_sleep() as delays:
        with anyio.CancelScope() as scope:
            client = fake.async_client(on_retry=lambda _: scope.cancel())
            await client.access_tokens.create(name="ci")

    assert scope.cancelled_caught
    assert len(delays) == 1
    assert fake.created_tokens == []


def test_after_it_the_clock_is_the_machines_again() -> None:
    before = (Clock.sleep, Clock.asleep, Clock.monotonic, Clock.now)

    with ExitStack() as stack:
        outer = stack.enter_context(no_sleep())
        inner = stack.enter_context(no_sleep())
        Clock().sleep(1e6)
        assert Clock().now() > datetime.now(UTC)

    assert (outer, inner) == ([], [1e6])
    assert (Clock.sleep, Clock.asleep, Clock.monotonic, Clock.now) == before


def test_a_client_of_a_platform_without_keys_is_given_one() -> None:
    fake = FakePlatform(api_keys=())

    with pytest.raises(KodexaError, match="401"):
        fake.client(api_key="other").access_tokens.create(name="ci")
