"""Every combination of arguments, environment and profile: what is sent where, or the error."""

from __future__ import annotations

import functools
import re
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from kodexa_client import ClientConfig, ConfigurationError

from .configuration_table import DIFFERENT_URLS, KEYS, SAME_URL, Case, SameCase, main, with_tables
from .conftest import settle

if TYPE_CHECKING:
    from collections.abc import Callable

PAGE = Path(__file__).parents[1] / "docs" / "configuration.md"
DEFAULT_URL = "https://platform.kodexa.ai"
# Capital letters, to see that messages leave them.
PROFILE = "Main"
PROFILE_SOURCE = f"the profile {PROFILE!r}"

# The URL and the key of each place, and what they are called there.
URLS = {
    "argument": ("https://argument.test", "base_url"),
    "environment": ("https://environment.test", "KODEXA_URL"),
    "profile": ("https://profile.test", PROFILE_SOURCE),
}
NEW, OLD = "canary-environment", "canary-older"
ENVIRONMENT = dict(
    zip(
        KEYS,
        (
            {},
            {"KODEXA_API_KEY": NEW},
            {"KODEXA_ACCESS_TOKEN": OLD},
            {"KODEXA_API_KEY": NEW, "KODEXA_ACCESS_TOKEN": NEW},
            {"KODEXA_API_KEY": NEW, "KODEXA_ACCESS_TOKEN": OLD},
        ),
        strict=True,
    )
)
ENVIRONMENT_SOURCE = dict(
    zip(
        KEYS,
        ("", "KODEXA_API_KEY", "KODEXA_ACCESS_TOKEN", "KODEXA_API_KEY", "KODEXA_API_KEY"),
        strict=True,
    )
)
SECRETS = {
    "api_key": "canary-argument",
    "KODEXA_API_KEY": NEW,
    "KODEXA_ACCESS_TOKEN": OLD,
    PROFILE_SOURCE: "canary-profile",
}


