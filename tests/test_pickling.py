"""Clients in pickles and copies: without a key, and fit for process pools and task queues."""

from __future__ import annotations

import copy
import functools
import inspect
import multiprocessing
import os
import pickle
import ssl
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor
from typing import TYPE_CHECKING, Any

import cloudpickle  # type: ignore[import-untyped]
import dill  # type: ignore[import-untyped]
import httpx
import pytest
import trustme

from kodexa_client import AsyncKodexaClient, ConfigurationError, KodexaClient, RetryPolicy

from .conftest import API_KEY, BASE_URL, EitherClient, close
from .servers import ANSWER, serve

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pytest_httpx import HTTPXMock
PASSWORD = "canary-password-77aa"


def provide() -> str:
    """Return a key, as a program's own function does that asks a vault."""
    return os.environ["TEST_VAULT"]


async def provide_asynchronously() -> str:
    """Do the same."""
    return os.environ["TEST_VAULT"]


def tell(attempt: object) -> None:
    """Take note of nothing."""
    del attempt


@pytest.fixture
def _key_in_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KODEXA_API_KEY", API_KEY)
    monkeypatch.setenv("KODEXA_URL", BASE_URL)


def pickled(client: Any) -> Any:
    """Return what comes out of a pickle, which must not hold the key."""
    data = pickle.dumps(client)
    assert API_KEY.encode() not in data
    return pickle.loads(data)


def settings_of(client: Any) -> dict[str, Any]:
    return {
        "config": client.config,
        "headers": client._default_headers,
        "hooks": (client._on_request, client._on_response, client._on_retry),
        "verify": client._verify,
    }


@pytest.mark.usefixtures("_key_in_environment")
@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
async def test_the_copy_finds_the_key_of_its_own_environment(
    client_class: Any, protocol: int, httpx_mock: HTTPXMock, monkeypatch: pytest.MonkeyPatch
) -> None:
    httpx_mock.add_response(match_headers={"x-api-key": "the other side's"}, json={"id": "1"})
    client = client_class()
    data = pickle.dumps(client, protocol)
    monkeypatch.setenv("KODEXA_API_KEY", "the other side's")

    copied = pickle.loads(data)

    assert API_KEY.encode() not in data
    assert type(copied) is client_class
    assert (await EitherClient(copied).create(name="ci")).id == "1"
    assert copied.config.api_key_source == "KODEXA_API_KEY"
    await close(client)
    await close(copied)


