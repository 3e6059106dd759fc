"""The loads that a client is put under: calls one after another, or many at once."""

from __future__ import annotations

import asyncio
import gc
import itertools
import statistics
import time
from collections import Counter
from typing import TYPE_CHECKING, Any

from attrs import Factory, define

if TYPE_CHECKING:
    from .async_clients import AsyncCreate
    from .sync_clients import SyncCreate

__all__ = ["many_at_once", "one_by_one", "one_by_one_sync", "warm"]

# What a pool of any of the clients holds, by default.
MOST_CONNECTIONS = 100
WARM_UP_CALLS = 20


@define
class Load:
    """What came of a load, as it goes on.

    Attributes:
        latencies: The seconds of every call that succeeded.
        errors: How often a call ended with an exception, by its class.
    """

    latencies: list[float] = Factory(list)
    errors: Counter[str] = Factory(Counter)

    def figures(
        self, start: tuple[float, float], end: tuple[float, float], concurrency: int
    ) -> dict[str, Any]:
        """Return what is told of it. The moments are of the clock, and of the processor."""
        seconds, cpu = end[0] - start[0], end[1] - start[1]
        calls = len(self.latencies)
        rate = calls / seconds
        figures: dict[str, Any] = {
            "calls": calls,
            "seconds": seconds,
            "calls_a_second": rate,
            "errors": dict(self.errors),
        }
        if calls:
            self.latencies.sort()
            p99 = self.latencies[min(calls - 1, int(calls * 0.99))]
            figures |= {
                "cpu_a_call": cpu / calls,
                "p50": statistics.median(self.latencies),
                "p99": p99,
                # Of calls that are served in turn, each takes just as long.
                "p99_of_fair": p99 * rate / concurrency,
            }
        return figures


def _now() -> tuple[float, float]:
    return time.perf_counter(), time.process_time()


async def warm(create: AsyncCreate, concurrency: int) -> None:
    """Open connections, and fill caches."""
    await asyncio.gather(*(create() for _ in range(min(concurrency, MOST_CONNECTIONS))))
    for _ in range(WARM_UP_CALLS):
        await create()
    gc.collect()


async def one_by_one(create: AsyncCreate, calls: int, limit: float) -> dict[str, Any]:
    """Make calls one after another, for no longer than a number of seconds."""
    await warm(create, 1)
    load = Load()
    start = _now()
    for _ in range(calls):
        begin = time.perf_counter()
        try:
            await create()
        except Exception as error:  # noqa: BLE001 - what a client raises is the result
            load.errors[type(error).__name__] += 1
        else:
            load.latencies.append(time.perf_counter() - begin)
        if begin - start[0] > limit:
            break
    return load.figures(start, _now(), 1)


def one_by_one_sync(create: SyncCreate, calls: int, limit: float) -> dict[str, Any]:
    """As ``one_by_one``."""
    for _ in range(WARM_UP_CALLS):
        create()
    gc.collect()
    load = Load()
    start = _now()
    for _ in range(calls):
        begin = time.perf_counter()
        try:
            create()
        except Exception as error:  # noqa: BLE001 - as above
            load.errors[type(error).__name__] += 1
        else:
            load.latencies.append(time.perf_counter() - begin)
        if begin - start[0] > limit:
            break
    return load.figures(start, _now(), 1)


async def many_at_once(
    create: AsyncCreate, concurrency: int, calls: int, limit: float
) -> dict[str, Any]:
    """Keep a number of calls in flight until so many are done, or the time is up.

    Returns:
        The figures of the calls that were done by then, and how many were not,
        ``unfinished``: then the client is of no more use.
    """
    await warm(create, concurrency)
    load = Load()
    turns = itertools.repeat(None, calls)

    async def work() -> None:
        for _ in turns:
            begin = time.perf_counter()
            try:
                await create()
            except Exception as error:  # noqa: BLE001 - as above
                load.errors[type(error).__name__] += 1
            else:
                load.latencies.append(time.perf_counter() - begin)

    start = _now()
    workers = [asyncio.ensure_future(work()) for _ in range(concurrency)]
    _, pending = await asyncio.wait(workers, timeout=limit)
    figures = load.figures(start, _now(), concurrency)
    unfinished = calls - len(load.latencies) - load.errors.total() if pending else 0
    return figures | {"unfinished": unfinished}
