"""Whole calls of clients whose key is provided: keys that rotate, fail, or never come."""

from __future__ import annotations

import itertools
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import anyio
import httpx
import pytest

from kodexa_client import (
    APIConnectionError,
    APITimeoutError,
    AsyncKodexaClient,
    AuthenticationError,
    BadRequestError,
    ConfigurationError,
    KodexaClient,
    OutcomeUnknownError,
    RetryPolicy,
)
from kodexa_client._providers import ProvidedKey
from kodexa_client._slots import AsyncSlots, Slots

from .conftest import BASE_URL, EitherClient, StillClock, close
from .faults.scripts import PROBLEM, http
from .faults.server import FaultServer, Script
from .test_slots import FOREVER, on_each_event_loop, until

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from pytest_httpx import HTTPXMock

    from kodexa_client.types import Attempt

    from .faults.server import Exchange

CREATED = {"id": "1", "name": "ci"}
NEVER = RetryPolicy(max_retries=0)


class Rotating:
    """Provides a new key for each question, and says which was the last one."""

    def __init__(self, questions: int = 1000) -> None:
        self.asked = 0
        self._questions = questions

    def __call__(self) -> str:
        if self.asked == self._questions:
            raise OSError("sealed")
        self.asked += 1
        return f"canary-key-{self.asked}"


class Platform:
    """A platform on a real socket that takes the newest key alone.

    It rotates as it receives one of the requests that it is told of, while others are in
    flight. Its vault always has the newest key.
    """

    def __init__(self, *, rotates_at: Collection[int] = ()) -> None:
        self.number = 1
        self.asked = 0
        self.refused = 0
        self._rotates_at = {*rotates_at}
        self._lock = threading.Lock()
        self.server = FaultServer(Script("takes the newest key", self._play))

    @property
    def key(self) -> str:
        return f"canary-key-number-{self.number}"

    async def _play(self, exchange: Exchange) -> None:
        request = await exchange.read()
        if len(self.server.received) in self._rotates_at:
            self.number += 1
        if request.headers["x-api-key"] == self.key:
            await exchange.send(http(201, exchange.execute().as_json()))
        else:
            self.refused += 1
            await exchange.send(http(401, PROBLEM))

    def provide(self) -> str:
        with self._lock:
            self.asked += 1
        return self.key

    async def provide_later(self) -> str:
        await anyio.lowlevel.checkpoint()
        return self.provide()

    @property
    def made(self) -> list[str]:
        return sorted(execution.name or "" for execution in self.server.executed)


async def create_all(client: AsyncKodexaClient, names: list[str]) -> list[str]:
    """Create tokens at once, and return the names of those that came back."""
    created: list[str] = []

    async def create(name: str) -> None:
        token = await client.access_tokens.create(name=name)
        assert isinstance(token.name, str)
        created.append(token.name)

    async with anyio.create_task_group() as group:
        for name in names:
            group.start_soon(create, name)
    return created


def create_all_in_threads(client: KodexaClient, names: list[str], threads: int = 50) -> list[str]:
    def create(name: str) -> str:
        token = client.access_tokens.create(name=name)
        assert isinstance(token.name, str)
        return token.name

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(create, names))


NAMES = [f"token-{number:04}" for number in range(1000)]


@pytest.mark.parametrize(
    ("backend", "way", "rotates_at"),
    [
        ("asyncio", "function", ()),
        ("trio", "coroutine function", ()),
        ("asyncio", "coroutine function", (500,)),
        ("trio", "function", (500,)),
    ],
    ids=["asyncio, one key", "trio, one key", "asyncio, rotation", "trio, rotation"],
)
def test_a_thousand_tasks_ask_once_for_each_key_and_none_fails(
    backend: str, way: str, rotates_at: tuple[int, ...]
) -> None:
    platform = Platform(rotates_at=rotates_at)

    async def create() -> list[str]:
        provider = platform.provide if way == "function" else platform.provide_later
        async with AsyncKodexaClient(api_key=provider, base_url=platform.server.url) as client:
            return await create_all(client, NAMES)

    with platform.server:
        created = anyio.run(create, backend=backend)

    assert sorted(created) == platform.made == NAMES
    assert platform.asked == 1 + len(rotates_at)
    assert (platform.refused > 0) is bool(rotates_at)


