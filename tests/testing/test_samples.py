"""Samples of schemas: each fits, and the same schema gives the same one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openapi_schema_validator import OAS31Validator
from referencing import Registry

from kodexa_client.testing._origins import Origins
from kodexa_client.testing._samples import Samples
from kodexa_client.testing._schemas import Schema

from .documents import NOW, Documented, answer, operation

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def sample(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., Any]:
    def sample(schema: Any, version: str = "3.1.0", **schemas: Any) -> Any:
        crafted = Documented(
            monkeypatch,
            tmp_path,
            {"/it": {"get": operation({"200": answer(schema)})}},
            schemas,
            version,
        )
        response = crafted("GET", "/it")
        return response.json() if response.status_code == 200 else response.status_code

    return sample


SAMPLES: dict[str, tuple[Any, Any]] = {
    "empty": ({}, "string"),
    "const": ({"const": 7}, 7),
    "enum": ({"enum": ["a", "b"]}, "a"),
    "default": ({"type": "string", "default": "d"}, "d"),
    "example": ({"type": "integer", "example": 12}, 12),
    "examples": ({"type": "integer", "examples": [13]}, 13),
    "types, null first": ({"type": ["null", "integer"]}, 0),
    "null": ({"type": "null"}, None),
    "boolean": ({"type": "boolean"}, True),
    "boolean that is false": ({"type": "boolean", "not": {"const": True}}, False),
    "string": ({"type": "string"}, "string"),
    "long": ({"type": "string", "minLength": 15}, "stringstringstr"),
    "short": ({"type": "string", "maxLength": 2}, "st"),
    "date-time": ({"type": "string", "format": "date-time"}, "2030-01-02T03:04:05Z"),
    "date": ({"type": "string", "format": "date"}, "2030-01-02"),
    "time": ({"type": "string", "format": "time"}, "03:04:05"),
    "uuid": ({"type": "string", "format": "uuid"}, "a802eba1-0fe8-515e-a180-8b23d55dd264"),
    "email": ({"type": "string", "format": "email"}, "someone@example.com"),
    "format of nobody's": ({"type": "string", "format": "colour"}, "string"),
    "familiar pattern": ({"type": "string", "pattern": "^[A-Z]{3}$"}, "EUR"),
    "pattern of nobody's": ({"type": "string", "pattern": "^x{7}$"}, 501),
    "integer": ({"type": "integer"}, 0),
    "minimum": ({"type": "integer", "minimum": 3}, 3),
    "exclusive minimum": ({"type": "integer", "exclusiveMinimum": 3}, 4),
    "maximum": ({"type": "integer", "maximum": -3}, -3),
    "exclusive maximum": ({"type": "integer", "exclusiveMaximum": -3}, -4),
    "multiple": ({"type": "integer", "minimum": 8, "multipleOf": 5}, 10),
    "number between": ({"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1}, 0.5),
    "number": ({"type": "number", "minimum": 0.25, "maximum": 0.75}, 0.25),
    "type of a keyword": ({"minimum": 4}, 4),
    "array": ({"type": "array", "items": {"type": "integer"}}, [0]),
    "array of anything": ({"type": "array"}, ["string"]),
    "several": ({"type": "array", "items": {"type": "integer"}, "minItems": 3}, [0, 0, 0]),
    "no items": ({"type": "array", "maxItems": 0}, []),
    "items that nothing fits": ({"type": "array", "items": False}, []),
    "pair": ({"type": "array", "prefixItems": [{"const": 1}, {"const": 2}]}, [1, 2]),
    "different numbers": (
        {"type": "array", "items": {"type": "integer"}, "minItems": 3, "uniqueItems": True},
        [0, 1, 2],
    ),
    "different small numbers": (
        {
            "type": "array",
            "items": {"type": "integer", "maximum": 0},
            "minItems": 2,
            "uniqueItems": True,
        },
        [0, -1],
    ),
    "different texts": (
        {"type": "array", "items": {"type": "string"}, "minItems": 2, "uniqueItems": True},
        ["string", "string1"],
    ),
    "different texts of one length": (
        {
            "type": "array",
            "items": {"type": "string", "maxLength": 6},
            "minItems": 2,
            "uniqueItems": True,
        },
        ["string", "str001"],
    ),
    "both booleans": (
        {"type": "array", "items": {"type": "boolean"}, "minItems": 2, "uniqueItems": True},
        [True, False],
    ),
    "three booleans": (
        {"type": "array", "items": {"type": "boolean"}, "minItems": 3, "uniqueItems": True},
        501,
    ),
    "different members": (
        {"type": "array", "items": {"enum": ["a", "b"]}, "minItems": 2, "uniqueItems": True},
        ["a", "b"],
    ),
    "different arrays": (
        {
            "type": "array",
            "items": {"type": "array", "items": {"type": "integer"}, "minItems": 1},
            "minItems": 2,
            "uniqueItems": True,
        },
        [[0], [1]],
    ),
    "different objects": (
        {
            "type": "array",
            "items": {"type": "object", "properties": {"a": {"type": "integer"}}},
            "minItems": 2,
            "uniqueItems": True,
        },
        [{"a": 0}, {"a": 1}],
    ),
    "different nulls": (
        {"type": "array", "items": {"type": "null"}, "minItems": 2, "uniqueItems": True},
        501,
    ),
    "object": (
        {
            "type": "object",
            "required": ["a"],
            "properties": {"a": {"type": "integer"}, "b": {"type": "boolean"}},
        },
        {"a": 0, "b": True},
    ),
    "property for requests alone": (
        {"type": "object", "properties": {"a": {"type": "string", "writeOnly": True}}},
        {},
    ),
    "property that nothing fits": ({"type": "object", "properties": {"a": False}}, {}),
    "required that nothing fits": (
        {"type": "object", "required": ["a"], "properties": {"a": False}},
        501,
    ),
    "required of nobody's": (
        {"required": ["a"], "additionalProperties": {"type": "integer"}},
        {"a": 0},
    ),
    "few properties": (
        {"type": "object", "maxProperties": 1, "properties": {"a": {}, "b": {}}},
        {"a": "string"},
    ),
    "many properties": (
        {"type": "object", "minProperties": 2},
        {
            "property1": "string",
            "property2": "string",
        },
    ),
    "optional in the way": (
        {
            "type": "object",
            "required": ["a"],
            "properties": {"a": {"const": 1}, "b": {"const": 2}},
            "not": {"required": ["b"]},
        },
        {"a": 1},
    ),
    "all of": (
        {
            "allOf": [
                {"type": "object", "properties": {"a": {"type": "integer", "minimum": 2}}},
                {"properties": {"a": {"minimum": 5}, "b": {"const": 1}}, "required": ["b"]},
            ]
        },
        {"a": 5, "b": 1},
    ),
    "all of numbers": (
        {"allOf": [{"type": "integer"}, {"type": "number", "minimum": 1}]},
        1,
    ),
    "one of": ({"oneOf": [{"type": "integer"}, {"type": "string"}]}, 0),
    "any of, the second": ({"anyOf": [False, {"const": 2}]}, 2),
    "any of none": ({"anyOf": [False]}, 501),
    "one of in one of": ({"oneOf": [{"oneOf": [{"const": 3}]}, {"const": 4}]}, 3),
    "one of two that both fit": (
        {"oneOf": [{"type": "number"}, {"type": "integer"}, {"type": "boolean"}]},
        True,
    ),
}


@pytest.mark.parametrize("name", SAMPLES)
def test_a_schema_has_a_sample(sample: Callable[..., Any], name: str) -> None:
    schema, expected = SAMPLES[name]

    assert sample(schema) == expected


def test_the_bounds_of_openapi_3_0_are_read_as_it_has_them(sample: Callable[..., Any]) -> None:
    schema = {"type": "integer", "minimum": 3, "exclusiveMinimum": True}

    assert sample(schema, "3.0.3") == 4
    assert sample({"type": "string", "nullable": True}, "3.0.3") == "string"


def test_what_a_schema_refers_to_is_sampled(sample: Callable[..., Any]) -> None:
    reference = {"$ref": "#/components/schemas/Thing"}

    assert sample(reference, Thing={"const": 1}) == 1
    assert sample({"type": "array", "items": reference}, Thing={"const": 1}) == [1]


def test_a_schema_that_holds_itself_ends(sample: Callable[..., Any]) -> None:
    reference = {"$ref": "#/components/schemas/Tree"}
    tree = {
        "type": "object",
        "required": ["name"],
        "properties": {
            "name": {"type": "string"},
            "children": {"type": "array", "items": reference},
            "next": {"oneOf": [reference, {"type": "null"}]},
        },
    }

    assert sample(reference, Tree=tree) == {"name": "string", "children": [], "next": None}


@pytest.mark.parametrize("value", [0, "a", [0], [], {"a": 0}, {}])
def test_one_value_alone_is_not_two_different_ones(sample: Callable[..., Any], value: Any) -> None:
    items = {"const": value}

    assert sample({"type": "array", "items": items, "minItems": 2, "uniqueItems": True}) == 501


def test_the_same_schema_twice_is_that_schema(sample: Callable[..., Any]) -> None:
    reference = {"$ref": "#/components/schemas/Thing"}

    assert sample({"allOf": [reference, reference]}, Thing={"type": "integer"}) == 0


def test_an_alternative_that_holds_itself_is_passed_over(sample: Callable[..., Any]) -> None:
    reference = {"$ref": "#/components/schemas/Node"}
    node = {
        "type": "object",
        "required": ["next"],
        "properties": {"next": {"oneOf": [{"allOf": [reference]}, {"const": 1}]}},
    }

    assert sample(reference, Node=node) == {"next": 1}


def test_a_schema_that_must_hold_itself_has_no_sample(sample: Callable[..., Any]) -> None:
    reference = {"$ref": "#/components/schemas/Endless"}
    endless = {"type": "object", "required": ["next"], "properties": {"next": reference}}

    assert sample(reference, Endless=endless) == 501


def test_schemas_that_are_made_from_each_other_have_a_sample(sample: Callable[..., Any]) -> None:
    reference = {"$ref": "#/components/schemas/Base"}
    made = {"allOf": [reference, {"properties": {"b": {"const": 2}}}]}

    assert sample({"$ref": "#/components/schemas/Made"}, Base={"const": {"b": 2}}, Made=made) == {
        "b": 2
    }


def test_deep_objects_have_what_they_must_have(sample: Callable[..., Any]) -> None:
    schema: dict[str, Any] = {"type": "string"}
    for _ in range(8):
        schema = {"type": "object", "properties": {"in": schema}}

    depth, value = 0, sample(schema)
    while value:
        depth, value = depth + 1, value.get("in")

    assert depth == 5


@pytest.mark.parametrize("mapping", [{}, {"mapping": {"a cat": "#/components/schemas/Cat"}}])
def test_a_discriminator_says_which_alternative_it_is(
    sample: Callable[..., Any], mapping: dict[str, Any]
) -> None:
    pet = {
        "oneOf": [{"$ref": "#/components/schemas/Cat"}, {"$ref": "#/components/schemas/Dog"}],
        "discriminator": {"propertyName": "kind", **mapping},
    }
    animal = {"type": "object", "properties": {"kind": {"type": "string"}}}
    cat = {"allOf": [animal, {"required": ["mews"], "properties": {"mews": {"const": True}}}]}

    assert sample(pet, Cat=cat, Dog={"type": "object", "required": ["barks"]}) == {
        "kind": "a cat" if mapping else "Cat",
        "mews": True,
    }


def bounded(kind: str, low: str, high: str, values: st.SearchStrategy[Any]) -> Any:
    """Make schemas of a type with one bound, both or none, between which there are values."""
    return st.lists(values, min_size=2, max_size=2, unique=True).flatmap(
        lambda pair: st.fixed_dictionaries(
            {"type": st.just(kind)},
            optional={low: st.just(min(pair)), high: st.just(max(pair))},
        )
    )


def composed(inner: Any) -> Any:
    """Make schemas of others, that some value fits as one fits each of those."""
    properties = st.dictionaries(st.text(max_size=3), inner, max_size=3)
    return st.one_of(
        st.fixed_dictionaries(
            {"type": st.just("array"), "items": inner}, optional={"minItems": st.integers(0, 3)}
        ),
        properties.flatmap(
            lambda found: st.fixed_dictionaries(
                {"type": st.just("object"), "properties": st.just(found)},
                optional={
                    "required": st.lists(st.sampled_from(sorted(found) or ["x"]), unique=True),
                    "minProperties": st.integers(0, 5),
                },
            )
        ),
        inner.map(lambda one: {"allOf": [one, {}]}),
        inner.map(lambda one: {"oneOf": [False, one]}),
        st.lists(inner, min_size=1, max_size=3).map(lambda some: {"anyOf": some}),
    )


SCHEMAS = st.recursive(
    st.one_of(
        st.sampled_from([{}, {"type": "boolean"}, {"type": "null"}, {"type": ["null", "string"]}]),
        st.sampled_from(["date", "date-time", "email", "uri", "uuid"]).map(
            lambda name: {"type": "string", "format": name}
        ),
        st.lists(st.none() | st.integers() | st.text(), min_size=1).map(
            lambda some: {"enum": some}
        ),
        bounded("string", "minLength", "maxLength", st.integers(0, 40)),
        bounded("integer", "minimum", "maximum", st.integers(-(2**53), 2**53)),
        bounded(
            "integer", "exclusiveMinimum", "exclusiveMaximum", st.integers(-99, 99).map((2).__mul__)
        ),
        bounded("number", "minimum", "maximum", st.floats(-1e9, 1e9)),
        bounded("number", "exclusiveMinimum", "exclusiveMaximum", st.integers(-99, 99)),
    ),
    composed,
    max_leaves=6,
)


@given(contents=SCHEMAS)
def test_a_schema_that_a_value_fits_has_a_sample_that_fits(contents: dict[str, Any]) -> None:
    schema = Schema(contents, Registry().resolver(), OAS31Validator({}))
    samples = Samples(Origins(clock=lambda: NOW, ids=lambda: "id-1"))

    made = samples.of(schema)

    assert OAS31Validator(contents).is_valid(made)
    assert samples.of(schema) == made
