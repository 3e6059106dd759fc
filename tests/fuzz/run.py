"""Looks for bytes that a target can't stand, guided by which lines they reach.

Run as ``python -m tests.fuzz.run --seconds 60``. What it finds is kept among the
target's cases, which ``test_cases.py`` replays: it ends a target, and the run with 1.
"""

from __future__ import annotations

import argparse
import importlib
import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any, NoReturn

# Installed where it is run, and not where types are checked.
atheris: Any = importlib.import_module("atheris")

with atheris.instrument_imports(include=["kodexa_client", "dateutil", "email", "httpx", "ruamel"]):
    # Left to when a profile is read, it would not be instrumented.
    importlib.import_module("ruamel.yaml")

    from tests.fuzz.targets import CASES, TARGETS

# What reached new lines, for the next run to begin with.
_CORPUS = Path(".fuzz-corpus")
# A body of this size has all that a larger one has.
_LARGEST_INPUT_BYTES = 4096
_SECONDS_FOR_ONE = 10
_MEGABYTES = 2048


def main() -> int:
    """Fuzz one target, or several in turn; return 0, or 1 if anything was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("targets", nargs="*", help="all without one")
    parser.add_argument("--seconds", type=int, default=60, help="for all of them together")
    options = parser.parse_args()
    targets = options.targets or list(TARGETS)
    if unknown := sorted(set(targets) - set(TARGETS)):
        parser.error(f"there is no target {unknown[0]}, but {', '.join(TARGETS)}")
    if len(targets) == 1:
        fuzz(targets[0], options.seconds)
    share = f"--seconds={options.seconds // len(targets)}"
    # The fuzzer ends its process, and one that has found something must not end the others.
    commands = [[sys.executable, "-m", "tests.fuzz.run", target, share] for target in targets]
    failed = [command[3] for command in commands if subprocess.run(command, check=False).returncode]
    if failed:
        sys.stderr.write(f"Found by {', '.join(failed)}, and kept in {CASES}.\n")
    return 1 if failed else 0


def fuzz(name: str, seconds: int) -> NoReturn:
    """Fuzz one target, and end the process.

    Args:
        name: The target's name.
        seconds: How long, if nothing is found.
    """
    target = TARGETS[name]
    cases, corpus = CASES / name, _CORPUS / name
    for folder in (cases, corpus):
        folder.mkdir(parents=True, exist_ok=True)
    words = _CORPUS / f"{name}.words"
    words.write_text("".join(map(_entry, target.words)), encoding="ascii")
    arguments = [
        f"-max_total_time={seconds}",
        f"-max_len={_LARGEST_INPUT_BYTES}",
        f"-timeout={_SECONDS_FOR_ONE}",
        f"-rss_limit_mb={_MEGABYTES}",
        f"-artifact_prefix={cases}/",
        f"-dict={words}",
        "-print_final_stats=1",
        "-verbosity=0",
    ]
    # As in pytest: a warning may quote what is read, too.
    warnings.simplefilter("error")
    atheris.Setup([sys.argv[0], *arguments, str(corpus), str(cases)], target.run)
    atheris.Fuzz()
    raise AssertionError("the fuzzer has ended without ending its process")


def _entry(word: str) -> str:
    """Write a word as a line of libFuzzer's dictionaries."""
    return '"' + "".join(f"\\x{byte:02x}" for byte in word.encode()) + '"\n'


if __name__ == "__main__":
    sys.exit(main())
