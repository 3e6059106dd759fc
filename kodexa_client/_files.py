"""Files: in JSON, where they are text, and as the parts of a multipart body."""

from __future__ import annotations

import datetime
import enum
import io
import json
from typing import TYPE_CHECKING, Any

from ._dates import format_date, format_datetime
from .types import File

if TYPE_CHECKING:
    from .types import FileTypes, RequestFiles

__all__ = ["content_of", "file_from_bytes", "file_from_text", "multipart_parts", "text_of_file"]


def file_from_bytes(content: bytes) -> File:
    """Return a file whose content is in memory."""
    return File(payload=io.BytesIO(content))


def file_from_text(text: str) -> File:
    """Return a file whose content is a string of JSON."""
    return file_from_bytes(text.encode("utf-8", "surrogatepass"))


def text_of_file(file: File) -> str:
    """Return a file's content as a string for JSON, and leave the file as it was."""
    return content_of(file).decode("utf-8", "surrogatepass")


def content_of(file: File) -> bytes:
    """Return a file's content, and leave its position as it was if it has one."""
    if not file.payload.seekable():
        return file.payload.read()
    position = file.payload.tell()
    content = file.payload.read()
    file.payload.seek(position)
    return content


def multipart_parts(name: str, value: Any) -> RequestFiles:  # noqa: ANN401 - any type of the document
    """Return the parts of a multipart body that hold a property: one for each item of an array.

    Objects are parts in JSON, everything else but files is text (OpenAPI 3.1, "Encoding
    Object").
    """
    if isinstance(value, list):
        return [part for item in value for part in multipart_parts(name, item)]
    return [(name, _part(value, name))]


def _part(value: Any, name: str) -> FileTypes:  # noqa: ANN401 - as above
    match value:
        case File():
            # RFC 7578 4.2: servers take a part without a file name for a field of text.
            return value.file_name or "upload", value.payload, value.mime_type
        case enum.Enum():
            text = str(value.value)
        case datetime.datetime():
            text = format_datetime(value, name)
        case datetime.date():
            text = format_date(value, name)
        case bool():
            text = "true" if value else "false"
        case dict() | None:
            return None, json.dumps(value).encode(), "application/json"
        case _ if hasattr(value, "to_dict"):
            return None, json.dumps(value.to_dict()).encode(), "application/json"
        case _:
            text = str(value)
    return None, text.encode(), "text/plain"
