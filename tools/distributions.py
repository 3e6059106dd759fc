"""Builds the wheel and the source distribution twice, and fails if the two are not the same."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from .source_date import VARIABLE, source_date

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["build", "differences", "main"]

# The modes that files are made with differ from one machine to the next.
_UMASKS = (0o022, 0o077)


def build(root: Path, folder: Path, date: str | None, umask: int) -> None:
    """Build the wheel and the source distribution.

    Args:
        root: The project's folder.
        folder: Where they go.
        date: The seconds since 1970 that they are dated with, or None.
        umask: The modes that new files don't get.
    """
    environment = os.environ | ({} if date is None else {VARIABLE: date})
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(root)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=environment, umask=umask)


def differences(first: Path, second: Path) -> list[str]:
    """Compare two folders byte by byte, and describe each difference.

    Args:
        first: A folder of files.
        second: Another one, which should hold the same.
    """
    contents = [
        {path.name: path.read_bytes() for path in folder.iterdir()} for folder in (first, second)
    ]
    names = sorted(contents[0].keys() | contents[1].keys())
    return [
        f"{name} is not built twice"
        if any(name not in content for content in contents)
        else f"{name} differs when it is built again"
        for name in names
        if contents[0].get(name) != contents[1].get(name)
    ]


def main(arguments: Sequence[str] | None = None) -> int:
    """Build into a folder; return 0, or 1 after printing each difference.

    Args:
        arguments: The command line's arguments, for tests.
    """
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="where they go, for example dist: it is empty")
    parser.add_argument("--root", type=Path, default=Path.cwd(), help="the project's folder")
    options = parser.parse_args(arguments)
    date = source_date(options.root, os.environ)
    with tempfile.TemporaryDirectory() as again:
        for folder, umask in zip((options.folder, Path(again)), _UMASKS, strict=True):
            build(options.root, folder, date, umask)
        problems = differences(options.folder, Path(again))
    for problem in problems:
        print(problem)
    if problems:
        return 1
    names = " and ".join(sorted(path.name for path in options.folder.iterdir()))
    print(f"{names}: the same bytes when built again, dated {date or 'as the build does itself'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
