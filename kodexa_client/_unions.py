"""Unions: which of its alternatives a JSON value is, and how any of them is written."""

from __future__ import annotations

import datetime
import enum
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, Self
from uuid import UUID

from attrs import frozen

from ._dates import format_date, format_datetime
from ._files import text_of_file
from ._mismatch import MismatchError
from .types import File

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

__all__ = ["Shape", "as_it_is", "read_first", "read_lossless", "read_model", "write_union"]


@frozen
class Shape:
    """What tells a model from the other alternatives of a union.

    Attributes:
        declared: The JSON names of the model's properties.
        required: Those that have to be there.
        constants: Those that can have one value only.
        is_open: Whether it keeps properties that it does not declare.
    """

    declared: frozenset[str]
    required: frozenset[str]
    constants: Mapping[str, object]
    is_open: bool

    def misfit(self, value: Mapping[str, object]) -> tuple[int, int]:
        """Return how badly an object fits: what speaks against it, then what speaks for it."""
        faults = len(self.required - value.keys())
        faults += sum(
            value.get(key, constant) != constant for key, constant in self.constants.items()
        )
        if not self.is_open:
            faults += len(value.keys() - self.declared)
        return faults, -len(self.declared & value.keys())


class Alternative(Protocol):
    """A generated model that is an alternative of a union."""

    __shape__: ClassVar[Shape]

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Read the model from decoded JSON."""
        ...


def read_model(
    value: dict[str, Any],
    *models: type[Alternative],
    discriminator: tuple[str, Mapping[str, type[Alternative]]] | None = None,
    otherwise: Callable[[Any], Any] | None = None,
) -> Any:  # noqa: ANN401 - one of the models
    """Read an object as the one of several models that it fits.

    The document's discriminator decides, if there is one and its value is known.
    Otherwise it is the model that declares most of what came, of those with the fewest
    faults; of equals, the first.

    Args:
        value: The object.
        models: The alternatives, in the document's order.
        discriminator: The name of the deciding property, and the model for each value.
        otherwise: Reads an object that fits none.

    Raises:
        MismatchError: It fits none.
    """
    candidates: Sequence[type[Alternative]] = sorted(
        models,
        key=lambda model: model.__shape__.misfit(value),
    )
    if discriminator is not None:
        name, mapping = discriminator
        decided = mapping.get(str(value.get(name)))
        candidates = candidates if decided is None else (decided,)
    readers = [model.from_dict for model in candidates]
    return read_first(value, *readers, *([otherwise] if otherwise else []))


def read_lossless(value: str, read: Callable[[str], Any]) -> Any:  # noqa: ANN401 - as it is read
    """Read a string in a narrower way, if it would be written back as it came.

    In a union of a date and a string, say, only what is certainly a date becomes one.
    """
    try:
        narrowed = read(value)
    except MismatchError:
        return value
    return narrowed if write_union(narrowed, "value") == value else value


def as_it_is(value: Any) -> Any:  # noqa: ANN401 - any type
    """Read a value of any type."""
    return value


def read_first(value: Any, *readers: Callable[[Any], Any]) -> Any:  # noqa: ANN401 - any type
    """Return what the first reader makes of a value that does not refuse it.

    Raises:
        MismatchError: Every reader refuses it.
    """
    for read in readers:
        try:
            return read(value)
        except (MismatchError, KeyError):
            continue
    raise MismatchError("expected one of the alternatives of a union, got none of them")


def write_union(value: Any, name: str) -> Any:  # noqa: ANN401 - any type of the document
    """Return the JSON value of any value that a union can have.

    Args:
        value: The value.
        name: What it is called where it was given, for the error.

    Raises:
        ValueError: A date-time in it has no time zone.
    """
    match value:
        case enum.Enum():
            return value.value
        case datetime.datetime():
            return format_datetime(value, name)
        case datetime.date():
            return format_date(value, name)
        case UUID():
            return str(value)
        case File():
            return text_of_file(value)
        case list():
            return [write_union(item, name) for item in value]
        case _ if hasattr(value, "to_dict"):
            return value.to_dict()
        case _:
            return value
