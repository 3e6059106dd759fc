"""Settings come from arguments, then from the environment, and are checked at once."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from kodexa_client import ConfigurationError
from kodexa_client._config import (
    resolve_api_key,
    resolve_base_url,
    resolve_deadline,
    resolve_headers,
    resolve_timeout,
)


def sent_key(api_key: Any) -> Any:
    request = httpx.Request("GET", "https://a.test/")
    return api_key.authorize(request, httpx.URL("https://a.test")).headers["x-api-key"]


@pytest.mark.parametrize(
    ("argument", "environment", "expected"),
    [
        ("argument", {"KODEXA_API_KEY": "new", "KODEXA_ACCESS_TOKEN": "old"}, "argument"),
        (None, {"KODEXA_API_KEY": "new", "KODEXA_ACCESS_TOKEN": "old"}, "new"),
        (None, {"KODEXA_ACCESS_TOKEN": "old"}, "old"),
        (None, {"KODEXA_API_KEY": "", "KODEXA_ACCESS_TOKEN": "old"}, "old"),
    ],
)
def test_the_key_comes_from_the_argument_then_the_environment(
    monkeypatch: pytest.MonkeyPatch, argument: Any, environment: Any, expected: Any
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    assert sent_key(resolve_api_key(argument)) == expected


def test_without_a_key_the_ways_to_give_one_are_named() -> None:
    with pytest.raises(ConfigurationError) as caught:
        resolve_api_key(None)

    for way in ("api_key=", "KODEXA_API_KEY", "KODEXA_ACCESS_TOKEN", "Settings > Access Tokens"):
        assert way in str(caught.value)


def test_a_bad_key_of_the_environment_is_refused_by_the_name_of_its_variable(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("KODEXA_ACCESS_TOKEN", "canary\n")

    with pytest.raises(ConfigurationError, match="KODEXA_ACCESS_TOKEN") as caught:
        resolve_api_key(None)

    assert "canary" not in str(caught.value)


@pytest.mark.parametrize(
    ("argument", "environment", "expected"),
    [
        (None, None, "https://platform.kodexa.ai"),
        (None, "", "https://platform.kodexa.ai"),
        (None, "https://env.test/", "https://env.test"),
        ("https://a.test", "https://env.test", "https://a.test"),
        ("https://a.test/prefix", None, "https://a.test/prefix"),
        ("https://a.test/prefix//", None, "https://a.test/prefix"),
        (httpx.URL("http://127.0.0.1:80/"), None, "http://127.0.0.1"),
        ("https://a.test/a%2Fb/", None, "https://a.test/a%2Fb"),
        ("https://a.test/a%2520b", None, "https://a.test/a%2520b"),
    ],
)
def test_the_base_url_comes_from_the_argument_then_the_environment(
    monkeypatch: pytest.MonkeyPatch, argument: Any, environment: Any, expected: Any
) -> None:
    if environment is not None:
        monkeypatch.setenv("KODEXA_URL", environment)

    assert str(resolve_base_url(argument)) == expected


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("canary.test", "not an http or https URL"),
        ("/canary", "not an http or https URL"),
        ("ftp://canary.test", "not an http or https URL"),
        ("https://", "not an http or https URL"),
        ("https://user:canary@a.test", "user or password"),
        ("https://a.test/?tenant=canary", "query"),
        ("https://a.test/#canary", "fragment"),
        ("https://canary.test/?", "query"),
        ("https://canary.test#", "fragment"),
        ("https://xn--.canary.test", "not a URL"),
        ("https://a.test:canary", "not a URL"),
        ("https://a.test/\x00canary", "not a URL"),
        (42, "not a URL"),
    ],
)
def test_a_bad_base_url_is_refused_and_not_quoted(url: Any, problem: Any) -> None:
    with pytest.raises(ConfigurationError, match=problem) as caught:
        resolve_base_url(url)

    assert "canary" not in str(caught.value)
    assert caught.value.__context__ is None


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


@pytest.mark.parametrize(
    ("headers", "problem"),
    [
        ({"X-API-Key": "canary"}, "give the key as api_key"),
        ({"X-Access-Token": "canary"}, "give the key as api_key"),
        ({"x-tenant": "canary\r\nx-evil: 1"}, "'x-tenant' has a control character"),
        ({"x-tenant\r\n": "canary"}, "not a token"),
        ({"\xe9": "canary"}, "not a token"),
        ({"x-tenant": 1}, "is not a string"),
        ({1: "canary"}, "is not a string"),
    ],
)
def test_a_bad_default_header_is_refused_and_its_value_not_quoted(
    headers: Any, problem: Any
) -> None:
    with pytest.raises(ConfigurationError, match=problem) as caught:
        resolve_headers(headers)

    assert "canary" not in str(caught.value)
