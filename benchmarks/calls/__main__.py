"""Measures calls: plays the scenarios, and prints what came of them."""

from __future__ import annotations

import argparse
import contextlib
import importlib.util
import json
import sys
from pathlib import Path

from .cores import first_and_last, open_many_files, pin
from .crew import Crew
from .packages import generated_packages
from .plot import draw
from .report import as_json, as_text
from .rounds import FULL, PEERS, QUICK, SCENARIOS, play


def main(arguments: list[str] | None = None) -> int:
    """Measure and print; return the exit code, which does not depend on the result."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.calls", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print the result as JSON")
    parser.add_argument("--quick", action="store_true", help="few rounds, for a look")
    parser.add_argument(
        "--only",
        type=_scenarios,
        default=[*SCENARIOS],
        metavar="SCENARIO[,...]",
        help=f"of {', '.join(SCENARIOS)}",
    )
    parser.add_argument("--peers", action="store_true", help="measure the other clients too")
    parser.add_argument("--plot", type=Path, metavar="SVG", help="draw it there")
    options = parser.parse_args(arguments)
    if options.plot and not importlib.util.find_spec("matplotlib"):
        parser.error("the plot needs matplotlib, which the environment of the peers has")
    cores = first_and_last()
    with contextlib.ExitStack() as stack:
        folders = stack.enter_context(generated_packages()) if options.peers else []
        # What it starts from now on is where the clients are: the server moves away.
        pin(cores[0])
        open_many_files()
        crew = stack.enter_context(Crew(cores, folders))
        extent = QUICK if options.quick else PEERS if options.peers else FULL
        results = play(crew, folders, extent, options.only, peers=options.peers)
    sys.stdout.write(
        f"{json.dumps(as_json(results), indent=2) if options.json else as_text(results)}\n"
    )
    if options.plot and "concurrent" in options.only:
        draw(results, options.plot)
    return 0


def _scenarios(text: str) -> list[str]:
    names = text.split(",")
    unknown = [name for name in names if name not in SCENARIOS]
    if unknown:
        raise argparse.ArgumentTypeError(f"unknown: {', '.join(unknown)}")
    return names


if __name__ == "__main__":
    raise SystemExit(main())