@pytest.fixture(scope="session")
def home_with(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Return what makes a home directory, the same one for the same profile."""

    @functools.cache
    def make_home(**profile: str) -> Path:
        home = tmp_path_factory.mktemp("home")
        file = home / ".kodexa" / "config.yaml"
        file.parent.mkdir()
        file.touch(0o600)
        text = ", ".join(f"{name}: {value}" for name, value in profile.items())
        file.write_text(f"profiles: {{{PROFILE}: {{{text}}}}}\n", encoding="utf-8")
        return home

    return make_home


def members(content: str, url: str, key: str, *, names: tuple[str, str]) -> dict[str, str]:
    """Return the half or the whole of a pair, under its names."""
    pair = {"url": (names[0], url), "key": (names[1], key)}
    kinds = {"nothing": (), "url": ("url",), "key": ("key",), "both": ("url", "key")}
    return dict(pair[kind] for kind in kinds[content])


@pytest.fixture
def make(
    client_class: Any,
    http_client_class: type[httpx.AsyncClient | httpx.Client],
    home_with: Callable[..., Path],
    monkeypatch: pytest.MonkeyPatch,
) -> Callable[..., tuple[Any, list[httpx.Request]]]:
    """Return what makes a client in given circumstances, and a list of what it sends."""

    def make_client(
        arguments: dict[str, str], environment: dict[str, str], named: str, profile: dict[str, str]
    ) -> tuple[Any, list[httpx.Request]]:
        sent: list[httpx.Request] = []

        def answer(request: httpx.Request) -> httpx.Response:
            sent.append(request)
            return httpx.Response(200)

        if named != "not named":
            monkeypatch.setenv("HOME", str(home_with(**profile)))
        if named == "KODEXA_PROFILE":
            environment = {**environment, "KODEXA_PROFILE": PROFILE}
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        if named == "profile=":
            arguments = {**arguments, "profile": PROFILE}
        http_client = http_client_class(transport=httpx.MockTransport(answer))
        return client_class(**arguments, http_client=http_client), sent

    return make_client


@pytest.fixture
def http_client(http_client_class: type[httpx.AsyncClient | httpx.Client]) -> Any:
    """Return an http client that sends nothing, and need not be closed."""
    return http_client_class(transport=httpx.MockTransport(lambda _: httpx.Response(200)))


def errors_words(outcome: str, url_source: str | None, key_source: str | None) -> list[str]:
    """Return what an error has to say, of the first URL and the first key."""
    ways = ["api_key=", "KODEXA_API_KEY", "KODEXA_ACCESS_TOKEN", "profile=", "KODEXA_PROFILE"]
    return {
        "no key": ["There is no API key", *ways],
        "mixed": [f"comes from {url_source}, but", f"the key from {key_source} "],
        "two keys": ["KODEXA_API_KEY and KODEXA_ACCESS_TOKEN", "different keys"],
        "profile too": ["profile", f"{key_source}", "leave out"],
    }[outcome]


def shows_no_key(error: BaseException) -> bool:
    text = "".join(traceback.format_exception(error)) + repr(error)
    return "canary" not in text


@pytest.mark.parametrize("case", DIFFERENT_URLS, ids=str)
async def test_the_key_is_sent_to_its_own_platform_or_to_none(
    case: Case, make: Callable[..., tuple[Any, list[httpx.Request]]]
) -> None:
    argument = members(
        case.arguments, URLS["argument"][0], "canary-argument", names=("base_url", "api_key")
    )
    environment = {**ENVIRONMENT[case.keys]}
    if case.has_url:
        environment["KODEXA_URL"] = URLS["environment"][0]
    profile = members(case.profile, URLS["profile"][0], "canary-profile", names=("url", "apiKey"))
    has_url = {
        "argument": "base_url" in argument,
        "environment": case.has_url,
        "profile": "url" in profile,
    }
    key_source = {
        "argument": "api_key" if "api_key" in argument else None,
        "environment": ENVIRONMENT_SOURCE[case.keys] or None,
        "profile": PROFILE_SOURCE if "apiKey" in profile else None,
    }

    if case.outcome not in URLS:
        with pytest.raises(ConfigurationError) as caught:
            make(argument, environment, case.named, profile)
        first_url = next((URLS[place][1] for place in URLS if has_url[place]), None)
        first_key = next(filter(None, key_source.values()), None)
        for words in errors_words(case.outcome, first_url, first_key):
            assert words in str(caught.value)
        assert shows_no_key(caught.value)
        return
    client, sent = make(argument, environment, case.named, profile)
    await settle(client.request("GET", "/api"))
    url, source = URLS[case.outcome] if has_url[case.outcome] else (DEFAULT_URL, "default")
    expected_key = key_source[case.outcome]
    assert expected_key is not None
    assert (str(client.base_url), client.config.base_url) == (url, url)
    assert client.config.base_url_source == source
    assert client.config.api_key_source == expected_key
    assert [(str(one.url), one.headers["x-api-key"]) for one in sent] == [
        (f"{url}/api", SECRETS[expected_key])
    ]


@pytest.mark.parametrize("case", SAME_URL, ids=str)
async def test_a_mixture_is_allowed_of_places_that_mean_the_same_url(
    case: SameCase, make: Callable[..., tuple[Any, list[httpx.Request]]]
) -> None:
    url = DEFAULT_URL if case.is_default else "https://same.test"
    argument = members(case.arguments, url, "canary-argument", names=("base_url", "api_key"))
    environment = members(case.environment, url, NEW, names=("KODEXA_URL", "KODEXA_API_KEY"))
    profile = members(case.profile, url, "canary-profile", names=("url", "apiKey"))

    if not case.url_from:
        with pytest.raises(ConfigurationError) as caught:
            make(argument, environment, case.named, profile)
        first_url, first_key = (
            next((name for name in names if name in {**argument, **environment}), PROFILE_SOURCE)
            for names in (("base_url", "KODEXA_URL"), ("api_key", "KODEXA_API_KEY"))
        )
        for words in errors_words(case.key_from, first_url, first_key):
            assert words in str(caught.value)
        assert shows_no_key(caught.value)
        return
    client, sent = make(argument, environment, case.named, profile)
    await settle(client.request("GET", "/api"))
    sources = {"profile": PROFILE_SOURCE}
    key_source = sources.get(case.key_from, case.key_from)
    assert client.config.base_url_source == sources.get(case.url_from, case.url_from)
    assert client.config.api_key_source == key_source
    assert [(str(one.url), one.headers["x-api-key"]) for one in sent] == [
        (f"{url}/api", SECRETS[key_source])
    ]


def test_the_tables_have_every_combination_once() -> None:
    combinations = {
        (case.arguments, case.has_url, case.keys, case.named, case.profile)
        for case in DIFFERENT_URLS
    }
    outcomes = {case.outcome for case in DIFFERENT_URLS}

    assert len(combinations) == len(DIFFERENT_URLS) == 4 * 2 * 5 * (1 + 2 * 4)
    assert outcomes == {*URLS, "no key", "mixed", "two keys", "profile too"}
    assert len({str(case) for case in SAME_URL}) == len(SAME_URL)


@pytest.mark.parametrize(
    "spelling",
    [
        "https://SAME.test",
        "HTTPS://same.test/",
        "https://same.test:443",
        "https://same.test//",
        httpx.URL("https://same.test"),
    ],
    ids=str,
)
def test_two_spellings_of_a_url_mean_the_same(
    client_class: Any, http_client: Any, monkeypatch: pytest.MonkeyPatch, spelling: str | httpx.URL
) -> None:
    monkeypatch.setenv("KODEXA_URL", "https://same.test")
    monkeypatch.setenv("KODEXA_API_KEY", NEW)

    client = client_class(base_url=spelling, http_client=http_client)

    assert (client.config.base_url, client.config.base_url_source) == (
        "https://same.test",
        "base_url",
    )
    assert client.config.api_key_source == "KODEXA_API_KEY"


@pytest.mark.parametrize(
    "other",
    [
        "https://same.test:8443",
        "https://same.test/prefix",
        "https://same.test.",
        "https://www.same.test",
        "http://same.test",
    ],
)
def test_a_url_that_differs_in_anything_is_another(
    client_class: Any, monkeypatch: pytest.MonkeyPatch, other: str
) -> None:
    monkeypatch.setenv("KODEXA_URL", "https://same.test")
    monkeypatch.setenv("KODEXA_API_KEY", NEW)

    with pytest.raises(ConfigurationError, match="from base_url, but the key from KODEXA_API"):
        client_class(base_url=other, allow_insecure_http=True)


@pytest.mark.parametrize("name", ["KODEXA_URL", "KODEXA_API_KEY", "KODEXA_ACCESS_TOKEN"])
def test_a_variable_that_is_set_to_nothing_counts_as_not_set(
    client_class: Any, http_client: Any, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    for variable in ("KODEXA_URL", "KODEXA_API_KEY", "KODEXA_ACCESS_TOKEN", "KODEXA_PROFILE"):
        monkeypatch.setenv(variable, "")
    monkeypatch.setenv("KODEXA_API_KEY" if name != "KODEXA_API_KEY" else "KODEXA_ACCESS_TOKEN", NEW)
    monkeypatch.setenv(name, "")

    client = client_class(http_client=http_client)

    assert (client.config.base_url, client.config.base_url_source) == (DEFAULT_URL, "default")


@pytest.mark.parametrize("profile", ["", 0, 42, b"Main", []], ids=str)
@pytest.mark.parametrize("arguments", [{}, {"api_key": "canary-argument"}], ids=["none", "key"])
def test_a_profile_without_a_name_is_refused_and_nothing_else_taken_for_it(
    client_class: Any, monkeypatch: pytest.MonkeyPatch, arguments: Any, profile: Any
) -> None:
    monkeypatch.setenv("KODEXA_API_KEY", NEW)

    with pytest.raises(ConfigurationError, match="profile has to be the name of a profile"):
        client_class(**arguments, profile=profile)


def test_a_profile_asked_for_beside_a_key_is_named_as_it_is_written(
    client_class: Any, home_with: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(home_with(apiKey="canary-profile")))
    monkeypatch.setenv("KODEXA_API_KEY", NEW)

    with pytest.raises(ConfigurationError, match="from KODEXA_API_KEY, and the profile 'Main' is"):
        client_class(profile=PROFILE)


def test_a_provider_is_an_argument_too(
    client_class: Any, http_client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def provide() -> str:
        raise AssertionError

    client = client_class(api_key=provide, http_client=http_client)
    monkeypatch.setenv("KODEXA_URL", URLS["environment"][0])

    assert client.config.api_key_source == "api_key, a provider"
    with pytest.raises(ConfigurationError, match=r"from KODEXA_URL, but .* api_key, a provider"):
        client_class(api_key=provide)


@pytest.mark.parametrize("name", ["KODEXA_URL", "KODEXA_API_KEY", "KODEXA_PROFILE"])
def test_what_a_complete_pair_of_arguments_wins_over_is_not_read(
    client_class: Any, http_client: Any, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(name, "canary\n")

    client = client_class(
        api_key="canary-argument", base_url=URLS["argument"][0], http_client=http_client
    )

    assert client.config.base_url_source == "base_url"


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("KODEXA_API_KEY", "canary\n", "The API key from KODEXA_API_KEY has white space"),
        ("KODEXA_ACCESS_TOKEN", "canary\x7f", "The API key from KODEXA_ACCESS_TOKEN has a control"),
        ("KODEXA_URL", "http://canary.test", "KODEXA_URL is an http URL"),
        ("KODEXA_URL", "https://user:canary@a.test", "KODEXA_URL holds a user or password"),
    ],
)
def test_a_bad_variable_is_refused_by_its_name(
    client_class: Any, monkeypatch: pytest.MonkeyPatch, name: str, value: str, words: str
) -> None:
    monkeypatch.setenv(name, value)

    with pytest.raises(ConfigurationError, match=words) as caught:
        client_class()

    assert shows_no_key(caught.value)


@pytest.mark.parametrize(
    ("members", "words"),
    [
        ({"apiKey": '"canary "'}, "The API key from the profile 'Main' has white space"),
        ({"url": "http://canary.test"}, "url of the profile 'Main' is an http URL"),
        ({"url": "https://u:canary@a.test"}, "url of the profile 'Main' holds a user or password"),
    ],
)
def test_a_bad_value_of_a_profile_is_refused_by_the_name_of_the_profile(
    client_class: Any,
    home_with: Callable[..., Path],
    monkeypatch: pytest.MonkeyPatch,
    members: dict[str, str],
    words: str,
) -> None:
    monkeypatch.setenv("HOME", str(home_with(**members)))

    with pytest.raises(ConfigurationError, match=words) as caught:
        client_class(profile=PROFILE)

    assert shows_no_key(caught.value)


def test_the_configuration_shows_no_key(client_class: Any, http_client: Any) -> None:
    config = client_class(api_key="canary-argument", http_client=http_client).config

    assert isinstance(config, ClientConfig)
    assert "canary" not in repr(config)


def test_a_copy_says_what_was_given_for_it(client_class: Any, http_client: Any) -> None:
    client = client_class(api_key="canary-argument", http_client=http_client)
    client._key_source = client._base_url_source = "elsewhere"

    key, both = (
        client.with_options(api_key="canary-2").config,
        client.with_options(api_key="canary-2", base_url="https://b.test").config,
    )

    assert (key.api_key_source, key.base_url_source) == ("api_key", "elsewhere")
    assert (both.api_key_source, both.base_url_source) == ("api_key", "base_url")


def test_the_page_has_the_tables() -> None:
    page = PAGE.read_text(encoding="utf-8")

    assert page == with_tables(page), (
        "run: python -m tests.configuration_table --write docs/configuration.md"
    )
    assert page.count("| profile too |") > 40


def test_the_tables_are_written_into_a_page_and_printed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = PAGE.read_text(encoding="utf-8")
    copy = tmp_path / "page.md"
    copy.write_text(page.replace("| mixed |", "| argument |"), encoding="utf-8")

    assert main(["--write", str(copy)]) == 0
    assert main([]) == 0

    assert copy.read_text(encoding="utf-8") == page
    assert capsys.readouterr().out.strip() in page


def test_the_page_quotes_the_error_of_a_mixture(
    client_class: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = PAGE.read_text(encoding="utf-8")
    monkeypatch.setenv("KODEXA_URL", "https://kodexa.example.com")

    with pytest.raises(ConfigurationError) as caught:
        client_class(api_key="canary-argument")

    assert re.findall(r"^```\n(The URL .*)\n```$", page, re.MULTILINE) == [str(caught.value)]