@pytest.mark.parametrize("rotates_at", [(), (500,)], ids=["one key", "rotation"])
def test_a_thousand_calls_of_fifty_threads_ask_once_for_each_key_and_none_fails(
    rotates_at: tuple[int, ...],
) -> None:
    platform = Platform(rotates_at=rotates_at)

    with (
        platform.server,
        KodexaClient(api_key=platform.provide, base_url=platform.server.url) as client,
    ):
        created = create_all_in_threads(client, NAMES)

    assert created == platform.made == NAMES
    assert platform.asked == 1 + len(rotates_at)
    assert (platform.refused > 0) is bool(rotates_at)


async def test_each_of_many_rotations_is_one_question(client_class: Any) -> None:
    platform = Platform()

    with platform.server:
        client = client_class(
            api_key=platform.provide, base_url=platform.server.url, retry_policy=NEVER
        )
        created: list[str] = []
        for wave in range(5):
            names = [f"token-{wave}-{number:02}" for number in range(40)]
            platform._rotates_at = {len(platform.server.received) + 20}
            if isinstance(client, AsyncKodexaClient):
                created += await create_all(client, names)
            else:
                created += create_all_in_threads(client, names, 20)
        await close(client)

    assert sorted(created) == platform.made
    assert len(created) == 200
    assert (platform.number, platform.asked) == (6, 6)


# A 401, and a fresh key.


@pytest.fixture
async def make(client_class: Any) -> Any:
    clients = []

    def with_settings(api_key: object, *, clock: StillClock | None = None, **settings: Any) -> Any:
        client = client_class(api_key=api_key, base_url=BASE_URL, **settings)
        client._clock = clock or StillClock()
        clients.append(client)
        return EitherClient(client)

    yield with_settings
    for client in clients:
        await close(client)


def sent(httpx_mock: HTTPXMock) -> list[str]:
    return [request.headers["x-api-key"] for request in httpx_mock.get_requests()]


async def test_the_key_is_not_asked_for_before_the_first_call(
    make: Any, httpx_mock: HTTPXMock
) -> None:
    httpx_mock.add_response(json=CREATED, is_reusable=True)
    vault = Rotating()

    client = make(vault)
    asked = [vault.asked]
    for _ in range(2):
        await client.create(name="ci")
        asked.append(vault.asked)

    assert asked == [0, 1, 1]
    assert sent(httpx_mock) == ["canary-key-1"] * 2
    assert client.client.config.api_key_source == "api_key, a provider"


@pytest.mark.parametrize("policy", [RetryPolicy(), NEVER], ids=["retries", "no retries"])
async def test_a_refused_request_is_sent_once_more_with_a_fresh_key(
    make: Any, httpx_mock: HTTPXMock, policy: RetryPolicy
) -> None:
    told: list[Attempt] = []
    httpx_mock.add_response(status_code=401)
    httpx_mock.add_response(status_code=201, json=CREATED)
    client = make(Rotating(), retry_policy=policy, on_retry=told.append)

    response = await client.create_detailed(name="ci")

    assert sent(httpx_mock) == ["canary-key-1", "canary-key-2"]
    assert [attempt.status_code for attempt in response.attempts] == [401, 201]
    assert told == [response.attempts[0]]
    assert told[0].slept == 0.0
    ids = {request.headers["x-request-id"] for request in httpx_mock.get_requests()}
    assert len(ids) == 1


@pytest.mark.parametrize("policy", [RetryPolicy(), NEVER], ids=["retries", "no retries"])
async def test_a_request_that_is_refused_with_the_fresh_key_too_is_not_sent_again(
    make: Any, httpx_mock: HTTPXMock, policy: RetryPolicy
) -> None:
    httpx_mock.add_response(status_code=401, is_reusable=True)
    vault = Rotating()
    client = make(vault, retry_policy=policy)

    with pytest.raises(AuthenticationError) as caught:
        await client.create(name="ci")

    assert not isinstance(caught.value, OutcomeUnknownError)
    assert [attempt.status_code for attempt in caught.value.attempts] == [401, 401]
    assert sent(httpx_mock) == ["canary-key-1", "canary-key-2"]

    # The next call does not start with a key that was refused.
    with pytest.raises(AuthenticationError):
        await client.create(name="ci")
    assert sent(httpx_mock)[2:] == ["canary-key-3", "canary-key-4"]


