"""Hooks of an attempt: what they see and may change, and what becomes of what they raise."""

from __future__ import annotations

import asyncio
import enum
import logging
import pickle
from functools import partial
from typing import TYPE_CHECKING, Any

import anyio
import httpx
import pytest

from kodexa_client import (
    APITimeoutError,
    AsyncKodexaClient,
    AttemptRequest,
    AttemptResponse,
    ConfigurationError,
    KodexaClient,
    OutcomeUnknownError,
)
from kodexa_client._hooks import tell_answer_async

from .conftest import API_KEY, BASE_URL, EitherClient, StillClock, close

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from pytest_httpx import HTTPXMock

TOKENS = f"{BASE_URL}/api/access-tokens"


@pytest.fixture
async def make(client_class: Any) -> AsyncIterator[Callable[..., EitherClient]]:
    clients: list[Any] = []

    def make(**settings: Any) -> EitherClient:
        client = client_class(api_key=API_KEY, base_url=BASE_URL, **settings)
        client._clock = StillClock()
        clients.append(client)
        return EitherClient(client)

    yield make
    for client in clients:
        await close(client)


async def test_each_attempt_and_each_answer_is_told(
    make: Callable[..., EitherClient], httpx_mock: HTTPXMock
) -> None:
    httpx_mock.add_response(status_code=429, headers={"x-request-id": "its"})
    httpx_mock.add_response(status_code=201, json={"id": "1"})
    requests: list[AttemptRequest] = []
    responses: list[AttemptResponse] = []

    await make(on_request=requests.append, on_response=responses.append).create(name="ci")

    assert [(one.method, str(one.url), one.operation, one.number) for one in requests] == [
        ("POST", TOKENS, "createAccessToken", 1),
        ("POST", TOKENS, "createAccessToken", 2),
    ]
    assert [(one.request, one.status_code) for one in responses] == [
        (requests[0], 429),
        (requests[1], 201),
    ]
    assert responses[0].headers["X-Request-Id"] == "its"
    assert responses[0].seconds == 0.0
    sent = httpx_mock.get_requests()[0].headers
    assert requests[0].headers["x-request-id"] == sent["x-request-id"]


async def test_an_attempt_that_got_no_answer_has_no_response(
    make: Callable[..., EitherClient], httpx_mock: HTTPXMock
) -> None:
    httpx_mock.add_exception(httpx.ReadTimeout("slow"))
    told: list[object] = []

    with pytest.raises(APITimeoutError):
        await make(on_request=told.append, on_response=told.append).create(name="ci")

    assert [type(one) for one in told] == [AttemptRequest]


async def test_a_request_that_the_document_does_not_have_is_told_by_method_and_path(
    make: Callable[..., EitherClient], httpx_mock: HTTPXMock
) -> None:
    httpx_mock.add_response(json=[])
    told: list[AttemptRequest] = []

    await make(on_request=told.append).request("GET", "/api/things", params={"secret": "canary"})

    assert told[0].operation == "GET /api/things"
    assert repr(told[0]) == f"<AttemptRequest 1: GET {BASE_URL}/api/things>"


async def test_a_hook_sees_the_key_only_where_it_asks_for_it(
    make: Callable[..., EitherClient], httpx_mock: HTTPXMock
) -> None:
    httpx_mock.add_response(json={"id": "1"}, headers={"x-echo": API_KEY})
    requests: list[AttemptRequest] = []
    responses: list[AttemptResponse] = []

    await make(on_request=requests.append, on_response=responses.append).create(name="ci")

    seen = [requests[0], responses[0], dict(requests[0].headers), dict(responses[0].headers)]
    assert API_KEY not in repr(seen)
    assert "x-api-key" not in requests[0].headers
    assert responses[0].headers["x-echo"] == "***"
    with pytest.raises(TypeError, match="not pickled"):
        pickle.dumps(requests[0])
    assert requests[0].reveal_api_key() == API_KEY


async def test_a_header_that_a_hook_sets_is_sent_with_that_attempt_alone(
    make: Callable[..., EitherClient], httpx_mock: HTTPXMock
) -> None:
    def sign(request: AttemptRequest) -> None:
        if request.number == 1:
            request.set_header("X-Signature", f"{request.reveal_api_key()[:6]}-\xe9")
            assert request.headers["x-signature"] == "canary-\xe9"

    httpx_mock.add_response(status_code=429)
    httpx_mock.add_response(json={"id": "1"})

    await make(on_request=sign).create(name="ci")

    first, second = httpx_mock.get_requests()
    assert (b"X-Signature", b"canary-\xe9") in first.headers.raw
    assert "x-signature" not in second.headers
    assert [one.headers["x-api-key"] for one in (first, second)] == [API_KEY, API_KEY]


