"""Enumerations read a newer server's values, and write them back."""

from __future__ import annotations

import copy
import json
import pickle
from typing import Any

import pytest

from kodexa_client._enums import OpenIntEnum, OpenStrEnum, enum_value, read_enum


class Kind(OpenStrEnum):
    CAT = "cat"
    EMPTY = ""


class Size(OpenIntEnum):
    SMALL = 1
    LARGE = 40


@pytest.mark.parametrize(
    ("kind", "value", "member"),
    [(Kind, "cat", Kind.CAT), (Kind, "", Kind.EMPTY), (Size, 1, Size.SMALL)],
)
def test_a_known_value_is_its_member(kind: Any, value: Any, member: Any) -> None:
    assert read_enum(kind, value) is member


@pytest.mark.parametrize(("kind", "value"), [(Kind, "newer"), (Size, 7)])
def test_an_unknown_value_is_one_of_the_enumeration_and_not_among_its_members(
    kind: Any, value: Any
) -> None:
    member = read_enum(kind, value)

    assert isinstance(member, kind)
    assert member == value
    assert hash(member) == hash(value)
    assert (member.value, member.name) == (value, str(value))
    assert member not in list(kind)
    assert str(member) == str(value)
    assert json.dumps(member) == json.dumps(value)
    with pytest.raises(ValueError, match="is not a valid"):
        kind(value)


@pytest.mark.parametrize(
    "member", [Kind.CAT, read_enum(Kind, "newer"), Size.LARGE, read_enum(Size, 7)]
)
def test_members_survive_copy_and_pickle(member: Any) -> None:
    for twin in (copy.copy(member), copy.deepcopy(member), pickle.loads(pickle.dumps(member))):
        assert type(twin) is type(member)
        assert twin == member
        assert twin.value == member.value


@pytest.mark.parametrize(
    ("member", "value"), [(Kind.CAT, "cat"), (read_enum(Kind, "newer"), "newer"), (Size.LARGE, 40)]
)
def test_a_member_is_written_as_its_value(member: Any, value: Any) -> None:
    assert enum_value(member, "kind") == value
    assert type(enum_value(member, "kind")) is type(value)


@pytest.mark.parametrize("value", ["cat", 1, None])
def test_what_is_no_member_is_refused_by_name(value: Any) -> None:
    with pytest.raises(
        TypeError, match=f"^kind has to be a member .* not a {type(value).__name__}"
    ):
        enum_value(value, "kind")
