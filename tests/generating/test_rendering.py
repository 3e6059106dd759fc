"""What the generator can't do is an error, with the place in the document."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from openapi_python_client import Project
from openapi_python_client.parser.errors import GeneratorError

from tools.document import DocumentError
from tools.operations import answer_type
from tools.rendering import Rendering

from .conftest import ROOT
from .documents import CONFIG, document, of_operation, of_schemas

if TYPE_CHECKING:
    from pathlib import Path

    from tools.document import Document

LAST = (
    "Nothing was written: a package without these would be incomplete. Change the document "
    "there, or say in the templates how to generate it."
)

# The generator makes classes of objects alone.
BROKEN = {"allOf": [{"$ref": "#/components/schemas/Text"}] * 2}


def complaints(read: Document) -> list[str]:
    with pytest.raises(DocumentError) as caught:
        Rendering(read, CONFIG)
    *lines, last = str(caught.value).splitlines()
    assert last == LAST
    return lines


def test_a_schema_that_cannot_be_generated_has_a_place(tmp_path: Path) -> None:
    read = of_schemas(tmp_path, Text={"type": "string"}, Broken=BROKEN)

    (line,) = complaints(read)

    assert line.startswith(f"{read.locate(('components', 'schemas', 'Broken'))}: ")
    assert "Cannot take allOf a non-object" in line


def test_an_operation_that_cannot_be_generated_has_a_place(tmp_path: Path) -> None:
    parameter = {"name": "q", "in": "query", "schema": BROKEN}
    read = document(
        tmp_path,
        paths={
            "/fine": {"get": {"operationId": "fine", "tags": ["x"]}},
            "/x": {"get": {"operationId": "x", "tags": ["x"], "parameters": [parameter]}},
        },
        components={"schemas": {"Text": {"type": "string"}}},
    )

    (line,) = complaints(read)

    assert line.startswith(f"{read.locate(('paths', '/x', 'get'))}: ")


def test_what_the_generator_refuses_whole_has_the_documents_place(tmp_path: Path) -> None:
    read = of_schemas(tmp_path, Thing={"type": "object"})
    read.content["info"] = 3

    (line, *_) = complaints(read)

    assert line.startswith("openapi.json:1:1: Failed to parse OpenAPI document")


def test_components_may_be_others_under_a_new_name(tmp_path: Path) -> None:
    once = {"name": "q", "in": "query", "schema": {"type": "integer"}}
    answer = {"description": "", "content": {"application/json": {"schema": {"type": "string"}}}}
    read = document(
        tmp_path,
        paths={
            "/x": {
                "get": {
                    "operationId": "x",
                    "tags": ["x"],
                    "parameters": [{"$ref": "#/components/parameters/Twice"}],
                    "responses": {"200": {"$ref": "#/components/responses/Twice"}},
                }
            }
        },
        components={
            "parameters": {"Twice": {"$ref": "#/components/parameters/Once"}, "Once": once},
            "responses": {"Twice": {"$ref": "#/components/responses/Once"}, "Once": answer},
        },
    )

    (collection,) = Rendering(read, CONFIG).data.endpoint_collections_by_tag.values()
    (endpoint,) = collection.endpoints

    assert endpoint.query_parameters[0].to_string().as_unembedded_code() == "q: int | Unset = UNSET"
    assert answer_type(endpoint) == "str"


def test_no_words_of_the_document_are_shown_as_python_objects(tmp_path: Path) -> None:
    properties = {"a": {"oneOf": [BROKEN, {"type": "integer"}]}}
    schemas = {"Broken": {"type": "object", "properties": properties}, "Text": {"type": "string"}}
    read = of_schemas(tmp_path, **schemas)

    (line,) = complaints(read)

    assert "openapi_python_client" not in line


def test_a_template_that_complains_stops_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def build(_: Project) -> Any:
        return [GeneratorError(header="A hook", detail="failed.")]

    monkeypatch.setattr(Project, "build", build)
    rendering = Rendering(of_schemas(tmp_path, Thing={"type": "object"}), CONFIG)

    with pytest.raises(DocumentError, match=r"^openapi\.json:1:1: A hook failed\."):
        rendering.write(ROOT / "templates", tmp_path / "output")


def test_headers_may_be_of_every_type(tmp_path: Path) -> None:
    dates = {"type": "array", "items": {"type": "string", "format": "date"}}
    read = of_operation(tmp_path, parameters=[{"name": "X", "in": "header", "schema": dates}])

    (collection,) = Rendering(read, CONFIG).data.endpoint_collections_by_tag.values()
    (endpoint,) = collection.endpoints

    assert endpoint.header_parameters[0].to_string().as_unembedded_code() == (
        "x: list[datetime.date] | Unset = UNSET"
    )
