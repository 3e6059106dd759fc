"""Distributions that are built twice are the same, and tools/distributions.py sees if not."""

from __future__ import annotations

import os
import subprocess
import tarfile
from typing import TYPE_CHECKING

import pytest

from tools import distributions
from tools.source_date import source_date

if TYPE_CHECKING:
    from pathlib import Path

PROJECT = """
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"
[project]
name = "small"
version = "1.0"
requires-python = ">=3.11"
[tool.hatch.build.targets.wheel]
packages = ["small"]
"""
# Puts something into the wheel that no two builds have in common.
CHANGING = """
import uuid
from hatchling.builders.hooks.plugin.interface import BuildHookInterface
class Hook(BuildHookInterface):
    def initialize(self, version, build_data):
        path = f"{self.directory}.stamp"
        with open(path, "w") as file:
            file.write(str(uuid.uuid4()))
        build_data["force_include"][path] = "small/stamp"
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    root = tmp_path / "project"
    (root / "small").mkdir(parents=True)
    (root / "small/__init__.py").write_text("", encoding="utf-8")
    (root / "pyproject.toml").write_text(PROJECT, encoding="utf-8")
    return root


def test_same_bytes_pass(
    project: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1800000000")

    assert distributions.main([str(tmp_path / "dist"), f"--root={project}"]) == 0
    assert "dated 1800000000" in capsys.readouterr().out
    with tarfile.open(tmp_path / "dist/small-1.0.tar.gz") as archive:
        assert {member.mtime for member in archive} == {1800000000}


def test_file_that_differs_is_named(
    project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "hatch_build.py").write_text(CHANGING, encoding="utf-8")
    with (project / "pyproject.toml").open("a", encoding="utf-8") as file:
        file.write("[tool.hatch.build.targets.wheel.hooks.custom]\n")

    assert distributions.main([str(tmp_path / "dist"), f"--root={project}"]) == 1
    printed = capsys.readouterr().out.splitlines()
    assert printed == ["small-1.0-py3-none-any.whl differs when it is built again"]


def test_same_files_are_no_difference(tmp_path: Path) -> None:
    for folder in ("first", "second"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "a.whl").write_bytes(b"a")

    assert distributions.differences(tmp_path / "first", tmp_path / "second") == []


def test_every_difference_is_named(tmp_path: Path) -> None:
    for folder, files in (("first", "abc"), ("second", "bcd")):
        (tmp_path / folder).mkdir()
        for name in files:
            content = folder if name == "c" else "same"
            (tmp_path / folder / name).write_text(content, encoding="utf-8")

    assert distributions.differences(tmp_path / "first", tmp_path / "second") == [
        "a is not built twice",
        "c differs when it is built again",
        "d is not built twice",
    ]


def test_date_is_the_environments(project: Path) -> None:
    assert source_date(project, {"SOURCE_DATE_EPOCH": "17"}) == "17"


def test_date_is_the_last_commits(project: Path) -> None:
    date = "2026-11-24T10:00:00+00:00"
    environment = os.environ | {"GIT_AUTHOR_DATE": date, "GIT_COMMITTER_DATE": date}
    git = ["git", "-C", str(project), "-c", "user.name=A", "-c", "user.email=a@kodexa.test"]
    commit = [*git, "-c", "commit.gpgsign=false", "commit", "--quiet", "--allow-empty", "-mFirst"]
    for command in ([*git, "init", "--quiet"], commit):
        subprocess.run(command, check=True, env=environment)

    assert source_date(project, {}) == "1795514400"


def test_date_of_an_unpacked_source_distribution_is_its_own(project: Path) -> None:
    information = project / "PKG-INFO"
    information.touch()
    os.utime(information, (1800000000, 1800000000))

    assert source_date(project, {}) == "1800000000"


def test_without_a_date_the_build_takes_its_own(
    project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert source_date(project, {}) is None
    assert distributions.main([str(tmp_path / "dist"), f"--root={project}"]) == 0
    assert "as the build does itself" in capsys.readouterr().out
