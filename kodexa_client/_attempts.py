"""One attempt of a call: how far it got, and what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx

from ._bodies import UnreadableBodyError
from ._keys import KeyFailure
from ._outcomes import Failure, failure_of
from ._responses import Answer
from ._wire import field_of
from .errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable

    from ._auth import ApiKey
    from ._bodies import BodyReader
    from ._hooks import AttemptRequest
    from ._wire import OutgoingRequest, Received
    from .types import Phase

__all__ = ["Exchange"]

# Making a connection, by way of a proxy too. The names may change with httpx, so they are
# used only to withdraw the proof that nothing was sent: any other name does that.
_CONNECTING = frozenset({"connection", "proxy", "socks"})
_STAGES: dict[str, Phase] = {
    "connect_tcp.started": "connect",
    "connect_unix_socket.started": "connect",
    "setup_socks5_connection.started": "connect",
    "start_tls.started": "tls",
}
# Servers send some ten, and h11 takes 100 KiB of them.
_MOST_FIELDS = 1000
_NO_HEADERS = httpx.Headers()


class Exchange:
    """What is seen of one attempt, from the outside in.

    Attributes:
        phase: How far it got.
        wrote: Whether anything happened but making a connection.
        status_code: The status of the answer, once its head has come.
        headers: The header fields of the answer.
        body: Reads the body of the answer, once its head has come.
        failure: What was raised, or None.
        key: The key that the request is sent with.
        is_handed_over: Whether a transport has been given the request.
        is_refused: Whether it was not even tried, since the client can't send it.
        on_connection: Called once, when a connection is made or used.
        seen: What the hooks see of the request, or None if there are none.
    """

    def __init__(self) -> None:
        """Start before the request is sent."""
        self.phase: Phase = "queue"
        self.wrote = False
        self.status_code: int | None = None
        self.headers = _NO_HEADERS
        self.body: BodyReader | None = None
        self.failure: Failure | None = None
        self.key: ApiKey | None = None
        self.is_handed_over = False
        self.is_refused = False
        self._is_watched = False
        self.on_connection: Callable[[], None] | None = None
        self.seen: AttemptRequest | None = None
        self._tunnelling = False

    def trace(self, event: str, info: dict[str, Any]) -> None:
        """Take note of an event of httpx's request extension ``trace``."""
        self._is_watched = True
        if self.on_connection is not None:
            self.on_connection()
            self.on_connection = None
        stage, _, name = event.partition(".")
        if stage in _CONNECTING:
            self.phase = _STAGES.get(name, self.phase)
            return
        request = info.get("request")
        if request is not None:
            # To a proxy, which passes nothing on yet (RFC 9110 9.3.6).
            self._tunnelling = request.method == b"CONNECT"
        if not self._tunnelling and not self.wrote:
            self.wrote = True
            self.phase = "sent"

    async def atrace(self, event: str, info: dict[str, Any]) -> None:
        """Take note of an event of httpx's request extension ``trace``."""
        self.trace(event, info)

    def received_head(self, response: Received) -> None:
        """Take note of the answer's status and header fields.

        Raises:
            UnreadableBodyError: It has too many fields to go on.
        """
        self.wrote = True
        self.phase = "headers"
        self.status_code = response.status_code
        self.headers = response.headers
        fields = response.headers.raw
        if len(fields) > _MOST_FIELDS:
            self.headers = httpx.Headers(fields[:_MOST_FIELDS])
            raise UnreadableBodyError(f"its head has more than {_MOST_FIELDS} fields")

    def received_body(self) -> None:
        """Take note that the answer's body has come whole."""
        self.phase = "body"

    @property
    def may_have_been_sent(self) -> bool:
        """Whether it can't be ruled out: a transport that shows nothing proves nothing."""
        return self.wrote or (self.is_handed_over and not self._is_watched)

    @property
    def content(self) -> bytes:
        """What has come of the answer's body."""
        return b"" if self.body is None else self.body.content

    def failed(self, error: Exception) -> None:
        """Take note of what was raised, unless the answer had come whole."""
        if self.phase == "body":
            return
        if isinstance(error, httpx.PoolTimeout) and not self._is_watched:
            # httpx raises it before there is a connection to tell of.
            self.is_handed_over = False
        if isinstance(error, ConfigurationError) and not self.may_have_been_sent:
            # Of our own connections, which could not be made.
            self.refused(str(error))
            return
        self.failure = failure_of(error)
        if self.failure.resolving and not self.wrote:
            self.phase = "resolve"

    def found_key(self, key: ApiKey | KeyFailure | None) -> bool:
        """Take note of what came of the search for a key, and tell whether there is one.

        Args:
            key: The key, why there is none, or None if it took too long.
        """
        if isinstance(key, KeyFailure):
            self.refused(key.words, key.cause)
            return False
        if key is None:
            self.failure = Failure(httpx.PoolTimeout, words="waiting for the API key")
        self.key = key
        return key is not None

    def refused(self, words: str, cause: Exception | None = None) -> None:
        """Take note that the request can't be sent from here, and why."""
        self.is_refused = True
        self.failure = Failure(ConfigurationError, words=words, cause=cause)

    def ran_out_of_time(self) -> None:
        """Take note that the call's deadline passed."""
        if self.phase != "body":
            self.failure = Failure(httpx.ReadTimeout if self.wrote else httpx.ConnectTimeout)

    def answer(self, request: OutgoingRequest) -> Answer:
        """Return the answer as its parser takes it.

        Args:
            request: The request, without the key.
        """
        return Answer(self.status_code or 0, self.headers, self.content, request)

    @property
    def request_id(self) -> str | None:
        """The answer's ``x-request-id``."""
        return field_of(self.headers, b"x-request-id")
