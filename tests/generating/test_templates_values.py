"""Values of every type: enumerations, constants, unions, defaults, names."""

from __future__ import annotations

import copy
import datetime
import pickle
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from .crafted import Crafted

AT = datetime.datetime(2024, 2, 29, 10, tzinfo=datetime.UTC)
DAY = datetime.date(2024, 2, 29)


@pytest.mark.parametrize(
    ("name", "members"),
    [
        ("Case", {"ABC": "abc", "ABC_2": "ABC", "ABC_3": "Abc", "A_BC": "aBc"}),
        ("Named", {"STAR": "*", "STARS": "**"}),
        ("NamedTwice", {"SAME": 1, "SAME_2": 2}),
        ("Size", {"VALUE_NEGATIVE_1": -1, "VALUE_0": 0, "VALUE_1": 1, "VALUE_40": 40}),
        (
            "Punctuation",
            {
                "VALUE_0": "+1",
                "VALUE_1": "-1",
                "VALUE_2": "=",
                "VALUE_3": "!=",
                "VALUE_4": ">",
                "VALUE_5": "<",
                "A_B": "a-b",
                "A_B_2": "a_b",
                "A_B_3": "a b",
                "A_B_4": "a.b",
            },
        ),
    ],
)
def test_each_value_of_an_enumeration_has_a_member(
    everything: Crafted, name: str, members: Any
) -> None:
    kind = getattr(everything.models, name)

    assert {member.name: member.value for member in kind} == members


def test_values_that_make_no_name_or_cannot_be_seen_are_kept(everything: Crafted) -> None:
    values = [member.value for member in everything.models.Odd]

    assert values == [
        *("", " ", "1", "class", "None", "mro", "name", "value", "_value_", "__init__"),
        *("größe", "日本", 'a"b', "a\\b", "{x}", "{{ 7 * 7 }}", "tab\there", "new\nline"),
        *("zero\u200bwidth", "👍"),
    ]


@pytest.mark.parametrize(
    "source",
    [
        {"case": "newer", "maybe": None, "size": 99, "many": [7, 0], "byName": {"a": "newer"}},
        {"case": "aBc", "maybe": "newer", "odd": "zero\u200bwidth", "inline": "c", "only": "two"},
    ],
)
def test_an_unknown_value_is_read_written_copied_and_pickled(
    everything: Crafted, source: Any
) -> None:
    read = everything.read("Enums", source)

    for twin in (read, copy.copy(read), copy.deepcopy(read), pickle.loads(pickle.dumps(read))):
        assert twin.to_dict() == source
        assert twin == read
        assert twin.case.value == source["case"]


def test_constants_say_what_the_document_says(everything: Crafted) -> None:
    constants = everything.models.Constants(text='quo"te', number=3)

    assert constants.to_dict() == {"text": 'quo"te', "number": 3, "given": "here"}
    assert "Literal['quo\"te']" in everything.models.Constants.__annotations__["text"]


def test_defaults_say_what_the_document_says(everything: Crafted) -> None:
    pet = everything.models.Pet(name="Tom", kind=everything.models.Kind.CAT)

    assert pet.to_dict() == {
        "name": "Tom",
        "kind": "cat",
        "color": 'bl"ack\\',
        "legs": 4,
        "weight": 1.5,
        "tame": True,
        "since": "2024-02-29",
        "at": "2024-02-29T10:00:00Z",
        "chip": "123e4567-e89b-12d3-a456-426614174000",
        "favourite": "dog",
    }


def test_a_default_is_not_taken_for_what_a_server_left_out(everything: Crafted) -> None:
    source = {"name": "Tom", "kind": "cat"}

    assert everything.read("Pet", source).to_dict() == source


