"""How bodies are read of the media types that openapi-core would take for bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ._described import is_json
from ._json import InvalidJsonError, parse_json

if TYPE_CHECKING:
    from collections.abc import Callable

    from ._json import JsonValue


class Readers(dict[str, "Callable[..., Any]"]):
    """Has a reader for JSON under any name, such as problem details (RFC 9457), and for text."""

    def __contains__(self, media_type: object) -> bool:
        return _reader(str(media_type)) is not None

    def __missing__(self, media_type: str) -> Callable[..., Any] | None:
        return _reader(media_type)


def _reader(media_type: str) -> Callable[..., Any] | None:
    if is_json(media_type):
        return _read_json
    if media_type in {"*/*", "application/*"}:
        return _read_json_or_bytes
    return _read_text if media_type.startswith("text/") else None


def _read_json(content: bytes, **_parameters: str) -> JsonValue:
    return parse_json(content)


def _read_json_or_bytes(content: bytes, **_parameters: str) -> JsonValue | bytes:
    try:
        return parse_json(content)
    except InvalidJsonError:
        return content


def _read_text(content: bytes, **_parameters: str) -> str:
    return content.decode()
