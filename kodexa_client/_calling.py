"""A client's calls: made of its settings, and refused where its connections can't be used."""

from __future__ import annotations

import logging
import os
import sys
from typing import TYPE_CHECKING, Any, TypeVar

from ._lazy import cached_property
from ._settings import ClientSettings
from ._shared import Transport
from .errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Unpack

    from ._attempts import Exchange
    from ._auth import ApiKey
    from ._calls import Call
    from ._hooks import AttemptRequest
    from ._operations import Operation
    from ._requests import RequestParts
    from ._responses import Answer
    from ._wire import OutgoingRequest

__all__ = ["Calling", "is_traced", "tell_what_is_left"]

T = TypeVar("T")

_logger = logging.getLogger("kodexa_client")


class Calling(ClientSettings[Transport]):
    """A client that makes calls, and leaves it to its kind to carry them out."""

    def _call(
        self,
        operation: Operation,
        parse: Callable[[Answer], T],
        *,
        retry_unclear: bool,
        **parts: Unpack[RequestParts],
    ) -> Call[T]:
        self._check_open()
        return self._call_class(
            operation=operation,
            request=self._requests.build(**parts),
            json=parts.get("json"),
            parse=parse,
            key_source=lambda: self._key,
            follow_redirects=self._follow_redirects,
            retry_policy=self._retry_policy,
            retry_unclear=retry_unclear,
            deadline_seconds=self._deadline_seconds,
            clock=self._clock,
        )

    @cached_property
    def _call_class(self) -> type[Call[Any]]:
        # Loaded with the first call: a program may have a client and not call.
        from ._calls import Call  # noqa: PLC0415

        return Call

    def _queue_seconds(self, call: Call[T]) -> float | None:
        """Return how long an attempt may wait for a connection."""
        limits = [one for one in (self._timeout.pool, call.seconds_left) if one is not None]
        return min(limits, default=None)

    def _check_open(self) -> None:
        if self._closed or self._connections.were_closed or self._transport.is_closed:
            message = "The client is closed: make a new one, or close it after its last call."
            raise ConfigurationError(message)

    def _is_usable(self, call: Call[T], exchange: Exchange, loop: object) -> bool:
        """Tell whether the connections are open, and this process' and event loop's.

        If not, that is what becomes of the exchange: an earlier attempt of the call may have
        been carried out, which its exception has to tell.
        """
        try:
            self._check_open()
            check_process(call)
            self._affinity.check(loop)
        except ConfigurationError as error:
            exchange.refused(str(error))
            return False
        if self._owns_connections:
            self._affinity.bind(loop)
        else:
            # Perhaps nothing that has connections: a transport of a test's.
            exchange.on_connection = lambda: self._affinity.bind(loop)
        return True

    def _authorized(self, call: Call[T], exchange: Exchange) -> OutgoingRequest:
        """Return the request with the key."""
        exchange.is_handed_over = True
        if exchange.seen is not None:
            outgoing = exchange.seen.applied_to(call.outgoing)
            return self._latest_key(exchange).authorize(outgoing, self._base_url)
        return self._latest_key(exchange).authorize(call.outgoing, self._base_url)

    @property
    def _has_hooks(self) -> bool:
        return self._on_request is not None or self._on_response is not None

    def _latest_key(self, exchange: Exchange) -> ApiKey:
        if exchange.seen is None:
            # Another one may have replaced it by now.
            exchange.key = self._key.current or exchange.key
        assert exchange.key is not None  # noqa: S101 - for types: without one nothing is sent
        return exchange.key

    def _shown(self, call: Call[T], exchange: Exchange) -> AttemptRequest:
        """Return what hooks see of an attempt. It is sent with the key that they can ask for."""
        exchange.seen = seen = call.show(self._latest_key(exchange))
        return seen

    def _is_still_wanted(self, call: Call[T], exchange: Exchange, loop: object) -> bool:
        """Tell whether an attempt may go on after ``on_request``."""
        if call.deadline.has_passed:
            exchange.ran_out_of_time()
            return False
        # It may have closed the client.
        return self._is_usable(call, exchange, loop)


def check_process(call: Call[T]) -> None:
    """Leave a call to the process that began it.

    Raises:
        ConfigurationError: This is a child that was forked meanwhile.
    """
    if call.process != os.getpid():
        raise ConfigurationError(
            "The process was forked while the call was made, and the other one goes on with it."
        )


def is_traced() -> bool:
    """Tell whether the application has loaded OpenTelemetry: otherwise there is nobody to tell."""
    return "opentelemetry.trace" in sys.modules


def tell_what_is_left(call: Call[T], interruption: BaseException) -> None:
    """Say of a call that an exception breaks off what that may leave behind."""
    message = call.unfinished()
    if message is not None:
        interruption.add_note(message)
        _logger.warning(message)