async def test_a_key_that_was_given_is_sent_once(make: Any, httpx_mock: HTTPXMock) -> None:
    httpx_mock.add_response(status_code=401)
    told: list[Attempt] = []

    with pytest.raises(AuthenticationError) as caught:
        await make("canary-key-1", on_retry=told.append).create(name="ci")

    assert (len(caught.value.attempts), told) == (1, [])


@pytest.mark.parametrize("status", [400, 403, 404, 409])
async def test_no_other_refusal_has_the_key_asked_for_again(
    make: Any, httpx_mock: HTTPXMock, status: int
) -> None:
    httpx_mock.add_response(status_code=status)
    vault = Rotating()

    with pytest.raises(Exception, match=f"answered {status}"):
        await make(vault).create(name="ci")

    assert (vault.asked, len(httpx_mock.get_requests())) == (1, 1)


async def test_a_401_between_other_attempts_is_answered_with_a_fresh_key_once(
    make: Any, httpx_mock: HTTPXMock
) -> None:
    for status in (429, 401, 429, 401):
        httpx_mock.add_response(status_code=status)
    client = make(Rotating(), retry_policy=RetryPolicy(max_retries=5))

    with pytest.raises(AuthenticationError):
        await client.create(name="ci")

    assert sent(httpx_mock) == [f"canary-key-{number}" for number in (1, 1, 2, 2)]


async def test_a_request_that_is_repeated_with_a_fresh_key_may_still_be_retried(
    make: Any, httpx_mock: HTTPXMock
) -> None:
    for status in (401, 429):
        httpx_mock.add_response(status_code=status)
    httpx_mock.add_response(status_code=201, json=CREATED)
    client = make(Rotating(), retry_policy=RetryPolicy(max_retries=2))

    response = await client.create_detailed(name="ci")

    assert [attempt.status_code for attempt in response.attempts] == [401, 429, 201]


async def test_a_401_after_an_unclear_attempt_leaves_the_outcome_unknown(
    make: Any, httpx_mock: HTTPXMock
) -> None:
    for status in (503, 401, 401):
        httpx_mock.add_response(status_code=status)
    client = make(Rotating())

    with pytest.raises(AuthenticationError) as caught:
        await client.create(name="ci", retry_unclear=True)

    assert isinstance(caught.value, OutcomeUnknownError)
    assert [attempt.status_code for attempt in caught.value.attempts] == [503, 401, 401]
    assert "An earlier attempt of this call may have been carried out" in str(caught.value)
    assert sent(httpx_mock) == ["canary-key-1", "canary-key-1", "canary-key-2"]


async def test_an_unclear_attempt_with_a_fresh_key_is_not_sent_again(
    make: Any, httpx_mock: HTTPXMock
) -> None:
    httpx_mock.add_response(status_code=401)
    httpx_mock.add_exception(httpx.ReadError("broken off"))

    with pytest.raises(OutcomeUnknownError) as caught:
        await make(Rotating()).create(name="ci")

    assert isinstance(caught.value, APIConnectionError)
    assert len(caught.value.attempts) == 2


# A provider that fails.


async def test_a_provider_that_fails_is_told_with_its_own_error(make: Any) -> None:
    client = make(Rotating(0))

    errors = []
    for _ in range(2):
        with pytest.raises(ConfigurationError, match=r"failed \(OSError\)") as caught:
            await client.create(name="ci")
        errors.append(caught.value)

    assert [str(error.__cause__) for error in errors] == ["sealed"] * 2
    assert errors[0].__cause__ is not errors[1].__cause__
    assert "was not sent" in str(errors[0])
    # Nothing was tried.
    assert errors[0].attempts == ()
    assert not isinstance(errors[0], OutcomeUnknownError)
    assert client.slept == []


