"""Plays the scenarios: in each round every client has its turn, from another one on each time."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Any

from attrs import evolve, frozen

from .kinds import KINDS
from .results import Results
from .starting import measure_start, starts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import TypeVar

    from .crew import Crew

    T = TypeVar("T")

__all__ = ["FULL", "LEVELS", "PEERS", "QUICK", "SCENARIOS", "Extent", "play"]

# How many calls are made, by how many of them are in flight.
LEVELS = {1: 300, 10: 1500, 100: 2000, 500: 2500, 1000: 3000, 2000: 4000}
SEQUENTIAL_CALLS = 300
MEMORY_SECONDS = 120.0
FIRST_CALL_SECONDS = 20.0
# What is promised depends on every call of these, on a slow machine too.
PROMISED = ("ours", "ours, fast", "aiohttp")
PATIENCE = 6
# Peers are not asked: it is ours that may not grow.
GROWING = ("ours", "ours, fast")


@frozen
class Extent:
    """How much is measured.

    Attributes:
        starts: The rounds of fresh interpreters.
        sequential: The rounds of calls one after another.
        concurrent: The rounds of calls at once.
        memory: The rounds of memory.
        limit: The seconds after which a load is cut off. Raw httpx comes to no end.
        growth_calls: The calls of one process, for growth.
        growth_seconds: How long these may take.
    """

    starts: int
    sequential: int
    concurrent: int
    memory: int
    limit: float
    growth_calls: int
    growth_seconds: float


FULL = Extent(
    starts=15,
    sequential=11,
    concurrent=4,
    memory=1,
    limit=6.0,
    growth_calls=100_000,
    growth_seconds=400.0,
)
# Twice as many clients, of which half come to no end.
PEERS = evolve(FULL, starts=9, concurrent=3, limit=5.0)
QUICK = Extent(
    starts=3,
    sequential=3,
    concurrent=1,
    memory=1,
    limit=4.0,
    growth_calls=5_000,
    growth_seconds=60.0,
)


@frozen
class _Game:
    crew: Crew
    clients: list[str]
    folders: list[str]
    extent: Extent
    results: Results

    def starts(self) -> None:
        """Imports and clients, in fresh interpreters."""
        cases = starts(self.clients)
        # Their first turn compiles what has changed since it was last imported.
        for case in cases:
            measure_start(case, self.folders)
        for case in _in_turns(cases, self.extent.starts):
            self.results.add(case.scenario, case.client, measure_start(case, self.folders))

    def first_call(self) -> None:
        """From making a client to its first answer, in a process of its own each time."""
        for client in _in_turns(self.clients, self.extent.starts):
            self.crew.dismiss(client)
            self._ask("first call", client, {"do": "first call"}, FIRST_CALL_SECONDS)

    def sequential(self) -> None:
        """Calls one after another."""
        task = {"do": "sequential", "calls": SEQUENTIAL_CALLS, "limit": self.extent.limit}
        for client in _in_turns(self.clients, self.extent.sequential):
            self._ask("sequential", client, task, self.extent.limit)

    def concurrent(self) -> None:
        """Calls at once."""
        clients = [client for client in self.clients if KINDS[client].is_async]
        for number in range(self.extent.concurrent):
            for count, calls in LEVELS.items():
                task = {"do": "concurrent", "concurrency": count, "calls": calls}
                for client in _turned(clients, number):
                    limit = self.extent.limit * (PATIENCE if client in PROMISED else 1)
                    asked = task | {"limit": limit}
                    self._ask(f"{count:,} concurrent", client, asked, limit)

    def memory(self) -> None:
        """Memory, in a process that has done nothing before."""
        clients = [client for client in self.clients if KINDS[client].is_async]
        for client in _in_turns(clients, self.extent.memory):
            self.crew.dismiss(client)
            self._ask("memory", client, {"do": "memory"}, MEMORY_SECONDS)
            self.crew.dismiss(client)

    def growth(self) -> None:
        """Many calls, in such a process too."""
        task = {"do": "growth", "calls": self.extent.growth_calls}
        for client in [client for client in self.clients if client in GROWING]:
            self.crew.dismiss(client)
            self._ask("growth", client, task, self.extent.growth_seconds)
            self.crew.dismiss(client)

    def _ask(self, scenario: str, client: str, task: dict[str, Any], within: float) -> None:
        self.results.add(scenario, client, self.crew.ask(client, task, within))


SCENARIOS: dict[str, Callable[[_Game], None]] = {
    "starts": _Game.starts,
    "first-call": _Game.first_call,
    "sequential": _Game.sequential,
    "concurrent": _Game.concurrent,
    "memory": _Game.memory,
    "growth": _Game.growth,
}


def play(
    crew: Crew, folders: list[str], extent: Extent, scenarios: Sequence[str], *, peers: bool
) -> Results:
    """Play scenarios with every client that there is."""
    results = Results()
    clients: list[str] = []
    for name, kind in KINDS.items():
        if kind.is_peer and not peers:
            continue
        reason = crew.reason_without(name)
        if reason is None:
            clients.append(name)
        else:
            results.unavailable[name] = reason
    game = _Game(crew, clients, folders, extent, results)
    for scenario in scenarios:
        start = time.monotonic()
        SCENARIOS[scenario](game)
        sys.stderr.write(f"{scenario}: {time.monotonic() - start:.0f} seconds\n")
    return results


def _in_turns(all_of_them: list[T], rounds: int) -> Iterator[T]:
    for number in range(rounds):
        yield from _turned(all_of_them, number)


def _turned(all_of_them: list[T], number: int) -> list[T]:
    start = number % len(all_of_them)
    return [*all_of_them[start:], *all_of_them[:start]]
