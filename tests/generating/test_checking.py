"""What can't be told apart, or would be left out, is refused with a place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tools.checking import check_names, check_operations
from tools.document import DocumentError
from tools.rendering import Rendering

from .conftest import ROOT
from .documents import CONFIG, document, of_operation, of_schemas

if TYPE_CHECKING:
    from pathlib import Path

    from tools.document import Document

ANSWER: Any = {"responses": {"204": {"description": ""}}}


def complaint(read: Document) -> str:
    """Return what is wrong with a document's names."""
    with pytest.raises(DocumentError) as caught:
        check_names(Rendering(read, CONFIG).data, read, ROOT / "kodexa_client")
    return str(caught.value)


def of_operations(folder: Path, *operations: tuple[str, str]) -> Document:
    """Return a document whose operations have these operationIds and tags."""
    paths = {
        f"/{number}": {"get": {"operationId": name, "tags": [tag], **ANSWER}}
        for number, (name, tag) in enumerate(operations)
    }
    return document(folder, paths=paths)


@pytest.mark.parametrize(
    ("parts", "complaint"),
    [
        ({"operationId": None}, "GET /x has no operationId: it names the function and the method"),
        ({"operationId": ""}, "GET /x has no operationId: it names the function and the method"),
        ({"tags": []}, "GET /x has no tags: the first names the resource with the method"),
        (
            {"parameters": [{"name": "q", "in": "query", "content": {"application/json": {}}}]},
            "the parameter q has no schema: give it one, not content",
        ),
        (
            {"parameters": [{"$ref": "#/components/parameters/Q"}]},
            "the parameter q has no schema: give it one, not content",
        ),
    ],
)
def test_an_operation_that_would_be_left_out_is_refused(
    tmp_path: Path, parts: dict[str, Any], complaint: str
) -> None:
    operation = {"operationId": "x", "tags": ["x"], **ANSWER, **parts}
    parameter = {"name": "q", "in": "query", "content": {"application/json": {}}}
    read = document(
        tmp_path,
        paths={"/x": {"get": {key: part for key, part in operation.items() if part is not None}}},
        components={"parameters": {"Q": parameter}},
    )

    with pytest.raises(DocumentError) as caught:
        check_operations(read)

    place, _, message = str(caught.value).partition(": ")
    assert message == complaint
    assert place.startswith("openapi.json:")
    assert place != "openapi.json:1:1"


def test_a_parameter_of_a_path_is_checked_once(tmp_path: Path) -> None:
    parameter = {"name": "q", "in": "query", "content": {"application/json": {}}}
    operations = {
        name: {"operationId": name, "tags": ["x"], **ANSWER} for name in ("get", "delete")
    }
    read = document(tmp_path, paths={"/x": {"parameters": [parameter], **operations}})

    with pytest.raises(DocumentError) as caught:
        check_operations(read)

    assert len(str(caught.value).splitlines()) == 1


def test_an_operation_with_all_of_that_is_taken(tmp_path: Path) -> None:
    parameters = [{"name": "q", "in": "query", "schema": {}}]
    read = of_operation(tmp_path, parameters=parameters)

    check_operations(read)
    check_names(Rendering(read, CONFIG).data, read, ROOT / "kodexa_client")


@pytest.mark.parametrize(
    ("operations", "name"),
    [
        ([("getPet", "pets"), ("get_pet", "pets")], "the module api/pets/get_pet.py"),
        ([("getPet", "pets"), ("get", "pets")], "the method pets.get()"),
        ([("get", "pets"), ("getDetailed", "pets")], "the method pets.get_detailed()"),
        ([("a", "foo_bar"), ("b", "fooBar_")], None),
        ([("a", "close")], "client.close"),
        ([("a", "foo_bar"), ("b", "foo__bar")], None),
    ],
)
def test_two_things_of_one_name_are_refused(
    tmp_path: Path, operations: list[tuple[str, str]], name: str | None
) -> None:
    read = of_operations(tmp_path, *operations)

    if name is None:
        check_names(Rendering(read, CONFIG).data, read, ROOT / "kodexa_client")
    else:
        assert f"would both be {name}: rename one of them" in complaint(read)


def test_two_schemas_of_one_module_are_refused(tmp_path: Path) -> None:
    read = of_schemas(tmp_path, ABC={"type": "object"}, Abc={"enum": ["a"], "type": "string"})

    place = read.locate(("components", "schemas", "Abc"))
    assert complaint(read) == (
        f"{place}: the schema ABC and the schema Abc would both be the module models/abc.py: "
        "rename one of them"
    )


@pytest.mark.parametrize("tags", [("a1", "a_1"), ("foo-bar", "foo bar")])
def test_two_tags_of_one_class_or_name_are_told_apart_or_refused(
    tmp_path: Path, tags: tuple[str, str]
) -> None:
    read = of_operations(tmp_path, ("x", tags[0]), ("y", tags[1]))

    if len({tag.replace("-", "_").replace(" ", "_") for tag in tags}) == 1:
        check_names(Rendering(read, CONFIG).data, read, ROOT / "kodexa_client")
    else:
        assert "would both be the class A1" in complaint(read)
