"""Sends over aiohttp's connections: the engine of the extra ``fast``. For asyncio alone.

Why aiohttp, and not by way of a transport for httpx that others wrote: docs/adr/0009-engine.md.
"""

from __future__ import annotations

import asyncio
import io
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import aiohttp
import httpx
import yarl
from multidict import CIMultiDict

from ._aiohttp_connections import (
    CONNECTING,
    LONGEST_HEAD,
    Connector,
    Progress,
    current_progress,
)
from ._aiohttp_errors import of_body, of_request
from ._event_loop import OnEventLoop
from ._hidden import Hidden
from ._pools import MAX_CONNECTIONS
from ._slots import AsyncSlots
from ._stand_ins import AsyncStandIn
from ._wire import Received
from .errors import ConfigurationError

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncGenerator, Callable

    from ._proxies import Proxies
    from ._wire import AsyncTrace, OutgoingRequest

__all__ = ["AiohttpTransport"]

# Of the two releases before it, a read that timed out spoils connections for later requests.
_OLDEST = (3, 14, 2)
# Its own default is 15. httpx's is 5.
_KEEPALIVE_SECONDS = 5.0
# What it would add, where we send none.
_NOT_ADDED = ("Accept", "Accept-Encoding", "Content-Type", "User-Agent")
# It warns of more in one piece, since it would be written at once.
_LARGEST_PIECE = 1024 * 1024
# It rounds longer timeouts up to whole seconds, unless told not to.
_NEVER_ROUNDED = 1e9
_SWITCHING_PROTOCOLS = 101
_MOST_URLS = 64
# Connectors of another process or a closed event loop: their finalizers would touch the loop.
_forgotten: list[Connector] = []


class AiohttpTransport(OnEventLoop):
    """Sends over connections of aiohttp's that the tasks of an event loop share.

    Attributes:
        is_closed: Whether it has been closed.
        slots: The queue in front of it: there are as many connections as it lets through.
    """

    def __init__(self, proxies: Proxies, context: Callable[[], ssl.SSLContext]) -> None:
        """Prepare the connections. None is made yet.

        Args:
            proxies: Tells which proxy they go through.
            context: Returns the settings of TLS. Called when they are needed first.
        """
        self.is_closed = False
        self.slots = AsyncSlots(MAX_CONNECTIONS)
        self._proxies = proxies
        self._context = context
        self._tls: ssl.SSLContext | None = None
        # What is sent, with its key, and what comes can be reached from there.
        self._opened: Hidden[tuple[aiohttp.ClientSession, Connector]] | None = None
        self._stand_in = AsyncStandIn(context)
        self._url = lru_cache(_MOST_URLS)(_url)

    async def send(
        self, request: OutgoingRequest, timeouts: dict[str, float | None], trace: AsyncTrace
    ) -> Received:
        """Send the request as it is.

        Args:
            request: The request, with the key.
            timeouts: Seconds for each phase, as httpx's extension ``timeout`` has them.
            trace: Is told of each step, as httpx's extension ``trace`` is.
        """
        if self._stand_in.is_wanted:
            await trace(CONNECTING, {})
            return await self._stand_in.send(request, timeouts, trace)
        try:
            session, _ = (self._opened or self._open()).reveal()
            arguments = await self._arguments(request, timeouts)
        except Exception:
            await trace(CONNECTING, {})
            raise
        progress = Progress(trace, timeouts.get("write"))
        token = current_progress.set(progress)
        try:
            response = await session.request(request.method, **arguments)
        except Exception as error:
            mapped = of_request(error, progress)
            if mapped is error:
                raise
            raise mapped from error
        finally:
            current_progress.reset(token)
            progress.let_go()
        body = _Body(response, progress)
        coding = response.headers.get("transfer-encoding", "chunked")
        if response.status == _SWITCHING_PROTOCOLS or coding.lower() != "chunked":
            await body.aclose()
            raise httpx.RemoteProtocolError("an answer of a kind that was not asked for")
        progress.answered(response)
        # White space around a value is no part of it (RFC 9110 5.5). aiohttp leaves some.
        headers = [(name, value.strip(b" \t")) for name, value in response.raw_headers]
        return Received(response.status, httpx.Headers(headers), body)

    def _open(self) -> Hidden[tuple[aiohttp.ClientSession, Connector]]:
        try:
            asyncio.get_running_loop()
        except RuntimeError:
            raise ConfigurationError(
                "The engine aiohttp is for asyncio alone: leave engine out."
            ) from None
        if tuple(int(part) for part in aiohttp.__version__.split(".")[:3] if part.isdigit()) < (
            _OLDEST
        ):
            raise ConfigurationError(
                "The engine aiohttp needs a newer aiohttp: pip install 'kodexa-client[fast]'."
            )
        connector = Connector(
            # The system's, as for the other engine. Another one is taken where it is installed.
            resolver=aiohttp.ThreadedResolver(),
            # There is a queue in front of it.
            limit=0,
            keepalive_timeout=_KEEPALIVE_SECONDS,
            timeout_ceil_threshold=_NEVER_ROUNDED,
            use_dns_cache=False,
        )
        session = aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            trust_env=False,
            skip_auto_headers=_NOT_ADDED,
            max_line_size=LONGEST_HEAD,
            max_field_size=LONGEST_HEAD,
            max_headers=LONGEST_HEAD,
        )
        self._opened = Hidden((session, connector))
        return self._opened

    async def _arguments(
        self, request: OutgoingRequest, timeouts: dict[str, float | None]
    ) -> dict[str, Any]:
        url = request.url
        headers = CIMultiDict(
            [(name.decode("ascii"), _text(value)) for name, value in request.fields]
        )
        # How the body is framed is aiohttp's to say.
        headers.popall("transfer-encoding", None)
        arguments: dict[str, Any] = {
            "url": self._url(url.scheme, url.netloc, url.raw_path),
            "headers": headers,
            "data": await _content(request),
            "allow_redirects": False,
            "timeout": _timeout(timeouts.get("connect"), timeouts.get("read")),
        }
        proxy = self._proxies.for_url(url)
        if "https" in {url.scheme, proxy and proxy.url.scheme}:
            # Connections of another context are others.
            self._tls = self._tls or self._context()
            arguments["ssl"] = self._tls
        if proxy is not None:
            arguments["proxy"] = yarl.URL(str(proxy.url), encoded=True)
            for_proxy = CIMultiDict(
                [(name.decode("ascii"), _text(value)) for name, value in proxy.headers.raw]
            )
            if proxy.auth is not None:
                for_proxy["Proxy-Authorization"] = aiohttp.encode_basic_auth(*proxy.auth)
            if url.scheme == "https":
                arguments["proxy_headers"] = for_proxy
            else:
                # Without a tunnel the request itself is the proxy's.
                headers.extend(for_proxy)
        return arguments

    def forget(self) -> None:
        """Let go of the connections without closing them: their event loop is not here."""
        self.is_closed = True
        if self._opened is not None:
            session, connector = self._opened.reveal()
            session.detach()
            connector.forget()
            _forgotten.append(connector)

    async def close_idle(self) -> None:
        """Close the connections that no request uses."""
        if self._opened is not None:
            _, connector = self._opened.reveal()
            connector.close_idle()

    async def aclose(self) -> None:
        """Close every connection."""
        self.is_closed = True
        if self._opened is not None:
            session, connector = self._opened.reveal()
            connector.abort()
            await session.close()
        await self._stand_in.aclose()