async def test_a_provider_that_failed_is_asked_again_by_the_next_call(
    make: Any, httpx_mock: HTTPXMock
) -> None:
    httpx_mock.add_response(json=CREATED)
    answers = iter([None, "canary-key-1"])
    client = make(lambda: next(answers))

    with pytest.raises(ConfigurationError, match="is not a string"):
        await client.create(name="ci")

    assert (await client.create(name="ci")).id == "1"


async def test_a_provider_that_fails_after_a_401_ends_the_call(
    make: Any, httpx_mock: HTTPXMock
) -> None:
    httpx_mock.add_response(status_code=401)

    with pytest.raises(ConfigurationError) as caught:
        await make(Rotating(1)).create(name="ci")

    assert not isinstance(caught.value, OutcomeUnknownError)
    assert isinstance(caught.value.__cause__, OSError)
    assert [attempt.status_code for attempt in caught.value.attempts] == [401]


async def test_a_provider_that_fails_after_an_unclear_attempt_leaves_the_outcome_unknown(
    make: Any, httpx_mock: HTTPXMock
) -> None:
    for status in (503, 401):
        httpx_mock.add_response(status_code=status)

    with pytest.raises(ConfigurationError) as caught:
        await make(Rotating(1)).create(name="ci", retry_unclear=True)

    error = caught.value
    assert isinstance(error, OutcomeUnknownError)
    assert isinstance(error.__cause__, OSError)
    assert (error.name, error.executed, error.status_code) == ("ci", None, None)
    assert [attempt.status_code for attempt in error.attempts] == [503, 401]


@on_each_event_loop
def test_each_call_that_waited_gets_an_exception_of_its_own(backend: str) -> None:
    errors: list[ConfigurationError] = []

    async def ask() -> None:
        is_open = anyio.Event()

        async def provide() -> str:
            await is_open.wait()
            raise OSError("sealed")

        async def create(client: AsyncKodexaClient) -> None:
            with pytest.raises(ConfigurationError) as caught:
                await client.access_tokens.create(name="ci")
            errors.append(caught.value)

        async with (
            AsyncKodexaClient(api_key=provide, base_url=BASE_URL) as client,
            anyio.create_task_group() as group,
        ):
            for _ in range(5):
                group.start_soon(create, client)
            await anyio.wait_all_tasks_blocked()
            is_open.set()

    anyio.run(ask, backend=backend)

    assert len({id(error) for error in errors}) == 5
    assert len({id(error.__cause__) for error in errors}) == 1


# A provider that takes its time.


@on_each_event_loop
def test_a_function_that_blocks_does_not_stop_the_other_tasks(backend: str) -> None:
    is_open = threading.Event()
    opened: list[bool] = []

    def provide() -> str:
        opened.append(is_open.wait(FOREVER))
        return platform.key

    platform = Platform()

    async def create() -> list[str]:
        async with AsyncKodexaClient(api_key=provide, base_url=platform.server.url) as client:
            async with anyio.create_task_group() as group:
                group.start_soon(create_all, client, ["one", "two"])
                await anyio.wait_all_tasks_blocked()
                is_open.set()
            return await create_all(client, ["three"])

    with platform.server:
        anyio.run(create, backend=backend)

    assert opened == [True]
    assert platform.made == ["one", "three", "two"]


class HurryingClock(StillClock):
    """It is a minute later whenever it is looked at."""

    def monotonic(self) -> float:
        self.slept.append(60.0)
        return super().monotonic()


def check_late(error: APITimeoutError) -> None:
    assert not isinstance(error, OutcomeUnknownError)
    assert "waiting for the API key" in str(error)
    assert "The request was not sent." in str(error)
    assert error.sent is False
    assert [attempt.phase for attempt in error.attempts] == ["queue"]


@on_each_event_loop
@pytest.mark.parametrize("way", ["function", "coroutine function"])
def test_the_deadline_ends_a_call_whose_provider_never_answers(backend: str, way: str) -> None:
    is_open = threading.Event()

    def provide() -> str:
        is_open.wait(FOREVER)
        return "canary-key-1"

    async def provide_never() -> str:
        await anyio.sleep_forever()
        raise AssertionError

    async def create() -> APITimeoutError:
        provider = provide if way == "function" else provide_never
        async with AsyncKodexaClient(api_key=provider, base_url=BASE_URL) as client:
            client._clock = HurryingClock()
            with pytest.raises(APITimeoutError) as caught:
                await client.access_tokens.create(name="ci")
            is_open.set()
        return caught.value

    check_late(anyio.run(create, backend=backend))


