"""A call ends when it has to, and no phase of it may take longer than what is left."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kodexa_client._deadlines import Deadline, seconds_left

from .test_calls import FakeClock

seconds = st.floats(0, 1e6)


def started(limit: float | None, clock: FakeClock) -> Deadline:
    deadline = Deadline(limit, clock)
    deadline.start()
    return deadline


def test_nothing_passes_before_the_start() -> None:
    clock = FakeClock()
    deadline = Deadline(10, clock)

    clock.time += 60

    assert (deadline.has_started, deadline.remaining, deadline.has_passed) == (False, 10, False)
    deadline.check()


def test_what_is_left_shrinks_and_never_goes_below_0() -> None:
    clock = FakeClock()
    deadline = started(10, clock)
    left = []

    for _ in range(4):
        left.append((deadline.remaining, deadline.has_passed))
        clock.time += 4

    assert left == [(10, False), (6, False), (2, False), (0, True)]
    assert deadline.has_started


def test_a_second_start_changes_nothing() -> None:
    clock = FakeClock()
    deadline = started(10, clock)
    clock.time += 4

    deadline.start()

    assert deadline.remaining == 6


def test_no_limit_never_passes() -> None:
    clock = FakeClock()
    deadline = started(None, clock)

    clock.time += 1e9

    assert (deadline.has_started, deadline.remaining, deadline.has_passed) == (False, None, False)
    deadline.check()


def test_a_deadline_that_has_passed_is_a_timeout() -> None:
    clock = FakeClock()
    deadline = started(10, clock)
    clock.time += 10

    with pytest.raises(httpx.ReadTimeout, match="the deadline has passed"):
        deadline.check()


@pytest.mark.parametrize(
    ("timeout", "passed", "expected"),
    [
        (httpx.Timeout(30, connect=5, pool=None), 0, (5, 10, 10, 10)),
        (httpx.Timeout(30, connect=5, pool=None), 7, (3, 3, 3, 3)),
        (httpx.Timeout(30, connect=5, pool=None), 99, (0, 0, 0, 0)),
        (httpx.Timeout(2, connect=1, pool=3), 0, (1, 2, 2, 3)),
        (httpx.Timeout(None), 4, (6, 6, 6, 6)),
    ],
)
def test_each_phase_may_take_what_is_left(
    timeout: httpx.Timeout, passed: float, expected: tuple[float, ...]
) -> None:
    clock = FakeClock()
    deadline = started(10, clock)
    clock.time += passed

    phases = deadline.within(timeout)

    names = ("connect", "read", "write", "pool")
    assert phases == dict(zip(names, expected, strict=True))


def test_without_a_limit_each_phase_keeps_its_own() -> None:
    timeout = httpx.Timeout(30, connect=5, pool=None)

    assert started(None, FakeClock()).within(timeout) == timeout.as_dict()


@given(seconds, seconds, st.lists(st.none() | seconds, min_size=4, max_size=4))
def test_no_phase_is_longer_than_what_is_left_or_below_0(
    limit: float, passed: float, phases: list[float | None]
) -> None:
    connect, read, write, pool = phases
    clock = FakeClock()
    deadline = started(limit, clock)
    clock.time += passed

    found = deadline.within(httpx.Timeout(connect=connect, read=read, write=write, pool=pool))

    left = deadline.remaining
    assert left is not None
    assert all(one is not None and 0 <= one <= left for one in found.values())


@pytest.mark.parametrize("timeout", [None, 0.0, 3.0])
def test_without_a_deadline_in_force_a_timeout_is_as_it_was(timeout: float | None) -> None:
    assert seconds_left(timeout) == timeout


@pytest.mark.parametrize(
    ("limit", "timeout", "expected"),
    [(10, 3, 3), (10, 30, 6), (10, None, 6), (2, 30, 0), (None, 30, 30), (None, None, None)],
)
def test_a_timeout_is_cut_by_the_deadline_in_force(
    limit: float | None, timeout: float | None, expected: float | None
) -> None:
    clock = FakeClock()
    deadline = started(limit, clock)
    clock.time += 4

    with deadline.in_force():
        found = seconds_left(timeout)

    assert found == expected
    assert seconds_left(timeout) == timeout


def test_deadlines_nest() -> None:
    clock = FakeClock()
    outer, inner = started(10, clock), started(20, clock)

    with outer.in_force():
        with inner.in_force():
            within = seconds_left(None)
        after = seconds_left(None)

    assert (within, after, seconds_left(None)) == (20, 10, None)


def test_a_deadline_is_no_longer_in_force_after_an_exception() -> None:
    deadline = started(10, FakeClock())

    with pytest.raises(ZeroDivisionError), deadline.in_force():
        raise ZeroDivisionError

    assert seconds_left(None) is None


def test_a_deadline_is_in_force_for_its_own_thread_alone() -> None:
    deadline = started(10, FakeClock())

    with ThreadPoolExecutor(1) as pool, deadline.in_force():
        elsewhere = pool.submit(seconds_left, None).result()

    assert elsewhere is None


@pytest.mark.needs_asyncio(reason="it starts tasks of asyncio's")
async def test_a_deadline_is_in_force_for_its_own_task_alone() -> None:
    clock = FakeClock()

    async def look(limit: float) -> float | None:
        with started(limit, clock).in_force():
            await asyncio.sleep(0)
            return seconds_left(None)

    assert [*await asyncio.gather(look(10), look(20))] == [10, 20]
    assert seconds_left(None) is None
