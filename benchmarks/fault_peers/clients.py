"""The clients that get the faults: how each is made, and how it is asked for a credential."""

from __future__ import annotations

import contextlib
import importlib
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest import mock

import httpx
from attrs import frozen

from benchmarks.rivals import PACKAGE, vanilla_access_token
from kodexa_client import AsyncKodexaClient
from tests.faults import API_KEY, connected

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
    from contextlib import AbstractAsyncContextManager

    from .faults import Fault

    # Asks for a credential of a name, and returns what a caller is handed.
    Create = Callable[[str], Awaitable[Any]]
    Connect = Callable[[str, Fault], AbstractAsyncContextManager[Create]]

__all__ = ["Client", "all_clients"]

DOCUMENT = Path(__file__).parents[2] / "openapi.yaml"
PATH = "/api/access-tokens"
# What of a timeout is not reading. It is never reached: the server is on this machine.
CONNECT_SECONDS = 5.0


@frozen
class Client:
    """A client, by the name that it has in the tables.

    Attributes:
        name: Its name.
        connect: Makes it, for a base URL and a fault, and closes it.
        defaults: What it does by itself after a failure, and which calls were made of it.
    """

    name: str
    connect: Connect
    defaults: str


@contextlib.contextmanager
def all_clients() -> Generator[list[Client], None, None]:
    """Give every client. Vanilla output is generated for as long as the block runs."""
    # Imported by name: the environment that checks the types has neither of them.
    openai = importlib.import_module("openai")
    httpx_retries = importlib.import_module("httpx_retries")
    with vanilla_access_token(DOCUMENT) as access_token:
        yield [
            Client(
                "openai",
                _openai(openai),
                "`AsyncOpenAI(base_url=..., api_key=..., timeout=...)` and its generic "
                "`client.post(path, body=..., cast_to=dict)`. Documented: two retries by "
                "default, of connection errors, timeouts, 408, 409, 429 and every 5xx. Seen in "
                "its code: it follows redirects, sends no idempotency key, and does not check "
                "answers strictly.",
            ),
            Client(
                "vanilla",
                _vanilla(access_token),
                "`await create_access_token.asyncio(client=AuthenticatedClient(...), "
                "body=...)`, as generated. No retries. By its signature it returns a "
                "`Problem` for an error's status, and None for one that the API document does "
                "not have.",
            ),
            Client(
                "httpx-retries",
                _retrying(httpx_retries),
                "`httpx.AsyncClient(transport=RetryTransport())`. Documented: POST is not "
                "among the methods that it repeats by default.",
            ),
            Client(
                "httpx-retries, POST allowed",
                _retrying(httpx_retries, allowed_methods=["POST"]),
                '`Retry(allowed_methods=["POST"])`: **not its default**, but the documented '
                "way to repeat a POST. Documented: ten retries by default, of timeouts, "
                "network errors, broken answers, 429, 502, 503 and 504.",
            ),
            Client(
                "httpx",
                _raw,
                "`await client.post(...)`, `response.raise_for_status()`, `response.json()`. "
                "No retries.",
            ),
            Client(
                "ours",
                _ours(),
                "`await client.access_tokens.create_detailed(name=...)` of an "
                "`AsyncKodexaClient`. Repeats only what is certain not to have been "
                "executed, twice at most, and takes a 307 for a refusal, as HTTP does: "
                "[outcomes.md](outcomes.md).",
            ),
            Client(
                "ours, retry_unclear",
                _ours(retry_unclear=True),
                "The same call with `retry_unclear=True`: **not its default**. For those who "
                "prefer a duplicate.",
            ),
        ]


def _openai(openai: Any) -> Connect:  # noqa: ANN401 - a module
    @contextlib.asynccontextmanager
    async def connect(base_url: str, fault: Fault) -> AsyncGenerator[Create]:
        timeout = openai.Timeout(CONNECT_SECONDS, read=fault.read)
        async with openai.AsyncOpenAI(
            base_url=base_url, api_key=API_KEY, timeout=timeout
        ) as client:

            async def create(name: str) -> Any:  # noqa: ANN401 - whatever it returns
                return await client.post(PATH, body={"name": name}, cast_to=dict[str, Any])

            # How long it sleeps before a retry. Whether it retries, and how often, it
            # decides elsewhere (_should_retry, max_retries).
            with mock.patch.object(client, "_calculate_retry_timeout", return_value=0.0):
                yield create

    return connect


def _vanilla(access_token: Any) -> Connect:  # noqa: ANN401 - a class made on the fly
    made = importlib.import_module(f"{PACKAGE}.client")
    operation = importlib.import_module(f"{PACKAGE}.api.access_tokens.create_access_token")

    @contextlib.asynccontextmanager
    async def connect(base_url: str, fault: Fault) -> AsyncGenerator[Create]:
        async with made.AuthenticatedClient(
            base_url=base_url,
            token=API_KEY,
            prefix="",
            auth_header_name="x-api-key",
            timeout=_timeout(fault),
        ) as client:

            async def create(name: str) -> Any:  # noqa: ANN401 - whatever it returns
                return await operation.asyncio(client=client, body=access_token(name=name))

            yield create

    return connect


def _retrying(httpx_retries: Any, **settings: Any) -> Connect:  # noqa: ANN401 - a module
    @contextlib.asynccontextmanager
    async def connect(base_url: str, fault: Fault) -> AsyncGenerator[Create]:
        # Both say only how long it sleeps before a retry: no backoff, which is its default,
        # and no wait for a Retry-After, which is not. How often it retries depends on
        # neither.
        retry = httpx_retries.Retry(backoff_factor=0, respect_retry_after_header=False, **settings)
        transport = httpx_retries.RetryTransport(retry=retry)
        async with _plain(base_url, fault, transport=transport) as create:
            yield create

    return connect


def _raw(base_url: str, fault: Fault) -> AbstractAsyncContextManager[Create]:
    return _plain(base_url, fault)


@contextlib.asynccontextmanager
async def _plain(
    base_url: str, fault: Fault, transport: httpx.AsyncBaseTransport | None = None
) -> AsyncGenerator[Create]:
    async with httpx.AsyncClient(
        base_url=base_url,
        headers={"x-api-key": API_KEY},
        timeout=_timeout(fault),
        transport=transport,
    ) as client:

        async def create(name: str) -> Any:  # noqa: ANN401 - whatever is JSON
            response = await client.post(PATH, json={"name": name})
            response.raise_for_status()
            return response.json()

        yield create


def _ours(**arguments: Any) -> Connect:  # noqa: ANN401 - of the call
    @contextlib.asynccontextmanager
    async def connect(base_url: str, fault: Fault) -> AsyncGenerator[Create]:
        settings: dict[str, Any] = {"timeout": _timeout(fault)}
        if fault.budget is not None:
            settings["deadline"] = fault.budget
        # Its clock is the tests' own, which goes on by a sleep without waiting.
        async with connected(AsyncKodexaClient, base_url, **settings) as either:

            async def create(name: str) -> Any:  # noqa: ANN401 - as EitherClient has it
                response = await either.create_detailed(name=name, **arguments)
                return response.parsed

            yield create

    return connect


def _timeout(fault: Fault) -> httpx.Timeout:
    return httpx.Timeout(CONNECT_SECONDS, read=fault.read)
