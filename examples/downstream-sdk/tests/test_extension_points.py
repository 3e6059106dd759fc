"""What an SDK can build on: transports, headers, hooks and subclasses, and nothing global."""

from __future__ import annotations

import asyncio
import pickle
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from kodexa_client import AsyncKodexaClient, AttemptRequest, AttemptResponse, KodexaClient

if TYPE_CHECKING:
    from kodexa_client.testing import FakePlatform


class CountingTransport(httpx.BaseTransport):
    """A transport of this SDK's own in front of another one."""

    def __init__(self, inner: httpx.BaseTransport) -> None:
        self.inner = inner
        self.requests = 0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.requests += 1
        return self.inner.handle_request(request)


class AcmeClient(KodexaClient):
    """A client of this SDK's own kind."""

    acme_tenant = "acme"


class AsyncAcmeClient(AsyncKodexaClient):
    """The same, for asyncio."""

    acme_tenant = "acme"


def test_requests_go_through_a_transport_of_ones_own(fake_kodexa: FakePlatform) -> None:
    transport = CountingTransport(fake_kodexa.transport)
    with httpx.Client(transport=transport) as http_client:
        kodexa = KodexaClient(
            api_key="test-key", base_url="https://kodexa.test", http_client=http_client
        )
        kodexa.access_tokens.create(name="ci")

        kodexa.close()
        assert not http_client.is_closed
    assert transport.requests == 1


def test_requests_go_through_an_async_http_client(fake_kodexa: FakePlatform) -> None:
    async def create() -> None:
        async with (
            httpx.AsyncClient(transport=fake_kodexa.transport) as http_client,
            AsyncKodexaClient(
                api_key="test-key", base_url="https://kodexa.test", http_client=http_client
            ) as kodexa,
        ):
            await kodexa.access_tokens.create(name="ci")

    asyncio.run(create())

    assert len(fake_kodexa.created_tokens) == 1


def test_requests_tell_who_sends_them(fake_kodexa: FakePlatform) -> None:
    kodexa = fake_kodexa.client(
        app_info=("acme-documents", "1.2"), default_headers={"x-tenant": "acme"}
    )

    kodexa.access_tokens.create(name="ci")

    (request,) = fake_kodexa.requests
    assert request.headers["user-agent"].endswith(" acme-documents/1.2")
    assert request.headers["x-tenant"] == "acme"


def test_hooks_see_each_attempt_and_no_key(fake_kodexa: FakePlatform) -> None:
    requests: list[AttemptRequest] = []
    responses: list[AttemptResponse] = []

    def sign(request: AttemptRequest) -> None:
        requests.append(request)
        request.set_header("x-signature", request.reveal_api_key()[::-1])

    fake_kodexa.client(on_request=sign, on_response=responses.append).access_tokens.create(
        name="ci"
    )

    assert fake_kodexa.requests[0].headers["x-signature"] == "yek-tset"
    assert "test-key" not in repr((requests, responses, dict(requests[0].headers)))
    assert [(one.request, one.status_code) for one in responses] == [(requests[0], 201)]


def test_hooks_may_be_coroutine_functions(async_kodexa: AsyncKodexaClient) -> None:
    told: list[int] = []

    async def on_request(request: AttemptRequest) -> None:
        await asyncio.sleep(0)
        told.append(request.number)

    async def on_response(response: AttemptResponse) -> None:
        await asyncio.sleep(0)
        told.append(response.status_code)

    kodexa = async_kodexa.with_options(on_request=on_request, on_response=on_response)
    asyncio.run(_create(kodexa))

    assert told == [1, 201]


async def _create(kodexa: AsyncKodexaClient) -> None:
    await kodexa.access_tokens.create(name="ci")


@pytest.mark.parametrize("kind", [AcmeClient, AsyncAcmeClient])
def test_a_subclass_stays_one_in_copies_and_pickles(
    kind: type[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KODEXA_API_KEY", "canary-key")
    kodexa = kind(app_info=("acme-documents", "1.2"))
    data = pickle.dumps(kodexa)
    copies = [kodexa.with_options(timeout=5), pickle.loads(data)]

    assert [type(one) for one in copies] == [kind, kind]
    assert {one.acme_tenant for one in copies} == {"acme"}
    assert {one.config.app_info for one in copies} == {("acme-documents", "1.2")}
    assert b"canary-key" not in data
    for one in (kodexa, *copies):
        close = getattr(one, "close", None)
        if close is not None:
            close()
        else:
            asyncio.run(one.aclose())


def test_two_clients_do_not_touch_each_other(
    kodexa: KodexaClient, fake_kodexa: FakePlatform
) -> None:
    told: list[AttemptRequest] = []
    other = fake_kodexa.client(
        app_info=("acme-documents", "1.2"),
        default_headers={"x-tenant": "acme"},
        on_request=told.append,
    )

    kodexa.access_tokens.create(name="ci")
    other.access_tokens.create(name="ci")

    plain, of_other = fake_kodexa.requests
    assert "acme" not in repr(dict(plain.headers))
    assert of_other.headers["x-tenant"] == "acme"
    assert len(told) == 1


_IMPORTS = """
import logging, sys, warnings
before = logging.root.handlers[:], logging.root.level, warnings.filters[:], sys.meta_path[:]
hooks = sys.excepthook, sys.unraisablehook
import acme_documents
import kodexa_client.testing
assert before == (
    logging.root.handlers[:], logging.root.level, warnings.filters[:], sys.meta_path[:]
)
assert hooks == (sys.excepthook, sys.unraisablehook)
"""


def test_importing_it_registers_nothing() -> None:
    subprocess.run([sys.executable, "-I", "-c", _IMPORTS], check=True, timeout=60)
