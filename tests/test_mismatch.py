"""What a value is not is said without a word of it."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any
from uuid import UUID

import pytest

from kodexa_client import UNSET
from kodexa_client._mismatch import MismatchError, as_mapping, null_or_unset, parse_uuid, refuse
from kodexa_client._model import model_dict


def test_any_mapping_becomes_a_dictionary() -> None:
    assert as_mapping(MappingProxyType({"a": 1}), "Pet") == {"a": 1}


@pytest.mark.parametrize("value", [None, UNSET])
def test_null_and_absence_are_let_through(value: object) -> None:
    assert null_or_unset(value, "a JSON string for name") is value


@pytest.mark.parametrize(
    "text", ["123e4567-e89b-12d3-a456-426614174000", "123E4567E89B12D3A456426614174000"]
)
def test_every_spelling_of_a_uuid_is_read(text: str) -> None:
    assert parse_uuid(text) == UUID("123e4567-e89b-12d3-a456-426614174000")


@pytest.mark.parametrize(
    ("check", "arguments", "complaint"),
    [
        (as_mapping, ("canary", "Pet"), "expected a JSON object for Pet, got a JSON string"),
        (null_or_unset, (["canary"], "a date"), "expected a date, got a JSON array"),
        (refuse, (None, "a date"), "expected a date, got null"),
        (parse_uuid, ("canary",), "expected a UUID, got another string"),
    ],
)
def test_everything_else_is_refused(check: Any, arguments: Any, complaint: str) -> None:
    with pytest.raises(MismatchError, match=f"^{complaint}$") as caught:
        check(*arguments)

    assert caught.value.__context__ is None


def test_what_is_no_model_is_refused_by_name() -> None:
    with pytest.raises(TypeError, match=r"^user has to be a model, not a dict: from_dict\(\) of"):
        model_dict({"email": "canary"}, "user")
