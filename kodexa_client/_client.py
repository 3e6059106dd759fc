"""The two clients: what they are made of, their lifecycle, and their requests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self, TypeVar

import httpx

from ._config import (
    DEFAULT_DEADLINE_SECONDS,
    DEFAULT_MAX_RESPONSE_BYTES,
    DEFAULT_TIMEOUT_SECONDS,
)
from ._hidden import hiding_arguments
from ._retries import RetryPolicy
from ._sending import AsyncSending, Sending
from .api import AsyncResources, Resources
from .errors import KodexaError
from .types import UNSET, Attempt, Response

if TYPE_CHECKING:
    import os
    import ssl
    from collections.abc import Callable, Mapping
    from types import TracebackType
    from typing import Unpack

    from ._config import Engine
    from ._hooks import AttemptRequest, AttemptResponse
    from ._keys import AsyncKeyProvider, KeyProvider
    from ._operations import Operation
    from ._requests import QueryParams, RequestParts
    from ._responses import Answer
    from .types import RequestFiles

__all__ = ["AsyncKodexaClient", "KodexaClient"]

T = TypeVar("T")


class AsyncKodexaClient(AsyncSending, AsyncResources):
    """A client for asyncio applications, and for those on trio.

    One client serves any number of concurrent calls of one event loop. Close it, or use
    it as a context manager.

    Example:
        ::

            async with AsyncKodexaClient() as client:
                token = await client.access_tokens.create(
                    name="ci", expires_at=expires_in(days=90)
                )
    """

    @hiding_arguments
    def __init__(
        self,
        *,
        api_key: str | AsyncKeyProvider | None = None,
        base_url: str | httpx.URL | None = None,
        profile: str | None = None,
        timeout: float | httpx.Timeout | None = DEFAULT_TIMEOUT_SECONDS,
        deadline: float | None = DEFAULT_DEADLINE_SECONDS,
        retry_policy: RetryPolicy = RetryPolicy(),  # noqa: B008 - it can't be changed
        on_request: Callable[[AttemptRequest], object] | None = None,
        on_response: Callable[[AttemptResponse], object] | None = None,
        on_retry: Callable[[Attempt], object] | None = None,
        app_info: tuple[str, str] | None = None,
        default_headers: Mapping[str, str] | None = None,
        follow_redirects: bool = False,
        allow_insecure_http: bool = False,
        max_response_bytes: int = DEFAULT_MAX_RESPONSE_BYTES,
        proxy: str | httpx.URL | httpx.Proxy | None = None,
        verify: ssl.SSLContext | str | os.PathLike[str] | None = None,
        http_client: httpx.AsyncClient | None = None,
        engine: Engine = "httpcore",
    ) -> None:
        """Resolve the settings. Nothing is sent yet.

        Args:
            api_key: The API key, or a function or coroutine function that provides it:
                that is asked when the first call needs the key, once for all that wait
                for it. The key is kept until the platform answers 401; then it is asked
                again, and the call is repeated once. A function is called in a thread,
                and should end within the deadline. Default: the environment
                variable ``KODEXA_API_KEY``, or the older ``KODEXA_ACCESS_TOKEN``, or the
                profile's.
            base_url: Where the platform is, with its path prefix if it has one: an https
                URL, or an http one of this machine. Default: the environment variable
                ``KODEXA_URL``, or the profile's, or ``https://platform.kodexa.ai``. It
                has to come from where the key comes from: docs/configuration.md.
            profile: A profile of ``~/.kodexa/config.yaml``, which needs the extra
                ``profiles``. Default: the one that ``KODEXA_PROFILE`` names, if any.
            timeout: Seconds for each phase of an attempt (connecting, which gets no more
                than 5; sending; waiting for the next bytes), an ``httpx.Timeout``, or
                None for no limit but the deadline's.
            deadline: Seconds for a call as a whole: its attempts, the waits between them,
                and reading the answer. They start with the call's first connection; as
                long again it may wait for one. None for no limit.
            retry_policy: How often, and after how long, a request is sent again that is
                certain not to have been carried out.
            on_request: Called with the ``AttemptRequest`` of each attempt, before it is sent:
                it may set header fields. May be a coroutine function. What it raises ends
                the call: the attempt is not sent.
            on_response: Called with the ``AttemptResponse`` to each attempt that got an
                answer, of whichever status. May be a coroutine function. What it raises is
                logged, and the call goes on.
            on_retry: Called with the ``Attempt`` that failed, before the wait for the next
                one. May be a coroutine function. What it raises ends the call, in the
                place of the call's own exception.
            app_info: Name and version of a program that the User-Agent is to name too, of
                an SDK for example: ``("my-sdk", "1.2")``.
            default_headers: Further header fields for every request.
            follow_redirects: Follow redirects within the base URL's scheme, host and
                port, five at most: with the same method after a 307 or 308, with a GET
                after the others. One to elsewhere is never followed.
            allow_insecure_http: Take an http URL of another machine too: everyone on
                the way can read the key.
            max_response_bytes: How large an answer's body may be, after decompression.
                Default: 10 MiB.
            proxy: A proxy for all requests, whatever ``NO_PROXY`` says. Default: the
                environment's, for https alone, as httpx reads it.
            verify: A file of certificates of authorities to trust instead of the usual
                ones, or an ``ssl.SSLContext``. The usual ones are certifi's, or those of
                ``SSL_CERT_FILE`` and ``SSL_CERT_DIR``.
            http_client: Sends the requests, with its own connections, proxies, TLS
                settings, hooks and auth, and keeps the cookies that it is sent. It is not
                closed with this client. Its timeout, headers and cookies are not used:
                give them here. Default: a pool of connections of this
                client's own.
            engine: What those are made of: httpcore, or the faster ``"aiohttp"``, which needs
                the extra ``fast`` and asyncio, and has no SOCKS proxies.

        Raises:
            ConfigurationError: There is no key, it does not belong to the base URL, or a
                setting is refused.
            TypeError: ``http_client`` is not an ``httpx.AsyncClient``.
        """
        if http_client is not None and not isinstance(http_client, httpx.AsyncClient):
            message = "http_client has to be an httpx.AsyncClient, or the client a KodexaClient."
            raise TypeError(message)
        super().__init__(
            api_key=api_key,
            base_url=base_url,
            profile=profile,
            timeout=timeout,
            deadline=deadline,
            retry_policy=retry_policy,
            on_request=on_request,
            on_response=on_response,
            on_retry=on_retry,
            app_info=app_info,
            default_headers=default_headers,
            follow_redirects=follow_redirects,
            allow_insecure_http=allow_insecure_http,
            max_response_bytes=max_response_bytes,
            proxy=proxy,
            verify=verify,
            http_client=http_client,
            engine=engine,
        )

    _restore = __init__

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
        """Close the client and its connections. A second call does nothing.

        In another event loop or process than that of the connections these can't be
        closed: they are left to the garbage collector.
        """
        self._closed = True
        if self._is_to_close:
            await self._close_connections()

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
        retry_unclear: bool = False,
    ) -> httpx.Response:
        """Send a request and return its answer, if that is a 2xx.

        It reaches what the platform offers and this SDK has no method for yet.

        Args:
            method: The method, for example ``"GET"``. GET, HEAD, PUT and DELETE are sent
                again after an unclear outcome too (RFC 9110 9.2.2).
            path: The path below the base URL, percent-encoded, starting with a slash.
            params: The query's parameters: a mapping, or pairs of name and value.
            headers: Further header fields.
            cookies: Cookies for this request alone.
            json: The body, to be written as JSON. None is JSON's null.
            content: The body, as it is.
            content_type: The body's media type. Default: ``application/json`` for
                ``json``, none for ``content``.
            files: The parts of a multipart body.
            retry_unclear: Send any request again after an unclear outcome, which may do
                what it asks for twice.

        Returns:
            The response, whose body was read.

        Raises:
            OutcomeUnknownError: It may have been carried out, and is not sent again.
                Also one of the next three.
            APIConnectionError: No answer came; ``sent`` says whether it may have been
                carried out.
            APIStatusError: The answer is not a 2xx.
            ResponseValidationError: The body of a 2xx could not be read.
            ConfigurationError: The client is closed, or another event loop's or process'.
            ValueError: The path or the body can't be sent.
            TypeError: The body can't be JSON.
        """
        response = await self.call(
            _undeclared(method),
            _as_it_is,
            retry_unclear=retry_unclear,
            method=method,
            path=path,
            params=params,
            headers=headers,
            cookies=cookies,
            json=json,
            content=content,
            content_type=content_type,
            files=files,
        )
        return response.parsed

    async def call(
        self,
        operation: Operation,
        parse: Callable[[Answer], T],
        *,
        retry_unclear: bool = False,
        **parts: Unpack[RequestParts],
    ) -> Response[T]:
        """Send a request of an operation and read its answer. The operations call this.

        Args:
            operation: What is asked for.
            parse: Reads the body of an answer of success.
            retry_unclear: As for ``request``.
            parts: The request, as for ``request``.

        Raises:
            KodexaError: As for ``request``; ``ResponseValidationError`` also if the
                answer is not what the document promises.
        """
        call = self._call(operation, parse, retry_unclear=retry_unclear, **parts)
        # Tools that print the local variables of a traceback would show the body.
        del parts
        outcome = await self._perform(call)
        if isinstance(outcome, KodexaError):
            try:
                raise outcome
            finally:
                # Held by the frame in its own traceback, it would live on, with the answer's
                # body, until the garbage collector comes.
                del outcome, call
        return outcome


class KodexaClient(Sending, Resources):
    """A client for code without an event loop.

    Threads may share one client. Close it, or use it as a context manager.

    Example:
        ::

            with KodexaClient() as client:
                token = client.access_tokens.create(name="ci", expires_at=expires_in(days=90))
    """

    @hiding_arguments
    def __init__(
        self,
        *,
        api_key: str | KeyProvider | None = None,
        base_url: str | httpx.URL | None = None,
        profile: str | None = None,
        timeout: float | httpx.Timeout | None = DEFAULT_TIMEOUT_SECONDS,
        deadline: float | None = DEFAULT_DEADLINE_SECONDS,
        retry_policy: RetryPolicy = RetryPolicy(),  # noqa: B008 - it can't be changed
        on_request: Callable[[AttemptRequest], object] | None = None,
        on_response: Callable[[AttemptResponse], object] | None = None,
        on_retry: Callable[[Attempt], object] | None = None,
        app_info: tuple[str, str] | None = None,
        default_headers: Mapping[str, str] | None = None,
        follow_redirects: bool = False,
        allow_insecure_http: bool = False,
        max_response_bytes: int = DEFAULT_MAX_RESPONSE_BYTES,
        proxy: str | httpx.URL | httpx.Proxy | None = None,
        verify: ssl.SSLContext | str | os.PathLike[str] | None = None,
        http_client: httpx.Client | None = None,
    ) -> None:
        """Resolve the settings. Nothing is sent yet.

        Args:
            api_key: As for ``AsyncKodexaClient``; a function is called in the thread of the
                call that needs the key.
            base_url: As for ``AsyncKodexaClient``.
            profile: As for ``AsyncKodexaClient``.
            timeout: As for ``AsyncKodexaClient``.
            deadline: As for ``AsyncKodexaClient``. It can't end the search for a host's
                address, and with an ``http_client`` no wait for the head of an answer
                that comes byte by byte.
            retry_policy: As for ``AsyncKodexaClient``.
            on_request: As for ``AsyncKodexaClient``; a function.
            on_response: As for ``AsyncKodexaClient``; a function.
            on_retry: As for ``AsyncKodexaClient``; a function.
            app_info: As for ``AsyncKodexaClient``.
            default_headers: As for ``AsyncKodexaClient``.
            follow_redirects: As for ``AsyncKodexaClient``.
            allow_insecure_http: As for ``AsyncKodexaClient``.
            max_response_bytes: As for ``AsyncKodexaClient``.
            proxy: As for ``AsyncKodexaClient``.
            verify: As for ``AsyncKodexaClient``.
            http_client: An ``httpx.Client``, as for ``AsyncKodexaClient``.

        Raises:
            ConfigurationError: As for ``AsyncKodexaClient``.
            TypeError: ``http_client`` is not an ``httpx.Client``, or ``api_key`` or
                a hook is a coroutine function.
        """
        if http_client is not None and not isinstance(http_client, httpx.Client):
            message = "http_client has to be an httpx.Client, or the client an AsyncKodexaClient."
            raise TypeError(message)
        super().__init__(
            api_key=api_key,
            base_url=base_url,
            profile=profile,
            timeout=timeout,
            deadline=deadline,
            retry_policy=retry_policy,
            on_request=on_request,
            on_response=on_response,
            on_retry=on_retry,
            app_info=app_info,
            default_headers=default_headers,
            follow_redirects=follow_redirects,
            allow_insecure_http=allow_insecure_http,
            max_response_bytes=max_response_bytes,
            proxy=proxy,
            verify=verify,
            http_client=http_client,
        )

    _restore = __init__

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
        """Close the client and its connections. A second call does nothing.

        A connection that another thread uses is closed when its call ends. In another
        process than that of the connections, these are left to the garbage collector.
        """
        self._closed = True
        if self._is_to_close:
            self._close_connections()

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
        retry_unclear: bool = False,
    ) -> httpx.Response:
        """Send a request and return its answer, if that is a 2xx.

        See ``AsyncKodexaClient.request``, which takes, returns and raises the same.
        """
        response = self.call(
            _undeclared(method),
            _as_it_is,
            retry_unclear=retry_unclear,
            method=method,
            path=path,
            params=params,
            headers=headers,
            cookies=cookies,
            json=json,
            content=content,
            content_type=content_type,
            files=files,
        )
        return response.parsed

    def call(
        self,
        operation: Operation,
        parse: Callable[[Answer], T],
        *,
        retry_unclear: bool = False,
        **parts: Unpack[RequestParts],
    ) -> Response[T]:
        """Send a request of an operation and read its answer. The operations call this.

        See ``AsyncKodexaClient.call``, which takes, returns and raises the same.
        """
        call = self._call(operation, parse, retry_unclear=retry_unclear, **parts)
        del parts
        outcome = self._perform(call)
        if isinstance(outcome, KodexaError):
            try:
                raise outcome
            finally:
                # Held by the frame in its own traceback, it would live on, with the answer's
                # body, until the garbage collector comes.
                del outcome, call
        return outcome


def _undeclared(method: str) -> Operation:
    from ._operations import Operation, effect_of  # noqa: PLC0415 - with the first call

    return Operation(id=None, effect=effect_of(method))


def _as_it_is(answer: Answer) -> httpx.Response:
    return answer.httpx_response()
