"""The two clients: their lifecycle, their settings, and the way of a call."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar

import httpx

from ._auth import ApiKey, AsyncKeyTransport, KeyTransport, origin_of
from ._config import (
    DEFAULT_TIMEOUT_SECONDS,
    resolve_api_key,
    resolve_base_url,
    resolve_headers,
    resolve_timeout,
)
from ._requests import build_request
from ._responses import Outcome, conclude, without_body
from ._transports import AsyncClientTransport, ClientTransport, Progress
from .api import AsyncResources, Resources
from .errors import ConfigurationError, error_from_exception
from .types import UNSET, Unset

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType

    from ._requests import QueryParams
    from .types import RequestFiles

__all__ = ["AsyncKodexaClient", "KodexaClient"]


HTTPClient = TypeVar("HTTPClient", httpx.AsyncClient, httpx.Client)


class _Client(Generic[HTTPClient]):
    """What the two clients share: their settings, and requests built from them."""

    _http_client: HTTPClient

    def __init__(
        self,
        *,
        api_key: str | None,
        base_url: str | httpx.URL | None,
        timeout: float | httpx.Timeout | None,
        default_headers: Mapping[str, str] | None,
        owns_http_client: bool,
    ) -> None:
        self._base_url = resolve_base_url(base_url)
        self._api_key = resolve_api_key(api_key)
        self._timeout = resolve_timeout(timeout)
        self._default_headers = resolve_headers(default_headers)
        self._owns_http_client = owns_http_client
        self._closed = False

    def __repr__(self) -> str:
        """Show where the client calls, and no key."""
        # A traceback may show a client that could not be made.
        base_url = getattr(self, "_base_url", None)
        return f"{type(self).__name__}(base_url={None if base_url is None else str(base_url)!r})"

    def __copy__(self) -> Self:
        """Do as ``with_options()`` without a change."""
        return self.with_options()

    @property
    def base_url(self) -> httpx.URL:
        """Where the platform is. Every request goes there."""
        return self._base_url

    @property
    def timeout(self) -> httpx.Timeout:
        """How long each phase of a call may take, in seconds."""
        return self._timeout

    def set_api_key(self, api_key: str) -> None:
        """Use another key from the next request on.

        Copies that ``with_options`` made before keep theirs.

        Args:
            api_key: The key.

        Raises:
            ConfigurationError: The key can't be an HTTP field value.
        """
        self._api_key = ApiKey(api_key, "api_key")

    def with_options(
        self,
        *,
        api_key: str | None = None,
        base_url: str | httpx.URL | None = None,
        timeout: float | httpx.Timeout | Unset | None = UNSET,
        default_headers: Mapping[str, str] | None = None,
    ) -> Self:
        """Return a copy with other settings, which shares the connections.

        The original stays as it is, and stays the one to close: closing the copy
        leaves the connections open. What is not given is the original's.

        Args:
            api_key: Another key.
            base_url: Another instance of the platform. A key belongs to one instance,
                so give ``api_key`` too if scheme, host or port differ.
            timeout: Seconds for each phase of a call, an ``httpx.Timeout``, or None for
                no limit.
            default_headers: Further header fields for every request. They come on top
                of the original's; where both have one, this one is sent.

        Raises:
            ConfigurationError: A setting is refused.
        """
        copy = object.__new__(type(self))
        vars(copy).update(
            (name, value)
            for name, value in vars(self).items()
            # A resource that was used already calls through the original.
            if not isinstance(getattr(type(self), name, None), cached_property)
        )
        copy._owns_http_client = False
        if api_key is not None:
            copy.set_api_key(api_key)
        if base_url is not None:
            copy._base_url = resolve_base_url(base_url)
            if api_key is None and origin_of(copy.base_url) != origin_of(self.base_url):
                message = "A key belongs to one instance of the platform: give its api_key too."
                raise ConfigurationError(message)
        if timeout is not UNSET:
            copy._timeout = resolve_timeout(timeout)
        if default_headers is not None:
            copy._default_headers = self._default_headers.copy()
            copy._default_headers.update(resolve_headers(default_headers))
        return copy

    def _request(self, method: str, path: str, **parts: Any) -> httpx.Request:  # noqa: ANN401 - as request()
        if self._closed or self._http_client.is_closed:
            message = "The client is closed: make a new one, or close it after its last call."
            raise ConfigurationError(message)
        return build_request(
            method,
            path,
            base_url=self._base_url,
            default_headers=self._default_headers,
            **parts,
        )


class AsyncKodexaClient(_Client[httpx.AsyncClient], AsyncResources):
    """A client for asyncio applications.

    One client serves any number of concurrent calls of one event loop. Close it, or use
    it as a context manager.

    Example:
        ::

            async with AsyncKodexaClient() as client:
                token = await client.access_tokens.create(
                    name="ci", expires_at=expires_in(days=90)
                )
    """

    def __init__(
        self,
        *,
        api_key: str | None = None,
        base_url: str | httpx.URL | None = None,
        timeout: float | httpx.Timeout | None = DEFAULT_TIMEOUT_SECONDS,
        http_client: httpx.AsyncClient | None = None,
        default_headers: Mapping[str, str] | None = None,
    ) -> None:
        """Resolve the settings. Nothing is sent yet.

        Args:
            api_key: The API key. Default: the environment variable ``KODEXA_API_KEY``,
                or the older ``KODEXA_ACCESS_TOKEN``.
            base_url: Where the platform is, with its path prefix if it has one. Default:
                the environment variable ``KODEXA_URL``, or ``https://platform.kodexa.ai``.
            timeout: Seconds for each phase of a call (connecting, which gets no more
                than 5; sending; waiting for the next bytes; waiting for a connection),
                an ``httpx.Timeout``, or None for no limit.
            http_client: Sends the requests, with its own connections, proxies and TLS
                settings. It is not closed with this client. Its timeout and headers
                are not used: give them here. Default: a pool of connections of this
                client's own, with proxies for https from the environment as httpx
                reads them.
            default_headers: Further header fields for every request.

        Raises:
            ConfigurationError: There is no key, or a setting is refused.
            TypeError: ``http_client`` is not an ``httpx.AsyncClient``.
        """
        if http_client is not None and not isinstance(http_client, httpx.AsyncClient):
            message = "http_client has to be an httpx.AsyncClient, or the client a KodexaClient."
            raise TypeError(message)
        super().__init__(
            api_key=api_key,
            base_url=base_url,
            timeout=timeout,
            default_headers=default_headers,
            owns_http_client=http_client is None,
        )
        # A proxy of the environment would read an http request, with its key: those go
        # directly, whatever the environment says.
        self._http_client = http_client or httpx.AsyncClient(mounts={"http://": None})

    async def __aenter__(self) -> Self:
        """Return the client."""
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close the client."""
        await self.aclose()

    async def aclose(self) -> None:
        """Close the client and its connections. A second call does nothing."""
        self._closed = True
        if self._owns_http_client:
            await self._http_client.aclose()

    async def request(
        self,
        method: str,
        path: str,
        *,
        params: QueryParams | None = None,
        headers: Mapping[str, str] | None = None,
        cookies: Mapping[str, str] | None = None,
        json: object = UNSET,
        content: bytes | None = None,
        content_type: str | None = None,
        files: RequestFiles | None = None,
    ) -> httpx.Response:
        """Send one request and return its answer, if that is a 2xx.

        The operations' own methods call this. It also reaches what the platform offers
        and this SDK has no method for yet.

        Args:
            method: The method, for example ``"GET"``.
            path: The path below the base URL, percent-encoded, starting with a slash.
            params: The query's parameters: a mapping, or pairs of name and value.
            headers: Further header fields.
            cookies: Cookies for this request alone.
            json: The body, to be written as JSON. None is JSON's null.
            content: The body, as it is.
            content_type: The body's media type. Default: ``application/json`` for
                ``json``, none for ``content``.
            files: The parts of a multipart body.

        Returns:
            The response, whose body was read.

        Raises:
            APIConnectionError: No answer came; ``sent`` says whether it may have been
                carried out.
            APIStatusError: The answer is not a 2xx. Redirects are not followed.
            ConfigurationError: The client is closed.
            ValueError: The path or the body can't be sent.
            TypeError: The body can't be JSON.
        """
        request = self._request(
            method,
            path,
            params=params,
            headers=headers,
            cookies=cookies,
            json=json,
            content=content,
            content_type=content_type,
            files=files,
        )
        return conclude(await self._exchange(request), request, self._api_key)

    async def _exchange(self, request: httpx.Request) -> Outcome:
        transport = AsyncKeyTransport(
            AsyncClientTransport(self._http_client), self._api_key, self._base_url
        )
        progress = Progress()
        request.extensions |= {"timeout": self._timeout.as_dict(), "trace": progress.atrace}
        try:
            response = await transport.handle_async_request(request)
        except Exception as error:  # noqa: BLE001 - ssl, RuntimeError and others come too
            return error_from_exception(error, request, wrote=progress.wrote)
        try:
            await response.aread()
        except Exception as error:  # noqa: BLE001 - as above
            return without_body(response, error)
        finally:
            await response.aclose()
        return response