class _Body:
    def __init__(self, response: aiohttp.ClientResponse, progress: Progress) -> None:
        self._response = response
        self._progress = progress

    async def __aiter__(self) -> AsyncGenerator[bytes]:
        try:
            while piece := await self._response.content.readany():
                yield piece
        except Exception as error:
            mapped = of_body(error, self._progress)
            if mapped is error:
                raise
            raise mapped from error

    async def aclose(self) -> None:
        # A connection whose answer was read to its end is in the pool already.
        if not self._response.closed:
            self._progress.abort()
        self._progress.ended()
        self._response.close()


def _url(scheme: str, netloc: bytes, raw_path: bytes) -> yarl.URL:
    """Return a URL that is sent as it is written."""
    return yarl.URL(f"{scheme}://{netloc.decode('ascii')}{raw_path.decode('ascii')}", encoded=True)


@lru_cache(_MOST_URLS)
def _timeout(connect: float | None, read: float | None) -> aiohttp.ClientTimeout:
    return aiohttp.ClientTimeout(
        total=None, connect=connect, sock_read=read, ceil_threshold=_NEVER_ROUNDED
    )


def _text(value: bytes) -> str:
    try:
        # aiohttp writes UTF-8, and leaves out what can't be said in it.
        return value.decode("utf-8")
    except UnicodeDecodeError:
        pass
    raise ConfigurationError(
        "The engine aiohttp sends no header field and no key that is not UTF-8: leave engine out."
    )


async def _content(request: OutgoingRequest) -> Any:  # noqa: ANN401 - what aiohttp takes is wide
    stream = request.stream
    if isinstance(stream, httpx.ByteStream):
        content = b"".join(stream)
        if not content:
            return None
        return content if len(content) <= _LARGEST_PIECE else io.BytesIO(content)
    if not isinstance(stream, httpx.AsyncByteStream):
        raise httpx.LocalProtocolError("the body can't be read by a task")
    names = {name.lower() for name, _ in request.fields}
    # With a length it is not sent in chunks. A request that has neither has no body.
    return aiter(stream) if names & {b"content-length", b"transfer-encoding"} else None
