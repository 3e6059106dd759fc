"""The option `engine`: what it takes, and where it is refused."""

from __future__ import annotations

import pickle
from typing import Any

import httpx
import pytest

from kodexa_client import AsyncKodexaClient, ConfigurationError, KodexaClient, _config
from kodexa_client.testing import FakePlatform

from .conftest import API_KEY, BASE_URL


@pytest.mark.needs_asyncio(reason="the engine aiohttp is for asyncio alone")
async def test_an_engine_makes_the_same_calls() -> None:
    with FakePlatform(api_keys=[API_KEY]).serve() as url:
        for engine in ("httpcore", "aiohttp"):
            chosen: Any = engine
            async with AsyncKodexaClient(api_key=API_KEY, base_url=url, engine=chosen) as client:
                assert (await client.access_tokens.create(name="ci")).name == "ci"
                assert client.config.engine == engine


@pytest.mark.parametrize("engine", ["requests", "", None, 1, ["aiohttp"]])
def test_an_engine_that_there_is_not_is_refused(engine: Any) -> None:
    with pytest.raises(ConfigurationError, match="engine has to be 'httpcore' or 'aiohttp'"):
        AsyncKodexaClient(api_key=API_KEY, base_url=BASE_URL, engine=engine)


def test_an_engine_that_is_not_installed_is_told_of(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_config, "find_spec", lambda _: None)

    with pytest.raises(ConfigurationError, match=r"pip install 'kodexa-client\[fast\]'"):
        AsyncKodexaClient(api_key=API_KEY, base_url=BASE_URL, engine="aiohttp")


async def test_an_engine_and_an_http_client_are_two_of_a_kind() -> None:
    async with httpx.AsyncClient() as http_client:
        with pytest.raises(ConfigurationError, match="give one of them"):
            AsyncKodexaClient(
                api_key=API_KEY, base_url=BASE_URL, http_client=http_client, engine="aiohttp"
            )
        client = AsyncKodexaClient(api_key=API_KEY, base_url=BASE_URL, http_client=http_client)

    assert client.config.engine is None


@pytest.mark.parametrize(
    ("proxy", "lacking"),
    [
        ("socks5://proxy.test", "SOCKS"),
        (httpx.Proxy("https://proxy.test", ssl_context=httpx.create_ssl_context()), "TLS settings"),
    ],
    ids=["socks", "tls"],
)
def test_a_proxy_that_the_engine_can_not_use_is_refused(proxy: Any, lacking: str) -> None:
    with pytest.raises(ConfigurationError, match=f"aiohttp has no {lacking}"):
        AsyncKodexaClient(api_key=API_KEY, base_url=BASE_URL, proxy=proxy, engine="aiohttp")


async def test_an_engine_is_kept_by_copies_and_pickles(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KODEXA_API_KEY", API_KEY)
    async with AsyncKodexaClient(engine="aiohttp") as client:
        copy = client.with_options(timeout=3)
        async with pickle.loads(pickle.dumps(client)) as unpickled:
            engines = [copy.config.engine, unpickled.config.engine]

    assert engines == ["aiohttp", "aiohttp"]


def test_a_client_without_an_event_loop_has_one_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KODEXA_API_KEY", API_KEY)
    with KodexaClient() as client, pickle.loads(pickle.dumps(client)) as unpickled:
        assert client.config.engine == unpickled.config.engine == "httpcore"
