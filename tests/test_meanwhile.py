"""What happens to a client, or to its connections, while a call is busy with something else."""

from __future__ import annotations

import asyncio
import enum
import pickle
import threading
from typing import Any

import httpx
import pytest

from kodexa_client import AsyncKodexaClient, ConfigurationError, KodexaClient, _pools
from kodexa_client._requests import RequestBuilder

from .conftest import API_KEY, BASE_URL, EitherClient
from .servers import serve
from .test_pools import CREATED, idle_in, made, transport_class, used_in

__all__ = ["transport_class"]

HERE = (None, b"https", b"a.test", None)
THERE = (None, b"https", b"b.test", None)


@pytest.mark.needs_asyncio(reason="it starts a task of asyncio's")
async def test_a_client_that_is_closed_while_its_provider_is_asked_sends_nothing() -> None:
    asked, answer = asyncio.Event(), asyncio.Event()

    async def provide() -> str:
        asked.set()
        await answer.wait()
        return API_KEY

    with serve(CREATED) as server:
        client = AsyncKodexaClient(api_key=provide, base_url=server.url)
        call = asyncio.create_task(client.access_tokens.create(name="ci"))
        await asked.wait()
        await client.aclose()
        answer.set()

        with pytest.raises(ConfigurationError, match=r"was not sent\. The client is closed"):
            await call
    assert server.received == []


def test_a_client_that_another_thread_closes_while_its_provider_is_asked_sends_nothing() -> None:
    asked, answer = threading.Event(), threading.Event()
    outcome: list[Exception] = []

    def provide() -> str:
        asked.set()
        answer.wait()
        return API_KEY

    def call() -> None:
        try:
            client.access_tokens.create(name="ci")
        except ConfigurationError as error:
            outcome.append(error)

    with serve(CREATED) as server:
        client = KodexaClient(api_key=provide, base_url=server.url)
        thread = threading.Thread(target=call)
        thread.start()
        asked.wait()
        client.close()
        answer.set()
        thread.join()
    (error,) = outcome
    assert "was not sent. The client is closed" in str(error)
    assert server.received == []


class Meddling:
    """Changes a client's attributes when its class is asked for this one, as a thread may."""

    client: Any = None

    def __get__(self, instance: Any, owner: type) -> int:
        if instance is None and self.client is not None:
            vars(self.client)[f"added_{len(vars(self.client))}"] = 1
        return 1

    def __set__(self, instance: Any, value: int) -> None:
        vars(instance)["meddling"] = value


