"""The worker, a process of its own for each client: it does what it is asked to, in turn.

Run as ``python -m benchmarks.calls.worker CLIENT BASE_URL CORE [FOLDER...]``, where folders
hold generated packages. It reads and writes JSON, a line each, and ends with its input.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from typing import Any

from .async_clients import AsyncConnect, load_async
from .cores import open_many_files, pin
from .example import NAME
from .growth import growth_of
from .kinds import KINDS
from .loads import many_at_once, one_by_one, one_by_one_sync
from .memory import memory_of
from .packages import UnavailableError
from .sync_clients import SyncConnect, load_sync


async def perform(connect: AsyncConnect, base_url: str, task: dict[str, Any]) -> dict[str, Any]:
    """Do one task with an async client that is made for it: none gets another's wreck."""
    if task["do"] == "memory":
        return await memory_of(connect, base_url)
    if task["do"] == "first call":
        start = time.perf_counter()
        async with connect(base_url) as create:
            await create()
            return {"seconds": time.perf_counter() - start}
    async with connect(base_url) as create:
        check(await create())
        match task:
            case {"do": "sequential", "calls": calls, "limit": limit}:
                return await one_by_one(create, calls, limit)
            case {"do": "concurrent", "concurrency": count, "calls": calls, "limit": limit}:
                figures = await many_at_once(create, count, calls, limit)
                if figures["unfinished"]:
                    # Thousands of calls that wait for each other may take minutes to cancel.
                    tell(figures)
                    os._exit(0)
                return figures
            case {"do": "growth", "calls": calls}:
                return await growth_of(create, calls)
            case _:
                raise ValueError(task)


def perform_sync(connect: SyncConnect, base_url: str, task: dict[str, Any]) -> dict[str, Any]:
    """As ``perform``."""
    if task["do"] == "first call":
        start = time.perf_counter()
        with connect(base_url) as create:
            create()
            return {"seconds": time.perf_counter() - start}
    with connect(base_url) as create:
        check(create())
        return one_by_one_sync(create, task["calls"], task["limit"])


def check(result: Any) -> None:  # noqa: ANN401 - whatever a client returns
    """Make sure that a client gives what the server sent."""
    name = result["name"] if isinstance(result, dict) else result.name
    if name != NAME:
        raise RuntimeError(f"The client returned {result!r}.")


def tell(answer: dict[str, Any]) -> None:
    """Write an answer."""
    ANSWERS.write(f"{json.dumps(answer)}\n")
    ANSWERS.flush()


def main(name: str, base_url: str) -> None:
    """Say whether there is such a client, and do what is asked."""
    if KINDS[name].is_async:
        try:
            connect = load_async(name)
        except (ImportError, UnavailableError) as reason:
            tell({"unavailable": str(reason)})
            return
        tell({})
        with asyncio.Runner() as runner:
            for line in sys.stdin:
                tell(runner.run(perform(connect, base_url, json.loads(line))))
        return
    try:
        connect_sync = load_sync(name)
    except ImportError as reason:
        tell({"unavailable": str(reason)})
        return
    tell({})
    for line in sys.stdin:
        tell(perform_sync(connect_sync, base_url, json.loads(line)))


if __name__ == "__main__":
    # What a client prints is no answer.
    ANSWERS = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    pin(int(sys.argv[3]))
    open_many_files()
    sys.path[:0] = sys.argv[4:]
    main(sys.argv[1], sys.argv[2])