@pytest.mark.parametrize(
    ("name", "value", "problem"),
    [
        ("X-API-Key", "canary-other", "is the key's"),
        ("Host", "canary.test", "is the connection's"),
        ("X-Request-ID", "canary-1", "is the call's"),
        ("X-A", "canary\n", "has white space around it"),
    ],
)
async def test_a_header_that_is_not_the_hooks_to_set_is_refused(
    make: Callable[..., EitherClient], name: str, value: str, problem: str
) -> None:
    client = make(on_request=lambda request: request.set_header(name, value))

    with pytest.raises(ValueError, match=problem) as caught:
        await client.create(name="ci")

    assert "canary" not in str(caught.value)


async def test_the_headers_a_hook_sees_can_not_be_set_past_the_checks(
    make: Callable[..., EitherClient],
) -> None:
    def set_past(request: AttemptRequest) -> None:
        request.headers["x-a"] = "b"  # type: ignore[index] # pyright: ignore[reportIndexIssue]

    with pytest.raises(TypeError, match="item assignment"):
        await make(on_request=set_past).create(name="ci")


async def test_what_on_request_raises_ends_the_call_before_anything_is_sent(
    make: Callable[..., EitherClient],
) -> None:
    def veto(_: AttemptRequest) -> None:
        raise LookupError("not on a Sunday")

    with pytest.raises(LookupError, match="not on a Sunday") as caught:
        await make(on_request=veto).create(name="ci")

    assert not hasattr(caught.value, "__notes__")


async def test_what_on_request_raises_after_an_unclear_attempt_says_what_may_be_left(
    make: Callable[..., EitherClient], httpx_mock: HTTPXMock
) -> None:
    def veto(request: AttemptRequest) -> None:
        if request.number == 2:
            raise LookupError("not twice")

    httpx_mock.add_response(status_code=503)
    client = make(on_request=veto)

    with pytest.raises(LookupError) as caught:
        await client.request("POST", "/api/things", json={}, retry_unclear=True)

    assert "may have been carried out" in caught.value.__notes__[0]


