"""Refuses names that are missing, or that would overwrite each other in the package."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from .document import Document, DocumentError
from .naming import method_name

if TYPE_CHECKING:
    from openapi_python_client.parser import GeneratorData

__all__ = ["check_names", "check_operations"]


def check_operations(document: Document) -> None:
    """Check that each operation has a name and a resource.

    Raises:
        DocumentError: One has no operationId or no tag.
    """
    lines = []
    for place, operation in document.operations():
        for key, consequence in (
            ("operationId", "it names the function and the method"),
            ("tags", "the first one names the resource that the method is on"),
        ):
            if not operation.get(key):
                _, path, method = place
                name = f"{str(method).upper()} {path}"
                lines.append(f"{document.locate(place)}: {name} has no {key}: {consequence}")
    if lines:
        raise DocumentError("\n".join(lines))


def check_names(data: GeneratorData, document: Document) -> None:
    """Check that no two things in the package get the same name.

    Raises:
        DocumentError: Two operations get the same module or method, or two schemas the
            same module.
    """
    claims: dict[str, set[str]] = defaultdict(set)
    for tag, collection in data.endpoint_collections_by_tag.items():
        for endpoint in collection.endpoints:
            what = f"{endpoint.method.upper()} {endpoint.path.get_untrusted_value()}"
            claims[f"the module api/{tag}/{endpoint.name}.py"].add(what)
            claims[f"the method {tag}.{method_name(endpoint.name, tag)}()"].add(what)
    for model in [*data.models, *data.enums]:
        what = f"the schema {model.class_info.name}"
        claims[f"the module models/{model.class_info.module_name}.py"].add(what)
    lines = [
        f"{document.path.name}: {' and '.join(sorted(claimants))} would both be {name}: "
        "rename one of them"
        for name, claimants in claims.items()
        if len(claimants) > 1
    ]
    if lines:
        raise DocumentError("\n".join(lines))
