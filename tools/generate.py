"""Writes kodexa_client/api/ and kodexa_client/models/ from openapi.yaml."""

from __future__ import annotations

import argparse
import difflib
import shutil
import sys
import tempfile
from pathlib import Path

from .building import Recipe, build
from .document import DocumentError
from .rendering import GENERATED_FOLDERS

ROOT = Path(__file__).parents[1]


def main(arguments: list[str] | None = None, *, root: Path = ROOT) -> int:
    """Generate, or compare with what would be generated; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tools.generate", description=__doc__)
    parser.add_argument(
        "--check", action="store_true", help="write nothing, and fail if there is a difference"
    )
    options = parser.parse_args(arguments)
    package = root / "kodexa_client"
    try:
        with tempfile.TemporaryDirectory(prefix=".generated-", dir=root) as temporary:
            fresh = Path(temporary) / package.name
            build(Recipe.of(root), fresh)
            if options.check:
                return _report(compare(package, fresh))
            replace(package, fresh)
    except DocumentError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def replace(package: Path, fresh: Path) -> None:
    """Put the generated folders of a fresh copy into the package."""
    for folder in GENERATED_FOLDERS:
        shutil.rmtree(package / folder, ignore_errors=True)
        shutil.move(fresh / folder, package / folder)


def compare(package: Path, fresh: Path) -> list[str]:
    """Return the lines of a unified diff from the package's generated folders to fresh ones."""
    lines: list[str] = []
    for name in sorted({*_modules(package), *_modules(fresh)}):
        before, after = (_lines(folder / name) for folder in (package, fresh))
        lines += difflib.unified_diff(before, after, f"a/{name}", f"b/{name}")
    return lines


def _modules(package: Path) -> set[str]:
    return {
        path.relative_to(package).as_posix()
        for folder in GENERATED_FOLDERS
        for path in (package / folder).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines(keepends=True) if path.exists() else []


def _report(difference: list[str]) -> int:
    if difference:
        sys.stdout.writelines(difference)
        print("kodexa_client is not what openapi.yaml gives: run `make generate`.", file=sys.stderr)
    return 1 if difference else 0


if __name__ == "__main__":
    raise SystemExit(main())
