"""What is promised of calls, and whether it is kept."""

from __future__ import annotations

import statistics
from typing import TYPE_CHECKING

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .results import Results

__all__ = ["GROWTH_TARGET", "Target", "figure", "targets"]

AT_LEAST = "at least"
AT_MOST = "at most"

LOWEST_LEVELS = {"10 concurrent": 1.5, "100 concurrent": 3.5}
HIGH_LEVELS = ("500 concurrent", "1,000 concurrent", "2,000 concurrent")
FAST_LEVELS = ("100 concurrent", "2,000 concurrent")
# Resident memory after the last calls, of that after the first tenth. Pages that the allocator
# happens to touch make a percent or two; a kilobyte a call would double it.
GROWTH_TARGET = 1.05


def figure(value: float) -> str:
    """Write a ratio with the digits that tell something."""
    return f"{value:.2f}" if value == 0 or value >= 0.1 else f"{value:.4f}"  # noqa: PLR2004


@frozen
class Target:
    """One promise.

    Attributes:
        what: What is promised.
        than: What it is compared with.
        bound: ``at least`` or ``at most``.
        target: The ratio, or the number, that is promised.
        measured: What was measured in each round.
        reason: Why nothing was, if nothing was.
    """

    what: str
    than: str
    bound: str
    target: float
    measured: list[float]
    reason: str

    @property
    def result(self) -> float | None:
        """Return the median of the rounds."""
        return statistics.median(self.measured) if self.measured else None

    @property
    def verdict(self) -> str:
        """Say whether the promise is kept."""
        if self.result is None:
            return f"skipped: {self.reason}"
        is_met = (
            self.result >= self.target if self.bound == AT_LEAST else self.result <= self.target
        )
        return "met" if is_met else "MISSED"

    def row(self) -> list[str]:
        """Return the cells of the row."""
        return [
            self.what,
            self.than,
            "" if self.result is None else figure(self.result),
            f"{figure(min(self.measured))} - {figure(max(self.measured))}" if self.measured else "",
            f"{self.bound} {self.target:g}",
            self.verdict,
        ]


@frozen
class _Promises:
    results: Results

    def all(self) -> Iterator[Target]:
        yield from self.sequential()
        yield from self.concurrent()
        yield from self.fast()
        yield from self.starts()
        yield from self.growth("ours")
        yield from self.growth("ours, fast")

    def sequential(self) -> Iterator[Target]:
        yield self.cpu("CPU a call, sequential, async", "ours", "httpx", 0.80)
        yield self.cpu("CPU a call, sequential, sync", "ours, sync", "httpx, sync", 0.75)

    def concurrent(self) -> Iterator[Target]:
        for level, target in LOWEST_LEVELS.items():
            yield self.rate(level, "ours", "httpx", target)
        for level in HIGH_LEVELS:
            yield self.rate(level, "ours", "aiohttp", 0.25)
            own = self.results.ratios("calls_a_second", (level, "ours"), ("10 concurrent", "ours"))
            than = "ours at 10 concurrent"
            yield self.target(f"calls/s, {level}", than, AT_LEAST, 0.8, measured=own, client="ours")
        yield self.errors("ours", [*LOWEST_LEVELS, *HIGH_LEVELS])
        yield self.target(
            "p99, 500 concurrent",
            "concurrency / throughput",
            AT_MOST,
            1.5,
            measured=self.results.values("500 concurrent", "ours", "p99_of_fair"),
            client="ours",
        )

    def fast(self) -> Iterator[Target]:
        yield self.cpu("fast: CPU a call, sequential", "ours, fast", "httpx", 0.45)
        for level in FAST_LEVELS:
            yield self.rate(level, "ours, fast", "aiohttp", 0.5)
        yield self.rate("100 concurrent", "ours, fast", "httpx", 8.0)
        yield self.errors("ours, fast", [*FAST_LEVELS])

    def starts(self) -> Iterator[Target]:
        made = "import, with a client made"
        for what, one, other, target in (
            ("CPU of import kodexa_client", ("import", "ours"), ("import", "httpx"), 0.6),
            ("CPU of that with a client made", (made, "ours"), ("import", "httpx"), 1.15),
        ):
            ratios = self.results.ratios("cpu", one, other)
            yield self.target(what, "import httpx", AT_MOST, target, measured=ratios, client="ours")
        ratios = self.results.ratios("cpu", ("second client", "ours"), ("first client", "httpx"))
        than = "first httpx.AsyncClient()"
        yield self.target(
            "CPU of a second client", than, AT_MOST, 0.05, measured=ratios, client="ours"
        )

    def growth(self, client: str) -> Iterator[Target]:
        name = "fast: " if client == "ours, fast" else ""
        samples = [figures["samples"] for figures in self.results.of("growth", client)]
        calls = f"{samples[0][-1]['calls']:,}" if samples else "100,000"
        first = f"after {samples[0][0]['calls']:,}" if samples else "after 10,000"
        for what, held, target in (
            ("RSS", "resident", GROWTH_TARGET),
            ("open files", "files", 1.0),
        ):
            ratios = [run[-1][held] / run[0][held] for run in samples if run[0][held]]
            title = f"{name}{what}, after {calls} calls"
            yield self.target(title, first, AT_MOST, target, measured=ratios, client=client)

    def cpu(self, what: str, client: str, than: str, target: float) -> Target:
        ratios = self.results.ratios("cpu_a_call", ("sequential", client), ("sequential", than))
        return self.target(what, f"raw {than}", AT_MOST, target, measured=ratios, client=client)

    def rate(self, level: str, client: str, than: str, target: float) -> Target:
        ratios = self.results.ratios("calls_a_second", (level, client), (level, than))
        name = "fast: " if client == "ours, fast" else ""
        what = f"{name}calls/s, {level}"
        return self.target(what, f"raw {than}", AT_LEAST, target, measured=ratios, client=client)

    def errors(self, client: str, levels: list[str]) -> Target:
        found = [failed for level in levels for failed in self.results.failures(level, client)]
        name = "fast: " if client == "ours, fast" else ""
        # Of errors it is the sum that counts: a median would forgive some.
        total = [sum(found)] if found else []
        return self.target(
            f"{name}errors, and calls of ours cut off",
            "none",
            AT_MOST,
            0,
            measured=total,
            client=client,
        )

    def target(
        self, what: str, than: str, bound: str, target: float, *, measured: list[float], client: str
    ) -> Target:
        reason = self.results.unavailable.get(client, "not measured")
        return Target(what, than, bound, target, measured, reason)


def targets(results: Results) -> list[Target]:
    """Hold what was measured against what is promised."""
    return [*_Promises(results).all()]
