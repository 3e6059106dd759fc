"""Refuses what is missing, can't be told apart, or would be left out without a word."""

from __future__ import annotations

import ast
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from openapi_python_client.strings import ClassName, PythonIdentifier

from .document import Document, DocumentError
from .naming import method_name, resource_class

if TYPE_CHECKING:
    from pathlib import Path

    from openapi_python_client.parser import GeneratorData

    from .document import Place

__all__ = ["check_names", "check_operations", "left_out"]


def check_operations(document: Document) -> None:
    """Check that each operation has a name, a resource, and nothing that is passed over.

    Raises:
        DocumentError: One has no operationId or no tag, or a parameter without a schema.
    """
    lines: list[str] = []
    for place, operation in document.operations():
        _, path, method = place
        what = f"{document.locate(place)}: {str(method).upper()} {path}"
        if not operation.get("operationId"):
            lines.append(f"{what} has no operationId: it names the function and the method")
        if not operation.get("tags"):
            lines.append(f"{what} has no tags: the first names the resource with the method")
        item = document.content["paths"][path]
        for owner, parent in ((place, operation), (place[:2], item)):
            lines += _check_parameters(document, owner, parent.get("parameters") or [])
    if lines:
        raise DocumentError("\n".join(dict.fromkeys(lines)))


def left_out(document: Document) -> list[str]:
    """Return a sentence for each call that the document describes and a client does not make.

    Webhooks and callbacks are calls of the platform's: there is no method to generate.
    """
    places: list[Place] = [("webhooks", name) for name in document.content.get("webhooks") or {}]
    for place, operation in document.operations():
        places += [(*place, "callbacks", name) for name in operation.get("callbacks") or {}]
    return [
        f"{document.locate(place)}: {place[-2]} {place[-1]!r} has no method: the platform calls it"
        for place in places
    ]


def _check_parameters(document: Document, place: Place, parameters: list[Any]) -> list[str]:
    lines: list[str] = []
    for index, parameter in enumerate(parameters):
        resolved = document.resolve(parameter)
        if "schema" not in resolved:
            where = document.locate((*place, "parameters", index))
            name = resolved.get("name", parameter.get("$ref"))
            lines.append(f"{where}: the parameter {name} has no schema: give it one, not content")
    return lines


def check_names(data: GeneratorData, document: Document, wrapper: Path) -> None:
    """Check that no two things in the package get the same name.

    Args:
        data: The document as the generator understands it.
        document: The document.
        wrapper: The package with the hand-written client.

    Raises:
        DocumentError: Two operations get the same module or method, two schemas the same
            module, two tags the same class, or a tag the name of something that a client
            has.
    """
    claims: dict[str, set[str]] = defaultdict(set)
    places: dict[str, Place] = {}
    for name in _client_members(wrapper):
        claims[f"client.{name}"].add("what every client has")
    for place, operation in document.operations():
        _, path, method = place
        places[f"{str(method).upper()} {path}"] = place
        tag = str(PythonIdentifier(operation["tags"][0], prefix="tag"))
        places.setdefault(f"the tag {tag}", (*place, "tags"))
    for name in (document.content.get("components") or {}).get("schemas") or {}:
        places[f"the schema {ClassName(name, '')}"] = ("components", "schemas", name)
    for tag, collection in data.endpoint_collections_by_tag.items():
        claims[f"client.{tag}"].add(f"the tag {tag}")
        claims[f"the class {resource_class(tag)}"].add(f"the tag {tag}")
        for endpoint in collection.endpoints:
            what = f"{endpoint.method.upper()} {endpoint.path.get_untrusted_value()}"
            method = method_name(endpoint.name, tag)
            claims[f"the module api/{tag}/{endpoint.name}.py"].add(what)
            claims[f"the method {tag}.{method}()"].add(what)
            claims[f"the method {tag}.{method}_detailed()"].add(what)
    for model in [*data.models, *data.enums]:
        what = f"the schema {model.class_info.name}"
        claims[f"the module models/{model.class_info.module_name}.py"].add(what)
    lines: list[str] = []
    for name, claimants in claims.items():
        if len(claimants) > 1:
            found = [places[claimant] for claimant in sorted(claimants) if claimant in places]
            where = document.locate(found[-1] if found else ())
            both = " and ".join(sorted(claimants))
            lines.append(f"{where}: {both} would both be {name}: rename one of them")
    if lines:
        raise DocumentError("\n".join(lines))


def _client_members(wrapper: Path) -> set[str]:
    """Return the public names that a client has, from the module that defines it."""
    tree = ast.parse((wrapper / "_client.py").read_text(encoding="utf-8"))
    return {
        node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and not node.name.startswith("_")
    }
