"""The key that a provider is asked for: once for all who need it, and never in vain for ever."""

from __future__ import annotations

import asyncio
import functools
import gc
import os
import threading
import traceback
import warnings
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

import anyio
import anyio.to_thread
import pytest

from kodexa_client import ConfigurationError, KodexaClient
from kodexa_client._auth import ApiKey
from kodexa_client._keys import GivenKey, KeyFailure, KeySource, is_provider
from kodexa_client._providers import AsyncProvidedKey, ProvidedKey

from .test_affinity import close, create, forks, told_by_a_fork
from .test_hidden import shown
from .test_slots import FOREVER, on_each_event_loop, until

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

KEY = "canary-key-5f2c"
FRESH = "canary-key-77aa"


def value_of(key: object) -> str:
    assert isinstance(key, ApiKey)
    return key._value.reveal()


class Vault:
    """An async provider: it answers when it is opened, and counts how often it is asked.

    An exception among its answers is raised.
    """

    def __init__(self, *answers: object) -> None:
        self.answers = list(answers)
        self.asked = 0
        self.cancelled = 0
        self.open = anyio.Event()

    async def __call__(self) -> Any:
        answer = self.answers[self.asked]
        self.asked += 1
        try:
            await self.open.wait()
        except anyio.get_cancelled_exc_class():
            self.cancelled += 1
            raise
        if isinstance(answer, BaseException):
            raise answer
        return answer


class Safe:
    """A provider for threads: each question waits until it is opened.

    What it is opened with is returned, or raised.
    """

    def __init__(self, questions: int) -> None:
        self.asked = self.answered = 0
        self._doors = [threading.Event() for _ in range(questions)]
        self._answers: list[object] = [None] * questions

    def open(self, question: int, answer: object) -> None:
        self._answers[question] = answer
        self._doors[question].set()

    def __call__(self) -> Any:
        question = self.asked
        self.asked += 1
        assert self._doors[question].wait(FOREVER)
        answer = self._answers[question]
        self.answered += 1
        if isinstance(answer, BaseException):
            raise answer
        return answer


async def fetch_into(source: AsyncProvidedKey, found: list[ApiKey | KeyFailure]) -> None:
    found.append(await source.fetch())


def no_limit() -> None:
    return None


def waiting_for(source: ProvidedKey) -> int:
    """Return how many threads wait for another one's question."""
    question = source._question
    return 0 if question is None else len(question.done._cond._waiters)  # type: ignore[attr-defined]


# A key that was given.


def test_a_key_that_was_given_is_there_and_stays() -> None:
    key = ApiKey(KEY)
    source = GivenKey(key)

    source.refused(key)

    assert source.current is key
    assert (source.provider, source.is_provided) == (None, False)


@pytest.mark.parametrize("kind", [AsyncProvidedKey, ProvidedKey])
def test_a_provider_is_not_asked_before_the_key_is_needed(kind: Any) -> None:
    vault = Safe(0)

    source: KeySource = kind(vault)

    assert source.current is None
    assert source.is_provided
    assert vault.asked == 0
    assert source.provider is vault


def test_whatever_can_be_called_is_a_provider_and_a_string_is_none() -> None:
    assert is_provider(Safe(0))
    assert is_provider(len)
    assert not is_provider(KEY)
    assert not is_provider(b"canary")


# One question for all who need the key.


@on_each_event_loop
def test_a_thousand_tasks_ask_once(backend: str) -> None:
    found: list[ApiKey | KeyFailure] = []

    async def ask() -> Vault:
        vault = Vault(KEY)
        source = AsyncProvidedKey(vault)
        async with anyio.create_task_group() as group:
            for _ in range(1000):
                group.start_soon(fetch_into, source, found)
            await anyio.wait_all_tasks_blocked()
            vault.open.set()
        await fetch_into(source, found)
        return vault

    vault = anyio.run(ask, backend=backend)

    assert vault.asked == 1
    assert len(found) == 1001
    assert value_of(found[0]) == KEY
    assert {id(key) for key in found} == {id(found[0])}


