"""Values that are not what the document promises: the checks, and their one error."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NoReturn
from uuid import UUID

from .types import UNSET

__all__ = ["MismatchError", "as_mapping", "json_type", "null_or_unset", "parse_uuid", "refuse"]


class MismatchError(ValueError):
    """A value is not what the document promises.

    Its text names types, and holds nothing of the value, which may be a secret.
    """


def as_mapping(value: object, expected: str) -> dict[str, Any]:
    """Return a mapping as a dictionary.

    Raises:
        MismatchError: The value is something else.
    """
    if isinstance(value, Mapping):
        return dict(value)
    raise _mismatch(value, f"a JSON object for {expected}")


def null_or_unset(value: object, expected: str) -> Any:  # noqa: ANN401 - it stands in for any type
    """Return None and UNSET as they are.

    A server may send null where the document does not say so; a read tolerates it.

    Raises:
        MismatchError: The value is something else.
    """
    if value is UNSET or value is None:
        return value
    raise _mismatch(value, expected)


def parse_uuid(value: str) -> UUID:
    """Read a UUID.

    Raises:
        MismatchError: The value is not one.
    """
    try:
        return UUID(value)
    except ValueError:
        pass
    raise MismatchError("expected a UUID, got another string")


def refuse(value: object, expected: str) -> NoReturn:
    """Refuse a value, whatever it is.

    Raises:
        MismatchError: Always; the text says what was expected.
    """
    raise _mismatch(value, expected)


def _mismatch(value: object, expected: str) -> MismatchError:
    return MismatchError(f"expected {expected}, got {json_type(value)}")


def json_type(value: object) -> str:
    """Say which JSON type a decoded value has."""
    match value:
        case None:
            return "null"
        case bool():
            return "a JSON boolean"
        case int() | float():
            return "a JSON number"
        case str():
            return "a JSON string"
        case Mapping():
            return "a JSON object"
        case list() | tuple():
            return "a JSON array"
        case _:
            return f"a Python {type(value).__name__}"