def test_a_call_waits_for_its_provider_as_long_as_its_deadline_and_no_longer() -> None:
    import trio  # noqa: PLC0415 - nobody needs it where this test is not run
    import trio.testing  # noqa: PLC0415

    async def create() -> tuple[APITimeoutError, float]:
        async with AsyncKodexaClient(
            api_key=trio.sleep_forever,
            base_url=BASE_URL,
            deadline=40,
        ) as client:
            client._clock = StillClock()
            began = trio.current_time()
            with pytest.raises(APITimeoutError) as caught:
                await client.access_tokens.create(name="ci")
            # The client's clock stands still, so it goes on for the rest of its attempts.
            return caught.value, trio.current_time() - began

    error, seconds = trio.run(create, clock=trio.testing.MockClock(autojump_threshold=0))

    assert "waiting for the API key" in str(error)
    assert seconds == pytest.approx(40 * len(error.attempts), rel=0.1)


@on_each_event_loop
def test_a_call_that_runs_out_of_time_leaves_the_question_to_the_next_one(backend: str) -> None:
    platform = Platform()
    asked: list[int] = []

    async def provide() -> str:
        asked.append(len(asked))
        if len(asked) == 1:
            await anyio.sleep_forever()
        return platform.key

    async def create() -> list[str]:
        async with AsyncKodexaClient(api_key=provide, base_url=platform.server.url) as client:
            hurried = client.with_options()
            hurried._clock = HurryingClock()
            with pytest.raises(APITimeoutError):
                await hurried.access_tokens.create(name="late")
            return await create_all(client, ["in time"])

    with platform.server:
        assert anyio.run(create, backend=backend) == ["in time"]

    assert asked == [0, 1]


def test_the_deadline_ends_a_call_that_waits_for_another_threads_question() -> None:
    is_asked, is_open = threading.Event(), threading.Event()
    platform = Platform()

    def provide() -> str:
        is_asked.set()
        assert is_open.wait(FOREVER)
        return platform.key

    with (
        platform.server,
        KodexaClient(api_key=provide, base_url=platform.server.url) as client,
        ThreadPoolExecutor(1) as pool,
    ):
        first = pool.submit(create_all_in_threads, client, ["in time"], 1)
        assert is_asked.wait(FOREVER)
        late = client.with_options()
        late._clock = HurryingClock()

        with pytest.raises(APITimeoutError) as caught:
            late.access_tokens.create(name="late")

        is_open.set()
        assert first.result(FOREVER) == ["in time"]
    check_late(caught.value)
    assert platform.made == ["in time"]


def test_the_deadline_ends_a_call_whose_own_question_takes_longer_and_the_key_is_kept(
    httpx_mock: HTTPXMock,
) -> None:
    httpx_mock.add_response(json=CREATED)
    clock, vault = StillClock(), Rotating()

    def provide() -> str:
        # Longer than the call's time, and than that of whatever it tries after.
        clock.sleep(1000)
        return vault()

    with KodexaClient(api_key=provide, base_url=BASE_URL) as client:
        client._clock = clock
        with pytest.raises(APITimeoutError) as caught:
            client.access_tokens.create(name="late")
        check_late(caught.value)
        assert httpx_mock.get_requests() == []

        assert client.access_tokens.create(name="ci").id == "1"

    assert sent(httpx_mock) == ["canary-key-1"]
    assert vault.asked == 1


async def test_a_client_that_is_closed_after_an_unclear_attempt_leaves_the_outcome_unknown(
    client_class: Any, httpx_mock: HTTPXMock
) -> None:
    httpx_mock.add_response(status_code=503)
    clients: list[Any] = []

    async def aclose(_: Attempt) -> None:
        await close(clients[0])

    def close_at_once(_: Attempt) -> None:
        clients[0].close()

    hook = aclose if client_class is AsyncKodexaClient else close_at_once
    clients.append(client_class(api_key="canary-key-1", base_url=BASE_URL, on_retry=hook))
    clients[0]._clock = StillClock()

    with pytest.raises(ConfigurationError, match="The client is closed") as caught:
        await EitherClient(clients[0]).create(name="ci", retry_unclear=True)

    error = caught.value
    assert isinstance(error, OutcomeUnknownError)
    assert "was not sent" in str(error)
    assert [attempt.status_code for attempt in error.attempts] == [503]


