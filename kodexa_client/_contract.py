"""Finds what an answer has that the document does not promise, and that was read anyway."""

from __future__ import annotations

import enum
from functools import cache
from types import NoneType
from typing import TYPE_CHECKING, Any, get_args, get_type_hints

from ._model import Model, OpenModel
from .types import UNSET, ContractIssue

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["contract_issues"]


def contract_issues(value: object) -> tuple[ContractIssue, ...]:
    """Return the undeclared properties, nulls and values in what was read from an answer.

    Args:
        value: A model, a list or a dictionary of models, or anything else.
    """
    return tuple(_issues(value, ""))


def _issues(value: object, name: str) -> Iterator[ContractIssue]:
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from _issues(item, f"{name}[{index}]")
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _issues(item, f"{name}.{key}" if name else key)
    elif isinstance(value, enum.Enum):
        if value.name not in type(value).__members__:
            yield ContractIssue(name=name, kind="unknown value")
    elif isinstance(value, Model):
        for key, item in _properties(value):
            inner = f"{name}.{key}" if name else key
            if item is None and not _allows_null(type(value), key):
                yield ContractIssue(name=inner, kind="null")
            yield from _issues(item, inner)
        yield from _undeclared(value, name)


def _properties(model: Model) -> Iterator[tuple[str, Any]]:
    for attribute in model.__attrs_attrs__:
        value = getattr(model, attribute.name)
        if value is not UNSET and attribute.name != "_additional_properties":
            yield attribute.name, value


def _undeclared(model: Model, name: str) -> Iterator[ContractIssue]:
    if not isinstance(model, OpenModel):
        return
    further = model.additional_properties
    for key in model.additional_keys:
        inner = f"{name}.{key}" if name else key
        if _declares_further(type(model)):
            yield from _issues(further[key], inner)
        else:
            yield ContractIssue(name=inner, kind="undeclared")


def _allows_null(model: Any, name: str) -> bool:  # noqa: ANN401 - a class of models
    hint = _types(model)[name]
    return hint is Any or NoneType in get_args(hint)


@cache
def _types(model: Any) -> dict[str, Any]:  # noqa: ANN401
    return get_type_hints(model)


def _declares_further(model: Any) -> bool:  # noqa: ANN401
    """Tell whether a document says what the properties are that it does not name."""
    return any(get_args(parent) not in {(), (Any,)} for parent in model.__orig_bases__)
