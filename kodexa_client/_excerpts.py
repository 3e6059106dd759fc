"""The beginning of a body as text that may be logged: what could be a secret is masked."""

from __future__ import annotations

import re

__all__ = ["excerpt_of", "printable"]

_EXCERPT_BYTES = 2048
_LONGEST_QUOTE = 300

# A JSON string, the last one perhaps cut off, with the colon that makes it a name.
_STRING = re.compile(r'"(?:[^"\\]|\\.)*(?:"(\s*:)?|\\?\Z)', re.DOTALL)
# Outside of strings, and in what is not JSON: anything as long as a credential, and what
# has a digit in it like one.
_LONG_WORD = re.compile(r"[\w+/=.~-]{16,}|(?=[\w+/=.~-]*\d)[\w+/=.~-]{6,}", re.ASCII)
# A name is no secret, unless somebody's map has secrets for its keys.
_LONGEST_NAME = 40


def excerpt_of(body: bytes) -> str:
    """Return the first 2 KiB of a body, with ``***`` for what could be a secret.

    Names, numbers and words stay that are too short for one.
    """
    text = body[:_EXCERPT_BYTES].decode("utf-8", errors="replace")
    return _escaped(_LONG_WORD.sub("***", _STRING.sub(_mask_string, text)))


def _mask_string(found: re.Match[str]) -> str:
    if found[1] is None:
        return '"***"'
    return found[0] if len(found[0]) <= _LONGEST_NAME else f'"***"{found[1]}'


def printable(text: str) -> str:
    """Return a server's text for a message: short, and with control characters escaped."""
    return _escaped(text if len(text) <= _LONGEST_QUOTE else f"{text[:_LONGEST_QUOTE]}...")


def _escaped(text: str) -> str:
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)
