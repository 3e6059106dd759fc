"""What a caller sees of attempts, deadlines and queues, with each kind of client."""

from __future__ import annotations

import io
import pickle
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from kodexa_client import (
    APIConnectionError,
    APITimeoutError,
    AsyncKodexaClient,
    BadRequestError,
    ConfigurationError,
    KodexaClient,
    OutcomeUnknownError,
    RateLimitError,
    ResponseValidationError,
    RetryPolicy,
)
from kodexa_client._slots import AsyncSlots, Slots

from .conftest import API_KEY, BASE_URL, EitherClient, StillClock, close

if TYPE_CHECKING:
    from pytest_httpx import HTTPXMock

    from kodexa_client.types import Attempt

CREATED = {"id": "1", "name": "ci"}


@pytest.fixture
async def make(client_class: Any) -> Any:
    clients = []

    def with_settings(**settings: Any) -> EitherClient:
        client = client_class(api_key=API_KEY, base_url=BASE_URL, **settings)
        client._clock = StillClock()
        clients.append(client)
        return EitherClient(client)

    yield with_settings
    for client in clients:
        await close(client)


async def test_a_refused_attempt_is_told_before_the_next_one(
    make: Any, httpx_mock: HTTPXMock
) -> None:
    told: list[Attempt] = []
    httpx_mock.add_response(status_code=429, headers={"retry-after": "2", "x-request-id": "r1"})
    httpx_mock.add_response(status_code=201, json=CREATED)
    client = make(on_retry=told.append)

    response = await client.create_detailed(name="ci")

    (attempt,) = told
    assert (attempt.number, attempt.status_code, attempt.request_id) == (1, 429, "r1")
    assert attempt.slept == 2.0
    assert [one.status_code for one in response.attempts] == [429, 201]
    assert response.attempts[0] == attempt


async def test_each_attempt_has_the_same_request_id(make: Any, httpx_mock: HTTPXMock) -> None:
    httpx_mock.add_response(status_code=429, is_reusable=True)
    client = make()

    with pytest.raises(RateLimitError) as caught:
        await client.create(name="ci")

    ids = [request.headers["x-request-id"] for request in httpx_mock.get_requests()]
    assert len(ids) == len(caught.value.attempts) == 3
    assert len(set(ids)) == 1
    assert str(caught.value).splitlines()[-1].startswith("Attempts: 1. body 429, 0.00 s")


async def test_a_copy_has_a_hook_and_a_policy_of_its_own(make: Any, httpx_mock: HTTPXMock) -> None:
    told: list[Attempt] = []
    httpx_mock.add_response(status_code=429, is_reusable=True)
    original = make(on_retry=told.append).client

    copy = original.with_options(on_retry=None, retry_policy=RetryPolicy(max_retries=1))
    with pytest.raises(RateLimitError) as caught:
        await EitherClient(copy).create(name="ci")

    assert (len(caught.value.attempts), told) == (2, [])
    assert (original.retry_policy.max_retries, copy.retry_policy.max_retries) == (2, 1)
    assert (original.deadline, original.with_options(deadline=5).deadline) == (60.0, 5.0)


async def test_a_hook_of_an_async_client_may_be_a_coroutine_function(
    httpx_mock: HTTPXMock,
) -> None:
    told: list[int] = []

    async def tell(attempt: Attempt) -> None:
        told.append(attempt.number)

    httpx_mock.add_response(status_code=429)
    httpx_mock.add_response(status_code=201, json=CREATED)
    async with AsyncKodexaClient(api_key=API_KEY, base_url=BASE_URL, on_retry=tell) as client:
        client._clock = StillClock()
        await client.access_tokens.create(name="ci")

    assert told == [1]


def test_a_hook_of_a_sync_client_is_no_coroutine_function() -> None:
    async def tell(attempt: Attempt) -> None: ...

    with pytest.raises(TypeError, match="on_retry has to be a function"):
        KodexaClient(api_key=API_KEY, on_retry=tell)


async def test_a_call_that_gets_no_connection_was_not_sent(
    make: Any, httpx_mock: HTTPXMock
) -> None:
    client = make(timeout=httpx.Timeout(5, pool=0.001), retry_policy=RetryPolicy(max_retries=1))
    slots = client.client._transport.slots
    kind: Any = AsyncSlots if isinstance(slots, AsyncSlots) else Slots
    client.client._transport.slots = kind(0)

    with pytest.raises(APITimeoutError, match="not sent") as caught:
        await client.create(name="ci")

    assert not isinstance(caught.value, OutcomeUnknownError)
    assert [attempt.phase for attempt in caught.value.attempts] == ["queue", "queue"]
    assert not httpx_mock.get_requests()


