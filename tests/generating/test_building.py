"""A package is built of a document, the templates and the wrapper, and nothing else is left."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NoReturn

import pytest

from tools.building import Recipe, build

if TYPE_CHECKING:
    from pathlib import Path

    from .conftest import Project


@pytest.mark.parametrize("can_link", [True, False])
def test_the_wrapper_is_the_same_whether_linked_or_copied(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, can_link: bool
) -> None:
    def refuse(*_: object) -> NoReturn:
        raise OSError

    if not can_link:
        monkeypatch.setattr(os, "link", refuse)
    package = tmp_path / "fresh" / "kodexa_client"
    package.parent.mkdir()

    build(Recipe.of(project.root), package)

    original = project.package / "_client.py"
    assert (package / "_client.py").read_bytes() == original.read_bytes()
    assert (package / "_client.py").samefile(original) is can_link
    assert [path.name for path in package.parent.iterdir()] == ["kodexa_client"]
