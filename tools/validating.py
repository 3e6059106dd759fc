"""Validates an OpenAPI document; what is wrong with it has a line and a column."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from openapi_spec_validator.shortcuts import get_validator_cls

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .document import Document, Place

__all__ = ["mistakes"]

# Whose values are data of the API's, in which `$ref` means nothing.
_DATA = frozenset({"const", "default", "enum", "example", "examples"})

_TYPES = ("array", "boolean", "integer", "null", "number", "object", "string")


def mistakes(document: Document) -> list[str]:
    """Return what is wrong with a document, one line for each place."""
    dangling = [f"{document.locate(place)}: {text}" for place, text in _dangling(document)]
    # The validator follows the references too, and would raise.
    return dangling or list(_violations(document))


def _dangling(document: Document) -> Iterator[tuple[Place, str]]:
    """Yield each reference that leads nowhere."""
    for place, node in _walk(document.content, ()):
        reference = node.get("$ref") if isinstance(node, dict) else None
        if not isinstance(reference, str):
            continue
        if not reference.startswith("#/"):
            yield (
                (*place, "$ref"),
                f"{reference} leads out of the document: bring what it names in here",
            )
        elif not document.resolves(reference):
            yield (*place, "$ref"), f"{reference} leads nowhere"


def _violations(document: Document) -> Iterator[str]:
    """Yield what the standard's own schema, and its rules beyond that, find."""
    try:
        validator = get_validator_cls(document.content)(document.content)
    except Exception as error:  # noqa: BLE001 - the validator's own, of more than one kind
        place = document.locate(("openapi",))
        yield f"{place}: no version of OpenAPI that is known: {error}"
        return
    try:
        found = list(validator.iter_errors())
    except RecursionError:
        yield f"{document.locate(('components',))}: schemas are part of each other without end"
        return
    places: set[str] = set()
    for mistake in found:
        # Of alternatives none of which fits, the deepest mismatch is the mistake.
        deepest = max([mistake, *_causes(mistake)], key=lambda cause: len(cause.absolute_path))
        place = document.locate(_place_of(document, deepest))
        if place not in places:
            places.add(place)
            yield f"{place}: {_message(deepest)}"


def _message(mistake: Any) -> str:  # noqa: ANN401 - of jsonschema, which is untyped here
    is_type = list(mistake.absolute_path)[-1:] == ["type"] and isinstance(mistake.instance, str)
    # OpenAPI 3.0's schema lists the types itself.
    if is_type and mistake.validator == "anyOf":
        return f"{mistake.instance!r} is not a type: {', '.join(_TYPES)} are"
    return str(mistake.message)


def _place_of(document: Document, mistake: Any) -> Sequence[str | int]:  # noqa: ANN401 - as above
    """Return where a mistake is: some are told by their place in a schema, or by name."""
    path = list(mistake.absolute_path)
    for place, _ in document.operations():
        _, url, method = place
        if not path and f"'{method}'" in mistake.message and f"'{url}'" in mistake.message:
            is_id = mistake.message.startswith("Operation ID")
            return (*place, "operationId") if is_id else place
    if not path:
        # A default is told by its value alone.
        defaults = (
            (*place, "default")
            for place, node in _walk(document.content, ())
            if isinstance(node, dict) and node.get("default", path) is mistake.instance
        )
        return next(defaults, ())
    # The document itself is the first part of it.
    found = (
        [*place, *path]
        for place, node in _walk(document.content, ())
        if _is_at(node, path, mistake.instance)
    )
    return next(found, path)


def _is_at(node: Any, path: Sequence[str | int], value: object) -> bool:  # noqa: ANN401 - any part of a document
    for step in path:
        try:
            node = node[step]
        except (KeyError, IndexError, TypeError):
            return False
    return node is value


def _walk(node: Any, place: Place) -> Iterator[tuple[Place, Any]]:  # noqa: ANN401 - any part of a document
    """Yield every part of a document that is not data, with its place."""
    yield place, node
    if isinstance(node, dict):
        for key, child in node.items():
            if key not in _DATA or place[-1:] == ("properties",):
                yield from _walk(child, (*place, key))
    if isinstance(node, list):
        for index, child in enumerate(node):
            yield from _walk(child, (*place, index))


def _causes(error: Any) -> Iterator[Any]:  # noqa: ANN401 - as above
    for cause in error.context or ():
        yield cause
        yield from _causes(cause)
