"""What reads bytes of others, and what may come of any bytes: nothing else may be raised."""

from __future__ import annotations

import datetime
import gzip
import json
import math
import re
import socket
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
from attrs import frozen

from kodexa_client._bodies import LARGEST_BODY_BYTES, BodyReader, UnreadableBodyError
from kodexa_client._credentials import resolve_base_url
from kodexa_client._excerpts import excerpt_of
from kodexa_client._profiles import read_profile
from kodexa_client._responses import Answer, describe_mismatch, read_json
from kodexa_client._retries import parse_retry_after
from kodexa_client._wire import OutgoingRequest
from kodexa_client.errors import ConfigurationError, parse_problem
from kodexa_client.models import AccessToken

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["CASES", "TARGETS", "Target"]

CASES = Path(__file__).parent / "cases"

_NOW = datetime.datetime(2030, 1, 1, tzinfo=datetime.UTC)
_REQUEST = OutgoingRequest.of(httpx.Request("POST", "https://kodexa.test/api/access-tokens"))
# How a body is encoded before it is read, so that what is compressed is reached too.
_ENCODINGS: tuple[tuple[str | None, Callable[[bytes], bytes]], ...] = (
    (None, bytes),
    ("gzip", gzip.compress),
    ("deflate", zlib.compress),
    ("gzip", bytes),
    ("x-gzip", bytes),
    ("deflate", bytes),
    (" Identity", bytes),
    ("br", bytes),
)
# A quote of fewer characters may be there by chance.
_SHORTEST_QUOTE = 12
_LONGEST_PROPERTY = len("isExternallyManaged")
_LONG_WORD = re.compile(rf"[\w-]{{{_SHORTEST_QUOTE},}}", re.ASCII)


@frozen
class Target:
    """What is called with bytes.

    Attributes:
        run: Raises what must not come, an AssertionError if the result is not as it has to be.
        words: What its input is made of, for the fuzzer to begin with.
    """

    run: Callable[[bytes], None]
    words: tuple[str, ...]


def read_body(data: bytes) -> None:
    """Read an answer of success, as ``Call`` does: its first two bytes say how it comes."""
    choice, piece, body = data[:1], data[1:2], data[2:]
    encoding, encode = _ENCODINGS[ord(choice or b"\0") % len(_ENCODINGS)]
    size = ord(piece or b"\0") + 1
    sent = encode(body)
    reader = BodyReader(encoding)
    try:
        for start in range(0, len(sent), size):
            reader.feed(sent[start : start + size])
        reader.end()
    except UnreadableBodyError:
        assert encode is bytes, "what was compressed well can't be read"
    content = reader.content
    assert len(content) <= LARGEST_BODY_BYTES + 1
    if encode is not bytes:
        assert content == body
    _read_content(content)


def _read_content(content: bytes) -> None:
    answer = Answer(200, httpx.Headers(), content, _REQUEST)
    try:
        token = AccessToken.from_dict(read_json(answer))
    # What describe_mismatch() has words for. They may be the document's, and no others.
    except (ValueError, RecursionError) as error:
        said = describe_mismatch(error, answer)
        words = _LONG_WORD.findall(content.decode("latin-1"))
        assert not any(word in said for word in words if len(word) > _LONGEST_PROPERTY)
        return
    shown = repr(token)
    assert all(
        repr(value) not in shown
        for value in token.additional_properties.values()
        if isinstance(value, str) and _is_long(value, token)
    ), "a value that may be a secret is shown"
    assert AccessToken.from_dict(token.to_dict()) == token


def _is_long(value: str, token: AccessToken) -> bool:
    """Tell whether a text is in the repr only if it is shown there for its own sake."""
    elsewhere = f"{token.to_dict() | dict.fromkeys(token.additional_keys)}"
    return len(value) >= _SHORTEST_QUOTE and value not in elsewhere


def read_error(data: bytes) -> None:
    """Read the body of an error, and the beginning of it that may be logged."""
    repr(parse_problem(data))
    excerpt = excerpt_of(data)
    assert excerpt.isprintable()
    try:
        decoded = json.loads(data)
    except (ValueError, RecursionError):
        return
    names: list[str] = []
    texts: list[str] = []
    _collect(decoded, names, texts)
    for text in texts:
        if _LONG_WORD.fullmatch(text) and not any(text in name for name in names):
            assert text not in excerpt, "a value that may be a secret is shown"


