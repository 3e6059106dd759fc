"""Writes kodexa_client/api/ and kodexa_client/models/ from openapi.yaml."""

from __future__ import annotations

import argparse
import difflib
import sys
import tempfile
from pathlib import Path

from .building import Recipe, build
from .document import DocumentError
from .provenance import changes_since
from .rendering import GENERATED_FOLDERS
from .replacing import alone, replace
from .spec_diff import short_report

ROOT = Path(__file__).parents[1]


def main(arguments: list[str] | None = None, *, root: Path = ROOT) -> int:
    """Generate, or compare with what would be generated; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tools.generate", description=__doc__)
    parser.add_argument(
        "--check", action="store_true", help="write nothing, and fail if there is a difference"
    )
    options = parser.parse_args(arguments)
    recipe, package = Recipe.of(root), root / "kodexa_client"
    try:
        with (
            alone(root),
            tempfile.TemporaryDirectory(prefix=".generated-", dir=root) as temporary,
        ):
            if options.check:
                for sentence in changes_since(recipe, package):
                    print(sentence, file=sys.stderr)
            fresh = Path(temporary) / package.name
            for note in build(recipe, fresh):
                print(note, file=sys.stderr)
            difference = compare(package, fresh)
            if options.check:
                return _report(difference)
            if difference:
                replace(package, fresh)
            print(_summary(package, old=fresh if difference else package))
            print(short_report(root, after=package))
    except DocumentError as error:
        print(error, file=sys.stderr)
        return 1
    except OSError as error:
        where = f" ({error.filename})" if error.filename else ""
        print(f"Nothing was changed: {error.strerror}{where}.", file=sys.stderr)
        return 1
    return 0


def _summary(package: Path, *, old: Path) -> str:
    before, after = _modules(old), _modules(package)
    changed = [name for name in before & after if _content(old / name) != _content(package / name)]
    if before == after and not changed:
        return "Nothing changed."
    counts = {"added": after - before, "changed": changed, "removed": before - after}
    return "\n".join(
        f"{len(names)} {word}: {', '.join(sorted(names))}"
        for word, names in counts.items()
        if names
    )


def compare(package: Path, fresh: Path) -> list[str]:
    """Return the lines of a unified diff from the package's generated folders to fresh ones."""
    lines: list[str] = []
    for name in sorted({*_modules(package), *_modules(fresh)}):
        before, after = (_content(folder / name) for folder in (package, fresh))
        if before != after:
            texts = (_lines(before), _lines(after))
            lines += difflib.unified_diff(*texts, f"a/{name}", f"b/{name}")
    return lines


def _modules(package: Path) -> set[str]:
    return {
        path.relative_to(package).as_posix()
        for folder in GENERATED_FOLDERS
        for path in (package / folder).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def _content(path: Path) -> bytes:
    return path.read_bytes() if path.exists() else b""


def _lines(content: bytes) -> list[str]:
    # A file that is none of ours may be no text.
    return content.decode("utf-8", "backslashreplace").splitlines(keepends=True)


def _report(difference: list[str]) -> int:
    if difference:
        sys.stdout.writelines(difference)
        print("kodexa_client is not what openapi.yaml gives: run `make generate`.", file=sys.stderr)
    return 1 if difference else 0


if __name__ == "__main__":
    raise SystemExit(main())
