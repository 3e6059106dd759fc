"""Many calls with a few faults among them: nothing leaks, and every call is accounted for.

Run as ``python -m tests.faults.soak --calls 100000``. The server is a process of its own,
so that it does not take the client's time. Ends with 1 if anything is not as it has to be.
"""

from __future__ import annotations

import argparse
import asyncio
import ctypes
import gc
import itertools
import multiprocessing
import os
import random
import sys
import threading
import time
import uuid
import warnings
from array import array
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import httpx

from kodexa_client import AsyncKodexaClient, KodexaClient, KodexaError, OutcomeUnknownError
from kodexa_client._clock import Clock
from kodexa_client._config import Engine
from tests.faults import scripts as s
from tests.faults.server import FaultServer, until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from multiprocessing.connection import Connection

    from tests.faults.server import Script

CONCURRENCY = 50
THREADS = 4
# One call of twenty is the sync client's.
SYNC_PART = 20
# The first calls fill caches, pools and arenas.
WARM_UP_CALLS = 10_000
LARGEST_GROWTH = 10 << 20

RETURNED, CLEAR, UNCLEAR, LOST = 1, 2, 3, 4

FAULTS: tuple[Script, ...] = (
    *s.DROPS,
    *s.NOT_HTTP,
    *(script for script in s.UNREADABLE if script.name not in {"gzip bomb", "11 MiB"}),
    *s.LEAVING,
    *(s.status(code) for code in (*s.REFUSED, *s.REPEATED, *s.UNCLEAR)),
    *(s.status(code, executed=True) for code in s.UNCLEAR),
    *(s.status(429, f"retry-after: {form}") for form in (*s.RETRY_AFTER, "120")),
    *(s.STALL_READ, s.STALL, s.HALF_HEAD_STALL, s.HALF_BODY_STALL, s.HALF_BODY_RESET),
    *(s.DRIPPING_HEAD[1], s.DRIPPING_BODY[0], s.ENDLESS_BODY),
)


class HastyClock(Clock):
    """Does not wait between attempts."""

    def sleep(self, seconds: float) -> None:
        del seconds

    async def asleep(self, seconds: float) -> None:
        del seconds
        await asyncio.sleep(0)


def serve(pipe: Connection, seed: int, rate: float) -> None:
    """Play faults at random, and tell at the end what was executed."""
    # Chance is all that is asked of it.
    chance = random.Random(seed)  # noqa: S311

    def take() -> Script:
        # An early script is played at the request's first byte here.
        return chance.choice(FAULTS) if chance.random() < rate else s.OK

    with FaultServer(s.OK) as server:
        server.choose(take)
        pipe.send(server.url)
        pipe.recv()
        _report(server, pipe)


def _report(server: FaultServer, pipe: Connection) -> None:
    end = time.monotonic() + 10
    while not server.is_deserted() and time.monotonic() < end:
        time.sleep(0.01)
    faults = Counter([*server.finished, *server.cut_off])
    del faults["ok"]
    pipe.send(
        {
            "executed": [(int(made.user_id or "-1"), made.id) for made in server.executed],
            "open": len(server.open_connections),
            "connections": server.connections,
            "requests": len(server.received),
            "faults": faults.total(),
            "kinds of faults": len(faults),
            "overran": server.overran,
        }
    )


class Ledger:
    """What became of each call, in a space that is the same from the start."""

    def __init__(self, calls: int) -> None:
        self.outcomes = array("b", bytes(calls))
        self.ids = bytearray(16 * calls)
        self.strange: Counter[str] = Counter()

    def returned(self, number: int, token: Any) -> None:
        self.outcomes[number] = RETURNED
        made = token.id if isinstance(token.id, str) else token.uuid
        self.ids[16 * number : 16 * number + 16] = uuid.UUID(made).bytes

    def raised(self, number: int, error: Exception) -> None:
        if isinstance(error, OutcomeUnknownError):
            self.outcomes[number] = LOST if error.executed else UNCLEAR
        elif isinstance(error, KodexaError):
            self.outcomes[number] = CLEAR
        else:
            self.strange[repr(error)] += 1

    def id_of(self, number: int) -> str:
        return str(uuid.UUID(bytes=bytes(self.ids[16 * number : 16 * number + 16])))