def _collect(decoded: object, names: list[str], texts: list[str]) -> None:
    """Add the names and the texts that decoded JSON holds."""
    waiting = [decoded]
    while waiting:
        match waiting.pop():
            case dict() as members:
                names += members
                waiting += members.values()
            case list() as elements:
                waiting += elements
            case str() as text:
                texts.append(text)
            case _:
                pass


def read_retry_after(data: bytes) -> None:
    """Read a header field, which is of latin-1 in HTTP."""
    seconds = parse_retry_after(data.decode("latin-1"), _NOW)
    assert seconds is None or (seconds >= 0 and math.isfinite(seconds))


def read_base_url(data: bytes) -> None:
    """Read a base URL, which an environment variable may hold with bytes that are no text."""
    text = data.decode("utf-8", "surrogateescape")
    try:
        url = resolve_base_url(text)
    except ConfigurationError as error:
        refused = error
    else:
        assert url.host
        assert url.scheme == "https" or (url.scheme == "http" and _is_here(url.host))
        assert not url.userinfo
        assert not url.query
        assert not url.fragment
        assert not url.raw_path.endswith(b"/") or url.raw_path == b"/"
        # Another client may be given what this one has.
        assert resolve_base_url(str(url)) == url
        return
    assert len(text) < _SHORTEST_QUOTE or text not in str(refused)
    assert refused.__context__ is None


def _is_here(host: str) -> bool:
    """Tell the loopback interface as the resolver does, which is not asked for a name."""
    if host == "localhost":
        return True
    try:
        # A scope that this machine does not have leads nowhere.
        address = host.partition("%")[0]
        found = socket.getaddrinfo(address, None, flags=socket.AI_NUMERICHOST)
    except socket.gaierror:
        return False
    return all(str(one[4][0]).removeprefix("::ffff:").startswith(("127.", "::1")) for one in found)


def read_profiles(data: bytes) -> None:
    """Read a file of profiles, which has keys in it: an error may quote their names alone."""
    try:
        profile = read_profile(data, "dev")
    except ConfigurationError as error:
        refused = error
    else:
        assert profile.url is None or isinstance(profile.url, str)
        repr(profile)
        return
    assert refused.__context__ is None
    assert refused.__cause__ is None
    said = str(refused).partition("Its profiles: ")[0]
    words = _LONG_WORD.findall(data.decode("utf-8", "replace"))
    assert not any(word in said for word in words), "the file is quoted"


_PROPERTIES = ("id", "uuid", "name", "userId", "user", "createdOn", "expiresAt", "changeSequence")
_TOKEN_WORDS = (
    *(f'"{name}":' for name in _PROPERTIES),
    *('"preferences":', '"roles":', '"userStorage":', '"secret":'),
    *("null", "true", "NaN", "1e999", '"2030-01-01T00:00:00Z"', '"2030-06-30T23:59:60,5+01:00"'),
    *("0001-01-01t00:00:00+23:59", "9999-12-31T23:59:60-23:59", "2030-W01-1", "\\ud800"),
)
_PROBLEM_WORDS = (
    *('"type":', '"title":', '"status":', '"detail":', '"instance":', '"errors":{'),
    *('"\\u0000"', "\\\\", "null", "Infinity", "0123456789abcdef"),
)
TARGETS = {
    "body": Target(read_body, _TOKEN_WORDS),
    "error": Target(read_error, _PROBLEM_WORDS),
    "retry_after": Target(
        read_retry_after,
        (
            *("Wed", ", ", "21 ", "Oct", "2030", "07:28:00", " GMT", " +9999", " -0000"),
            *("Wednesday", "21-Oct-30", "Sun Nov  6 08:49:37 1994", "120", "EST"),
        ),
    ),
    "base_url": Target(
        read_base_url,
        (
            *("https://", "http://", "HTTP:", "//", "/", "@", ":", "[::1]", "127.0.0.1"),
            *("localhost", "xn--", "%2F", "%00", "?", "#", "..", ":65536", "[fe80::1%25eth0]"),
        ),
    ),
    "profiles": Target(
        read_profiles,
        (
            *("profiles:", "currentProfile:", "dev:", "url:", "apiKey:", "\n  ", "\n    ", "- "),
            *(
                "!!binary ",
                "!!python/object:",
                "&a ",
                "*a",
                "<<: ",
                "? ",
                "|\n",
                ">-\n",
                "%YAML 1.1",
            ),
            *(
                "---\n",
                "...\n",
                "{",
                "}",
                "[",
                "]",
                "'",
                '"',
                "\\x",
                "# ",
                "!!timestamp ",
                "=",
                "0x",
            ),
        ),
    ),
}