@pytest.mark.parametrize("kind", [AsyncKodexaClient, KodexaClient])
def test_a_client_that_makes_its_first_call_meanwhile_is_copied_and_pickled(
    kind: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KODEXA_API_KEY", API_KEY)
    meddling = Meddling()
    child = type("Child", (kind,), {"meddling": meddling, "__module__": __name__})
    client = child()
    client.meddling = 1
    client._closed = True
    meddling.client = client

    copy = client.with_options()
    _, (settings, added) = client.__reduce__()

    assert copy.base_url == client.base_url
    assert "base_url" in settings
    assert "meddling" in added


class Connection:
    """A connection to nowhere, which may do something when it is closed."""

    def __init__(self, then: Any = None) -> None:
        self.closed = 0
        self._then = then

    def close(self) -> None:
        self.closed += 1
        if self._then is not None:
            self._then()

    async def aclose(self) -> None:
        self.close()

    def has_expired(self) -> bool:
        return False

    def is_available(self) -> bool:
        return True


async def take(transport: Any, place: Any) -> Any:
    taken = transport._taken(place)
    return await taken if asyncio.iscoroutine(taken) else taken


async def give_back(transport: Any, connection: Any, place: Any) -> None:
    given = transport.give_back(connection, place)
    if given is not None:
        await given


async def test_a_connection_that_is_given_back_while_others_are_closed_stays(
    transport_class: Any,
) -> None:
    transport = made(transport_class)
    late = Connection()
    first = Connection(lambda: transport._idle.add(THERE, late))
    others = [first, Connection(), Connection()]
    for connection in others:
        transport._idle.add(HERE, connection)

    closing = transport.close_idle()
    if closing is not None:
        await closing

    assert [one.closed for one in [*others, late]] == [1, 1, 1, 0]
    assert idle_in(transport) == [late]


async def test_idle_connections_to_other_places_make_room(
    transport_class: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_pools, "MAX_CONNECTIONS", 3)
    transport = made(transport_class)
    connections = [Connection() for _ in range(3)]
    for number, connection in enumerate(connections):
        await give_back(transport, connection, (None, b"https", b"%d.test" % number, None))

    assert await take(transport, (None, b"https", b"1.test", None)) is connections[1]
    assert await take(transport, (None, b"https", b"new.test", None)) is None

    assert [one.closed for one in connections] == [1, 0, 0]
    assert idle_in(transport) == [connections[2]]
    assert used_in(transport) == {connections[1]}
    # There is room now.
    assert await take(transport, (None, b"https", b"new.test", None)) is None
    assert [one.closed for one in connections] == [1, 0, 0]


async def test_the_place_of_a_connection_is_the_one_that_it_is_used_for(
    transport_class: Any,
) -> None:
    transport = made(transport_class)
    here, there = Connection(), Connection()
    await give_back(transport, here, HERE)
    await give_back(transport, there, THERE)

    assert [await take(transport, place) for place in (HERE, HERE, THERE)] == [here, None, there]


async def test_closing_goes_on_to_its_end_whatever_one_of_them_does() -> None:
    def fail() -> None:
        raise RuntimeError

    transport = made(_pools.AsyncPoolTransport)
    connections = [Connection(), Connection(fail), Connection()]
    for connection in connections:
        transport._idle.add(HERE, connection)

    with pytest.raises(RuntimeError):
        await transport.aclose()

    assert [one.closed for one in connections] == [1, 1, 1]


@pytest.mark.needs_asyncio(reason="it cancels a task of asyncio's")
async def test_a_call_that_is_cancelled_while_it_closes_expired_connections_was_not_sent() -> None:
    closing = asyncio.Event()

    class Expired(Connection):
        def has_expired(self) -> bool:
            return True

        async def aclose(self) -> None:
            closing.set()
            await asyncio.sleep(0)

    async with AsyncKodexaClient(api_key=API_KEY, base_url="https://a.test") as client:
        transport: Any = client._transport
        transport._idle.add(HERE, Expired())
        call = asyncio.create_task(client.access_tokens.create(name="ci"))
        await closing.wait()
        call.cancel()

        with pytest.raises(asyncio.CancelledError) as caught:
            await call
    assert not hasattr(caught.value, "__notes__")


async def test_certificates_that_can_not_be_read_are_no_reason_for_doubt(
    client_class: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(**_: Any) -> Any:
        raise FileNotFoundError

    for name in ("SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("kodexa_client._tls._usual_context", lambda _: fail())
    either = EitherClient(client_class(api_key=API_KEY, base_url=BASE_URL))

    with pytest.raises(ConfigurationError, match=r"was not sent\. The usual certificates can't be"):
        await either.create(name="ci")

    await either.close()


class Path(enum.StrEnum):
    """Paths of a program's own."""

    TOKENS = "/api/access-tokens"

    def __format__(self, _: str) -> str:
        return "@elsewhere.test"


def test_a_path_is_its_value_and_not_how_it_is_written() -> None:
    builder = RequestBuilder(httpx.URL(BASE_URL), httpx.Headers())

    assert builder.build("POST", Path.TOKENS, json={}).url == f"{BASE_URL}/api/access-tokens"


def test_a_request_with_a_key_is_not_pickled() -> None:
    request = RequestBuilder(httpx.URL(BASE_URL), httpx.Headers()).build("GET", "/")

    with pytest.raises(TypeError, match="is not pickled"):
        pickle.dumps(request)
