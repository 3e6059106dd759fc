"""Spans of OpenTelemetry: one a call, one an attempt, and no secret in either."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from opentelemetry import trace
from opentelemetry.instrumentation.httpx import HTTPXClientInstrumentor
from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

from kodexa_client import APIConnectionError, KodexaClient, RateLimitError, RetryPolicy

from .conftest import API_KEY, BASE_URL, EitherClient, StillClock, settle
from .servers import serve

if TYPE_CHECKING:
    from collections.abc import Iterator

SECRET = "canary-secret-81c2"
BODY = b'{"id":"1","token":"%s"}' % SECRET.encode()
CREATED = b"HTTP/1.1 201 Created\r\nx-secret: %s\r\ncontent-length: %d\r\n\r\n%s" % (
    SECRET.encode(),
    len(BODY),
    BODY,
)
REFUSED = b"HTTP/1.1 429 Too Many Requests\r\ncontent-length: 0\r\n\r\n"


def attributes_of(span: ReadableSpan) -> dict[str, Any]:
    return dict(span.attributes or {})


def id_of(span: ReadableSpan) -> int:
    context = span.get_span_context()
    assert context is not None
    return context.span_id


@pytest.fixture
def spans(monkeypatch: pytest.MonkeyPatch) -> Iterator[InMemorySpanExporter]:
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    # What set_tracer_provider() sets once and for all.
    monkeypatch.setattr(trace, "_TRACER_PROVIDER", provider)
    yield exporter
    provider.shutdown()


def client_for(client_class: Any, url: str, **settings: Any) -> EitherClient:
    client = client_class(api_key=API_KEY, base_url=url, **settings)
    client._clock = StillClock()
    return EitherClient(client)


async def test_a_call_is_a_span_and_each_attempt_is_one_in_it(
    client_class: Any, spans: InMemorySpanExporter
) -> None:
    with serve(REFUSED, CREATED) as server:
        client = client_for(client_class, server.url)
        await client.create(name=SECRET)
        await client.close()

    first, second, call = spans.get_finished_spans()
    assert (call.name, call.kind) == ("createAccessToken", SpanKind.INTERNAL)
    assert {one.parent.span_id for one in (first, second) if one.parent} == {id_of(call)}
    request_id = attributes_of(call).pop("kodexa_client.request_id")
    assert request_id.encode() in server.received[0]
    assert attributes_of(call) == {
        "http.request.method": "POST",
        "kodexa_client.attempts": 2,
        "kodexa_client.request_id": request_id,
    }
    of_both = {
        "http.request.method": "POST",
        "server.address": "127.0.0.1",
        "server.port": server.port,
        "url.full": f"{server.url}/api/access-tokens",
    }
    assert attributes_of(first) == {
        **of_both,
        "http.response.status_code": 429,
        "error.type": "429",
    }
    assert attributes_of(second) == {
        **of_both,
        "http.request.resend_count": 1,
        "http.response.status_code": 201,
    }
    assert [(one.name, one.kind) for one in (first, second)] == [("POST", SpanKind.CLIENT)] * 2
    statuses = [one.status.status_code for one in (first, second, call)]
    assert statuses == [StatusCode.ERROR, StatusCode.UNSET, StatusCode.UNSET]
    shown = "".join(one.to_json() for one in (first, second, call))
    assert API_KEY not in shown
    assert "canary" not in shown


async def test_a_call_that_fails_is_told_by_the_class_of_its_exception(
    client_class: Any, spans: InMemorySpanExporter
) -> None:
    with serve(REFUSED) as server:
        client = client_for(client_class, server.url, retry_policy=RetryPolicy(max_retries=0))
        with pytest.raises(RateLimitError):
            await client.create(name="ci")
        await client.close()

    _, call = spans.get_finished_spans()
    assert attributes_of(call)["error.type"] == "RateLimitError"
    assert call.status.status_code is StatusCode.ERROR
    assert not call.events


async def test_an_attempt_without_an_answer_is_told_by_what_ended_it(
    client_class: Any, spans: InMemorySpanExporter
) -> None:
    with serve() as server:
        pass
    client = client_for(client_class, server.url, retry_policy=RetryPolicy(max_retries=0))

    with pytest.raises(APIConnectionError):
        await client.create(name="ci")

    await client.close()
    attempt, _ = spans.get_finished_spans()
    assert attributes_of(attempt)["error.type"] == "ConnectError"
    assert "http.response.status_code" not in attributes_of(attempt)


async def test_a_call_that_is_broken_off_ends_its_spans(
    spans: InMemorySpanExporter, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    client = KodexaClient(api_key=API_KEY, base_url=BASE_URL)
    monkeypatch.setattr(client._transport, "send", interrupt)

    with pytest.raises(KeyboardInterrupt):
        client.access_tokens.create(name="ci")

    client.close()
    attempt, call = spans.get_finished_spans()
    assert [attributes_of(one)["error.type"] for one in (attempt, call)] == [
        "KeyboardInterrupt"
    ] * 2
    assert attributes_of(call)["kodexa_client.attempts"] == 0


class _Failing(SpanProcessor):
    """Raises when spans of one name start or end."""

    def __init__(self, name: str, moment: str) -> None:
        self.name = name
        self.moment = moment

    def on_start(self, span: Any, parent_context: object = None) -> None:
        del parent_context
        if (span.name, "start") == (self.name, self.moment):
            raise LookupError("no exporter")

    def on_end(self, span: Any) -> None:
        if (span.name, "end") == (self.name, self.moment):
            raise LookupError("no exporter")


@pytest.mark.usefixtures("spans")
@pytest.mark.parametrize("moment", ["start", "end"])
@pytest.mark.parametrize("name", ["createAccessToken", "POST"])
async def test_what_a_processor_of_spans_raises_takes_no_answer_away(
    client_class: Any, name: str, moment: str, caplog: pytest.LogCaptureFixture
) -> None:
    provider: Any = trace.get_tracer_provider()
    provider.add_span_processor(_Failing(name, moment))
    with serve(CREATED) as server:
        client = client_for(client_class, server.url)
        token = await client.create(name="ci")
        await client.close()

    assert token.id == "1"
    assert f"A span could not be {moment}ed" in caplog.text


async def test_no_span_has_the_query_of_a_url(
    client_class: Any, spans: InMemorySpanExporter
) -> None:
    with serve(CREATED) as server:
        client = client_for(client_class, server.url)
        await client.request("GET", "/x", params={"token": SECRET})
        await client.close()

    attempt, call = spans.get_finished_spans()
    assert attributes_of(attempt)["url.full"] == f"{server.url}/x"
    assert "canary" not in attempt.to_json() + call.to_json()


@pytest.mark.parametrize("given", [False, True], ids=["own connections", "http_client"])
async def test_with_the_instrumentation_of_httpx_no_attempt_has_two_spans(
    client_class: Any, http_client_class: Any, spans: InMemorySpanExporter, *, given: bool
) -> None:
    instrumentor = HTTPXClientInstrumentor()
    instrumentor.instrument(tracer_provider=trace.get_tracer_provider())
    http_client = http_client_class() if given else None
    try:
        with serve(REFUSED, REFUSED, CREATED) as server:
            client = client_for(client_class, server.url, http_client=http_client)
            await client.create(name="ci")
            await client.close()
            if http_client is not None:
                closing = getattr(http_client, "aclose", None) or http_client.close
                await settle(closing())
    finally:
        instrumentor.uninstrument()

    *attempts, call = spans.get_finished_spans()
    assert [one.kind for one in attempts] == [SpanKind.CLIENT] * 3
    assert {one.parent.span_id for one in attempts if one.parent} == {id_of(call)}
    assert attributes_of(call)["kodexa_client.attempts"] == 3
    assert API_KEY not in "".join(one.to_json() for one in attempts)


async def test_without_opentelemetry_nothing_of_it_is_loaded(
    client_class: Any, monkeypatch: pytest.MonkeyPatch, spans: InMemorySpanExporter
) -> None:
    monkeypatch.delitem(sys.modules, "opentelemetry.trace")
    transport = httpx.MockTransport(lambda _: httpx.Response(201, json={"id": "1"}))
    kind = httpx.Client if client_class is KodexaClient else httpx.AsyncClient
    client = client_for(client_class, BASE_URL, http_client=kind(transport=transport))

    await client.create(name="ci")

    assert not spans.get_finished_spans()
