"""Samples of what a schema of the document allows: the same one for the same schema."""

from __future__ import annotations

import math
from itertools import chain, islice, repeat
from typing import TYPE_CHECKING, Any

from ._scalars import numbers, texts
from ._schemas import kinds_of, mapping_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ._json import JsonValue
    from ._origins import Origins
    from ._schemas import Schema

# Deeper, an object has only what it must have.
_FULL_DEPTH = 5
_ANY_KIND = ("string", "object", "array", "integer", "number", "boolean", "null")
# So many others of a value are tried, at least, where all items of an array must differ.
_VARIANTS = 100
# Of two bounds, both of which hold, the narrower one.
_NARROWER: dict[str, Any] = {
    **dict.fromkeys(("minimum", "minLength", "minItems", "minProperties"), max),
    **dict.fromkeys(("maximum", "maxLength", "maxItems", "maxProperties"), min),
}


class NoSampleError(ValueError):
    """No value was found that fits the schema."""


class Samples:
    """Makes values that fit schemas. Every one is checked, so that what it gives does fit."""

    def __init__(self, origins: Origins) -> None:
        """Take where times and ids come from."""
        self._origins = origins

    def of(self, schema: Schema) -> JsonValue:
        """Make a value that fits.

        Raises:
            NoSampleError: None was found: a pattern or a `not` asks for more than is known
                here, or no value fits.
        """
        return self._of([schema], ())

    def _of(self, schemas: Sequence[Schema], above: tuple[frozenset[int], ...]) -> JsonValue:
        """Make a value that fits all of some schemas, inside of values for others."""
        parts = _parts(schemas)
        own = frozenset(id(part.contents) for part in parts if isinstance(part.contents, dict))
        if any(own & outer for outer in above):
            # It would hold one of its own kind, and that another one, without end.
            raise NoSampleError
        for candidate in self._candidates(parts, frozenset(), (*above, own)):
            if all(schema.allows(candidate) for schema in schemas):
                return candidate
        raise NoSampleError

    def _candidates(
        self,
        parts: list[Schema],
        chosen: frozenset[tuple[int, str]],
        above: tuple[frozenset[int], ...],
    ) -> Iterator[JsonValue]:
        for keyword in ("const", "default", "example"):
            yield from (mapping_of(one)[keyword] for one in parts if keyword in mapping_of(one))
        for keyword in ("enum", "examples"):
            yield from (value for one in parts for value in mapping_of(one).get(keyword, ()))
        for part in parts:
            for keyword in ("oneOf", "anyOf"):
                choice = (id(part.contents), keyword)
                if keyword in mapping_of(part) and choice not in chosen:
                    yield from self._chosen(part, keyword, parts, chosen | {choice}, above)
                    return
        yield from self._of_kind(parts, above)

    def _chosen(
        self,
        part: Schema,
        keyword: str,
        parts: list[Schema],
        chosen: frozenset[tuple[int, str]],
        above: tuple[frozenset[int], ...],
    ) -> Iterator[JsonValue]:
        """Go through the alternatives of one part, with what tells them from each other."""
        for alternative in mapping_of(part)[keyword]:
            branch = part.within(alternative)
            more = _parts([*parts, *_discriminated(part, alternative), branch])
            inner = frozenset(id(one.contents) for one in more)
            if not any(inner & outer for outer in above[:-1]):
                yield from self._candidates(more, chosen, (*above[:-1], inner))

    def _of_kind(
        self, parts: list[Schema], above: tuple[frozenset[int], ...]
    ) -> Iterator[JsonValue]:
        keywords = _merged(parts)
        for kind in _kinds(parts):
            match kind:
                case "string":
                    yield from texts(keywords, self._origins)
                case "integer" | "number":
                    yield from numbers(keywords, whole=kind == "integer")
                case "boolean":
                    yield from (True, False)
                case "array":
                    yield from self._arrays(parts, keywords, above)
                case "object":
                    yield from self._objects(parts, keywords, above)
                case _:
                    yield None

    def _objects(
        self, parts: list[Schema], keywords: dict[str, Any], above: tuple[frozenset[int], ...]
    ) -> Iterator[JsonValue]:
        properties = _properties(parts)
        required = [name for part in parts for name in mapping_of(part).get("required", ())]
        further = [
            part.within(mapping_of(part)["additionalProperties"])
            for part in parts
            if "additionalProperties" in mapping_of(part)
        ]
        most = keywords.get("maxProperties", math.inf)
        least = keywords.get("minProperties", 0)
        optional = [
            name
            for name, schemas in properties.items()
            if name not in required and not any(schema.write_only() for schema in schemas)
        ]
        for names in (optional, []) if len(above) <= _FULL_DEPTH else ([], optional):
            found: dict[str, JsonValue] = {}
            extra = (f"property{number}" for number in range(1, least + 1))
            for name in [*dict.fromkeys(required), *names, *extra]:
                if name not in required and len(found) >= (
                    most if name in properties else min(least, most)
                ):
                    continue
                try:
                    found[name] = self._of(properties.get(name, further), above)
                except NoSampleError:
                    # It fits without; or else the object as a whole does not.
                    continue
            yield {name: found[name] for name in [*properties, *found] if name in found}

    def _arrays(
        self, parts: list[Schema], keywords: dict[str, Any], above: tuple[frozenset[int], ...]
    ) -> Iterator[JsonValue]:
        listed: list[Any] = next(
            (mapping_of(one)["prefixItems"] for one in parts if "prefixItems" in mapping_of(one)),
            [],
        )
        further = [
            part.within(mapping_of(part)["items"]) for part in parts if "items" in mapping_of(part)
        ]
        wanted = max(keywords.get("minItems", 0), len(listed), 1)
        count = int(min(wanted, keywords.get("maxItems", math.inf)))
        try:
            found = [self._of([parts[0].within(one)], above) for one in listed[:count]]
            if len(found) < count:
                one = self._of(further, above)
                several = _distinct(one, further) if keywords.get("uniqueItems") else repeat(one)
                found += islice(several, count - len(found))
        except NoSampleError:
            pass
        else:
            yield found
        yield []


