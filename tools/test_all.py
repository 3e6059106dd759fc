"""Runs the tests on every Python, with the lowest and the newest versions, and on every event loop.

Each Python and each set of versions has an environment of its own below ``.venv-all/``. It is
made again when what is installed there has changed.
"""

from __future__ import annotations

import argparse
import fnmatch
import hashlib
import itertools
import os
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import field, frozen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    # Runs a command in an environment; returns how it ended and all that it printed.
    Run = Callable[[Sequence[str], Mapping[str, str]], tuple[int, str]]

__all__ = ["Matrix", "Outcome", "Row", "counts_in", "main", "rows"]

_PYTHONS = ("3.11", "3.12", "3.13")
_REQUIREMENTS = {"lowest": "requirements/lowest.txt", "newest": "requirements/dev.txt"}
_ENVIRONMENTS = tuple(itertools.product(_PYTHONS, _REQUIREMENTS))
_FOLDER = ".venv-all"
_HEADINGS = (
    "interpreter",
    "resolution",
    "event loop",
    "passed",
    "skipped",
    "failed",
    "seconds",
    "verdict",
)


@frozen
class Row:
    """One run of the tests.

    Attributes:
        python: The version of Python, for example 3.11.
        resolution: Which versions are installed: lowest or newest.
        event_loop: What the coroutine tests run on. On another than asyncio, only they run.
    """

    python: str
    resolution: str
    event_loop: str

    def __str__(self) -> str:
        """Return the name by which a command line chooses it."""
        return f"{self.python}-{self.resolution}-{self.event_loop}"


@frozen
class Outcome:
    """What came of a row.

    Attributes:
        row: The row.
        verdict: ``passed``, ``failed``, or ``absent`` where there is no such Python.
        passed: How many tests passed, or None if none were run.
        skipped: How many were skipped.
        failed: How many failed, or could not be set up.
        seconds: How long it took.
    """

    row: Row
    verdict: str
    passed: int | None = None
    skipped: int | None = None
    failed: int | None = None
    seconds: float | None = None

    def cells(self) -> tuple[str, ...]:
        """Return its line in the table."""
        counts = (self.passed, self.skipped, self.failed)
        return (
            self.row.python,
            self.row.resolution,
            self.row.event_loop,
            *("-" if count is None else str(count) for count in counts),
            "-" if self.seconds is None else f"{self.seconds:.0f}",
            self.verdict,
        )


def rows() -> tuple[Row, ...]:
    """Return all rows. Event loops other than asyncio have the newest Python and versions."""
    return (
        *(
            Row(python, resolution, "asyncio")
            for python in _PYTHONS
            for resolution in _REQUIREMENTS
        ),
        *(Row(_PYTHONS[-1], "newest", event_loop) for event_loop in ("uvloop", "trio")),
    )


def counts_in(output: str) -> dict[str, int] | None:
    """Read how many tests passed, were skipped and failed, or None if pytest doesn't say.

    Args:
        output: What pytest printed.
    """
    # Anything may be printed behind it, by processes that end late.
    summaries = re.findall(r"^(?:=+ )?(\d+ \w+(?:, \d+ \w+)*) in [\d.]+s", output, re.MULTILINE)
    if not summaries:
        return None
    found = {word: int(number) for number, word in re.findall(r"(\d+) (\w+)", summaries[-1])}
    failed = sum(found.get(word, 0) for word in ("failed", "error", "errors"))
    return {
        "passed": found.get("passed", 0),
        "skipped": found.get("skipped", 0),
        "failed": failed,
    }


