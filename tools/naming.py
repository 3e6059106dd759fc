"""Names of classes, methods and properties that the generator's rules don't settle."""

from __future__ import annotations

from keyword import iskeyword
from typing import TYPE_CHECKING

from openapi_python_client.schema import ParameterLocation
from openapi_python_client.schema.untrusted_string import UntrustedString

from .properties import properties_of

if TYPE_CHECKING:
    from collections.abc import Container
    from collections.abc import Set as AbstractSet

    from openapi_python_client.config import Config
    from openapi_python_client.parser import GeneratorData
    from openapi_python_client.parser.openapi import Endpoint
    from openapi_python_client.parser.properties import ModelProperty

__all__ = [
    "RESERVED_CLASSES",
    "method_name",
    "rename_reserved",
    "resource_class",
]

# What generated modules import under these names. A schema called so gets `Model` behind it.
RESERVED_CLASSES = frozenset(
    {
        "Answer",
        "Any",
        "ClassVar",
        "Effect",
        "File",
        "Literal",
        "Mapping",
        "Model",
        "OpenModel",
        "Operation",
        "RequestFiles",
        "RequestParts",
        "Response",
        "Self",
        "Shape",
        "UNSET",
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

# What the functions of an operation call, and their own argument. A parameter called so
# gets its location behind it.
_RESERVED_PARAMETERS = frozenset(
    {
        "asyncio_detailed",
        "body",
        "build_response",
        "choose_body",
        "choose_optional_body",
        "content_of",
        "cookie_value",
        "form_body",
        "format_date",
        "format_datetime",
        "header_value",
        "path_value",
        "query_pairs",
        "sync_detailed",
        "text_of_file",
        "warn_deprecated",
        "with_query",
        "write_union",
    }
)

# Types in the annotations of a resource class, which a method called so would hide.
_RESERVED_METHODS = frozenset({"bool", "bytes", "datetime", "dict", "float", "int", "str", "uuid"})


# What operations do to one thing, and some to many.
_DONE_TO_ONE = frozenset(
    {
        "add",
        "create",
        "delete",
        "edit",
        "fetch",
        "get",
        "modify",
        "patch",
        "post",
        "put",
        "read",
        "remove",
        "replace",
        "retrieve",
        "set",
        "update",
    }
)


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
    of which nothing, or no identifier, would be left is kept whole. So is one that does to
    many what is done to one as well, for both would be called alike: ``get_bookings``
    beside ``get_booking``.
    """
    words, tag_words = operation.split("_"), [_singular(word) for word in tag.split("_")]
    for start in range(len(words) - len(tag_words) + 1):
        end = start + len(tag_words)
        if [_singular(word) for word in words[start:end]] == tag_words:
            is_plural = words[end - 1] != tag_words[-1]
            words = words[:start] + words[end:]
            if is_plural and words and words[0] in _DONE_TO_ONE:
                return operation
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
    """Rename what would hide a name that the generated code uses at the same place."""
    classes = {str(one.class_info.name) for one in (*data.models, *data.enums)}
    types = RESERVED_CLASSES | {"UNSET"} | classes
    for model in data.models:
        _rename_properties(model, _RESERVED_PROPERTIES | types, config)
    for collection in data.endpoint_collections_by_tag.values():
        for endpoint in collection.endpoints:
            _rename_parameters(endpoint, _RESERVED_PARAMETERS | types, config)


def _rename_properties(model: ModelProperty, reserved: AbstractSet[str], config: Config) -> None:
    properties = properties_of(model)
    taken = {str(prop.python_name) for prop in properties}
    for prop in properties:
        # pyright takes a name in capitals for a constant, which is not set twice.
        name = prop.python_name.lower() if prop.python_name.isupper() else str(prop.python_name)
        if name != prop.python_name or name in reserved:
            name = _free(name, taken | reserved)
            taken.add(name)
            prop.set_python_name(UntrustedString(name), config, skip_snake_case=True)


def _rename_parameters(endpoint: Endpoint, reserved: AbstractSet[str], config: Config) -> None:
    taken = {str(prop.python_name) for _, prop in endpoint.iter_all_parameters()}
    for location, prop in endpoint.iter_all_parameters():
        if prop.python_name in reserved:
            before = f"{{{prop.python_name}}}"
            # As the generator does with `client`, which it reserves itself.
            name = _free(f"{prop.python_name}_{location}", taken)
            taken.add(name)
            prop.set_python_name(UntrustedString(name), config, skip_snake_case=True)
            if location == ParameterLocation.PATH:
                path = endpoint.path.get_untrusted_value()
                endpoint.path = UntrustedString(path.replace(before, f"{{{prop.python_name}}}"))


def _free(name: str, taken: AbstractSet[str]) -> str:
    while name in taken:
        name = f"{name}_"
    return name
