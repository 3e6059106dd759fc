"""Reads and validates an OpenAPI document; what is wrong has a line and a column."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from openapi_spec_validator.shortcuts import get_validator_cls
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

__all__ = ["METHODS", "Document", "DocumentError", "Place", "load_document"]

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")

Place = tuple[str | int, ...]
"""Where something is in a document: the keys and indexes that lead to it."""


class DocumentError(Exception):
    """The document can't be used; each line of the text names a place in it."""


class Document:
    """An OpenAPI document and where everything in it stands.

    Attributes:
        path: The file.
        content: The document as plain data.
    """

    def __init__(self, path: Path, content: dict[str, Any], root: Node) -> None:
        """Keep the data and the nodes of the file that it was read from."""
        self.path = path
        self.content = content
        self._root = root

    def locate(self, place: Sequence[str | int]) -> str:
        """Return ``file:line:column`` of a place, or of the nearest one that exists."""
        node = self._root
        mark = node.start_mark
        for step in place:
            found = _child(node, step)
            if found is None:
                break
            mark, node = found
        return f"{self.path.name}:{mark.line + 1}:{mark.column + 1}"

    def resolve(self, node: dict[str, Any]) -> dict[str, Any]:
        """Follow the references of a part of the document, within the document."""
        seen: set[str] = set()
        while (reference := node.get("$ref")) and reference not in seen:
            seen.add(reference)
            target: Any = self.content
            for step in reference.removeprefix("#/").split("/"):
                key = step.replace("~1", "/").replace("~0", "~")
                target = target.get(key, {}) if isinstance(target, dict) else {}
            node = target if isinstance(target, dict) else {}
        return node

    def operations(self) -> Iterator[tuple[Place, dict[str, Any]]]:
        """Yield each operation with its place."""
        for path, item in (self.content.get("paths") or {}).items():
            for method in METHODS:
                if method in item:
                    yield ("paths", path, method), item[method]


def load_document(path: Path) -> Document:
    """Read a document from YAML or JSON, and validate it.

    Raises:
        DocumentError: It is not YAML, or not a valid OpenAPI document.
    """
    text = path.read_text(encoding="utf-8")
    try:
        content = YAML(typ="safe").load(text)
        root = YAML(typ="safe", pure=True).compose(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark
        raise DocumentError(
            f"{path.name}:{mark.line + 1}:{mark.column + 1}: {error.problem}"
        ) from None
    if not isinstance(content, dict):
        raise DocumentError(f"{path.name}:1:1: an OpenAPI document is a mapping")
    document = Document(path, content, root)
    _validate(document)
    return document


def _validate(document: Document) -> None:
    try:
        validator = get_validator_cls(document.content)(document.content)
    except Exception as error:  # noqa: BLE001 - the validator's own, of more than one kind
        place = document.locate(("openapi",))
        raise DocumentError(f"{place}: no version of OpenAPI that is known: {error}") from None
    lines = []
    for mistake in validator.iter_errors():
        # Of alternatives none of which fits, the deepest mismatch is the mistake.
        deepest = max([mistake, *_causes(mistake)], key=lambda cause: len(cause.absolute_path))
        lines.append(f"{document.locate(deepest.absolute_path)}: {deepest.message}")
    if lines:
        raise DocumentError("\n".join(lines))


def _causes(error: Any) -> Iterator[Any]:  # noqa: ANN401 - of jsonschema, which is untyped here
    for cause in error.context or ():
        yield cause
        yield from _causes(cause)


def _child(node: Node, step: str | int) -> tuple[Any, Node] | None:
    if isinstance(node, MappingNode):
        for key, value in node.value:
            if isinstance(key, ScalarNode) and key.value == str(step):
                return key.start_mark, value
    if isinstance(node, SequenceNode) and isinstance(step, int) and step < len(node.value):
        return node.value[step].start_mark, node.value[step]
    return None
