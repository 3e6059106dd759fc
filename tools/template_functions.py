"""What the templates can ask about the document: the generator's own data does not say it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from openapi_python_client.parser.properties import ModelProperty
from openapi_python_client.parser.properties.none import NoneProperty
from openapi_python_client.parser.properties.union import UnionProperty
from openapi_python_client.strings import PythonIdentifier, safe_for_docstring

from .cycles import circles
from .naming import method_name, resource_class

if TYPE_CHECKING:
    from collections.abc import Callable

    from jinja2 import Environment
    from openapi_python_client import Project
    from openapi_python_client.parser.openapi import Endpoint
    from openapi_python_client.parser.properties.protocol import PropertyProtocol as Property

    from .document import Document

__all__ = ["GENERATED_HEADER", "add_template_functions"]

GENERATED_HEADER = "# Generated from openapi.yaml by `make generate`. Do not edit."

_AS_IS = {
    "any_property.py.jinja",
    "boolean_property.py.jinja",
    "float_property.py.jinja",
    "int_property.py.jinja",
}


def add_template_functions(project: Project, document: Document) -> None:
    """Give the project's templates their functions and filters.

    Args:
        project: The generator's project, before it is built.
        document: The OpenAPI document.
    """
    environment: Environment = project.env
    environment.filters["builtin_lists"] = builtin_lists
    environment.filters["ends_docstring"] = ends_docstring
    tag_descriptions = {
        str(PythonIdentifier(tag["name"], prefix="tag")): tag.get("description", "")
        for tag in document.content.get("tags", [])
    }
    functions: dict[str, Any] = {
        "generated_header": GENERATED_HEADER,
        "body_is_required": body_is_required,
        "body_properties": body_properties,
        "body_type": body_type,
        "is_cyclic_import": _cyclic_imports(project),
        "item_variable": item_variable,
        "keyword_parameters": keyword_parameters,
        "method_imports": method_imports,
        "method_name": lambda endpoint, tag: method_name(str(endpoint.name), str(tag)),
        "model_summary": model_summary,
        "module_name": lambda endpoint: str(endpoint.name),
        "property_docstring": property_docstring,
        "property_type": property_type,
        "reads_as_is": reads_as_is,
        "resource_class": lambda tag: resource_class(str(tag)),
        "success_property": success_property,
        "success_type": success_type,
        "summary": summary,
        "tag_description": lambda tag: tag_descriptions.get(str(tag)) or f"The resource {tag}.",
        "without_null": without_null,
    }
    environment.globals.update(functions)


def _cyclic_imports(project: Project) -> Callable[[ModelProperty, str], bool]:
    """Return the function that tells whether an import of a model's leads back to it."""
    imports: dict[str, list[str]] = {
        model.class_info.module_name: [_imported_module(line) for line in model.lazy_imports or ()]
        for model in project.openapi.models
    }
    circle = circles(imports)

    def is_cyclic(model: ModelProperty, line: str) -> bool:
        return circle[model.class_info.module_name] == circle[_imported_module(line)]

    return is_cyclic


def _imported_module(line: str) -> str:
    """Return the module that a line like ``from ..models.user import User`` imports from."""
    return line.split()[1].rpartition(".")[2]


def ends_docstring(text: str) -> str:
    """Keep a quotation mark at the end of a docstring apart from those that close it.

    Args:
        text: What ``safe_for_docstring`` made of the document's words.
    """
    # An even number of backslashes before it escapes each other, and not the quotation mark.
    return re.sub(r'(?<!\\)((?:\\\\)*)"$', r'\1\\"', text)


def builtin_lists(code: str) -> str:
    """Name the builtin list in full.

    A resource class may have a method ``list``, which hides the builtin from the
    annotations after it.
    """
    return re.sub(r"(?<![\w.])list\[", "builtins.list[", code)