@pytest.mark.parametrize(
    ("value", "model"),
    [
        ({"kind": "round", "radius": 1}, "Circle"),
        ({"kind": "rect", "side": 1}, "Square"),
        ({"kind": "Circle", "radius": 1}, "Circle"),
        ({"kind": "unknown", "side": 1}, "Square"),
    ],
)
def test_a_discriminator_decides_by_its_mapping(
    everything: Crafted, value: Any, model: str
) -> None:
    unions = everything.read(
        "Unions", {"shape": value, "shapes": [value], "shapesByName": {"a": value}}
    )

    for shape in (unions.shape, unions.shapes[0], unions.shapes_by_name["a"]):
        assert type(shape).__name__ == model
    assert unions.to_dict()["shapesByName"] == {"a": value}


@pytest.mark.parametrize(
    ("name", "value", "kind"),
    [
        ("implicit", {"petType": "Dog", "name": "x"}, "Dog"),
        ("implicit", {"petType": "Cat", "name": "x"}, "HouseCat"),
        ("reserved", {"is": "any", "response": "x"}, "AnyModel"),
        ("reserved", {"is": "Response", "any": "x"}, "ResponseModel"),
        ("reserved", {"is": "form", "any": "x"}, "Form"),
        ("reserved", {"is": "gone", "any": "x"}, "AnyModel"),
        ("byConstant", {"side": "right"}, "Right"),
        ("byConstant", {"side": "left", "at": "2024-02-29"}, "Left"),
        ("byShape", {"R": 1}, "Color"),
        ("byShape", {"name": "x"}, "Closed"),
        ("byShape", {"size": 1, "more": 2}, "MapWithNames"),
        ("dateOrText", "2024-02-29", "date"),
        ("dateOrText", "20240229", "str"),
        ("dateOrInstant", "2024-02-29T10:00:00Z", "datetime"),
        ("dateOrInstant", "2024-02-29", "date"),
        ("uuidOrInteger", "123e4567-e89b-12d3-a456-426614174000", "UUID"),
        ("uuidOrInteger", "no uuid", "str"),
        ("uuidOrInteger", 3, "int"),
        ("kindOrText", "cat", "Kind"),
        ("kindOrText", "other", "str"),
        ("kindOrSize", "dog", "Kind"),
        ("kindOrSize", "other", "Kind"),
        ("kindOrSize", 40, "Size"),
        ("kindOrSize", 41, "Size"),
        ("kindOrCase", "aBc", "Case"),
        ("kindOrCase", "other", "Kind"),
        ("kindOrDate", "cat", "Kind"),
        ("kindOrDate", "2024-02-29", "date"),
        ("kindOrDate", "other", "str"),
        ("oneOrMany", {"name": "x", "kind": "cat"}, "Pet"),
        ("oneOrMany", [{"name": "x", "kind": "cat"}], "list"),
        ("datesOrInstants", ["2024-02-29T10:00:00Z"], "list"),
        ("textOrModel", "x", "str"),
        ("textOrModel", {"name": "x"}, "Form"),
        ("textOrModel", None, "NoneType"),
        ("fileOrNumber", 3, "int"),
        ("trueOrFalse", True, "bool"),
        ("nested", [{"name": "x"}, "2024-02-29"], "list"),
        ("petOrAnything", {"name": "x", "kind": "cat"}, "Pet"),
        ("petOrAnything", {"name": "x"}, "dict"),
        ("petOrAnything", [1], "list"),
        ("shapeOrAnything", {"kind": "x", "side": 2}, "Square"),
        ("shapeOrAnything", {"x": 1}, "dict"),
        ("shapeOrAnything", ["2024-02-29"], "list"),
        ("shapeOrAnything", ["x"], "list"),
        ("withDefault", "x", "str"),
        ("shared", ["2024-02-29", "cat", "newer"], "list"),
        ("sharedToo", ["2024-02-29"], "list"),
        ("shapesItem", {"kind": "rect", "side": 1}, "Square"),
    ],
)
def test_a_value_is_the_alternative_that_it_fits(
    everything: Crafted, name: str, value: Any, kind: str
) -> None:
    unions = everything.read("Unions", {name: value})

    written = unions.to_dict()
    (attribute,) = [
        field.name
        for field in unions.__attrs_attrs__
        if field.init and field.name.replace("_", "") == name.lower()
    ]
    assert type(getattr(unions, attribute)).__name__ == kind
    assert written == {name: value}


