"""What the document does not promise is listed: names and kinds, and no value."""

from __future__ import annotations

from typing import Any

import pytest
from attrs import define

from kodexa_client._contract import contract_issues
from kodexa_client._enums import OpenStrEnum, read_enum
from kodexa_client._model import Model, OpenModel
from kodexa_client.models import AccessToken, User
from kodexa_client.types import UNSET, ContractIssue, Response, Unset

SECRET = "canary"


class Colour(OpenStrEnum):
    """An enumeration of a document's."""

    RED = "red"


@define(kw_only=True, repr=False)
class Leaf(OpenModel[Any]):
    """A model that declares nothing of its further properties."""

    colour: Colour | Unset | None = UNSET
    anything: Any = UNSET
    size: int | Unset = UNSET


@define(kw_only=True, repr=False)
class Tree(OpenModel[Leaf]):
    """A model whose further properties are models."""

    leaves: list[Leaf] | Unset = UNSET


@define(kw_only=True, repr=False)
class Lists(OpenModel[Any]):
    """A model with lists of several kinds."""

    names: list[str] | Unset = UNSET
    maybe: list[str | None] | Unset = UNSET
    either: list[str] | list[int] | Unset = UNSET


@define(kw_only=True, repr=False)
class Names(OpenModel[str]):
    """A model whose further properties are text, and never null."""


@define(kw_only=True, repr=False)
class Labels(OpenModel[str | None]):
    """A model whose further properties are text."""


@define(kw_only=True, repr=False)
class Closed(Model):
    """A model that has no further properties."""

    colour: Colour


NEW = read_enum(Colour, SECRET)


def told(value: object) -> list[tuple[str, str]]:
    return [(issue.name, issue.kind) for issue in contract_issues(value)]


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ({}, []),
        ({"id": "1", "name": "ci", "expiresAt": "2027-01-01T00:00:00Z"}, []),
        ({"expiresAt": None, "userId": None}, []),
        ({"name": None}, [("name", "null")]),
        ({"createdOn": None, "user": None}, [("created_on", "null"), ("user", "null")]),
        ({"token": SECRET}, [("token", "undeclared")]),
        ({"token": None}, [("token", "undeclared")]),
        ({"token": {"value": SECRET}}, [("token", "undeclared")]),
        ({"not a name": 1, "": 2}, [("not a name", "undeclared"), ("", "undeclared")]),
        ({"user": {"secret": SECRET}}, [("user.secret", "undeclared")]),
        ({"user": {"firstName": None}}, [("user.first_name", "null")]),
        (
            {"id": None, "user": {"email": None, "x": 1}, "y": 2},
            [
                ("id", "null"),
                ("user.email", "null"),
                ("user.x", "undeclared"),
                ("y", "undeclared"),
            ],
        ),
    ],
)
def test_an_answer_is_compared_with_what_the_document_promises(
    answer: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    token = AccessToken.from_dict(answer)

    assert sorted(told(token)) == sorted(expected)


def test_the_items_of_a_list_are_counted() -> None:
    users = [User.from_dict({}), User.from_dict({"x": 1}), User.from_dict({"id": None})]

    assert told(users) == [("[1].x", "undeclared"), ("[2].id", "null")]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (Leaf(colour=Colour.RED), []),
        (Leaf(colour=NEW), [("colour", "unknown value")]),
        (Leaf(colour=None), []),
        (Leaf(anything=None), []),
        (Leaf(anything=[NEW]), [("anything[0]", "unknown value")]),
        (Leaf(size=None), [("size", "null")]),  # type: ignore[arg-type]
        (Tree(leaves=[Leaf(), Leaf(colour=NEW)]), [("leaves[1].colour", "unknown value")]),
        (Tree(leaves=[Leaf(additional_properties={"x": 1})]), [("leaves[0].x", "undeclared")]),
        (Tree(leaves=None), [("leaves", "null")]),  # type: ignore[arg-type]
        (Tree(additional_properties={"a": Leaf()}), []),
        (Tree(additional_properties={"a": Leaf(colour=NEW)}), [("a.colour", "unknown value")]),
        (
            Tree(additional_properties={"a": Leaf(additional_properties={"b": 1})}),
            [("a.b", "undeclared")],
        ),
        (Labels(additional_properties={"a": "b", "c": None}), []),
        (Closed(colour=Colour.RED), []),
        (Closed(colour=NEW), [("colour", "unknown value")]),
        (NEW, [("", "unknown value")]),
        (Colour.RED, []),
        ([[NEW], [Colour.RED, NEW]], [("[0][0]", "unknown value"), ("[1][1]", "unknown value")]),
    ],
)
def test_models_of_any_shape_are_looked_at(value: object, expected: list[tuple[str, str]]) -> None:
    assert told(value) == expected


@pytest.mark.parametrize("value", [None, UNSET, "text", 1, 1.5, True, b"", {}, [], object()])
def test_what_is_no_model_breaks_no_promise(value: object) -> None:
    assert contract_issues(value) == ()


def test_a_dictionary_of_models_is_looked_at() -> None:
    assert told({"a": Leaf(colour=NEW)}) == [("a.colour", "unknown value")]


def test_an_issue_holds_no_value() -> None:
    token = AccessToken.from_dict({"token": SECRET, "user": {"secret": SECRET}, "name": None})

    assert SECRET not in repr(contract_issues(token))


def test_a_response_tells_of_what_was_read_from_it() -> None:
    parsed = AccessToken.from_dict({"token": SECRET})
    response = Response(status_code=200, headers={}, content=b"", parsed=parsed)  # type: ignore[arg-type]

    assert response.contract_issues == (ContractIssue(name="token", kind="undeclared"),)


def test_a_null_in_a_list_or_a_map_is_told_where_the_document_does_not_allow_it() -> None:
    lists = Lists(
        names=["a", None],  # type: ignore[list-item]
        maybe=["a", None],
        either=[None],  # type: ignore[arg-type]
    )
    names = Names(additional_properties={"a": "b", "c": None})  # type: ignore[dict-item]

    assert told(lists) == [("names[1]", "null")]
    assert told(names) == [("c", "null")]
