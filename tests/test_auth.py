"""The key goes to one origin, on a copy of the request, and is never shown."""

from __future__ import annotations

import copy
import enum
import html
import json
import pickle
import re
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from kodexa_client import ConfigurationError
from kodexa_client._auth import ApiKey, header_problem, read_key
from kodexa_client._wire import OutgoingRequest

KEY = ApiKey("canary")
# It has what HTML, URLs and JSON write in other ways, and a byte of it begins UTF-8.
ODD = 'can"ary/<5f2c>\\ & \xe9t\xc3'


@pytest.mark.parametrize(
    ("url", "base_url", "keyed"),
    [
        ("https://a.test/x", "https://a.test", True),
        ("https://a.test:443/x", "https://a.test", True),
        ("https://A.TEST/x", "https://a.test", True),
        ("http://a.test:80/x", "http://a.test/prefix", True),
        ("http://[::1]:8000/x", "http://[::1]:8000", True),
        ("http://a.test/x", "https://a.test", False),
        ("https://a.test:8443/x", "https://a.test", False),
        ("https://b.test/x", "https://a.test", False),
        ("https://a.test.b.test/x", "https://a.test", False),
        ("https://sub.a.test/x", "https://a.test", False),
        ("https://a.test./x", "https://a.test", False),
    ],
)
def test_the_key_goes_to_the_origin_of_the_base_url_alone(
    url: Any, base_url: Any, keyed: Any
) -> None:
    request = httpx.Request("POST", url, json={"name": "ci"})

    copy = KEY.authorize(OutgoingRequest.of(request), httpx.URL(base_url)).httpx_request

    assert copy.headers.get("x-api-key") == ("canary" if keyed else None)
    assert "x-api-key" not in request.headers
    assert copy.read() == request.content
    assert (copy.method, copy.url) == (request.method, request.url)


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ("", "empty"),
        (" canary", "white space"),
        ("canary\n", "white space"),
        ("\tcanary", "white space"),
        ("can\r\nX-Evil: ary", "control character"),
        ("can\x00ary", "control character"),
        ("can\x7fary", "control character"),
        ("can\x85ary", "control character"),
        ("can\x9fary", "control character"),
        ("canary\u2028canary", "outside Latin-1"),
        ("canary\N{EURO SIGN}", "outside Latin-1"),
        (b"canary", "is not a string"),
        (42, "is not a string"),
    ],
)
def test_a_key_that_no_header_can_carry_is_refused_when_it_is_given(
    value: Any, problem: Any
) -> None:
    refused = read_key(value, "api_key")

    assert isinstance(refused, ConfigurationError)
    assert problem in str(refused)
    assert "canary" not in str(refused)
    assert "api_key" in str(refused)
    # Raised in there, it would show the value among a frame's local variables.
    assert (refused.__traceback__, refused.__cause__, refused.__context__) == (None, None, None)


def sent(key: object) -> str:
    assert isinstance(key, ApiKey)
    request = OutgoingRequest.of(httpx.Request("GET", "https://a.test/"))
    name, value = key.authorize(request, httpx.URL("https://a.test")).fields[-1]
    assert name == b"x-api-key"
    return value.decode("latin-1")


@pytest.mark.parametrize("value", ["canary", "k", "two words", ODD])
def test_a_key_that_a_header_can_carry_is_taken_as_it_is(value: str) -> None:
    assert sent(read_key(value, "api_key")) == value


class Kept(enum.Enum):
    KEY = "canary"


class KeptString(str, enum.Enum):  # noqa: UP042 - str() returns something else for it
    KEY = "canary"


class Masked(str):
    __slots__ = ()

    def __str__(self) -> str:
        return "***"


@pytest.mark.parametrize("value", [KeptString.KEY, Masked("canary")], ids=["enum", "masked"])
def test_a_string_that_shows_itself_differently_is_sent_as_it_is(value: str) -> None:
    assert sent(read_key(value, "api_key")) == "canary"


def test_a_member_of_an_enumeration_is_no_string() -> None:
    assert isinstance(read_key(Kept.KEY, "api_key"), ConfigurationError)


