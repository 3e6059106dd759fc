"""Requests through an httpx client that the user gave."""

from __future__ import annotations

import httpx

__all__ = ["AsyncClientTransport", "ClientTransport"]


class AsyncClientTransport(httpx.AsyncBaseTransport):
    """Sends through an ``httpx.AsyncClient``, which stays its owner's to close."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        """Keep the client."""
        self._client = client

    @property
    def is_closed(self) -> bool:
        """Whether its owner has closed the client."""
        return self._client.is_closed

    def forget(self) -> None:
        """Do nothing: the connections are the client's."""

    async def close_idle(self) -> None:
        """Do nothing: which connections the client has is its owner's to know."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send the request as it is. A redirect is never followed."""
        return await self._client.send(request, stream=True, follow_redirects=False)


class ClientTransport(httpx.BaseTransport):
    """Sends through an ``httpx.Client``, which stays its owner's to close."""

    def __init__(self, client: httpx.Client) -> None:
        """Keep the client."""
        self._client = client

    @property
    def is_closed(self) -> bool:
        """Whether its owner has closed the client."""
        return self._client.is_closed

    def forget(self) -> None:
        """Do nothing: the connections are the client's."""

    def close_idle(self) -> None:
        """Do nothing: which connections the client has is its owner's to know."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send the request as it is. A redirect is never followed."""
        return self._client.send(request, stream=True, follow_redirects=False)
