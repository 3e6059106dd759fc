"""What is made from a schema is JSON of that schema, and reaches every kind of it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, find, given, settings
from hypothesis import strategies as st
from openapi_schema_validator import OAS31Validator

from tools.schema_strategy import Schemas

COMPONENTS: dict[str, Any] = {
    "Tree": {
        "type": "object",
        "properties": {
            "children": {"type": "array", "items": {"$ref": "#/components/schemas/Tree"}}
        },
        "additionalProperties": False,
    },
    "Named": {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]},
}

SCHEMAS: list[Any] = [
    {},
    True,
    {"description": "Anything."},
    {"type": "null"},
    {"type": "boolean"},
    {"type": "integer"},
    {"type": "number"},
    {"type": "string"},
    {"type": "string", "format": "date"},
    {"type": "string", "format": "date-time"},
    {"type": "string", "format": "uuid"},
    {"type": ["string", "null"]},
    {"type": "string", "enum": ["a", "b"]},
    {"const": 3},
    {"type": "array", "items": {"type": "integer"}},
    {"type": "array", "prefixItems": [{"type": "integer"}, {"type": "integer"}]},
    {"type": "object"},
    {"properties": {"a": {"type": "integer"}}, "required": ["a"]},
    {"type": "object", "properties": {"a": {}}, "additionalProperties": False},
    {"type": "object", "additionalProperties": {"type": "integer"}},
    {"oneOf": [{"type": "string"}, {"type": "integer"}]},
    {"anyOf": [{"type": "string"}, {"type": "null"}]},
    {"allOf": [{"$ref": "#/components/schemas/Named"}]},
    {
        "allOf": [
            {"$ref": "#/components/schemas/Named"},
            {"properties": {"size": {"type": "integer"}}, "required": ["size"]},
        ]
    },
    {"$ref": "#/components/schemas/Tree"},
]


@pytest.mark.parametrize("schema", SCHEMAS, ids=str)
@settings(max_examples=20, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(data=st.data())
def test_every_value_is_valid(schema: Any, data: st.DataObject) -> None:
    value = data.draw(Schemas(COMPONENTS).strategy(schema))

    whole = {"$defs": COMPONENTS, **schema} if isinstance(schema, dict) else schema
    text = str(whole).replace("#/components/schemas/", "#/$defs/")
    validator = OAS31Validator(eval(text))  # noqa: S307 - the schemas above
    assert list(validator.iter_errors(value)) == []


@pytest.mark.parametrize(
    ("schema", "wanted"),
    [
        ({"type": "string", "nullable": True}, None),
        ({"type": ["string", "null"]}, None),
        ({"oneOf": [{"type": "string"}, {"const": 7}]}, 7),
        (
            {
                "type": "object",
                "properties": {"a": {"type": "null"}},
                "additionalProperties": False,
            },
            {"a": None},
        ),
        (
            {
                "type": "object",
                "properties": {"a": {"type": "null"}},
                "additionalProperties": False,
            },
            {},
        ),
        (
            {
                "allOf": [{"properties": {"a": {"const": 1}}}, {"required": ["a"]}],
                "additionalProperties": False,
            },
            {"a": 1},
        ),
        ({"$ref": "#/components/schemas/Tree"}, {"children": [{}]}),
    ],
)
def test_what_a_schema_allows_is_made(schema: Any, wanted: Any) -> None:
    strategy = Schemas(COMPONENTS).strategy(schema)

    found = find(strategy, lambda value: value == wanted, settings=settings(database=None))

    assert found == wanted
