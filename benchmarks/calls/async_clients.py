"""The async clients: how each is imported, made, and asked for a token."""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
import json
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

from .example import API_KEY, BODY, EXPIRES_AT, KEY_FIELD, NAME, PATH
from .packages import GENERATED_AIOHTTP, GENERATED_HTTPX, VANILLA, UnavailableError

__all__ = ["AsyncConnect", "AsyncCreate", "load_async"]

# Makes the call, and returns what a caller is handed.
AsyncCreate = Callable[[], Awaitable[Any]]
# Makes a client for a base URL, and closes it.
AsyncConnect = Callable[[str], AbstractAsyncContextManager[AsyncCreate]]

TIMEOUT_SECONDS = 30.0
HEADERS = {KEY_FIELD: API_KEY}


def load_async(name: str) -> AsyncConnect:
    """Import what a client is made with. No client is made yet.

    Raises:
        UnavailableError: It can't be made here.
        ImportError: It is not installed.
    """
    return _LOADERS[name]()


def _httpx() -> AsyncConnect:
    httpx = importlib.import_module("httpx")

    @contextlib.asynccontextmanager
    async def connect(base_url: str) -> AsyncGenerator[AsyncCreate]:
        url = base_url + PATH
        async with httpx.AsyncClient(timeout=TIMEOUT_SECONDS) as client:

            async def create() -> object:
                response = await client.post(url, json=BODY, headers=HEADERS)
                return json.loads(response.content)

            yield create

    return connect


def _aiohttp() -> AsyncConnect:
    aiohttp = importlib.import_module("aiohttp")

    @contextlib.asynccontextmanager
    async def connect(base_url: str) -> AsyncGenerator[AsyncCreate]:
        url = base_url + PATH
        async with aiohttp.ClientSession() as session:

            async def create() -> object:
                async with session.post(url, json=BODY, headers=HEADERS) as response:
                    return json.loads(await response.read())

            yield create

    return connect


def _ours() -> AsyncConnect:
    kodexa_client = importlib.import_module("kodexa_client")
    return _ours_made_by(
        lambda base_url: kodexa_client.AsyncKodexaClient(api_key=API_KEY, base_url=base_url)
    )


def _ours_fast() -> AsyncConnect:
    if importlib.util.find_spec("aiohttp") is None:
        # Here, not at the first call, so that it is known before anything is measured.
        raise UnavailableError("the fast extra is not installed")
    return _ours_made_by(fast_client)


def fast_client(base_url: str) -> Any:  # noqa: ANN401 - of a package that is imported late
    """Make our client with the fast extra."""
    kodexa_client = importlib.import_module("kodexa_client")
    return kodexa_client.AsyncKodexaClient(api_key=API_KEY, base_url=base_url, engine="aiohttp")


def _ours_made_by(make: Callable[[str], Any]) -> AsyncConnect:
    @contextlib.asynccontextmanager
    async def connect(base_url: str) -> AsyncGenerator[AsyncCreate]:
        async with make(base_url) as client:

            async def create() -> object:
                return await client.access_tokens.create(name=NAME, expires_at=EXPIRES_AT)

            yield create

    return connect


def _vanilla() -> AsyncConnect:
    made = importlib.import_module(f"{VANILLA}.client")
    models = importlib.import_module(f"{VANILLA}.models")
    operation = importlib.import_module(f"{VANILLA}.api.access_tokens.create_access_token")

    @contextlib.asynccontextmanager
    async def connect(base_url: str) -> AsyncGenerator[AsyncCreate]:
        async with made.AuthenticatedClient(
            base_url=base_url,
            token=API_KEY,
            prefix="",
            auth_header_name=KEY_FIELD,
            timeout=importlib.import_module("httpx").Timeout(TIMEOUT_SECONDS),
        ) as client:

            async def create() -> object:
                body = models.AccessToken(name=NAME, expires_at=EXPIRES_AT)
                return await operation.asyncio(client=client, body=body)

            yield create

    return connect


def _openai() -> AsyncConnect:
    openai = importlib.import_module("openai")

    @contextlib.asynccontextmanager
    async def connect(base_url: str) -> AsyncGenerator[AsyncCreate]:
        async with openai.AsyncOpenAI(
            base_url=base_url, api_key=API_KEY, timeout=TIMEOUT_SECONDS, max_retries=0
        ) as client:

            async def create() -> object:
                return await client.post(PATH, body=BODY, cast_to=dict[str, Any])

            yield create

    return connect


def _generated(package: str) -> Callable[[], AsyncConnect]:
    def load() -> AsyncConnect:
        generated = importlib.import_module(package)

        @contextlib.asynccontextmanager
        async def connect(base_url: str) -> AsyncGenerator[AsyncCreate]:
            settings = generated.Configuration(host=base_url, api_key={KEY_FIELD: API_KEY})
            async with generated.ApiClient(settings) as client:
                tokens = generated.AccessTokensApi(client)

                async def create() -> object:
                    body = generated.AccessToken(name=NAME, expiresAt=EXPIRES_AT)
                    return await tokens.create_access_token(body)

                yield create

        return connect

    return load


_LOADERS: dict[str, Callable[[], AsyncConnect]] = {
    "httpx": _httpx,
    "aiohttp": _aiohttp,
    "ours": _ours,
    "ours, fast": _ours_fast,
    "vanilla": _vanilla,
    "openai": _openai,
    "openapi-generator, aiohttp": _generated(GENERATED_AIOHTTP),
    "openapi-generator, httpx": _generated(GENERATED_HTTPX),
}
