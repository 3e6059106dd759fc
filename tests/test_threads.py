"""One thread for all that wait for a function, however many of them give up."""

from __future__ import annotations

import asyncio
import functools
import threading
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

import anyio
import pytest

from kodexa_client._hidden import Hidden
from kodexa_client._threads import OneThread

from .test_affinity import forks, told_by_a_fork
from .test_hidden import shown, walk
from .test_slots import FOREVER, on_each_event_loop, until

if TYPE_CHECKING:
    from collections.abc import Callable

SECRET = "canary-secret-5f2c"
NAME = "kodexa_client key provider"


class Door:
    """A function that waits until it is opened, and counts how often it is called."""

    def __init__(self) -> None:
        self.called = 0
        self.is_open = threading.Event()

    def __call__(self) -> object:
        self.called += 1
        assert self.is_open.wait(FOREVER)
        return self.called


def one_thread(function: Callable[[], object]) -> OneThread:
    return OneThread(Hidden(function))


def running() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == NAME]


@pytest.fixture(autouse=True)
def _none_is_left() -> Any:
    """Let the threads of other tests end, and those of this one."""
    until(lambda: not running())
    yield
    until(lambda: not running())


async def give_up(thread: OneThread, times: int) -> None:
    """Call a function that does not end, and stop waiting for it."""
    async with anyio.create_task_group() as group:
        for _ in range(times):
            group.start_soon(thread.call)
        await anyio.wait_all_tasks_blocked()
        group.cancel_scope.cancel()


@on_each_event_loop
def test_three_hundred_tasks_that_give_up_one_after_the_other_leave_one_thread(
    backend: str,
) -> None:
    door = Door()

    async def call() -> list[threading.Thread]:
        thread = one_thread(door)
        for _ in range(100):
            await give_up(thread, 3)
        return running()

    left = anyio.run(call, backend=backend)
    daemons = [one.daemon for one in left]
    door.is_open.set()

    assert daemons == [True]
    assert door.called == 1


@on_each_event_loop
def test_who_comes_later_joins_what_was_given_up(backend: str) -> None:
    door = Door()
    found: list[object] = []

    async def call() -> None:
        thread = one_thread(door)
        await give_up(thread, 1)

        async def join() -> None:
            found.append(await thread.call())

        async with anyio.create_task_group() as group:
            for _ in range(3):
                group.start_soon(join)
            await anyio.wait_all_tasks_blocked()
            door.is_open.set()
        found.append(await thread.call())

    anyio.run(call, backend=backend)

    # The last one came when it had ended.
    assert found == [1, 1, 1, 2]


@on_each_event_loop
@pytest.mark.parametrize("kind", [OSError, KeyboardInterrupt, SystemExit])
def test_what_a_function_raises_is_raised_where_it_is_waited_for(
    backend: str, kind: type[BaseException]
) -> None:
    error = kind("sealed")

    def fail() -> None:
        raise error

    async def call() -> BaseException:
        with pytest.raises(kind) as caught:
            await one_thread(fail).call()
        return caught.value

    assert anyio.run(call, backend=backend) is error


@on_each_event_loop
def test_a_function_that_ends_when_the_event_loop_is_gone_disturbs_nobody(
    backend: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    door = Door()
    told: list[object] = []
    monkeypatch.setattr(threading, "excepthook", told.append)
    thread = one_thread(door)

    anyio.run(give_up, thread, 2, backend=backend)
    door.is_open.set()
    until(lambda: not running())

    assert told == []
    assert anyio.run(thread.call, backend=backend) == 2


def test_a_thread_of_another_event_loop_is_joined() -> None:
    door = Door()
    thread = one_thread(door)

    async def call() -> object:
        task = asyncio.create_task(thread.call())
        await anyio.wait_all_tasks_blocked()
        door.is_open.set()
        return await task

    anyio.run(give_up, thread, 1, backend="trio")

    assert asyncio.run(call()) == 1


@forks
def test_a_function_that_runs_as_the_process_is_forked_is_called_anew_in_the_child() -> None:
    door = Door()
    thread = one_thread(door)
    anyio.run(give_up, thread, 1)

    def call() -> object:
        # The thread that would have answered is the parent's.
        door.is_open.set()
        return anyio.run(thread.call)

    told = told_by_a_fork(call)
    door.is_open.set()

    assert told == "2"
    assert door.called == 1


@on_each_event_loop
def test_a_function_sees_the_context_of_who_called_it_first(backend: str) -> None:
    tenant: ContextVar[str] = ContextVar("tenant", default="nobody")

    async def call() -> tuple[object, str]:
        def see() -> str:
            seen = tenant.get()
            tenant.set("changed")
            return seen

        tenant.set("kodexa")
        return await one_thread(see).call(), tenant.get()

    assert anyio.run(call, backend=backend) == ("kodexa", "kodexa")


@on_each_event_loop
def test_neither_what_is_called_nor_what_it_returns_is_found_by_a_walk(backend: str) -> None:
    async def call() -> OneThread:
        thread = one_thread(functools.partial(str, SECRET))
        assert await thread.call() == SECRET
        return thread

    thread = anyio.run(call, backend=backend)

    assert thread._running is not None
    assert thread._running[1].done()
    assert SECRET not in walk(thread, set())


@on_each_event_loop
def test_no_frame_of_an_exception_shows_what_was_called(backend: str) -> None:
    def fail(opener: str) -> None:
        del opener
        raise OSError("sealed")

    async def call() -> BaseException:
        thread = one_thread(functools.partial(fail, SECRET))
        with pytest.raises(OSError, match="sealed") as caught:
            await thread.call()
        return caught.value

    assert SECRET not in shown(anyio.run(call, backend=backend)).replace("SECRET", "")
