"""Models read leniently, write strictly, keep what they don't know and don't show it."""

from __future__ import annotations

import copy
import json
import pickle
from collections import defaultdict
from collections.abc import Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kodexa_client import UNSET, Unset
from kodexa_client._mismatch import MismatchError, json_type
from kodexa_client._model import Model, complete, make
from kodexa_client.models import (
    AccessToken,
    FavoriteLink,
    Problem,
    ProblemErrors,
    User,
    UserRoles,
    UserStorage,
)

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda children: st.lists(children) | st.dictionaries(st.text(), children),
    max_leaves=8,
)
date_times = st.datetimes(timezones=st.just(UTC)).map(
    lambda value: value.isoformat().replace("+00:00", "Z")
)
users = st.fixed_dictionaries(
    {},
    optional={
        "active": st.booleans(),
        "createdOn": date_times,
        "email": st.text(),
        "preferences": st.dictionaries(st.text(), json_values, max_size=3),
        "roles": st.fixed_dictionaries({}, optional={"roles": st.lists(st.text())}),
        "userStorage": st.fixed_dictionaries(
            {},
            optional={
                "favoriteLinks": st.lists(
                    st.fixed_dictionaries({}, optional={"link": st.text()}) | st.none()
                )
            },
        ),
    },
)
tokens = st.builds(
    lambda further, declared: {**further, **declared},
    st.dictionaries(st.text(), json_values, max_size=3).filter(
        lambda further: not further.keys() & {"createdOn", "updatedOn", "expiresAt", "user"}
    ),
    st.fixed_dictionaries(
        {},
        optional={
            "changeSequence": st.integers(-(2**31), 2**31 - 1) | st.none(),
            "createdOn": date_times | st.none(),
            "expiresAt": date_times | st.none(),
            "id": st.text() | st.none(),
            "name": st.text(),
            "user": users | st.none(),
            "userId": st.text() | st.none(),
        },
    ),
)


@given(tokens)
def test_what_is_read_is_written_again(source: Any) -> None:
    assert AccessToken.from_dict(source).to_dict() == source


@given(tokens)
def test_models_survive_copy_and_pickle(source: Any) -> None:
    token = AccessToken.from_dict(source)

    for twin in (copy.copy(token), copy.deepcopy(token), pickle.loads(pickle.dumps(token))):
        assert twin == token
        assert json.dumps(twin.to_dict()) == json.dumps(token.to_dict())


@given(tokens)
def test_reading_leaves_the_source_alone(source: Any) -> None:
    before = copy.deepcopy(source)

    AccessToken.from_dict(source).additional_properties["more"] = 1

    assert source == before


@given(json_values)
def test_reading_anything_fails_in_one_way(value: Any) -> None:
    if isinstance(value, dict):
        unknown = {f"x{key}": item for key, item in value.items()}
        assert AccessToken.from_dict(unknown).additional_properties == unknown
    else:
        with pytest.raises(MismatchError, match="expected a JSON object for AccessToken"):
            AccessToken.from_dict(value)


def test_the_example_of_the_page_reads_into_a_typed_model(page_example: dict[str, Any]) -> None:
    token: Any = AccessToken.from_dict(page_example)

    assert token.expires_at == datetime(2023, 11, 7, 5, 31, 56, tzinfo=UTC)
    assert token.user.roles.roles == ["<string>"]
    assert token.user.user_storage.favorite_links == [FavoriteLink(link="<string>")]
    assert token.additional_properties == {}
    assert token.to_dict() == page_example


def test_null_reads_as_none_and_absence_as_unset() -> None:
    token: Any = AccessToken.from_dict({"createdOn": None, "user": None, "userId": None})

    assert (token.created_on, token.user, token.user_id) == (None, None, None)
    assert token.name is UNSET
    assert token.to_dict() == {"createdOn": None, "user": None, "userId": None}


def test_any_mapping_is_read() -> None:
    assert AccessToken.from_dict(MappingProxyType({"name": "ci"})) == AccessToken(name="ci")


@pytest.mark.parametrize(
    ("source", "complaint"),
    [
        ({"user": "canary"}, "expected a JSON object for user, got a JSON string"),
        ({"user": ["canary"]}, "expected a JSON object for user, got a JSON array"),
        ({"createdOn": 1}, "expected an RFC 3339 date-time for createdOn, got a JSON number"),
        ({"createdOn": "canary"}, "expected an RFC 3339 date-time, got another string"),
        (
            {"user": {"roles": {"roles": "canary"}}},
            "expected a JSON array for roles, got a JSON string",
        ),
        (
            {"user": {"userStorage": {"favoriteLinks": ["canary"]}}},
            "expected a JSON object for favoriteLinks, got a JSON string",
        ),
    ],
)
def test_a_value_of_the_wrong_type_is_named_and_not_quoted(source: Any, complaint: Any) -> None:
    with pytest.raises(MismatchError, match=f"^{complaint}$"):
        AccessToken.from_dict(source)


