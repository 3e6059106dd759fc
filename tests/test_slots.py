"""The queue in front of the connections: first come, first served, and no slot is ever lost."""

from __future__ import annotations

import asyncio
import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import anyio
import pytest
from anyio.lowlevel import checkpoint

from kodexa_client._slots import AsyncSlots, Slots

if TYPE_CHECKING:
    from collections.abc import Callable

FOREVER = 20.0

on_each_event_loop = pytest.mark.parametrize("backend", ["asyncio", "trio"])


def until(is_so: Callable[[], bool]) -> None:
    """Let other threads go on until something is so."""
    end = time.monotonic() + FOREVER
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0)


def free_in(slots: Slots) -> int:
    """Take all that are free, and tell how many they were."""
    number = 0
    while slots.acquire(0):
        number += 1
    return number


async def async_free_in(slots: AsyncSlots) -> int:
    number = 0
    while await slots.acquire(0):
        number += 1
    return number


def test_there_are_as_many_slots_as_were_made() -> None:
    assert free_in(Slots(3)) == 3


@on_each_event_loop
def test_there_are_as_many_slots_for_tasks_as_were_made(backend: str) -> None:
    async def count() -> int:
        return await async_free_in(AsyncSlots(3))

    assert anyio.run(count, backend=backend) == 3


def test_threads_are_served_in_the_order_in_which_they_came() -> None:
    slots = Slots(1)
    slots.acquire(None)
    served: list[int] = []

    def wait(number: int) -> None:
        slots.acquire(FOREVER)
        served.append(number)
        slots.release()

    with ThreadPoolExecutor(20) as pool:
        for number in range(20):
            pool.submit(wait, number)
            until(lambda: len(slots._waiting) == number + 1)  # noqa: B023 - used at once
        slots.release()

    assert served == list(range(20))
    assert free_in(slots) == 1


@on_each_event_loop
def test_tasks_are_served_in_the_order_in_which_they_came(backend: str) -> None:
    served: list[int] = []

    async def wait(slots: AsyncSlots, number: int) -> None:
        await slots.acquire(None)
        served.append(number)
        await checkpoint()
        slots.release()

    async def serve() -> int:
        slots = AsyncSlots(1)
        await slots.acquire(None)
        async with anyio.create_task_group() as group:
            for number in range(20):
                group.start_soon(wait, slots, number)
                await anyio.wait_all_tasks_blocked()
            slots.release()
        return await async_free_in(slots)

    assert anyio.run(serve, backend=backend) == 1
    assert served == list(range(20))


def test_a_newcomer_does_not_pass_a_thread_that_waits() -> None:
    slots = Slots(1)
    slots.acquire(None)

    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(slots.acquire, FOREVER)
        until(lambda: len(slots._waiting) == 1)
        slots.release()
        passed = slots.acquire(0)

    assert (waiting.result(), passed) == (True, False)


@on_each_event_loop
def test_a_newcomer_does_not_pass_a_task_that_waits(backend: str) -> None:
    async def race() -> list[bool]:
        slots, got = AsyncSlots(1), []
        await slots.acquire(None)

        async def wait() -> None:
            got.append(await slots.acquire(None))

        async with anyio.create_task_group() as group:
            group.start_soon(wait)
            await anyio.wait_all_tasks_blocked()
            slots.release()
            # The one that waits has not run yet.
            got.append(await slots.acquire(0))
        return sorted(got)

    assert anyio.run(race, backend=backend) == [False, True]


def test_a_thread_that_waits_too_long_gives_up_its_place() -> None:
    slots = Slots(1)
    slots.acquire(None)

    assert not slots.acquire(0.001)

    assert not slots._waiting
    slots.release()
    assert free_in(slots) == 1


@on_each_event_loop
def test_a_task_that_waits_too_long_gives_up_its_place(backend: str) -> None:
    async def wait() -> tuple[bool, int]:
        slots = AsyncSlots(1)
        await slots.acquire(None)
        got = await slots.acquire(0.001)
        slots.release()
        return got, await async_free_in(slots)

    assert anyio.run(wait, backend=backend) == (False, 1)


@on_each_event_loop
def test_a_task_that_is_cancelled_while_it_waits_gives_up_its_place(backend: str) -> None:
    async def wait() -> int:
        slots = AsyncSlots(1)
        await slots.acquire(None)
        async with anyio.create_task_group() as group:
            group.start_soon(slots.acquire, None)
            await anyio.wait_all_tasks_blocked()
            group.cancel_scope.cancel()
        slots.release()
        return await async_free_in(slots)

    assert anyio.run(wait, backend=backend) == 1


@on_each_event_loop
@pytest.mark.parametrize("cancelled_first", [False, True])
def test_a_turn_that_comes_as_a_task_is_cancelled_is_taken_or_left(
    *, backend: str, cancelled_first: bool
) -> None:
    taken: list[bool] = []

    async def take(slots: AsyncSlots) -> None:
        taken.append(await slots.acquire(None))

    async def wait() -> int:
        slots = AsyncSlots(1)
        await slots.acquire(None)
        async with anyio.create_task_group() as group:
            group.start_soon(take, slots)
            await anyio.wait_all_tasks_blocked()
            if cancelled_first:
                group.cancel_scope.cancel()
            slots.release()
            group.cancel_scope.cancel()
        return await async_free_in(slots)

    free = anyio.run(wait, backend=backend)

    assert len(taken) + free == 1