async def test_what_is_asked_for_is_told_when_the_outcome_is_unknown(
    make: Any, httpx_mock: HTTPXMock
) -> None:
    httpx_mock.add_response(status_code=503, headers={"date": "Tue, 01 Jan 2030 00:00:00 GMT"})

    with pytest.raises(OutcomeUnknownError) as caught:
        await make().create(name="ci", user_id="u1")

    error = caught.value
    assert (error.operation, error.name, error.user_id) == ("createAccessToken", "ci", "u1")
    assert (error.status_code, error.phase, error.executed) == (503, "body", None)
    assert error.server_date is not None
    assert error.server_date.year == 2030
    (request,) = httpx_mock.get_requests()
    assert request.headers["x-request-id"] == error.client_request_id


async def test_what_only_reads_is_sent_again_when_it_is_unclear(
    make: Any, httpx_mock: HTTPXMock
) -> None:
    httpx_mock.add_exception(httpx.ReadTimeout("canary"))
    httpx_mock.add_response(status_code=502)
    httpx_mock.add_response(json={"a": 1})

    response = await make().request("GET", "/api/things")

    assert response.json() == {"a": 1}


async def test_what_only_reads_and_fails_for_good_is_no_unknown_outcome(
    make: Any, httpx_mock: HTTPXMock
) -> None:
    httpx_mock.add_exception(httpx.ReadError("canary"), is_reusable=True)

    with pytest.raises(APIConnectionError, match="It changes nothing: call again") as caught:
        await make().request("GET", "/api/things")

    assert not isinstance(caught.value, OutcomeUnknownError)
    assert len(caught.value.attempts) == 3
    assert "canary" not in str(caught.value)


async def test_an_answer_to_somebody_else_is_no_result(make: Any, httpx_mock: HTTPXMock) -> None:
    httpx_mock.add_response(status_code=201, json={"id": "1", "name": "another", "token": "canary"})

    with pytest.raises(ResponseValidationError, match="its name is not the one") as caught:
        await make().create(name="ci")

    assert isinstance(caught.value, OutcomeUnknownError)
    assert caught.value.executed is True
    assert b"canary" in caught.value.body
    assert "canary" not in str(caught.value) + caught.value.excerpt


class _Silent(httpx.AsyncBaseTransport, httpx.BaseTransport):
    """Sends, and then fails like a connection that could not be made; tells of no event."""

    def __init__(self) -> None:
        self.sent = 0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.sent += 1
        raise httpx.ConnectError("of something that the server called", request=request)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return self.handle_request(request)


async def test_a_transport_that_shows_nothing_proves_nothing(
    make: Any, http_client_class: Any
) -> None:
    transport = _Silent()
    client = make(http_client=http_client_class(transport=transport))

    with pytest.raises(OutcomeUnknownError) as caught:
        await client.create(name="ci")

    assert isinstance(caught.value, APIConnectionError)
    assert (transport.sent, caught.value.sent) == (1, True)


async def test_a_mocked_connection_that_fails_was_not_sent(
    make: Any, httpx_mock: HTTPXMock
) -> None:
    httpx_mock.add_exception(httpx.ConnectError("refused"), is_reusable=True)

    with pytest.raises(APIConnectionError, match="not sent") as caught:
        await make().create(name="ci")

    assert not isinstance(caught.value, OutcomeUnknownError)
    assert len(caught.value.attempts) == 3


@pytest.mark.parametrize("name", [5, {"a": 1}, ["ci"], ""])
async def test_a_name_that_is_no_name_is_not_the_one_asked_for(
    make: Any, httpx_mock: HTTPXMock, name: Any
) -> None:
    httpx_mock.add_response(status_code=201, json={"id": "1", "name": name})

    with pytest.raises(OutcomeUnknownError, match="its name is not the one"):
        await make().create(name="ci")


@pytest.mark.parametrize("identity", [False, [], " ", None, {}])
async def test_an_id_that_is_no_id_identifies_nothing(
    make: Any, httpx_mock: HTTPXMock, identity: Any
) -> None:
    httpx_mock.add_response(status_code=201, json={"id": identity, "name": "ci"})

    with pytest.raises(OutcomeUnknownError, match="no id and no uuid"):
        await make().create(name="ci")


async def test_a_name_that_the_answer_leaves_out_is_no_mismatch(
    make: Any, httpx_mock: HTTPXMock
) -> None:
    httpx_mock.add_response(status_code=201, json={"id": "1"})
    httpx_mock.add_response(status_code=201, json={"id": "2", "name": None})

    assert (await make().create(name="ci")).id == "1"
    assert (await make().create(name="ci")).id == "2"


