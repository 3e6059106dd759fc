"""`make check` says what has changed since the package was generated."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tools.building import Recipe
from tools.generate import main
from tools.provenance import PROVENANCE, changes_since

if TYPE_CHECKING:
    from .conftest import Project


def test_nothing_has_changed_since_the_committed_package(project: Project) -> None:
    assert changes_since(Recipe.of(project.root), project.package) == []


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("openapi.yaml", "openapi.yaml has changed since"),
        ("templates/model.py.jinja", "The templates have changed since"),
        ("generator-config.yaml", "generator-config.yaml has changed since"),
    ],
)
def test_a_changed_file_is_told(
    project: Project, name: str, sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with (project.root / name).open("a", encoding="utf-8") as file:
        file.write("\n")

    main(["--check"], root=project.root)

    assert sentence in capsys.readouterr().err


def test_another_version_of_the_generator_is_told_plainly(project: Project) -> None:
    path = project.package / PROVENANCE
    then = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**then, "openapi-python-client": "0.28.0"}), encoding="utf-8")

    (sentence,) = changes_since(Recipe.of(project.root), project.package)

    assert sentence.startswith(
        "The package was generated with openapi-python-client 0.28.0; 0.29.1 is installed."
    )


@pytest.mark.parametrize("damage", ["", "{"])
def test_a_damaged_file_is_told(project: Project, damage: str) -> None:
    (project.package / PROVENANCE).write_text(damage, encoding="utf-8")

    assert changes_since(Recipe.of(project.root), project.package) == [
        "api/provenance.json is missing or damaged: run `make generate`."
    ]
