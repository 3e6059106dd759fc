"""Hypothesis strategies for the JSON that a schema of OpenAPI describes."""

from __future__ import annotations

import datetime
import functools
import operator
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Schemas"]

Json = Any
Strategy = st.SearchStrategy[Json]

_MAX_ITEMS = 3

_ANYTHING: Strategy = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=5),
    lambda children: (
        st.lists(children, max_size=_MAX_ITEMS)
        | st.dictionaries(st.text(max_size=5), children, max_size=_MAX_ITEMS)
    ),
    max_leaves=4,
)

_FORMATS: dict[str, st.SearchStrategy[str]] = {
    "date": st.dates().map(datetime.date.isoformat),
    "date-time": st.datetimes(timezones=st.just(datetime.UTC)).map(
        lambda value: f"{value.isoformat()[:-6]}Z"
    ),
    "uuid": st.uuids().map(str),
}


class Schemas:
    """The schemas of a document, which may refer to each other.

    What it makes is valid JSON of the schema; it does not try to make all of it: lengths,
    ranges and patterns are not varied.
    """

    def __init__(self, components: Mapping[str, Any]) -> None:
        """Keep the document's component schemas, by name."""
        self._components = components
        self._by_reference: dict[str, Strategy] = {}

    def strategy(self, schema: Any) -> Strategy:  # noqa: ANN401 - a schema may be a boolean
        """Return the strategy for a schema."""
        if not isinstance(schema, dict) or not schema:
            return _ANYTHING
        if "$ref" in schema:
            return self._referred(schema["$ref"])
        alternatives = [*(schema.get("oneOf") or ()), *(schema.get("anyOf") or ())]
        whole = schema.get("allOf") or ()
        if len(whole) == 1 and not schema.get("properties"):
            # One schema under another name or description.
            alternatives = [*whole]
        if schema.get("enum"):
            strategy: Strategy = st.sampled_from(schema["enum"])
        elif schema.get("const") is not None:
            strategy = st.just(schema["const"])
        elif alternatives and not schema.get("properties"):
            strategy = self._any_of(alternatives)
        else:
            strategy = self._of_type(schema)
        return strategy | st.none() if schema.get("nullable") else strategy

    def _referred(self, reference: str) -> Strategy:
        """Return the strategy for a component: one object, since it may refer to itself."""
        if reference not in self._by_reference:
            self._by_reference[reference] = st.deferred(
                lambda: self.strategy(self._components[reference.rpartition("/")[2]])
            )
        return self._by_reference[reference]

    def _any_of(self, schemas: list[Any]) -> Strategy:
        return functools.reduce(operator.or_, map(self.strategy, schemas))

    def _of_type(self, schema: dict[str, Any]) -> Strategy:
        kind = schema.get("type")
        if isinstance(kind, list):
            return self._any_of([{**schema, "type": one} for one in kind])
        if kind is None and (schema.get("properties") or schema.get("allOf")):
            kind = "object"
        match kind:
            case "null":
                return st.none()
            case "boolean":
                return st.booleans()
            case "integer":
                return st.integers(-(2**31), 2**31 - 1)
            case "number":
                return st.floats(allow_nan=False, allow_infinity=False, width=32)
            case "string":
                return _FORMATS.get(schema.get("format", ""), st.text(max_size=5))
            case "array":
                items = [*(schema.get("prefixItems") or ())]
                items += [schema["items"]] if schema.get("items") else []
                one = self._any_of(items) if items else _ANYTHING
                return st.lists(one, max_size=_MAX_ITEMS)
            case "object":
                return self._object(schema)
            case _:
                return _ANYTHING

    def _object(self, schema: dict[str, Any]) -> Strategy:
        properties, required = self._members(schema)
        strategies = {name: self.strategy(part) for name, part in properties.items()}
        declared: Strategy = st.fixed_dictionaries(
            {name: strategies[name] for name in strategies if name in required},
            optional={name: strategies[name] for name in strategies if name not in required},
        )
        further = schema.get("additionalProperties", True)
        if further is False:
            return declared
        names = st.text(max_size=5).filter(lambda name: name not in properties)
        extra = st.dictionaries(names, self.strategy(further), max_size=_MAX_ITEMS)
        return st.builds(operator.or_, extra, declared)

    def _members(self, schema: dict[str, Any]) -> tuple[dict[str, Any], set[str]]:
        """Return the properties of an object, those of allOf too, and which are required."""
        properties: dict[str, Any] = {}
        required: set[str] = set()
        for part in schema.get("allOf") or ():
            reference: str = part.get("$ref", "")
            resolved = self._components[reference.rpartition("/")[2]] if reference else part
            inner, needed = self._members(resolved)
            # A property of two schemas has to fit both; the later one is the narrower.
            properties |= inner
            required |= needed
        properties |= schema.get("properties") or {}
        return properties, required | set(schema.get("required") or ())
