"""A hundred thousand calls of one client: does its process stay as it was."""

from __future__ import annotations

import asyncio
import gc
import itertools
import statistics
import time
from typing import TYPE_CHECKING, Any

from .resident import open_files, resident_bytes

if TYPE_CHECKING:
    from .async_clients import AsyncCreate

__all__ = ["SAMPLES", "growth_of"]

CONCURRENCY = 10
SAMPLES = 10


async def growth_of(create: AsyncCreate, calls: int) -> dict[str, Any]:
    """Make calls, and return a sample after each tenth of them."""
    samples = []
    for number in range(1, SAMPLES + 1):
        latencies = await _calls(create, calls // SAMPLES)
        median = statistics.median(latencies)
        # They would be counted as memory otherwise, and so would what is yet to be collected.
        del latencies
        gc.collect()
        samples.append(
            {
                "calls": calls // SAMPLES * number,
                "p50": median,
                "resident": resident_bytes(),
                "files": open_files(),
            }
        )
    return {"samples": samples}


async def _calls(create: AsyncCreate, calls: int) -> list[float]:
    latencies: list[float] = []
    turns = itertools.repeat(None, calls)

    async def work() -> None:
        for _ in turns:
            begin = time.perf_counter()
            await create()
            latencies.append(time.perf_counter() - begin)

    await asyncio.gather(*(work() for _ in range(CONCURRENCY)))
    return latencies
