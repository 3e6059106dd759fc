"""Draws calls a second, and the 99th percentile of latency, against concurrency."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from .kinds import KINDS
from .rounds import LEVELS

if TYPE_CHECKING:
    from pathlib import Path

    from .results import Results

__all__ = ["draw"]

INCHES = (9.0, 8.0)
MARKS = "osD^v<>P"
TICKS = (1.0, 2.0, 5.0)
# The same drawing is the same file: no date, and no ids made by chance.
STABLE = {"svg.hashsalt": "kodexa-client", "svg.fonttype": "none", "font.family": "sans-serif"}
UNDATED = {"Date": None, "Creator": None}

PANELS = (
    ("calls_a_second", "calls a second", 1.0),
    ("p99", "p99 of latency, milliseconds", 1000.0),
)


def draw(results: Results, path: Path) -> None:
    """Write the plot: log axes, a line for each client.

    Raises:
        ImportError: matplotlib is not installed: the peers' environment has it.
    """
    matplotlib = importlib.import_module("matplotlib")
    matplotlib.use("svg")
    pyplot = importlib.import_module("matplotlib.pyplot")
    with matplotlib.rc_context(STABLE):
        figure, panels = pyplot.subplots(2, 1, figsize=INCHES, sharex=True)
        for panel, (name, title, factor) in zip(panels, PANELS, strict=True):
            _draw_panel(panel, results, name, factor)
            panel.set_ylabel(title)
        panels[-1].set_xlabel("calls in flight")
        panels[0].set_title("One process, one core, a canned server on the same machine")
        panels[0].legend(fontsize="small", ncols=2)
        figure.tight_layout()
        figure.savefig(path, format="svg", metadata=UNDATED)
        pyplot.close(figure)


def _draw_panel(panel: Any, results: Results, name: str, factor: float) -> None:  # noqa: ANN401 - a library's without types
    clients = [client for client, kind in KINDS.items() if kind.is_async]
    for client, mark in zip(clients, MARKS, strict=True):
        points = [
            (level, value * factor)
            for level in LEVELS
            if (value := results.median(f"{level:,} concurrent", client, name))
        ]
        if points:
            width = 2.5 if client.startswith("ours") else 1.2
            panel.plot(*zip(*points, strict=True), marker=mark, linewidth=width, label=client)
    panel.set_xscale("log")
    panel.set_yscale("log")
    panel.set_xticks([*LEVELS], labels=[f"{level:,}" for level in LEVELS])
    # By default they are at the powers of ten, of which a panel may have just one.
    ticker = importlib.import_module("matplotlib.ticker")
    panel.yaxis.set_major_locator(ticker.LogLocator(subs=TICKS))
    panel.yaxis.set_major_formatter(ticker.FuncFormatter(lambda value, _: f"{value:,g}"))
    panel.minorticks_off()
    panel.grid(visible=True, alpha=0.3)
