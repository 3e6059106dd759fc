"""What the hooks of an attempt see of it: its request before it is sent, and its answer."""

from __future__ import annotations

import asyncio
import inspect
import logging
from types import MappingProxyType
from typing import TYPE_CHECKING

import httpx
from attrs import field, frozen

from ._auth import field_problem

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ._auth import ApiKey
    from ._wire import OutgoingRequest

__all__ = [
    "AttemptRequest",
    "AttemptResponse",
    "refuse_awaitable",
    "tell_answer",
    "tell_answer_async",
]

_REQUEST_ID = "x-request-id"

_logger = logging.getLogger("kodexa_client")


class AttemptRequest:
    """The request of one attempt of a call, as ``on_request`` gets it before it is sent.

    Attributes:
        method: The method.
        url: The URL.
        operation: The operation's id in the API's document, such as ``createAccessToken``, or
            method and path where the document has none.
        number: 1 for a call's first attempt.
    """

    __slots__ = ("_headers", "_key", "method", "number", "operation", "url")

    def __init__(
        self, request: OutgoingRequest, key: ApiKey, *, operation: str, number: int
    ) -> None:
        """Show a request without its key."""
        self.method = request.method
        self.url = request.url
        self.operation = operation
        self.number = number
        self._headers = httpx.Headers(request.fields, encoding="latin-1")
        self._key = key

    def __repr__(self) -> str:
        """Name the request, without the query, and show no header field."""
        url = self.url.copy_with(query=None)
        return f"<AttemptRequest {self.number}: {self.method} {url}>"

    @property
    def headers(self) -> Mapping[str, str]:
        """The header fields, without the key. ``set_header`` changes them."""
        return MappingProxyType(self._headers)

    def set_header(self, name: str, value: str) -> None:
        """Send a header field with this attempt, in the place of one of that name.

        Args:
            name: The field's name, such as ``traceparent``.
            value: Its value.

        Raises:
            ValueError: The field is the key's or the connection's, tells calls apart, or can't
                be sent. The text does not hold the value.
        """
        if problem := field_problem(name, value):
            raise ValueError(f"{problem}.")
        if name.lower() == _REQUEST_ID:
            raise ValueError(f"The header {name!r} is the call's: all of its attempts have it.")
        self._headers[name] = value

    def reveal_api_key(self) -> str:
        """Return the key that the attempt is sent with, to sign something with it for example."""
        return self._key.reveal()

    def applied_to(self, request: OutgoingRequest) -> OutgoingRequest:
        """Return the request with the header fields that were set."""
        return request.with_fields(self._headers.raw)


@frozen(kw_only=True)
class AttemptResponse:
    """The answer to one attempt of a call, as ``on_response`` gets it.

    The body is not here: that of a creation holds a credential, and who makes the call gets it.

    Attributes:
        request: What it answers.
        status_code: Its status, whatever it is.
        headers: Its header fields. A key that the server sent back is masked.
        seconds: How long the attempt took, with the reading of the body.
    """

    request: AttemptRequest
    status_code: int
    headers: Mapping[str, str] = field(repr=False)
    seconds: float


def tell_answer(hook: Callable[[AttemptResponse], object], response: AttemptResponse) -> None:
    """Call ``on_response``. What it raises must not take away an answer that holds a credential."""
    try:
        refuse_awaitable("on_response", hook(response))
    except Exception as error:  # noqa: BLE001 - the hook is the user's
        _log(error)


async def tell_answer_async(
    hook: Callable[[AttemptResponse], object], response: AttemptResponse
) -> None:
    """Do as ``tell_answer``, and await what has to be awaited."""
    try:
        told = hook(response)
        if inspect.isawaitable(told):
            await told
    except asyncio.CancelledError as error:
        if _is_cancelled():
            raise
        # It comes of a task that the hook has waited for.
        _log(error)
    except Exception as error:  # noqa: BLE001 - as above
        _log(error)


def refuse_awaitable(name: str, told: object) -> None:
    """Refuse what a hook has returned and nobody can await.

    Args:
        name: The hook's name.
        told: What it returned.

    Raises:
        TypeError: It has to be awaited, so that the hook has not done its work yet.
    """
    if inspect.isawaitable(told):
        if inspect.iscoroutine(told):
            told.close()
        raise TypeError(f"{name} has to be a function, or the client an AsyncKodexaClient.")


def _is_cancelled() -> bool:
    try:
        task = asyncio.current_task()
    except RuntimeError:
        # Not in an event loop of asyncio: nothing there cancels by this exception.
        return False
    return task is None or task.cancelling() > 0


def _log(error: BaseException) -> None:
    # The frame of the call to it is not the hook's.
    traceback = None if error.__traceback__ is None else error.__traceback__.tb_next
    _logger.error(
        "on_response raised an exception, and the call goes on without it",
        exc_info=(type(error), error, traceback),
    )
