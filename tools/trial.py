"""Builds a package of each document in a folder, and reports what is wrong with it."""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import tomllib
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs

from .building import Recipe, build
from .document import DocumentError, load_document
from .rendering import Rendering
from .round_trip import round_trip_failures, schemas_of

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Result", "main", "table", "try_documents"]

ROOT = Path(__file__).parents[1]
PYRIGHT = Path("tools", "node", "node_modules", ".bin", "pyright")

_HEADER = f"""\
# Documents of others

What the templates make of documents that were not written for them: each is built into
a package of its own, which is imported, linted, type-checked with the project's settings
and made to read and write JSON of every model's schema. `make documents` writes this page.

| document | operations | models | import failures | ruff | mypy | pyright | round trip |
|---|{"---:|" * 7}
"""


@attrs.define
class Result:
    """What came of a document.

    Attributes:
        document: The file's name.
        refused: Why no package was made of it: the first line.
        operations: How many operations there are.
        models: How many models and enumerations there are.
        mypy: How many errors mypy finds.
        pyright: How many errors pyright finds, or None where it is not installed.
        failures: The models that don't write what they read.
    """

    document: str
    refused: str = ""
    operations: int = 0
    models: int = 0
    mypy: int = 0
    pyright: int | None = None
    failures: list[str] = attrs.field(factory=list[str])


def try_documents(paths: Iterable[Path], *, root: Path = ROOT, examples: int = 50) -> list[Result]:
    """Build a package of each document, and check it.

    Args:
        paths: The documents.
        root: The project.
        examples: How many values of JSON are tried for each model.
    """
    with tempfile.TemporaryDirectory(prefix=".trial-", dir=root) as temporary:
        folder = Path(temporary)
        results = {_package_name(path): _build(path, folder, root, examples) for path in paths}
        built = [name for name, result in results.items() if not result.refused]
        if built:
            mypy, pyright = mypy_errors(folder, built, root), pyright_errors(folder, built, root)
            for name in built:
                results[name].mypy = mypy[name]
                results[name].pyright = None if pyright is None else pyright[name]
    return list(results.values())


def _package_name(document: Path) -> str:
    return f"of_{re.sub(r'[^a-z0-9]+', '_', document.stem.lower())}"


def _build(path: Path, folder: Path, root: Path, examples: int) -> Result:
    result = Result(path.name)
    package = folder / _package_name(path)
    recipe = attrs.evolve(Recipe.of(root), document=path)
    try:
        build(recipe, package)
    except DocumentError as error:
        result.refused = str(error).splitlines()[0]
        return result
    rendering = Rendering(load_document(path), recipe.config)
    data = rendering.data
    result.operations = sum(
        len(collection.endpoints) for collection in data.endpoint_collections_by_tag.values()
    )
    result.models = len([*data.models, *data.enums])
    schemas, components = schemas_of(rendering)
    result.failures = round_trip_failures(package, schemas, components, examples=examples)
    return result


def mypy_errors(folder: Path, packages: Iterable[str], root: Path = ROOT) -> Counter[str]:
    """Return how many errors mypy finds in each package, with the project's settings."""
    result = subprocess.run(
        [
            *(sys.executable, "-m", "mypy", "--no-error-summary", "--hide-error-context"),
            f"--config-file={root / 'pyproject.toml'}",
            f"--cache-dir={root / '.mypy_cache'}",
            *packages,
        ],
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
    )
    print(result.stdout, result.stderr, sep="", end="", file=sys.stderr)
    lines = [line for line in result.stdout.splitlines() if ": error:" in line]
    if result.returncode and not lines:
        raise RuntimeError(f"mypy failed: {result.stdout}{result.stderr}")
    return Counter(re.split(r"[/\\.:]", line)[0] for line in lines)


def pyright_errors(folder: Path, packages: Iterable[str], root: Path = ROOT) -> Counter[str] | None:
    """Return how many errors pyright finds in each package, or None where it isn't installed."""
    if not (root / PYRIGHT).exists():
        return None
    with (root / "pyproject.toml").open("rb") as file:
        chosen = tomllib.load(file)["tool"]["pyright"]
    for key in ("executionEnvironments", "venv", "venvPath"):
        del chosen[key]
    config = folder / "pyrightconfig.json"
    config.write_text(json.dumps({**chosen, "include": list(packages)}), encoding="utf-8")
    result = subprocess.run(
        [root / PYRIGHT, "--outputjson", f"--pythonpath={sys.executable}", f"--project={config}"],
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
        # Node.js may have come as a wheel, whose program is beside Python's.
        env={
            **os.environ,
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        },
    )
    report: dict[str, Any] = json.loads(result.stdout)
    found: Counter[str] = Counter()
    for one in report["generalDiagnostics"]:
        place = Path(one["file"]).relative_to(folder)
        print(f"{place}:{one['range']['start']['line'] + 1}: {one['message']}", file=sys.stderr)
        found[place.parts[0]] += 1
    if not report["summary"]["filesAnalyzed"]:
        raise RuntimeError(f"pyright failed: {result.stdout}{result.stderr}")
    return found


def table(results: Iterable[Result]) -> str:
    """Return the results as a page of Markdown."""
    lines: list[str] = []
    for result in results:
        if result.refused:
            lines.append(f"| {result.document} | refused: {_cell(result.refused)} |{' |' * 6}")
            continue
        pyright = "not installed" if result.pyright is None else result.pyright
        lines.append(
            f"| {result.document} | {result.operations} | {result.models} | 0 | 0 "
            f"| {result.mypy} | {pyright} | {len(result.failures)} |"
        )
    return _HEADER + "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def main(arguments: list[str] | None = None, *, root: Path = ROOT) -> int:
    """Try the documents, write the table, and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tools.trial", description=__doc__)
    parser.add_argument("folder", type=Path, help="where the documents are")
    parser.add_argument("--write", type=Path, help="the page to write; default: the terminal")
    options = parser.parse_args(arguments)
    paths = sorted(
        path for path in options.folder.iterdir() if path.suffix in {".json", ".yaml", ".yml"}
    )
    results = try_documents(paths, root=root)
    page = table(results)
    if options.write:
        options.write.write_text(page, encoding="utf-8")
    else:
        print(page, end="")
    for result in results:
        for failure in result.failures:
            print(f"{result.document}: {failure}", file=sys.stderr)
    wrong = any(one.failures or one.mypy or one.pyright for one in results)
    return 1 if wrong or not results else 0


if __name__ == "__main__":
    raise SystemExit(main())
