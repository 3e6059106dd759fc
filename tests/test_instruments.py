"""What answers in the network's place, or watches it, goes on working."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pytest
import respx
from opentelemetry.instrumentation.httpx import HTTPXClientInstrumentor
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from kodexa_client import APIConnectionError, AsyncKodexaClient, OutcomeUnknownError
from kodexa_client.testing import FakePlatform

from .conftest import API_KEY, BASE_URL, EitherClient, settle

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_httpx import HTTPXMock

TOKENS = f"{BASE_URL}/api/access-tokens"


async def test_pytest_httpx_answers(either: EitherClient, httpx_mock: HTTPXMock) -> None:
    httpx_mock.add_response(url=TOKENS, match_headers={"x-api-key": API_KEY}, json={"id": "1"})

    token = await either.create(name="ci")

    assert token.id == "1"


async def test_respx_answers(either: EitherClient) -> None:
    with respx.mock() as router:
        route = router.post(TOKENS, headers={"x-api-key": API_KEY}).respond(201, json={"id": "1"})

        token = await either.create(name="ci")

    assert token.id == "1"
    assert route.call_count == 1


async def test_what_respx_raises_in_place_of_a_connection_was_not_sent(
    either: EitherClient,
) -> None:
    with respx.mock() as router:
        route = router.post(TOKENS).mock(side_effect=httpx.ConnectError("refused"))

        with pytest.raises(APIConnectionError) as caught:
            await either.create(name="ci")

    assert caught.value.sent is False
    assert not isinstance(caught.value, OutcomeUnknownError)
    assert route.call_count == 3


@pytest.mark.parametrize("tool", ["pytest_httpx", "respx"])
async def test_the_tools_answer_for_the_engine_aiohttp_too(
    request: pytest.FixtureRequest, tool: str
) -> None:
    client = AsyncKodexaClient(api_key=API_KEY, base_url=BASE_URL, engine="aiohttp")
    if tool == "pytest_httpx":
        request.getfixturevalue("httpx_mock").add_response(url=TOKENS, json={"id": "1"})
        token = await client.access_tokens.create(name="ci")
    else:
        with respx.mock() as router:
            router.post(TOKENS).respond(201, json={"id": "1"})
            token = await client.access_tokens.create(name="ci")

    await client.aclose()
    assert token.id == "1"


@pytest.fixture
def exporter() -> InMemorySpanExporter:
    return InMemorySpanExporter()


@pytest.fixture
def provider(exporter: InMemorySpanExporter) -> TracerProvider:
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    return provider


@pytest.fixture
def platform() -> Iterator[str]:
    with FakePlatform(api_keys=[API_KEY]).serve() as url:
        yield url


async def test_opentelemetry_sees_the_requests_of_a_client_that_it_instruments(
    client_class: Any,
    http_client_class: Any,
    platform: str,
    provider: TracerProvider,
    exporter: InMemorySpanExporter,
) -> None:
    http_client = http_client_class()
    HTTPXClientInstrumentor().instrument_client(http_client, tracer_provider=provider)
    client = client_class(api_key=API_KEY, base_url=platform, http_client=http_client)

    token = await EitherClient(client).create(name="ci")

    await settle(http_client.aclose() if hasattr(http_client, "aclose") else http_client.close())
    (span,) = exporter.get_finished_spans()
    assert span.attributes is not None
    assert span.attributes["http.url"] == f"{platform}/api/access-tokens"
    assert token.name == "ci"
    assert API_KEY not in span.to_json()


async def test_opentelemetry_on_every_client_leaves_the_sdks_own_connections_alone(
    client_class: Any, platform: str, provider: TracerProvider
) -> None:
    instrumentor = HTTPXClientInstrumentor()
    instrumentor.instrument(tracer_provider=provider)
    try:
        client = client_class(api_key=API_KEY, base_url=platform)
        names = [(await EitherClient(client).create(name=name)).name for name in ("a", "b")]
        await EitherClient(client).close()
    finally:
        instrumentor.uninstrument()

    assert names == ["a", "b"]