class Turn(threading.Event):
    """A turn whose wait ends as a test wants it."""

    end: Any

    def wait(self, timeout: float | None = None) -> bool:
        assert timeout == 5
        ended: bool = self.end()
        return ended


def ending(monkeypatch: pytest.MonkeyPatch, end: Callable[[], bool]) -> None:
    kind: Any = type("Ending", (Turn,), {"end": staticmethod(end)})
    monkeypatch.setattr(threading, "Event", kind)


def test_a_turn_that_comes_in_the_moment_of_the_time_out_is_taken(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    slots = Slots(1)
    slots.acquire(None)

    def time_out() -> bool:
        slots.release()
        return False

    ending(monkeypatch, time_out)

    assert slots.acquire(5)
    assert (slots._free, len(slots._waiting)) == (0, 0)


@pytest.mark.parametrize("comes", [False, True], ids=["before", "with"])
def test_a_thread_that_is_interrupted_leaves_its_place_or_its_turn_to_the_others(
    monkeypatch: pytest.MonkeyPatch, *, comes: bool
) -> None:
    slots = Slots(1)
    slots.acquire(None)

    def interrupt() -> bool:
        if comes:
            slots.release()
        raise KeyboardInterrupt

    ending(monkeypatch, interrupt)

    with pytest.raises(KeyboardInterrupt):
        slots.acquire(5)

    assert (slots._free, len(slots._waiting)) == (int(comes), 0)


def test_a_turn_that_an_interrupted_thread_gives_back_is_the_next_ones(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    slots = Slots(1)
    slots.acquire(None)
    next_turn = threading.Event()

    def interrupt() -> bool:
        slots._waiting.append(next_turn)
        slots.release()
        raise KeyboardInterrupt

    ending(monkeypatch, interrupt)

    with pytest.raises(KeyboardInterrupt):
        slots.acquire(5)

    assert next_turn.is_set()
    assert (slots._free, len(slots._waiting)) == (0, 0)


@pytest.mark.parametrize("seed", range(5))
def test_threads_never_lose_a_slot_nor_share_one(seed: int) -> None:
    slots, lock = Slots(3), threading.Lock()
    held = most = 0

    def work(number: int) -> None:
        nonlocal held, most
        chance = random.Random(seed * 1000 + number)  # noqa: S311 - to be the same each time
        for _ in range(200):
            if not slots.acquire(chance.choice([0, 0.00001, 0.0001, FOREVER])):
                continue
            with lock:
                held += 1
                most = max(most, held)
            time.sleep(0)
            with lock:
                held -= 1
            slots.release()

    with ThreadPoolExecutor(12) as pool:
        list(pool.map(work, range(12)))

    assert 1 <= most <= 3
    assert not slots._waiting
    assert free_in(slots) == 3


@on_each_event_loop
@pytest.mark.parametrize("seed", range(5))
def test_tasks_never_lose_a_slot_nor_share_one(backend: str, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - to be the same each time
    held: set[int] = set()
    most: list[int] = []

    async def work(slots: AsyncSlots, number: int, scope: anyio.CancelScope) -> None:
        with scope:
            if not await slots.acquire(chance.choice([0, 0.0, 0.0001, None, None])):
                return
            try:
                held.add(number)
                most.append(len(held))
                for _ in range(chance.randrange(4)):
                    await checkpoint()
            finally:
                held.discard(number)
                slots.release()

    async def stress() -> int:
        slots = AsyncSlots(3)
        scopes = []
        async with anyio.create_task_group() as group:
            for number in range(300):
                scopes.append(anyio.CancelScope())
                group.start_soon(work, slots, number, scopes[-1])
                if chance.random() < 0.5:
                    await checkpoint()
                if chance.random() < 0.3:
                    chance.choice(scopes).cancel()
        return await async_free_in(slots)

    assert anyio.run(stress, backend=backend) == 3
    assert max(most) == 3


async def test_a_slot_is_taken_at_once_if_one_is_free_and_nobody_waits() -> None:
    slots, own = AsyncSlots(1), Slots(1)

    assert (slots.acquire_nowait(), own.acquire_nowait()) == (True, True)
    assert (slots.acquire_nowait(), own.acquire_nowait()) == (False, False)
    slots.release()
    own.release()
    assert (slots.acquire_nowait(), own.acquire_nowait()) == (True, True)


@pytest.mark.needs_asyncio(reason="it starts a task of asyncio's")
async def test_a_newcomer_does_not_pass_those_who_wait() -> None:
    slots = AsyncSlots(1)
    assert slots.acquire_nowait()
    waiting = asyncio.create_task(slots.acquire(None))
    await asyncio.sleep(0)

    slots.release()

    assert not slots.acquire_nowait()
    assert await waiting
