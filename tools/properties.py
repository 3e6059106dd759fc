"""What the templates ask about a property: is it nullable, is it the same in JSON."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from openapi_python_client.parser.properties.any import AnyProperty
from openapi_python_client.parser.properties.boolean import BooleanProperty
from openapi_python_client.parser.properties.const import ConstProperty
from openapi_python_client.parser.properties.float import FloatProperty
from openapi_python_client.parser.properties.int import IntProperty
from openapi_python_client.parser.properties.list_property import ListProperty
from openapi_python_client.parser.properties.none import NoneProperty
from openapi_python_client.parser.properties.string import StringProperty
from openapi_python_client.parser.properties.union import UnionProperty

if TYPE_CHECKING:
    from openapi_python_client.parser.properties import ModelProperty
    from openapi_python_client.parser.properties.protocol import PropertyProtocol

__all__ = [
    "builtin_lists",
    "is_nullable",
    "is_union",
    "item_variable",
    "open_model",
    "properties_of",
    "property_type",
    "reads_as_is",
    "without_null",
    "writes_as_is",
]

# Their values are the same in JSON and in Python.
_PLAIN = (
    AnyProperty,
    BooleanProperty,
    ConstProperty,
    FloatProperty,
    IntProperty,
    NoneProperty,
    StringProperty,
)


def properties_of(model: ModelProperty) -> list[PropertyProtocol]:
    """Return the declared properties of a model, the required ones first."""
    return [*(model.required_properties or ()), *(model.optional_properties or ())]


def is_union(prop: PropertyProtocol) -> bool:
    """Tell whether a property has several types, null left aside."""
    return isinstance(without_null(prop), UnionProperty)


def is_nullable(prop: PropertyProtocol) -> bool:
    """Tell whether the document says that a property may be null."""
    inner = prop.inner_properties if isinstance(prop, UnionProperty) else [prop]
    return any(isinstance(one, NoneProperty | AnyProperty) for one in inner)


def without_null(prop: PropertyProtocol) -> PropertyProtocol:
    """Return what a nullable property is when it is not null."""
    if isinstance(prop, UnionProperty):
        others = [one for one in prop.inner_properties if not isinstance(one, NoneProperty)]
        if len(others) == 1:
            return others[0]
    return prop


def reads_as_is(prop: PropertyProtocol) -> bool:
    """Tell whether a property is read without being looked at.

    An array is looked at, even if its items are not: what is no array is refused.
    """
    target = without_null(prop)
    if isinstance(target, UnionProperty):
        return all(isinstance(one, _PLAIN) for one in target.inner_properties)
    return isinstance(target, _PLAIN)


def writes_as_is(prop: PropertyProtocol) -> bool:
    """Tell whether a property's Python values are JSON values already."""
    target = without_null(prop)
    if isinstance(target, UnionProperty):
        return all(map(writes_as_is, target.inner_properties))
    if isinstance(target, ListProperty):
        return writes_as_is(target.inner_property)
    return isinstance(target, _PLAIN)


def property_type(prop: PropertyProtocol) -> str:
    """Return the type of a property where it may be left out."""
    kind = prop.get_type_string(no_optional=True).as_unembedded_code()
    return f"{kind} | Unset"


def open_model(further: PropertyProtocol) -> str:
    """Return the class that a model with further properties of a type is derived from.

    The type is quoted: a model of it may be imported only after the class.
    """
    code = further.get_type_string().as_unembedded_code()
    return f"OpenModel[{code!r}]" if further.get_lazy_imports(prefix="") else f"OpenModel[{code}]"


def builtin_lists(code: str) -> str:
    """Name the builtin list in full.

    A resource class may have a method ``list``, which hides the builtin from the
    annotations after it.
    """
    return re.sub(r"(?<![\w.])list\[", "builtins.list[", code)


def item_variable(outer: str) -> str:
    """Return the name of the variable for the items of an array in ``outer``."""
    if not (match := re.fullmatch(r"item(\d*)", outer)):
        return "item"
    return f"item{int(match[1] or 1) + 1}"
