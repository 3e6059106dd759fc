"""JSON as RFC 8259 has it, where Python's own reader lets more pass."""

import codecs
import json
from typing import TypeAlias

from kodexa_client._json import RefusedJsonError, decode_json

JsonValue: TypeAlias = "dict[str, JsonValue] | list[JsonValue] | str | int | float | bool | None"


class InvalidJsonError(ValueError):
    """The content is not JSON; the text says where, and never repeats the content."""


def parse_json(content: bytes) -> JsonValue:
    """Read one JSON value, and refuse what two readers could understand differently.

    Args:
        content: The bytes of a body, in UTF-8.

    Returns:
        The value.

    Raises:
        InvalidJsonError: It is not JSON, or JSON that ``decode_json`` refuses.
    """
    # RFC 8259 8.1: a reader may pass over it, a sender must not add it.
    if content.startswith(codecs.BOM_UTF8):
        raise InvalidJsonError("it begins with a byte order mark")
    try:
        value: JsonValue = decode_json(content)
    except RefusedJsonError as error:
        reason = str(error)
    except UnicodeDecodeError as error:
        reason = f"not UTF-8 at byte {error.start}"
    except json.JSONDecodeError as error:
        reason = f"{error.msg} at line {error.lineno}, column {error.colno}"
    else:
        return value
    # Outside the handlers, since JSONDecodeError and UnicodeDecodeError hold the content.
    raise InvalidJsonError(reason)


def render_json(value: JsonValue) -> bytes:
    """Write a value as JSON, in ASCII: a lone surrogate, which UTF-8 can't hold, survives."""
    return json.dumps(value, allow_nan=False, separators=(",", ":")).encode("ascii")