def test_further_properties_may_be_a_union(everything: Crafted) -> None:
    unions = everything.read("Unions", {"x": "2024-02-29T10:00:00Z", "y": 3})

    assert (unions["x"], unions["y"]) == (AT, 3)
    assert unions.to_dict() == {"x": "2024-02-29T10:00:00Z", "y": 3}


def test_all_of_has_the_properties_of_each(everything: Crafted) -> None:
    source = {"extra": "2024-02-29T10:00:00Z", "name": "x", "day": "2024-02-29"}

    whole = everything.read("AllOf", source)

    assert (whole.extra, whole.name, whole.day) == (AT, "x", DAY)
    assert whole.to_dict() == source


def test_models_may_hold_themselves_and_each_other(everything: Crafted) -> None:
    source = {
        "name": "a",
        "kind": "cat",
        "parent": {"name": "b", "kind": "dog", "children": [{"name": "c", "kind": "cat"}]},
        "owner": {"pets": [], "byName": {"x": {"name": "d", "kind": "dog"}}, "last": {"pets": []}},
    }

    pet = everything.read("Pet", source)

    assert type(pet.parent.children[0]) is everything.models.Pet
    assert type(pet.owner.last) is everything.models.Owner
    assert pet.to_dict() == source
    assert everything.read("Tree", {"a": {"b": {}}})["a"]["b"] == everything.models.Tree()


def test_maps_and_closed_objects_keep_and_drop(everything: Crafted) -> None:
    source = {"size": 1, "more": 2}

    assert everything.read("MapWithNames", source)["more"] == 2
    assert everything.read("MapOfLists", {"a": ["cat", "newer"]}).to_dict() == {
        "a": ["cat", "newer"]
    }
    assert everything.read("Closed", {"name": "x", "more": 1}).to_dict() == {"name": "x"}
    assert everything.read("Empty", {"more": 1}).to_dict() == {}


def test_every_name_of_a_property_is_read_and_written(everything: Crafted) -> None:
    names = dict.fromkeys(
        (
            *("self", "result", "class", "cls", "__init__", "a b", 'quote"d', "back\\slash"),
            *("new\nline", "zero\u200bwidth", "{braces}", "", "+", "-"),
        ),
        "x",
    )
    source = {**names, "value": "2024-02-29", "{{ 7 * 7 }}": "2024-02-29", "unknown": 1}

    words = everything.models.Words.from_dict(source)

    assert words.to_dict() == source
    assert words.additional_keys == ["unknown"]
    assert {words.plus, words.minus, words.empty, words.class_} == {"x"}
    assert (words.value, words.field_7_7) == (DAY, DAY)


def test_names_that_every_model_has_are_given_an_underscore(everything: Crafted) -> None:
    words = everything.models.Words(self_="s", result="r", class_="c", from_dict_="f")

    assert words.to_dict() == {"self": "s", "result": "r", "class": "c", "from_dict": "f"}
    assert everything.models.Words.from_dict(words.to_dict()) == words


def test_schemas_called_as_what_the_code_imports_get_another_name(everything: Crafted) -> None:
    source = {"any": {"any": "x"}, "unset": {"unset": "x"}, "uuid": {}, "self": {"me": {}}}

    classes = everything.read("Classes", source)

    assert type(classes.any_).__name__ == "AnyModel"
    assert type(classes.unset).__name__ == "UnsetModel"
    assert classes.to_dict() == source


def test_a_tag_and_a_schema_may_have_one_name(everything: Crafted) -> None:
    api = everything.module("api.pet")

    assert api.PetResource.__name__ == "PetResource"
    assert api.AsyncPetResource.__doc__.startswith("A tag with the name of a schema")
