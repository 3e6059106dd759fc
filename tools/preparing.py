"""Prepares a document for the generator: what it would refuse, confuse or leave out."""

from __future__ import annotations

import copy
import re
import unicodedata
from collections import defaultdict
from keyword import iskeyword
from typing import TYPE_CHECKING, Any

from attrs import field, frozen
from openapi_python_client.strings import (
    RESERVED_WORDS,
    PythonIdentifier,
    in_double_quote_literal,
    snake_case,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from .document import Document

__all__ = ["FILE_MEDIA_TYPE", "Prepared", "prepare"]

FILE_MEDIA_TYPE = "application/octet-stream"

# What the generator can read or write by itself.
_STRUCTURED = ("application/x-www-form-urlencoded", "multipart/form-data")

# The keys of OpenAPI whose values map names to things, and those whose values are data.
_MAPS = frozenset(
    {
        "$defs",
        "content",
        "headers",
        "mapping",
        "parameters",
        "pathItems",
        "paths",
        "patternProperties",
        "properties",
        "requestBodies",
        "responses",
        "schemas",
    }
)
_DATA = frozenset({"const", "default", "enum", "example", "examples"})

# How signs are spelled out that names begin with most often.
_SIGNS = {"+": "plus", "-": "minus", ".": "dot", "@": "at", "$": "dollar", "#": "hash"}


@frozen
class Prepared:
    """What was changed in a document, to be put back in what the generator makes of it.

    Attributes:
        content_types: The generator's setting that makes it take media types for files.
        properties: The names of properties, by those that stand in for them.
        enum_values: The values of enumerations, by those that stand in for them.
    """

    content_types: dict[str, str] = field(factory=dict[str, str])
    properties: dict[str, str] = field(factory=dict[str, str])
    enum_values: dict[str, str] = field(factory=dict[str, str])


def prepare(document: Document) -> Prepared:
    """Change a document's content so that the generator takes all of it.

    - A document may have webhooks or components only, and no paths.
    - Of a component that is another one under a new name, the generator takes a copy.
    - The schema ``true`` is ``{}``.
    - The members of enumerations get names where the generator would give two the same,
      and values that it would change have others stand in for them.
    - An enumeration that is neither of strings nor of integers is its type alone.
    - A default beside a reference stands beside ``allOf`` with the reference alone.
    - A constant that ``Literal`` can't hold is its type alone.
    - An array or an object is no default: it would be one and the same for all.
    - Properties whose names differ in punctuation only get names that spell it out.
    - A body in a media type that is neither JSON, nor a form, nor text is a file: its
      schema says so.
    - Of several media types of a body, JSON comes first: the generator takes the first.
    - What is not said stands there as anything: the items of an array, the schema of a
      body, the responses of an operation.
    """
    document.content.setdefault("paths", {})
    for _, operation in document.operations():
        operation.setdefault("responses", {})
    components = document.content.get("components") or {}
    for kind in ("parameters", "requestBodies", "responses"):
        for name, part in (components.get(kind) or {}).items():
            components[kind][name] = copy.deepcopy(document.resolve(part))
    prepared = Prepared()
    _say_anything(document.content)
    nodes = list(_objects(document.content))
    for node in nodes:
        _prepare_enum(node, prepared.enum_values)
        _prepare_values(node)
        if "$ref" in node and "default" in node and not _is_version_3_0(document):
            node["allOf"] = [{"$ref": node.pop("$ref")}]
    _spell_out(document, nodes, prepared.properties)
    for body, is_response in _bodies(document):
        content = body.get("content") or {}
        body["content"] = dict(sorted(content.items(), key=lambda item: not _is_json(item[0])))
        for media_type, value in content.items():
            if _is_file(media_type, is_response=is_response):
                prepared.content_types[media_type] = FILE_MEDIA_TYPE
                value["schema"] = {"type": "string", "format": "binary"}
            value.setdefault("schema", {} if _is_json(media_type) else {"type": "object"})
    return prepared


def _prepare_values(node: dict[str, Any]) -> None:
    """Take out what can't be a default or a constant, and say what an array may hold."""
    if isinstance(node.get("default"), dict | list):
        del node["default"]
    if not isinstance(node.get("const"), str | int | None):
        del node["const"]
    kinds = node["type"] if isinstance(node.get("type"), list) else [node.get("type")]
    if "array" in kinds and not node.get("prefixItems"):
        node.setdefault("items", {})


def _say_anything(content: dict[str, Any]) -> None:
    """Say in words what the generator does not know: the schema that allows anything."""
    for node in _objects(content):
        for key in ("items", "schema"):
            if node.get(key) is True:
                node[key] = {}
        for key in ("allOf", "anyOf", "oneOf", "prefixItems"):
            if isinstance(node.get(key), list):
                node[key] = [{} if part is True else part for part in node[key]]
        for key in ("properties", "schemas"):
            if isinstance(node.get(key), dict):
                node[key] = {name: {} if part is True else part for name, part in node[key].items()}


def _is_version_3_0(document: Document) -> bool:
    """Tell whether what stands beside a reference has no meaning."""
    return str(document.content.get("openapi")).startswith("3.0")


def _objects(node: Any, *, is_map: bool = False) -> Iterator[dict[str, Any]]:  # noqa: ANN401 - any part of a document
    """Yield the objects of OpenAPI in a document, schemas among them, and no data."""
    if isinstance(node, list):
        for item in node:
            yield from _objects(item)
    if not isinstance(node, dict):
        return
    if not is_map:
        yield node
    for key, child in node.items():
        if is_map or key not in _DATA:
            yield from _objects(child, is_map=not is_map and key in _MAPS)


def _bodies(document: Document) -> Iterator[tuple[dict[str, Any], bool]]:
    """Yield each body of a request or a response, and whether it is a response's."""
    components = document.content.get("components") or {}
    requests = list((components.get("requestBodies") or {}).values())
    responses = list((components.get("responses") or {}).values())
    for _, operation in document.operations():
        requests.append(operation.get("requestBody") or {})
        responses.extend((operation.get("responses") or {}).values())
    for bodies, is_response in ((requests, False), (responses, True)):
        for body in bodies:
            if "content" in body:
                yield body, is_response


def _is_json(media_type: str) -> bool:
    name = media_type.partition(";")[0].strip().lower()
    return name == "application/json" or name.endswith("+json")


def _is_file(media_type: str, *, is_response: bool) -> bool:
    """Tell whether a body is taken as it is.

    A response's text is read as a string. A request's text is a file, since the generator
    has no other way to send it.
    """
    name = media_type.partition(";")[0].strip().lower()
    if _is_json(media_type) or (not is_response and name in _STRUCTURED):
        return False
    return not (is_response and name.startswith("text/"))


def _prepare_enum(node: dict[str, Any], stand_ins: dict[str, str]) -> None:
    """Make the values of an enumeration such that each gets a member of its own.

    The generator takes names from ``x-enum-varnames``. Without these it refuses values
    that differ only in case, and drops all but one of those that differ only in
    punctuation. Of values it drops the characters that can't be seen.
    """
    values = node.get("enum")
    if not isinstance(values, list):
        return
    found = [value for value in values if value is not None]
    if {type(value) for value in found} not in ({str}, {int}, set()):
        del node["enum"]
        return
    given = node.get("x-enum-varnames")
    # An integer without a name gets its own from the generator.
    wanted: list[Any] = [value for value in found if isinstance(value, str)]
    if isinstance(given, list) and len(given) == len(found):
        wanted = given
    names = [_member_name(str(name), index) for index, name in enumerate(wanted)]
    changed = {
        value: _stand_in(stand_ins, value)
        for value in found
        if isinstance(value, str) and in_double_quote_literal(value) != value
    }
    if changed or len(set(names)) < len(names):
        node["x-enum-varnames"] = _distinct(names)
    node["enum"] = [changed.get(value, value) for value in values]
    if node.get("default") in changed:
        node["default"] = changed[node["default"]]


def _stand_in(stand_ins: dict[str, str], value: str) -> str:
    """Return what stands in for a value of an enumeration: the same for the same value."""
    for name, known in stand_ins.items():
        if known == value:
            return name
    name = f"(value {len(stand_ins)})"
    stand_ins[name] = value
    return name


def _member_name(value: str, index: int) -> str:
    name = snake_case(value).upper() if value[:1].isalpha() else ""
    return name if name.isidentifier() else f"VALUE_{index}"


def _distinct(names: list[str]) -> list[str]:
    found: list[str] = []
    for name in names:
        number, candidate = 1, name
        while candidate in found or (number > 1 and candidate in names):
            number += 1
            candidate = f"{name}_{number}"
        found.append(candidate)
    return found


def _spell_out(
    document: Document, schemas: Iterable[dict[str, Any]], stand_ins: dict[str, str]
) -> None:
    """Rename the properties that would get the same name as another one of their model.

    The generator tells ``fooBar`` from ``foo_bar``, but not ``+1`` from ``-1``: of these it
    makes one identifier.
    """
    owners = [schema for schema in schemas if isinstance(schema.get("properties"), dict)]
    unclear: set[str] = set()
    for schema in [*owners, *(one for one in schemas if one.get("allOf"))]:
        groups: dict[str, set[str]] = defaultdict(set)
        for name in _property_names(document, schema):
            groups[_squashed(name)].add(name)
        for group in groups.values():
            unclear |= _indistinct(group)
    taken = {_squashed(name) for schema in owners for name in schema["properties"]}
    for name in sorted(unclear):
        spelled, number = _spelled(name), 1
        candidate = spelled
        while _squashed(candidate) in taken:
            number += 1
            candidate = f"{spelled}_{number}"
        taken.add(_squashed(candidate))
        stand_ins[candidate] = name
    new_names = {name: stand_in for stand_in, name in stand_ins.items()}
    for schema in owners:
        schema["properties"] = {
            new_names.get(name, name): part for name, part in schema["properties"].items()
        }
    for schema in schemas:
        if isinstance(schema.get("required"), list):
            schema["required"] = [new_names.get(name, name) for name in schema["required"]]


def _property_names(document: Document, schema: dict[str, Any]) -> set[str]:
    """Return the names of a schema's properties, those of allOf too."""
    resolved = document.resolve(schema)
    names: set[str] = set(resolved.get("properties") or ())
    for part in resolved.get("allOf") or ():
        names |= _property_names(document, part)
    return names


def _squashed(name: str) -> str:
    """Return what is left of a name in an identifier, whatever the generator does to it."""
    letters = "".join(letter for letter in name if letter.isidentifier() or letter.isdecimal())
    return unicodedata.normalize("NFKC", letters).replace("_", "").casefold()


def _indistinct(names: set[str]) -> set[str]:
    """Return those of several names that would not get an identifier of their own."""
    if len(names) == 1:
        return set()
    found = {name for name in names if not name.isidentifier()}
    # `class` would be renamed to `class_`, which may be there too.
    clear: dict[str, str] = {}
    for name in sorted(names - found, key=_is_reserved):
        identifier = PythonIdentifier(name, "field_", skip_snake_case=True)
        if clear.setdefault(unicodedata.normalize("NFKC", identifier), name) != name:
            found.add(name)
    return found


def _is_reserved(name: str) -> tuple[bool, str]:
    return name in RESERVED_WORDS or iskeyword(name), name


def _spelled(name: str) -> str:
    """Spell out the signs in a name."""
    words = (
        letter
        if letter.isidentifier() or letter.isdecimal()
        else f" {_SIGNS.get(letter) or unicodedata.name(letter, 'sign')} "
        for letter in unicodedata.normalize("NFKC", name)
    )
    return re.sub(r"[\s_-]+", "_", "".join(words)).strip("_").lower() or "empty"
