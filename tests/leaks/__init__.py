"""The leak hunt: neither the key nor a created secret is shown by anything."""

from __future__ import annotations

import contextlib
import json
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from kodexa_client import AsyncKodexaClient, KodexaClient
from tests.conftest import EitherClient, FastKodexaClient, StillClock, settle

from .hunt import key, secret

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable

__all__ = ["WAYS", "caught", "connected", "created"]

WAYS = [
    pytest.param(AsyncKodexaClient, False, id="async"),
    pytest.param(KodexaClient, True, id="sync, http_client"),
    pytest.param(AsyncKodexaClient, True, id="async, http_client"),
    pytest.param(KodexaClient, False, id="sync"),
    pytest.param(FastKodexaClient, False, id="fast"),
]


def created(**members: Any) -> bytes:
    return json.dumps({"id": "1", "name": "ci", "token": secret(), **members}).encode()


@contextlib.asynccontextmanager
async def connected(
    kind: Any, base_url: str, *, given: bool, **settings: Any
) -> AsyncGenerator[EitherClient]:
    """Make a client with the canary key, with connections of its own or with given ones."""
    http_kind: Any = httpx.AsyncClient if kind is AsyncKodexaClient else httpx.Client
    http_client = http_kind(trust_env=False) if given else None
    client = kind(api_key=key(), base_url=base_url, http_client=http_client, **settings)
    client._clock = StillClock()
    either = EitherClient(client)
    try:
        yield either
    finally:
        await either.close()
        if isinstance(http_client, httpx.AsyncClient):
            await http_client.aclose()
        elif http_client is not None:
            http_client.close()


async def caught(call: Callable[[], Any]) -> BaseException:
    """Return what a call raises, with no frame of the test's in its traceback but this one."""
    try:
        await settle(call())
    except BaseException as error:  # noqa: BLE001 - a cancellation too
        return error
    raise AssertionError("nothing was raised")
