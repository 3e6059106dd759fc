"""How the clients do what a call asks for: wait, send, and read the answer.

What only a call needs, httpcore, anyio and asyncio with it, is loaded with the first one.
"""

# ruff: noqa: PLC0415

from __future__ import annotations

import inspect
import logging
import sys
from typing import TYPE_CHECKING, TypeVar, cast

import httpx

from ._bodies import BodyReader, UnreadableBodyError
from ._callables import is_async
from ._calling import Calling, check_process, is_traced, tell_what_is_left
from ._hidden import drop_inner_frames
from ._wire import field_of

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable

    from ._aiohttp import AiohttpTransport
    from ._attempts import Exchange
    from ._auth import ApiKey
    from ._calls import Call, Pause
    from ._config import Engine
    from ._hooks import AttemptResponse
    from ._keys import KeyFailure
    from ._pools import AsyncPoolTransport, PoolTransport
    from ._providers import AsyncProvidedKey, ProvidedKey
    from ._proxies import Proxies
    from ._settings import Hook
    from ._transports import AsyncClientTransport, ClientTransport
    from .errors import KodexaError
    from .types import Response

__all__ = ["AsyncSending", "Sending"]

T = TypeVar("T")

_logger = logging.getLogger("kodexa_client")


class AsyncSending(Calling["AsyncPoolTransport | AiohttpTransport | AsyncClientTransport"]):
    """A client that can send, for asyncio and trio."""

    def _provided_key(self, provider: Callable[[], object]) -> AsyncProvidedKey:
        from ._providers import AsyncProvidedKey

        return AsyncProvidedKey(provider)

    @staticmethod
    def _own_connections(
        engine: Engine, proxies: Proxies, context: Callable[[], ssl.SSLContext]
    ) -> AsyncPoolTransport | AiohttpTransport:
        if engine == "aiohttp":
            from ._aiohttp import AiohttpTransport

            return AiohttpTransport(proxies, context)
        from ._pools import AsyncPoolTransport

        return AsyncPoolTransport(proxies, context)

    @staticmethod
    def _connections_of(http_client: httpx.AsyncClient) -> AsyncClientTransport:
        from ._transports import AsyncClientTransport

        return AsyncClientTransport(http_client)

    async def _close_connections(self) -> None:
        self._connections.were_closed = True
        if not self._connections.are_made:
            return
        if self._affinity.is_elsewhere(self._transport.current_loop()):
            self._transport.forget()
        else:
            await self._transport.aclose()

    async def _perform(self, call: Call[T]) -> Response[T] | KodexaError:
        if not is_traced():
            return await self._carry_out(call)
        from ._tracing import call_span

        with call_span(call) as span:
            outcome = await self._carry_out(call)
            span.ended(outcome)
            return outcome

    async def _carry_out(self, call: Call[T]) -> Response[T] | KodexaError:
        steps = call.steps()
        try:
            while True:
                try:
                    step = next(steps)
                except StopIteration as end:
                    outcome: Response[T] | KodexaError = end.value
                    return outcome
                if step.kind == "send":
                    await self._send(call, step.exchange)
                elif step.kind == "pause":
                    await self._pause(call, step)
                elif step.kind == "answered":
                    await self._tell_answer(call, step.response)
                else:
                    await self._transport.close_idle()
        except BaseException as interruption:
            tell_what_is_left(call, interruption)
            raise

    async def _pause(self, call: Call[T], step: Pause) -> None:
        if self._on_retry is not None:
            told = self._on_retry(step.attempt)
            if inspect.isawaitable(told):
                with self._transport.no_longer_than(call.seconds_left):
                    await told
        await self._clock.asleep(call.within(step.seconds))

    async def _tell_answer(self, call: Call[T], response: AttemptResponse) -> None:
        from ._hooks import tell_answer_async

        if self._on_response is None:
            return
        with self._transport.no_longer_than(call.seconds_left) as scope:
            await tell_answer_async(self._on_response, response)
        if scope.cancelled_caught:
            _logger.error("on_response took all of the call's time, and the call ends without it")
        check_process(call)

    async def _send(self, call: Call[T], exchange: Exchange) -> None:
        transport = self._transport
        loop = transport.current_loop()
        if not self._is_usable(call, exchange, loop):
            return
        if not await self._has_key(call, exchange, loop):
            return
        slots, is_served = transport.slots, False
        try:
            is_served = slots is None or slots.acquire_nowait()
            if slots is not None and not is_served:
                is_served = await slots.acquire(self._queue_seconds(call))
                # It may have been closed while the call waited.
                if not self._is_usable(call, exchange, loop):
                    return
            if not call.may_go_on(is_served=is_served):
                exchange.failed(httpx.PoolTimeout("no connection became free"))
                return
            # It may have been replaced, or refused, while the call waited.
            if self._key.current is None and not await self._has_key(call, exchange, loop):
                return
            with transport.no_longer_than(call.deadline.remaining) as scope:
                await self._attempt(call, exchange, loop)
            if scope.cancelled_caught:
                exchange.ran_out_of_time()
        finally:
            if slots is not None and is_served:
                slots.release()

    async def _has_key(self, call: Call[T], exchange: Exchange, loop: object) -> bool:
        source = self._key
        if source.current is not None:
            return exchange.found_key(source.current)
        key: ApiKey | KeyFailure | None = None
        with self._transport.no_longer_than(call.seconds_left):
            key = await cast("AsyncProvidedKey", source).fetch()
        # The client may have been closed while the provider was asked.
        return exchange.found_key(key) and self._is_usable(call, exchange, loop)

    async def _attempt(self, call: Call[T], exchange: Exchange, loop: object) -> None:
        if self._has_hooks and not await self._may_go_on(call, exchange, loop):
            return
        handled = sys.exception()
        try:
            await self._traced_exchange(call, exchange)
        except BaseException as interruption:
            drop_inner_frames(interruption, handled)
            raise

    async def _may_go_on(self, call: Call[T], exchange: Exchange, loop: object) -> bool:
        """Call ``on_request``, and tell whether the attempt may go on after it."""
        seen = self._shown(call, exchange)
        if self._on_request is not None:
            told = self._on_request(seen)
            if inspect.isawaitable(told):
                await told
        return self._is_still_wanted(call, exchange, loop)

    async def _traced_exchange(self, call: Call[T], exchange: Exchange) -> None:
        # Those of an http client that is given are its owner's to trace.
        if not self._owns_connections or not is_traced():
            await self._exchange(call, exchange)
            return
        from ._tracing import attempt_span

        with attempt_span(call, exchange):
            await self._exchange(call, exchange)

    async def _exchange(self, call: Call[T], exchange: Exchange) -> None:
        handled = sys.exception()
        request = self._authorized(call, exchange)
        timeouts = call.deadline.within(self._timeout)
        try:
            response = await self._transport.send(request, timeouts, exchange.atrace)
            try:
                exchange.received_head(response)
                body = BodyReader(
                    field_of(response.headers, b"content-encoding"), self._max_response_bytes
                )
                exchange.body = body
                pieces = aiter(response.stream)
                try:
                    async for piece in pieces:
                        body.feed(piece)
                except UnreadableBodyError:
                    await response.stream.aclose()
                    # The generators under it end by the connection's end, and not by the
                    # garbage collector, of which trio warns.
                    try:
                        async for _ in pieces:
                            pass
                    except httpx.HTTPError as ended:
                        drop_inner_frames(ended, handled)
                    raise
                body.end()
                exchange.received_body()
            finally:
                await response.stream.aclose()
        except Exception as error:  # noqa: BLE001 - ssl, RuntimeError and others come too
            exchange.failed(error)
            # Its frames would hold it, and the answer's body, until the garbage collector comes.
            drop_inner_frames(error, handled)