@frozen
class Matrix:
    """Every environment, and the runs in it.

    Attributes:
        root: The project's folder.
        environ: The environment variables: PATH and PYENV_ROOT say where each Python is.
        run: Runs a command.
        monotonic: Tells the seconds.
    """

    root: Path
    environ: Mapping[str, str]
    run: Run
    monotonic: Callable[[], float]
    _interpreters: dict[str, str | None] = field(factory=dict, init=False)

    def play(self, row: Row) -> Outcome:
        """Run the tests of a row, and keep what they print if they fail.

        Args:
            row: The row.
        """
        interpreter = self._interpreter(row.python)
        if interpreter is None:
            print(
                f"{row}: skipped, there is no Python {row.python} on PATH or in pyenv", flush=True
            )
            return Outcome(row, "absent")
        print(f"{row}: running", flush=True)
        start = self.monotonic()
        status, output = self._install(row, interpreter)
        counts: dict[str, int] = {}
        if status == 0:
            status, output = self._test(row)
            counts = counts_in(output) or {}
        report = self.root / _FOLDER / f"{row}.txt"
        report.unlink(missing_ok=True)
        # Whoever ends with 0 and counts nothing has tested nothing.
        has_passed = status == 0 and bool(counts.get("passed"))
        if not has_passed:
            report.write_text(output, encoding="utf-8")
            print(f"{row}: failed, see {report.relative_to(self.root).as_posix()}", flush=True)
        return Outcome(
            row,
            "passed" if has_passed else "failed",
            **counts,
            seconds=self.monotonic() - start,
        )

    def _interpreter(self, python: str) -> str | None:
        if python not in self._interpreters:
            works = (one for one in self._candidates(python) if self._is(one, python))
            self._interpreters[python] = next(works, None)
        return self._interpreters[python]

    def _candidates(self, python: str) -> Iterator[str]:
        name = f"python{python}"
        for folder in self.environ.get("PATH", os.defpath).split(os.pathsep):
            if (path := Path(folder) / name).is_file():
                yield str(path)
        pyenv = Path(
            self.environ.get("PYENV_ROOT") or Path(self.environ.get("HOME", "")) / ".pyenv"
        )
        releases = (pyenv / "versions").glob(f"{python}.*/bin/{name}")
        yield from sorted(map(str, releases), key=_numbers_in, reverse=True)

    def _is(self, interpreter: str, python: str) -> bool:
        # pyenv puts a program of each name on PATH, which fails if it has no such Python.
        say = "import sys; print('%d.%d' % sys.version_info[:2])"
        status, output = self.run([interpreter, "-c", say], self.environ)
        return status == 0 and output.strip() == python

    def _install(self, row: Row, interpreter: str) -> tuple[int, str]:
        """Make the environment, unless it is there and has what it should have."""
        folder = self._environment(row)
        requirements = self.root / _REQUIREMENTS[row.resolution]
        contents = (requirements, self.root / "pyproject.toml")
        stamp = f"{interpreter}\n" + "".join(
            f"{hashlib.sha256(path.read_bytes()).hexdigest()}\n" for path in contents
        )
        installed = folder / ".installed"
        if installed.is_file() and installed.read_text(encoding="utf-8") == stamp:
            return 0, ""
        folder.parent.mkdir(exist_ok=True)
        (folder.parent / ".gitignore").write_text("*\n", encoding="utf-8")
        python = str(folder / "bin/python")
        pip = [python, "-m", "pip", "--disable-pip-version-check", "--quiet"]
        # The files of pins are complete, and Python compiles what it imports.
        install = [*pip, "install", "--no-deps", "--no-compile"]
        for command in (
            [interpreter, "-m", "venv", "--clear", str(folder)],
            [*install, "--require-hashes", "--requirement", str(requirements)],
            [*install, "--no-build-isolation", "--editable", str(self.root)],
        ):
            status, output = self.run(command, self.environ)
            if status != 0:
                return status, output
        installed.write_text(stamp, encoding="utf-8")
        return 0, ""

    def _test(self, row: Row) -> tuple[int, str]:
        programs = self._environment(row) / "bin"
        command = [str(programs / "python"), "-m", "pytest", "-q"]
        command += ["--numprocesses", "auto", "--dist", "loadfile"]
        if row.event_loop != "asyncio":
            command.append(f"--event-loop={row.event_loop}")
        # Tests start programs of the environment by their names.
        path = os.pathsep.join([str(programs), self.environ.get("PATH", os.defpath)])
        return self.run(command, {**self.environ, "PATH": path})

    def _environment(self, row: Row) -> Path:
        return self.root / _FOLDER / f"{row.python}-{row.resolution}"


def _numbers_in(path: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", path)]


def _table(outcomes: Sequence[Outcome]) -> str:
    lines = [_HEADINGS, *(outcome.cells() for outcome in outcomes)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )


def _run(command: Sequence[str], environ: Mapping[str, str]) -> tuple[int, str]:
    done = subprocess.run(
        command,
        check=False,
        env=environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
    )
    return done.returncode, done.stdout


def main(
    arguments: Sequence[str] | None = None,
    *,
    root: Path | None = None,
    run: Run = _run,
    monotonic: Callable[[], float] = time.monotonic,
) -> int:
    """Run the rows; return 0, or 1 if one failed or none could be run.

    Args:
        arguments: The command line's arguments, for tests, as are the rest.
        root: The project's folder.
        run: Runs a command.
        monotonic: Tells the seconds.
    """
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "rows", nargs="*", default=["*"], help="which, for example '3.12-*': all, if none is given"
    )
    patterns = parser.parse_args(arguments).rows
    chosen = [row for row in rows() if any(fnmatch.fnmatch(str(row), one) for one in patterns)]
    if not chosen:
        parser.error(f"no such row; there are {', '.join(map(str, rows()))}")
    matrix = Matrix(root or Path.cwd(), os.environ, run, monotonic)
    outcomes = [matrix.play(row) for row in chosen]
    print(f"\n{_table(outcomes)}")
    verdicts = {outcome.verdict for outcome in outcomes}
    return 0 if "passed" in verdicts and "failed" not in verdicts else 1


if __name__ == "__main__":
    sys.exit(main())
