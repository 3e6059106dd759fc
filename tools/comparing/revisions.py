"""Asks git for the project as it was in an earlier revision."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["RevisionError", "file_at", "git", "last_release"]


class RevisionError(Exception):
    """git is not here, or does not have what is asked for."""


def git(root: Path, *arguments: str) -> str:
    """Return what git prints.

    Args:
        root: The project.
        arguments: What git is told.

    Raises:
        RevisionError: git is not here, or fails.
    """
    program = shutil.which("git")
    if program is None:
        raise RevisionError("git is not here")
    result = subprocess.run(
        [program, "-C", str(root), *arguments],
        capture_output=True,
        text=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    if result.returncode:
        lines = result.stderr.strip().splitlines()
        raise RevisionError(lines[0] if lines else f"git {' '.join(arguments)} finds nothing")
    return result.stdout


def file_at(root: Path, revision: str, name: str) -> str:
    """Return a file of the project as a revision has it.

    Raises:
        RevisionError: It does not have it.
    """
    return git(root, "show", f"{revision}:./{name}")


def last_release(root: Path) -> str:
    """Return the last release's tag, or nothing where none is known."""
    try:
        return git(root, "describe", "--tags", "--abbrev=0", "--match=v[0-9]*").strip()
    except RevisionError:
        return ""
