"""Connections: the SDK's own pool, or a client that the user gave."""

from __future__ import annotations

import httpx

__all__ = ["AsyncClientTransport", "ClientTransport"]


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
