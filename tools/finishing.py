"""Formats and lints what was generated, and proves that every module of it imports."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

from .document import DocumentError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

__all__ = ["finish", "prove_importable"]


def finish(folders: Iterable[Path], *, settings: Path) -> None:
    """Remove unused imports, sort, format and lint the modules below the folders.

    Args:
        folders: The generated folders.
        settings: The pyproject.toml with the project's ruff settings.

    Raises:
        DocumentError: The linter finds something that it can't mend.
    """
    folders = list(folders)
    for folder in folders:
        for module in folder.rglob("__init__.py"):
            _prune_imports(module, settings)
    paths = [str(folder) for folder in folders]
    _ruff("check", "--fix-only", "--exit-zero", *paths, settings=settings)
    _ruff("format", *paths, settings=settings)
    _ruff("check", "--output-format=concise", *paths, settings=settings)


def prove_importable(package: Path, folders: Iterable[str]) -> None:
    """Import every generated module of a package, in a process of its own.

    Raises:
        DocumentError: A module does not import.
    """
    modules = sorted(
        ".".join(module.relative_to(package.parent).with_suffix("").parts)
        for folder in folders
        for module in (package / folder).rglob("*.py")
    )
    program = "import importlib, sys\nfor name in sys.argv[1:]: importlib.import_module(name)"
    # -I: nothing of this folder or of the environment stands in front of the package.
    setup = f"import sys; sys.path.insert(0, {str(package.parent)!r})\n"
    command = [sys.executable, "-I", "-B", "-c", setup + program, *modules]
    _run(command, "A module does not import", folder=package.parent)


def _prune_imports(module: Path, settings: Path) -> None:
    """Remove the unused imports of an __init__.py, where ruff takes them for re-exports."""
    result = subprocess.run(
        [
            *_ruff_command("check", "--fix-only", "--quiet", settings=settings),
            "--select=F401",
            f"--stdin-filename={module.with_name('resources.py')}",
            "-",
        ],
        input=module.read_bytes(),
        capture_output=True,
        check=True,
        cwd=settings.parent,
    )
    module.write_bytes(result.stdout)


def _ruff(*arguments: str, settings: Path) -> None:
    # In the settings' folder, which ruff takes their paths to be relative to.
    _run(
        _ruff_command(*arguments, settings=settings),
        "ruff refuses the generated code",
        folder=settings.parent,
    )


def _ruff_command(*arguments: str, settings: Path) -> list[str]:
    # A cache in the output would be taken for a part of it.
    return [sys.executable, "-m", "ruff", *arguments, f"--config={settings}", "--no-cache"]


def _run(command: list[str], complaint: str, folder: Path) -> None:
    result = subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder)
    if result.returncode:
        raise DocumentError(f"{complaint}:\n{result.stdout}{result.stderr}".rstrip())
