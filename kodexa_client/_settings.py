"""What the two clients share: their settings, and copies and pickles of them."""

from __future__ import annotations

import ssl
import warnings
from abc import abstractmethod
from functools import partial
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar

from ._affinity import Affinity
from ._auth import origin_of
from ._callers import place_of_caller
from ._clock import Clock
from ._config import (
    ClientConfig,
    resolve_app_info,
    resolve_deadline,
    resolve_engine,
    resolve_flag,
    resolve_headers,
    resolve_max_response_bytes,
    resolve_timeout,
)
from ._credentials import KEY_VARIABLES, resolve_base_url, resolve_credentials, resolve_key
from ._hidden import hiding_arguments
from ._lazy import cached_property
from ._proxies import EnvironmentProxies, GivenProxy, check_proxy, names_http_proxy
from ._requests import RequestBuilder
from ._retries import RetryPolicy
from ._shared import Shared, Transport
from ._tls import tls_context
from .errors import ConfigurationError
from .types import UNSET, Attempt, Unset

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Mapping

    import httpx

    from ._config import Engine
    from ._hooks import AttemptRequest, AttemptResponse
    from ._keys import AsyncKeyProvider, KeySource
    from ._proxies import Proxies

__all__ = ["ClientSettings", "Hook"]

Hook = TypeVar("Hook", bound="Callable[..., object]")