def test_a_naive_date_time_is_refused_before_anything_is_sent() -> None:
    token = AccessToken(expires_at=datetime(2026, 1, 1))  # noqa: DTZ001

    with pytest.raises(ValueError, match="expires_at has no time zone"):
        token.to_dict()


def test_further_properties_are_kept_and_read_like_a_dictionary() -> None:
    token = AccessToken.from_dict({"name": "ci", "token": "canary"})

    assert token["token"] == "canary"
    assert "token" in token
    assert "name" not in token
    assert token.additional_keys == ["token"]
    token["scope"] = "all"
    del token["token"]
    assert token.to_dict() == {"name": "ci", "scope": "all"}
    token.additional_properties = {"other": 1}
    assert token.to_dict() == {"name": "ci", "other": 1}


def test_a_further_property_does_not_replace_a_declared_one() -> None:
    token = AccessToken(name="ci")
    token["name"] = "other"

    assert token.to_dict() == {"name": "ci"}


def test_looking_at_further_properties_does_not_change_what_a_model_equals() -> None:
    token = AccessToken(name="ci")

    assert token.additional_properties == {}
    assert token == AccessToken(name="ci")
    token["secret"] = "canary"
    assert token != AccessToken(name="ci")


def test_a_model_shows_what_is_set_and_no_value_that_may_be_a_secret() -> None:
    token = AccessToken.from_dict({"name": "ci", "userId": None, "token": "canary"})
    token.user = User(roles=UserRoles(roles=["admin"]))
    token.user["note"] = {"deep": "canary"}

    assert repr(token) == (
        "AccessToken(name='ci', user=User(roles=UserRoles(roles=['admin']), note='***'), "
        "user_id=None, token='***')"
    )


def test_evolving_a_model_keeps_its_further_properties() -> None:
    token = AccessToken.from_dict({"name": "ci", "token": "canary"})

    assert attrs.evolve(token, name="cd").to_dict() == {"name": "cd", "token": "canary"}


def test_a_derived_model_shows_no_further_property_either() -> None:
    @attrs.define
    class Mine(AccessToken):
        pass

    assert "canary" not in repr(Mine.from_dict({"token": "canary"}))


def test_the_name_of_a_further_property_cannot_break_a_line() -> None:
    assert repr(AccessToken.from_dict({"a\nb": 1})) == "AccessToken('a\\nb'='***')"


def test_models_are_made_by_keyword_alone() -> None:
    make: Any = AccessToken

    with pytest.raises(TypeError):
        make(1)


def test_models_have_no_dictionary_of_attributes() -> None:
    token: Any = AccessToken()

    with pytest.raises(AttributeError):
        token.nmae = "ci"
    assert [field.name for field in attrs.fields(FavoriteLink)] == [
        "_additional_properties",
        "link",
    ]


def test_a_map_reads_every_property_as_its_value() -> None:
    problem: Any = Problem.from_dict({"errors": {"name": "must not be blank"}})

    assert problem.errors == ProblemErrors.from_dict({"name": "must not be blank"})
    assert problem.errors["name"] == "must not be blank"
    assert problem.to_dict() == {"errors": {"name": "must not be blank"}}


def test_an_array_with_null_is_read() -> None:
    assert UserStorage.from_dict({"favoriteLinks": [None]}).to_dict() == {"favoriteLinks": [None]}


@pytest.mark.parametrize(
    ("value", "name"),
    [
        (None, "null"),
        (True, "a JSON boolean"),
        (1, "a JSON number"),
        (1.5, "a JSON number"),
        ("", "a JSON string"),
        ({}, "a JSON object"),
        ([], "a JSON array"),
        (b"", "a Python bytes"),
    ],
)
def test_types_are_named_as_json_names_them(value: Any, name: Any) -> None:
    assert json_type(value) == name


def test_a_model_is_not_a_mapping() -> None:
    assert not isinstance(AccessToken(), Mapping)


def test_a_model_without_further_properties_shows_its_own() -> None:
    @attrs.define(kw_only=True, repr=False)
    class Closed(Model):
        name: str | Unset = UNSET
        size: int | Unset = UNSET

    assert repr(Closed(name="ci")) == f"{Closed.__name__}(name='ci')"


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "type": st.text(),
            "title": st.text(),
            "status": st.integers(),
            "detail": st.text(),
            "instance": st.text(),
            "errors": st.dictionaries(st.text(), st.text()) | st.none(),
        },
    )
)
def test_a_problem_is_written_as_it_was_read(source: dict[str, Any]) -> None:
    assert Problem.from_dict(source).to_dict() == source


