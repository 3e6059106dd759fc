"""Builds a package on the wheel, as another project would, and checks and tests it there."""

from __future__ import annotations

import argparse
import io
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import frozen

from .comparing.revisions import last_release

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    # Runs a command in a folder, and returns how it ended.
    Run = Callable[[Sequence[str], Path], int]

__all__ = ["Downstream", "StepError", "main"]

EXAMPLE = "examples/downstream-sdk"
TYPE_CONTRACT = "tests/typing"


class StepError(Exception):
    """A step failed; the text says which. What it printed is above."""


@frozen
class Downstream:
    """The package, and the empty environment that it is installed into.

    Attributes:
        root: The project's folder.
        folder: An empty folder for all that is made.
        python: What the environment is made with.
        pyright: The program of that name.
        run: Runs a command.
    """

    root: Path
    folder: Path
    python: str
    pyright: str
    run: Run

    @property
    def _own_python(self) -> str:
        return str(self.folder / "venv" / "bin" / "python")

    def install(self) -> None:
        """Make the environment, of what is pinned, the wheel and the package.

        Raises:
            StepError: A step failed.
        """
        wheels = self.folder / "wheels"
        build = [self.python, "-m", "build", "--wheel", "--no-isolation", "--outdir"]
        self._step("build the wheel", [*build, str(wheels), str(self.root)])
        self._step("make the environment", [self.python, "-m", "venv", str(self.folder / "venv")])
        pip = [self._own_python, "-m", "pip", "--disable-pip-version-check", "--quiet", "install"]
        pins = str(self.root / "requirements" / "downstream.txt")
        self._step("install what is pinned", [*pip, "--require-hashes", "--requirement", pins])
        found = sorted(map(str, wheels.glob("*.whl")))
        self._step("install the wheel", [*pip, "--no-deps", *found])
        package = str(self.root / EXAMPLE)
        self._step("install the package", [*pip, "--no-deps", "--no-build-isolation", package])
        self._step("find what it needs", [self._own_python, "-m", "pip", "check"])

    def check_types(self, name: str, package: Path, *paths: str) -> None:
        """Check types with both checkers, in their strict modes.

        Args:
            name: What they check, for people.
            package: The folder in which they run.
            paths: What they check; nothing for what the folder's settings say.

        Raises:
            StepError: They found something.
        """
        cache = str(self.folder / "mypy")
        mypy = [self._own_python, "-m", "mypy", "--strict", "--cache-dir", cache, *paths]
        self._step(f"mypy on {name}", mypy, package)
        pyright = [self.pyright, "--warnings", "--pythonpath", self._own_python, *paths]
        self._step(f"pyright on {name}", pyright, package)

    def test(self) -> None:
        """Run the package's tests.

        Raises:
            StepError: One failed.
        """
        # Nothing is left behind in the package's folder.
        pytest = [self._own_python, "-B", "-m", "pytest", "-q", "-p", "no:cacheprovider"]
        self._step("test the package", pytest, self.root / EXAMPLE)

    def check_release(self, release: str) -> None:
        """Check the types of an earlier release's tests and package against what is installed.

        Args:
            release: The release's tag.

        Raises:
            StepError: They do not fit any more.
        """
        folder = self.folder / "release"
        for name in (EXAMPLE, TYPE_CONTRACT):
            # "HEAD:folder" would be an error where it is not there yet.
            listed = ["git", "-C", str(self.root), "ls-tree", "--name-only", release, name]
            if not subprocess.run(listed, check=True, capture_output=True).stdout:
                print(f"{release} has no {name}: nothing of it to check", flush=True)
                continue
            command = ["git", "-C", str(self.root), "archive", release, name]
            archived = subprocess.run(command, check=True, capture_output=True)
            with tarfile.open(fileobj=io.BytesIO(archived.stdout)) as archive:
                archive.extractall(folder, filter="data")
            # The package of that name that is installed is today's.
            own = folder / name
            paths = () if (own / "pyproject.toml").exists() else (".",)
            self.check_types(f"{name} of {release}", own, *paths)

    def _step(self, name: str, command: Sequence[str], folder: Path | None = None) -> None:
        print(f"{name} ...", flush=True)
        if self.run(command, folder or self.folder) != 0:
            raise StepError(f"failed: {name}")


def _run(command: Sequence[str], folder: Path) -> int:
    return subprocess.run(command, cwd=folder, check=False).returncode


def main(arguments: Sequence[str] | None = None, *, run: Run = _run) -> int:
    """Do it all; return 0, or 1 after the step that failed.

    Args:
        arguments: The command line's arguments, for tests.
        run: Runs a command, for tests.
    """
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pyright", default="pyright", help="the program of that name")
    parser.add_argument("--root", type=Path, default=Path.cwd(), help="the project's folder")
    options = parser.parse_args(arguments)
    root: Path = options.root.resolve()
    with tempfile.TemporaryDirectory() as folder:
        downstream = Downstream(root, Path(folder).resolve(), sys.executable, options.pyright, run)
        try:
            downstream.install()
            downstream.check_types(EXAMPLE, root / EXAMPLE)
            downstream.test()
            release = last_release(root)
            if release:
                downstream.check_release(release)
            else:
                print("There is no release yet whose tests could be checked.")
        except StepError as error:
            print(error)
            return 1
    print(f"{EXAMPLE} installs, checks and passes on the wheel")
    return 0


if __name__ == "__main__":
    sys.exit(main())
