"""The fake platform over a real socket: starts, serves and stops in time."""

import asyncio
import logging
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from typing import cast

import httpx
import pytest
import uvicorn
from starlette.types import Receive, Scope, Send

import kodexa_client.testing._server as server_module
from kodexa_client import AsyncKodexaClient, InternalServerError, KodexaClient
from kodexa_client.testing import DocumentDepartureError, FakePlatform
from kodexa_client.testing._server import running
from tests.faults import running_threads

LONGEST_SECONDS = 30.0


@pytest.fixture(autouse=True)
def no_thread_is_left() -> Iterator[None]:
    before = running_threads()
    yield
    assert running_threads() <= before


async def test_sdk_creates_a_token_over_a_socket() -> None:
    fake = FakePlatform()

    with fake.serve() as base_url:
        async with AsyncKodexaClient(api_key="test-key", base_url=base_url) as client:
            token = await client.access_tokens.create(name="ci")

    assert base_url.startswith("http://127.0.0.1:")
    assert [created["id"] for created in fake.created_tokens] == [token.id]


def test_base_url_carries_the_prefix() -> None:
    fake = FakePlatform(prefix="/kodexa")

    with (
        fake.serve() as base_url,
        KodexaClient(api_key="test-key", base_url=base_url) as client,
    ):
        client.access_tokens.create(name="ci")

    assert base_url.endswith("/kodexa")
    assert len(fake.created_tokens) == 1


def test_port_is_free_afterwards_and_the_fake_can_serve_again() -> None:
    fake = FakePlatform()

    for _ in range(2):
        with fake.serve() as base_url:
            assert httpx.get(base_url).status_code == 404
        with pytest.raises(httpx.ConnectError):
            httpx.get(base_url)

    assert len(fake.requests) == 2


def test_threads_create_while_another_reads() -> None:
    fake = FakePlatform()
    seen: list[int] = []

    def create(client: KodexaClient) -> None:
        client.access_tokens.create(name="ci")
        seen.append(len(fake.created_tokens))

    with (
        fake.serve() as base_url,
        KodexaClient(api_key="test-key", base_url=base_url) as client,
        ThreadPoolExecutor(4) as pool,
    ):
        list(pool.map(create, [client] * 40))

    assert len({str(token["id"]) for token in fake.created_tokens}) == 40
    assert max(seen) == 40


def test_departure_from_the_document_is_raised_when_serving_ends() -> None:
    fake = FakePlatform(ids=lambda: cast("str", 7))

    with (
        pytest.raises(DocumentDepartureError) as caught,
        fake.serve() as base_url,
        KodexaClient(api_key="test-key", base_url=base_url) as client,
        pytest.raises(InternalServerError),
    ):
        client.access_tokens.create(name="ci")

    assert fake.departures == [caught.value]


def test_error_of_the_block_is_not_hidden_and_the_server_stops() -> None:
    with pytest.raises(LookupError), FakePlatform().serve():
        raise LookupError


def test_serving_sets_up_no_logging(caplog: pytest.LogCaptureFixture) -> None:
    def logging_set_up() -> list[tuple[int, int, bool]]:
        loggers = [logging.getLogger(f"uvicorn{name}") for name in ("", ".error", ".access")]
        return [(logger.level, len(logger.handlers), logger.propagate) for logger in loggers]

    before = logging_set_up()
    with caplog.at_level(logging.DEBUG), FakePlatform().serve() as base_url:
        httpx.post(f"{base_url}/api/access-tokens", headers={"x-api-key": "canary-key"}, json={})

    assert logging_set_up() == before
    assert "POST /api/access-tokens" in caplog.text
    assert "canary" not in caplog.text


def test_server_that_does_not_start_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    async def give_up(server: uvicorn.Server, **_options: object) -> None:
        server.should_exit = True

    monkeypatch.setattr(uvicorn.Server, "startup", give_up)

    with pytest.raises(RuntimeError, match="did not start"), running(FakePlatform()):
        pass


def test_request_under_way_is_cancelled_when_its_time_is_over(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    entered = threading.Event()

    async def endless(_scope: Scope, _receive: Receive, _send: Send) -> None:
        entered.set()
        await asyncio.Event().wait()

    monkeypatch.setattr(server_module, "_GRACE_SECONDS", 0)

    with ThreadPoolExecutor(1) as pool:
        with running(endless) as origin:
            answer = pool.submit(httpx.get, origin, timeout=LONGEST_SECONDS)
            assert entered.wait(LONGEST_SECONDS)
        # No more is promised than that the client does not wait for ever.
        wait([answer], LONGEST_SECONDS)

    assert answer.done()


def test_server_that_does_not_stop_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    entered, released = threading.Event(), threading.Event()

    async def blocking(_scope: Scope, _receive: Receive, _send: Send) -> None:
        entered.set()
        released.wait(LONGEST_SECONDS)

    monkeypatch.setattr(server_module, "_STOP_SECONDS", 0.0)

    def serve_one_request(pool: ThreadPoolExecutor) -> None:
        with running(blocking) as origin:
            pool.submit(httpx.get, origin, timeout=LONGEST_SECONDS)
            assert entered.wait(LONGEST_SECONDS)

    with ThreadPoolExecutor(1) as pool:
        with pytest.raises(RuntimeError, match="did not stop"):
            serve_one_request(pool)
        released.set()
    for thread in threading.enumerate():
        if thread.name.startswith("fake-platform-"):
            thread.join(LONGEST_SECONDS)
