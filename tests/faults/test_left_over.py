"""Bytes that come behind an answer where nobody looks: they are no answer to the next call."""

from __future__ import annotations

import contextlib
import json
import socket
import ssl
import threading
from typing import TYPE_CHECKING, Any, Self

import anyio
import pytest
import trustme

from kodexa_client import AsyncKodexaClient, KodexaClient
from tests.conftest import FastKodexaClient
from tests.faults import API_KEY
from tests.faults.scripts import http
from tests.faults.server import Exchange, FaultServer, Script

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from pathlib import Path

FOREIGN = "somebody-else"


def answer(name: str | None, identity: str, padding: str = "") -> bytes:
    body = {"id": identity, "name": name, "padding": padding}
    return http(201, json.dumps(body).encode())


class RecordServer:
    """Puts two answers into one segment, each in a TLS record of its own."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self._context = context
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(10)
        self.url = f"https://127.0.0.1:{self._listener.getsockname()[1]}"
        self.made = 0
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def _serve(self) -> None:
        with contextlib.suppress(OSError, ssl.SSLError):
            while True:
                connection, _ = self._listener.accept()
                with connection, contextlib.suppress(OSError, ssl.SSLError):
                    connection.settimeout(10)
                    self._converse(connection)

    def _converse(self, connection: socket.socket) -> None:
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        tls = self._context.wrap_bio(incoming, outgoing, server_side=True)

        def wait_for(step: Callable[[], Any]) -> Any:
            while True:
                try:
                    return step()
                except ssl.SSLWantReadError:
                    connection.sendall(outgoing.read())
                    data = connection.recv(65_536)
                    if not data:
                        raise OSError from None
                    incoming.write(data)

        wait_for(tls.do_handshake)
        while True:
            request = b""
            while not request.endswith(b'{"name":"ci"}'):
                request += wait_for(lambda: tls.read(65_536))
            self.made += 1
            tls.write(answer("ci", str(self.made)))
            tls.write(answer("ci", FOREIGN))
            connection.sendall(outgoing.read())

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        # Closing alone would leave the thread waiting.
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(timeout=10)
        assert not self._thread.is_alive()


@pytest.fixture
def record_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Generator[RecordServer]:
    authority = trustme.CA()
    path = tmp_path / "authority.pem"
    path.write_bytes(authority.cert_pem.bytes())
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    with RecordServer(context) as server:
        yield server


# The engine aiohttp is for asyncio alone.
BACKENDS = pytest.mark.parametrize(
    ("backend", "kind"),
    [
        pytest.param("asyncio", AsyncKodexaClient, id="asyncio"),
        pytest.param("trio", AsyncKodexaClient, id="trio"),
        pytest.param("asyncio", FastKodexaClient, id="fast"),
    ],
)


async def created_in_turn(kind: type[AsyncKodexaClient], base_url: str, calls: int) -> list[Any]:
    async with kind(api_key=API_KEY, base_url=base_url, deadline=10) as client:
        return [(await client.access_tokens.create(name="ci")).id for _ in range(calls)]


@BACKENDS
def test_a_second_record_of_tls_is_no_answer(
    record_server: RecordServer, backend: str, kind: type[AsyncKodexaClient]
) -> None:
    ids = anyio.run(created_in_turn, kind, record_server.url, 3, backend=backend)

    assert (ids, record_server.made) == (["1", "2", "3"], 3)


def test_a_second_record_of_tls_is_no_answer_without_a_loop(record_server: RecordServer) -> None:
    with KodexaClient(api_key=API_KEY, base_url=record_server.url, deadline=10) as client:
        ids = [client.access_tokens.create(name="ci").id for _ in range(3)]

    assert (ids, record_server.made) == (["1", "2", "3"], 3)


async def _burst(exchange: Exchange) -> None:
    """Fill 64 KiB to the last byte, which is what is read at once, and go on."""
    await exchange.read()
    execution = exchange.execute()
    padding = 65_536 - len(answer(execution.name, execution.id, "x" * 50_000)) + 50_000
    whole = answer(execution.name, execution.id, "x" * padding)
    assert len(whole) == 65_536
    await exchange.send(whole + answer(execution.name, FOREIGN))


@BACKENDS
def test_what_comes_behind_all_that_is_read_at_once_is_no_answer(
    backend: str, kind: type[AsyncKodexaClient]
) -> None:
    with FaultServer(Script("a burst", _burst)) as server:
        ids = anyio.run(created_in_turn, kind, server.url, 3, backend=backend)

    assert ids == [made.id for made in server.executed]
    assert len(ids) == 3


async def _large(exchange: Exchange) -> None:
    await exchange.read()
    execution = exchange.execute()
    await exchange.send(answer(execution.name, execution.id, "x" * 40_000))


@pytest.mark.parametrize("kind", [AsyncKodexaClient, FastKodexaClient])
async def test_a_large_answer_over_tls_ends_its_connection(
    tmp_path: Path, kind: type[AsyncKodexaClient]
) -> None:
    authority = trustme.CA()
    path = tmp_path / "another.pem"
    path.write_bytes(authority.cert_pem.bytes())
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SSL_CERT_FILE", str(path))
        with FaultServer(Script("large", _large), ssl_context=context) as server:
            ids = await created_in_turn(kind, server.url, 2)

    assert ids == [made.id for made in server.executed]
    assert server.connections == 2
