"""JSON as RFC 8259 has it, where Python's own reader lets more pass."""

import json
import math
from typing import NoReturn, TypeAlias

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
        InvalidJsonError: It is not JSON, or names a key twice, or holds a number
            that JSON does not have or Python can't hold.
    """
    try:
        value: JsonValue = json.loads(
            content.decode("utf-8"),
            object_pairs_hook=_unrepeated,
            parse_constant=_refused_constant,
            parse_float=_finite,
        )
    except InvalidJsonError:
        raise
    except UnicodeDecodeError as error:
        reason = f"not UTF-8 at byte {error.start}"
    except json.JSONDecodeError as error:
        reason = f"{error.msg} at line {error.lineno}, column {error.colno}"
    except ValueError:
        # Python refuses to convert integers of more than 4,300 digits.
        reason = "a number has too many digits"
    except RecursionError:
        reason = "nested too deeply"
    else:
        return value
    # Outside the handlers, since JSONDecodeError and UnicodeDecodeError hold the content.
    raise InvalidJsonError(reason)


def render_json(value: JsonValue) -> bytes:
    """Write a value as JSON, in ASCII: a lone surrogate, which UTF-8 can't hold, survives."""
    return json.dumps(value, allow_nan=False, separators=(",", ":")).encode("ascii")


def _unrepeated(pairs: list[tuple[str, JsonValue]]) -> dict[str, JsonValue]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise InvalidJsonError("a key comes twice in one object")
    return members


def _refused_constant(name: str) -> NoReturn:
    raise InvalidJsonError(f"{name} is not JSON")


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise InvalidJsonError("a number is too large")
    return number
