"""The package that is built on the wheel: each step, in order, and what fails."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tools import downstream
from tools.downstream import EXAMPLE, TYPE_CONTRACT, main

if TYPE_CHECKING:
    from collections.abc import Sequence


class Runs:
    """Runs nothing, but for what makes a folder, and keeps what it was to run."""

    def __init__(self, failing: str = "") -> None:
        self.failing = failing
        self.commands: list[tuple[str, str]] = []
        self.seen: dict[str, set[str]] = {}

    def __call__(self, command: Sequence[str], folder: Path) -> int:
        text = " ".join(command)
        self.commands.append((text, folder.name))
        self.seen[text] = {path.name for path in folder.iterdir()}
        if "--outdir" in command:
            wheels = Path(command[command.index("--outdir") + 1])
            wheels.mkdir()
            (wheels / "kodexa_client-0.1.0-py3-none-any.whl").touch()
        return int(bool(self.failing) and self.failing in text)

    def places(self, part: str) -> list[str]:
        return [folder for text, folder in self.commands if part in text]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    (root / EXAMPLE).mkdir(parents=True)
    (root / EXAMPLE / "pyproject.toml").touch()
    (root / TYPE_CONTRACT).mkdir(parents=True)
    (root / TYPE_CONTRACT / "api.py").touch()
    return root


def git(root: Path, *arguments: str) -> None:
    settings = ["-c", "user.name=A", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false"]
    command = ["git", "-C", str(root), *settings, *arguments]
    subprocess.run(command, check=True, capture_output=True)


def released(root: Path, tag: str) -> None:
    git(root, "init", "--quiet")
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--allow-empty", "--message", "first")
    git(root, "tag", tag)


def test_it_installs_checks_and_tests_the_package(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = Runs()

    assert main(["--root", str(root), "--pyright", "the-pyright"], run=run) == 0

    steps = ("build", "venv", "--require-hashes", "--no-deps", "--no-deps", "check")
    for (text, _), step in zip(run.commands, steps, strict=False):
        assert step in text
    assert run.commands[3][0].endswith("kodexa_client-0.1.0-py3-none-any.whl")
    assert run.commands[4][0].endswith(EXAMPLE)
    assert [
        place for part in ("-m mypy", "the-pyright", "-m pytest") for place in run.places(part)
    ] == ["downstream-sdk"] * 3
    told = capsys.readouterr().out
    assert "There is no release yet" in told
    assert "installs, checks and passes on the wheel" in told


@pytest.mark.parametrize(
    ("failing", "step"),
    [
        ("--wheel", "build the wheel"),
        ("--require-hashes", "install what is pinned"),
        ("-m mypy", f"mypy on {EXAMPLE}"),
        ("pyright", f"pyright on {EXAMPLE}"),
        ("-m pytest", "test the package"),
    ],
)
def test_a_step_that_fails_ends_it(
    root: Path, failing: str, step: str, capsys: pytest.CaptureFixture[str]
) -> None:
    run = Runs(failing)

    assert main(["--root", str(root)], run=run) == 1

    assert failing in run.commands[-1][0]
    assert capsys.readouterr().out.endswith(f"failed: {step}\n")


def test_the_tests_of_the_last_release_are_checked_and_not_run(root: Path) -> None:
    (root / EXAMPLE / "then.py").touch()
    released(root, "v1.2.0")
    (root / EXAMPLE / "then.py").unlink()
    run = Runs()

    assert main(["--root", str(root)], run=run) == 0

    assert run.places("-m mypy") == ["downstream-sdk", "downstream-sdk", "typing"]
    assert run.places("pyright") == ["downstream-sdk", "downstream-sdk", "typing"]
    assert run.places("-m pytest") == ["downstream-sdk"]
    checked = [names for text, names in run.seen.items() if "mypy" in text]
    assert any("then.py" in names for names in checked)
    assert run.commands[-2][0].endswith(" .")


def test_a_release_that_has_no_such_package_is_told_of(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    package = root / EXAMPLE / "pyproject.toml"
    package.unlink()
    released(root, "v1.2.0")
    package.touch()
    run = Runs()

    assert main(["--root", str(root)], run=run) == 0

    assert f"v1.2.0 has no {EXAMPLE}" in capsys.readouterr().out
    assert run.places("-m mypy") == ["downstream-sdk", "typing"]


def test_a_release_that_does_not_fit_any_more_fails(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    released(root, "v1.2.0")

    def fail_on_release(command: Sequence[str], folder: Path) -> int:
        return run(command, folder) or int("release" in folder.parts)

    run = Runs()

    assert main(["--root", str(root)], run=fail_on_release) == 1

    assert capsys.readouterr().out.endswith(f"failed: mypy on {EXAMPLE} of v1.2.0\n")


def test_a_command_is_run_in_its_folder(tmp_path: Path) -> None:
    assert downstream._run(["sh", "-c", "touch it"], tmp_path) == 0
    assert (tmp_path / "it").exists()
    assert downstream._run(["sh", "-c", "exit 3"], tmp_path) == 3
