"""What the templates ask about unions: their functions, their alternatives, what decides."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

from attrs import define, field, frozen
from openapi_python_client.parser.properties import ModelProperty
from openapi_python_client.parser.properties.any import AnyProperty
from openapi_python_client.parser.properties.const import ConstProperty
from openapi_python_client.parser.properties.date import DateProperty
from openapi_python_client.parser.properties.datetime import DateTimeProperty
from openapi_python_client.parser.properties.enum_property import EnumProperty
from openapi_python_client.parser.properties.float import FloatProperty
from openapi_python_client.parser.properties.int import IntProperty
from openapi_python_client.parser.properties.list_property import ListProperty
from openapi_python_client.parser.properties.string import StringProperty
from openapi_python_client.parser.properties.union import UnionProperty
from openapi_python_client.parser.properties.uuid import UuidProperty
from openapi_python_client.strings import ClassName

from .naming import RESERVED_CLASSES
from .properties import is_union, properties_of, reads_as_is

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from openapi_python_client.parser.properties.protocol import PropertyProtocol

    from .document import Document

__all__ = ["Discriminator", "UnionParts", "Unions"]


@frozen
class Discriminator:
    """A property whose value decides between models.

    Attributes:
        name: The property's JSON name.
        mapping: Each value with the model's class name.
    """

    name: str
    mapping: list[tuple[str, str]]


@frozen
class UnionParts:
    """The alternatives of a union, by how they are told apart.

    Attributes:
        models: The class names of the models.
        discriminator: What decides between the models, if the document says so.
        lists: The arrays.
        enums: The enumerations, whose members are recognised by their values.
        open_enums: Those that unknown values are read as: the first one of strings and of
            integers, unless the union has plain values of that type too.
        strings: The strings in a format.
        anything: Whether any other value is one of it too.
    """

    models: list[str]
    discriminator: Discriminator | None
    lists: list[ListProperty]
    enums: list[EnumProperty]
    open_enums: list[EnumProperty]
    strings: list[PropertyProtocol]
    anything: bool


@define
class Unions:
    """The unions of a document."""

    _discriminators: dict[frozenset[str], Discriminator]
    _names: dict[int, str] = field(factory=dict)

    @classmethod
    def of(cls, document: Document, prefix: str) -> Unions:
        """Find the discriminators of a document, which the generator does not keep."""
        return cls(
            dict(
                _discriminators(document.content, functools.partial(_class_name, document, prefix))
            )
        )

    def function(self, union: UnionProperty) -> str:
        """Return the name of the function that reads a union, in the module that it is in."""
        return self._names[id(union)]

    def within(self, properties: Iterable[PropertyProtocol]) -> list[UnionProperty]:
        """Return the unions that a module reads, and give each a function's name."""
        # Properties of one component share its unions.
        found = {id(union): union for prop in properties for union in _unions_in(prop)}
        taken: set[str] = set()
        for union in found.values():
            name = base = f"_read_{str(union.python_name).strip('_')}"
            number = 1
            while name in taken:
                number += 1
                name = f"{base}_{number}"
            taken.add(name)
            self._names[id(union)] = name
        return list(found.values())

    def parts(self, union: UnionProperty) -> UnionParts:
        """Take a union apart."""
        inner = union.inner_properties
        models = [str(one.class_info.name) for one in inner if isinstance(one, ModelProperty)]
        enums = [one for one in inner if isinstance(one, EnumProperty)]
        open_enums = {
            enum.value_type: enum
            for enum in reversed(enums)
            if not any(_has_plain_values(one, enum.value_type) for one in inner)
        }
        return UnionParts(
            models=models,
            discriminator=self._discriminators.get(frozenset(models)) if len(models) > 1 else None,
            lists=[one for one in inner if isinstance(one, ListProperty)],
            enums=enums,
            open_enums=list(open_enums.values()),
            strings=[
                one
                for one in inner
                if isinstance(one, DateProperty | DateTimeProperty | UuidProperty)
            ],
            anything=any(isinstance(one, AnyProperty) for one in inner),
        )


def _has_plain_values(prop: PropertyProtocol, kind: type) -> bool:
    """Tell whether an alternative has values of a type that are in no enumeration."""
    if kind is int:
        return isinstance(prop, AnyProperty | FloatProperty | IntProperty)
    strings = AnyProperty | ConstProperty | StringProperty
    return isinstance(prop, strings | DateProperty | DateTimeProperty | UuidProperty)


def _unions_in(prop: PropertyProtocol) -> Iterator[UnionProperty]:
    if isinstance(prop, ListProperty):
        yield from _unions_in(prop.inner_property)
    elif isinstance(prop, UnionProperty):
        for inner in prop.inner_properties:
            yield from _unions_in(inner)
        if is_union(prop) and not reads_as_is(prop):
            yield prop


def string_reader(prop: PropertyProtocol) -> str:
    """Return the function that reads a string in a format."""
    if isinstance(prop, DateTimeProperty):
        return "parse_datetime"
    return "parse_date" if isinstance(prop, DateProperty) else "parse_uuid"


def alternatives(properties: Iterable[PropertyProtocol]) -> Iterator[str]:
    """Yield the class names of the models that are one of several in a union."""
    for prop in properties:
        for union in _unions_in(prop):
            models = [one for one in union.inner_properties if isinstance(one, ModelProperty)]
            if len(models) > 1:
                yield from (str(model.class_info.name) for model in models)


def constants_of(model: ModelProperty) -> list[tuple[str, str]]:
    """Return the JSON names of a model's constants, with their values as code."""
    return [
        (prop.name.get_untrusted_value(), prop.value.python_code.as_unembedded_code())
        for prop in properties_of(model)
        if isinstance(prop, ConstProperty)
    ]


def _discriminators(
    node: Any,  # noqa: ANN401 - any part of a document
    class_name: Callable[[str], str],
) -> Iterator[tuple[frozenset[str], Discriminator]]:
    """Yield each discriminator of a document with the models that it decides between."""
    if isinstance(node, list):
        for item in node:
            yield from _discriminators(item, class_name)
    if not isinstance(node, dict):
        return
    for item in node.values():
        yield from _discriminators(item, class_name)
    schemas = [*_list(node, "oneOf"), *_list(node, "anyOf")]
    references = [
        schema["$ref"] for schema in schemas if isinstance(schema, dict) and "$ref" in schema
    ]
    discriminator = node.get("discriminator")
    if references and isinstance(discriminator, dict) and "propertyName" in discriminator:
        names = {reference: class_name(reference) for reference in references}
        mapping = {reference.rpartition("/")[2]: name for reference, name in names.items()}
        for value, target in (discriminator.get("mapping") or {}).items():
            if (name := class_name(target)) in names.values():
                mapping[value] = name
        yield (
            frozenset(names.values()),
            Discriminator(discriminator["propertyName"], sorted(mapping.items())),
        )


def _list(node: dict[str, Any], key: str) -> list[Any]:
    value = node.get(key)
    return value if isinstance(value, list) else []


def _class_name(document: Document, prefix: str, reference: str) -> str:
    """Return the class that the generator makes of a schema, which has a reference or a name."""
    name = reference.rpartition("/")[2]
    schema = document.resolve({"$ref": f"#/components/schemas/{name}"})
    whole = schema.get("allOf") or schema.get("oneOf") or schema.get("anyOf") or [{}]
    if len(whole) == 1 and "$ref" in whole[0]:
        return _class_name(document, prefix, whole[0]["$ref"])
    found = str(ClassName(schema.get("title") or name, prefix))
    return f"{found}Model" if found in RESERVED_CLASSES else found