class Sending(Calling["PoolTransport | ClientTransport"]):
    """A client that can send, without an event loop."""

    @classmethod
    def _checked_hook(cls, name: str, hook: Hook | None) -> Hook | None:
        if is_async(hook):
            raise TypeError(f"{name} has to be a function, or the client an AsyncKodexaClient.")
        return super()._checked_hook(name, hook)

    def _provided_key(self, provider: Callable[[], object]) -> ProvidedKey:
        from ._providers import ProvidedKey

        return ProvidedKey(provider)

    @staticmethod
    def _own_connections(
        engine: Engine,  # noqa: ARG004 - there is one
        proxies: Proxies,
        context: Callable[[], ssl.SSLContext],
    ) -> PoolTransport:
        from ._pools import PoolTransport

        return PoolTransport(proxies, context)

    @staticmethod
    def _connections_of(http_client: httpx.Client) -> ClientTransport:
        from ._transports import ClientTransport

        return ClientTransport(http_client)

    def _close_connections(self) -> None:
        self._connections.were_closed = True
        if not self._connections.are_made:
            return
        if self._affinity.is_elsewhere():
            self._transport.forget()
        else:
            self._transport.close()

    def _perform(self, call: Call[T]) -> Response[T] | KodexaError:
        if not is_traced():
            return self._carry_out(call)
        from ._tracing import call_span

        with call_span(call) as span:
            outcome = self._carry_out(call)
            span.ended(outcome)
            return outcome

    def _carry_out(self, call: Call[T]) -> Response[T] | KodexaError:
        steps = call.steps()
        try:
            while True:
                try:
                    step = next(steps)
                except StopIteration as end:
                    outcome: Response[T] | KodexaError = end.value
                    return outcome
                if step.kind == "send":
                    self._send(call, step.exchange)
                elif step.kind == "pause":
                    self._pause(call, step)
                elif step.kind == "answered":
                    self._tell_answer(call, step.response)
                else:
                    self._transport.close_idle()
        except BaseException as interruption:
            tell_what_is_left(call, interruption)
            raise

    def _pause(self, call: Call[T], step: Pause) -> None:
        from ._hooks import refuse_awaitable

        if self._on_retry is not None:
            refuse_awaitable("on_retry", self._on_retry(step.attempt))
        self._clock.sleep(call.within(step.seconds))

    def _tell_answer(self, call: Call[T], response: AttemptResponse) -> None:
        from ._hooks import tell_answer

        if self._on_response is not None:
            tell_answer(self._on_response, response)
            check_process(call)

    def _send(self, call: Call[T], exchange: Exchange) -> None:
        if not self._is_usable(call, exchange, None) or not self._has_key(call, exchange):
            return
        slots, is_served = self._transport.slots, False
        try:
            is_served = slots is None or slots.acquire_nowait()
            if slots is not None and not is_served:
                is_served = slots.acquire(self._queue_seconds(call))
                # It may have been closed while the call waited.
                if not self._is_usable(call, exchange, None):
                    return
            if not call.may_go_on(is_served=is_served):
                exchange.failed(httpx.PoolTimeout("no connection became free"))
                return
            # It may have been replaced, or refused, while the call waited.
            if self._key.current is None and not self._has_key(call, exchange):
                return
            with call.deadline.in_force():
                self._attempt(call, exchange)
            if exchange.failure is not None and call.deadline.has_passed:
                exchange.ran_out_of_time()
        finally:
            if slots is not None and is_served:
                slots.release()

    def _has_key(self, call: Call[T], exchange: Exchange) -> bool:
        source = self._key
        if source.current is not None:
            return exchange.found_key(source.current)
        key: ApiKey | KeyFailure | None = cast("ProvidedKey", source).fetch(
            lambda: call.seconds_left
        )
        # Nobody can end a function that takes too long.
        key = None if call.seconds_left == 0.0 else key
        # The client may have been closed, or the process forked, while the provider was asked.
        return exchange.found_key(key) and self._is_usable(call, exchange, None)

    def _attempt(self, call: Call[T], exchange: Exchange) -> None:
        if self._has_hooks and not self._may_go_on(call, exchange):
            return
        handled = sys.exception()
        try:
            self._traced_exchange(call, exchange)
        except BaseException as interruption:
            drop_inner_frames(interruption, handled)
            raise

    def _may_go_on(self, call: Call[T], exchange: Exchange) -> bool:
        """Call ``on_request``, and tell whether the attempt may go on after it."""
        from ._hooks import refuse_awaitable

        seen = self._shown(call, exchange)
        if self._on_request is not None:
            refuse_awaitable("on_request", self._on_request(seen))
        return self._is_still_wanted(call, exchange, None)

    def _traced_exchange(self, call: Call[T], exchange: Exchange) -> None:
        # Those of an http client that is given are its owner's to trace.
        if not self._owns_connections or not is_traced():
            self._exchange(call, exchange)
            return
        from ._tracing import attempt_span

        with attempt_span(call, exchange):
            self._exchange(call, exchange)

    def _exchange(self, call: Call[T], exchange: Exchange) -> None:
        handled = sys.exception()
        request = self._authorized(call, exchange)
        timeouts = call.deadline.within(self._timeout)
        try:
            response = self._transport.send(request, timeouts, exchange.trace)
            try:
                exchange.received_head(response)
                body = BodyReader(
                    field_of(response.headers, b"content-encoding"), self._max_response_bytes
                )
                exchange.body = body
                for piece in response.stream:
                    body.feed(piece)
                    call.deadline.check()
                body.end()
                exchange.received_body()
            finally:
                response.stream.close()
        except Exception as error:  # noqa: BLE001 - as above
            exchange.failed(error)
            drop_inner_frames(error, handled)