# A provider that needs its own client.

REENTERED = "makes a call of its own client, which would wait for itself"


def innermost(error: BaseException) -> BaseException:
    while error.__cause__ is not None:
        error = error.__cause__
    return error


def test_a_provider_that_calls_its_own_client_is_told_so() -> None:
    def provide() -> str:
        return str(clients[0].access_tokens.create(name="ci").id)

    clients = [KodexaClient(api_key=provide, base_url=BASE_URL)]
    with clients[0], pytest.raises(ConfigurationError, match="failed") as caught:
        clients[0].access_tokens.create(name="ci")

    assert REENTERED in str(innermost(caught.value))


@on_each_event_loop
def test_a_coroutine_function_that_calls_its_own_client_is_told_so(backend: str) -> None:
    async def create() -> BaseException:
        async def provide() -> str:
            return str((await client.access_tokens.create(name="ci")).id)

        async with AsyncKodexaClient(api_key=provide, base_url=BASE_URL) as client:
            with pytest.raises(ConfigurationError, match="failed") as caught:
                await client.access_tokens.create(name="ci")
        return innermost(caught.value)

    assert REENTERED in str(anyio.run(create, backend=backend))


@on_each_event_loop
def test_a_function_that_calls_its_own_client_in_a_loop_of_its_own_is_told_so(
    backend: str,
) -> None:
    def answer(_: httpx.Request) -> httpx.Response:
        return httpx.Response(201, json=CREATED)

    async def create() -> BaseException:
        def provide() -> str:
            return str(anyio.run(lambda: client.access_tokens.create(name="ci"), backend=backend))

        # Without connections, so that it may be used in any loop.
        http_client = httpx.AsyncClient(transport=httpx.MockTransport(answer))
        async with AsyncKodexaClient(
            api_key=provide, base_url=BASE_URL, http_client=http_client
        ) as client:
            with pytest.raises(ConfigurationError, match="failed") as caught:
                await client.access_tokens.create(name="ci")
        return innermost(caught.value)

    assert REENTERED in str(anyio.run(create, backend=backend))


def test_two_clients_whose_providers_call_each_other_are_told_so() -> None:
    def provider_by(number: int) -> Callable[[], str]:
        return lambda: str(clients[number].access_tokens.create(name="ci").id)

    clients = [KodexaClient(api_key=provider_by(other), base_url=BASE_URL) for other in (1, 0)]
    with clients[0], clients[1], pytest.raises(ConfigurationError, match="failed") as caught:
        clients[0].access_tokens.create(name="ci")

    assert REENTERED in str(innermost(caught.value))


@on_each_event_loop
def test_two_async_clients_whose_providers_call_each_other_are_told_so(backend: str) -> None:
    async def create() -> BaseException:
        def provider_by(number: int) -> Callable[[], Any]:
            async def provide() -> str:
                return str((await clients[number].access_tokens.create(name="ci")).id)

            return provide

        clients = [
            AsyncKodexaClient(api_key=provider_by(other), base_url=BASE_URL) for other in (1, 0)
        ]
        async with clients[0], clients[1]:
            with pytest.raises(ConfigurationError, match="failed") as caught:
                await clients[0].access_tokens.create(name="ci")
        return innermost(caught.value)

    assert REENTERED in str(anyio.run(create, backend=backend))


async def test_a_401_after_the_deadline_is_told_and_no_key_asked_for(
    make: Any, httpx_mock: HTTPXMock
) -> None:
    clock, vault = StillClock(), Rotating()

    def refuse(_: httpx.Request) -> httpx.Response:
        clock.sleep(60)
        return httpx.Response(401)

    httpx_mock.add_callback(refuse)

    with pytest.raises(AuthenticationError) as caught:
        await make(vault, clock=clock).create(name="ci")

    assert [attempt.status_code for attempt in caught.value.attempts] == [401]
    assert vault.asked == 1


