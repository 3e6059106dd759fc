"""Tells where the processor is during a call, by who wrote the code that it is in."""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
import sysconfig
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.measuring import table, versions

from .async_clients import load_async
from .cores import first_and_last, pin
from .processes import running
from .sync_clients import load_sync

if TYPE_CHECKING:
    from types import FrameType

__all__ = ["main"]

CLIENTS = ("httpx", "ours", "ours, fast", "aiohttp", "httpx, sync", "ours, sync")
INTERVAL_SECONDS = 0.001
START_SECONDS = 30.0
WARM_UP_CALLS = 200
STANDARD_LIBRARY = Path(sysconfig.get_paths()["stdlib"])
FEWEST_PERCENT = 1.0


class Samples:
    """What was running each time that the processor had been used for a while."""

    def __init__(self) -> None:
        """Start with none."""
        self.packages: Counter[str] = Counter()

    def take(self, _signal: int, frame: FrameType | None) -> None:
        """Take note of the innermost code of a package: what it calls in C is its own time."""
        while frame is not None:
            package = _package_of(frame.f_code.co_filename)
            if package is not None:
                self.packages[package] += 1
                return
            frame = frame.f_back
        self.packages["other"] += 1


def _package_of(file: str) -> str | None:
    """Return whose code it is; None for what attrs has generated, which is its caller's."""
    path = Path(file)
    if "site-packages" in path.parts:
        return path.parts[path.parts.index("site-packages") + 1].removesuffix(".py")
    if path.is_relative_to(STANDARD_LIBRARY):
        return f"{path.relative_to(STANDARD_LIBRARY).parts[0].removesuffix('.py')} (standard)"
    for package in ("kodexa_client", "benchmarks"):
        if package in path.parts:
            return package
    return None


def main(arguments: list[str] | None = None) -> int:
    """Sample the calls of each client and print the shares; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.calls.profile", description=__doc__)
    parser.add_argument("--calls", type=int, default=20_000, help="of each client")
    parser.add_argument("--concurrency", type=int, default=1, help="of the async clients")
    options = parser.parse_args(arguments)
    cores = first_and_last()
    pin(cores[0])
    shares: dict[str, Counter[str]] = {}
    spent: dict[str, float] = {}
    with running("server", str(cores[1])) as server:
        started = server.answer(START_SECONDS)
        if started is None:
            raise RuntimeError("The server did not start.")
        base_url = f"http://127.0.0.1:{started['port']}"
        for client in CLIENTS:
            samples = Samples()
            signal.signal(signal.SIGPROF, samples.take)
            spent[client] = _calls(client, base_url, options.calls, options.concurrency)
            shares[client] = samples.packages
    _print(shares, spent)
    return 0


def _calls(client: str, base_url: str, calls: int, concurrency: int) -> float:
    """Make calls while samples are taken, and return the processor's seconds of one."""
    if client.endswith(", sync"):
        with load_sync(client)(base_url) as create:
            for _ in range(WARM_UP_CALLS):
                create()
            began = _start()
            for _ in range(calls):
                create()
            return _stop(began) / calls
    return asyncio.run(_async_calls(client, base_url, calls, concurrency))


async def _async_calls(client: str, base_url: str, calls: int, concurrency: int) -> float:
    async with load_async(client)(base_url) as create:

        async def work(number: int) -> None:
            for _ in range(number):
                await create()

        await asyncio.gather(*(work(WARM_UP_CALLS // concurrency) for _ in range(concurrency)))
        began = _start()
        await asyncio.gather(*(work(calls // concurrency) for _ in range(concurrency)))
        return _stop(began) / calls


def _start() -> float:
    signal.setitimer(signal.ITIMER_PROF, INTERVAL_SECONDS, INTERVAL_SECONDS)
    return time.process_time()


def _stop(began: float) -> float:
    seconds = time.process_time() - began
    signal.setitimer(signal.ITIMER_PROF, 0)
    return seconds


def _print(shares: dict[str, Counter[str]], spent: dict[str, float]) -> None:
    base = {
        client: spent["httpx, sync" if client.endswith(", sync") else "httpx"] for client in spent
    }

    def part(client: str, package: str) -> float:
        """Return a package's part of a call, where a call of raw httpx is 100."""
        counted = shares[client]
        return 100 * counted[package] / counted.total() * spent[client] / base[client]

    packages = sorted(
        {package for counted in shares.values() for package in counted},
        key=lambda package: -sum(part(client, package) for client in shares),
    )
    rows = [
        [package, *(f"{part(client, package):.0f}" for client in shares)]
        for package in packages
        if any(part(client, package) >= FEWEST_PERCENT for client in shares)
    ]
    rows.append(["in all", *(f"{100 * spent[one] / base[one]:.0f}" for one in shares)])
    found = versions("httpx", "httpcore", "h11", "anyio", "aiohttp")
    sys.stdout.write(", ".join(f"{name} {version}" for name, version in found.items()))
    sys.stdout.write(f"\n\n{table(['of a call, raw httpx being 100', *shares], rows)}\n")


if __name__ == "__main__":
    raise SystemExit(main())
