"""Prepares a document for the generator: what it would refuse, confuse or leave out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from openapi_python_client.strings import snake_case

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .document import Document

__all__ = ["FILE_MEDIA_TYPE", "prepare"]

FILE_MEDIA_TYPE = "application/octet-stream"

# What the generator can read or write by itself.
_STRUCTURED = ("application/x-www-form-urlencoded", "multipart/form-data")


def prepare(document: Document) -> dict[str, str]:
    """Change a document's content so that the generator takes all of it.

    - A document may have webhooks or components only, and no paths.
    - The members of enumerations get names where the generator would give two the same.
    - A body in a media type that is neither JSON, nor a form, nor text is a file: its
      schema says so.
    - Of several media types of a body, JSON comes first: the generator takes the first.

    Returns:
        The generator's setting that makes it take such media types for files.
    """
    document.content.setdefault("paths", {})
    for node in _mappings(document.content):
        _name_enum_members(node)
    files: set[str] = set()
    for body, is_response in _bodies(document):
        content = body.get("content") or {}
        body["content"] = dict(sorted(content.items(), key=lambda item: not _is_json(item[0])))
        for media_type, value in content.items():
            if _is_file(media_type, is_response=is_response):
                files.add(media_type)
                value["schema"] = {"type": "string", "format": "binary"}
    return dict.fromkeys(files, FILE_MEDIA_TYPE)


def _mappings(node: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401 - any part of a document
    if isinstance(node, dict):
        yield node
    children = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    for child in children:
        yield from _mappings(child)


def _bodies(document: Document) -> Iterator[tuple[dict[str, Any], bool]]:
    """Yield each body of a request or a response, and whether it is a response's."""
    components = document.content.get("components") or {}
    requests = list((components.get("requestBodies") or {}).values())
    responses = list((components.get("responses") or {}).values())
    for _, operation in document.operations():
        requests.append(operation.get("requestBody") or {})
        responses.extend((operation.get("responses") or {}).values())
    for bodies, is_response in ((requests, False), (responses, True)):
        for body in bodies:
            if "content" in body:
                yield body, is_response


def _is_json(media_type: str) -> bool:
    name = media_type.partition(";")[0].strip().lower()
    return name == "application/json" or name.endswith("+json")


def _is_file(media_type: str, *, is_response: bool) -> bool:
    """Tell whether a body is taken as it is.

    A response's text is read as a string. A request's text is a file, since the generator
    has no other way to send it.
    """
    name = media_type.partition(";")[0].strip().lower()
    if _is_json(media_type) or (not is_response and name in _STRUCTURED):
        return False
    return not (is_response and name.startswith("text/"))


def _name_enum_members(node: dict[str, Any]) -> None:
    """Name the members of an enumeration, where the generator would give two one name.

    It takes them from ``x-enum-varnames``. Without these it refuses values that differ
    only in case, and drops all but one of those that differ only in punctuation.
    """
    values = node.get("enum")
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        return
    given = node.get("x-enum-varnames")
    wanted = given if isinstance(given, list) and len(given) == len(values) else values
    names = [_member_name(str(name), index) for index, name in enumerate(wanted)]
    if len(set(names)) < len(names):
        node["x-enum-varnames"] = _distinct(names)


def _member_name(value: str, index: int) -> str:
    name = snake_case(value).upper() if value[:1].isalpha() else ""
    return name if name.isidentifier() else f"VALUE_{index}"


def _distinct(names: list[str]) -> list[str]:
    found: list[str] = []
    for name in names:
        number, candidate = 1, name
        while candidate in found or (number > 1 and candidate in names):
            number += 1
            candidate = f"{name}_{number}"
        found.append(candidate)
    return found