# Who shares a provider's key.


async def test_copies_share_one_key(make: Any, httpx_mock: HTTPXMock) -> None:
    httpx_mock.add_response(json=CREATED)
    httpx_mock.add_response(json=CREATED)
    httpx_mock.add_response(status_code=401)
    httpx_mock.add_response(json=CREATED, is_reusable=True)
    original = make(Rotating())
    copies = [original, *(EitherClient(original.client.with_options(timeout=5)) for _ in "ab")]

    for client in [*copies, *copies]:
        await client.create(name="ci")

    numbers = [key.removeprefix("canary-key-") for key in sent(httpx_mock)]
    assert numbers == ["1", "1", "1", "2", "2", "2", "2"]


async def test_a_copy_may_have_a_provider_of_its_own(make: Any, httpx_mock: HTTPXMock) -> None:
    httpx_mock.add_response(json=CREATED, is_reusable=True)
    original = make(Rotating())

    copy = EitherClient(original.client.with_options(api_key=lambda: "canary-copy"))
    for client in (original, copy, original, copy):
        await client.create(name="ci")

    assert sent(httpx_mock) == ["canary-key-1", "canary-copy"] * 2


async def test_a_provider_may_come_in_the_place_of_a_key_and_go_again(
    make: Any, httpx_mock: HTTPXMock
) -> None:
    httpx_mock.add_response(json=CREATED, is_reusable=True)
    client, vault = make("canary-given"), Rotating()

    await client.create(name="ci")
    client.client.set_api_key(vault)
    source = client.client.config.api_key_source
    await client.create(name="ci")
    client.client.set_api_key("canary-given-later")
    await client.create(name="ci")

    assert sent(httpx_mock) == ["canary-given", "canary-key-1", "canary-given-later"]
    assert source == "api_key, a provider"
    assert client.client.config.api_key_source == "api_key"


async def test_a_key_that_is_set_after_a_401_is_what_the_request_is_repeated_with(
    make: Any, httpx_mock: HTTPXMock
) -> None:
    httpx_mock.add_response(status_code=401)
    httpx_mock.add_response(json=CREATED)
    original = make(Rotating()).client
    copies: list[Any] = []
    copies.append(original.with_options(on_retry=lambda _: copies[0].set_api_key("canary-given")))

    await EitherClient(copies[0]).create(name="ci")

    assert sent(httpx_mock) == ["canary-key-1", "canary-given"]


async def test_a_provider_that_is_set_while_a_call_is_under_way_is_asked_again_after_a_401(
    make: Any, httpx_mock: HTTPXMock
) -> None:
    # The call began with the first provider, and waited as it was replaced by the second.
    for status in (429, 401):
        httpx_mock.add_response(status_code=status)
    httpx_mock.add_response(json=CREATED)
    numbers, clients = itertools.count(1), list[EitherClient]()

    def replace(attempt: Attempt) -> None:
        if attempt.status_code == 429:
            clients[0].client.set_api_key(lambda: f"canary-second-{next(numbers)}")

    clients.append(make(Rotating(), on_retry=replace))

    await clients[0].create(name="ci")

    assert sent(httpx_mock) == ["canary-key-1", "canary-second-1", "canary-second-2"]


async def created_in_the_queue(
    client: AsyncKodexaClient | KodexaClient, change: Callable[[], None]
) -> None:
    """Create a token, and do something while that waits for a connection."""
    transport: Any = client._transport
    if isinstance(client, AsyncKodexaClient):
        transport.slots = queue = AsyncSlots(1)
        await queue.acquire(None)
        async with anyio.create_task_group() as group:
            group.start_soon(create_all, client, ["ci"])
            await anyio.wait_all_tasks_blocked()
            change()
            queue.release()
    else:
        transport.slots = row = Slots(1)
        row.acquire(None)
        with ThreadPoolExecutor(1) as pool:
            call = pool.submit(create_all_in_threads, client, ["ci"], 1)
            until(lambda: len(row._waiting) == 1)
            change()
            row.release()
            call.result(FOREVER)


