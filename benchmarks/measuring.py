"""Times several functions against each other: interleaved, as medians of ratios."""

from __future__ import annotations

import gc
import importlib.metadata
import platform
import statistics
import time
from typing import TYPE_CHECKING, Any

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

__all__ = ["Timings", "measure", "table", "versions"]

ROUNDS = 61
ROUND_SECONDS = 0.002


@frozen
class Timings:
    """How long each function took in each round.

    Attributes:
        seconds: The seconds of one call, by the function's name, a figure a round.
    """

    seconds: Mapping[str, Sequence[float]]

    def median(self, name: str) -> float:
        """Return the seconds of a call, for orientation: it depends on the machine."""
        return statistics.median(self.seconds[name])

    def ratio(self, name: str, base: str) -> float:
        """Return the median of how many times longer than another a function took.

        Both were timed in the same round, one soon after the other: what slows the
        machine down for a while slows both down.
        """
        pairs = zip(self.seconds[name], self.seconds[base], strict=True)
        return statistics.median(one / other for one, other in pairs)


def measure(functions: Mapping[str, Callable[[], object]]) -> Timings:
    """Time functions in turns, in each round from another one on.

    The garbage collector stays on, as in a program; what is there already is kept out
    of its way.
    """
    gc.collect()
    gc.freeze()
    repeats = {name: _repeats(function) for name, function in functions.items()}
    seconds: dict[str, list[float]] = {name: [] for name in functions}
    names = list(functions)
    for turn in range(ROUNDS):
        start = turn % len(names)
        for name in [*names[start:], *names[:start]]:
            seconds[name].append(_time(functions[name], repeats[name]) / repeats[name])
    gc.unfreeze()
    return Timings(seconds)


def _repeats(function: Callable[[], object]) -> int:
    """Return how many calls fill a round."""
    repeats = 1
    while _time(function, repeats) < ROUND_SECONDS:
        repeats *= 2
    return repeats


def _time(function: Callable[[], object], repeats: int) -> float:
    turns = range(repeats)
    start = time.perf_counter()
    for _ in turns:
        function()
    return time.perf_counter() - start


def versions(*packages: str) -> dict[str, str]:
    """Return what a result depends on: of the machine, its kind alone."""
    found = {"python": f"{platform.python_implementation()} {platform.python_version()}"}
    for package in packages:
        try:
            found[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            found[package] = "not installed"
    return found | {"machine": f"{platform.system()} {platform.machine()}"}


def table(head: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    """Return a Markdown table whose columns are as wide as what is in them."""
    cells = [[str(cell) for cell in row] for row in [head, *rows]]
    widths = [max(len(row[column]) for row in cells) for column in range(len(head))]
    # The first column is words, the others are figures.
    lines = [
        "| "
        + " | ".join(
            cell.ljust(width) if column == 0 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        + " |"
        for row in cells
    ]
    rule = [
        ("-" * width) if column == 0 else "-" * (width - 1) + ":"
        for column, width in enumerate(widths)
    ]
    lines.insert(1, "| " + " | ".join(rule) + " |")
    return "\n".join(lines)
