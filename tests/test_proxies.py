"""The environment's proxies are those that httpx would use, for https alone."""

from __future__ import annotations

import os
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import httpcore
import httpx
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kodexa_client import ConfigurationError, _proxies
from kodexa_client._proxies import EnvironmentProxies, GivenProxy, names_http_proxy

if TYPE_CHECKING:
    from collections.abc import Mapping

HOSTS = [
    "a.test",
    "b.a.test",
    "c.b.a.test",
    "xa.test",
    "a.test.evil",
    "localhost",
    "127.0.0.1",
    "10.0.0.1",
    "[::1]",
    "[2001:db8::1]",
    "xn--bcher-kva.test",
]
EXEMPT = [
    "",
    "*",
    "a.test",
    ".a.test",
    "A.Test",
    "b.a.test",
    "test",
    ".test",
    "localhost",
    "LOCALHOST",
    "127.0.0.1",
    "10.0.0.1",
    "10.0.0.0/8",
    "10.0.0.1/8",
    "::1",
    "2001:db8::1",
    "2001:DB8:0::1",
    "a.test:443",
    "a.test:8443",
    ".a.test:8443",
    "localhost:8443",
    "127.0.0.1:8443",
    "https://a.test",
    "https://a.test:8443",
    "http://a.test",
    "all://a.test",
    "https://",
    "http://",
    "*.a.test",
    "*a.test",
    "a.test/path",
    "a.test.",
]
PROXIES = [
    "http://proxy.test:3128",
    "https://proxy.test",
    "proxy.test:3128",
    "proxy.test",
    "http://user:word@proxy.test:3128",
    "HTTP://Proxy.Test",
    "http://[::1]:3128",
    "",
]
hosts = st.sampled_from(HOSTS)
ports = st.sampled_from(["", ":443", ":8443"])
urls = st.builds("https://{}{}/api".format, hosts, ports)
spaces = st.sampled_from(["", " ", "  ", "\t"])
entries = st.builds("{}{}{}".format, spaces, st.sampled_from(EXEMPT), spaces)


@st.composite
def environments(draw: st.DrawFn) -> dict[str, str]:
    names = draw(st.sets(st.sampled_from(["HTTPS_PROXY", "ALL_PROXY", "HTTP_PROXY"])))
    environment = {name: draw(st.sampled_from(PROXIES)) for name in sorted(names)}
    if draw(st.booleans()):
        environment["NO_PROXY"] = ",".join(draw(st.lists(entries, max_size=4)))
    in_lower_case = draw(st.sets(st.sampled_from(sorted(environment)))) if environment else set()
    environment = {
        name.lower() if name in in_lower_case else name: value
        for name, value in environment.items()
    }
    # Of both, the lower case counts.
    if draw(st.booleans()):
        environment["https_proxy"] = draw(st.sampled_from(PROXIES))
    return environment


def in_environment(environment: Mapping[str, str]) -> ExitStack:
    """Have these settings, and no other proxies, in the block."""
    kept = {name: value for name, value in os.environ.items() if "proxy" not in name.lower()}
    stack = ExitStack()
    stack.enter_context(patch.dict(os.environ, kept | dict(environment), clear=True))
    return stack


def url_of(pool: Any) -> tuple[bytes, bytes, int | None] | None:
    if not isinstance(pool, httpcore.HTTPProxy):
        return None
    url = pool._proxy_url
    return url.scheme, url.host, url.port


def chosen_by_httpx(environment: Mapping[str, str], url: str) -> Any:
    """Return the proxy that a client of httpx sends to, or None."""
    with in_environment(environment), httpx.Client(trust_env=True, verify=False) as client:  # noqa: S501 - it sends nothing
        transport = client._transport_for_url(httpx.URL(url))
        assert isinstance(transport, httpx.HTTPTransport)
        return url_of(transport._pool)


def chosen_by_us(environment: Mapping[str, str], url: str) -> Any:
    with in_environment(environment):
        proxy = EnvironmentProxies().for_url(httpx.URL(url))
    if proxy is None:
        return None
    return proxy.url.raw_scheme, proxy.url.raw_host, proxy.url.port


@given(environments(), urls)
@example({"HTTPS_PROXY": "proxy.test", "NO_PROXY": "*"}, "https://a.test")
@example({"HTTPS_PROXY": "proxy.test", "NO_PROXY": "a.test, *"}, "https://b.test")
def test_the_proxy_is_the_one_that_httpx_would_use(environment: dict[str, str], url: str) -> None:
    assert chosen_by_us(environment, url) == chosen_by_httpx(environment, url)


