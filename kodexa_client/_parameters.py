"""Parameters in a path, a query, a header or a cookie, as OpenAPI's styles write them.

OpenAPI 3.1.1, "Style Values" and "Style Examples"; each value is one that JSON could hold.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import quote, urlencode

from .types import UNSET

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = [
    "cookie_value",
    "form_body",
    "header_value",
    "path_value",
    "query_pairs",
    "with_query",
]

PathStyle = Literal["simple", "label", "matrix"]
QueryStyle = Literal["form", "spaceDelimited", "pipeDelimited", "deepObject"]

# A comma may stand in a query as it is; a space and a pipe may not (RFC 3986, 3.4).
_DELIMITERS = {"form": ",", "spaceDelimited": "%20", "pipeDelimited": "%7C", "deepObject": ","}


def path_value(
    name: str, value: object, *, style: PathStyle = "simple", explode: bool = False
) -> str:
    """Write a parameter of a path, percent-encoded.

    Raises:
        ValueError: The value is UNSET or empty, or would make the path another one: a segment of
            one or two dots is taken for the folder itself or the one above it.
    """
    if value is UNSET:
        raise ValueError(f"{name} is UNSET: a path can't do without it.")
    key = quote(name, safe="")
    if isinstance(value, dict):
        pairs = [(_encode(member), _encode(item)) for member, item in _members(value)]
    else:
        pairs = [(key, _encode(item)) for item in _items(value)]
    is_named = explode and isinstance(value, dict)
    parts = ["=".join(pair) for pair in pairs] if is_named else [item for _, item in pairs]
    if isinstance(value, dict) and not explode:
        parts = [text for pair in pairs for text in pair]
    match style:
        case "simple":
            text = ",".join(parts)
        case "label":
            text = "." + ("." if explode else ",").join(parts)
        case "matrix" if explode:
            text = "".join(f";{member}={item}" if item else f";{member}" for member, item in pairs)
        case _:  # matrix
            text = f";{key}={','.join(parts)}" if any(parts) else f";{key}"
    if text in {"", ".", ".."}:
        raise ValueError(f"{name} can't be a part of a path: it is empty, or only dots.")
    return text


def query_pairs(
    name: str, value: object, *, style: QueryStyle = "form", explode: bool = True
) -> Iterator[str]:
    """Yield what a parameter gives to a query, percent-encoded: ``name=value``, or nothing."""
    key = _encode(name)
    if style == "deepObject" and isinstance(value, dict):
        for member, item in _members(value):
            yield from query_pairs(f"{name}[{member}]", item, style=style)
    elif isinstance(value, dict) and explode:
        yield from (f"{_encode(member)}={_encode(item)}" for member, item in _members(value))
    elif isinstance(value, dict):
        flat = [_encode(text) for pair in _members(value) for text in pair]
        if flat:
            yield f"{key}={_DELIMITERS[style].join(flat)}"
    elif isinstance(value, list) and not explode:
        items = [_encode(item) for item in _items(value)]
        if items:
            yield f"{key}={_DELIMITERS[style].join(items)}"
    else:
        yield from (f"{key}={_encode(item)}" for item in _items(value))


def with_query(path: str, pairs: list[str]) -> str:
    """Return a path with its query."""
    return f"{path}?{'&'.join(pairs)}" if pairs else path


def form_body(members: Mapping[str, Any]) -> bytes:
    """Write an object as application/x-www-form-urlencoded.

    Arrays repeat their name, objects are JSON (OpenAPI 3.1, "Encoding Object").
    """
    return urlencode([(key, _text(item)) for key, item in _members(members)]).encode("ascii")


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
    """Write a value as text. What the styles have no form for is written as JSON."""
    if isinstance(value, bool | dict | list):
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return str(value)


def _encode(value: object) -> str:
    return quote(_text(value), safe="")
