"""What a change of a schema breaks depends on which way its values go."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from tools.comparing.api_changes import Verdict
from tools.comparing.wire_changes import words_changed

from .test_spec_diff_wire import (
    NUMBER,
    TEXT,
    changes,
    document,
    edited,
    of,
    schema,
    sentences,
    setting,
    things,
    without,
)

PET = [{"$ref": "#/components/schemas/Cat"}, {"$ref": "#/components/schemas/Dog"}]
NULL = {"type": "null"}
MOMENT = {"type": "string", "format": "date-time"}


@pytest.mark.parametrize(
    ("edit", "sent", "got"),
    [
        # Of a thing that is sent, of one that comes; None is the same as it was.
        (
            ("required", ["name", "id", "note"]),
            "breaking: optional → required",
            "compatible: optional → required",
        ),
        (("required", []), "compatible: required → optional", "breaking: required → optional"),
        (("properties", "note", NUMBER), "breaking: type", "breaking: type"),
        (("properties", "note", "type", ["string", "null"]), "compatible: type", "breaking: type"),
        (("properties", "at", "type", "string"), "breaking: type", None),
        (("properties", "note", "maxLength", 5), "breaking: maxLength", "compatible: maxLength"),
        (("properties", "note", "pattern", "a"), "breaking: pattern", "compatible: pattern"),
        (("properties", "note", "exclusiveMaximum", False), None, None),
        (("properties", "note", "format", "uuid"), "breaking: format", "compatible: format"),
        (("properties", "at", "format", "date"), "breaking: format", "breaking: format"),
        (("properties", "at", "format", ""), "compatible: format", "breaking: format"),
        (
            ("properties", "note", "format", "password"),
            "compatible: format: none → password",
            "compatible: format: none → password",
        ),
        (("properties", "at", "format", "password"), "compatible: format", "breaking: format"),
        (("properties", "note", "x-secret", True), "compatible: secret", "compatible: secret"),
        (("properties", "note", "enum", ["a"]), "breaking: enum", "compatible: enum"),
        (("properties", "note", "const", "a"), "breaking: enum", "compatible: enum"),
        (("properties", "color", TEXT), "compatible: enum", "breaking: enum"),
        (("properties", "note", "default", "b"), "breaking: default", "compatible: default"),
        (("properties", "color", "default", "red"), "compatible: default", "compatible: default"),
        (
            ("properties", "note", "deprecated", True),
            "compatible: deprecated",
            "compatible: deprecated",
        ),
        (
            ("properties", "note", "contentEncoding", "b"),
            "breaking: contentEncoding",
            "breaking: contentEncoding",
        ),
        (("additionalProperties", False), "breaking: further", "compatible: further"),
        (
            ("additionalProperties", TEXT),
            "breaking: type: any → string",
            "compatible: type: any → string",
        ),
        (
            ("properties", "choice", {"oneOf": [*PET, TEXT]}),
            "compatible: alternative added",
            "breaking: alternative added",
        ),
        (
            ("properties", "choice", PET[0]),
            "breaking: alternative removed",
            "compatible: alternative removed",
        ),
        (
            ("properties", "note", {"anyOf": [TEXT, NUMBER]}),
            "compatible: alternative added",
            "breaking: alternative added",
        ),
        (("properties", "at", {"anyOf": [MOMENT, NULL]}), None, "breaking: type"),
        (
            ("properties", "note", {"oneOf": [TEXT | {"default": "none"}]}),
            None,
            "compatible: default",
        ),
        (
            ("properties", "note", "readOnly", True),
            "breaking: removed",
            "compatible: both ways → readOnly",
        ),
        (
            ("properties", "note", "writeOnly", True),
            "compatible: both ways → writeOnly",
            "breaking: removed",
        ),
    ],
)
def test_what_breaks_depends_on_the_direction(
    edit: tuple[Any, ...], sent: str | None, got: str | None
) -> None:
    *place, value = edit
    for name, expected in (("Sent", sent), ("Got", got)):
        found = [
            f"{change.wire.word}: {change.detail or change.action}"
            for change in changes(things(), edited(setting(*of(name, *place), to=value)))
        ]
        assert any(each.startswith(expected) for each in found) if expected else not found, found


@pytest.mark.parametrize(
    ("limit", "narrower", "wider"),
    [("maxLength", 4, 6), ("minimum", 6, 4), ("multipleOf", 4, 6), ("uniqueItems", True, None)],
)
def test_a_limit_narrows_in_its_own_direction(limit: str, narrower: Any, wider: Any) -> None:
    old = edited(setting(*of("Sent", "properties", "note", limit), to=5))
    tighter, looser = (
        edited(setting(*of("Sent", "properties", "note", limit), to=value))
        for value in (narrower, wider)
    )

    assert changes(old, tighter)[0].wire is Verdict.BREAKING
    (change,) = changes(old, looser)
    # Of what a number is a multiple, the comparison knows no order.
    expected = Verdict.BREAKING if limit == "multipleOf" else Verdict.COMPATIBLE
    assert change.wire is expected


def test_an_integer_is_a_number_and_null_may_be_said_in_three_ways() -> None:
    size = of("Sent", "properties", "size")
    wider = {"type": "number", "minimum": 1}

    (change,) = changes(edited(without(*size, "format")), edited(setting(*size, to=wider)))
    assert (change.wire, change.detail) == (Verdict.COMPATIBLE, "type: integer → number")
    for nullable in (
        {"type": "string", "format": "date-time", "nullable": True},
        {"oneOf": [{"type": "null"}, {"type": "string", "format": "date-time"}]},
    ):
        assert not changes(things(), edited(setting(*of("Sent", "properties", "at"), to=nullable)))


def test_a_value_added_or_removed_has_a_row_of_its_own() -> None:
    edit = setting(*of("Color", "enum"), to=["red", "green", None])

    found = changes(things(), edited(edit))

    assert [(change.action, change.member, change.wire) for change in found] == [
        ("added", "green", Verdict.BREAKING),
        ("removed", "blue", Verdict.COMPATIBLE),
    ]
    assert found[0].reason == "a response may hold what readers do not expect"


def test_a_schema_that_is_sent_and_comes_gets_the_worse_verdict() -> None:
    """An optional property is harmless in a request, and missed in a response."""
    old = edited(setting(*of("Both", "allOf", 1, "required"), to=["name"]))

    (change,) = changes(old, things())

    assert (change.place, change.wire) == ("Both.name", Verdict.BREAKING)
    assert change.operations == {"PUT /things/{}"}


def test_a_property_of_an_allof_is_one_of_each_schema_that_has_it() -> None:
    found = changes(things(), edited(without(*of("Base", "properties", "label"))))

    assert {(change.place, change.wire.word) for change in found} == {
        ("Both.label", "breaking"),
        # No operation sends or returns the part alone.
        ("Base.label", "none"),
    }
    assert all("Base" in change.owners for change in found)


def test_a_schema_may_hold_itself_by_any_way() -> None:
    for wrapped in (
        {"$ref": "#/components/schemas/Both"},
        {"allOf": [{"$ref": "#/components/schemas/Both"}], "minProperties": 1},
        {"type": "array", "items": {"$ref": "#/components/schemas/Both"}},
        {"additionalProperties": {"$ref": "#/components/schemas/Both"}},
    ):
        old = edited(setting(*of("Both", "allOf", 1, "properties", "next"), to=wrapped))
        new = copy.deepcopy(old)
        del schema(new, "Base")["properties"]["label"]

        assert "breaking: property Both.label removed" in sentences(old, new)


SECRETS: list[dict[str, Any]] = [{"format": "password"}, {"x-secret": True}]


@pytest.mark.parametrize("mark", SECRETS)
def test_the_mark_of_a_secret_breaks_nobody_wherever_it_is(mark: dict[str, Any]) -> None:
    note = of("Both", "allOf", 1, "properties", "name")
    reference, secret = {"$ref": "#/components/schemas/Base"}, {"$ref": "#/components/schemas/Cat"}
    pairs: list[tuple[Any, Any]] = [
        (TEXT, TEXT | mark),
        ({"anyOf": [TEXT, NULL]}, {"anyOf": [TEXT | mark, NULL]}),
        ({"anyOf": [TEXT, NUMBER]}, {"anyOf": [TEXT | mark, NUMBER | mark]}),
        ({"oneOf": [reference, secret]}, {"oneOf": [reference | mark, secret | mark]}),
        ({"type": "array", "items": TEXT}, {"type": "array", "items": TEXT | mark}),
        (reference, reference | mark),
    ]
    for plain, marked in pairs:
        old, new = (edited(setting(*note, to=to)) for to in (plain, marked))
        for found in (changes(old, new), changes(new, old)):
            assert found
            assert not [change for change in found if change.wire is Verdict.BREAKING]


def test_a_secret_is_told_once_and_so_is_that_it_is_none_any_more() -> None:
    place = of("Sent", "properties", "note", "x-secret")
    old, new = things(), edited(setting(*place, to=True))

    assert sentences(old, new) == ["compatible: property Sent.note changed secret"]
    assert sentences(new, old) == ["compatible: property Sent.note changed secret no more"]
    assert words_changed(document(old), document(new)) == []


def test_a_branch_with_null_may_be_the_secret_or_the_whole() -> None:
    note = of("Sent", "properties", "note")
    old, whole, branch = (
        edited(setting(*note, to={"anyOf": [TEXT | inner, NULL], **outer}))
        for outer, inner in (({}, {}), ({"x-secret": True}, {}), ({}, {"x-secret": True}))
    )

    for new in (whole, branch):
        assert sentences(old, new) == ["compatible: property Sent.note changed secret"]


def test_what_is_not_understood_counts_where_it_changes() -> None:
    note = of("Sent", "properties", "note")
    old, same, other = (
        edited(setting(*note, to=TEXT | {"contentEncoding": code, "maxLength": length}))
        for code, length in (("a", 5), ("a", 6), ("b", 5))
    )

    assert sentences(old, same) == ["compatible: property Sent.note changed maxLength: 5 → 6"]
    assert [change.wire for change in changes(old, other)] == [Verdict.BREAKING]


def test_an_allof_may_say_the_same_twice() -> None:
    base = {"$ref": "#/components/schemas/Base"}
    parts = edited(setting(*of("Both", "allOf", 1), to=base))

    assert sentences(parts, edited(setting(*of("Both", "allOf"), to=[base]))) == []


def test_a_schema_that_no_operation_uses_breaks_nothing_on_the_wire() -> None:
    edits = (
        without(*of("Idle", "properties", "any")),
        setting(*of("New"), to={"type": "object"}),
    )

    assert sentences(things(), edited(*edits)) == [
        "none: property Idle.any removed",
        "none: schema New added",
    ]


def test_another_name_of_a_schema_is_none_on_the_wire() -> None:
    content = things()
    content["components"]["schemas"]["Colour"] = content["components"]["schemas"].pop("Color")
    schema(content, "Got")["properties"]["color"] = {"$ref": "#/components/schemas/Colour"}

    assert sentences(things(), content) == [
        "none: schema Color removed",
        "none: schema Colour added",
        "none: property Got.color changed schema: Color → Colour",
    ]


def test_alternatives_without_names_are_compared_if_there_is_one_of_each() -> None:
    choice = of("Sent", "properties", "choice")
    old, new = (
        edited(setting(*choice, to={"anyOf": [NUMBER, {"type": "string", "maxLength": length}]}))
        for length in (5, 9)
    )

    assert sentences(old, new) == ["compatible: property Sent.choice changed maxLength: 5 → 9"]


def test_a_schema_may_be_a_boolean_or_refer_to_no_component() -> None:
    note = of("Sent", "properties", "note")
    anything = edited(setting(*note, to=True))
    borrowed = edited(setting(*note, to={"$ref": "#/components/schemas/Got/properties/id"}))

    assert sentences(anything, edited(setting(*note, to={}))) == []
    (nothing,) = changes(anything, edited(setting(*note, to=False)))
    assert nothing.wire is Verdict.BREAKING
    assert any(change.detail.startswith("default: ") for change in changes(things(), borrowed))
