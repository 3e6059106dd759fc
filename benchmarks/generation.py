"""Measures how long generating takes as a document grows: ten, a hundred, a thousand operations."""

from __future__ import annotations

import argparse
import contextlib
import itertools
import json
import os
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest import mock

from attrs import evolve

from tools import building
from tools.building import Recipe, build
from tools.rendering import Rendering

from .measuring import table, versions

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

ROOT = Path(__file__).parents[1]
PACKAGES = ("openapi-python-client", "openapi-spec-validator", "ruamel.yaml", "ruff")
SIZES = (10, 100, 1000)
OPERATIONS_A_TAG = 10
SHORTEST = 0.05

# What build() calls: where it is found, by which name, and what it does.
PHASES: tuple[tuple[object, str, str], ...] = (
    (building, "load_document", "read and validate the document"),
    (building, "check_operations", "check its operations"),
    (Rendering, "__init__", "parse it (upstream)"),
    (building, "check_names", "check the names"),
    (Rendering, "write", "render the templates"),
    (building, "finish", "format and lint (ruff)"),
    (building, "prove_importable", "import every module"),
)

HEAD = """\
openapi: 3.1.0
info: {title: Grown, version: 1.0.0}
servers: [{url: https://api.example.com}]
security: [{key: []}]
"""

OPERATION = """\
  /resources-{tag}/{{id}}/actions-{number}:
    post:
      operationId: doAction{number}
      tags: [resources-{tag}]
      summary: Do action {number}.
      parameters:
        - {{name: id, in: path, required: true, schema: {{type: string, format: uuid}}}}
        - {{name: page, in: query, schema: {{type: integer, default: 1}}}}
        - {{name: since, in: query, schema: {{type: string, format: date-time}}}}
        - {{name: X-Trace, in: header, schema: {{type: string}}}}
      requestBody:
        required: true
        content:
          application/json:
            schema: {{$ref: '#/components/schemas/Action{number}'}}
      responses:
        '200':
          description: The result.
          content:
            application/json:
              schema: {{$ref: '#/components/schemas/Result{number}'}}
"""

SCHEMAS = """\
    Action{number}:
      type: object
      description: What action {number} is given.
      required: [name]
      properties:
        name: {{type: string}}
        count: {{type: integer}}
        kind: {{$ref: '#/components/schemas/Kind{number}'}}
        labels: {{type: array, items: {{type: string}}}}
    Result{number}:
      type: object
      description: What action {number} gives.
      properties:
        id: {{type: string, format: uuid}}
        createdOn: {{type: string, format: date-time}}
        kind: {{$ref: '#/components/schemas/Kind{number}'}}
        action: {{$ref: '#/components/schemas/Action{number}'}}
    Kind{number}:
      type: string
      enum: [first, second, third]
"""

SECURITY = """\
  securitySchemes:
    key: {type: apiKey, in: header, name: x-api-key}
"""


def grown_document(operations: int) -> str:
    """Return a document with so many operations, ten to a tag."""
    numbers = range(operations)
    tags = range(-(-operations // OPERATIONS_A_TAG))
    return "".join(
        [
            HEAD,
            "tags:\n",
            *(f"  - {{name: resources-{tag}}}\n" for tag in tags),
            "paths:\n",
            *(OPERATION.format(number=one, tag=one // OPERATIONS_A_TAG) for one in numbers),
            "components:\n",
            SECURITY,
            "  schemas:\n",
            *(SCHEMAS.format(number=one) for one in numbers),
        ]
    )


def time_build(operations: int) -> dict[str, float]:
    """Generate a package, remove it, and return the seconds of each phase and of the whole.

    They are the processor's, of this process and of those that it starts: a clock would
    count what else the machine does.
    """
    with tempfile.TemporaryDirectory(prefix=".generated-bench-", dir=ROOT) as temporary:
        folder = Path(temporary)
        document = folder / "grown.yaml"
        document.write_text(grown_document(operations), encoding="utf-8")
        seconds: defaultdict[str, float] = defaultdict(float)
        with _timed_phases(seconds):
            start, started = _processor_seconds(), time.perf_counter()
            build(evolve(Recipe.of(ROOT), document=document), folder / "grown_client")
            whole, by_clock = _processor_seconds() - start, time.perf_counter() - started
    rest = whole - sum(seconds.values())
    return {**seconds, "everything else": rest, "in all": whole, "in all, by the clock": by_clock}


@contextlib.contextmanager
def _timed_phases(seconds: defaultdict[str, float]) -> Generator[None, None, None]:
    """Add up, while the block runs, what each phase of build() takes."""
    with contextlib.ExitStack() as stack:
        for owner, name, title in PHASES:
            timed = _timed(getattr(owner, name), title, seconds)
            stack.enter_context(mock.patch.object(owner, name, timed))
        yield


def _processor_seconds() -> float:
    used = os.times()
    return used.user + used.system + used.children_user + used.children_system


def _timed(
    function: Callable[..., Any], title: str, seconds: defaultdict[str, float]
) -> Callable[..., Any]:
    def timed(*arguments: Any, **named: Any) -> Any:  # noqa: ANN401 - of any function
        start = _processor_seconds()
        try:
            return function(*arguments, **named)
        finally:
            seconds[title] += _processor_seconds() - start

    return timed


def main(arguments: list[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.generation", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print the result as JSON")
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, help="operations")
    options = parser.parse_args(arguments)
    results = {size: time_build(size) for size in sorted(options.sizes)}
    if options.json:
        result = {"versions": versions(*PACKAGES), "seconds": results}
        sys.stdout.write(f"{json.dumps(result, indent=2)}\n")
        return 0
    sys.stdout.write(f"{_report(results)}\n")
    return 0


def _report(results: dict[int, dict[str, float]]) -> str:
    """Return the curve: seconds, and how many times more each size takes than the one before."""
    sizes = list(results)
    steps = list(itertools.pairwise(sizes))
    head = [
        "seconds of the processor, by operations",
        *map(str, sizes),
        *(f"{less} to {more}" for less, more in steps),
    ]
    rows = [
        [
            phase,
            *(f"{results[size][phase]:.2f}" for size in sizes),
            *(_times(results[less][phase], results[more][phase]) for less, more in steps),
        ]
        for phase in results[sizes[0]]
    ]
    installed = ", ".join(f"{name} {version}" for name, version in versions(*PACKAGES).items())
    return f"{installed}\n\n{table(head, rows)}"


def _times(less: float, more: float) -> str:
    # Below a few ticks of the processor's clock, a ratio says nothing.
    return f"x {more / less:.1f}" if less >= SHORTEST else ""


if __name__ == "__main__":
    raise SystemExit(main())
