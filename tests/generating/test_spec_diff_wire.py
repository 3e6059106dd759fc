"""Each change of a document has a verdict for programs that speak the API's protocol."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from ruamel.yaml import YAML
from ruamel.yaml.nodes import ScalarNode

from tools.comparing.wire_changes import wire_changes, words_changed
from tools.document import Document

if TYPE_CHECKING:
    from collections.abc import Callable

    from tools.comparing.api_changes import Change

Content = dict[str, Any]

# `Sent` is only sent, `Got` only got, and `Both` is both.
THINGS = """
openapi: 3.1.0
info: {title: Things, version: '1'}
servers: [{url: https://a.example}]
security: [{key: []}]
paths:
  /things:
    post:
      operationId: createThing
      tags: [things]
      requestBody:
        required: true
        content: {application/json: {schema: {$ref: '#/components/schemas/Sent'}}}
      responses:
        '201':
          description: Made.
          headers: {Location: {schema: {type: string}}}
          content: {application/json: {schema: {$ref: '#/components/schemas/Got'}}}
        '400': {description: Refused.}
    get:
      operationId: listThings
      tags: [things]
      parameters:
        - {name: page, in: query, schema: {type: integer, format: int32}}
        - {name: X-Trace, in: header, schema: {type: string}}
      responses:
        '200':
          description: All.
          content:
            application/json:
              schema: {type: array, items: {$ref: '#/components/schemas/Got'}}
  /things/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: string}}]
    put:
      operationId: updateThing
      tags: [things]
      requestBody:
        content: {application/json: {schema: {$ref: '#/components/schemas/Both'}}}
      responses:
        '200':
          description: Changed.
          content: {application/json: {schema: {$ref: '#/components/schemas/Both'}}}
components:
  securitySchemes:
    key: {type: apiKey, in: header, name: x-key}
  schemas:
    Sent:
      type: object
      required: [name]
      properties:
        name: {type: string, maxLength: 9, description: What it is called.}
        note: {type: string, default: none}
        color: {type: string, enum: [red, blue]}
        size: {type: integer, format: int32, minimum: 1}
        at: {type: [string, 'null'], format: date-time}
        choice: {oneOf: [{$ref: '#/components/schemas/Cat'}, {$ref: '#/components/schemas/Dog'}]}
    Got:
      type: object
      required: [id]
      properties:
        id: {type: string}
        note: {type: string}
        color: {$ref: '#/components/schemas/Color'}
        at: {type: string, format: date-time}
        choice: {oneOf: [{$ref: '#/components/schemas/Cat'}, {$ref: '#/components/schemas/Dog'}]}
    Both:
      allOf:
        - {$ref: '#/components/schemas/Base'}
        - type: object
          properties:
            name: {type: string}
            next: {allOf: [{$ref: '#/components/schemas/Both'}]}
    Base: {type: object, properties: {label: {type: string}}}
    Color: {type: string, enum: [red, blue]}
    Cat: {type: object, properties: {purrs: {type: boolean}}}
    Dog: {type: object, properties: {barks: {type: boolean}}}
    Idle: {type: object, properties: {any: {type: string}}}