@on_each_event_loop
def test_a_thousand_tasks_ask_a_function_once(backend: str) -> None:
    found: list[ApiKey | KeyFailure] = []
    safe = Safe(1)

    async def ask() -> None:
        source = AsyncProvidedKey(safe)
        async with anyio.create_task_group() as group:
            for _ in range(1000):
                group.start_soon(fetch_into, source, found)
            await anyio.wait_all_tasks_blocked()
            # Nothing here would run if the function blocked the event loop.
            safe.open(0, KEY)

    anyio.run(ask, backend=backend)

    assert safe.asked == 1
    assert [value_of(key) for key in found] == [KEY] * 1000


def test_fifty_threads_ask_once() -> None:
    safe = Safe(1)
    source = ProvidedKey(safe)

    with ThreadPoolExecutor(50) as pool:
        calls = [pool.submit(source.fetch, no_limit) for _ in range(50)]
        until(lambda: waiting_for(source) == 49)
        safe.open(0, KEY)
        found = [call.result(FOREVER) for call in calls]

    assert safe.asked == 1
    assert value_of(found[0]) == KEY
    assert {id(key) for key in [*found, source.fetch(no_limit)]} == {id(found[0])}


# What all who waited are told, and only they.


@on_each_event_loop
def test_all_tasks_that_waited_get_the_failure_and_the_next_one_asks_anew(backend: str) -> None:
    found: list[ApiKey | KeyFailure] = []
    error = OSError("sealed")

    async def ask() -> Vault:
        vault = Vault(error, KEY)
        source = AsyncProvidedKey(vault)
        async with anyio.create_task_group() as group:
            for _ in range(3):
                group.start_soon(fetch_into, source, found)
            await anyio.wait_all_tasks_blocked()
            vault.open.set()
        await fetch_into(source, found)
        return vault

    vault = anyio.run(ask, backend=backend)

    assert found[:3] == [KeyFailure("The provider given as api_key failed (OSError)", error)] * 3
    assert value_of(found[3]) == KEY
    assert vault.asked == 2


def test_all_threads_that_waited_get_the_failure_and_the_next_one_asks_anew() -> None:
    safe, error = Safe(2), OSError("sealed")
    source = ProvidedKey(safe)

    with ThreadPoolExecutor(3) as pool:
        calls = [pool.submit(source.fetch, no_limit) for _ in range(3)]
        until(lambda: waiting_for(source) == 2)
        safe.open(0, error)
        found = [call.result(FOREVER) for call in calls]
    safe.open(1, KEY)

    assert found == [KeyFailure("The provider given as api_key failed (OSError)", error)] * 3
    assert value_of(source.fetch(no_limit)) == KEY
    assert safe.asked == 2


NO_KEYS = [
    (None, "is not a string"),
    (42, "is not a string"),
    (b"canary", "is not a string"),
    (["canary"], "is not a string"),
    ("", "is empty"),
    ("canary\n", "white space"),
    (" canary", "white space"),
    ("can\x00ary", "control character"),
    ("canary\N{EURO SIGN}", "outside Latin-1"),
]


def fetched_by(kind: Any, provider: Callable[[], object], backend: str = "asyncio") -> Any:
    """Return what comes of one question."""
    source = kind(provider)
    if isinstance(source, AsyncProvidedKey):
        return anyio.run(source.fetch, backend=backend)
    return source.fetch(no_limit)


def asynchronous(value: object) -> Callable[[], Awaitable[object]]:
    async def provide() -> object:
        await anyio.lowlevel.checkpoint()
        return value

    return provide