def without_null(prop: Property) -> Property:
    """Return what a nullable property is when it is not null."""
    if isinstance(prop, UnionProperty):
        others = [one for one in prop.inner_properties if not isinstance(one, NoneProperty)]
        if len(others) == 1:
            return others[0]
    return prop


def reads_as_is(prop: Property) -> bool:
    """Tell whether a property's values are the same in JSON and in Python."""
    return without_null(prop).template in _AS_IS or type(prop).template == "any_property.py.jinja"


def item_variable(outer: str) -> str:
    """Return the name of the variable for the items of an array in ``outer``."""
    depth = int(outer.removeprefix("item") or 1) + 1 if outer.startswith("item") else 1
    return "item" if depth == 1 else f"item{depth}"


def keyword_parameters(endpoint: Endpoint) -> list[Property]:
    """Return the parameters that are given by keyword, the required ones first."""
    parameters = [
        *endpoint.query_parameters,
        *endpoint.header_parameters,
        *endpoint.cookie_parameters,
    ]
    return sorted(parameters, key=lambda parameter: not parameter.required)


def body_properties(endpoint: Endpoint) -> list[Property]:
    """Return the properties of a JSON body that is a model, or none."""
    if len(endpoint.bodies) != 1 or endpoint.bodies[0].body_type != "json":
        return []
    model = endpoint.bodies[0].prop
    return properties_of(model) if isinstance(model, ModelProperty) else []


def properties_of(model: ModelProperty) -> list[Property]:
    """Return the declared properties of a model, the required ones first."""
    return [*(model.required_properties or ()), *(model.optional_properties or ())]


def method_imports(endpoint: Endpoint) -> set[str]:
    """Return the imports that a resource's method may need; unused ones are removed later."""
    imports = set(endpoint.relative_imports)
    for prop in body_properties(endpoint):
        imports |= prop.get_imports(prefix="...") | prop.get_lazy_imports(prefix="...")
    return imports


def body_type(endpoint: Endpoint) -> str:
    """Return the type of a request's body."""
    types = [body.prop.get_type_string(no_optional=True) for body in endpoint.bodies]
    return " | ".join(dict.fromkeys(kind.as_unembedded_code() for kind in types))


def body_is_required(endpoint: Endpoint) -> bool:
    """Tell whether a request has to have a body."""
    return all(body.prop.required for body in endpoint.bodies)


def property_type(prop: Property) -> str:
    """Return the type of a property where it may be left out."""
    kind = prop.get_type_string(no_optional=True).as_unembedded_code()
    return f"{kind} | Unset"


def property_docstring(prop: Property) -> str:
    """Return the lines of a docstring that describe an argument or an attribute."""
    parts = [safe_for_docstring(prop.description) if prop.description else ""]
    if prop.default is not None:
        parts.append(f"Default: {safe_for_docstring(prop.default.python_code)}.")
    text = " ".join(part for part in parts if part)
    kind = safe_for_docstring(prop.get_type_string(no_optional=True))
    return f"{prop.python_name}: {text or f'{kind}.'}"


def model_summary(model: ModelProperty) -> str:
    """Return what a model is, in the document's words or by its name."""
    for words in (model.data.description, model.data.title):
        if words:
            return words.get_untrusted_value().strip()
    return f"The schema {model.class_info.name}."


def summary(endpoint: Endpoint) -> str:
    """Return what an operation does, in the document's words or by its name."""
    for words in (endpoint.summary, endpoint.description):
        if words:
            return words.get_untrusted_value().strip()
    return f"The operation {endpoint.name}."


def success_property(endpoint: Endpoint) -> Property:
    """Return the property that a 2xx is read as."""
    return next(
        response.prop
        for response in endpoint.responses
        if response.is_default() or response.status_code.pattern.startswith("2")
    )


def success_type(endpoint: Endpoint) -> str:
    """Return the type that an operation returns."""
    return success_property(endpoint).get_type_string().as_unembedded_code()
