"""Connections, through an httpx client, and what can be seen of a request on its way."""

from __future__ import annotations

from typing import Any

import httpx

__all__ = ["AsyncClientTransport", "ClientTransport", "Progress"]


class Progress:
    """Sees how far a request got, by httpx's ``trace`` extension.

    Attributes:
        wrote: Whether anything happened but making a connection. The names of the events
            may change, so they are used only to withdraw the proof that nothing was sent.
    """

    def __init__(self) -> None:
        """Start before the request is sent."""
        self.wrote = False

    def trace(self, event: str, _info: dict[str, Any]) -> None:
        """Take note of an event."""
        if not event.startswith("connection."):
            self.wrote = True

    async def atrace(self, event: str, _info: dict[str, Any]) -> None:
        """Take note of an event."""
        self.trace(event, _info)


class AsyncClientTransport(httpx.AsyncBaseTransport):
    """Sends through an ``httpx.AsyncClient``, which stays its owner's to close."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        """Keep the client."""
        self._client = client

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send the request as it is. A redirect is never followed."""
        return await self._client.send(request, stream=True, follow_redirects=False)


class ClientTransport(httpx.BaseTransport):
    """Sends through an ``httpx.Client``, which stays its owner's to close."""

    def __init__(self, client: httpx.Client) -> None:
        """Keep the client."""
        self._client = client

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send the request as it is. A redirect is never followed."""
        return self._client.send(request, stream=True, follow_redirects=False)
