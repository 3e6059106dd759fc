"""The result in words and figures: the tables, and the same as JSON."""

from __future__ import annotations

import statistics
from typing import TYPE_CHECKING, Any

from attrs import asdict

from benchmarks.measuring import table, versions

from .kinds import ASYNC_BASE, KINDS, SYNC_BASE
from .rounds import LEVELS
from .targets import figure as written
from .targets import targets

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .results import Results

__all__ = ["as_json", "as_text"]

PACKAGES = (
    *("httpx", "httpcore", "httpx2", "aiohttp", "attrs", "openai", "openapi-generator-cli"),
    *("openapi-python-client", "pydantic", "requests", "urllib3"),
)

# A title, the scenario, and the figure that is compared.
COMPARED = (
    ("import, CPU", "import", "cpu"),
    ("import, with a client made, CPU", "import, with a client made", "cpu"),
    ("a first client, CPU", "first client", "cpu"),
    ("a second client, CPU", "second client", "cpu"),
    ("first call, seconds", "first call", "seconds"),
    ("sequential, CPU a call", "sequential", "cpu_a_call"),
    ("sequential, calls/s", "sequential", "calls_a_second"),
    *(
        (f"{level:,} concurrent, calls/s", f"{level:,} concurrent", "calls_a_second")
        for level in LEVELS
    ),
    *((f"{level:,} concurrent, p99", f"{level:,} concurrent", "p99") for level in LEVELS),
    ("memory of a client", "memory", "bytes_a_client"),
    ("memory of an idle connection", "memory", "bytes_a_connection"),
    ("memory of 10,000 results", "memory", "bytes_of_results"),
)


def as_json(results: Results) -> dict[str, Any]:
    """Return everything that was measured, with what is promised of it."""
    return {
        "versions": versions(*PACKAGES),
        "unavailable": results.unavailable,
        "targets": [
            asdict(target) | {"result": target.result, "verdict": target.verdict}
            for target in targets(results)
        ],
        "ratios": {
            title: ratios
            for title, scenario, figure in COMPARED
            if (ratios := _ratios(results, scenario, figure))
        },
        "rounds": results.rounds,
    }


def as_text(results: Results) -> str:
    """Return the tables."""
    return "\n".join(_parts(results))


def _parts(results: Results) -> Iterator[str]:
    # What is not installed was not measured.
    found = versions(*PACKAGES).items()
    yield ", ".join(f"{name} {version}" for name, version in found if version != "not installed")
    yield ""
    head = ["what", "compared with", "measured", "of the rounds", "target", "verdict"]
    yield table(head, [target.row() for target in targets(results)])
    yield ""
    yield f"Ratios to raw httpx, of the sync clients to its sync client ({SYNC_BASE}): medians."
    yield ""
    clients = [client for client in KINDS if client not in {ASYNC_BASE, SYNC_BASE}]
    rows: list[tuple[str, dict[str, float]]] = [
        (title, _ratios(results, scenario, figure)) for title, scenario, figure in COMPARED
    ]
    measured = [client for client in clients if any(client in ratios for _, ratios in rows)]
    yield table(
        ["what", *measured],
        [
            [title, *(_cell(ratios.get(client)) for client in measured)]
            for title, ratios in rows
            if ratios
        ],
    )
    yield ""
    yield from _growth(results)
    yield from _server(results)
    for client, reason in results.unavailable.items():
        yield f"- left out: {client}: {reason}"
    failures = [*_failures(results)]
    if failures:
        yield ""
        yield "Calls that failed, and calls that were not done when their time was up (cut off):"
        yield ""
        yield from failures


def _ratios(results: Results, scenario: str, figure: str) -> dict[str, float]:
    """Return each client's median ratio to raw httpx."""
    found: dict[str, float] = {}
    for client in results.rounds.get(scenario, {}):
        base = ASYNC_BASE if KINDS[client].is_async else SYNC_BASE
        if client == base:
            continue
        # An import is an import, whatever it is made use of.
        base = base if results.of(scenario, base) else ASYNC_BASE
        ratios = results.ratios(figure, (scenario, client), (scenario, base))
        if ratios:
            found[client] = statistics.median(ratios)
    return found


def _cell(ratio: float | None) -> str:
    return "" if ratio is None else written(ratio)


def _failures(results: Results) -> Iterator[str]:
    for scenario, clients in results.rounds.items():
        for client, rounds in clients.items():
            errors: dict[str, int] = {}
            for figures in results.of(scenario, client):
                for name, count in figures.get("errors", {}).items():
                    errors[name] = errors.get(name, 0) + count
                if figures.get("unfinished"):
                    errors["cut off"] = errors.get("cut off", 0) + figures["unfinished"]
            if None in rounds:
                errors["no answer at all"] = rounds.count(None)
            if errors:
                told = ", ".join(f"{name}: {count}" for name, count in errors.items())
                yield f"- {scenario}, {client}: {told}"


def _growth(results: Results) -> Iterator[str]:
    """Tell how a process went on: each tenth of its calls, of the first tenth."""
    for client in results.rounds.get("growth", {}):
        for figures in results.of("growth", client):
            for title, name in (("p50", "p50"), ("RSS", "resident"), ("open files", "files")):
                values = [sample[name] for sample in figures["samples"]]
                if values[0]:
                    shares = " ".join(f"{value / values[0]:.2f}" for value in values)
                    yield f"- growth, {client}: {title} by tenths of the calls: {shares}"


def _server(results: Results) -> Iterator[str]:
    """Tell how busy the server was: near 1, it is the server that was measured."""
    busiest = max(
        (
            (value, scenario, client)
            for scenario, clients in results.rounds.items()
            for client in clients
            if results.values(scenario, client, "calls_a_second")
            and (value := results.median(scenario, client, "server_busy")) is not None
        ),
        default=None,
    )
    if busiest:
        value, scenario, client = busiest
        yield f"- the server was busy for {value:.0%} of the time at most: {scenario}, {client}"