def _parts(schemas: Sequence[Schema]) -> list[Schema]:
    found = {id(part.contents): part for schema in schemas for part in schema.parts()}
    return list(found.values())


def _merged(parts: list[Schema]) -> dict[str, Any]:
    """Put the keywords of parts that all hold into one: the narrower bound, else the first."""
    merged: dict[str, Any] = {}
    for part in parts:
        for keyword, value in mapping_of(part).items():
            narrower = _NARROWER.get(keyword)
            if keyword not in merged:
                merged[keyword] = value
            elif narrower is not None:
                merged[keyword] = narrower(merged[keyword], value)
    return merged


def _properties(parts: list[Schema]) -> dict[str, list[Schema]]:
    found: dict[str, list[Schema]] = {}
    for part in parts:
        for name, contents in mapping_of(part).get("properties", {}).items():
            found.setdefault(name, []).append(part.within(contents))
    return found


def _kinds(parts: list[Schema]) -> list[str]:
    """List the types that all parts allow, null last."""
    allowed = [kinds for part in parts if (kinds := kinds_of(mapping_of(part)))]
    found = [kind for kind in _ANY_KIND if all(_among(kind, kinds) for kinds in allowed)]
    # The first that is named, rather than the first that there is.
    named = [kind for kinds in allowed for kind in kinds]
    return sorted(found, key=lambda kind: (kind == "null", _place(kind, named)))


def _among(kind: str, kinds: list[str]) -> bool:
    return kind in kinds or (kind == "integer" and "number" in kinds)


def _place(kind: str, named: list[str]) -> int:
    return named.index(kind) if kind in named else len(named)


def _discriminated(part: Schema, alternative: Any) -> list[Schema]:  # noqa: ANN401 - JSON
    """Say which value of the discriminator belongs to an alternative, if there is one."""
    discriminator = mapping_of(part).get("discriminator")
    if not discriminator or "$ref" not in alternative:
        return []
    reference: str = alternative["$ref"]
    name = reference.rpartition("/")[2]
    named = {target: value for value, target in discriminator.get("mapping", {}).items()}
    value = named.get(reference, named.get(name, name))
    told = discriminator["propertyName"]
    contents = {"required": [told], "properties": {told: {"const": value, "enum": [value]}}}
    return [part.within(contents)]


def _distinct(value: JsonValue, schemas: list[Schema]) -> Iterator[JsonValue]:
    """Go on from a value to others that fit too, each of them once."""
    seen: list[JsonValue] = []
    for candidate in chain([value], _variants(value), _listed(schemas)):
        if candidate not in seen and all(schema.allows(candidate) for schema in schemas):
            seen.append(candidate)
            yield candidate


def _listed(schemas: list[Schema]) -> Iterator[JsonValue]:
    return (value for part in _parts(schemas) for value in mapping_of(part).get("enum", ()))


def _variants(value: JsonValue) -> Iterator[JsonValue]:
    match value:
        case bool():
            yield not value
        case int() | float():
            yield from (value + number for number in range(1, _VARIANTS))
            yield from (value - number for number in range(1, _VARIANTS))
        case str():
            yield from (f"{value}{number}" for number in range(1, _VARIANTS))
            yield from (f"{value[:-3]}{number:03}" for number in range(1, _VARIANTS))
        case list():
            for place, item in enumerate(value):
                for variant in _variants(item):
                    yield [*value[:place], variant, *value[place + 1 :]]
        case dict():
            for name, item in value.items():
                yield from ({**value, name: variant} for variant in _variants(item))
        case _:
            pass
