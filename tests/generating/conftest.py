"""A project of a test's own: its document, our templates, our wrapper."""

from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from ruamel.yaml import YAML

from .crafted import Crafted, build_crafted

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).parent
ROOT = HERE.parents[1]


class Project:
    """A copy of what `make generate` reads and writes, whose document a test may change."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.package = root / "kodexa_client"
        self.document_path = root / "openapi.yaml"
        for name in ("openapi.yaml", "generator-config.yaml", "pyproject.toml"):
            shutil.copy(ROOT / name, root / name)
        shutil.copytree(ROOT / "templates", root / "templates")
        shutil.copytree(
            ROOT / "kodexa_client", self.package, ignore=shutil.ignore_patterns("__pycache__")
        )

    def read(self) -> dict[str, Any]:
        document: dict[str, Any] = YAML(typ="safe", pure=True).load(self.document_path)
        return document

    def write(self, document: dict[str, Any]) -> None:
        # JSON is YAML; it has no way to write the same thing that a test would have to know.
        self.document_path.write_text(json.dumps(document, indent=1), encoding="utf-8")

    def files(self) -> dict[str, bytes]:
        """Return every file of the package, by its path."""
        return {
            path.relative_to(self.package).as_posix(): path.read_bytes()
            for path in sorted(self.package.rglob("*.py"))
        }


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path)


@pytest.fixture(scope="session")
def everything() -> Iterator[Crafted]:
    """Return the package of everything.yaml, which is built once."""
    with tempfile.TemporaryDirectory(prefix=".trial-", dir=ROOT) as folder:
        yield build_crafted(HERE / "everything.yaml", Path(folder) / "everything")