@pytest.mark.parametrize("name", ["", "a b", "a:b", "caf\xe9", "a\n"])
def test_a_name_that_is_no_token_is_refused(name: str) -> None:
    assert header_problem(name, "value") == (
        "has a name that is not a token of letters, digits and dashes"
    )


def test_a_key_replaces_one_that_is_there() -> None:
    request = httpx.Request("GET", "https://a.test/", headers={"X-API-Key": "other"})

    keyed = KEY.authorize(OutgoingRequest.of(request), httpx.URL("https://a.test"))

    assert keyed.httpx_request.headers.get_list("x-api-key") == ["canary"]


@pytest.mark.parametrize(
    "echo",
    [
        ODD.encode("utf-8"),
        ODD.encode("latin-1"),
        html.escape(ODD).encode("utf-8"),
        html.escape(ODD).encode("latin-1"),
        quote(ODD).encode("ascii"),
        quote(ODD, safe="").encode("ascii"),
        json.dumps(ODD)[1:-1].encode("ascii"),
        json.dumps(ODD, ensure_ascii=False)[1:-1].encode("utf-8"),
        json.dumps(ODD)[1:-1].replace("/", r"\/").encode("ascii"),
        json.dumps(html.escape(ODD))[1:-1].encode("ascii"),
        json.dumps(quote(ODD))[1:-1].replace("/", r"\/").encode("ascii"),
        b"".join(b"\\u00%02x" % ord(one) for one in ODD),
        b"".join(b"\\u00%02X" % ord(one) for one in ODD),
    ],
    ids=[
        *("UTF-8", "Latin-1", "HTML in UTF-8", "HTML in Latin-1", "URL", "part of a URL"),
        *("JSON in ASCII", "JSON in UTF-8", "JSON with slashes escaped", "HTML in JSON"),
        *("URL in JSON", "all escaped", "all escaped in capitals"),
    ],
)
def test_a_key_that_comes_back_is_taken_out_however_it_is_written(echo: bytes) -> None:
    content = b'{"title": "No", "detail": "No such key: %s.", "also": "%s' % (echo, echo)

    redacted = ApiKey(ODD).redact(content)

    assert redacted == b'{"title": "No", "detail": "No such key: ***.", "also": "***'


@pytest.mark.parametrize(
    "content",
    [
        rb'{"detail": "canary\u002d5f2c',
        b"[" * 100_000 + rb'"canary\u002d5f2c"',
        rb'{"canary\u002d5f2c": 1, "canary\u002d5f2c": 2}',
        rb'{"size": %s, "detail": "canary\u002d5f2c"}' % (b"9" * 5_000),
        b'{"caf\xe9": "canary\\u002d5f2c"}',
        rb'{"event": 1}{"detail": "canary\u002d5f2c"}',
    ],
    ids=["cut off", "nested deeply", "name", "long number", "no UTF-8", "two documents"],
)
def test_a_key_is_taken_out_of_what_can_not_be_read_as_json_too(content: bytes) -> None:
    redacted = ApiKey("canary-5f2c").redact(content)

    assert redacted == content.replace(rb"canary\u002d5f2c", b"***")


def test_what_does_not_hold_the_key_stays_as_it_is() -> None:
    content = rb'{"detail": "caf\u00e9 \/ \"canary\"", "size": 1E2}'

    assert ApiKey("canary-5f2c").redact(content) == content


@pytest.mark.parametrize("content", [b'{"type": "about:blank"}', rb'{"type": "\u006b"}'])
def test_a_key_that_is_a_word_is_not_taken_out_of_others(content: bytes) -> None:
    assert ApiKey("k").redact(content) == content
    headers = httpx.Headers({"x-key": "k"})
    assert ApiKey("k").redact_headers(headers) is headers


@pytest.mark.parametrize("echo", [ODD.encode("latin-1"), ODD.encode("utf-8"), quote(ODD).encode()])
def test_a_key_is_taken_out_of_header_fields(echo: bytes) -> None:
    headers = httpx.Headers([(b"Location", b"/login?key=" + echo), (b"Date", b"today")])

    redacted = ApiKey(ODD).redact_headers(headers)

    assert redacted.raw == [(b"Location", b"/login?key=***"), (b"Date", b"today")]


