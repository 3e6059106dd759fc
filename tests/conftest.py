"""What every test has: no settings of the machine, and a client of either kind."""

from __future__ import annotations

import inspect
import os
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, settings
from ruamel.yaml import YAML

from kodexa_client import AsyncKodexaClient, KodexaClient

# A machine that is busy is no reason to fail.
settings.register_profile("project", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("project")

BASE_URL = "https://kodexa.test"
API_KEY = "canary-key-5f2c"
DOCUMENT = Path(__file__).parents[1] / "openapi.yaml"


class EitherClient:
    """A client of either kind, whose calls are awaited if they have to be."""

    def __init__(self, client: AsyncKodexaClient | KodexaClient) -> None:
        self.client = client

    async def create(self, **arguments: Any) -> Any:
        return await settle(self.client.access_tokens.create(**arguments))

    async def create_detailed(self, **arguments: Any) -> Any:
        return await settle(self.client.access_tokens.create_detailed(**arguments))

    async def request(self, method: str, path: str, **parts: Any) -> Any:
        return await settle(self.client.request(method, path, **parts))

    async def close(self) -> None:
        await close(self.client)


async def settle(outcome: Any) -> Any:
    """Return a value, awaited if it has to be."""
    return await outcome if inspect.isawaitable(outcome) else outcome


async def close(client: AsyncKodexaClient | KodexaClient) -> None:
    """Close a client of either kind."""
    if isinstance(client, AsyncKodexaClient):
        await client.aclose()
    else:
        client.close()


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in os.environ:
        if name.startswith("KODEXA_") or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)


@pytest.fixture(params=[AsyncKodexaClient, KodexaClient], ids=["async", "sync"])
def client_class(request: pytest.FixtureRequest) -> Any:
    return request.param


@pytest.fixture
def http_client_class(client_class: type) -> type[httpx.AsyncClient | httpx.Client]:
    return httpx.AsyncClient if client_class is AsyncKodexaClient else httpx.Client


@pytest.fixture
async def either(client_class: Any) -> Any:
    client = client_class(api_key=API_KEY, base_url=BASE_URL)
    yield EitherClient(client)
    await close(client)


@pytest.fixture(scope="session")
def page_example() -> dict[str, Any]:
    """Return the example of the vendor's page, as the document holds it."""
    document = YAML(typ="safe").load(DOCUMENT)
    example: dict[str, Any] = document["components"]["examples"]["AccessToken"]["value"]
    return example