class ClientSettings(Generic[Transport]):
    """The settings of a client, and what its copies share with it.

    A copy of a client's has all of them, and its own of those that are changed.
    """

    _base_url: httpx.URL
    _engine: Engine
    # A class attribute, for a client that could not be made.
    _made_at: str | None = None
    # Queues of tasks unpickle what a task is given where nobody can close it, and drop it.
    _warns_unused = True
    # The constructor of a client's own class, whatever a subclass takes.
    _restore: Callable[..., None]

    def __init__(
        self,
        *,
        api_key: str | AsyncKeyProvider | None,
        base_url: str | httpx.URL | None,
        profile: str | None,
        timeout: float | httpx.Timeout | None,
        deadline: float | None,
        retry_policy: RetryPolicy,
        on_request: Callable[[AttemptRequest], object] | None,
        on_response: Callable[[AttemptResponse], object] | None,
        on_retry: Callable[[Attempt], object] | None,
        app_info: tuple[str, str] | None,
        default_headers: Mapping[str, str] | None,
        follow_redirects: bool,
        allow_insecure_http: bool,
        max_response_bytes: int,
        proxy: str | httpx.URL | httpx.Proxy | None,
        verify: ssl.SSLContext | str | os.PathLike[str] | None,
        http_client: object,
        engine: Engine = "httpcore",
    ) -> None:
        of_a_subclass = frozenset(vars(self))
        self._allow_insecure_http = resolve_flag("allow_insecure_http", value=allow_insecure_http)
        credentials = resolve_credentials(
            api_key,
            base_url,
            profile,
            allow_insecure_http=allow_insecure_http,
            provided_key=self._provided_key,
        )
        self._key = credentials.key
        self._key_source = credentials.key_source
        self._base_url_source = credentials.base_url_source
        self._timeout = resolve_timeout(timeout)
        self._deadline_seconds = resolve_deadline(deadline)
        self._retry_policy = _checked_policy(retry_policy)
        self._on_request = self._checked_hook("on_request", on_request)
        self._on_response = self._checked_hook("on_response", on_response)
        self._on_retry = self._checked_hook("on_retry", on_retry)
        self._app_info = resolve_app_info(app_info)
        self._default_headers = resolve_headers(default_headers)
        self._follow_redirects = resolve_flag("follow_redirects", value=follow_redirects)
        self._max_response_bytes = resolve_max_response_bytes(max_response_bytes)
        self._verify = verify
        self._proxies: Proxies = EnvironmentProxies() if proxy is None else GivenProxy(proxy)
        self._reads_proxies = getattr(http_client, "trust_env", False)
        self._check_proxy(credentials.base_url)
        if http_client is not None and (proxy is not None or verify is not None):
            raise ConfigurationError(
                "proxy and verify are settings of the http_client that is given: set them there."
            )
        self._engine = resolve_engine(engine, http_client)
        self._owns_connections = http_client is None
        if http_client is None:
            check_proxy(self._proxies.for_url(credentials.base_url), self._engine)
            make = partial(self._own_connections, self._engine, self._proxies, tls_context(verify))
        else:
            make = partial(self._connections_of, http_client)
        self._connections: Shared[Transport] = Shared(make)
        self._base_url = credentials.base_url
        self._affinity = Affinity(starts_anew=self._owns_connections)
        self._clock = Clock()
        self._closed = False
        self._made_at = place_of_caller() if self._owns_connections else None
        # What a subclass adds, before or after this, is pickled too.
        self._own_names = frozenset(vars(self)) - of_a_subclass

    def _check_proxy(self, base_url: httpx.URL) -> None:
        if base_url.scheme != "http" or self._allow_insecure_http:
            return
        if isinstance(self._proxies, GivenProxy):
            raise ConfigurationError(
                "proxy would be sent the key in clear, since base_url is an http URL: use https, "
                "or allow_insecure_http=True."
            )
        if self._reads_proxies and names_http_proxy(base_url):
            raise ConfigurationError(
                "The environment's proxy would be sent the key in clear, since base_url is an http "
                "URL: make the http_client with trust_env=False, name the host in NO_PROXY, use "
                "https, or allow_insecure_http=True."
            )

    @abstractmethod
    def _provided_key(self, provider: Callable[[], object]) -> KeySource:
        """Return a source of keys that asks a provider."""

    @classmethod
    def _checked_hook(cls, name: str, hook: Hook | None) -> Hook | None:
        if hook is not None and not callable(hook):
            raise ConfigurationError(f"{name} has to be callable, or None.")
        return hook

    @staticmethod
    @abstractmethod
    def _own_connections(
        engine: Engine, proxies: Proxies, context: Callable[[], ssl.SSLContext]
    ) -> Transport:
        """Return connections of the client's own."""

    @staticmethod
    @abstractmethod
    def _connections_of(http_client: Any) -> Transport:  # noqa: ANN401 - either kind
        """Return the connections of an http client."""

    @property
    def _transport(self) -> Transport:
        return self._connections.made

    @cached_property
    def _requests(self) -> RequestBuilder:
        return RequestBuilder(self._base_url, self._default_headers, self._app_info)

    def __repr__(self) -> str:
        """Show where the client calls, and no key."""
        # A traceback may show a client that could not be made.
        base_url = getattr(self, "_base_url", None)
        return f"{type(self).__name__}(base_url={None if base_url is None else str(base_url)!r})"

    def __copy__(self) -> Self:
        """Do as ``with_options()`` without a change."""
        return self.with_options()

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        """Do as ``with_options()`` without a change: connections are not copied."""
        return self.with_options()

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle the settings, of which a client with connections of its own is made.

        Raises:
            TypeError: The key is neither the environment's nor a provider's, so that the
                copy could not find it, or it would lack connections, proxy or certificates.
        """
        own = {*self._own_names, "_own_names"}
        added = {
            name: value
            for name, value in list(vars(self).items())
            if name not in own
            # A resource that was used calls through this client.
            and not isinstance(getattr(type(self), name, None), cached_property)
        }
        return self._unpickled, (self._portable_settings(), added)

    @classmethod
    def _unpickled(cls, settings: dict[str, Any], added: dict[str, Any]) -> Self:
        client = cls.__new__(cls)
        client._restore(**settings)  # noqa: SLF001 - of this class
        vars(client).update(added, _warns_unused=False)
        return client

    def _portable_settings(self) -> dict[str, Any]:
        is_given = isinstance(self._proxies, GivenProxy)
        proxy = self._proxies.for_url(self.base_url) if is_given else None
        problem = None
        if not self._key.is_provided and self._key_source not in KEY_VARIABLES:
            problem = (
                f"its API key came from {self._key_source}. Give the key in the environment, or as "
                "a function that provides it: the copy finds it there"
            )
        elif not self._owns_connections:
            problem = "it sends through an http_client. Make a client where it is used"
        elif isinstance(self._verify, ssl.SSLContext):
            problem = (
                "verify is an SSL context. Give a file of certificates, or make a client there"
            )
        elif proxy is not None and (proxy.auth or proxy.headers or proxy.ssl_context):
            problem = "its proxy has more than a URL. Name the proxy in the environment"
        if problem is not None:
            raise TypeError(f"The client can't be pickled: {problem}.")
        return {
            "api_key": self._key.provider,
            "base_url": str(self._base_url),
            "timeout": self._timeout,
            "deadline": self._deadline_seconds,
            "retry_policy": self._retry_policy,
            "on_request": self._on_request,
            "on_response": self._on_response,
            "on_retry": self._on_retry,
            "app_info": self._app_info,
            "default_headers": dict(self._default_headers),
            "follow_redirects": self._follow_redirects,
            "allow_insecure_http": self._allow_insecure_http,
            "max_response_bytes": self._max_response_bytes,
            "proxy": None if proxy is None else str(proxy.url),
            "verify": self._verify,
            **({} if self._engine == "httpcore" else {"engine": self._engine}),
        }

    def __del__(self) -> None:
        """Warn of connections that were left open."""
        if self._made_at is None or self._closed:
            return
        if self._warns_unused or self._connections.are_made:
            warnings.warn(
                f"unclosed {type(self).__name__}, made at {self._made_at}: close it, or use it as "
                "a context manager",
                ResourceWarning,
                stacklevel=2,
                source=self,
            )

    @property
    def base_url(self) -> httpx.URL:
        """Where the platform is. Every request goes there."""
        return self._base_url

    @property
    def config(self) -> ClientConfig:
        """The settings and where they came from, without the key."""
        proxy = self._proxies.for_url(self.base_url) if self._owns_connections else None
        return ClientConfig(
            base_url=str(self.base_url),
            base_url_source=self._base_url_source,
            api_key_source=self._key_source,
            timeout=self._timeout,
            deadline=self._deadline_seconds,
            retry_policy=self._retry_policy,
            follow_redirects=self._follow_redirects,
            allow_insecure_http=self._allow_insecure_http,
            max_response_bytes=self._max_response_bytes,
            app_info=self._app_info,
            engine=self._engine if self._owns_connections else None,
            proxy=None if proxy is None else str(proxy.url),
        )

    @property
    def timeout(self) -> httpx.Timeout:
        """How long each phase of a call may take, in seconds."""
        return self._timeout

    @property
    def deadline(self) -> float | None:
        """How long a call may take as a whole, in seconds; None for no limit."""
        return self._deadline_seconds

    @property
    def retry_policy(self) -> RetryPolicy:
        """How often, and after how long, a request is sent again."""
        return self._retry_policy

    @hiding_arguments
    def set_api_key(self, api_key: str | AsyncKeyProvider) -> None:
        """Use another key from the next request on.

        Copies that ``with_options`` made before keep theirs.

        Args:
            api_key: The key, or what provides it.

        Raises:
            ConfigurationError: The key can't be an HTTP field value.
            TypeError: A coroutine function is given to a client without an event loop.
        """
        self._key, self._key_source = resolve_key(api_key, self._provided_key)

    @hiding_arguments
    def with_options(
        self,
        *,
        api_key: str | AsyncKeyProvider | None = None,
        base_url: str | httpx.URL | None = None,
        timeout: float | httpx.Timeout | Unset | None = UNSET,
        deadline: float | Unset | None = UNSET,
        retry_policy: RetryPolicy | None = None,
        on_request: Callable[[AttemptRequest], object] | Unset | None = UNSET,
        on_response: Callable[[AttemptResponse], object] | Unset | None = UNSET,
        on_retry: Callable[[Attempt], object] | Unset | None = UNSET,
        app_info: tuple[str, str] | Unset | None = UNSET,
        default_headers: Mapping[str, str] | None = None,
    ) -> Self:
        """Return a copy with other settings, which shares the connections.

        The original stays as it is, and stays the one to close: closing the copy
        leaves the connections open. What is not given is the original's.

        Args:
            api_key: Another key, or what provides it.
            base_url: Another instance of the platform. A key belongs to one instance,
                so give ``api_key`` too if scheme, host or port differ.
            timeout: Seconds for each phase of a call, an ``httpx.Timeout``, or None for
                no limit.
            deadline: Seconds for a call from its first connection, for which it may wait
                as long again, or None for no limit.
            retry_policy: How often, and after how long, a request is sent again.
            on_request: Called before each attempt, or None.
            on_response: Called with each answer, or None.
            on_retry: Called before a request is sent again, or None.
            app_info: Name and version of another program for the User-Agent, or None.
            default_headers: Further header fields for every request. They come on top
                of the original's; where both have one, this one is sent.

        Raises:
            ConfigurationError: A setting is refused.
        """
        copy = object.__new__(type(self))
        vars(copy).update(
            (name, value)
            for name, value in list(vars(self).items())
            # A resource that was used already calls through the original, and its requests
            # are those of the original's settings.
            if not isinstance(getattr(type(self), name, None), cached_property)
        )
        # The original is the one to close, and to warn if it is not.
        copy._made_at = None
        if api_key is not None:
            copy.set_api_key(api_key)
        if base_url is not None:
            copy._base_url = resolve_base_url(
                base_url, allow_insecure_http=self._allow_insecure_http
            )
            self._check_proxy(copy._base_url)
            copy._base_url_source = "base_url"
            if api_key is None and origin_of(copy.base_url) != origin_of(self.base_url):
                message = "A key belongs to one instance of the platform: give its api_key too."
                raise ConfigurationError(message)
        changes: dict[str, tuple[Any, Callable[[Any], Any]]] = {
            "_timeout": (timeout, resolve_timeout),
            "_deadline_seconds": (deadline, resolve_deadline),
            "_on_request": (on_request, partial(self._checked_hook, "on_request")),
            "_on_response": (on_response, partial(self._checked_hook, "on_response")),
            "_on_retry": (on_retry, partial(self._checked_hook, "on_retry")),
            "_app_info": (app_info, resolve_app_info),
        }
        for name, (value, resolve) in changes.items():
            if value is not UNSET:
                setattr(copy, name, resolve(value))
        if retry_policy is not None:
            copy._retry_policy = _checked_policy(retry_policy)
        if default_headers is not None:
            copy._default_headers = self._default_headers.copy()
            copy._default_headers.update(resolve_headers(default_headers))
        return copy

    @property
    def _is_to_close(self) -> bool:
        return self._made_at is not None


def _checked_policy(policy: RetryPolicy) -> RetryPolicy:
    if not isinstance(policy, RetryPolicy):
        raise ConfigurationError("retry_policy has to be a RetryPolicy.")
    return policy
