"""Generated code that does not lint or import is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tools.document import DocumentError
from tools.finishing import finish, prove_importable

from .conftest import ROOT

if TYPE_CHECKING:
    from pathlib import Path


def test_code_that_ruff_cannot_mend_is_refused(tmp_path: Path) -> None:
    (tmp_path / "module.py").write_text('"""A module."""\n\nprint(undefined)\n', encoding="utf-8")

    with pytest.raises(DocumentError, match=r"ruff refuses[\s\S]*undefined"):
        finish([tmp_path], settings=ROOT / "pyproject.toml")


def test_a_module_that_does_not_import_is_refused(tmp_path: Path) -> None:
    package = tmp_path / "package"
    (package / "api").mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "api" / "__init__.py").write_text("import nowhere_at_all\n", encoding="utf-8")

    with pytest.raises(DocumentError, match=r"does not import[\s\S]*nowhere_at_all"):
        prove_importable(package, ["api"])


def test_modules_that_import_are_taken(tmp_path: Path) -> None:
    package = tmp_path / "package"
    (package / "api").mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "api" / "types.py").write_text("import enum\n", encoding="utf-8")

    prove_importable(package, ["api"])
