"""A package is replaced as a whole, or not at all."""

from __future__ import annotations

import errno
import os
import random
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tools import replacing
from tools.document import DocumentError
from tools.generate import main
from tools.replacing import alone, replace

from .conftest import ROOT, Project

if TYPE_CHECKING:
    from collections.abc import Callable

# More for a thorough run: KILLS=50 make test ARGS='-k killed'.
KILLS = int(os.environ.get("KILLS", "6"))

GENERATE = """
import sys
from pathlib import Path
from tools.generate import main
sys.exit(main([], root=Path(sys.argv[1])))
"""
IMPORT = """
import kodexa_client.api.access_tokens
import kodexa_client.models
print(kodexa_client.models.__file__)
"""


def write(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        path = folder / name.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def contents(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8")
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    old = write(tmp_path / "package", client="1", api__a="old", models__m="old")
    new = tmp_path / "fresh" / "package"
    write(new, api__a="new", models__n="new")
    (new / "client").hardlink_to(old / "client")
    return old, new


def test_two_folders_change_places(folders: tuple[Path, Path]) -> None:
    package, fresh = folders

    replace(package, fresh)

    assert contents(package) == {"client": "1", "api/a": "new", "models/n": "new"}
    assert contents(fresh) == {"client": "1", "api/a": "old", "models/m": "old"}


def test_what_was_saved_meanwhile_is_kept(folders: tuple[Path, Path]) -> None:
    package, fresh = folders
    (package / "client").unlink()
    write(package, client="2", testing__more="3", __pycache__="4")

    replace(package, fresh)

    assert contents(package) == {
        "client": "2",
        "testing/more": "3",
        "api/a": "new",
        "models/n": "new",
    }


@pytest.mark.parametrize("number", [errno.ENOSYS, errno.EINVAL])
def test_a_file_system_that_cannot_exchange_renames(
    folders: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    def refuse(one: Path, other: Path) -> None:
        raise OSError(number, f"{one} {other}")

    monkeypatch.setattr(replacing, "_exchange", refuse)
    package, fresh = folders

    replace(package, fresh)

    assert contents(package) == {"client": "1", "api/a": "new", "models/n": "new"}
    assert contents(fresh)["api/a"] == "old"


def cannot_exchange(one: Path, other: Path) -> None:
    raise OSError(errno.EINVAL, f"{one} {other}")


def test_steps_that_fail_are_taken_back(
    folders: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replacing, "_exchange", cannot_exchange)
    package, fresh = folders
    before = contents(package)
    shutil.rmtree(fresh)

    with pytest.raises(FileNotFoundError):
        replace(package, fresh)

    assert contents(package) == before


def test_a_package_that_was_left_aside_is_put_back_by_the_next_run(tmp_path: Path) -> None:
    aside = write(tmp_path / ".generated-left" / "package.aside", client="1")

    with alone(tmp_path):
        assert contents(tmp_path / "package") == {"client": "1"}
    assert not aside.parent.exists()


def test_a_package_that_is_there_is_not_replaced_by_one_left_aside(tmp_path: Path) -> None:
    write(tmp_path / "package", client="2")
    write(tmp_path / ".generated-left" / "package.aside", client="1")

    with alone(tmp_path):
        assert contents(tmp_path / "package") == {"client": "2"}


def test_a_system_without_the_call_says_so(
    folders: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ctypes.CDLL", lambda *_, **__: object())
    package, fresh = folders

    replace(package, fresh)

    assert contents(package)["api/a"] == "new"


def test_any_other_failure_is_raised_and_changes_nothing(folders: tuple[Path, Path]) -> None:
    package, fresh = folders

    with pytest.raises(FileNotFoundError):
        replace(package, fresh / "nowhere")

    assert contents(package)["api/a"] == "old"


def test_a_second_run_waits_outside(tmp_path: Path) -> None:
    (tmp_path / ".generated-left").mkdir()

    with alone(tmp_path):
        assert not (tmp_path / ".generated-left").exists()
        with (
            pytest.raises(DocumentError, match="Another `make generate` is at work"),
            alone(tmp_path),
        ):
            pass
    with alone(tmp_path):
        pass


def generated(project: Project) -> dict[str, bytes]:
    return {
        path.relative_to(project.package).as_posix(): path.read_bytes()
        for folder in ("api", "models")
        for path in sorted((project.package / folder).rglob("*"))
        if path.is_file() and path.suffix != ".pyc"
    }


def change(project: Project) -> None:
    document = project.read()
    for name in ("AccessToken", "User", "FavoriteLink"):
        properties = document["components"]["schemas"][name]["properties"]
        properties["marker"] = {"type": "string"}
    project.write(document)


def test_a_run_that_is_killed_leaves_the_old_package_or_the_new_one(project: Project) -> None:
    old = generated(project)
    original = project.document_path.read_bytes()
    change(project)
    changed = project.document_path.read_bytes()
    assert main([], root=project.root) == 0
    new = generated(project)
    moments = random.Random(20261124)  # noqa: S311 - moments, not secrets
    seen: set[str] = set()

    for number in range(KILLS):
        project.document_path.write_bytes(changed if number % 2 else original)
        process = subprocess.Popen(
            [sys.executable, "-c", GENERATE, str(project.root)],
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            # A run takes about a second and a half: some are killed, some get through.
            process.wait(timeout=moments.uniform(0.05, 1.8))
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.wait(timeout=10)
        found = generated(project)
        assert found in (old, new)
        seen.add("old" if found == old else "new")
        imported = subprocess.run(
            [sys.executable, "-B", "-c", IMPORT],
            cwd=project.root,
            capture_output=True,
            text=True,
            check=True,
        )
        assert Path(imported.stdout.strip()).is_relative_to(project.package)

    project.document_path.write_bytes(original)
    assert main([], root=project.root) == 0
    assert generated(project) == old
    assert not list(project.root.glob(".generated-*"))


def full_disk(*_: Any, **__: Any) -> Any:
    raise OSError(errno.ENOSPC, "No space left on device")


def interrupt(*_: Any, **__: Any) -> Any:
    raise KeyboardInterrupt


@pytest.mark.parametrize("failure", [full_disk, interrupt])
@pytest.mark.parametrize("step", ["build", "compare", "replace"])
def test_a_failure_at_any_step_leaves_everything_as_it_was(
    project: Project,
    monkeypatch: pytest.MonkeyPatch,
    step: str,
    failure: Callable[..., Any],
) -> None:
    before = generated(project)
    change(project)
    monkeypatch.setattr(f"tools.generate.{step}", failure)

    if failure is interrupt:
        with pytest.raises(KeyboardInterrupt):
            main([], root=project.root)
    else:
        assert main([], root=project.root) == 1

    assert generated(project) == before
    assert not list(project.root.glob(".generated-*"))


def test_the_same_input_gives_the_same_bytes_whatever_the_hash_seed(project: Project) -> None:
    results: list[dict[str, bytes]] = []

    for seed in ("1", "2"):
        change(project)
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        subprocess.run(
            [sys.executable, "-c", GENERATE, str(project.root)],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            check=True,
        )
        results.append(generated(project))

    assert results[0] == results[1]
