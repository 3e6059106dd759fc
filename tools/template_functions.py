"""Gives the templates what they can ask about the document: the functions and filters."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from openapi_python_client.strings import PythonIdentifier

from . import effects, operations, properties, unions, wording
from .cycles import circles
from .naming import method_name, resource_class
from .restoring import double_quoted
from .secrecy import Secrets

if TYPE_CHECKING:
    from collections.abc import Callable

    from jinja2 import Environment
    from openapi_python_client import Project
    from openapi_python_client.parser.openapi import GeneratorData
    from openapi_python_client.parser.properties import ModelProperty

    from .document import Document
    from .preparing import Prepared

__all__ = ["GENERATED_HEADER", "add_template_functions"]

GENERATED_HEADER = "# Generated from openapi.yaml by `make generate`. Do not edit."


def add_template_functions(project: Project, document: Document, prepared: Prepared) -> None:
    """Give a project's templates their functions and filters.

    Args:
        project: The generator's project, before it is built.
        document: The OpenAPI document.
        prepared: What was changed in it for the generator.
    """
    prefix = project.config.field_prefix
    known_unions = unions.Unions.of(document, prefix)
    known_operations = operations.Operations(document, prefix)
    classes = {
        str(one.class_info.name) for one in (*project.openapi.models, *project.openapi.enums)
    }
    tag_descriptions = {
        str(PythonIdentifier(tag["name"], prefix="tag")): tag.get("description", "").strip()
        for tag in document.content.get("tags", [])
    }
    environment: Environment = project.env
    filters: dict[str, Any] = environment.filters
    filters["bind_readers"] = _bind_readers
    filters["builtin_lists"] = properties.builtin_lists
    filters["ends_docstring"] = wording.ends_docstring
    filters["in_double_quote_literal"] = double_quoted
    functions: dict[str, Any] = {
        "generated_header": GENERATED_HEADER,
        "answer_type": operations.answer_type,
        "answers": operations.answers,
        "argument_docstring": known_operations.argument_docstring,
        "bodies_by_class": operations.bodies_by_class,
        "body_is_required": operations.body_is_required,
        "body_properties": operations.body_properties,
        "body_type": operations.body_type,
        "constants_of": unions.constants_of,
        "declaration": Secrets(document, prepared).declaration,
        "enum_summary": wording.enum_summary,
        "is_alternative": _alternatives(project.openapi),
        "is_cyclic_import": _cyclic_imports(project.openapi),
        "is_deprecated": known_operations.is_deprecated,
        "is_nullable": properties.is_nullable,
        "is_unsafe": effects.is_unsafe,
        "is_union": properties.is_union,
        "item_variable": properties.item_variable,
        "keyword_parameters": operations.keyword_parameters,
        "method_imports": operations.method_imports,
        "method_name": lambda endpoint, tag: method_name(str(endpoint.name), str(tag)),
        "model_summary": wording.model_summary,
        "open_model": properties.open_model,
        "string_reader": unions.string_reader,
        "module_name": lambda endpoint: str(endpoint.name),
        "parameter_style": known_operations.style,
        "operation_arguments": known_operations.arguments,
        "positional_parameters": operations.positional_parameters,
        "properties_of": properties.properties_of,
        "property_docstring": wording.property_docstring,
        "property_type": properties.property_type,
        "reads_as_is": properties.reads_as_is,
        "readers_of": _readers_of,
        "resource_class": lambda tag: resource_class(str(tag), classes),
        "summary": wording.summary,
        "takes_retry_unclear": effects.takes_retry_unclear,
        "tag_description": lambda tag: tag_descriptions.get(str(tag)) or f"The resource {tag}.",
        "union_function": known_unions.function,
        "union_parts": known_unions.parts,
        "unions_in": known_unions.within,
        "without_null": properties.without_null,
        "writes_as_is": properties.writes_as_is,
    }
    environment.globals.update(functions)


def _alternatives(data: GeneratorData) -> Callable[[ModelProperty], bool]:
    """Return the function that tells whether a model is one of several in a union."""
    names: set[str] = set()
    for model in data.models:
        further = [model.additional_properties] if model.additional_properties else []
        names |= set(unions.alternatives([*properties.properties_of(model), *further]))
    for collection in data.endpoint_collections_by_tag.values():
        for endpoint in collection.endpoints:
            responses = [response.prop for response in endpoint.responses]
            names |= set(unions.alternatives([*endpoint.list_all_parameters(), *responses]))

    def is_alternative(model: ModelProperty) -> bool:
        return str(model.class_info.name) in names

    return is_alternative


def _cyclic_imports(data: GeneratorData) -> Callable[[ModelProperty, str], bool]:
    """Return the function that tells whether an import of a model's leads back to it."""
    imports: dict[str, list[str]] = {
        model.class_info.module_name: [_imported_module(line) for line in model.lazy_imports or ()]
        for model in data.models
    }
    circle = circles(imports)

    def is_cyclic(model: ModelProperty, line: str) -> bool:
        return circle[model.class_info.module_name] == circle[_imported_module(line)]

    return is_cyclic


def _readers_of(model: ModelProperty) -> list[tuple[str, str]]:
    """Return the classes that a model's module imports, each with a name for its reader.

    A classmethod is looked up and bound anew by every call; bound once, it is a global.
    """
    return [
        (line.split()[-1], f"_{_imported_module(line)}_from_dict")
        for line in sorted(model.lazy_imports or ())
    ]


def _bind_readers(code: str, model: ModelProperty) -> str:
    """Call the readers of other models by the names that ``_readers_of`` gives them."""
    for name, reader in _readers_of(model):
        code = re.sub(rf"\b{name}\.from_dict\(", f"{reader}(", code)
    return code


def _imported_module(line: str) -> str:
    """Return the module that a line like ``from ..models.user import User`` imports from."""
    return line.split()[1].rpartition(".")[2]
