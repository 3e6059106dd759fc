"""Settings are checked at once, and refused without quoting them."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from kodexa_client import ConfigurationError
from kodexa_client._config import (
    DEFAULT_MAX_RESPONSE_BYTES,
    resolve_deadline,
    resolve_headers,
    resolve_max_response_bytes,
    resolve_timeout,
)
from kodexa_client._credentials import resolve_base_url, resolve_key
from kodexa_client._keys import GivenKey
from kodexa_client._wire import OutgoingRequest

from .conftest import API_KEY, BASE_URL
from .faults import connected


def test_a_key_is_sent_as_it_was_given() -> None:
    key, source = resolve_key("argument", lambda _: pytest.fail("it is no provider"))

    assert isinstance(key, GivenKey)
    assert key.current is not None
    request = OutgoingRequest.of(httpx.Request("GET", "https://a.test/"))
    keyed = key.current.authorize(request, httpx.URL("https://a.test"))
    assert (keyed.fields[-1], source) == ((b"x-api-key", b"argument"), "api_key")


@pytest.mark.parametrize("key", ["", "canary\n", "canary\x00", b"canary", 42, "canary\u2028"])
def test_a_bad_key_is_refused_and_not_quoted(client_class: Any, key: Any) -> None:
    with pytest.raises(ConfigurationError, match=r"^The API key from api_key") as caught:
        client_class(api_key=key)

    assert "canary" not in str(caught.value)
    assert caught.value.__context__ is None


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://a.test", "https://a.test"),
        ("https://a.test/", "https://a.test"),
        ("HTTPS://A.test:443/", "https://a.test"),
        ("https://a.test/prefix", "https://a.test/prefix"),
        ("https://a.test/prefix//", "https://a.test/prefix"),
        (httpx.URL("http://127.0.0.1:80/"), "http://127.0.0.1"),
        ("https://a.test/a%2Fb/", "https://a.test/a%2Fb"),
        ("https://a.test/a%2520b", "https://a.test/a%2520b"),
    ],
)
def test_a_base_url_has_no_slash_at_its_end(url: Any, expected: str) -> None:
    assert str(resolve_base_url(url)) == expected


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("canary.test", "not an http or https URL"),
        ("/canary", "not an http or https URL"),
        ("ftp://canary.test", "not an http or https URL"),
        ("https://", "not an http or https URL"),
        ("https:canary.test", "not an http or https URL"),
        ("https:///canary.test", "not an http or https URL"),
        ("https://user:canary@a.test", "user or password"),
        ("https://canary@a.test", "user or password"),
        ("https://:canary@a.test", "user or password"),
        ("http://localhost:80\\@canary.test", "user or password"),
        ("http://localhost%2f@canary.test", "user or password"),
        ("https://a.test/?tenant=canary", "query"),
        ("https://a.test/#canary", "fragment"),
        ("https://canary.test/?", "query"),
        ("https://canary.test#", "fragment"),
        ("http://localhost#@canary.test", "fragment"),
        ("https://xn--.canary.test", "not a URL"),
        ("https://a.test:canary", "not a URL"),
        ("https://a.test/\x00canary", "not a URL"),
        (42, "not a URL"),
        (b"https://canary.test", "not a URL"),
    ],
)
@pytest.mark.parametrize("source", ["base_url", "KODEXA_URL"])
@pytest.mark.parametrize("allow_insecure_http", [False, True], ids=["https", "insecure"])
def test_a_bad_base_url_is_refused_by_where_it_came_from_and_not_quoted(
    url: Any,
    problem: str,
    source: str,
    allow_insecure_http: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    with pytest.raises(ConfigurationError, match=f"^{source} .*{problem}") as caught:
        resolve_base_url(url, source, allow_insecure_http=allow_insecure_http)

    assert "canary" not in str(caught.value)
    assert caught.value.__context__ is None


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost",
        "http://LOCALHOST:8000/prefix",
        "http://127.0.0.1:8000",
        "http://127.255.255.254",
        "http://[::1]:8000",
        "http://[0:0:0:0:0:0:0:1]",
        "http://[::ffff:127.0.0.1]",
        "http://[::ffff:7f00:1]",
    ],
)
def test_an_http_url_of_this_machine_is_taken(url: str) -> None:
    assert resolve_base_url(url).scheme == "http"


@pytest.mark.parametrize(
    "url",
    [
        "http://a.test",
        "http://localhost.",
        "http://localhost.evil.test",
        "http://a.localhost",
        "http://localhost\\.evil.test",
        "http://localhost%00.evil.test",
        "http://127.0.0.1.evil.test",
        "http://127.0.0.1.",
        "http://127.1",
        "http://2130706433",
        "http://0x7f000001",
        "http://0x7f.0.0.1",
        "http://0.0.0.0",
        "http://10.0.0.1",
        "http://169.254.169.254",
        "http://[::]",
        "http://[::2]",
        "http://[fe80::1]",
        "http://[::127.0.0.1]",
        "http://[::ffff:10.0.0.1]",
        "http://[64:ff9b::7f00:1]",
    ],
)
def test_an_http_url_of_another_machine_is_refused_unless_that_is_asked_for(url: str) -> None:
    with pytest.raises(ConfigurationError, match=r"^base_url is an http URL, so everyone on the"):
        resolve_base_url(url)

    assert resolve_base_url(url, allow_insecure_http=True).scheme == "http"


@pytest.mark.parametrize("url", ["http://0177.0.0.1", "http://\uff11\uff12\uff17.0.0.1"])
def test_an_address_in_other_digits_is_no_url(url: str) -> None:
    with pytest.raises(ConfigurationError, match="is not a URL"):
        resolve_base_url(url)


async def test_a_copy_takes_the_http_urls_that_its_original_takes(client_class: Any) -> None:
    async with connected(client_class, BASE_URL) as either:
        with pytest.raises(ConfigurationError, match=r"^base_url is an http URL"):
            either.client.with_options(base_url="http://a.test", api_key=API_KEY)

        local = either.client.with_options(base_url="http://127.0.0.1:1", api_key=API_KEY)
    async with connected(client_class, BASE_URL, allow_insecure_http=True) as either:
        other = either.client.with_options(base_url="http://a.test", api_key=API_KEY)

    assert [str(one.base_url) for one in (local, other)] == ["http://127.0.0.1:1", "http://a.test"]


async def test_a_copy_for_another_origin_takes_a_key_of_its_own(client_class: Any) -> None:
    async with connected(client_class, BASE_URL) as either:
        for url in ("https://b.test", f"{BASE_URL}:8443", "http://localhost"):
            with pytest.raises(ConfigurationError, match="give its api_key too"):
                either.client.with_options(base_url=url)

        copy = either.client.with_options(base_url=f"{BASE_URL}/prefix/")

    assert copy.config.base_url == f"{BASE_URL}/prefix"


@pytest.mark.parametrize(
    ("timeout", "expected"),
    [
        # The wait for a connection is not among them: the deadline bounds it.
        (30.0, httpx.Timeout(30.0, connect=5.0, pool=None)),
        (2, httpx.Timeout(2, pool=None)),
        (None, httpx.Timeout(None)),
        (httpx.Timeout(7, read=60), httpx.Timeout(7, read=60)),
    ],
)
def test_a_timeout_is_for_each_phase(timeout: Any, expected: Any) -> None:
    assert resolve_timeout(timeout) == expected


@pytest.mark.parametrize(
    "timeout", [0, -1, float("nan"), float("inf"), 1e20, True, "5", (1, 2)], ids=str
)
def test_a_timeout_that_no_socket_takes_is_refused(timeout: Any) -> None:
    with pytest.raises(ConfigurationError, match="timeout has to be"):
        resolve_timeout(timeout)


@pytest.mark.parametrize(("deadline", "expected"), [(60, 60.0), (0.5, 0.5), (None, None)])
def test_a_deadline_is_seconds_or_none(deadline: Any, expected: Any) -> None:
    assert resolve_deadline(deadline) == expected


@pytest.mark.parametrize(
    "deadline", [0, -1, float("nan"), float("inf"), 86_400, True, "5", httpx.Timeout(5)], ids=str
)
def test_a_deadline_that_no_clock_takes_is_refused(deadline: Any) -> None:
    with pytest.raises(ConfigurationError, match="deadline has to be"):
        resolve_deadline(deadline)


@pytest.mark.parametrize("size", [1, DEFAULT_MAX_RESPONSE_BYTES, 1 << 40])
async def test_an_answer_may_be_as_large_as_is_said(client_class: Any, size: int) -> None:
    async with connected(client_class, BASE_URL, max_response_bytes=size) as either:
        shown = either.client.config.max_response_bytes

    assert (resolve_max_response_bytes(size), shown) == (size, size)


@pytest.mark.parametrize("size", [0, -1, True, 1.0, "1", None, float("inf")], ids=repr)
def test_a_size_that_is_none_is_refused(client_class: Any, size: Any) -> None:
    with pytest.raises(ConfigurationError, match="max_response_bytes has to be a positive whole"):
        client_class(api_key=API_KEY, max_response_bytes=size)


@pytest.mark.parametrize(
    ("headers", "problem"),
    [
        ({"X-API-Key": "canary"}, "is the key's: give that as api_key"),
        ({"X-Access-Token": "canary"}, "is the key's: give that as api_key"),
        ({"x-tenant": "canary\r\nx-evil: 1"}, "'x-tenant' has a control character"),
        ({"x-tenant\r\n": "canary"}, "not a token"),
        ({"\xe9": "canary"}, "not a token"),
        ({"x-tenant": 1}, "is not a string"),
        ({1: "canary"}, "is not a string"),
        ({"sk canary": "x"}, "A header has a name that is not a token"),
        ({"Host": "canary"}, "'Host' is the connection's"),
        ({"content-length": "0"}, "'content-length' is the connection's"),
        ({"Transfer-Encoding": "chunked"}, "'Transfer-Encoding' is the connection's"),
        ({"connection": "close"}, "'connection' is the connection's"),
        ({"proxy-authorization": "canary"}, "'proxy-authorization' is the connection's"),
        ({"X-Request-ID": "canary"}, "'X-Request-ID' tells calls apart"),
    ],
)
def test_a_bad_default_header_is_refused_and_its_value_not_quoted(
    headers: Any, problem: Any
) -> None:
    with pytest.raises(ConfigurationError, match=problem) as caught:
        resolve_headers(headers)

    assert "canary" not in str(caught.value)


@pytest.mark.parametrize("name", ["allow_insecure_http", "follow_redirects"])
@pytest.mark.parametrize("value", ["false", 0, 1, None, ""], ids=repr)
def test_a_setting_that_is_on_or_off_is_true_or_false(
    client_class: Any, name: str, value: Any
) -> None:
    with pytest.raises(ConfigurationError, match=f"{name} has to be True or False"):
        client_class(api_key=API_KEY, **{name: value})


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("https://a.test:0", "port"),
        ("https://a.test:65536", "port"),
        ("https://a.test:99999", "port"),
        ("https://a.test ", "white space"),
        (" https://a.test", "white space"),
        ("https://a.test/ ", "white space"),
        ("https://a.test/a b", "white space"),
        ("https://a.test/\t", "white space|not a URL"),
        ("https://a.test/\u00a0", "white space"),
    ],
)
def test_a_base_url_with_a_port_or_a_space_that_can_not_be_meant_is_refused(
    url: str, problem: str
) -> None:
    with pytest.raises(ConfigurationError, match=problem):
        resolve_base_url(url)