def ungrouped(error: BaseException) -> BaseException:
    """Return the one exception of nested groups."""
    while isinstance(error, BaseExceptionGroup):
        (error,) = error.exceptions
    return error


@pytest.mark.parametrize("before", ["given", "provided"])
@pytest.mark.parametrize("after", ["given", "provided"])
async def test_a_key_that_is_set_while_a_call_waits_in_the_queue_is_used(
    make: Any, httpx_mock: HTTPXMock, before: str, after: str
) -> None:
    httpx_mock.add_response(json=CREATED)
    client = make("canary-old" if before == "given" else lambda: "canary-old").client

    await created_in_the_queue(
        client,
        lambda: client.set_api_key("canary-new" if after == "given" else lambda: "canary-new"),
    )

    assert sent(httpx_mock) == ["canary-new"]


async def test_a_client_that_is_closed_while_a_call_waits_in_the_queue_sends_nothing(
    make: Any, httpx_mock: HTTPXMock
) -> None:
    client = make("canary-old").client

    def close() -> None:
        # As closing does first; the rest of it is asynchronous in one of the two.
        client._closed = True

    with pytest.raises((ConfigurationError, ExceptionGroup)) as caught:
        await created_in_the_queue(client, close)

    error = ungrouped(caught.value)
    assert type(error) is ConfigurationError
    assert "was not sent. The client is closed" in str(error)
    assert error.attempts == ()
    assert sent(httpx_mock) == []


async def test_a_provider_that_is_set_while_a_call_waits_in_the_queue_may_fail(
    make: Any, httpx_mock: HTTPXMock
) -> None:
    def fail() -> str:
        raise OSError

    client = make("canary-old").client

    with pytest.raises((ConfigurationError, ExceptionGroup)) as caught:
        await created_in_the_queue(client, lambda: client.set_api_key(fail))

    error = ungrouped(caught.value)
    assert isinstance(error, ConfigurationError)
    assert isinstance(error.__cause__, OSError)
    assert sent(httpx_mock) == []


async def test_a_key_that_another_call_fetched_meanwhile_is_used_by_those_in_the_queue(
    make: Any, httpx_mock: HTTPXMock
) -> None:
    httpx_mock.add_response(json=CREATED)
    vault = Rotating()
    client = make(vault).client

    def rotate() -> None:
        client._key.refused(client._key.current)
        if isinstance(client._key, ProvidedKey):
            client._key.fetch(lambda: None)

    await created_in_the_queue(client, rotate)

    assert sent(httpx_mock) == [f"canary-key-{vault.asked}"]


# What a server sends back.


@pytest.mark.parametrize("status", [400, 201])
async def test_neither_the_old_nor_the_fresh_key_is_shown_when_a_server_sends_them_back(
    make: Any, httpx_mock: HTTPXMock, status: int
) -> None:
    echo = {"title": "canary-key-1", "detail": r"canary-key-2 canary-key-1"}
    headers = {"x-request-id": "canary-key-1", "x-seen": "canary-key-2"}
    httpx_mock.add_response(status_code=401, json=echo, headers=headers)
    httpx_mock.add_response(status_code=status, json=echo, headers=headers)

    with pytest.raises((BadRequestError, OutcomeUnknownError)) as caught:
        await make(Rotating()).create(name="ci")

    error: Any = caught.value
    shown = [str(error), repr(error), error.body.decode(), repr(error.headers), repr(vars(error))]
    assert not [text for text in shown if "canary-key" in text]
    assert "***" in error.body.decode()
    assert error.headers["x-seen"] == "***"


async def test_a_success_shows_no_key_in_its_headers_and_attempts(
    make: Any, httpx_mock: HTTPXMock
) -> None:
    headers = {"x-request-id": "canary-key-1", "x-seen": "canary-key-2 canary-key-1"}
    httpx_mock.add_response(status_code=401, headers=headers)
    httpx_mock.add_response(json=CREATED, headers=headers)

    response = await make(Rotating()).create_detailed(name="ci")

    assert "canary-key" not in repr((response.headers, response.attempts))
    assert response.headers["x-seen"] == "*** ***"