"""


_THINGS: Content = YAML(typ="safe", pure=True).load(THINGS)


def things() -> Content:
    return copy.deepcopy(_THINGS)


def schema(content: Content, name: str) -> Any:
    return content["components"]["schemas"][name]


def operation(content: Content, method: str = "post", path: str = "/things") -> Any:
    return content["paths"][path][method]


def edited(*edits: Callable[[Content], object]) -> Content:
    content = things()
    for edit in edits:
        edit(content)
    return content


def setting(*place: str | int, to: Any) -> Callable[[Content], object]:
    """Return an edit that puts something at a place."""

    def edit(content: Content) -> None:
        node: Any = content
        for step in place[:-1]:
            node = node[step]
        last: Any = place[-1]
        if isinstance(node, list):
            node[last : last + 1] = [copy.deepcopy(to)]
        else:
            node[last] = copy.deepcopy(to)

    return edit


def without(*place: str | int) -> Callable[[Content], object]:
    """Return an edit that removes what is at a place."""

    def edit(content: Content) -> None:
        node: Any = content
        for step in place[:-1]:
            node = node[step]
        del node[place[-1]]

    return edit


def of(name: str, *steps: str | int) -> tuple[str | int, ...]:
    return ("components", "schemas", name, *steps)


def document(content: Content) -> Document:
    return Document(Path("openapi.yaml"), content, ScalarNode("", ""))


def changes(old: Content, new: Content) -> list[Change]:
    return wire_changes(document(old), document(new))


def sentences(old: Content, new: Content) -> list[str]:
    return [
        f"{change.wire.word}: {change.what} {change.place} {change.action} {change.detail}".rstrip()
        for change in changes(old, new)
    ]


WORST = "not understood here, taken for the worst"
TEXT = {"type": "string"}
NUMBER = {"type": "integer"}
LOCATION = "POST /things response 201 header location"
VARIABLES = '{"a": {"default": "b"}}'
BODY = "POST /things request body application/json"
JSON_BODY = ("requestBody", "content", "application/json")


@pytest.mark.parametrize(
    ("edit", "expected"),
    [
        # Operations.
        (without("paths", "/things", "get"), ["breaking: operation GET /things removed"]),
        (
            setting("paths", "/more", to={"get": {"operationId": "a", "responses": {}}}),
            ["compatible: operation GET /more added"],
        ),
        (
            setting("paths", "/things", "get", "operationId", to="all"),
            ["none: operation GET /things changed operationId: listThings → all"],
        ),
        (
            setting("paths", "/things", "get", "tags", to=["all"]),
            ["none: operation GET /things changed tag: things → all"],
        ),
        (
            setting("paths", "/things", "get", "deprecated", to=True),
            ["compatible: operation GET /things changed deprecated"],
        ),
        (
            setting("paths", "/things", "get", "callbacks", to={"a": {}}),
            [f"breaking: operation GET /things changed callbacks: {WORST}"],
        ),
        (setting("paths", "/things", "get", "x-ours", to=1), []),
        # Parameters.
        (
            setting("paths", "/things", "get", "parameters", 0, "name", to="number"),
            [
                "breaking: parameter GET /things page removed in query",
                "compatible: parameter GET /things number added in query, optional",
            ],
        ),
        (
            setting(
                "paths",
                "/things",
                "get",
                "parameters",
                2,
                to={"name": "q", "in": "query", "required": True, "schema": TEXT},
            ),
            ["breaking: parameter GET /things q added in query, required"],
        ),
        (
            setting("paths", "/things", "get", "parameters", 0, "required", to=True),
            ["breaking: parameter GET /things page changed optional → required"],
        ),
        (
            setting("paths", "/things", "get", "parameters", 0, "deprecated", to=True),
            ["compatible: parameter GET /things page changed deprecated"],
        ),
        (
            setting("paths", "/things", "get", "parameters", 0, "style", to="spaceDelimited"),
            [f"breaking: parameter GET /things page changed style: {WORST}"],
        ),
        (
            setting("paths", "/things", "get", "parameters", 0, "schema", to=TEXT),
            [
                "breaking: parameter GET /things page changed type: integer → string",
            ],
        ),
        (
            setting("paths", "/things", "get", "parameters", 0, "schema", "format", to="int64"),
            ["compatible: parameter GET /things page changed format: int32 → int64"],
        ),
        # A header field has no case, and of a path parameter only the value is sent.
        (
            setting("paths", "/things", "get", "parameters", 1, "name", to="x-trace"),
            ["none: parameter GET /things x-trace changed name: X-Trace → x-trace"],
        ),
        (
            lambda content: content["paths"].update(
                {
                    "/things/{key}": content["paths"].pop("/things/{id}")
                    | {
                        "parameters": [
                            {"name": "key", "in": "path", "required": True, "schema": TEXT}
                        ]
                    }
                }
            ),
            ["none: parameter PUT /things/{key} key changed name: id → key"],
        ),
        # Bodies.
        (
            without("paths", "/things", "post", "requestBody"),
            ["breaking: request body POST /things removed"],
        ),
        (
            setting(
                "paths",
                "/things",
                "get",
                "requestBody",
                to={"content": {"application/json": {"schema": TEXT}}},
            ),
            ["compatible: request body GET /things added optional"],
        ),
        (
            setting(
                "paths",
                "/things",
                "get",
                "requestBody",
                to={"required": True, "content": {"application/json": {"schema": TEXT}}},
            ),
            ["breaking: request body GET /things added required"],
        ),
        (
            without("paths", "/things", "post", "requestBody", "required"),
            ["compatible: request body POST /things changed required → optional"],
        ),
        (
            setting(
                "paths",
                "/things",
                "post",
                "requestBody",
                "content",
                to={"text/plain": {"schema": TEXT}},
            ),
            [
                "breaking: media type POST /things request body application/json removed",
                "compatible: media type POST /things request body text/plain added",
            ],
        ),
        (
            setting("paths", "/things", "post", *JSON_BODY, "encoding", to={"a": {}}),
            [f"breaking: media type {BODY} changed encoding: {WORST}"],
        ),
        # Responses.
        (
            without("paths", "/things", "post", "responses", "201"),
            ["breaking: response POST /things response 201 removed 201"],
        ),
        (
            without("paths", "/things", "post", "responses", "400"),
            ["compatible: response POST /things response 400 removed 400"],
        ),
        (
            setting("paths", "/things", "post", "responses", "409", to={"description": ""}),
            ["compatible: response POST /things response 409 added 409"],
        ),
        # A range says the same of it.
        (
            lambda content: operation(content)["responses"].update(
                {"2XX": operation(content)["responses"].pop("201")}
            ),
            [
                "compatible: response POST /things response 201 removed 201",
                "compatible: response POST /things response 2XX added 2XX",
            ],
        ),
        (
            without("paths", "/things", "post", "responses", "201", "content", "application/json"),
            ["breaking: media type POST /things response 201 application/json removed"],
        ),
        (
            without("paths", "/things", "post", "responses", "201", "headers", "Location"),
            ["breaking: header POST /things response 201 header location removed"],
        ),
        (
            setting("paths", "/things", "post", "responses", "400", "headers", to={"A": {}}),
            ["compatible: header POST /things response 400 header a added"],
        ),
        (
            setting(
                "paths",
                "/things",
                "post",
                "responses",
                "201",
                "headers",
                "Location",
                "schema",
                to=NUMBER,
            ),
            [f"breaking: header {LOCATION} changed type: string → integer"],
        ),
        (
            setting("paths", "/things", "post", "responses", "201", "links", to={"a": {}}),
            [f"breaking: response POST /things response 201 changed links: {WORST}"],
        ),
        # What holds for every operation.
        (
            setting("servers", 0, "url", to="https://b.example"),
            [
                "breaking: servers all operations removed https://a.example",
                "compatible: servers all operations added https://b.example",
            ],
        ),
        (
            setting("servers", 0, "variables", to={"a": {"default": "b"}}),
            [
                "breaking: servers all operations removed https://a.example",
                f"compatible: servers all operations added https://a.example {VARIABLES}",
            ],
        ),
        (
            setting("paths", "/things", "get", "security", to=[]),
            [
                "compatible: security GET /things added none",
                "compatible: security GET /things removed key",
            ],
        ),
        (
            setting("security", to=[{"key": [], "other": []}]),
            [
                "breaking: security all operations removed key",
                "compatible: security all operations added key, other",
            ],
        ),
        (
            setting("security", 1, to={"other": ["read"]}),
            ["compatible: security all operations added other"],
        ),
        (
            setting("components", "securitySchemes", "key", "name", to="key"),
            ["breaking: security scheme key changed"],
        ),
        (
            setting("components", "securitySchemes", "other", to={"type": "http"}),
            ["compatible: security scheme other added"],
        ),
        (
            without("components", "securitySchemes", "key"),
            ["compatible: security scheme key removed"],
        ),
        (
            setting("webhooks", to={"a": {}}),
            [f"breaking: document the document changed webhooks: {WORST}"],
        ),
        # Words.
        (setting("x-ours", to=1), []),
        (setting("info", "version", to="2"), []),
        (setting(*of("Sent", "description"), to="New."), []),
        (setting(*of("Sent", "properties", "name", "example"), to="x"), []),
        (setting(*of("Sent", "x-ours"), to="x"), []),
    ],
)
def test_what_an_operation_changes(edit: Callable[[Content], object], expected: list[str]) -> None:
    assert sentences(things(), edited(edit)) == expected


def test_the_same_change_of_two_operations_is_one() -> None:
    (change,) = changes(things(), edited(without(*of("Got", "properties", "note"))))

    assert change.operations == {"GET /things", "POST /things"}
    assert change.reason == "readers of a response miss it"


def test_nothing_has_changed_between_a_document_and_itself() -> None:
    assert changes(things(), things()) == []
    assert words_changed(document(things()), document(things())) == []


def test_words_for_people_are_told_by_their_places() -> None:
    old = edited(setting(*of("Got", "properties", "description"), to=TEXT))
    new = edited(
        setting(*of("Got", "properties", "description"), to=TEXT | {"title": "A word"}),
        setting("paths", "/things", "get", "summary", to="All of them."),
        setting("paths", "/things", "get", "parameters", 0, "x-ours", to=1),
        setting("info", "version", to="2"),
    )

    assert words_changed(document(old), document(new)) == [
        "info",
        "paths//things/get/parameters/0/x-ours",
        "paths//things/get/summary",
        "components/schemas/Got/properties/description/title",
    ]
    assert changes(old, new) == []