class KodexaClient(_Client[httpx.Client], Resources):
    """A client for code without an event loop.

    Threads may share one client. Close it, or use it as a context manager.

    Example:
        ::

            with KodexaClient() as client:
                token = client.access_tokens.create(name="ci", expires_at=expires_in(days=90))
    """

    def __init__(
        self,
        *,
        api_key: str | None = None,
        base_url: str | httpx.URL | None = None,
        timeout: float | httpx.Timeout | None = DEFAULT_TIMEOUT_SECONDS,
        http_client: httpx.Client | None = None,
        default_headers: Mapping[str, str] | None = None,
    ) -> None:
        """Resolve the settings. Nothing is sent yet.

        Args:
            api_key: As for ``AsyncKodexaClient``.
            base_url: As for ``AsyncKodexaClient``.
            timeout: As for ``AsyncKodexaClient``.
            http_client: An ``httpx.Client``, as for ``AsyncKodexaClient``.
            default_headers: As for ``AsyncKodexaClient``.

        Raises:
            ConfigurationError: There is no key, or a setting is refused.
            TypeError: ``http_client`` is not an ``httpx.Client``.
        """
        if http_client is not None and not isinstance(http_client, httpx.Client):
            message = "http_client has to be an httpx.Client, or the client an AsyncKodexaClient."
            raise TypeError(message)
        super().__init__(
            api_key=api_key,
            base_url=base_url,
            timeout=timeout,
            default_headers=default_headers,
            owns_http_client=http_client is None,
        )
        # A proxy of the environment would read an http request, with its key: those go
        # directly, whatever the environment says.
        self._http_client = http_client or httpx.Client(mounts={"http://": None})

    def __enter__(self) -> Self:
        """Return the client."""
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close the client."""
        self.close()

    def close(self) -> None:
        """Close the client and its connections. A second call does nothing."""
        self._closed = True
        if self._owns_http_client:
            self._http_client.close()

    def request(
        self,
        method: str,
        path: str,
        *,
        params: QueryParams | None = None,
        headers: Mapping[str, str] | None = None,
        cookies: Mapping[str, str] | None = None,
        json: object = UNSET,
        content: bytes | None = None,
        content_type: str | None = None,
        files: RequestFiles | None = None,
    ) -> httpx.Response:
        """Send one request and return its answer, if that is a 2xx.

        See ``AsyncKodexaClient.request``, which takes, returns and raises the same.
        """
        request = self._request(
            method,
            path,
            params=params,
            headers=headers,
            cookies=cookies,
            json=json,
            content=content,
            content_type=content_type,
            files=files,
        )
        return conclude(self._exchange(request), request, self._api_key)

    def _exchange(self, request: httpx.Request) -> Outcome:
        transport = KeyTransport(ClientTransport(self._http_client), self._api_key, self._base_url)
        progress = Progress()
        request.extensions |= {"timeout": self._timeout.as_dict(), "trace": progress.trace}
        try:
            response = transport.handle_request(request)
        except Exception as error:  # noqa: BLE001 - ssl, RuntimeError and others come too
            return error_from_exception(error, request, wrote=progress.wrote)
        try:
            response.read()
        except Exception as error:  # noqa: BLE001 - as above
            return without_body(response, error)
        finally:
            response.close()
        return response
