"""Texts and numbers to try where a schema asks for one."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ._origins import Origins

_FORMATS = {
    "base64url": "c3RyaW5n",
    "byte": "c3RyaW5n",
    "char": "a",
    "duration": "P1D",
    "email": "someone@example.com",
    "hostname": "example.com",
    "idn-email": "someone@example.com",
    "idn-hostname": "example.com",
    "ipv4": "192.0.2.1",
    "ipv6": "2001:db8::1",
    "iri": "https://example.com/",
    "iri-reference": "/",
    "json-pointer": "/",
    "regex": ".*",
    "relative-json-pointer": "0",
    "uri": "https://example.com/",
    "uri-reference": "/",
    "uri-template": "https://example.com/{id}",
    "url": "https://example.com/",
}
# What patterns are often written for.
_FAMILIAR = (
    *("a", "A", "0", "1", "ab", "AB", "US", "en", "en-US", "EUR", "eng", "abc", "ABC", "123"),
    *("1234", "12345", "0.0", "1.0.0", "v1", "1.00", "12:30", "12:30:00", "2026-01", "a-b", "a_b"),
    *("#000000", "#FFFFFF", "+15555550100", "/a", "a/b", "a@example.com", "https://example.com/"),
    *("0" * 8, "0" * 9, "0" * 10, "0" * 16, "0" * 24, "0" * 32, "0" * 40, "0" * 64, "A" * 26, ""),
)
_WORD = "string"


def texts(keywords: Mapping[str, Any], origins: Origins) -> Iterator[str]:
    """Make texts, of which one may fit."""
    named = keywords.get("format")
    match named:
        case "date-time":
            yield origins.timestamp()
        case "date":
            yield origins.date()
        case "time":
            yield origins.time()
            # As some judges have it, without a zone.
            yield origins.time().removesuffix("Z")
        case "uuid":
            yield origins.uuid()
        case _ if named in _FORMATS:
            yield _FORMATS[named]
        case _:
            pass
    shortest, longest = keywords.get("minLength", 0), keywords.get("maxLength", math.inf)
    word = _WORD * math.ceil(shortest / len(_WORD)) if shortest > len(_WORD) else _WORD
    yield word[: int(min(max(shortest, len(_WORD)), longest))]
    if "pattern" in keywords:
        yield from _FAMILIAR
        yield origins.date()
        yield origins.timestamp()
        yield origins.uuid()


def numbers(keywords: Mapping[str, Any], *, whole: bool) -> Iterator[float]:
    """Make numbers, of which one may fit."""
    step: float = keywords.get("multipleOf", 1)
    low, high = _bound(keywords, "inimum", max), _bound(keywords, "aximum", min)
    starts = [0.0, *(() if low is None else (low,)), *(() if high is None else (high,))]
    for start in starts:
        multiple = math.floor(start / step)
        for number in (multiple, multiple + 1, multiple + 2, multiple - 1):
            found = number * step
            yield int(found) if found == int(found) else found
    if not whole:
        yield from starts
        yield sum(starts) / 2


def _bound(keywords: Mapping[str, Any], ending: str, narrower: Any) -> float | None:  # noqa: ANN401 - min() or max()
    # OpenAPI 3.0 has booleans for the exclusive ones, which limit nothing by themselves.
    values = [keywords.get(f"m{ending}"), keywords.get(f"exclusiveM{ending}")]
    given = [value for value in values if value is not None and not isinstance(value, bool)]
    found: float | None = narrower(given) if given else None
    return found
