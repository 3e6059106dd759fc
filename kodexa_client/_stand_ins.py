"""Requests go where a tool for tests looks for them, if one answers in the network's place.

What only watches httpx, for traces and metrics, is passed by: it would take requests past the
deadline, the proxies, and all else that is done to the connections.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpcore
import httpx

from ._wire import Received

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable

    from ._wire import AsyncTrace, OutgoingRequest, Trace

__all__ = ["AsyncStandIn", "StandIn"]

# The first replaces httpx's transports, the second httpcore's connections.
_TEST_TOOLS = frozenset({"pytest_httpx", "respx"})


class AsyncStandIn:
    """A transport of httpx's, for as long as a tool answers for it."""

    def __init__(self, context: Callable[[], ssl.SSLContext]) -> None:
        """Make none yet.

        Args:
            context: Returns the settings of TLS.
        """
        self._context = context
        self._transport: httpx.AsyncHTTPTransport | None = None

    @property
    def is_wanted(self) -> bool:
        """Whether a tool answers at the moment."""
        return _is_replaced(
            httpx.AsyncHTTPTransport.handle_async_request,
            httpcore.AsyncHTTPConnection.handle_async_request,
        )

    async def send(
        self, request: OutgoingRequest, timeouts: dict[str, float | None], trace: AsyncTrace
    ) -> Received:
        """Send a request to the tool. The arguments are those of a transport."""
        if self._transport is None:
            self._transport = httpx.AsyncHTTPTransport(verify=self._context())
        response = await self._transport.handle_async_request(
            request.to_httpx({"timeout": timeouts, "trace": trace})
        )
        return Received(response.status_code, response.headers, response.stream)

    async def aclose(self) -> None:
        """Close what was made."""
        if self._transport is not None:
            await self._transport.aclose()


class StandIn:
    """The same for threads."""

    def __init__(self, context: Callable[[], ssl.SSLContext]) -> None:
        """Make none yet, as ``AsyncStandIn`` does."""
        self._context = context
        self._transport: httpx.HTTPTransport | None = None

    @property
    def is_wanted(self) -> bool:
        """Whether a tool answers at the moment."""
        return _is_replaced(
            httpx.HTTPTransport.handle_request, httpcore.HTTPConnection.handle_request
        )

    def send(
        self, request: OutgoingRequest, timeouts: dict[str, float | None], trace: Trace
    ) -> Received:
        """Send a request to the tool, as ``AsyncStandIn`` does."""
        if self._transport is None:
            self._transport = httpx.HTTPTransport(verify=self._context())
        response = self._transport.handle_request(
            request.to_httpx({"timeout": timeouts, "trace": trace})
        )
        return Received(response.status_code, response.headers, response.stream)

    def close(self) -> None:
        """Close what was made."""
        if self._transport is not None:
            self._transport.close()


def _is_replaced(of_httpx: Callable[..., object], of_httpcore: Callable[..., object]) -> bool:
    return _module_of(of_httpx) in _TEST_TOOLS or _module_of(of_httpcore) in _TEST_TOOLS


def _module_of(method: Callable[..., object]) -> str:
    return method.__module__.partition(".")[0]
