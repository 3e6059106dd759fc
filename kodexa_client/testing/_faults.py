"""What openapi-core finds wrong, in words that name the fields and never their values."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol, cast

from openapi_core.templating.media_types.exceptions import MediaTypeNotFound
from openapi_core.validation.request.exceptions import (
    MissingRequestBodyError,
    ParameterValidationError,
    SecurityValidationError,
)
from openapi_core.validation.schemas.exceptions import InvalidSchemaValue

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ._json import JsonValue


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Why a request or a response does not fit the document.

    Attributes:
        status: The status that answers such a request.
        detail: One sentence on what is wrong.
        fields: A message for each field that is wrong, by its path: `user.createdOn`.
    """

    status: int
    detail: str
    fields: dict[str, str] = field(default_factory=dict[str, str])


class _SchemaError(Protocol):
    """What is used of jsonschema's ValidationError, which has no types."""

    path: Iterable[str | int]
    validator: str
    validator_value: object
    instance: JsonValue


def fault_of(errors: Iterable[Exception]) -> Fault | None:
    """Put openapi-core's errors into one fault, with none of the values that they hold."""
    found = list(errors)
    if not found:
        return None
    for error in found:
        fault = _fault_of_the_whole(error)
        if fault is not None:
            return fault
    fields = {name: message for error in found for name, message in _fields_at_fault(error)}
    body = fields.pop("", None)
    if body is not None:
        return Fault(status=400, detail=f"The body {body}.", fields=fields)
    if fields:
        return Fault(status=400, detail=f"Not valid: {', '.join(sorted(fields))}.", fields=fields)
    kinds = ", ".join(dict.fromkeys(type(error).__name__ for error in found))
    return Fault(status=400, detail=f"This does not fit the API's document: {kinds}.")


def _fault_of_the_whole(error: Exception) -> Fault | None:
    cause = error.__cause__
    if isinstance(error, SecurityValidationError):
        return Fault(status=401, detail="The API key is missing or not valid.")
    if isinstance(error, MissingRequestBodyError):
        return Fault(status=400, detail="The body is missing.")
    if isinstance(cause, MediaTypeNotFound):
        accepted = " or ".join(cause.availableMimetypes)
        return Fault(status=415, detail=f"The content type must be {accepted}.")
    return None


def _fields_at_fault(error: Exception) -> Iterator[tuple[str, str]]:
    cause = error.__cause__
    if isinstance(error, ParameterValidationError):
        yield error.name, f"is missing or not valid in the {error.location}"
    elif isinstance(cause, InvalidSchemaValue):
        for schema_error in cast("Iterable[_SchemaError]", cause.schema_errors):
            yield from _messages(schema_error)


def _messages(error: _SchemaError) -> Iterator[tuple[str, str]]:
    path = [str(step) for step in error.path]
    if error.validator == "required" and isinstance(error.instance, dict):
        for name in cast("Sequence[str]", error.validator_value):
            if name not in error.instance:
                yield ".".join([*path, name]), "is required"
    else:
        yield ".".join(path), _message(error)


def _message(error: _SchemaError) -> str:
    if error.validator == "type":
        expected = error.validator_value
        names = [expected] if isinstance(expected, str) else cast("list[str]", expected)
        return f"must be of type {' or '.join(names)}"
    if error.validator == "format":
        return f"must be in the format {error.validator_value}"
    return f"does not satisfy {error.validator!r} of the API's document"
