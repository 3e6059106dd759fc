"""The sync clients: how each is imported, made, and asked for a token."""

from __future__ import annotations

import contextlib
import importlib
import json
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager
from typing import Any

from .example import API_KEY, BODY, EXPIRES_AT, KEY_FIELD, NAME, PATH

__all__ = ["SyncConnect", "SyncCreate", "load_sync"]

# As in async_clients.py.
SyncCreate = Callable[[], Any]
SyncConnect = Callable[[str], AbstractContextManager[SyncCreate]]

TIMEOUT_SECONDS = 30.0
HEADERS = {KEY_FIELD: API_KEY}


def load_sync(name: str) -> SyncConnect:
    """Import what a client is made with. No client is made yet.

    Raises:
        ImportError: It is not installed.
    """
    return _LOADERS[name]()


def _httpx() -> SyncConnect:
    httpx = importlib.import_module("httpx")

    @contextlib.contextmanager
    def connect(base_url: str) -> Generator[SyncCreate]:
        url = base_url + PATH
        with httpx.Client(timeout=TIMEOUT_SECONDS) as client:
            yield lambda: json.loads(client.post(url, json=BODY, headers=HEADERS).content)

    return connect


def _ours() -> SyncConnect:
    kodexa_client = importlib.import_module("kodexa_client")

    @contextlib.contextmanager
    def connect(base_url: str) -> Generator[SyncCreate]:
        with kodexa_client.KodexaClient(api_key=API_KEY, base_url=base_url) as client:
            yield lambda: client.access_tokens.create(name=NAME, expires_at=EXPIRES_AT)

    return connect


def _requests() -> SyncConnect:
    requests = importlib.import_module("requests")

    @contextlib.contextmanager
    def connect(base_url: str) -> Generator[SyncCreate]:
        url = base_url + PATH
        with requests.Session() as session:
            yield lambda: json.loads(
                session.post(url, json=BODY, headers=HEADERS, timeout=TIMEOUT_SECONDS).content
            )

    return connect


def _urllib3() -> SyncConnect:
    urllib3 = importlib.import_module("urllib3")

    @contextlib.contextmanager
    def connect(base_url: str) -> Generator[SyncCreate]:
        url = base_url + PATH
        with urllib3.PoolManager(timeout=TIMEOUT_SECONDS) as pool:
            yield lambda: json.loads(pool.request("POST", url, json=BODY, headers=HEADERS).data)

    return connect


_LOADERS: dict[str, Callable[[], SyncConnect]] = {
    "httpx, sync": _httpx,
    "ours, sync": _ours,
    "requests": _requests,
    "urllib3": _urllib3,
}
