"""A document that can't be used is refused in one clear line, which names a place in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tools.document import DocumentError, load_document

from .documents import document, of_operation, of_schemas

if TYPE_CHECKING:
    from pathlib import Path

HEAD = "openapi: 3.1.0\ninfo: {title: T, version: '1'}\n"
SCHEMA = (
    HEAD + "components:\n  schemas:\n    A:\n      type: object\n      properties:\n        b: "
)
OPERATION = HEAD + "paths:\n  /x/{id}:\n    get:\n      operationId: x\n      tags: [x]\n      "
ANSWER = "responses:\n        '200':\n          description: ''\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            SCHEMA + "{$ref: '#/components/schemas/Gone'}\n",
            "8:13: #/components/schemas/Gone leads nowhere",
        ),
        (SCHEMA + "{$ref: '#/info/x-list/0'}\n", "8:13: #/info/x-list/0 leads nowhere"),
        (
            SCHEMA + "{$ref: other.yaml#/A}\n",
            "8:13: other.yaml#/A leads out of the document: bring what it names in here",
        ),
        (
            SCHEMA + "{type: int}\n",
            "8:13: 'int' is not a type: array, boolean, integer, null, number, object, string are",
        ),
        (SCHEMA + "\n", "8:9: None is not of type 'object', 'boolean'"),
        (
            SCHEMA.replace("3.1.0", "3.0.3") + "{type: int}\npaths: {}\n",
            "8:13: 'int' is not one of "
            + str(["array", "boolean", "integer", "number", "object", "string"]),
        ),
        (
            HEAD + "paths: {}\ninfo: {}\n",
            "4:1: the key info is here for the second time",
        ),
        (
            OPERATION + ANSWER,
            "5:5: Path parameter 'id' for 'get' operation in '/x/{id}' was not resolved",
        ),
        (
            OPERATION + "parameters: [{$ref: '#/components/parameters/Gone'}]\n      " + ANSWER,
            "8:21: #/components/parameters/Gone leads nowhere",
        ),
        (
            OPERATION + "parameters: &a [{name: id, in: path, required: true, schema: {}}]\n"
            "      " + ANSWER + "    post:\n      operationId: x\n      parameters: *a\n"
            "      " + ANSWER,
            "13:7: Operation ID 'x' for 'post' in '/x/{id}' is not unique",
        ),
    ],
)
def test_a_mistake_is_one_line_with_its_place(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "openapi.yaml"
    path.write_text(text, encoding="utf-8")

    with pytest.raises(DocumentError) as caught:
        load_document(path)

    assert str(caught.value) == f"openapi.yaml:{message}"


def test_schemas_that_are_part_of_each_other_are_refused(tmp_path: Path) -> None:
    first = {"allOf": [{"$ref": "#/components/schemas/B"}]}
    second = {"allOf": [{"$ref": "#/components/schemas/A"}]}

    with pytest.raises(
        DocumentError, match=r"^openapi\.json:\d+:2: schemas are part of each other"
    ):
        of_schemas(tmp_path, A=first, B=second)


def test_each_mistake_has_a_line(tmp_path: Path) -> None:
    wrong: Any = {"type": "int"}
    schemas = {"A": {"type": "object", "properties": {"a": wrong}}, "B": wrong, "C": wrong}

    with pytest.raises(DocumentError) as caught:
        of_schemas(tmp_path, **schemas)

    lines = [line.split(":")[1] for line in str(caught.value).splitlines()]
    assert len(lines) == len(set(lines)) == 3


def test_a_schema_without_a_type_stands_for_anything(tmp_path: Path) -> None:
    properties = {"a": {}, "b": {"description": "No type."}, "c": True}

    read = of_schemas(tmp_path, A={"type": "object", "properties": properties})

    assert read.content["components"]["schemas"]["A"]["properties"] == properties


def test_references_are_not_looked_for_in_data(tmp_path: Path) -> None:
    example = {"$ref": "#/nowhere"}
    schema = {"type": "object", "example": example, "properties": {"$ref": {"type": "string"}}}

    read = of_schemas(tmp_path, A=schema)

    assert read.content["components"]["schemas"]["A"]["example"] == example


def test_a_reference_may_name_a_path_and_an_item(tmp_path: Path) -> None:
    response = {"$ref": "#/paths/~1a~1%7Bb%7D/get/responses/200/content/x/schema/oneOf/1"}
    content = {"x": {"schema": {"oneOf": [{"type": "string"}, {"type": "integer"}]}}}
    item = {"parameters": [{"name": "b", "in": "path", "required": True, "schema": {}}]}
    operation = {"responses": {"200": {"description": "", "content": content}}}

    read = document(
        tmp_path,
        paths={"/a/{b}": {**item, "get": operation}},
        components={"schemas": {"A": response}},
    )

    assert read.resolve(response) == {"type": "integer"}


def test_a_reference_to_itself_leads_to_nothing(tmp_path: Path) -> None:
    read = of_schemas(tmp_path, A={"type": "string"})
    circle = {"$ref": "#/components/schemas/B"}
    read.content["components"]["schemas"]["B"] = circle

    assert read.resolve(circle) == circle


def test_keys_and_dates_of_yaml_are_texts_as_in_json(tmp_path: Path) -> None:
    path = tmp_path / "openapi.yaml"
    path.write_text(
        OPERATION.replace("/x/{id}", "/x")
        + "responses:\n        200: {description: ''}\n"
        + "x-days: {2024-02-29: 2024-02-29, true: 1, null: 2}\n",
        encoding="utf-8",
    )

    read = load_document(path)

    (_, operation), *_ = read.operations()
    assert operation["responses"] == {"200": {"description": ""}}
    assert read.content["x-days"] == {'"2024-02-29"': "2024-02-29", "true": 1, "null": 2}


def test_a_path_that_is_defined_elsewhere_has_its_operations(tmp_path: Path) -> None:
    operation = {"operationId": "x", "responses": {"204": {"description": ""}}}

    read = document(
        tmp_path,
        paths={"/x": {"$ref": "#/components/pathItems/X", "summary": "Here."}},
        components={"pathItems": {"X": {"get": operation, "summary": "There."}}},
    )

    assert list(read.operations()) == [(("paths", "/x", "get"), operation)]
    assert read.content["paths"]["/x"]["summary"] == "Here."


def test_one_operation_is_a_document(tmp_path: Path) -> None:
    ((place, _),) = of_operation(tmp_path).operations()

    assert place == ("paths", "/x", "get")
