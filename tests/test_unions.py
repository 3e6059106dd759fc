"""A value of a union is read as the alternative that it fits, and written back."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any, ClassVar
from uuid import UUID

import pytest
from attrs import define

from kodexa_client._dates import parse_date, parse_datetime
from kodexa_client._enums import OpenStrEnum
from kodexa_client._files import file_from_text
from kodexa_client._mismatch import MismatchError, parse_uuid
from kodexa_client._unions import (
    Shape,
    as_it_is,
    read_first,
    read_lossless,
    read_model,
    write_union,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

AT = datetime.datetime(2024, 2, 29, 10, tzinfo=datetime.UTC)


class Kind(OpenStrEnum):
    CAT = "cat"


def model(
    *declared: str,
    required: tuple[str, ...] = (),
    constants: Mapping[str, object] | None = None,
    is_open: bool = True,
    refuses: tuple[str, ...] = (),
) -> Any:
    """Return a model of a shape, which refuses objects with some properties."""

    @define
    class Alternative:
        source: Any

        __shape__: ClassVar[Shape] = Shape(
            declared=frozenset(declared),
            required=frozenset(required),
            constants=constants or {},
            is_open=is_open,
        )

        @classmethod
        def from_dict(cls, source: Any) -> Any:
            if source.keys() & set(refuses):
                raise MismatchError
            return cls({name: source[name] for name in {*required, *source}})

        def to_dict(self) -> Any:
            return self.source

    return Alternative


CAT = model("kind", "lives", required=("kind",), constants={"kind": "cat"})
DOG = model("kind", "barks", required=("kind",), constants={"kind": "dog"})
CLOSED = model("size", is_open=False)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"kind": "cat"}, CAT),
        ({"kind": "dog"}, DOG),
        ({"kind": "cow", "barks": True}, DOG),
        ({"kind": "cow"}, CAT),
        ({"size": 1}, CLOSED),
        ({"size": 1, "kind": "dog"}, DOG),
        ({}, CLOSED),
    ],
)
def test_an_object_is_the_model_with_the_fewest_faults(value: Any, expected: Any) -> None:
    assert type(read_model(value, CAT, DOG, CLOSED)) is expected


def test_a_model_that_refuses_an_object_gives_way_to_the_next() -> None:
    strict = model("size", "more", refuses=("more",))

    assert type(read_model({"size": 1, "more": 2}, strict, CLOSED)) is CLOSED


@pytest.mark.parametrize(
    ("value", "expected"),
    [({"kind": "d"}, DOG), ({"kind": "cat"}, CAT), ({"kind": 3}, CAT), ({"size": 1}, CLOSED)],
)
def test_a_discriminator_decides_if_it_knows_the_value(value: Any, expected: Any) -> None:
    read = read_model(value, CAT, DOG, CLOSED, discriminator=("kind", {"d": DOG, "3": CAT}))

    assert type(read) is expected


def test_what_a_discriminator_decides_is_not_decided_again() -> None:
    strict = model("kind", refuses=("kind",))

    with pytest.raises(MismatchError, match="alternatives of a union"):
        read_model({"kind": "x"}, CAT, strict, discriminator=("kind", {"x": strict}))


def test_an_object_that_fits_no_model_is_what_else_it_may_be() -> None:
    needy = model("a", required=("a",))

    assert read_model({"b": 1}, needy, needy, otherwise=as_it_is) == {"b": 1}
    with pytest.raises(MismatchError):
        read_model({"b": 1}, needy, needy)


@pytest.mark.parametrize(
    ("value", "read", "expected"),
    [
        ("2024-02-29", parse_date, datetime.date(2024, 2, 29)),
        ("20240229", parse_date, "20240229"),
        ("2024-02-29T10:00:00Z", parse_datetime, AT),
        ("2024-02-29T10:00:00.000Z", parse_datetime, "2024-02-29T10:00:00.000Z"),
        ("00000000-0000-0000-0000-000000000000", parse_uuid, UUID(int=0)),
        ("x", parse_uuid, "x"),
    ],
)
def test_a_string_is_narrowed_only_if_it_is_written_back_as_it_came(
    value: str, read: Any, expected: Any
) -> None:
    assert read_lossless(value, read) == expected


def test_the_first_reader_that_takes_a_value_reads_it() -> None:
    assert read_first("2024-02-29", parse_uuid, parse_date) == datetime.date(2024, 2, 29)
    with pytest.raises(MismatchError, match="got none of them"):
        read_first("x", parse_uuid, parse_date)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (Kind.CAT, "cat"),
        (AT, "2024-02-29T10:00:00Z"),
        (datetime.date(2024, 2, 29), "2024-02-29"),
        (UUID(int=0), "00000000-0000-0000-0000-000000000000"),
        (file_from_text("ä"), "ä"),
        ([AT, [Kind.CAT], None], ["2024-02-29T10:00:00Z", ["cat"], None]),
        (CAT({"kind": "cat"}), {"kind": "cat"}),
        (None, None),
        (1.5, 1.5),
    ],
)
def test_any_alternative_is_written_as_json(value: Any, expected: Any) -> None:
    assert write_union(value, "value") == expected


def test_a_date_time_that_names_no_instant_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^at has no time zone"):
        write_union([datetime.datetime(2024, 2, 29)], "at")  # noqa: DTZ001