def test_as_many_properties_as_are_declared_but_others_are_read(
    page_example: dict[str, Any],
) -> None:
    source = {**page_example, "token": "canary"}
    del source["name"]

    token = AccessToken.from_dict(source)

    assert token.name is UNSET
    assert token.additional_properties == {"token": "canary"}
    assert token.to_dict() == source


def test_a_subclass_is_read_as_itself() -> None:
    class Own(AccessToken):
        pass

    assert type(Own.from_dict({"name": "ci"})) is Own


def test_a_mapping_of_ones_own_is_read_and_left_alone() -> None:
    source = defaultdict(str, name="ci")

    assert AccessToken.from_dict(source) == AccessToken(name="ci")
    assert dict(source) == {"name": "ci"}


def test_a_required_property_has_to_be_there() -> None:
    declared = {"name": UNSET, "size": UNSET}

    assert complete({"name": "ci"}, "Closed", declared, "name") == {"name": "ci", "size": UNSET}
    with pytest.raises(KeyError, match="name"):
        complete({"size": 1, "more": 2}, "Closed", declared, "name")


def test_a_model_of_another_class_is_written_too() -> None:
    strange: Any = FavoriteLink(link="/")

    assert AccessToken(user=strange).to_dict() == {"user": {"link": "/"}}


@attrs.define(kw_only=True, repr=False)
class Crate(Model):
    """What a template writes of a document with a secret and an untyped property."""

    content: Any = UNSET
    token: str | Unset | None = attrs.field(default=UNSET, repr=False)


def test_an_attribute_declared_without_a_repr_is_a_secret() -> None:
    assert repr(Crate()) == "Crate()"
    assert repr(Crate(token="canary")) == "Crate(token='***')"
    assert repr(Crate(token="")) == "Crate(token='***')"
    assert repr(Crate(token=None)) == "Crate(token=None)"


def test_rich_is_told_what_a_repr_shows() -> None:
    token = AccessToken.from_dict({"name": {"a": "canary"}, "token": "canary", "a b": 1})

    assert list(token.__rich_repr__()) == [
        ("name", {"a": "***"}),
        ("token", "***"),
        ("'a b'", "***"),
    ]
    assert list(Crate(token="canary", content=1).__rich_repr__()) == [
        ("content", 1),
        ("token", "***"),
    ]


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ({}, "{}"),
        ({"a": "canary", "b": {"c": "canary"}}, "{'a': '***', 'b': '***'}"),
        (MappingProxyType({"a": "canary"}), "{'a': '***'}"),
        ([{"a": "canary"}, "text", None], "[{'a': '***'}, 'text', None]"),
        (({"a": "canary"}, 1), "({'a': '***'}, 1)"),
        ([[[{"a": "canary"}]]], "[[[{'a': '***'}]]]"),
        (["one", "two"], "['one', 'two']"),
        ([FavoriteLink(link="/")], "[FavoriteLink(link='/')]"),
        ("{'a': 1}", "\"{'a': 1}\""),
    ],
)
def test_of_an_object_that_is_no_model_only_the_keys_are_shown(value: Any, shown: str) -> None:
    assert repr(Crate(content=value)) == f"Crate(content={shown})"


names = st.sampled_from(["a", "b c", "", "'"])
undeclared = st.recursive(
    st.just("canary"),
    lambda children: st.lists(children, max_size=3) | st.dictionaries(names, children, max_size=3),
    max_leaves=8,
)
shapeless = st.recursive(
    st.just("plain") | st.dictionaries(names, undeclared, max_size=3),
    lambda children: st.lists(children, max_size=3),
    max_leaves=8,
)


@given(shapeless)
def test_what_is_undeclared_at_any_depth_is_not_shown(value: Any) -> None:
    crate = Crate(content=value)

    assert "canary" not in repr(crate)
    assert "canary" not in str(list(crate.__rich_repr__()))
    assert crate.content is value


@pytest.mark.parametrize(
    "wrap", [lambda value: [value], lambda value: {"a": value}], ids=["lists", "objects"]
)
def test_a_value_that_is_nested_without_end_is_cut_off(wrap: Any) -> None:
    value: Any = {"a": "canary"}
    for _ in range(100_000):
        value = wrap(value)

    shown = repr(Crate(content=value))

    assert "canary" not in shown
    assert len(shown) < 100
    cycle: list[Any] = []
    cycle.append(cycle)
    assert len(repr(Crate(content=cycle))) < 100


def test_a_model_that_is_not_yet_read_shows_what_it_has() -> None:
    started = make(AccessToken)
    started.name = "ci"

    assert repr(started) == "AccessToken(name='ci')"