def test_a_key_is_taken_out_of_the_names_of_header_fields_too() -> None:
    headers = httpx.Headers([(b"x-canary-5f2c", b"1"), (b"date", b"today")])

    redacted = ApiKey("canary-5f2c").redact_headers(headers)

    assert redacted.raw == [(b"x-***", b"1"), (b"date", b"today")]


def test_a_key_of_backslashes_is_looked_for_in_a_large_answer_of_them() -> None:
    content = b"\\" * (10 * 1024 * 1024)

    assert b"\\" not in ApiKey("\\" * 16).redact(content)


def test_a_key_of_backslashes_is_looked_for_in_an_answer_whose_escapes_are_undone() -> None:
    content = b"\\" * (1024 * 1024 - 1)

    assert b"\\" * 16 not in ApiKey("\\" * 16).redact(content)


def test_a_key_is_looked_for_as_it_is_in_an_answer_that_is_too_large_to_undo() -> None:
    key, escaped = b"canary-5f2c", rb"canary\u002d5f2c"
    content = b" " * (1024 * 1024) + key + escaped

    assert ApiKey("canary-5f2c").redact(content).strip() == b"***" + escaped


def test_header_fields_without_the_key_stay_as_they_are() -> None:
    headers = httpx.Headers({"date": "today"})

    assert ApiKey(ODD).redact_headers(headers) is headers


_LATIN_1 = st.characters(min_codepoint=0x20, max_codepoint=0xFF)
keys = st.text(_LATIN_1, min_size=8, max_size=40).filter(
    lambda value: isinstance(read_key(value, "a test"), ApiKey)
)


@st.composite
def written(draw: st.DrawFn, value: str) -> bytes:
    """Write a string in JSON, each character in one of the ways in which that can be done."""

    def ways(character: str) -> st.SearchStrategy[str]:
        code = f"{ord(character):04x}"
        options = [rf"\u{code}", rf"\u{code.upper()}"]
        if character in '"\\/':
            options.append(f"\\{character}")
        if character not in '"\\':
            options.append(character)
        return st.sampled_from(options)

    return "".join(draw(st.tuples(*map(ways, value)))).encode("utf-8")


@given(st.data(), keys)
def test_no_key_is_found_in_json_however_that_writes_it(data: st.DataObject, value: str) -> None:
    echo = data.draw(written(value))
    content = b'{"detail": "No such key: %s.", "%s": ["%s"]}' % (echo, echo, echo)
    masked = {"detail": "No such key: ***.", "***": ["***"]}
    # One that is a part of the answer's own words.
    assume(value not in json.dumps(masked))
    assert any(value in part for part in json.loads(content))

    redacted = ApiKey(value).redact(content)

    # It need not be JSON any more: a key may begin with what an escape ends with.
    assert b"***" in redacted
    assert value.encode("utf-8") not in redacted
    assert value.encode("latin-1") not in redacted


@given(value=keys, ensure_ascii=st.booleans(), escape_slashes=st.booleans())
def test_no_key_is_found_in_json_that_a_library_writes(
    *, value: str, ensure_ascii: bool, escape_slashes: bool
) -> None:
    text = json.dumps({"detail": f"No such key: {value}."}, ensure_ascii=ensure_ascii)
    assume(value not in json.dumps({"detail": "No such key: ***."}))
    content = re.sub("/", r"\\/", text) if escape_slashes else text

    redacted = ApiKey(value).redact(content.encode("utf-8"))

    # It need not be JSON any more: a key may begin with what an escape ends with.
    assert b"***" in redacted
    assert value.encode("utf-8") not in redacted
    assert value not in redacted.decode("utf-8", "replace")


def test_a_latin_1_key_is_sent_as_latin_1() -> None:
    request = httpx.Request("GET", "https://a.test/")

    keyed = ApiKey("cl\xe9").authorize(OutgoingRequest.of(request), httpx.URL("https://a.test"))

    assert (b"x-api-key", b"cl\xe9") in keyed.fields


def test_a_key_is_neither_shown_nor_pickled() -> None:
    assert "canary" not in f"{KEY!r} {KEY} {KEY!s:>40}"
    for escape in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError, match="not pickled"):
            escape(KEY)
