"""Puts the document's own words back into what the generator has made of it."""

from __future__ import annotations

import json
import unicodedata
from typing import TYPE_CHECKING, Any, cast

from openapi_python_client.parser.properties.const import ConstProperty
from openapi_python_client.parser.properties.list_property import ListProperty
from openapi_python_client.parser.properties.protocol import Value
from openapi_python_client.parser.properties.string import StringProperty
from openapi_python_client.parser.properties.union import UnionProperty
from openapi_python_client.schema.untrusted_string import UntrustedString
from openapi_python_client.strings import PythonCode

from .properties import properties_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from openapi_python_client.parser import GeneratorData
    from openapi_python_client.parser.properties.protocol import PropertyProtocol

    from .preparing import Prepared

__all__ = ["double_quoted", "restore"]


def restore(data: GeneratorData, prepared: Prepared) -> None:
    """Put back what was prepared, and what the generator changes by itself.

    Args:
        data: The document as the generator understands it.
        prepared: What stands in for the document's own names and values.
    """
    for enum in data.enums:
        # A set is that of the setting literal_enums, which is off.
        values = cast("dict[str, str | int]", enum.values)
        for member, value in values.items():
            if value in prepared.enum_values:
                values[member] = double_quoted(prepared.enum_values[str(value)])
    for prop in _all_properties(data):
        name = prop.name.get_untrusted_value()
        prop.name = UntrustedString(prepared.properties.get(name, name))
        if isinstance(prop, ConstProperty):
            prop.value = _exact(prop.value)
        if isinstance(prop, ConstProperty | StringProperty | UnionProperty) and prop.default:
            prop.default = _exact(prop.default)


def _exact(value: Value) -> Value:
    """Write a string so that it means itself: the generator escapes it twice."""
    if not isinstance(value.raw_value, str) or "\\" not in value.python_code.as_unembedded_code():
        return value
    return Value(python_code=PythonCode(repr(value.raw_value)), raw_value=value.raw_value)


def _all_properties(data: GeneratorData) -> Iterator[PropertyProtocol]:
    for model in data.models:
        further = [model.additional_properties] if model.additional_properties else []
        yield from _with_inner([*properties_of(model), *further])
    for collection in data.endpoint_collections_by_tag.values():
        for endpoint in collection.endpoints:
            yield from _with_inner(endpoint.list_all_parameters())
            yield from _with_inner(body.prop for body in endpoint.bodies)
            yield from _with_inner(response.prop for response in endpoint.responses)


def _with_inner(properties: Iterable[PropertyProtocol]) -> Iterator[PropertyProtocol]:
    for prop in properties:
        yield prop
        if isinstance(prop, ListProperty):
            yield from _with_inner([prop.inner_property])
        if isinstance(prop, UnionProperty):
            yield from _with_inner(prop.inner_properties)


def double_quoted(value: Any) -> str:  # noqa: ANN401 - a string of the document's, or code
    """Escape a string for a literal in double quotes, and lose nothing of it.

    It stands in for the generator's filter ``in_double_quote_literal``, which leaves out
    what can't be seen: a name would be another name.
    """
    if isinstance(value, UntrustedString):
        value = value.get_untrusted_value()
    text = json.dumps(str(value), ensure_ascii=False)[1:-1]
    return "".join(map(_escaped, text))


def _escaped(character: str) -> str:
    # Controls, formats, surrogates and private letters; separators of lines and paragraphs.
    if unicodedata.category(character) in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}:
        return character.encode("unicode_escape", "surrogatepass").decode("ascii")
    return character