async def test_what_on_response_raises_is_logged_and_takes_no_answer_away(
    make: Callable[..., EitherClient],
    httpx_mock: HTTPXMock,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def fail(_: AttemptResponse) -> None:
        raise LookupError("no metrics")

    httpx_mock.add_response(json={"id": "1"})

    token = await make(on_response=fail).create(name="ci")

    assert token.id == "1"
    (record,) = [one for one in caplog.records if one.levelno == logging.ERROR]
    assert "on_response raised an exception, and the call goes on" in record.getMessage()
    assert record.exc_text is not None
    assert "LookupError: no metrics" in record.exc_text
    assert "in fail" in record.exc_text


async def test_a_hook_that_can_not_be_called_is_logged_without_a_traceback(
    make: Callable[..., EitherClient],
    httpx_mock: HTTPXMock,
    caplog: pytest.LogCaptureFixture,
) -> None:
    httpx_mock.add_response(json={"id": "1"})

    await make(on_response=len).create(name="ci")

    assert "TypeError: object of type 'AttemptResponse' has no len()" in caplog.text


async def test_hooks_of_an_async_client_may_be_coroutine_functions(httpx_mock: HTTPXMock) -> None:
    told: list[object] = []

    async def note(one: object) -> None:
        told.append(one)

    httpx_mock.add_response(json={"id": "1"})
    async with AsyncKodexaClient(
        api_key=API_KEY, base_url=BASE_URL, on_request=note, on_response=note
    ) as client:
        await client.access_tokens.create(name="ci")

    assert [type(one) for one in told] == [AttemptRequest, AttemptResponse]


async def test_an_on_response_that_takes_too_long_takes_no_answer_away(
    httpx_mock: HTTPXMock, caplog: pytest.LogCaptureFixture
) -> None:
    async def hang(_: AttemptResponse) -> None:
        await anyio.sleep_forever()

    async with AsyncKodexaClient(
        api_key=API_KEY, base_url=BASE_URL, deadline=5, on_response=hang
    ) as client:
        client._clock = clock = StillClock()

        def answer(_: httpx.Request) -> httpx.Response:
            clock.slept.append(5)
            return httpx.Response(201, json={"id": "1"})

        httpx_mock.add_callback(answer)
        token = await client.access_tokens.create(name="ci")

    assert token.id == "1"
    assert "on_response took all of the call's time" in caplog.text


async def test_an_on_retry_that_takes_too_long_ends_with_the_calls_time(
    httpx_mock: HTTPXMock,
) -> None:
    def hang(_: object) -> Awaitable[None]:
        clock.slept.append(5)
        return anyio.sleep_forever()

    httpx_mock.add_response(status_code=429)
    async with AsyncKodexaClient(
        api_key=API_KEY, base_url=BASE_URL, deadline=5, on_retry=hang
    ) as client:
        client._clock = clock = StillClock()
        with pytest.raises(APITimeoutError):
            await client.access_tokens.create(name="ci")

    assert len(httpx_mock.get_requests()) == 1


@pytest.mark.needs_asyncio(reason="trio cancels no task by itself")
async def test_a_cancellation_of_what_on_response_waits_for_takes_no_answer_away(
    httpx_mock: HTTPXMock, caplog: pytest.LogCaptureFixture
) -> None:
    async def wait(_: AttemptResponse) -> None:
        task = asyncio.ensure_future(asyncio.sleep(9))
        task.cancel()
        await task

    httpx_mock.add_response(json={"id": "1"})
    async with AsyncKodexaClient(api_key=API_KEY, base_url=BASE_URL, on_response=wait) as client:
        token = await client.access_tokens.create(name="ci")

    assert token.id == "1"
    assert "on_response raised an exception" in caplog.text


@pytest.mark.needs_asyncio(reason="it cancels a task of asyncio")
async def test_a_cancellation_of_a_call_in_on_response_ends_it(httpx_mock: HTTPXMock) -> None:
    is_reached = asyncio.Event()

    async def wait(_: AttemptResponse) -> None:
        is_reached.set()
        await asyncio.Event().wait()

    httpx_mock.add_response(json={"id": "1"})
    async with AsyncKodexaClient(api_key=API_KEY, base_url=BASE_URL, on_response=wait) as client:
        call = asyncio.ensure_future(client.access_tokens.create(name="ci"))
        await is_reached.wait()
        call.cancel()
        with pytest.raises(asyncio.CancelledError) as caught:
            await call

    assert "may have been carried out" in caught.value.__notes__[0]


def test_a_cancellation_where_no_event_loop_runs_is_an_exception_like_others(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def fail(_: object) -> None:
        raise asyncio.CancelledError

    response: Any = None
    with pytest.raises(StopIteration):
        tell_answer_async(fail, response).send(None)

    assert "on_response raised an exception" in caplog.text


class _AsyncHook:
    async def __call__(self, _: object) -> None: ...


class _Awaitable:
    def __await__(self) -> Any:
        return iter(())


async def _coroutine(_: object) -> None: ...


@pytest.mark.parametrize("hook", [_coroutine, _AsyncHook()], ids=["function", "object"])
@pytest.mark.parametrize("name", ["on_request", "on_response", "on_retry"])
def test_hooks_of_a_sync_client_are_functions(name: str, hook: Any) -> None:
    settings: dict[str, Any] = {name: hook}
    with pytest.raises(TypeError, match=f"{name} has to be a function, or the client an Async"):
        KodexaClient(api_key=API_KEY, **settings)
    with (
        KodexaClient(api_key=API_KEY) as client,
        pytest.raises(TypeError, match=f"{name} has to be a function"),
    ):
        client.with_options(**settings)


@pytest.mark.parametrize("name", ["on_request", "on_retry"])
@pytest.mark.parametrize("returns", ["coroutine", "other"])
def test_what_a_hook_of_a_sync_client_returns_to_be_awaited_ends_the_call(
    name: str, returns: str, httpx_mock: HTTPXMock
) -> None:
    settings: dict[str, Any] = {
        name: lambda one: _coroutine(one) if returns == "coroutine" else _Awaitable()
    }
    httpx_mock.add_response(status_code=429, is_optional=True)
    with (
        KodexaClient(api_key=API_KEY, base_url=BASE_URL, **settings) as client,
        pytest.raises(TypeError, match=f"{name} has to be a function, or the client an Async"),
    ):
        client.access_tokens.create(name="ci")

    assert len(httpx_mock.get_requests()) == (1 if name == "on_retry" else 0)


def test_what_on_response_of_a_sync_client_returns_to_be_awaited_is_logged(
    httpx_mock: HTTPXMock, caplog: pytest.LogCaptureFixture
) -> None:
    httpx_mock.add_response(json={"id": "1"})
    with KodexaClient(
        api_key=API_KEY, base_url=BASE_URL, on_response=lambda one: asyncio.sleep(0, one)
    ) as client:
        assert client.access_tokens.create(name="ci").id == "1"

    assert "on_response has to be a function" in caplog.text


@pytest.mark.parametrize("name", ["on_request", "on_response", "on_retry"])
async def test_a_hook_that_is_none_is_refused(make: Callable[..., EitherClient], name: str) -> None:
    with pytest.raises(ConfigurationError, match=f"{name} has to be callable, or None"):
        make(**{name: 3})


async def test_a_copy_has_its_own_hooks_or_none(
    make: Callable[..., EitherClient], httpx_mock: HTTPXMock
) -> None:
    httpx_mock.add_response(json={"id": "1"}, is_reusable=True)
    told: list[str] = []

    def note(who: str, _: object) -> None:
        told.append(who)

    original = make(
        on_request=partial(note, "request"), on_response=partial(note, "response")
    ).client
    await EitherClient(original.with_options()).create(name="ci")
    await EitherClient(original.with_options(on_request=None, on_response=None)).create(name="ci")
    changed = original.with_options(on_request=partial(note, "other"), on_response=None)
    await EitherClient(changed).create(name="ci")

    assert told == ["request", "response", "other"]


async def test_a_client_that_a_hook_closes_sends_nothing(
    make: Callable[..., EitherClient],
) -> None:
    def shut(_: AttemptRequest) -> None:
        client.client._closed = True

    client: EitherClient = make(on_request=shut)

    with pytest.raises(ConfigurationError, match="The client is closed"):
        await client.create(name="ci")


async def test_time_that_a_hook_takes_is_the_calls(make: Callable[..., EitherClient]) -> None:
    def take_time(_: AttemptRequest) -> None:
        client.slept.append(6.0)

    client: EitherClient = make(deadline=5, on_request=take_time)

    with pytest.raises(APITimeoutError, match="not sent") as caught:
        await client.create(name="ci")

    assert not isinstance(caught.value, OutcomeUnknownError)


async def test_the_attempt_is_sent_with_the_key_that_its_hook_saw(
    make: Callable[..., EitherClient], httpx_mock: HTTPXMock
) -> None:
    httpx_mock.add_response(json={"id": "1"})
    seen: list[str] = []

    def sign(request: AttemptRequest) -> None:
        seen.append(request.reveal_api_key())
        client.client.set_api_key("canary-later")

    client = make(on_request=sign)

    await client.create(name="ci")

    assert [one.headers["x-api-key"] for one in httpx_mock.get_requests()] == seen == [API_KEY]


async def test_the_user_agent_names_the_program_that_uses_the_client(
    make: Callable[..., EitherClient], httpx_mock: HTTPXMock
) -> None:
    httpx_mock.add_response(json={"id": "1"}, is_reusable=True)
    client = make(app_info=("my-sdk", "1.2"))
    assert client.client.config.app_info == ("my-sdk", "1.2")

    await client.create(name="ci")
    await EitherClient(client.client.with_options(app_info=None)).create(name="ci")
    named = client.client.with_options(default_headers={"user-agent": "mine"})
    await EitherClient(named).create(name="ci")

    agents = [one.headers["user-agent"] for one in httpx_mock.get_requests()]
    assert agents[0] == f"{agents[1]} my-sdk/1.2"
    assert agents[1].startswith("kodexa-client/")
    assert agents[2] == "mine"


async def test_the_user_agent_names_the_program_by_its_text(
    make: Callable[..., EitherClient], httpx_mock: HTTPXMock
) -> None:
    class Name(str, enum.Enum):  # noqa: UP042 - a StrEnum is printed as its text
        MINE = "mine"

    httpx_mock.add_response(json={"id": "1"})
    await make(app_info=(Name.MINE, "9")).create(name="ci")

    assert httpx_mock.get_requests()[0].headers["user-agent"].endswith(" mine/9")


@pytest.mark.parametrize(
    "app_info", ["my-sdk/1.2", ("my sdk", "1"), ("my-sdk",), ("a", 1), ("a", ""), ["a", "1"]]
)
async def test_what_is_no_name_and_version_is_refused(
    make: Callable[..., EitherClient], app_info: Any
) -> None:
    with pytest.raises(ConfigurationError, match="app_info has to be a pair"):
        make(app_info=app_info)
