"""A document is prepared so that the generator takes all of it, and nothing changes its meaning."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openapi_python_client.parser.properties import EnumProperty

from tools.preparing import prepare
from tools.rendering import Rendering

from .documents import CONFIG, attributes, document, of_operation, of_schemas

if TYPE_CHECKING:
    from pathlib import Path


def members(folder: Path, schema: dict[str, Any]) -> dict[str, Any]:
    (enum,) = Rendering(of_schemas(folder, E=schema), CONFIG).data.enums
    assert isinstance(enum, EnumProperty)
    return dict(enum.values)


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"enum": ["a", "b"]}, {"A": "a", "B": "b"}),
        ({"enum": ["a", "A"]}, {"A": "a", "A_2": "A"}),
        ({"enum": ["a", "A", "a_2"]}, {"A": "a", "A_3": "A", "A_2": "a_2"}),
        ({"enum": ["a", None]}, {"A": "a"}),
        ({"enum": [1, -1]}, {"VALUE_1": 1, "VALUE_NEGATIVE_1": -1}),
        ({"enum": [1, 2], "x-enum-varnames": ["one", "two"]}, {"ONE": 1, "TWO": 2}),
        ({"enum": [1, 2], "x-enum-varnames": ["One", "one"]}, {"ONE": 1, "ONE_2": 2}),
        ({"enum": [1, 2], "x-enum-varnames": ["too few"]}, {"VALUE_1": 1, "VALUE_2": 2}),
        ({"enum": ["*", "+"], "x-enum-varnames": ["STAR", "PLUS"]}, {"STAR": "*", "PLUS": "+"}),
        ({"enum": ["x\u200by", 'q"']}, {"XY": "x\\u200by", "Q": 'q\\"'}),
    ],
)
def test_each_value_of_an_enumeration_gets_a_member(
    tmp_path: Path, schema: dict[str, Any], expected: dict[str, Any]
) -> None:
    schema["type"] = "string" if isinstance(schema["enum"][0], str) else "integer"

    assert members(tmp_path, schema) == expected


def test_the_same_value_of_two_enumerations_is_put_back_in_both(tmp_path: Path) -> None:
    schema = {"type": "string", "enum": ['"', "\u200b"]}

    enums = Rendering(of_schemas(tmp_path, E=schema, F=schema), CONFIG).data.enums

    assert [enum.values for enum in enums] == [{"VALUE_0": '\\"', "VALUE_1": "\\u200b"}] * 2


@pytest.mark.parametrize("values", [[1.5, 2.5], ["a", 1], [True], [[1]]])
def test_other_enumerations_are_of_any_value(tmp_path: Path, values: list[Any]) -> None:
    read = of_schemas(tmp_path, A={"type": "object", "properties": {"e": {"enum": values}}})

    assert attributes(read, "A") == {"e": "e: Any | Unset = UNSET"}


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"type": "string", "enum": ['a"', "b"], "default": 'a"'}, "AP | Unset = AP.A"),
        ({"type": "number", "const": 1.5}, "float | Unset = UNSET"),
        ({"const": ["a"]}, "Any | Unset = UNSET"),
        ({"const": 'a"'}, "Literal['a\"'] | Unset = UNSET"),
        ({"type": "string", "default": 'a"\\'}, "str | Unset = 'a\"\\\\'"),
        ({"type": "string", "default": "é"}, "str | Unset = 'é'"),
        ({"type": ["string", "null"], "default": "\\"}, "None | str | Unset = '\\\\'"),
        (
            {"type": ["string", "array"], "items": {}, "default": []},
            "list[Any] | str | Unset = UNSET",
        ),
        ({"$ref": "#/components/schemas/B", "default": {}}, "B | Unset = UNSET"),
        ({"$ref": "#/components/schemas/E", "default": "x"}, "E | Unset = E.X"),
    ],
)
def test_constants_and_defaults_mean_what_the_document_says(
    tmp_path: Path, schema: dict[str, Any], expected: str
) -> None:
    read = of_schemas(
        tmp_path,
        A={"type": "object", "properties": {"p": schema}},
        B={"type": "object"},
        E={"type": "string", "enum": ["x"]},
    )

    assert attributes(read, "A") == {"p": f"p: {expected}"}


def test_what_stands_beside_a_reference_means_nothing_in_openapi_3_0(tmp_path: Path) -> None:
    reference = {"$ref": "#/components/schemas/E", "default": "x"}
    schemas = {
        "A": {"type": "object", "properties": {"p": reference}},
        "E": {"type": "string", "enum": ["x"]},
    }

    read = document(tmp_path, version="3.0.3", components={"schemas": schemas})

    assert attributes(read, "A") == {"p": "p: E | Unset = UNSET"}


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["name", "fooBar", "@type"], ["name", "foo_bar", "type_"]),
        (["+1", "-1"], ["plus_1", "minus_1"]),
        (["@type", "type"], ["at_type", "type_"]),
        (["a b", "a-b", "a_b", "ab"], ["a_space_b", "a_minus_b", "a_b", "ab"]),
        (["class", "class_"], ["class_2", "class_"]),
        (["fooBar", "foo_bar"], ["fooBar", "foo_bar"]),
        (["fooBar", "foo_bar", "FooBar"], ["fooBar", "foo_bar", "FooBar"]),
        (["ID", "id"], ["id_", "id"]),
        (["", "+"], ["empty", "plus"]),
        (["+", "plus", "++"], ["plus_2", "plus", "plus_plus"]),
        (["ﬁ", "fi"], ["fi_2", "fi"]),
        (["\x01", "\x02"], ["sign", "sign_2"]),
        (["from_dict", "from_dict_"], ["from_dict__", "from_dict_"]),
        (["Any", "any"], ["Any_", "any_"]),
        (["self", "self_"], ["self_2", "self_"]),
    ],
)
def test_each_property_gets_a_name_of_its_own(
    tmp_path: Path, names: list[str], expected: list[str]
) -> None:
    properties = {name: {"type": "string"} for name in names}
    read = of_schemas(
        tmp_path, A={"type": "object", "properties": properties, "required": names[:1]}
    )

    found = {name: code.partition(":")[0] for name, code in attributes(read, "A").items()}

    assert found == dict(zip(names, expected, strict=True))


@settings(max_examples=60, deadline=None)
@given(
    names=st.sets(
        st.text(st.sampled_from("aAb_-+ @1ß"), max_size=4)
        | st.sampled_from(["class", "class_", "self", "id", "ID", "from_dict", "to_dict_", "Any"]),
        max_size=6,
    )
)
def test_no_two_properties_get_the_same_name(
    tmp_path_factory: pytest.TempPathFactory, names: set[str]
) -> None:
    properties = {name: {"type": "string"} for name in sorted(names)}
    read = of_schemas(
        tmp_path_factory.getbasetemp(), A={"type": "object", "properties": properties}
    )

    found = {name: code.partition(":")[0] for name, code in attributes(read, "A").items()}

    assert found.keys() == names
    assert len(set(found.values())) == len(names)
    assert all(name.isidentifier() for name in found.values())


def test_names_are_told_apart_across_all_of(tmp_path: Path) -> None:
    plus = {"type": "object", "properties": {"+1": {"type": "integer"}}, "required": ["+1"]}
    minus = {"type": "object", "properties": {"-1": {"type": "integer"}}}
    parts = [{"$ref": "#/components/schemas/Plus"}, minus]

    read = of_schemas(tmp_path, Plus=plus, Both={"allOf": parts})

    assert attributes(read, "Both") == {"+1": "plus_1: int", "-1": "minus_1: int | Unset = UNSET"}


def test_names_of_properties_are_not_taken_for_words_of_the_standard(tmp_path: Path) -> None:
    names = ("default", "enum", "const", "properties", "example", "required", "$ref")
    properties = {name: {"type": "object"} for name in names}

    read = of_schemas(tmp_path, A={"type": "object", "properties": properties})

    assert list(attributes(read, "A")) == list(names)


@pytest.mark.parametrize(
    ("is_response", "media_type", "schema"),
    [
        (False, "application/json", "kept"),
        (False, "application/problem+json; charset=utf-8", "kept"),
        (False, "application/x-www-form-urlencoded", "kept"),
        (False, "multipart/form-data", "kept"),
        (False, "text/plain", "file"),
        (False, "application/xml", "file"),
        (True, "application/json", "kept"),
        (True, "text/plain", "kept"),
        (True, "multipart/form-data", "file"),
        (True, "application/pdf", "file"),
    ],
)
def test_a_body_that_is_neither_json_nor_form_nor_text_is_a_file(
    tmp_path: Path, *, is_response: bool, media_type: str, schema: str
) -> None:
    body = {"content": {media_type: {"schema": {"title": "kept"}}}}
    kind = "responses" if is_response else "requestBodies"
    read = document(tmp_path, components={kind: {"B": {"description": "", **body}}})

    prepared = prepare(read)

    found = read.content["components"][kind]["B"]["content"][media_type]["schema"]
    is_file = found == {"type": "string", "format": "binary"}
    assert is_file is (schema == "file")
    assert (media_type in prepared.content_types) is is_file


def test_json_comes_first_of_several_media_types(tmp_path: Path) -> None:
    content: dict[str, Any] = {
        name: {"schema": {}} for name in ("text/csv", "application/json", "image/png")
    }
    response = {"description": "", "content": content}
    read = of_operation(tmp_path, responses={"200": response})

    prepare(read)

    (_, operation), *_ = read.operations()
    assert next(iter(operation["responses"]["200"]["content"])) == "application/json"


def test_a_document_may_have_no_paths(tmp_path: Path) -> None:
    read = document(tmp_path, webhooks={})
    del read.content["paths"]

    prepare(read)

    assert read.content["paths"] == {}


def test_the_schema_that_allows_anything_is_of_any_type(tmp_path: Path) -> None:
    properties = {
        "a": True,
        "b": {"type": "array", "items": True},
        "c": {"oneOf": [{"type": "integer"}, True]},
        "d": {"$ref": "#/components/schemas/B"},
    }

    read = of_schemas(tmp_path, A={"type": "object", "properties": properties}, B=True)

    assert attributes(read, "A") == {
        "a": "a: Any | Unset = UNSET",
        "b": "b: list[Any] | Unset = UNSET",
        "c": "c: Any | int | Unset = UNSET",
        "d": "d: Any | Unset = UNSET",
    }


def test_what_is_not_said_is_anything(tmp_path: Path) -> None:
    read = of_operation(
        tmp_path,
        requestBody={"content": {"application/json": {}, "multipart/form-data": {}}},
    )
    read.content["components"] = {"schemas": {"A": {"type": "array"}}}
    (_, operation), *_ = read.operations()
    del operation["responses"]

    prepare(read)

    assert read.content["components"]["schemas"]["A"]["items"] == {}
    assert operation["responses"] == {}
    assert {
        name: media["schema"] for name, media in operation["requestBody"]["content"].items()
    } == {
        "application/json": {},
        "multipart/form-data": {"type": "object"},
    }
