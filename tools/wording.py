"""The words of docstrings, from the document's."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from openapi_python_client.strings import safe_for_docstring

if TYPE_CHECKING:
    from openapi_python_client.parser.openapi import Endpoint
    from openapi_python_client.parser.properties import EnumProperty, ModelProperty
    from openapi_python_client.parser.properties.protocol import PropertyProtocol

__all__ = ["ends_docstring", "enum_summary", "model_summary", "property_docstring", "summary"]


def ends_docstring(text: str) -> str:
    """Keep a quotation mark at the end of a docstring apart from those that close it.

    Args:
        text: What ``safe_for_docstring`` made of the document's words.
    """
    # An even number of backslashes before it escapes each other, and not the quotation mark.
    return re.sub(r'(?<!\\)((?:\\\\)*)"$', r'\1\\"', text)


def summary(endpoint: Endpoint) -> str:
    """Return what an operation does, in the document's words or by its name."""
    for words in (endpoint.summary, endpoint.description):
        if words and words.get_untrusted_value().strip():
            return words.get_untrusted_value().strip()
    return f"The operation {endpoint.name}."


def model_summary(model: ModelProperty) -> str:
    """Return what a model is, in the document's words or by its name."""
    for words in (model.data.description, model.data.title):
        if words and words.get_untrusted_value().strip():
            return words.get_untrusted_value().strip()
    return f"The schema {model.class_info.name}."


def enum_summary(enum: EnumProperty) -> str:
    """Return what an enumeration is, in the document's words or by its name."""
    if enum.description and enum.description.get_untrusted_value().strip():
        return enum.description.get_untrusted_value().strip()
    return f"The values of {enum.class_info.name}."


def property_docstring(prop: PropertyProtocol, words: str = "") -> str:
    """Return the lines of a docstring that describe an argument or an attribute.

    Args:
        prop: What is described.
        words: What the document says of it there, and not in its schema.
    """
    parts = [safe_for_docstring(words or prop.description or "").strip()]
    if prop.default is not None:
        parts.append(f"Default: {safe_for_docstring(prop.default.python_code)}.")
    text = " ".join(" ".join(part for part in parts if part).split())
    kind = safe_for_docstring(prop.get_type_string(no_optional=True))
    return f"{prop.python_name}: {text or f'{kind}.'}"
