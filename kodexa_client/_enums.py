"""Enumerations that read a newer server's values without failing."""

from __future__ import annotations

import enum
from typing import Any, TypeVar

__all__ = ["OpenIntEnum", "OpenStrEnum", "enum_value", "read_enum"]

Member = TypeVar("Member", bound=enum.Enum)


def read_enum(kind: type[Member], value: Any) -> Member:  # noqa: ANN401 - a member's value
    """Return the member of a value, or make one if the document does not have it.

    Such a member equals its value and is written back as it came, and is not among the
    members of the enumeration.
    """
    try:
        return kind(value)
    except ValueError:
        return _unknown(kind, value)


def _unknown(kind: type[Member], value: Any) -> Member:  # noqa: ANN401 - a member's value
    # The way in which enum.Flag makes the members that its class does not name.
    member: Member = kind._member_type_.__new__(kind, value)  # type: ignore[attr-defined]
    member._name_ = str(value)
    member._value_ = value
    return member


def enum_value(value: Any, name: str) -> Any:  # noqa: ANN401 - a member's value
    """Return the value of a member.

    Args:
        value: The member.
        name: What it is called where it was given, for the error.

    Raises:
        TypeError: It is not a member of an enumeration.
    """
    if not isinstance(value, enum.Enum):
        raise TypeError(
            f"{name} has to be a member of its enumeration, not a {type(value).__name__}."
        )
    return value.value


class OpenStrEnum(enum.StrEnum):
    """An enumeration of strings; a value that it does not have is read as one of it."""

    def __reduce_ex__(self, protocol: Any) -> tuple[Any, ...]:  # noqa: ANN401 - as in enum
        """Pickle by value, which an unknown member has too."""
        return read_enum, (type(self), self._value_)


class OpenIntEnum(enum.IntEnum):
    """An enumeration of integers; a value that it does not have is read as one of it."""

    def __reduce_ex__(self, protocol: Any) -> tuple[Any, ...]:  # noqa: ANN401 - as in enum
        """Pickle by value, which an unknown member has too."""
        return read_enum, (type(self), self._value_)
