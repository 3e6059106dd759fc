"""What is wrong with a document has a line and a column."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tools.document import DocumentError, load_document

from .conftest import ROOT

if TYPE_CHECKING:
    from pathlib import Path

HEAD = "openapi: 3.1.0\ninfo: {title: T, version: '1'}\n"


def test_our_document_is_valid_and_its_operations_have_places() -> None:
    document = load_document(ROOT / "openapi.yaml")

    (place, operation), *_ = document.operations()
    assert operation["operationId"] == "createAccessToken"
    lines = (ROOT / "openapi.yaml").read_text(encoding="utf-8").splitlines()
    line = int(document.locate(place).split(":")[1])
    assert lines[line - 1] == "    post:"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("openapi: [", r"^openapi\.yaml:\d+:\d+: "),
        ("", r"^openapi\.yaml:1:1: an OpenAPI document is a mapping"),
        ("- 1", r"^openapi\.yaml:1:1: an OpenAPI document is a mapping"),
        ("swagger: '1.0'", r"^openapi\.yaml:1:1: no version of OpenAPI"),
        (
            HEAD + "paths: {}\npaths: {}\n",
            r"^openapi\.yaml:4:1: the key paths is here for the second time$",
        ),
        (HEAD + "paths:\n  /x:\n    get: 3\n", r"^openapi\.yaml:5:5: "),
        (
            HEAD + "paths:\n  /x:\n    get:\n      responses: {}\n      tags:\n        - 7\n",
            r"(?m)^openapi\.yaml:8:11: 7 is not of type 'string'",
        ),
    ],
)
def test_a_mistake_is_told_with_its_place(tmp_path: Path, text: str, complaint: str) -> None:
    path = tmp_path / "openapi.yaml"
    path.write_text(text, encoding="utf-8")

    with pytest.raises(DocumentError, match=complaint):
        load_document(path)


def test_a_place_that_does_not_exist_is_the_nearest_that_does() -> None:
    document = load_document(ROOT / "openapi.yaml")

    assert document.locate(("info", "nowhere", 3)) == document.locate(("info",))
    assert document.locate(("tags", 0)) != document.locate(("tags", 9))
    assert document.locate(("tags", 9)) == document.locate(("tags",))


def test_a_default_of_another_type_is_told_with_its_place(tmp_path: Path) -> None:
    path = tmp_path / "openapi.yaml"
    schemas = "components:\n  schemas:\n    A:\n      type: integer\n      default: abc\n"
    path.write_text(HEAD + "paths: {}\n" + schemas, encoding="utf-8")

    with pytest.raises(DocumentError, match=r"^openapi\.yaml:8:7: 'abc' is not of type"):
        load_document(path)


@pytest.mark.parametrize("name", ["openapi.json", "openapi.yaml"])
def test_a_character_that_json_escapes_as_two_is_one(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    text = HEAD.replace("title: T", r'title: "\ud83d\udc8e and\nmore"') + "paths: {}\n"
    path.write_text(text, encoding="utf-8")

    assert load_document(path).content["info"]["title"] == "\N{GEM STONE} and\nmore"