async def test_a_client_that_is_closed_between_attempts_sends_no_more(
    make: Any, httpx_mock: HTTPXMock
) -> None:
    httpx_mock.add_response(status_code=429)
    client = make()
    client.client._on_retry = lambda _: vars(client.client).update(_closed=True)

    with pytest.raises(ConfigurationError, match="closed"):
        await client.create(name="ci")

    assert len(httpx_mock.get_requests()) == 1


async def test_a_hook_that_takes_its_time_leaves_none_to_wait(
    make: Any, httpx_mock: HTTPXMock
) -> None:
    class Clock(StillClock):
        passed = 0.0

        def monotonic(self) -> float:
            return self.passed

    httpx_mock.add_response(status_code=429, headers={"retry-after": "1"})
    client = make(deadline=2.5)
    clock = client.client._clock = Clock()
    client.client._on_retry = lambda _: vars(clock).update(passed=3.0)

    with pytest.raises(APITimeoutError, match=r"the deadline of 2\.5 s has passed") as caught:
        await client.create(name="ci")

    assert not isinstance(caught.value, OutcomeUnknownError)
    assert len(httpx_mock.get_requests()) == 1


@pytest.mark.parametrize("hook", [3, "tell"])
async def test_a_hook_has_to_be_callable(make: Any, hook: Any) -> None:
    with pytest.raises(ConfigurationError, match="on_retry has to be callable"):
        make(on_retry=hook)


async def test_the_deadline_does_not_start_in_the_queue(make: Any, httpx_mock: HTTPXMock) -> None:
    client = make(timeout=httpx.Timeout(5, pool=0.001), deadline=2.5)
    slots = client.client._transport.slots
    kind: Any = AsyncSlots if isinstance(slots, AsyncSlots) else Slots
    client.client._transport.slots = kind(0)
    client.client._on_retry = lambda _: vars(client.client._transport).update(slots=kind(1))
    httpx_mock.add_response(status_code=201, json=CREATED)

    response = await client.create_detailed(name="ci")

    assert [attempt.phase for attempt in response.attempts] == ["queue", "body"]


async def test_an_unknown_outcome_tells_in_its_text_what_to_look_for(
    make: Any, httpx_mock: HTTPXMock
) -> None:
    httpx_mock.add_response(status_code=502)

    with pytest.raises(OutcomeUnknownError) as caught:
        await make().create(name="ci")

    error = caught.value
    assert "Look for what createAccessToken with the name 'ci' created from " in str(error)
    assert f"(X-Request-ID {error.client_request_id})" in str(error)


async def test_the_body_of_a_lost_answer_is_kept_as_it_came(
    make: Any, httpx_mock: HTTPXMock
) -> None:
    headers = {"content-encoding": "br"}
    httpx_mock.add_response(status_code=201, content=b"canary", headers=headers)

    with pytest.raises(OutcomeUnknownError) as caught:
        await make().create(name="ci")

    assert isinstance(caught.value, ResponseValidationError)
    assert caught.value.body == b"canary"


async def test_a_file_that_can_be_read_once_is_sent_whole_each_time(
    make: Any, httpx_mock: HTTPXMock
) -> None:
    class Pipe(io.BytesIO):
        def seekable(self) -> bool:
            return False

        def seek(self, *_: Any) -> int:
            raise io.UnsupportedOperation

    httpx_mock.add_response(status_code=429)
    httpx_mock.add_response(json={})

    await make().request("PUT", "/api/file", files=[("f", ("a.bin", Pipe(b"content"), None))])

    bodies = [request.content for request in httpx_mock.get_requests()]
    assert len(bodies) == 2
    assert bodies[0] == bodies[1]
    assert b"content" in bodies[0]


async def test_a_key_that_a_server_echoes_in_a_field_is_taken_out(
    make: Any, httpx_mock: HTTPXMock
) -> None:
    httpx_mock.add_response(status_code=400, headers={"x-request-id": API_KEY, "x-echo": API_KEY})

    with pytest.raises(BadRequestError) as caught:
        await make().create(name="ci")

    error = caught.value
    assert (error.request_id, error.headers["x-echo"]) == ("***", "***")
    assert error.attempts[0].request_id == "***"
    assert API_KEY not in str(error)


def test_an_unknown_outcome_that_a_test_makes_itself_can_be_pickled() -> None:
    error = pickle.loads(pickle.dumps(OutcomeUnknownError("by a test")))

    assert (type(error), error.args, error.executed) == (OutcomeUnknownError, ("by a test",), None)
