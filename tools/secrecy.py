"""Tells which properties of a model the document marks as secrets, and declares them so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from openapi_python_client.parser.properties import ModelProperty
    from openapi_python_client.parser.properties.protocol import PropertyProtocol

    from .document import Document
    from .preparing import Prepared

__all__ = ["Secrets"]

# What a value, an item of it or a value in it has to match, or may.
_MANY = ("allOf", "anyOf", "oneOf", "prefixItems")
_ONE = (
    "additionalProperties",
    "contains",
    "else",
    "items",
    "then",
    "unevaluatedItems",
    "unevaluatedProperties",
)


class Secrets:
    """The secrets of a document, which the generator does not keep."""

    def __init__(self, document: Document, prepared: Prepared) -> None:
        """Look nothing up yet: most documents have many models and few secrets."""
        self._document = document
        self._stand_ins = prepared.properties
        self._secrets: dict[str, frozenset[str]] = {}

    def declaration(self, model: ModelProperty, prop: PropertyProtocol) -> str:
        """Return the line of a class that declares a property, a secret one without a repr."""
        if prop.name.get_untrusted_value() not in self._secrets_of(model):
            return prop.to_string().as_unembedded_code()
        arguments = ["repr=False"]
        if prop.default is not None:
            arguments.insert(0, f"default={prop.default.python_code.as_unembedded_code()}")
        elif not prop.required:
            arguments.insert(0, "default=UNSET")
        kind = prop.get_type_string().as_unembedded_code()
        return f"{prop.python_name}: {kind} = _field({', '.join(arguments)})"

    def _secrets_of(self, model: ModelProperty) -> frozenset[str]:
        """Return the JSON names of a model's secret properties."""
        name = str(model.class_info.name)
        if name not in self._secrets:
            # What the generator keeps of a schema has its extensions too.
            schema = model.data.model_dump(mode="json", by_alias=True, exclude_none=True)
            self._secrets[name] = frozenset(self._secret_names(schema))
        return self._secrets[name]

    def _secret_names(self, schema: dict[str, Any]) -> Iterator[str]:
        parts = list(self._reached(schema, many=("allOf",)))
        # An object that is a secret has no property that is none.
        is_whole = any(map(_is_marked, parts))
        for part in parts:
            properties: dict[str, Any] = part.get("properties") or {}
            for name, prop in properties.items():
                if is_whole or self._is_secret(prop):
                    yield self._stand_ins.get(name, name)

    def _is_secret(self, schema: dict[str, Any]) -> bool:
        return any(map(_is_marked, self._reached(schema, many=_MANY, one=_ONE)))

    def _reached(
        self, schema: dict[str, Any], *, many: tuple[str, ...], one: tuple[str, ...] = ()
    ) -> Iterator[dict[str, Any]]:
        """Yield a schema and those that it is put together from, each reference once."""
        seen: set[str] = set()
        waiting: list[Any] = [schema]
        while waiting:
            part = waiting.pop()
            # A schema may be true or false.
            if not isinstance(part, dict):
                continue
            yield part
            reference = part.get("$ref")
            if reference is not None and reference not in seen:
                seen.add(reference)
                # Not what it resolves to: a reference on the way may have the mark.
                waiting.append(self._document.find(reference))
            for key in many:
                waiting += part.get(key) or ()
            waiting += [part.get(key) for key in one]


def _is_marked(schema: dict[str, Any]) -> bool:
    return schema.get("format") == "password" or schema.get("x-secret") is True
