"""The operations of a document, with what their path and the document say for them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tools.document import Document

__all__ = ["OperationView", "operations_of", "references_in", "schema_name"]


@frozen
class OperationView:
    """One operation of a document.

    Attributes:
        document: The document.
        path: Its path, as it is written.
        method: Its method, in capitals.
        content: What the document says of it.
    """

    document: Document
    path: str
    method: str
    content: dict[str, Any]

    @property
    def key(self) -> str:
        """Return what tells it from others: what a path parameter is called does not."""
        return f"{self.method} {re.sub(r'{[^}]*}', '{}', self.path)}"

    @property
    def place(self) -> str:
        """Return what a reader calls it."""
        return f"{self.method} {self.path}"

    @property
    def name(self) -> str:
        """Return its operationId, if it has one."""
        return str(self.content.get("operationId", ""))

    @property
    def tag(self) -> str:
        """Return the tag that names its resource, if it has one."""
        return str(next(iter(self.content.get("tags") or ()), ""))

    @property
    def body(self) -> dict[str, Any] | None:
        """Return the request's body, if there is one."""
        node = self.content.get("requestBody")
        return None if node is None else self.document.resolve(node)

    @property
    def responses(self) -> dict[str, dict[str, Any]]:
        """Return the responses by their status, ``2XX`` in capitals."""
        return {
            str(status).upper(): self.document.resolve(response)
            for status, response in (self.content.get("responses") or {}).items()
        }

    def parameters(self) -> dict[tuple[str, str], dict[str, Any]]:
        """Return the parameters by where they are and their name; in a path, their position."""
        positions = re.findall(r"{([^}]*)}", self.path)
        found: dict[tuple[str, str], dict[str, Any]] = {}
        item = self.document.content["paths"][self.path]
        for owner in (item, self.content):
            for node in owner.get("parameters") or ():
                parameter = self.document.resolve(node)
                name, where = str(parameter["name"]), str(parameter["in"])
                if where == "path" and name in positions:
                    name = str(positions.index(name))
                found[where, name.lower() if where == "header" else name] = parameter
        return found

    def stated(self, key: str) -> tuple[Any, bool]:
        """Return what holds of ``security`` or ``servers``, and whether it is said for it alone."""
        item = self.document.content["paths"][self.path]
        for owner in (self.content, item):
            if key in owner:
                return owner[key], True
        return self.document.content.get(key), False

    def schemas(self) -> set[str]:
        """Return the names of the schemas that it reaches, at any depth."""
        item = self.document.content["paths"][self.path]
        waiting: list[Any] = [self.content, item.get("parameters")]
        seen: set[str] = set()
        while waiting:
            for reference in references_in(waiting.pop()):
                if reference not in seen:
                    seen.add(reference)
                    waiting.append(self.document.resolve({"$ref": reference}))
        return {schema_name(reference) for reference in seen}


def schema_name(reference: str) -> str:
    """Return the name of the schema that is referred to, or what it says of another thing."""
    return reference.removeprefix("#/components/schemas/")


def operations_of(document: Document) -> dict[str, OperationView]:
    """Return the operations of a document by their keys."""
    views = (
        OperationView(document, str(place[1]), str(place[2]).upper(), content)
        for place, content in document.operations()
    )
    return {view.key: view for view in views}


def references_in(node: Any) -> Iterator[str]:  # noqa: ANN401 - any part of a document
    """Yield the references in a part of a document."""
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        node = list(node.values())
    for child in node if isinstance(node, list) else ():
        yield from references_in(child)