@pytest.mark.parametrize("entry", EXEMPT)
@pytest.mark.parametrize("name", ["HTTPS_PROXY", "ALL_PROXY"])
def test_each_exemption_is_understood_as_httpx_does(entry: str, name: str) -> None:
    environment = {name: "http://proxy.test:3128", "NO_PROXY": entry}
    addresses = [f"https://{host}{port}/" for host in HOSTS for port in ("", ":8443")]

    ours = {url: chosen_by_us(environment, url) for url in addresses}

    assert ours == {url: chosen_by_httpx(environment, url) for url in addresses}


@pytest.mark.parametrize(
    ("entry", "url"),
    [
        # httpx can't be told so: it refuses the first two, and looks for the third as it is
        # written, and not as its own URLs are read.
        ("[::1]", "https://[::1]/"),
        ("[::1]:8443", "https://[::1]:8443/"),
        ("xn--bcher-kva.test", "https://xn--bcher-kva.test/"),
        # httpx takes it for no more than ALL_PROXY's.
        ("all://", "https://a.test"),
    ],
)
def test_an_exemption_is_understood_that_httpx_does_not_understand(entry: str, url: str) -> None:
    environment = {"HTTPS_PROXY": "http://proxy.test", "NO_PROXY": entry}

    assert chosen_by_us(environment, url) is None


@pytest.mark.parametrize(
    ("entry", "url"),
    [("https://*.a.test", "https://b.a.test"), ("all://*a.test", "https://a.test")],
)
def test_an_exemption_may_be_a_pattern_of_httpx(entry: str, url: str) -> None:
    environment = {"HTTPS_PROXY": "http://proxy.test", "NO_PROXY": entry}

    assert chosen_by_us(environment, url) == chosen_by_httpx(environment, url)


@given(environments(), hosts)
def test_http_has_no_proxy(environment: dict[str, str], host: str) -> None:
    assert chosen_by_us(environment, f"http://{host}/") is None


def test_what_the_environment_says_later_is_not_looked_at() -> None:
    with in_environment({"HTTPS_PROXY": "http://one.test", "NO_PROXY": "a.test"}):
        proxies = EnvironmentProxies()

    with in_environment({"HTTPS_PROXY": "http://two.test"}):
        proxy = proxies.for_url(httpx.URL("https://b.test"))

        assert proxies.for_url(httpx.URL("https://a.test")) is None
    assert proxy is not None
    assert proxy.url == "http://one.test"


def test_a_user_and_a_password_are_kept_for_the_proxy() -> None:
    with in_environment({"HTTPS_PROXY": "http://user:word@proxy.test"}):
        proxy = EnvironmentProxies().for_url(httpx.URL("https://a.test"))

    assert proxy is not None
    assert proxy.raw_auth == (b"user", b"word")
    assert proxy.url == "http://proxy.test"


@pytest.mark.parametrize(
    "value",
    [
        "ftp://user:canary@proxy.test",
        "canary://",
        "://canary",
        "http://canary:x",
        "http://proxy.test:canary",
        "http://canary\x01",
    ],
)
@pytest.mark.parametrize("name", ["https_proxy", "all_proxy"])
def test_what_is_no_proxy_is_refused_without_quoting_it(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)

    with pytest.raises(ConfigurationError, match="is not a proxy's URL") as caught:
        EnvironmentProxies().for_url(httpx.URL("https://a.test"))

    assert "canary" not in str(caught.value)
    assert caught.value.__context__ is None


@pytest.mark.parametrize("entry", ["[canary", "a.test:canary", "http://[::1", "::1/x/y", "\x01"])
def test_an_exemption_that_cannot_be_read_exempts_nothing(
    monkeypatch: pytest.MonkeyPatch, entry: str
) -> None:
    monkeypatch.setenv("https_proxy", "http://proxy.test")
    monkeypatch.setenv("no_proxy", f"{entry},b.test")

    proxies = EnvironmentProxies()

    assert proxies.for_url(httpx.URL("https://a.test")) is not None
    assert proxies.for_url(httpx.URL("https://b.test")) is None