def resident() -> int:
    """Return the bytes of memory that the process holds."""
    gc.collect()
    # What the allocator has kept of a large answer is no leak, and not the program's.
    ctypes.CDLL(None).malloc_trim(0)
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def open_files() -> int:
    return len(os.listdir("/proc/self/fd"))  # noqa: PTH208 - a count, without paths


SETTINGS: dict[str, Any] = {"timeout": httpx.Timeout(5, read=0.5), "deadline": 1.0}


def call_sync(url: str, numbers: Iterator[int], ledger: Ledger) -> None:
    """Make calls of the sync client, from several threads."""
    with KodexaClient(api_key="soak-key-of-the-faults", base_url=url, **SETTINGS) as client:
        client._clock = HastyClock()
        lock = threading.Lock()

        def work() -> None:
            while True:
                with lock:
                    number = next(numbers, None)
                if number is None:
                    return
                try:
                    token = client.access_tokens.create(name=f"s{number}", user_id=str(number))
                except Exception as error:  # noqa: BLE001 - what is strange is listed
                    ledger.raised(number, error)
                else:
                    ledger.returned(number, token)

        threads = [threading.Thread(target=work) for _ in range(THREADS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()


async def call_async(client: AsyncKodexaClient, numbers: Iterator[int], ledger: Ledger) -> None:
    """Make calls of the async client, one after the other; there are many of these."""
    for number in numbers:
        try:
            token = await client.access_tokens.create(name=f"a{number}", user_id=str(number))
        except Exception as error:  # noqa: BLE001 - what is strange is listed
            ledger.raised(number, error)
        else:
            ledger.returned(number, token)


async def call_all(
    url: str, warm_up: range, rest: range, ledger: Ledger, engine: Engine
) -> tuple[int, int]:
    """Make all calls of the async client, and return the memory held before and after."""
    async with AsyncKodexaClient(
        api_key="soak-key-of-the-faults", base_url=url, engine=engine, **SETTINGS
    ) as client:
        client._clock = HastyClock()
        measured: list[int] = []
        for part in (warm_up, rest):
            numbers = iter(part)
            await asyncio.gather(*(call_async(client, numbers, ledger) for _ in range(CONCURRENCY)))
            measured.append(resident())
    await until(lambda: len(asyncio.all_tasks()) == 1, what="the tasks' end")
    before, after = measured
    return before, after


def judge(
    ledger: Ledger, executed: list[tuple[int, str]], unclear: dict[int, int]
) -> dict[str, int]:
    """Hold every call against what was executed, and count what is not as promised.

    Args:
        ledger: What became of each call.
        executed: The number of a call and the id that it made, for each execution.
        unclear: Is filled with the unclear calls, and how often each was executed.
    """
    made: dict[int, list[str]] = {}
    for number, identifier in executed:
        made.setdefault(number, []).append(identifier)
    wrong: Counter[str] = Counter()
    for number, outcome in enumerate(ledger.outcomes):
        own = made.pop(number, [])
        wrong["executed twice"] += len(own) > 1
        if outcome == RETURNED:
            wrong["returned, not executed once or not its own"] += own != [ledger.id_of(number)]
        elif outcome == CLEAR:
            wrong["raised clear, executed"] += bool(own)
        elif outcome == LOST:
            wrong["said to be executed, not executed"] += not own
        elif outcome == UNCLEAR:
            unclear[number] = len(own)
        else:
            wrong["neither returned nor raised what is ours"] += 1
    wrong["executed for nobody"] = len(made)
    return dict(wrong)


def run(calls: int, seed: int, rate: float, listing: Path | None, engine: Engine) -> int:
    """Run the soak, print what was found, and return the program's status."""
    leaked: list[str] = []
    warnings.simplefilter("error", ResourceWarning)
    sys.unraisablehook = lambda unraisable: leaked.append(repr(unraisable.exc_value))
    context = multiprocessing.get_context("spawn")
    pipe, far_pipe = context.Pipe()
    server = context.Process(target=serve, args=(far_pipe, seed, rate), daemon=True)
    server.start()
    url: str = pipe.recv()

    ledger = Ledger(calls)
    sync_calls = calls // SYNC_PART
    async_calls = range(sync_calls, calls)
    warm_up = min(WARM_UP_CALLS, calls // 4)
    start = time.monotonic()
    files_before, threads_before = open_files(), threading.active_count()
    call_sync(url, iter(range(sync_calls)), ledger)
    # The loop keeps some files itself, so both are counted around it.
    before, after = asyncio.run(
        call_all(url, async_calls[:warm_up], async_calls[warm_up:], ledger, engine)
    )
    seconds = time.monotonic() - start
    gc.collect()
    pipe.send("report")
    report: dict[str, Any] = pipe.recv()
    server.join(timeout=10)

    by_outcome = Counter(ledger.outcomes)
    names = {RETURNED: "returned", CLEAR: "raised clear", UNCLEAR: "raised unclear", LOST: "lost"}
    lines: dict[str, int] = {"calls": calls}
    lines |= {names[kind]: by_outcome[kind] for kind in names}
    lines |= {what: report[what] for what in ("requests", "connections", "faults")}
    lines |= {"kinds of faults": report["kinds of faults"], "executed": len(report["executed"])}
    lines |= {"RSS after the first calls, KiB": before >> 10, "RSS at the end, KiB": after >> 10}
    lines |= {"seconds": round(seconds), "calls a second": round(calls / seconds)}
    unclear: dict[int, int] = {}
    wrong = judge(ledger, report["executed"], unclear)
    lines |= {
        "unclear, and executed": sum(1 for times in unclear.values() if times),
        "unclear, and not executed": sum(1 for times in unclear.values() if not times),
    }
    for what, number in lines.items():
        sys.stdout.write(f"{what:46}{number:>10,}\n")
    if listing is not None:
        text = "".join(f"{number}\t{times}\n" for number, times in unclear.items())
        listing.write_text(f"call\texecuted\n{text}", encoding="ascii")

    wrong |= {
        "sockets open at the server": report["open"],
        "scripts that the client did not end": len(report["overran"]),
        "files left": max(0, open_files() - files_before),
        "threads left": max(0, threading.active_count() - threads_before),
        "leaks that the interpreter saw": len(leaked),
        f"RSS grown by more than {LARGEST_GROWTH >> 20} MiB": after - before > LARGEST_GROWTH,
    }
    sys.stdout.write("\nViolations, none of which may be:\n")
    for what, number in wrong.items():
        sys.stdout.write(f"{what:46}{number:>10,}\n")
    for strange, number in itertools.islice(ledger.strange.items(), 10):
        sys.stdout.write(f"strange, {number} times: {strange}\n")
    for leak in leaked[:10]:
        sys.stdout.write(f"leak: {leak}\n")
    return 1 if any(wrong.values()) else 0


def main() -> int:
    """Read the arguments, and run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 32))  # noqa: S311
    parser.add_argument("--rate", type=float, default=0.05, help="the part that are faults")
    parser.add_argument("--list", type=Path, help="where to list the unclear calls")
    parser.add_argument("--engine", choices=get_args(Engine), default="httpcore")
    chosen = parser.parse_args()
    sys.stdout.write(f"seed {chosen.seed}\n")
    return run(chosen.calls, chosen.seed, chosen.rate, chosen.list, chosen.engine)


if __name__ == "__main__":
    sys.exit(main())