@pytest.mark.parametrize(("value", "problem"), NO_KEYS)
@pytest.mark.parametrize(
    ("kind", "provider_of"),
    [
        (AsyncProvidedKey, asynchronous),
        (AsyncProvidedKey, lambda value: lambda: value),
        (ProvidedKey, lambda value: lambda: value),
    ],
    ids=["async, coroutine function", "async, function", "sync"],
)
def test_what_is_no_key_is_refused_without_showing_it(
    kind: Any, provider_of: Any, value: object, problem: str
) -> None:
    failure = fetched_by(kind, provider_of(value))

    assert isinstance(failure, KeyFailure)
    assert failure.cause is None
    assert problem in failure.words
    assert "canary" not in repr(failure)
    assert failure.words.startswith("The API key from the provider given as api_key ")
    assert not failure.words.endswith(".")


# Providers of every kind.


class AsyncObject:
    async def __call__(self) -> str:
        await anyio.lowlevel.checkpoint()
        return KEY


async def provide_prefixed(prefix: str) -> str:
    await anyio.lowlevel.checkpoint()
    return prefix + KEY


class Methods:
    def plain(self) -> str:
        return KEY

    async def coroutine(self) -> str:
        await anyio.lowlevel.checkpoint()
        return KEY


COROUTINE_FUNCTIONS = {
    "coroutine function": asynchronous(KEY),
    "method": Methods().coroutine,
    "partial": functools.partial(provide_prefixed, ""),
    "partial of a partial": functools.partial(functools.partial(provide_prefixed), ""),
    "object": AsyncObject(),
}
RETURNING_COROUTINES = {
    "lambda": lambda: provide_prefixed(""),
    "partial of an object": functools.partial(AsyncObject()),
}
FUNCTIONS = {
    "lambda": lambda: KEY,
    "method": Methods().plain,
    "partial": functools.partial(str, KEY),
    "object": functools.partial(Methods().plain).__call__,
}


