"""Tells what has changed in openapi.yaml since a revision, whom it breaks, and the version due."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import tomllib
from pathlib import Path

from attrs import evolve

from .building import Recipe, build
from .comparing.change_links import link
from .comparing.python_changes import PythonChange, python_changes
from .comparing.report import Report
from .comparing.revisions import RevisionError, file_at, git, last_release
from .comparing.wire_changes import wire_changes, words_changed
from .document import DocumentError, load_document
from .replacing import alone

__all__ = ["compare", "default_base", "short_report"]

ROOT = Path(__file__).parents[1]


def main(arguments: list[str] | None = None, *, root: Path = ROOT) -> int:
    """Print the report; return 1 if the version is too low, 2 if nothing can be compared."""
    parser = argparse.ArgumentParser(prog="python -m tools.spec_diff", description=__doc__)
    parser.add_argument(
        "--base", help="a revision of git (default: the last release, else the commit before)"
    )
    parser.add_argument("--json", action="store_true", help="print JSON instead of Markdown")
    options = parser.parse_args(arguments)
    try:
        with alone(root):
            report = compare(root, options.base or default_base(root))
    except (RevisionError, DocumentError) as error:
        print(error, file=sys.stderr)
        return 2
    if options.json:
        print(json.dumps(report.data(), indent=2, ensure_ascii=False))
    else:
        print(report.markdown(), end="")
    return 0 if report.is_enough else 1


def default_base(root: Path) -> str:
    """Return the last release's tag, or the default branch's commit before its last.

    Raises:
        RevisionError: There is neither.
    """
    release = last_release(root)
    if release:
        return release
    for revision in ("main~1", "origin/main~1", "HEAD~1"):
        try:
            return git(root, "rev-parse", "--verify", "--quiet", "--short", revision).strip()
        except RevisionError:
            continue
    raise RevisionError(
        "Neither a release (a tag v...) nor an earlier commit is here: give BASE=..."
    )


def compare(root: Path, base: str, *, after: Path | None = None) -> Report:
    """Compare the document with the one of a revision.

    Args:
        root: The project.
        base: The revision.
        after: The package made of the document as it is, if there is one already.

    Raises:
        RevisionError: The revision, or a document in it, is not there.
        DocumentError: The document as it is, or as it was, can't be read or generated.
    """
    recipe = Recipe.of(root)
    before = file_at(root, base, recipe.document.name)
    base_version = _version(file_at(root, base, recipe.settings.name))
    version = _version(recipe.settings.read_text(encoding="utf-8"))
    # Below the root, where ruff takes the generated folders for what they are.
    with tempfile.TemporaryDirectory(prefix=".generated-", dir=root) as temporary:
        folder = Path(temporary)
        old = evolve(recipe, document=folder / recipe.document.name)
        old.document.write_text(before, encoding="utf-8")
        documents = load_document(old.document), load_document(recipe.document)
        changes, effects, warning = wire_changes(*documents), list[PythonChange](), ""
        if changes:
            new_package = after or folder / "new" / recipe.wrapper.name
            if after is None:
                new_package.parent.mkdir()
                build(recipe, new_package)
            old_package = folder / "old" / recipe.wrapper.name
            old_package.parent.mkdir()
            try:
                build(old, old_package)
                effects = python_changes(old_package, new_package)
            except DocumentError as error:
                # Of a document that today's templates refuse, there is no package to break.
                warning = f"{base}'s document can't be generated today: {error}"
        changes = link(changes, effects, documents)
    return Report(
        base=base,
        base_version=base_version,
        version=version,
        changes=changes,
        words=words_changed(*documents),
        warning=warning,
    )


def short_report(root: Path, *, base: str | None = None, after: Path | None = None) -> str:
    """Return a few lines on what has changed since a revision, or why that can't be said.

    It raises nothing: what has been generated is good without it.

    Args:
        root: The project.
        base: The revision. Default: the one that ``make spec-diff`` takes.
        after: The package made of the document as it is, if there is one already.
    """
    try:
        base = base or default_base(root)
        return compare(root, base, after=after).short()
    except Exception as error:  # noqa: BLE001 - the report is a courtesy, whatever is wrong
        reason = str(error).partition("\n")[0] or type(error).__name__
        return f"Not compared with {base or 'an earlier document'}: {reason}"


def _version(settings: str) -> str:
    version: str = tomllib.loads(settings)["project"]["version"]
    return version


if __name__ == "__main__":
    raise SystemExit(main())
