"""The key goes to one origin, on a copy of the request, and is never shown."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import httpx
import pytest

from kodexa_client import ConfigurationError
from kodexa_client._auth import ApiKey

KEY = ApiKey("canary", "api_key")


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

    copy = KEY.authorize(request, httpx.URL(base_url))

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
    with pytest.raises(ConfigurationError, match=problem) as caught:
        ApiKey(value, "api_key")

    assert "canary" not in str(caught.value)
    assert "api_key" in str(caught.value)


def test_a_key_replaces_one_that_is_there() -> None:
    request = httpx.Request("GET", "https://a.test/", headers={"X-API-Key": "other"})

    keyed = KEY.authorize(request, httpx.URL("https://a.test"))

    assert keyed.headers.get_list("x-api-key") == ["canary"]


def test_a_key_that_comes_back_is_taken_out() -> None:
    key = ApiKey("canary-5f2c", "api_key")

    assert key.redact(b'"no such key: canary-5f2c"') == b'"no such key: ***"'


def test_a_key_that_is_a_word_is_not_taken_out_of_others() -> None:
    assert ApiKey("k", "api_key").redact(b'{"type": "about:blank"}') == b'{"type": "about:blank"}'


def test_a_latin_1_key_is_sent_as_latin_1() -> None:
    request = httpx.Request("GET", "https://a.test/")

    keyed = ApiKey("cl\xe9", "api_key").authorize(request, httpx.URL("https://a.test"))

    assert (b"x-api-key", b"cl\xe9") in keyed.headers.raw


def test_a_key_is_neither_shown_nor_pickled() -> None:
    assert "canary" not in f"{KEY!r} {KEY} {KEY!s:>40}"
    for escape in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError, match="not pickled"):
            escape(KEY)
