"""The table of all environments: which there are, how each is made, and what came of it."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tools import test_all
from tools.test_all import counts_in, main, rows

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

PASSED = "....\n1453 passed, 3 skipped in 61.20s (0:01:01)\n"


class Runs:
    """Runs nothing: each Python is what its name says, and tests end as they are told to."""

    def __init__(self, tests: str = PASSED, failing: str = "") -> None:
        self.tests = tests
        self.failing = failing
        self.commands: list[list[str]] = []

    def __call__(self, command: Sequence[str], environ: Mapping[str, str]) -> tuple[int, str]:
        self.commands.append([*command])
        text = " ".join(command)
        if "-c" in command:
            if "broken" in text:
                return 127, "pyenv: no such Python"
            return 0, f"{Path(command[0]).name.removeprefix('python')}\n"
        if self.failing and self.failing in text:
            return 1, "it failed"
        if "venv" in command:
            (Path(command[-1]) / "bin").mkdir(parents=True, exist_ok=True)
        if "pytest" in command:
            assert environ["PATH"].startswith(str(Path(command[0]).parent))
            return 0, self.tests
        return 0, ""

    def count(self, word: str) -> int:
        return sum(word in command for command in self.commands)


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = tmp_path / "project"
    (root / "requirements").mkdir(parents=True)
    (root / "requirements" / "dev.txt").write_text("newest", encoding="utf-8")
    (root / "requirements" / "lowest.txt").write_text("lowest", encoding="utf-8")
    (root / "pyproject.toml").touch()
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "python3.11").touch()
    monkeypatch.setenv("PATH", str(programs))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("PYENV_ROOT", raising=False)
    return root


def play(root: Path, run: Runs, *arguments: str) -> int:
    clock = itertools.count(0, 5)
    return main(arguments, root=root, run=run, monotonic=lambda: next(clock))


def pyenv(root: Path, release: str, folder: str = ".pyenv") -> None:
    programs = root.parent / folder / "versions" / release / "bin"
    programs.mkdir(parents=True)
    (programs / f"python{release.rpartition('.')[0]}").touch()


def test_there_is_a_row_for_each_python_resolution_and_event_loop() -> None:
    assert [str(row) for row in rows()] == [
        *(f"3.{minor}-{kind}-asyncio" for minor in (11, 12, 13) for kind in ("lowest", "newest")),
        "3.13-newest-uvloop",
        "3.13-newest-trio",
    ]


def test_a_python_that_is_not_there_is_skipped_and_said(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = Runs()

    assert play(root, run) == 0

    told = capsys.readouterr().out
    assert "3.12-lowest-asyncio: skipped, there is no Python 3.12 on PATH or in pyenv" in told
    assert run.count("pytest") == 2
    lines = told.strip().splitlines()
    assert lines[-9].split() == [
        *("interpreter", "resolution", "event", "loop", "passed", "skipped", "failed"),
        *("seconds", "verdict"),
    ]
    assert lines[-8].split() == ["3.11", "lowest", "asyncio", "1453", "3", "0", "5", "passed"]
    assert lines[-1].split() == ["3.13", "newest", "trio", "-", "-", "-", "-", "absent"]


def test_pythons_of_pyenv_are_found_the_newest_first(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for release in ("3.13.2", "3.13.10"):
        pyenv(root, release)
    pyenv(root, "3.12.1", "elsewhere")
    run = Runs()
    assert play(root, run, "3.13-newest-*") == 0
    assert "3.13.10" in run.commands[0][0]
    assert sum("--event-loop=trio" in command for command in run.commands) == 1

    monkeypatch.setenv("PYENV_ROOT", str(root.parent / "elsewhere"))

    assert play(root, run, "3.12-newest-asyncio") == 0


def test_a_program_that_is_no_such_python_is_passed_over(root: Path) -> None:
    broken = root.parent / "broken"
    broken.mkdir()
    (broken / "python3.11").touch()
    (root.parent / "bin" / "python3.11").rename(root.parent / "bin" / "gone")
    (root.parent / "bin" / "python3.12").write_text("", encoding="utf-8")
    run = Runs()

    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("PATH", f"{broken}:{root.parent / 'bin'}")
        assert play(root, run, "3.11-newest-*") == 1

    assert run.count("pytest") == 0


def test_an_environment_is_made_once_until_what_it_holds_changes(root: Path) -> None:
    run = Runs()
    play(root, run, "3.11-newest-asyncio")
    play(root, run, "3.11-newest-asyncio")
    assert (run.count("venv"), run.count("pytest")) == (1, 2)

    (root / "requirements" / "dev.txt").write_text("newer", encoding="utf-8")
    play(root, run, "3.11-newest-asyncio")

    assert run.count("venv") == 2
    assert (root / ".venv-all" / ".gitignore").read_text(encoding="utf-8") == "*\n"


@pytest.mark.parametrize("failing", ["venv", "--require-hashes", "--editable", "pytest"])
def test_a_row_that_fails_keeps_what_was_printed(
    root: Path, failing: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert play(root, Runs(failing=failing), "3.11-newest-asyncio") == 1

    assert "failed, see .venv-all/3.11-newest-asyncio.txt" in capsys.readouterr().out
    report = root / ".venv-all" / "3.11-newest-asyncio.txt"
    assert report.read_text(encoding="utf-8") == "it failed"

    assert play(root, Runs(), "3.11-newest-asyncio") == 0
    assert not report.exists()


@pytest.mark.parametrize("tests", ["", "3 skipped in 1.00s\n"])
def test_a_run_that_passed_no_test_has_failed(root: Path, tests: str) -> None:
    assert play(root, Runs(tests), "3.11-newest-asyncio") == 1


def test_a_row_that_is_not_there_is_an_error(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        play(root, Runs(), "2.7-*")

    assert "there are 3.11-lowest-asyncio" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("output", "counts"),
    [
        (PASSED, {"passed": 1453, "skipped": 3, "failed": 0}),
        (
            "== 1 failed, 2 passed, 1 error in 3.10s ==\nkilled",
            {"passed": 2, "skipped": 0, "failed": 2},
        ),
        ("no tests", None),
    ],
)
def test_what_pytest_counts_is_read(output: str, counts: dict[str, int] | None) -> None:
    assert counts_in(output) == counts


def test_a_command_is_run_and_all_that_it_prints_is_kept() -> None:
    status, output = test_all._run(["sh", "-c", "echo a; echo b >&2; exit 3"], {})

    assert (status, output) == (3, "a\nb\n")
