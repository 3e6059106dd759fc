"""A schema of the document: what it says, what it refers to, and whether a value fits it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ._json import JsonValue

Contents: TypeAlias = "dict[str, Any] | bool"

# What only a schema of this type can have, for schemas that do not say their type.
_TELLTALES = {
    "object": ("properties", "required", "additionalProperties", "minProperties"),
    "array": ("items", "prefixItems", "minItems", "maxItems", "uniqueItems"),
    "string": ("pattern", "format", "minLength", "maxLength"),
    "number": ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
}


class Resolver(Protocol):
    """What is used of a resolver of referencing."""

    def lookup(self, ref: str) -> Any:  # noqa: ANN401 - its Resolved is generic
        """Find what a reference refers to."""


class Validator(Protocol):
    """What is used of a validator of jsonschema, which has no types."""

    def evolve(self, **changes: object) -> Validator:
        """Return one for another schema."""
        ...

    def is_valid(self, instance: object) -> bool:
        """Say whether a value fits."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Schema:
    """A schema where it stands in the document.

    Attributes:
        contents: What is written there. A boolean allows anything, or nothing.
        resolver: Finds what it refers to.
        validator: Judges by the dialect of the document.
    """

    contents: Contents
    resolver: Resolver
    validator: Validator

    def allows(self, value: JsonValue) -> bool:
        """Say whether a value fits."""
        # Without the underscore, jsonschema would begin anew with a resolver of its own.
        validator = self.validator.evolve(schema=self.contents, _resolver=self.resolver)
        return validator.is_valid(value)

    def within(self, contents: Contents) -> Schema:
        """Return a schema that stands inside of this one."""
        return replace(self, contents=contents)

    def parts(self) -> list[Schema]:
        """List the schemas that a value has to fit: itself, what it refers to, and `allOf`."""
        found: dict[int, Schema] = {}
        self._collect(found)
        return list(found.values())

    def _collect(self, found: dict[int, Schema]) -> None:
        # Schemas of one place may refer to each other, as a base and what is made from it do.
        if id(self.contents) in found:
            return
        found[id(self.contents)] = self
        if isinstance(self.contents, bool):
            return
        if "$ref" in self.contents:
            resolved = self.resolver.lookup(self.contents["$ref"])
            target = replace(self, contents=resolved.contents, resolver=resolved.resolver)
            target._collect(found)  # noqa: SLF001 - another of its own kind
        for part in self.contents.get("allOf", ()):
            self.within(part)._collect(found)  # noqa: SLF001 - another of its own kind

    def shapes(self) -> Iterator[Schema]:
        """List its parts, and those of its alternatives, however deep they are nested."""
        seen: set[int] = set()
        waiting = [self]
        while waiting:
            for part in waiting.pop(0).parts():
                if id(part.contents) in seen or isinstance(part.contents, bool):
                    continue
                seen.add(id(part.contents))
                yield part
                waiting += [part.within(one) for one in _alternatives(mapping_of(part))]

    def kind(self) -> str | None:
        """Return the type of its values; None if it says none, or several."""
        kinds = {kind for part in self.shapes() for kind in kinds_of(mapping_of(part))} - {"null"}
        return kinds.pop() if len(kinds) == 1 else None

    def write_only(self) -> bool:
        """Say whether its value is for requests alone."""
        return any(mapping_of(part).get("writeOnly") for part in self.parts())

    def properties(self) -> dict[str, Schema]:
        """Return the properties of an object, those of `allOf` and of alternatives too."""
        found: dict[str, Schema] = {}
        for part in self.shapes():
            for name, contents in mapping_of(part).get("properties", {}).items():
                found.setdefault(name, part.within(contents))
        return found

    def required(self) -> list[str]:
        """Return the names of the properties that an object must have, whatever it is."""
        names = [name for part in self.parts() for name in mapping_of(part).get("required", ())]
        return list(dict.fromkeys(names))

    def items(self) -> Schema | None:
        """Return the schema of an array's items; None if it says none."""
        for part in self.shapes():
            if "items" in mapping_of(part):
                return part.within(mapping_of(part)["items"])
        return None


def _alternatives(contents: Mapping[str, Any]) -> list[Any]:
    """List the schemas of which one has to fit."""
    return [*contents.get("oneOf", ()), *contents.get("anyOf", ())]


def mapping_of(schema: Schema) -> dict[str, Any]:
    """Return what a schema says; a boolean says nothing."""
    return {} if isinstance(schema.contents, bool) else schema.contents


def kinds_of(contents: Mapping[str, Any]) -> list[str]:
    """List the types that a schema allows by itself; empty if it does not limit them."""
    declared = contents.get("type")
    if declared is not None:
        return [declared] if isinstance(declared, str) else list(declared)
    for kind, keywords in _TELLTALES.items():
        if any(keyword in contents for keyword in keywords):
            return [kind]
    return []
