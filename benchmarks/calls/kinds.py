"""The kinds of clients that there are, by the names that they have in the tables."""

from __future__ import annotations

from attrs import frozen

from .packages import GENERATED_AIOHTTP, GENERATED_HTTPX, VANILLA

__all__ = ["ASYNC_BASE", "KINDS", "SYNC_BASE", "Kind"]

# What the others are measured against.
ASYNC_BASE = "httpx"
SYNC_BASE = "httpx, sync"


@frozen
class Kind:
    """A kind of client.

    Attributes:
        is_async: Whether its calls are awaited.
        is_peer: Whether it needs the environment of the peers.
        imports: What a program imports that uses it.
    """

    is_async: bool
    is_peer: bool
    imports: str


KINDS = {
    "httpx": Kind(is_async=True, is_peer=False, imports="httpx"),
    "aiohttp": Kind(is_async=True, is_peer=False, imports="aiohttp"),
    "ours": Kind(is_async=True, is_peer=False, imports="kodexa_client"),
    "ours, fast": Kind(is_async=True, is_peer=False, imports="kodexa_client"),
    "vanilla": Kind(
        is_async=True,
        is_peer=True,
        imports=f"{VANILLA}.client, {VANILLA}.api.access_tokens.create_access_token",
    ),
    "openai": Kind(is_async=True, is_peer=True, imports="openai"),
    "openapi-generator, aiohttp": Kind(is_async=True, is_peer=True, imports=GENERATED_AIOHTTP),
    "openapi-generator, httpx": Kind(is_async=True, is_peer=True, imports=GENERATED_HTTPX),
    "httpx, sync": Kind(is_async=False, is_peer=False, imports="httpx"),
    "ours, sync": Kind(is_async=False, is_peer=False, imports="kodexa_client"),
    "requests": Kind(is_async=False, is_peer=True, imports="requests"),
    "urllib3": Kind(is_async=False, is_peer=True, imports="urllib3"),
}
