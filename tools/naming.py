"""Names of classes, methods and properties that the generator's rules don't settle."""

from __future__ import annotations

from keyword import iskeyword
from typing import TYPE_CHECKING

from openapi_python_client.schema.untrusted_string import UntrustedString

from .properties import properties_of

if TYPE_CHECKING:
    from collections.abc import Container

    from openapi_python_client.config import Config
    from openapi_python_client.parser import GeneratorData

__all__ = [
    "RESERVED_CLASSES",
    "method_name",
    "rename_reserved",
    "resource_class",
]

# What generated modules import under these names. A schema called so gets `Model` behind it.
RESERVED_CLASSES = frozenset(
    {
        "Any",
        "ClassVar",
        "File",
        "Literal",
        "Mapping",
        "Model",
        "OpenModel",
        "RequestFiles",
        "Response",
        "Self",
        "Shape",
        "UUID",
        "Unset",
    }
)

# What every model has. A property called so gets `_` behind it.
_RESERVED_PROPERTIES = frozenset(
    {
        "additional_keys",
        "additional_properties",
        "from_dict",
        "to_dict",
        "to_multipart",
    }
)

# Types in the annotations of a resource class, which a method called so would hide.
_RESERVED_METHODS = frozenset({"bool", "bytes", "datetime", "dict", "float", "int", "str", "uuid"})


def resource_class(tag: str, models: Container[str] = ()) -> str:
    """Return a tag's resource class: ``access_tokens`` is ``AccessTokens``.

    Args:
        tag: The tag's name.
        models: The names that are taken: a model of the same name keeps it, and the
            resource class gets ``Resource`` behind its own.
    """
    name = "".join(word.capitalize() for word in tag.split("_"))
    is_taken = name in models or name in RESERVED_CLASSES or iskeyword(name)
    return f"{name}Resource" if is_taken or not name.isidentifier() else name


def method_name(operation: str, tag: str) -> str:
    """Return an operation's method on its tag's resource class.

    It is the operation's name less its tag's words, whether these are in the singular
    or in the plural: ``create_access_token`` of ``access_tokens`` is ``create``. A name
    of which nothing, or no identifier, would be left is kept whole.
    """
    words, tag_words = operation.split("_"), [_singular(word) for word in tag.split("_")]
    for start in range(len(words) - len(tag_words) + 1):
        end = start + len(tag_words)
        if [_singular(word) for word in words[start:end]] == tag_words:
            words = words[:start] + words[end:]
            break
    name = "_".join(words)
    if not name.isidentifier() or iskeyword(name) or name in _RESERVED_METHODS:
        return operation
    return name


def _singular(word: str) -> str:
    """Return the stem that a word and its plural share; it need not be a word."""
    if word.endswith("ies"):
        return f"{word[:-3]}y"
    if word.endswith(("ses", "xes", "zes", "ches", "shes")):
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith("ss") else word


def rename_reserved(data: GeneratorData, config: Config) -> None:
    """Rename the properties that would hide what every model has."""
    for model in data.models:
        for prop in properties_of(model):
            if prop.python_name in _RESERVED_PROPERTIES:
                name = UntrustedString(f"{prop.python_name}_")
                prop.set_python_name(name, config, skip_snake_case=True)