def named(providers: dict[str, Any]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("provider", providers.values(), ids=[*providers])


@on_each_event_loop
@named(
    {f"async {name}": one for name, one in COROUTINE_FUNCTIONS.items()}
    | {f"returning {name}": one for name, one in RETURNING_COROUTINES.items()}
    | FUNCTIONS
)
def test_an_async_client_takes_a_provider_of_every_kind(backend: str, provider: Any) -> None:
    assert value_of(fetched_by(AsyncProvidedKey, provider, backend)) == KEY


@named(FUNCTIONS)
def test_a_sync_client_takes_every_function(provider: Any) -> None:
    assert value_of(fetched_by(ProvidedKey, provider)) == KEY


@named(COROUTINE_FUNCTIONS)
def test_a_sync_client_refuses_a_coroutine_function_when_it_is_made(provider: Any) -> None:
    for make in (ProvidedKey, lambda one: KodexaClient(api_key=one)):
        with pytest.raises(TypeError, match=r"can't be a coroutine function here.*AsyncKodexaClie"):
            make(provider)


def test_a_sync_client_refuses_a_coroutine_function_that_it_is_given_later() -> None:
    provider: Any = asynchronous(KEY)
    with KodexaClient(api_key=KEY) as client:
        with pytest.raises(TypeError, match="coroutine function"):
            client.set_api_key(provider)
        with pytest.raises(TypeError, match="coroutine function"):
            client.with_options(api_key=provider)

        assert client.config.api_key_source == "api_key"


@named(RETURNING_COROUTINES)
def test_a_coroutine_that_nobody_can_await_is_no_key_and_no_warning(provider: Any) -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        failure = fetched_by(ProvidedKey, provider)
        gc.collect()

    assert isinstance(failure, KeyFailure)
    assert "is not a string" in failure.words
    assert [str(one.message) for one in caught] == []


# A provider that fails.


class SealedError(Exception):
    pass


def fail() -> str:
    raise SealedError("canary")


async def fail_later() -> str:
    await anyio.lowlevel.checkpoint()
    raise SealedError("canary")


def return_failure() -> Awaitable[str]:
    return fail_later()


@pytest.mark.parametrize(
    ("kind", "provider"),
    [
        (AsyncProvidedKey, fail_later),
        (AsyncProvidedKey, fail),
        (AsyncProvidedKey, return_failure),
        (ProvidedKey, fail),
    ],
    ids=["coroutine function", "function", "function that returns a coroutine", "sync"],
)
def test_the_error_of_a_provider_is_the_cause_of_the_failure(kind: Any, provider: Any) -> None:
    failure = fetched_by(kind, provider)

    assert isinstance(failure, KeyFailure)
    assert failure.words == "The provider given as api_key failed (SealedError)"
    assert isinstance(failure.cause, SealedError)
    frames = traceback.extract_tb(failure.cause.__traceback__)
    assert frames[-1].name in {"fail", "fail_later"}


@on_each_event_loop
@pytest.mark.parametrize("kind", [StopIteration, StopAsyncIteration, TimeoutError])
def test_an_odd_error_of_a_function_in_a_thread_is_a_failure_too(
    backend: str, kind: type[Exception]
) -> None:
    def raise_it() -> str:
        raise kind

    assert isinstance(fetched_by(AsyncProvidedKey, raise_it, backend), KeyFailure)


# Who asks is interrupted.


@on_each_event_loop
def test_when_the_task_that_asks_is_cancelled_the_next_in_line_asks(backend: str) -> None:
    found: list[ApiKey | KeyFailure] = []

    async def ask() -> Vault:
        vault = Vault(KEY, FRESH)
        source = AsyncProvidedKey(vault)
        async with anyio.create_task_group() as group:
            with anyio.CancelScope() as scope:
                async with anyio.create_task_group() as inner:
                    inner.start_soon(fetch_into, source, [])
                    await anyio.wait_all_tasks_blocked()
                    for _ in range(3):
                        group.start_soon(fetch_into, source, found)
                    await anyio.wait_all_tasks_blocked()
                    scope.cancel()
            await anyio.wait_all_tasks_blocked()
            assert (vault.asked, vault.cancelled, found) == (2, 1, [])
            vault.open.set()
        return vault

    vault = anyio.run(ask, backend=backend)

    assert [value_of(key) for key in found] == [FRESH] * 3
    assert vault.asked == 2


@pytest.mark.needs_asyncio(reason="it cancels a task of asyncio's")
async def test_when_the_asyncio_task_that_asks_is_cancelled_the_next_in_line_asks() -> None:
    vault = Vault(KEY, FRESH)
    source = AsyncProvidedKey(vault)
    tasks = [asyncio.create_task(source.fetch()) for _ in range(4)]
    await anyio.wait_all_tasks_blocked()

    tasks[0].cancel()
    await anyio.wait_all_tasks_blocked()
    asked = vault.asked
    vault.open.set()
    found = await asyncio.gather(*tasks, return_exceptions=True)

    assert isinstance(found[0], asyncio.CancelledError)
    assert [value_of(key) for key in found[1:]] == [FRESH] * 3
    assert asked == vault.asked == 2


@on_each_event_loop
def test_a_task_that_waits_and_is_cancelled_changes_nothing_for_the_others(backend: str) -> None:
    found: list[ApiKey | KeyFailure] = []

    async def ask() -> Vault:
        vault = Vault(KEY)
        source = AsyncProvidedKey(vault)
        async with anyio.create_task_group() as group:
            group.start_soon(fetch_into, source, found)
            await anyio.wait_all_tasks_blocked()
            with anyio.CancelScope() as scope:
                scope.cancel()
                await source.fetch()
            group.start_soon(fetch_into, source, found)
            await anyio.wait_all_tasks_blocked()
            vault.open.set()
        return vault

    assert anyio.run(ask, backend=backend).asked == 1
    assert [value_of(key) for key in found] == [KEY, KEY]


@on_each_event_loop
def test_the_late_answer_to_a_question_that_was_given_up_is_used_by_the_next_one(
    backend: str,
) -> None:
    safe = Safe(1)
    found: list[ApiKey | KeyFailure] = []

    async def ask() -> None:
        source = AsyncProvidedKey(safe)
        async with anyio.create_task_group() as group:
            group.start_soon(source.fetch)
            await anyio.wait_all_tasks_blocked()
            until(lambda: safe.asked == 1)
            # The event loop does not wait for the thread.
            group.cancel_scope.cancel()
        async with anyio.create_task_group() as group:
            group.start_soon(fetch_into, source, found)
            await anyio.wait_all_tasks_blocked()
            safe.open(0, KEY)

    anyio.run(ask, backend=backend)

    assert [value_of(key) for key in found] == [KEY]
    assert safe.asked == 1


@on_each_event_loop
@pytest.mark.parametrize("kind", [KeyboardInterrupt, SystemExit])
def test_what_is_no_exception_passes_and_the_next_task_asks(
    backend: str, kind: type[BaseException]
) -> None:
    async def ask() -> list[ApiKey | KeyFailure]:
        vault, found = Vault(kind(), KEY), list[ApiKey | KeyFailure]()
        source = AsyncProvidedKey(vault)

        async def interrupted() -> None:
            with pytest.raises(kind):
                await source.fetch()

        async with anyio.create_task_group() as group:
            group.start_soon(interrupted)
            await anyio.wait_all_tasks_blocked()
            group.start_soon(fetch_into, source, found)
            await anyio.wait_all_tasks_blocked()
            vault.open.set()
        return found

    (key,) = anyio.run(ask, backend=backend)

    assert value_of(key) == KEY


@pytest.mark.parametrize("kind", [KeyboardInterrupt, SystemExit])
def test_when_the_thread_that_asks_is_interrupted_the_next_one_asks(
    kind: type[BaseException],
) -> None:
    safe = Safe(2)
    source = ProvidedKey(safe)

    with ThreadPoolExecutor(4) as pool:
        interrupted = pool.submit(source.fetch, no_limit)
        until(lambda: safe.asked == 1)
        others = [pool.submit(source.fetch, no_limit) for _ in range(3)]
        until(lambda: waiting_for(source) == 3)
        safe.open(0, kind())
        until(lambda: waiting_for(source) == 2)
        safe.open(1, FRESH)
        found = [call.result(FOREVER) for call in others]

    assert isinstance(interrupted.exception(FOREVER), kind)
    assert [value_of(key) for key in found] == [FRESH] * 3
    assert safe.asked == 2


def test_a_thread_that_has_no_time_left_goes_without_a_key() -> None:
    safe = Safe(1)
    source = ProvidedKey(safe)

    with ThreadPoolExecutor(1) as pool:
        asking = pool.submit(source.fetch, no_limit)
        until(lambda: safe.asked == 1)
        found = source.fetch(lambda: 0.0)
        safe.open(0, KEY)

    assert found is None
    assert value_of(asking.result(FOREVER)) == KEY
    assert value_of(source.fetch(lambda: 0.0)) == KEY


def test_the_time_that_is_left_is_looked_at_anew_for_each_question() -> None:
    safe, left = Safe(2), iter([FOREVER, 0.0])
    source = ProvidedKey(safe)

    with ThreadPoolExecutor(3) as pool:
        interrupted = pool.submit(source.fetch, no_limit)
        until(lambda: safe.asked == 1)
        late = pool.submit(source.fetch, lambda: next(left))
        until(lambda: waiting_for(source) == 1)
        # Another question, before that thread is told of the end of the first one.
        first = source._question
        assert first is not None
        source._question = None
        asking = pool.submit(source.fetch, no_limit)
        until(lambda: safe.asked == 2)
        safe.open(0, KeyboardInterrupt())
        assert late.result(FOREVER) is None
        safe.open(1, KEY)

    assert isinstance(interrupted.exception(FOREVER), KeyboardInterrupt)
    assert value_of(asking.result(FOREVER)) == KEY


# A question that was left behind.


def test_a_question_left_behind_in_another_event_loop_is_asked_again() -> None:
    answers = iter([KEY, FRESH])
    never = [True, False]

    async def provide() -> str:
        answer = next(answers)
        if never.pop(0):
            await asyncio.get_running_loop().create_future()
        return answer

    source = AsyncProvidedKey(provide)
    loop = asyncio.new_event_loop()
    left = loop.create_task(source.fetch())
    loop.run_until_complete(asyncio.sleep(0))
    asked_elsewhere = source._question is not None

    found = asyncio.run(source.fetch())
    left.cancel()
    loop.run_until_complete(asyncio.wait([left]))
    loop.close()

    assert asked_elsewhere
    assert value_of(found) == FRESH
    assert source.current is found


def test_the_end_of_a_question_in_another_event_loop_does_not_end_the_one_here() -> None:
    vaults: list[Vault] = []

    async def provide() -> Any:
        return await vaults[-1]()

    async def ask_elsewhere() -> object:
        vaults.append(Vault(KEY))
        return await source.fetch()

    source = AsyncProvidedKey(provide)
    loop = asyncio.new_event_loop()
    left = loop.create_task(ask_elsewhere())
    loop.run_until_complete(asyncio.sleep(0))

    async def ask() -> list[Any]:
        vaults.append(Vault(FRESH))
        found: list[Any] = []
        async with anyio.create_task_group() as group:
            group.start_soon(fetch_into, source, found)
            await anyio.wait_all_tasks_blocked()
            question = source._question
            with ThreadPoolExecutor(1) as pool:
                left.cancel()
                pool.submit(loop.run_until_complete, asyncio.wait([left])).result(FOREVER)
            assert source._question is question
            vaults[-1].open.set()
        return found

    (key,) = anyio.run(ask)
    loop.close()

    assert value_of(key) == FRESH


def test_a_question_of_another_process_is_asked_again_by_tasks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found: list[ApiKey | KeyFailure] = []

    async def ask() -> Vault:
        vault = Vault(KEY, FRESH)
        source = AsyncProvidedKey(vault)
        async with anyio.create_task_group() as group:
            group.start_soon(fetch_into, source, [])
            await anyio.wait_all_tasks_blocked()
            process = os.getpid()
            monkeypatch.setattr(os, "getpid", lambda: process + 1)
            vault.open.set()
            await fetch_into(source, found)
        return vault

    vault = anyio.run(ask)

    assert vault.asked == 2
    assert [value_of(key) for key in found] == [FRESH]


@forks
@pytest.mark.skipif(not hasattr(os, "fork"), reason="there are no forks here")
def test_a_question_in_flight_when_the_process_is_forked_is_asked_again_in_the_child() -> None:
    safe = Safe(2)
    source = ProvidedKey(safe)

    with ThreadPoolExecutor(1) as pool:
        asking = pool.submit(source.fetch, no_limit)
        until(lambda: safe.asked == 1)
        safe.open(1, FRESH)
        told = told_by_a_fork(lambda: value_of(source.fetch(no_limit)))
        safe.open(0, KEY)

    assert told == FRESH
    assert value_of(asking.result(FOREVER)) == value_of(source.current) == KEY


@forks
@pytest.mark.skipif(not hasattr(os, "fork"), reason="there are no forks here")
def test_a_lock_that_another_thread_held_at_the_fork_stops_nobody_in_the_child() -> None:
    source = ProvidedKey(lambda: KEY)

    with source._lock:
        told = told_by_a_fork(lambda: value_of(source.fetch(no_limit)))

    assert told == KEY
    assert value_of(source.fetch(no_limit)) == KEY


# A key that the platform has refused.


@pytest.mark.parametrize("kind", [AsyncProvidedKey, ProvidedKey])
def test_only_the_key_that_is_in_use_is_forgotten(kind: Any) -> None:
    source: KeySource = kind(lambda: KEY)
    old, new = ApiKey(KEY), ApiKey(FRESH)
    source.current = new

    source.refused(old)
    source.refused(None)
    kept = source.current
    source.refused(new)

    assert kept is new
    assert source.current is None


@pytest.mark.parametrize("kind", [AsyncProvidedKey, ProvidedKey])
def test_a_key_like_the_refused_one_that_was_provided_again_stays(kind: Any) -> None:
    source: KeySource = kind(lambda: KEY)
    old, again = ApiKey(KEY), ApiKey(KEY)
    source.current = again

    source.refused(old)

    assert source.current is again


def test_a_key_is_refused_and_replaced_by_one_thread_at_a_time() -> None:
    """Between the look at the key and the change, another thread may have put a fresh one."""

    class Watched(ProvidedKey):
        @property
        def current(self) -> ApiKey | None:
            held.append(self._lock.locked())
            return None

        @current.setter
        def current(self, _: ApiKey | None) -> None:
            held.append(hasattr(self, "_locks") and self._lock.locked())

    held: list[bool] = []
    source = Watched(lambda: KEY)
    held.clear()

    source.refused(None)
    source.fetch(no_limit)

    assert held == [True] * 4


# Threads of an event loop.


@on_each_event_loop
def test_a_function_is_asked_though_the_application_uses_all_of_its_threads(backend: str) -> None:
    async def ask() -> ApiKey | KeyFailure:
        limiter = anyio.to_thread.current_default_thread_limiter()
        borrowers = [object() for _ in range(int(limiter.total_tokens))]
        for borrower in borrowers:
            limiter.acquire_on_behalf_of_nowait(borrower)
        try:
            assert limiter.available_tokens == 0
            return await AsyncProvidedKey(lambda: KEY).fetch()
        finally:
            for borrower in borrowers:
                limiter.release_on_behalf_of(borrower)

    assert value_of(anyio.run(ask, backend=backend)) == KEY


@on_each_event_loop
def test_a_function_sees_the_context_of_the_task_that_asks(backend: str) -> None:
    tenant: ContextVar[str] = ContextVar("tenant", default="nobody")
    seen: list[tuple[str, bool]] = []
    loop_thread = threading.get_ident()

    def provide() -> str:
        seen.append((tenant.get(), threading.get_ident() == loop_thread))
        return KEY

    async def ask() -> None:
        tenant.set("kodexa")
        await AsyncProvidedKey(provide).fetch()

    anyio.run(ask, backend=backend)

    assert seen == [("kodexa", False)]


def test_a_function_of_a_sync_client_is_called_in_the_thread_of_the_call() -> None:
    tenant: ContextVar[str] = ContextVar("tenant", default="nobody")
    seen: list[tuple[str, int]] = []

    def provide() -> str:
        seen.append((tenant.get(), threading.get_ident()))
        return KEY

    token = tenant.set("kodexa")
    ProvidedKey(provide).fetch(no_limit)
    tenant.reset(token)

    assert seen == [("kodexa", threading.get_ident())]


# What a call makes of it.


@pytest.mark.parametrize("kind", [AsyncProvidedKey, ProvidedKey])
def test_a_source_of_keys_does_not_show_its_provider(kind: Any) -> None:
    source = kind(functools.partial(str, KEY))

    assert KEY not in repr(vars(source))
    assert KEY not in repr(source)


@pytest.mark.parametrize("value", [value for value, _ in NO_KEYS])
def test_a_call_without_a_key_does_not_show_what_was_provided(
    client_class: Any, value: object
) -> None:
    client = client_class(api_key=lambda: value, base_url="https://kodexa.test")

    with pytest.raises(ConfigurationError) as caught:
        create(client)

    close(client)
    error = caught.value
    # The frame of the test itself has the value.
    assert error.__traceback__ is not None
    error.__traceback__ = error.__traceback__.tb_next
    assert "canary" not in shown(error)
    assert error.__cause__ is None
    # Nothing was tried.
    assert error.attempts == ()
    assert ".." not in str(error)
