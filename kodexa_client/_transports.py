"""Requests through an httpx client that the user gave."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ._event_loop import OnEventLoop
from ._wire import Received

if TYPE_CHECKING:
    import httpx

    from ._wire import AsyncTrace, OutgoingRequest, Trace

__all__ = ["AsyncClientTransport", "ClientTransport"]


class AsyncClientTransport(OnEventLoop):
    """Sends through an ``httpx.AsyncClient``, which stays its owner's to close.

    Attributes:
        slots: None: how many connections it has is its owner's to know.
    """

    slots: None = None

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

    async def aclose(self) -> None:
        """Do nothing: the client is its owner's to close."""

    async def send(
        self, request: OutgoingRequest, timeouts: dict[str, float | None], trace: AsyncTrace
    ) -> Received:
        """Send the request as it is. A redirect is never followed.

        Args:
            request: The request, with the key.
            timeouts: Seconds for each phase, as httpx's extension ``timeout`` has them.
            trace: Is told of each step, as httpx's extension ``trace`` is.
        """
        extensions = {"timeout": timeouts, "trace": trace}
        response = await self._client.send(
            request.to_httpx(extensions), stream=True, follow_redirects=False
        )
        return Received(response.status_code, response.headers, response.stream)


class ClientTransport:
    """Sends through an ``httpx.Client``, which stays its owner's to close.

    Attributes:
        slots: As ``AsyncClientTransport``'s.
    """

    slots: None = None

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

    def close(self) -> None:
        """Do nothing: the client is its owner's to close."""

    def send(
        self, request: OutgoingRequest, timeouts: dict[str, float | None], trace: Trace
    ) -> Received:
        """Send the request as it is, as ``AsyncClientTransport`` does."""
        extensions = {"timeout": timeouts, "trace": trace}
        response = self._client.send(
            request.to_httpx(extensions), stream=True, follow_redirects=False
        )
        return Received(response.status_code, response.headers, response.stream)
