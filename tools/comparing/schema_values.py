"""Compares what two schemas allow a value to be, apart from what it holds."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from .api_changes import KEEPS, MEANS, NARROWS, SHIFTS, WIDENS, Toll
from .schema_shape import ANY, LIMITS, Shape

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["value_changes"]


def value_changes(old: Shape, new: Shape) -> Iterator[tuple[str, Toll]]:
    """Yield what has changed, and whom it breaks.

    Values that are added to an enumeration, or removed, are not among it.
    """
    if old.types != new.types:
        toll = _toll(narrows=not old.types <= new.types, widens=not new.types <= old.types)
        yield f"type: {_type(old)} → {_type(new)}", toll
    if old.format != new.format and old.types & new.types:
        yield f"format: {old.format or 'none'} → {new.format or 'none'}", _format_toll(old, new)
    if old.values is None and new.values is not None:
        yield f"enum: any → {', '.join(new.values)}", NARROWS
    if old.values is not None and new.values is None:
        yield f"enum: {', '.join(old.values)} → any", WIDENS
    for key in LIMITS:
        before, after = old.limits.get(key), new.limits.get(key)
        if before != after:
            yield f"{key}: {_text(before)} → {_text(after)}", _limit_toll(key, before, after)
    yield from _remarks(old, new)


def _remarks(old: Shape, new: Shape) -> Iterator[tuple[str, Toll]]:
    """Yield what has changed beside the values that are allowed."""
    if old.default != new.default:
        toll = MEANS if old.default else KEEPS
        yield f"default: {old.default or 'none'} → {new.default or 'none'}", toll
    if old.is_deprecated != new.is_deprecated:
        yield "deprecated" if new.is_deprecated else "deprecated no more", KEEPS
    if old.is_secret != new.is_secret:
        yield "secret" if new.is_secret else "secret no more", KEEPS
    if old.side != new.side:
        yield f"{old.side or 'both ways'} → {new.side or 'both ways'}", KEEPS
    for key in sorted({*old.rest, *new.rest}):
        if old.rest.get(key) != new.rest.get(key):
            yield f"{key}: not understood here, taken for the worst", SHIFTS


def _toll(*, narrows: bool, widens: bool) -> Toll:
    if narrows and widens:
        return SHIFTS
    return NARROWS if narrows else WIDENS


def _format_toll(old: Shape, new: Shape) -> Toll:
    # It says how a value is shown: any string is one.
    was, now = ("" if one.format == "password" else one.format for one in (old, new))
    if was == now:
        return KEEPS
    wider = {("int32", "int64"), ("float", "double")}
    if (was, now) in wider or not now:
        return WIDENS
    if (now, was) in wider or not was:
        return NARROWS
    return SHIFTS


def _limit_toll(key: str, old: Any, new: Any) -> Toll:  # noqa: ANN401 - limits of any type
    if old is None or new is None:
        return WIDENS if new is None else NARROWS
    if not LIMITS[key] or isinstance(old, bool) or isinstance(new, bool):
        return SHIFTS
    return WIDENS if (new - old) * LIMITS[key] > 0 else NARROWS


def _type(shape: Shape) -> str:
    if shape.types | {"null"} == ANY:
        return "any" if "null" in shape.types else "any but null"
    types = shape.types - {"integer"} if "number" in shape.types else shape.types
    return " or ".join(sorted(types)) or "none"


def _text(value: Any) -> str:  # noqa: ANN401 - any value of a document
    return "none" if value is None else json.dumps(value)
