"""What the two clients share: their settings, copies with others, and calls made of them."""

from __future__ import annotations

import inspect
import logging
import warnings
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Any, Generic, Protocol, Self, TypeVar

from ._affinity import Affinity
from ._auth import ApiKey, origin_of
from ._calls import Call
from ._clock import Clock
from ._config import (
    resolve_api_key,
    resolve_base_url,
    resolve_deadline,
    resolve_headers,
    resolve_timeout,
)
from ._requests import build_request
from ._retries import RetryPolicy
from .errors import ConfigurationError
from .types import UNSET, Attempt, Unset

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping

    import httpx

    from ._attempts import Exchange
    from ._operations import Operation

__all__ = ["ClientSettings", "telling_what_is_left"]

T = TypeVar("T")


class _Transport(Protocol):
    @property
    def is_closed(self) -> bool: ...


Transport = TypeVar("Transport", bound=_Transport)

_logger = logging.getLogger("kodexa_client")


class ClientSettings(Generic[Transport]):
    """The settings of a client, and what its copies share with it.

    A copy of a client's has all of them, and its own of those that are changed.
    """

    _base_url: httpx.URL
    # A class attribute, for a client that could not be made.
    _made_at: str | None = None

    def __init__(
        self,
        *,
        api_key: str | None,
        base_url: str | httpx.URL | None,
        timeout: float | httpx.Timeout | None,
        deadline: float | None,
        retry_policy: RetryPolicy,
        on_retry: Callable[[Attempt], object] | None,
        default_headers: Mapping[str, str] | None,
        transport: Callable[[httpx.URL], Transport],
        owns_connections: bool,
    ) -> None:
        resolved = resolve_base_url(base_url)
        self._api_key = resolve_api_key(api_key)
        self._timeout = resolve_timeout(timeout)
        self._deadline_seconds = resolve_deadline(deadline)
        self._retry_policy = _checked_policy(retry_policy)
        self._on_retry = _checked_hook(on_retry)
        self._default_headers = resolve_headers(default_headers)
        self._transport: Transport = transport(resolved)
        self._owns_connections = owns_connections
        self._base_url = resolved
        self._affinity = Affinity()
        self._clock = Clock()
        self._closed = False
        self._made_at = _caller() if owns_connections else None

    def __repr__(self) -> str:
        """Show where the client calls, and no key."""
        # A traceback may show a client that could not be made.
        base_url = getattr(self, "_base_url", None)
        return f"{type(self).__name__}(base_url={None if base_url is None else str(base_url)!r})"

    def __copy__(self) -> Self:
        """Do as ``with_options()`` without a change."""
        return self.with_options()

    def __del__(self) -> None:
        """Warn of connections that were left open."""
        if self._made_at is not None and not self._closed:
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
        deadline: float | Unset | None = UNSET,
        retry_policy: RetryPolicy | None = None,
        on_retry: Callable[[Attempt], object] | Unset | None = UNSET,
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
            deadline: Seconds for a call from its first connection, for which it may wait
                as long again, or None for no limit.
            retry_policy: How often, and after how long, a request is sent again.
            on_retry: Called before a request is sent again, or None.
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
        # The original is the one to close, and to warn if it is not.
        copy._made_at = None
        if api_key is not None:
            copy.set_api_key(api_key)
        if base_url is not None:
            copy._base_url = resolve_base_url(base_url)
            if api_key is None and origin_of(copy.base_url) != origin_of(self.base_url):
                message = "A key belongs to one instance of the platform: give its api_key too."
                raise ConfigurationError(message)
        if timeout is not UNSET:
            copy._timeout = resolve_timeout(timeout)
        if deadline is not UNSET:
            copy._deadline_seconds = resolve_deadline(deadline)
        if retry_policy is not None:
            copy._retry_policy = _checked_policy(retry_policy)
        if on_retry is not UNSET:
            copy._on_retry = _checked_hook(on_retry)
        if default_headers is not None:
            copy._default_headers = self._default_headers.copy()
            copy._default_headers.update(resolve_headers(default_headers))
        return copy

    @property
    def _is_to_close(self) -> bool:
        return self._made_at is not None

    def _call(
        self,
        operation: Operation,
        parse: Callable[[httpx.Response], T],
        *,
        retry_unclear: bool,
        **parts: Any,  # noqa: ANN401 - as request()
    ) -> Call[T]:
        self._check_open()
        request = build_request(
            base_url=self.base_url, default_headers=self._default_headers, **parts
        )
        return Call(
            operation=operation,
            request=request,
            json=parts.get("json"),
            parse=parse,
            api_key=self._api_key,
            retry_policy=self._retry_policy,
            retry_unclear=retry_unclear,
            deadline_seconds=self._deadline_seconds,
            clock=self._clock,
        )

    def _queue_seconds(self, call: Call[T]) -> float | None:
        """Return how long an attempt may wait for a connection."""
        limits = [one for one in (self._timeout.pool, call.seconds_left) if one is not None]
        return min(limits, default=None)

    def _check_open(self) -> None:
        if self._closed or self._transport.is_closed:
            message = "The client is closed: make a new one, or close it after its last call."
            raise ConfigurationError(message)

    def _check_usable(self, exchange: Exchange, loop: object) -> None:
        """Refuse to use connections that are closed, or another process' or event loop's.

        Raises:
            ConfigurationError: They are.
        """
        self._check_open()
        self._affinity.check(loop)
        if self._owns_connections:
            self._affinity.bind(loop)
        else:
            # Perhaps nothing that has connections: a transport of a test's.
            exchange.on_connection = lambda: self._affinity.bind(loop)

    def _authorized(self, call: Call[T], exchange: Exchange) -> httpx.Request:
        """Return the request with the key, and with what is left of the deadline."""
        exchange.is_handed_over = True
        request = self._api_key.authorize(call.request, self.base_url)
        request.extensions = {"timeout": call.deadline.within(self._timeout)}
        return request


@contextmanager
def telling_what_is_left(call: Call[T]) -> Generator[None]:
    """Let an exception pass, and say of a call that it breaks off what that may leave behind."""
    try:
        yield
    except BaseException as interruption:
        message = call.unfinished()
        if message is not None:
            interruption.add_note(message)
            _logger.warning(message)
        raise


def _checked_policy(policy: RetryPolicy) -> RetryPolicy:
    if not isinstance(policy, RetryPolicy):
        raise ConfigurationError("retry_policy has to be a RetryPolicy.")
    return policy


def _checked_hook(hook: Callable[[Attempt], object] | None) -> Callable[[Attempt], object] | None:
    if hook is not None and not callable(hook):
        raise ConfigurationError("on_retry has to be callable, or None.")
    return hook


def _caller() -> str:
    """Return the file and line outside of this package that makes a client."""
    package = __name__.partition(".")[0]
    frame = inspect.currentframe()
    while frame is not None:
        if frame.f_globals.get("__name__", "").partition(".")[0] != package:
            return f"{frame.f_code.co_filename}:{frame.f_lineno}"
        frame = frame.f_back
    return "an unknown place"
