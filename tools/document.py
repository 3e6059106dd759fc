"""Reads and validates an OpenAPI document; what is wrong has a line and a column."""

from __future__ import annotations

import datetime
import json
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from .validating import mistakes

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
            target = self.find(reference)
            node = target if isinstance(target, dict) else {}
        return node

    def resolves(self, reference: str) -> bool:
        """Tell whether a reference within the document leads somewhere."""
        return self.find(reference) is not None

    def find(self, reference: str) -> Any:  # noqa: ANN401 - any part of a document
        """Return what a reference leads to within the document, or None."""
        target: Any = self.content
        for step in reference.removeprefix("#/").split("/"):
            key = unquote(step).replace("~1", "/").replace("~0", "~")
            if isinstance(target, list) and key.isdecimal() and int(key) < len(target):
                target = target[int(key)]
            else:
                target = target.get(key) if isinstance(target, dict) else None
        return target

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
        yaml = YAML(typ="safe", pure=True)
        # Read once: a large document takes seconds.
        root = yaml.compose(text)
        content = yaml.constructor.construct_document(root) if root else None
    except MarkedYAMLError as error:
        mark = error.problem_mark
        place = f"{path.name}:{mark.line + 1}:{mark.column + 1}"
        # A duplicate's message goes on with both values, and with advice on this program.
        twice = re.match(r'found duplicate key "(.*)" with value', error.problem or "")
        problem = f"the key {twice[1]} is here for the second time" if twice else error.problem
        raise DocumentError(f"{place}: {problem}") from None
    if not isinstance(content, dict):
        raise DocumentError(f"{path.name}:1:1: an OpenAPI document is a mapping")
    document = Document(path, _as_json(content), root)
    if lines := mistakes(document):
        raise DocumentError("\n".join(lines))
    paths: dict[str, Any] = document.content.get("paths") or {}
    for url, item in paths.items():
        # The generator passes over a path that is defined elsewhere, and all its operations.
        paths[url] = {**document.resolve(item), **item}
        paths[url].pop("$ref", None)
    return document


def _as_json(node: Any) -> Any:  # noqa: ANN401 - any part of a document
    """Make YAML's keys and dates what they are in JSON: texts, of whole characters."""
    if isinstance(node, dict):
        return {_key(key): _as_json(child) for key, child in node.items()}
    if isinstance(node, list):
        return [_as_json(child) for child in node]
    if isinstance(node, str):
        # YAML reads what JSON escapes as a surrogate pair as two characters.
        return node if node.isprintable() else _PAIR.sub(_join, node)
    return node.isoformat() if isinstance(node, datetime.date) else node


_PAIR = re.compile("[\ud800-\udbff][\udc00-\udfff]")


def _join(pair: re.Match[str]) -> str:
    return pair[0].encode("utf-16", "surrogatepass").decode("utf-16")


def _key(key: object) -> str:
    text: Any = _as_json(key)
    return text if isinstance(key, str) else json.dumps(text, default=str)


def _child(node: Node, step: str | int) -> tuple[Any, Node] | None:
    if isinstance(node, MappingNode):
        for key, value in node.value:
            if isinstance(key, ScalarNode) and key.value == str(step):
                return key.start_mark, value
    if isinstance(node, SequenceNode) and isinstance(step, int) and step < len(node.value):
        return node.value[step].start_mark, node.value[step]
    return None
