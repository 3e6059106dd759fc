"""What a schema allows, with its references followed and its allOf put together."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from attrs import Factory, define

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tools.document import Document

__all__ = ["ANY", "LIMITS", "WORDS", "Shape", "reference_of", "shape_of"]

ANY = frozenset({"array", "boolean", "integer", "null", "number", "object", "string"})

# What people read and programs do not.
WORDS = frozenset(
    {"title", "summary", "description", "example", "examples", "externalDocs", "$comment", "xml"}
)

# A larger one allows more (1) or less (-1); of the others (0) it can't be said.
LIMITS = {
    "maximum": 1,
    "exclusiveMaximum": 1,
    "maxLength": 1,
    "maxItems": 1,
    "maxProperties": 1,
    "minimum": -1,
    "exclusiveMinimum": -1,
    "minLength": -1,
    "minItems": -1,
    "minProperties": -1,
    "multipleOf": 0,
    "pattern": 0,
    "uniqueItems": 0,
}

_UNDERSTOOD = WORDS | {
    "$ref",
    "additionalProperties",
    "allOf",
    "anyOf",
    "const",
    "default",
    "deprecated",
    "enum",
    "format",
    "items",
    "nullable",
    "oneOf",
    "properties",
    "readOnly",
    "required",
    "type",
    "writeOnly",
    *LIMITS,
}


@define
class Shape:
    """The values that a schema allows.

    Attributes:
        types: The JSON types; ``number`` stands beside ``integer``, which it includes.
        format: The format, if there is one.
        values: The only values, by their JSON text, if there are only some.
        properties: The schema of each property.
        required: The properties that have to be there.
        items: The schema of an array's items.
        extras: The schema of properties that are not named, or whether there may be any.
        alternatives: The schemas of a oneOf or anyOf, without null.
        limits: The other limits that are set.
        default: The JSON text of the default.
        is_deprecated: Whether its use is discouraged.
        is_secret: Whether ``x-secret`` says that it is not printed.
        side: ``readOnly`` or ``writeOnly``, if it is there in one direction only.
        rest: The keywords that are not understood here.
        owners: The names of the schemas that it was put together from.
    """

    types: frozenset[str] = ANY
    format: str = ""
    values: dict[str, Any] | None = None
    properties: dict[str, Any] = Factory(dict[str, Any])
    required: frozenset[str] = frozenset()
    items: Any = None
    extras: Any = True
    alternatives: tuple[Any, ...] = ()
    limits: dict[str, Any] = Factory(dict[str, Any])
    default: str = ""
    is_deprecated: bool = False
    is_secret: bool = False
    side: str = ""
    rest: dict[str, Any] = Factory(dict[str, Any])
    owners: frozenset[str] = frozenset()

    def merge(self, part: dict[str, Any]) -> None:
        """Allow only what a part of an allOf allows too."""
        self.types &= _types(part)
        values = part["enum"] if "enum" in part else [part["const"]] if "const" in part else None
        if values is not None:
            allowed = {json.dumps(value): value for value in values if value is not None}
            known = self.values
            self.values = (
                allowed if known is None else {key: known[key] for key in known if key in allowed}
            )
        self.properties = {**self.properties, **(part.get("properties") or {})}
        required = part.get("required") or ()
        self.required |= frozenset(required if isinstance(required, list) else ())
        self.items = part.get("items", self.items)
        if self.extras is not False:
            self.extras = part.get("additionalProperties", self.extras)
        # Of OpenAPI 3.0: `exclusiveMaximum: false` says nothing.
        self.limits.update(
            (key, part[key]) for key in LIMITS if key in part and part[key] is not False
        )
        self.format = part.get("format", self.format)
        if "default" in part:
            self.default = json.dumps(part["default"], default=str)
        self.is_deprecated |= part.get("deprecated") is True
        self.is_secret |= part.get("x-secret") is True
        self.side = next(
            (side for side in ("readOnly", "writeOnly") if part.get(side) is True), self.side
        )
        self.rest.update(
            (key, value)
            for key, value in part.items()
            if key not in _UNDERSTOOD and not key.startswith("x-")
        )


def reference_of(node: Any) -> str:  # noqa: ANN401 - any part of a document
    """Return the name of the component that a node refers to and adds nothing to, or nothing."""
    said = set(node) - WORDS if isinstance(node, dict) else set[str]()
    if said == {"allOf"} and len(node["allOf"]) == 1:
        # How 3.0 gives a reference a description.
        return reference_of(node["allOf"][0])
    return _name(node["$ref"]) if said == {"$ref"} else ""


def _name(reference: str) -> str:
    name = reference.removeprefix("#/components/schemas/")
    return reference if "/" in name else name


def shape_of(document: Document, node: Any) -> Shape:  # noqa: ANN401 - a schema: a mapping, or a boolean
    """Return what a schema allows.

    Args:
        document: The document, for its references.
        node: The schema.
    """
    shape, owners = Shape(), set[str]()
    can_be_null = False
    for part in _parts(document, node, owners):
        alternatives = [*(part.get("oneOf") or ()), *(part.get("anyOf") or ())]
        if len(alternatives) > 1:
            shape.alternatives = tuple(item for item in alternatives if not _is_null(item))
        can_be_null |= len(shape.alternatives) < len(alternatives) > 1
        shape.merge(part)
    shape.owners = frozenset(owners)
    if len(shape.alternatives) == 1:
        # `anyOf: [X, {type: 'null'}]` is how 3.1 says that X may be null.
        only = shape_of(document, shape.alternatives[0])
        only.owners |= shape.owners
        only.is_deprecated |= shape.is_deprecated
        only.is_secret |= shape.is_secret
        only.default = shape.default or only.default
        only.types |= {"null"} if can_be_null else set()
        return only
    if shape.alternatives and not can_be_null and shape.types == ANY:
        shape.types -= {"null"}
    return shape


def _parts(document: Document, node: Any, owners: set[str]) -> Iterator[dict[str, Any]]:  # noqa: ANN401
    """Yield a schema and all that it is put together from."""
    if not isinstance(node, dict):
        node = {} if node is True or node is None else {"not": {}}
    if "$ref" in node:
        name = _name(node["$ref"])
        if name not in owners:
            owners.add(name)
            target = document.resolve({"$ref": node["$ref"]})
            yield from _parts(document, target, owners)
    yield node
    # One alternative is none: as if it stood in the allOf.
    groups = (node.get("oneOf") or [], node.get("anyOf") or [])
    single = [group[0] for group in groups if len(group) == 1]
    for part in (*(node.get("allOf") or ()), *single):
        yield from _parts(document, part, owners)


def _types(node: dict[str, Any]) -> frozenset[str]:
    stated = node.get("type")
    if isinstance(stated, str):
        types = {stated}
    elif isinstance(stated, list):
        types = set(stated)
    else:
        return ANY
    if "number" in types:
        types.add("integer")
    if node.get("nullable") is True:
        types.add("null")
    return frozenset(types)


def _is_null(node: Any) -> bool:  # noqa: ANN401 - a schema
    return isinstance(node, dict) and node.get("type") == "null"
