"""How a kept resource, or all of a collection, looks in the answer of one operation."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from ._described import Content

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ._answers import Answers
    from ._json import JsonValue
    from ._resources import Resource
    from ._schemas import Schema

_COUNTS = frozenset(
    {"count", "numberOfElements", "size", "total", "totalCount", "totalElements", "total_count"}
)


class Representations:
    """Gives resources the form that a schema asks for, as well as that can be done."""

    def __init__(self, answers: Answers) -> None:
        """Take what has examples, for what a resource lacks."""
        self._answers = answers

    def of_one(self, content: Content, resource: Resource) -> Iterator[Resource]:
        """Go through forms of a resource: as it is kept, and with what the schema has alone."""
        properties = {} if content.schema is None else content.schema.properties()
        yield self._completed(
            content,
            {
                name: value
                for name, value in resource.items()
                if name not in properties or not properties[name].write_only()
            },
        )
        yield self._completed(
            content,
            {
                name: value
                for name, value in resource.items()
                if name in properties and properties[name].allows(value)
            },
        )

    def of_all(self, content: Content, resources: list[Resource]) -> Iterator[JsonValue]:
        """Go through forms of a collection: a list, or the page that has all of them."""
        schema = content.schema
        if schema is None:
            yield cast("JsonValue", resources)
        elif schema.kind() == "array":
            listed = self._listed(schema, resources)
            if listed is not None:
                yield listed
        else:
            properties = schema.properties()
            arrays = [name for name, one in properties.items() if _lists_objects(one)]
            if len(arrays) == 1:
                listed = self._listed(properties[arrays[0]], resources)
                if listed is not None:
                    yield self._page(content, schema, arrays[0], listed)

    def _completed(self, content: Content, resource: Resource) -> Resource:
        """Add what an object must have: from an example, or else from its schema."""
        schema = content.schema
        missing = (
            [] if schema is None else [one for one in schema.required() if one not in resource]
        )
        if schema is None or not missing:
            return resource
        example = next((one for one in content.examples if isinstance(one, dict)), {})
        properties = schema.properties()
        found = {
            name: value
            for name in missing
            if name in properties
            for value in [
                value
                for value in (
                    *([example[name]] if name in example else ()),
                    *self._answers.sample(Content(properties[name], ())),
                )
                if properties[name].allows(value)
            ][:1]
        }
        return {**resource, **found}

    def _listed(self, array: Schema, resources: list[Resource]) -> list[JsonValue] | None:
        item = Content(array.items(), ())
        listed: list[JsonValue] = []
        for resource in resources:
            for form in self.of_one(item, resource):
                if item.schema is None or item.schema.allows(form):
                    listed.append(form)
                    break
            else:
                return None
        return listed

    def _page(
        self, content: Content, schema: Schema, name: str, listed: list[JsonValue]
    ) -> Resource:
        """Make the one page that there is, which says so where its schema has a place for it."""
        told: Resource = {
            **dict.fromkeys(_COUNTS, len(listed)),
            "empty": not listed,
            "first": True,
            "hasMore": False,
            "has_more": False,
            "last": True,
            "number": 0,
            "totalPages": min(len(listed), 1),
        }
        properties = schema.properties()
        known = {
            name: value
            for name, value in told.items()
            if name in properties and properties[name].allows(value)
        }
        return self._completed(content, {name: listed, **known})


def _lists_objects(schema: Schema) -> bool:
    items = schema.items()
    return schema.kind() == "array" and items is not None and items.kind() == "object"
