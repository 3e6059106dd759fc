"""Writes down the public surface of the package, and tells how the code differs from that."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from .comparing.changelog import unreleased
from .comparing.revisions import RevisionError, file_at, git, last_release
from .comparing.surface_changes import surface_changes
from .comparing.surface_entry import read_entries, write_entries
from .comparing.surface_reading import SurfaceError, read_surface

if TYPE_CHECKING:
    from .comparing.python_changes import PythonChange

ROOT = Path(__file__).parents[1]
_SNAPSHOT = "docs/surface.txt"
_CHANGELOG = "CHANGELOG.md"
_REMARKS = """\
The public surface: what the public modules list in __all__, with parameters and members.
Written by `make surface`; docs/stability.md says what it promises."""


def main(arguments: list[str] | None = None, *, root: Path = ROOT) -> int:
    """Print what has changed; return 1 if that is not written down, 2 if it can't be read."""
    parser = argparse.ArgumentParser(prog="python -m tools.surface", description=__doc__)
    parser.add_argument("--write", action="store_true", help=f"write {_SNAPSHOT} anew")
    options = parser.parse_args(arguments)
    try:
        text = write_entries(read_surface(root / "kodexa_client"), remarks=_REMARKS)
    except SurfaceError as error:
        print(error, file=sys.stderr)
        return 2
    snapshot = root / _SNAPSHOT
    written = _text(snapshot)
    _show(surface_changes(read_entries(written), read_entries(text)))
    if options.write:
        snapshot.parent.mkdir(exist_ok=True)
        snapshot.write_text(text, encoding="utf-8")
        return 0
    if text != written:
        print(
            f"{_SNAPSHOT} is not what the code has. If the change is meant, run `make surface` "
            f"and tell of it in {_CHANGELOG}."
        )
        return 1
    try:
        base, untold = _untold(root, text)
    except RevisionError as reason:
        print(f"Whether {_CHANGELOG} tells of the surface's changes can't be said: {reason}.")
        return 0
    if untold:
        _show(untold)
        print(f"{_SNAPSHOT} has changed since {base}: tell of it in {_CHANGELOG}, [Unreleased].")
    return 1 if untold else 0


def _untold(root: Path, text: str) -> tuple[str, list[PythonChange]]:
    """Return a revision, and what has changed since, if the changelog is the same as there.

    Raises:
        RevisionError: No revision to compare with is here.
    """
    base = _base(root, text)
    changes = surface_changes(read_entries(file_at(root, base, _SNAPSHOT)), read_entries(text))
    try:
        before = file_at(root, base, _CHANGELOG)
    except RevisionError:
        before = ""
    is_told = unreleased(_text(root / _CHANGELOG), before=before) != unreleased(
        before, before=before
    )
    return base, [] if is_told else changes


def _base(root: Path, text: str) -> str:
    """Return the last release, or else the commit that the last change of the surface is due to.

    Raises:
        RevisionError: It is not here.
    """
    release = last_release(root)
    if release:
        return release
    if git(root, "rev-parse", "--is-shallow-repository").strip() == "true":
        # What is not here may hold a release, or the changelog's lines.
        raise RevisionError("the clone is shallow, and has no release")
    if file_at(root, "HEAD", _SNAPSHOT) != text:
        return "HEAD"
    # Of a merge, this is the branch that the other was merged into.
    return git(root, "rev-parse", "--verify", "--short", "HEAD~1").strip()


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""


def _show(changes: list[PythonChange]) -> None:
    for change in changes:
        print(f"{change.text} (breaks callers)" if change.is_breaking else change.text)


if __name__ == "__main__":
    raise SystemExit(main())
