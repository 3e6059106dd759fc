"""`make generate` writes what the document says, or leaves everything as it was."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

import pytest

from tools.generate import main
from tools.template_functions import GENERATED_HEADER

from .conftest import ROOT, Project

if TYPE_CHECKING:
    from collections.abc import Callable

GENERATED = [
    path
    for folder in ("api", "models")
    for path in sorted((ROOT / "kodexa_client" / folder).rglob("*.py"))
]


def test_what_is_committed_is_what_the_document_gives(project: Project) -> None:
    assert main(["--check"], root=project.root) == 0


def test_generating_again_changes_nothing(project: Project) -> None:
    before = project.files()

    assert main([], root=project.root) == 0

    assert project.files() == before
    assert [path.name for path in project.root.glob(".generated-*")] == []


def test_every_generated_module_says_so_and_no_other_does() -> None:
    for path in (ROOT / "kodexa_client").rglob("*.py"):
        assert (GENERATED_HEADER in path.read_text(encoding="utf-8")) is (path in GENERATED), path


def test_every_public_name_has_a_docstring() -> None:
    for path in GENERATED:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        assert ast.get_docstring(tree), path
        for node in ast.walk(tree):
            if isinstance(node, (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
                assert node.name.startswith("_") or ast.get_docstring(node), (path, node.name)


def test_a_difference_is_shown_and_nothing_is_written(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    document = project.read()
    document["components"]["schemas"]["UserStorage"]["properties"]["size"] = {"type": "integer"}
    project.write(document)
    (project.package / "models" / "forgotten.py").write_text("x = 1\n", encoding="utf-8")
    before = project.files()

    assert main(["--check"], root=project.root) == 1

    shown = capsys.readouterr()
    assert "+    size: int | Unset = UNSET" in shown.out
    assert "--- a/models/forgotten.py" in shown.out
    assert "run `make generate`" in shown.err
    assert project.files() == before


def operation(**parts: Any) -> dict[str, Any]:
    return {
        "operationId": "getProject",
        "tags": ["projects"],
        "responses": {"200": {"description": "", "content": {"application/json": {"schema": {}}}}},
        **parts,
    }


def add_operation(path: str, **parts: Any) -> Callable[[dict[str, Any]], None]:
    def change(document: dict[str, Any]) -> None:
        document["paths"][path] = {"get": operation(**parts)}

    return change


def without(key: str) -> Callable[[dict[str, Any]], None]:
    def change(document: dict[str, Any]) -> None:
        added = operation()
        del added[key]
        document["paths"]["/api/projects"] = {"get": added}

    return change


def add_schema(**schemas: Any) -> Callable[[dict[str, Any]], None]:
    def change(document: dict[str, Any]) -> None:
        document["components"]["schemas"].update(schemas)

    return change


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (without("operationId"), "GET /api/projects has no operationId"),
        (without("tags"), "GET /api/projects has no tags"),
        (
            add_operation("/api/x", operationId="createAccessToken", tags=["access-tokens"]),
            "Operation ID 'createAccessToken'",
        ),
        (
            add_operation("/api/x", operationId="create_access_token", tags=["access-tokens"]),
            "would both be the module api/access_tokens/create_access_token.py",
        ),
        (
            add_operation("/api/x", operationId="accessTokenCreate", tags=["access-tokens"]),
            "GET /api/x and POST /api/access-tokens would both be the method access_tokens.create",
        ),
        (
            add_schema(
                ABC={"type": "object", "properties": {}}, Abc={"type": "object", "properties": {}}
            ),
            "the schema ABC and the schema Abc would both be the module models/abc.py",
        ),
        (
            add_operation(
                "/api/projects",
                parameters=[
                    {"name": "filter", "in": "query", "content": {"application/json": {}}},
                ],
            ),
            "the parameter filter has no schema",
        ),
        (
            add_operation("/api/x", tags=["request"]),
            "the tag request and what every client has would both be client.request",
        ),
        (
            add_schema(
                Name={"type": "string"},
                Broken={"allOf": [{"$ref": "#/components/schemas/Name"}] * 2},
            ),
            "Cannot take allOf a non-object",
        ),
    ],
)
def test_what_cannot_be_generated_is_refused_and_nothing_is_written(
    project: Project,
    capsys: pytest.CaptureFixture[str],
    change: Callable[[dict[str, Any]], None],
    complaint: str,
) -> None:
    document = project.read()
    change(document)
    project.write(document)
    before = project.files()

    assert main([], root=project.root) == 1

    message = capsys.readouterr().err
    assert complaint in message
    assert message.startswith("openapi.yaml:")
    assert not message.startswith("openapi.yaml:1:1:")
    assert project.files() == before
    assert list(project.root.glob(".generated-*")) == []


def test_a_removed_operation_and_schema_leave_no_file(project: Project) -> None:
    before = project.files()
    document = project.read()
    document["paths"]["/api/projects"] = {
        "get": operation(
            responses={
                "200": {
                    "description": "",
                    "content": {
                        "application/json": {"schema": {"$ref": "#/components/schemas/Project"}}
                    },
                }
            }
        )
    }
    document["components"]["schemas"]["Project"] = {"type": "object", "properties": {}}
    original = project.document_path.read_bytes()
    project.write(document)
    assert main([], root=project.root) == 0
    assert "api/projects/get_project.py" in project.files()
    assert "models/project.py" in project.files()

    project.document_path.write_bytes(original)
    assert main([], root=project.root) == 0

    assert project.files() == before


HOSTILE = 'Quote """ and \\ and \\N{BULLET} {braces} {{ 7 * 7 }} {% raw %} \\u0041\'\'\' end"'