@pytest.mark.parametrize(
    "proxy",
    [
        "http://user:word@proxy.test:3128",
        httpx.URL("http://user:word@proxy.test:3128"),
        httpx.Proxy("http://user:word@proxy.test:3128"),
        httpx.Proxy("http://proxy.test:3128", auth=("user", "word")),
    ],
    ids=["text", "URL", "Proxy", "auth"],
)
@pytest.mark.parametrize("url", ["https://a.test", "http://a.test", "https://exempt.test"])
def test_a_proxy_that_is_given_is_for_every_url(proxy: Any, url: str) -> None:
    with in_environment({"HTTPS_PROXY": "http://other.test", "NO_PROXY": "exempt.test"}):
        chosen = GivenProxy(proxy).for_url(httpx.URL(url))

    assert chosen is not None
    assert chosen.url == "http://proxy.test:3128"
    assert chosen.raw_auth == (b"user", b"word")


@pytest.mark.parametrize("scheme", ["http", "https", "socks5", "socks5h"])
def test_a_proxy_may_speak_what_those_of_httpx_speak(scheme: str) -> None:
    chosen = GivenProxy(f"{scheme}://proxy.test").for_url(httpx.URL("https://a.test"))

    assert chosen is not None
    assert chosen.url.scheme == scheme


@pytest.mark.parametrize(
    "value",
    ["ftp://user:canary@proxy.test", "canary", "http://user:canary@", httpx.Proxy("http:canary")],
    ids=repr,
)
def test_what_is_given_and_is_no_proxy_is_refused_without_quoting_it(value: Any) -> None:
    with pytest.raises(ConfigurationError, match=r"^proxy is not a proxy's URL") as caught:
        GivenProxy(value)

    assert "canary" not in str(caught.value)
    assert caught.value.__context__ is None


def test_proxies_do_not_show_a_password() -> None:
    with in_environment({"HTTPS_PROXY": "http://user:canary@proxy.test"}):
        proxies = [EnvironmentProxies(), GivenProxy("http://user:canary@proxy.test")]

    assert "canary" not in f"{[vars(one) for one in proxies]}"


@pytest.mark.parametrize(
    ("environment", "url", "named"),
    [
        ({"HTTP_PROXY": "http://p.test"}, "http://127.0.0.1:80", True),
        ({"ALL_PROXY": "http://p.test"}, "http://127.0.0.1:80", True),
        ({"HTTPS_PROXY": "http://p.test"}, "http://127.0.0.1:80", False),
        ({"HTTP_PROXY": "http://p.test", "NO_PROXY": "127.0.0.1"}, "http://127.0.0.1", False),
        ({"HTTP_PROXY": "http://p.test", "NO_PROXY": "a.test,,"}, "http://127.0.0.1", True),
        ({}, "http://127.0.0.1", False),
    ],
)
def test_whether_httpx_would_send_http_to_a_proxy_is_known(
    environment: dict[str, str], url: str, *, named: bool
) -> None:
    with in_environment(environment):
        assert names_http_proxy(httpx.URL(url)) is named


def test_an_http_client_that_would_send_the_key_to_a_proxy_in_clear_is_refused(
    client_class: Any, http_client_class: Any
) -> None:
    with in_environment({"HTTP_PROXY": "http://p.test"}):
        settings = {"api_key": "canary-5f2c", "base_url": "http://127.0.0.1:9"}
        with pytest.raises(ConfigurationError, match="trust_env=False") as caught:
            client_class(**settings, http_client=http_client_class())
        made = [
            client_class(**settings, http_client=http_client_class(trust_env=False)),
            client_class(**settings, http_client=http_client_class(), allow_insecure_http=True),
        ]

    assert "canary" not in str(caught.value)
    assert [client.base_url.host for client in made] == ["127.0.0.1"] * 2


def test_a_proxy_is_looked_for_once_for_each_origin(monkeypatch: pytest.MonkeyPatch) -> None:
    with in_environment({"HTTPS_PROXY": "http://p.test", "NO_PROXY": "b.test"}):
        proxies = EnvironmentProxies()
    first = proxies.for_url(httpx.URL("https://a.test/x"))
    assert proxies.for_url(httpx.URL("https://b.test")) is None
    monkeypatch.setattr(_proxies, "_is_exempt", None)

    assert first is not None
    assert proxies.for_url(httpx.URL("https://a.test:443/y")) is first
    assert proxies.for_url(httpx.URL("https://b.test/z")) is None
