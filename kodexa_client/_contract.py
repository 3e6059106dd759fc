"""Finds what an answer has that the document does not promise, and that was read anyway."""

from __future__ import annotations

import enum
from functools import cache
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Any, Union, get_args, get_origin, get_type_hints

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
    return tuple(_issues(value, "", Any))


def _issues(value: object, name: str, hint: object) -> Iterator[ContractIssue]:
    """Yield the issues of a value that is promised to be of a type."""
    if value is None:
        if not _allows_null(hint):
            yield ContractIssue(name=name, kind="null")
    elif isinstance(value, enum.Enum):
        if value.name not in type(value).__members__:
            yield ContractIssue(name=name, kind="unknown value")
    else:
        for key, item, promised in _parts(value, hint):
            yield from _issues(item, _inner(name, key), promised)
        if isinstance(value, OpenModel):
            yield from _further(value, name)


def _parts(value: object, hint: object) -> Iterator[tuple[str, object, object]]:
    """Yield what is in a value, by its name, with the type that it is promised to be of."""
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield f"[{index}]", item, _item_type(hint)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield key, item, Any
    elif isinstance(value, Model):
        kind: type = type(value)
        for key, item in _properties(value):
            yield key, item, _types(kind)[key]


def _inner(name: str, key: str) -> str:
    return f"{name}.{key}" if name and not key.startswith("[") else f"{name}{key}"


def _properties(model: Model) -> Iterator[tuple[str, object]]:
    for attribute in model.__attrs_attrs__:
        value = getattr(model, attribute.name)
        if value is not UNSET and attribute.name != "_additional_properties":
            yield attribute.name, value


def _further(model: OpenModel[Any], name: str) -> Iterator[ContractIssue]:
    declared = _further_type(type(model))
    for key in model.additional_keys:
        if declared is Any:
            yield ContractIssue(name=_inner(name, key), kind="undeclared")
        else:
            yield from _issues(model[key], _inner(name, key), declared)


@cache
def _types(model: type) -> dict[str, object]:
    return get_type_hints(model)


def _further_type(model: type[OpenModel[Any]]) -> object:
    """Return what a document says that the properties are which it does not name."""
    types = [get_args(parent) for parent in vars(model)["__orig_bases__"]]
    return next((found[0] for found in types if found), Any)


def _alternatives(hint: object) -> tuple[object, ...]:
    return get_args(hint) if get_origin(hint) in {Union, UnionType} else (hint,)


def _allows_null(hint: object) -> bool:
    return any(one is Any or one is NoneType for one in _alternatives(hint))


def _item_type(hint: object) -> object:
    items = [get_args(one)[0] for one in _alternatives(hint) if get_origin(one) is list]
    # Of several kinds of lists, it is not known which one this is.
    return items[0] if len(items) == 1 else Any
