"""Spans of OpenTelemetry (extra ``otel``): one for a call, and in it one for each attempt.

With the API alone they cost next to nothing and go nowhere; an application that sets up
OpenTelemetry's SDK gets them. Nothing of a header field or a body is in them.
"""

from __future__ import annotations

import logging
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import httpx
from opentelemetry import trace

from .errors import KodexaError, display_url

if TYPE_CHECKING:
    from collections.abc import Generator

    from ._attempts import Exchange
    from ._calls import Call

__all__ = ["CallSpan", "attempt_span", "call_span"]

_DEFAULT_PORTS = {"http": 80, "https": 443}

_logger = logging.getLogger("kodexa_client")


class CallSpan:
    """The span of a call under way."""

    def __init__(self, span: trace.Span, call: Call[Any]) -> None:
        """Keep the span."""
        self._span = span
        self._call = call

    def ended(self, outcome: object) -> None:
        """Take note of what came of the call.

        Args:
            outcome: The exception that it ends with, or its result.
        """
        if isinstance(outcome, KodexaError):
            _mark_as_failed(self._span, type(outcome).__name__)

    def count_attempts(self) -> None:
        """Take note of how many attempts there were: also of a call that is broken off."""
        self._span.set_attribute("kodexa_client.attempts", self._call.attempts)


@contextmanager
def call_span(call: Call[Any]) -> Generator[CallSpan]:
    """Have a span for a call, within which its attempts' are."""
    with _current_span(
        call.operation_name,
        {
            "http.request.method": call.outgoing.method,
            "kodexa_client.request_id": call.client_request_id,
        },
    ) as span:
        running = CallSpan(span, call)
        try:
            yield running
        except BaseException as error:
            _mark_as_failed(span, type(error).__name__)
            raise
        finally:
            running.count_attempts()


@contextmanager
def attempt_span(call: Call[Any], exchange: Exchange) -> Generator[None]:
    """Have a span for an attempt, in the terms of OpenTelemetry's conventions for HTTP clients."""
    request = call.outgoing
    attributes: dict[str, str | int] = {
        "http.request.method": request.method,
        "server.address": request.url.host,
        "server.port": request.url.port or _DEFAULT_PORTS[request.url.scheme],
        "url.full": display_url(request.url),
    }
    if call.attempts:
        attributes["http.request.resend_count"] = call.attempts
    with _current_span(request.method, attributes, kind=trace.SpanKind.CLIENT) as span:
        try:
            yield
        except BaseException as error:
            _mark_as_failed(span, type(error).__name__)
            raise
        if exchange.status_code is not None:
            span.set_attribute("http.response.status_code", exchange.status_code)
        if exchange.failure is not None:
            _mark_as_failed(span, exchange.failure.kind.__name__)
        elif exchange.status_code is not None and httpx.codes.is_error(exchange.status_code):
            _mark_as_failed(span, str(exchange.status_code))


@contextmanager
def _current_span(
    name: str,
    attributes: dict[str, str | int],
    *,
    kind: trace.SpanKind = trace.SpanKind.INTERNAL,
) -> Generator[trace.Span]:
    """Have a span. What the application's processors raise must not take an answer away."""
    try:
        # Asked for each time: the application may set up its provider after the first call.
        tracer = trace.get_tracer("kodexa_client")
        span = tracer.start_span(name, kind=kind, attributes=attributes)
    except Exception:
        _logger.exception("A span could not be started, and the call goes on without it")
        span = trace.INVALID_SPAN
    try:
        # It would record the exception's text, with what it quotes of an answer.
        with trace.use_span(span, record_exception=False, set_status_on_exception=False):
            yield span
    finally:
        try:
            span.end()
        except Exception:
            _logger.exception("A span could not be ended, and the call goes on without it")


def _mark_as_failed(span: trace.Span, kind: str) -> None:
    span.set_attribute("error.type", kind)
    span.set_status(trace.StatusCode.ERROR)
