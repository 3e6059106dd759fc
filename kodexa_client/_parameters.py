"""Parameters in a path, a query, a header or a cookie, as OpenAPI's styles write them.

OpenAPI 3.1, "Style Values"; each value is one that JSON could hold.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import quote, urlencode

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["cookie_value", "form_body", "header_value", "path_value", "query_pairs"]

PathStyle = Literal["simple", "label", "matrix"]
QueryStyle = Literal["form", "spaceDelimited", "pipeDelimited", "deepObject"]

_DELIMITERS = {"form": ",", "spaceDelimited": " ", "pipeDelimited": "|"}


def path_value(
    name: str, value: object, *, style: PathStyle = "simple", explode: bool = False
) -> str:
    """Write a parameter of a path, percent-encoded.

    Raises:
        ValueError: The value is empty, or would make the path another one: a segment of
            one or two dots is taken for the folder itself or the one above it.
    """
    if isinstance(value, dict):
        members = [f"{_encode(key)}={_encode(item)}" for key, item in _members(value)]
        flat = [part for key, item in _members(value) for part in (_encode(key), _encode(item))]
        parts = members if explode else flat
    else:
        parts = [_encode(item) for item in _items(value)]
    if style == "label":
        return "." + ("." if explode else ",").join(parts)
    if style == "matrix":
        key = quote(name, safe="")
        if isinstance(value, dict) and explode:
            return "".join(f";{part}" for part in parts)
        if explode:
            return "".join(f";{key}={part}" for part in parts)
        return f";{key}={','.join(parts)}"
    text = ",".join(parts)
    if text in {"", ".", ".."}:
        raise ValueError(f"{name} can't be a part of a path: it is empty, or only dots.")
    return text


def query_pairs(
    name: str, value: object, *, style: QueryStyle = "form", explode: bool = True
) -> Iterator[tuple[str, str]]:
    """Yield the names and values that a parameter gives to a query; none for null."""
    if isinstance(value, dict):
        if style == "deepObject":
            yield from ((f"{name}[{key}]", _text(item)) for key, item in _members(value))
        elif explode:
            yield from ((key, _text(item)) for key, item in _members(value))
        elif value:
            flat = [text for key, item in _members(value) for text in (key, _text(item))]
            yield name, _DELIMITERS[style].join(flat)
    elif isinstance(value, list) and not explode:
        if value:
            yield name, _DELIMITERS.get(style, ",").join(map(_text, _items(value)))
    else:
        yield from ((name, _text(item)) for item in _items(value))


def form_body(members: Mapping[str, Any]) -> bytes:
    """Write an object as application/x-www-form-urlencoded.

    Arrays repeat their name, objects are JSON (OpenAPI 3.1, "Encoding Object").
    """
    return urlencode(
        [
            (key, json.dumps(item) if isinstance(item, dict | list) else _text(item))
            for key, item in _members(members)
        ]
    ).encode("ascii")


def header_value(value: object, *, explode: bool = False) -> str:
    """Write a parameter of a header."""
    if isinstance(value, dict):
        separator = "=" if explode else ","
        return ",".join(f"{key}{separator}{_text(item)}" for key, item in _members(value))
    return ",".join(map(_text, _items(value)))


def cookie_value(value: object) -> str:
    """Write a parameter of a cookie, percent-encoded: a cookie can't hold a comma as it is."""
    return quote(header_value(value), safe="")


def _items(value: object) -> list[object]:
    """Return the items of an array, or a value alone; null stands for nothing."""
    values: list[object] = value if isinstance(value, list) else [value]
    return [item for item in values if item is not None]


def _members(value: Mapping[str, Any]) -> Iterator[tuple[str, object]]:
    for key, item in value.items():
        for one in _items(item):
            yield key, one


def _text(value: object) -> str:
    if value is True:
        return "true"
    if value is False:
        return "false"
    return str(value)


def _encode(value: object) -> str:
    return quote(_text(value), safe="")
