"""The memory of clients, of idle connections, and of results that are kept."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import tracemalloc
from typing import TYPE_CHECKING, Any

from .loads import warm
from .resident import open_files, resident_bytes

if TYPE_CHECKING:
    from .async_clients import AsyncConnect

__all__ = ["memory_of"]

CLIENTS = 100
CONNECTIONS = 100
# So many are counted, and more are told of: a call takes three times as long while
# memory is traced.
KEPT_RESULTS = 1_000
RESULTS = 10_000


async def memory_of(connect: AsyncConnect, base_url: str) -> dict[str, Any]:
    """Return the bytes of each. None stands for what the system does not tell."""
    # What a first client imports and caches is not a client's.
    async with connect(base_url) as create:
        await create()
    # Before there have been many calls: clients would find room in what these have left.
    bytes_a_client = await _of_clients(connect, base_url)
    async with connect(base_url) as create:
        await warm(create, CONNECTIONS)
    return {
        "bytes_a_client": bytes_a_client,
        "bytes_a_connection": await _of_connections(connect, base_url),
        "bytes_of_results": await _of_results(connect, base_url),
    }


async def _of_clients(connect: AsyncConnect, base_url: str) -> float:
    """Resident memory, since most of a client may be OpenSSL's, which Python does not see."""
    async with contextlib.AsyncExitStack() as stack:
        gc.collect()
        before = resident_bytes()
        for _ in range(CLIENTS):
            await stack.enter_async_context(connect(base_url))
        gc.collect()
        after = resident_bytes()
    return (after - before) / CLIENTS


async def _of_connections(connect: AsyncConnect, base_url: str) -> float | None:
    """Python's memory: what the calls themselves took for a moment stays resident."""
    async with connect(base_url) as create:
        await create()
        gc.collect()
        files = open_files()
        tracemalloc.start()
        try:
            await asyncio.gather(*(create() for _ in range(CONNECTIONS)))
            # What ends a call may take a turn or two of the event loop.
            await asyncio.sleep(0.05)
            gc.collect()
            used, _ = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        more = open_files()
        opened = CONNECTIONS - 1 if files is None or more is None else more - files
    return used / opened if opened else None


async def _of_results(connect: AsyncConnect, base_url: str) -> float:
    """Python's memory too: of results alone, as all else has been there before."""
    async with connect(base_url) as create:
        await warm(create, 1)
        tracemalloc.start()
        try:
            kept = [await create() for _ in range(KEPT_RESULTS)]
            gc.collect()
            used, _ = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    return used / len(kept) * RESULTS
