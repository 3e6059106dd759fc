"""Decodes JSON strictly: what two readers could understand differently is refused."""

from __future__ import annotations

import json
import math
import sys
from itertools import accumulate
from typing import Any, NoReturn

__all__ = ["RefusedJsonError", "decode_json"]

MOST_LEVELS = 100
# The time that int() takes grows with the square of the digits. This is what Python itself
# allows, unless an application has allowed more.
MOST_DIGITS = 4300


class RefusedJsonError(ValueError):
    """JSON that is refused, whether it is well-formed or not.

    Its text says why, and holds nothing of the JSON, which may hold a secret.
    """


def decode_json(content: bytes) -> Any:  # noqa: ANN401 - JSON is any type
    """Decode JSON in UTF-8 (RFC 8259).

    Raises:
        RefusedJsonError: A property comes twice in an object (RFC 7493 2.3), a number is
            too large or none of JSON's, or the nesting is too deep.
        json.JSONDecodeError: It is not JSON. The exception holds it.
        UnicodeDecodeError: It is not UTF-8. The exception holds it.
        RecursionError: The caller has left no room to decode it.
    """
    # So few brackets can't be nested too deeply, wherever they are.
    if content.count(b"[") + content.count(b"{") > MOST_LEVELS and _levels(content) > MOST_LEVELS:
        raise RefusedJsonError("it is nested too deeply")
    # RFC 8259 8.1 lets a reader pass over a byte order mark.
    text = content.decode("utf-8").removeprefix("\ufeff")
    # In so short a text no number has too many digits, whatever an application has allowed.
    is_short = len(content) <= min(MOST_DIGITS, sys.get_int_max_str_digits() or MOST_DIGITS)
    return (_SHORT_DECODER if is_short else _DECODER).decode(text)


_NEITHER_BRACKETS_NOR_QUOTES = bytes({*range(256)} - {*b'[]{}"'})
# One level more, or one less: the signed bytes 1 and -1.
_STEPS = bytes.maketrans(b"[{]}", b"\x01\x01\xff\xff")


def _levels(content: bytes) -> int:
    """Count the levels of nesting, without a recursion.

    The decoder has one, which ends at a limit that an application may have raised by more
    than the stack has room for. Where the content stops being JSON, so does the decoder: it
    gets no deeper than is counted here, whatever comes behind that.
    """
    if b"\\" in content:
        # A quote that is escaped ends no string, unless the backslash is escaped itself.
        content = content.replace(rb"\\", b"").replace(rb"\"", b"")
    content = content.translate(None, _NEITHER_BRACKETS_NOR_QUOTES)
    # Most strings have no brackets, and are gone now. Of the others, every second piece
    # between quotes is inside.
    outside = b"".join(content.replace(b'""', b"").split(b'"')[::2])
    return max(accumulate(memoryview(outside.translate(_STEPS)).cast("b")), default=0)


def _unrepeated(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise RefusedJsonError("it has a property twice")
    return members


def _integer(digits: str) -> int:
    if len(digits) <= MOST_DIGITS or len(digits.lstrip("-")) <= MOST_DIGITS:
        try:
            return int(digits)
        except ValueError:
            # An application has allowed fewer digits.
            pass
    raise _too_large()


def _finite(digits: str) -> float:
    number = float(digits)
    if math.isinf(number):
        raise _too_large()
    return number


def _too_large() -> RefusedJsonError:
    return RefusedJsonError("a number in it is too large")


def _refuse_constant(_constant: str) -> NoReturn:
    raise RefusedJsonError("a number in it is infinite, or none at all")


# json.loads() would make one a call.
_SHORT_DECODER = json.JSONDecoder(
    object_pairs_hook=_unrepeated, parse_float=_finite, parse_constant=_refuse_constant
)
_DECODER = json.JSONDecoder(
    object_pairs_hook=_unrepeated,
    parse_int=_integer,
    parse_float=_finite,
    parse_constant=_refuse_constant,
)