async def test_the_older_variable_serves_as_well(
    client_class: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KODEXA_ACCESS_TOKEN", API_KEY)
    client = client_class()

    copied = pickled(client)

    assert copied.config.api_key_source == "KODEXA_ACCESS_TOKEN"
    assert str(copied.base_url) == "https://platform.kodexa.ai"
    await close(client)
    await close(copied)


@pytest.mark.parametrize("provider", [provide, provide_asynchronously])
async def test_the_copy_asks_the_provider_anew(
    client_class: Any, provider: Any, httpx_mock: HTTPXMock, monkeypatch: pytest.MonkeyPatch
) -> None:
    if provider is provide_asynchronously and client_class is KodexaClient:
        pytest.skip("it takes none")
    httpx_mock.add_response(json={"id": "1"}, is_reusable=True)
    monkeypatch.setenv("TEST_VAULT", API_KEY)
    client = client_class(api_key=provider, base_url=BASE_URL)
    await EitherClient(client).create(name="ci")
    monkeypatch.setenv("TEST_VAULT", "rotated")

    copied = pickled(client)
    await EitherClient(copied).create(name="ci")

    keys = [request.headers["x-api-key"] for request in httpx_mock.get_requests()]
    assert keys == [API_KEY, "rotated"]
    await close(client)
    await close(copied)


def create_in_another_process(client: KodexaClient, name: str) -> str:
    """Do what a worker of a pool or of a task queue does."""
    with client:
        return f"{os.getpid()} {client.access_tokens.create(name=name).id}"


def test_a_process_pool_creates_with_the_clients_it_is_given(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TEST_VAULT", "provided-key")
    monkeypatch.setenv("KODEXA_API_KEY", API_KEY)
    context = multiprocessing.get_context("spawn")
    with serve(ANSWER, ANSWER, last=True) as server:
        monkeypatch.setenv("KODEXA_URL", server.url)
        with (
            KodexaClient() as of_environment,
            KodexaClient(api_key=provide, base_url=server.url) as of_provider,
            ProcessPoolExecutor(1, mp_context=context) as pool,
        ):
            results = [
                # A client closes its connection, so that the server gets to the next one.
                pool.submit(create_in_another_process, client, "ci").result(timeout=30)
                for client in (of_environment, of_provider)
            ]

    assert {result.split()[1] for result in results} == {"1"}
    assert str(os.getpid()) not in {result.split()[0] for result in results}
    keys = [b"x-api-key: " + key for key in (API_KEY.encode(), b"provided-key")]
    assert all(key in request for key, request in zip(keys, server.received, strict=True))


_UNPICKLE = """
import pickle, sys
try:
    pickle.load(sys.stdin.buffer)
except Exception as error:
    print(type(error).__name__, error)
"""


@pytest.mark.usefixtures("_key_in_environment")
@pytest.mark.parametrize(
    ("environment", "told"),
    [
        ({}, "ConfigurationError There is no API key."),
        (
            {"KODEXA_API_KEY": API_KEY},
            (
                "ConfigurationError The URL https://kodexa.test comes from base_url, but the key "
                "from KODEXA_API_KEY names no URL"
            ),
        ),
        (
            {"KODEXA_API_KEY": API_KEY, "KODEXA_URL": "https://elsewhere.test"},
            (
                "ConfigurationError The URL https://kodexa.test comes from base_url, but the key "
                "from KODEXA_API_KEY is for https://elsewhere.test."
            ),
        ),
    ],
)
def test_an_environment_of_another_platform_is_refused(
    environment: dict[str, str], told: str
) -> None:
    with KodexaClient() as client:
        data = pickle.dumps(client)

    ended = subprocess.run(
        [sys.executable, "-c", _UNPICKLE], input=data, capture_output=True, env=environment,
        timeout=30, check=True,
    )  # fmt: skip

    assert ended.stdout.decode().startswith(told)
    assert API_KEY.encode() not in ended.stdout + ended.stderr


def profile_settings(home: Path) -> dict[str, Any]:
    (home / ".kodexa").mkdir()
    config = home / ".kodexa" / "config.yaml"
    config.touch(mode=0o600)
    config.write_text(f"profiles: {{dev: {{url: '{BASE_URL}', apiKey: {API_KEY}}}}}", "utf-8")
    return {"profile": "dev"}


REFUSED: dict[str, tuple[Callable[[Path], dict[str, Any]], str]] = {
    "given key": (
        lambda _: {"api_key": API_KEY, "base_url": BASE_URL},
        "its API key came from api_key. Give the key in the environment",
    ),
    "profile": (profile_settings, "its API key came from the profile 'dev'. Give the key"),
    "SSL context": (
        lambda _: {
            "api_key": provide,
            "base_url": BASE_URL,
            "verify": ssl.create_default_context(),
        },
        "verify is an SSL context",
    ),
    "password of a proxy": (
        lambda _: {
            "api_key": provide,
            "base_url": BASE_URL,
            "proxy": f"http://user:{PASSWORD}@proxy.test",
        },
        "its proxy has",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
async def test_what_the_copy_could_not_find_is_a_type_error_with_the_reason(
    client_class: Any, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    settings, reason = REFUSED[name]
    client = client_class(**settings(tmp_path))

    for dump in (pickle.dumps, cloudpickle.dumps, dill.dumps):
        with pytest.raises(TypeError, match="The client can't be pickled: ") as caught:
            dump(client)

        assert reason in str(caught.value)
        assert API_KEY not in str(caught.value)
        assert PASSWORD not in str(caught.value)
        assert caught.value.__context__ is None
    await close(client)


async def test_a_client_that_sends_through_an_http_client_is_not_pickled(
    client_class: Any, http_client_class: Any
) -> None:
    http_client = http_client_class()
    client = client_class(api_key=provide, base_url=BASE_URL, http_client=http_client)

    with pytest.raises(TypeError, match="it sends through an http_client"):
        pickle.dumps(client)
    if isinstance(http_client, httpx.AsyncClient):
        await http_client.aclose()
    else:
        http_client.close()


@pytest.mark.usefixtures("_key_in_environment")
async def test_a_key_that_was_given_later_is_not_pickled(client_class: Any) -> None:
    client = client_class()
    copied = client.with_options(api_key=API_KEY)
    with pytest.raises(TypeError, match="its API key came from api_key"):
        pickle.dumps(copied)
    await close(pickled(client))

    client.set_api_key(API_KEY)

    with pytest.raises(TypeError, match="its API key came from api_key"):
        pickle.dumps(client)
    await close(client)


SETTINGS: dict[str, Any] = {
    "timeout": httpx.Timeout(1, connect=2, read=3, write=4, pool=5),
    "no timeout": None,
    "deadline": 7.0,
    "no deadline": None,
    "retry_policy": RetryPolicy(max_retries=7),
    "on_request": tell,
    "on_response": tell,
    "on_retry": tell,
    "app_info": ("my-sdk", "1.2"),
    "default_headers": {"x-tenant": "a", "x-name": "\xe9"},
    "follow_redirects": True,
    "allow_insecure_http": True,
    "max_response_bytes": 77,
    "proxy": "http://proxy.test:3128",
    "verify": "verify",
}


@pytest.mark.parametrize("name", SETTINGS)
async def test_each_setting_survives(client_class: Any, name: str, tmp_path: Path) -> None:
    value, setting = SETTINGS[name], name.removeprefix("no ")
    if name == "verify":
        authority = tmp_path / "authority.pem"
        trustme.CA().cert_pem.write_to_path(authority)
        value = authority
    given: dict[str, Any] = {"api_key": provide, "base_url": f"{BASE_URL}/prefix", setting: value}
    client, plain = client_class(**given), client_class(api_key=provide, base_url=BASE_URL)

    copied = pickled(client)

    assert settings_of(copied) == settings_of(client) != settings_of(plain)
    assert copied._key.provider is provide
    for one in (client, plain, copied):
        await close(one)


async def test_every_setting_of_the_constructor_is_looked_at(client_class: Any) -> None:
    # Those of where the key comes from, and what can't be pickled, have tests of their own.
    looked_at = {name.removeprefix("no ") for name in SETTINGS}
    looked_at |= {"api_key", "base_url", "profile", "http_client"}
    looked_at |= {"engine"} if client_class is AsyncKodexaClient else set()

    assert looked_at == {*inspect.signature(client_class).parameters}


async def test_a_copy_with_other_options_is_pickled_with_them(client_class: Any) -> None:
    client = client_class(api_key="other", base_url="https://other.test")
    changed = client.with_options(
        api_key=provide, base_url=BASE_URL, timeout=3, deadline=4, default_headers={"x": "y"}
    )

    copied = pickled(changed)

    assert settings_of(copied) == settings_of(changed)
    # It has connections of its own, which it is to close; those of the other are not its.
    await close(client)
    with pytest.raises(ConfigurationError, match="closed"):
        await EitherClient(changed).create(name="ci")
    assert not copied._transport.is_closed
    await close(copied)


async def test_a_client_that_is_closed_is_pickled_as_an_open_one(
    client_class: Any, httpx_mock: HTTPXMock, monkeypatch: pytest.MonkeyPatch
) -> None:
    httpx_mock.add_response(json={"id": "1"})
    monkeypatch.setenv("TEST_VAULT", API_KEY)
    client = client_class(api_key=provide, base_url=BASE_URL)
    await close(client)

    copied = pickled(client)

    assert (await EitherClient(copied).create(name="ci")).id == "1"
    await close(copied)


async def test_a_used_client_is_pickled_without_its_resources(
    client_class: Any, httpx_mock: HTTPXMock, monkeypatch: pytest.MonkeyPatch
) -> None:
    httpx_mock.add_response(json={"id": "1"}, is_reusable=True)
    monkeypatch.setenv("TEST_VAULT", API_KEY)
    client = client_class(api_key=provide, base_url=BASE_URL)
    await EitherClient(client).create(name="ci")

    copied = pickled(client)
    await close(client)

    assert copied.access_tokens._client is copied
    assert (await EitherClient(copied).create(name="ci")).id == "1"
    await close(copied)


class AsyncTenant(AsyncKodexaClient):
    """A client of the user's own, with a constructor of its own."""

    def __init__(self, tenant: str) -> None:
        super().__init__(api_key=provide, base_url=BASE_URL)
        self.tenant = tenant


class Tenant(KodexaClient):
    """The same."""

    def __init__(self, tenant: str) -> None:
        super().__init__(api_key=provide, base_url=BASE_URL)
        self.tenant = tenant


class AsyncEarlyTenant(AsyncKodexaClient):
    """One that sets its attributes first."""

    def __init__(self, tenant: str) -> None:
        self.tenant = tenant
        super().__init__(api_key=provide, base_url=BASE_URL)


class EarlyTenant(KodexaClient):
    """The same."""

    def __init__(self, tenant: str) -> None:
        self.tenant = tenant
        super().__init__(api_key=provide, base_url=BASE_URL)


@pytest.mark.parametrize("kind", [AsyncTenant, Tenant])
async def test_a_subclass_keeps_its_attributes_whatever_its_constructor_takes(kind: Any) -> None:
    client = kind("mine")
    client.later = [1]

    for dump in (pickle, cloudpickle, dill):
        copied = dump.loads(dump.dumps(client))

        assert (type(copied), copied.tenant, copied.later) == (kind, "mine", [1])
        twice = pickle.loads(pickle.dumps(copied))
        assert (type(twice), twice.tenant, twice.later) == (kind, "mine", [1])
        await close(copied)
        await close(twice)
    await close(client)


@pytest.mark.parametrize("kind", [AsyncEarlyTenant, EarlyTenant])
async def test_a_subclass_keeps_the_attributes_that_it_sets_before_the_settings(kind: Any) -> None:
    client = kind("mine")

    copied = pickle.loads(pickle.dumps(client))
    await close(client)
    await close(copied)

    assert getattr(copied, "tenant", "nobody's") == "mine"


async def test_what_a_proxy_is_given_beside_its_url_is_not_lost_in_silence(
    client_class: Any,
) -> None:
    proxy = httpx.Proxy("http://proxy.test", headers={"proxy-authorization": f"Bearer {PASSWORD}"})
    client = client_class(api_key=provide, base_url=BASE_URL, proxy=proxy)
    try:
        with pytest.raises(TypeError, match="proxy"):
            pickle.dumps(client)
    finally:
        await close(client)


@pytest.mark.parametrize("name", ["api_key", "on_retry"])
async def test_a_function_that_plain_pickle_refuses_is_refused_with_a_reason(
    client_class: Any, name: str
) -> None:
    settings: dict[str, Any] = {"api_key": provide, name: lambda *_: API_KEY}
    client = client_class(base_url=BASE_URL, **settings)

    with pytest.raises((TypeError, AttributeError, pickle.PicklingError), match="lambda") as caught:
        pickle.dumps(client)

    assert API_KEY not in str(caught.value)
    # It takes the function's code along.
    copied = cloudpickle.loads(cloudpickle.dumps(client))
    assert copied.config == client.config
    await close(client)
    await close(copied)


@pytest.mark.parametrize("duplicate", [copy.copy, copy.deepcopy])
async def test_a_plain_copy_shares_the_connections_of_any_client(
    client_class: Any, duplicate: Any, httpx_mock: HTTPXMock
) -> None:
    httpx_mock.add_response(match_headers={"x-api-key": API_KEY}, json={"id": "1"})
    client = client_class(api_key=API_KEY, base_url=BASE_URL, timeout=3)

    copied = duplicate(client)
    within = duplicate({"client": client})["client"]

    assert copied is not client
    assert copied._transport is within._transport is client._transport
    assert settings_of(copied) == settings_of(client)
    assert (await EitherClient(copied).create(name="ci")).id == "1"
    await close(client)
    with pytest.raises(ConfigurationError, match="closed"):
        await EitherClient(copied).create(name="ci")


async def test_a_pickle_of_a_partial_provider_is_the_users_to_keep(client_class: Any) -> None:
    # It is the provider that opens the vault, on the other side too.
    client = client_class(api_key=functools.partial(dict.get, {"a": "b"}, "a"), base_url=BASE_URL)

    copied = pickled(client)

    assert copied._key.provider() == "b"
    await close(client)
    await close(copied)