def test_the_words_of_the_document_cannot_become_code(project: Project) -> None:
    document = project.read()
    document["tags"][0]["description"] = HOSTILE
    create = document["paths"]["/api/access-tokens"]["post"]
    create["summary"] = create["description"] = HOSTILE
    create["requestBody"]["description"] = HOSTILE
    token = document["components"]["schemas"]["AccessToken"]
    token["description"] = HOSTILE
    token["properties"]["name"]["description"] = HOSTILE
    token["properties"][HOSTILE] = {"type": "string", "format": "date-time"}
    project.write(document)

    assert main([], root=project.root) == 0

    module = (project.package / "models" / "access_token.py").read_text(encoding="utf-8")
    tree = ast.parse(module)
    (model,) = [node for node in tree.body if isinstance(node, ast.ClassDef)]
    documented = ast.get_docstring(model)
    assert documented is not None
    assert documented.split("\n\n")[0].replace("\n", " ") == HOSTILE
    constants = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)]
    assert HOSTILE in constants
    resource = project.package / "api" / "access_tokens" / "__init__.py"
    assert "{{ 7 * 7 }}" in resource.read_text(encoding="utf-8")


def test_a_file_that_is_no_text_is_removed(project: Project) -> None:
    stray = project.package / "api" / ".DS_Store"
    stray.write_bytes(b"\xff\xfe")

    assert main(["--check"], root=project.root) == 1
    assert main([], root=project.root) == 0

    assert not stray.exists()


def test_line_endings_are_a_difference(project: Project) -> None:
    path = project.package / "models" / "user.py"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))

    assert main(["--check"], root=project.root) == 1


def test_nothing_is_replaced_if_nothing_differs(project: Project) -> None:
    before = project.package.stat().st_ino

    assert main([], root=project.root) == 0

    assert project.package.stat().st_ino == before


def test_calls_of_the_platform_are_told_to_have_no_method(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    document = project.read()
    hook = {"post": {"responses": {"200": {"description": ""}}}}
    document["webhooks"] = {"tokenCreated": hook}
    create = document["paths"]["/api/access-tokens"]["post"]
    create["callbacks"] = {"onCreated": {"{$request.body#/url}": hook}}
    project.write(document)

    assert main([], root=project.root) == 0

    notes = capsys.readouterr().err
    assert "webhooks 'tokenCreated' has no method: the platform calls it" in notes
    assert "callbacks 'onCreated' has no method: the platform calls it" in notes
