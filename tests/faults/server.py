"""A server on a real socket that misbehaves as it is told, and counts what it executed."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import struct
import threading
import time
import uuid
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self, cast

import anyio

if TYPE_CHECKING:
    import ssl
    from collections.abc import Awaitable, Callable, Coroutine

# No script plays longer, and nothing here waits longer for anything.
LONGEST_SECONDS = 5.0
SECRET = "fault-secret-"


class PeerGoneError(Exception):
    """The client has closed the connection, so the script is cut off."""


@dataclass(frozen=True)
class Request:
    """A request that was read to its end."""

    head: bytes
    headers: dict[str, str]
    body: bytes
    arguments: dict[str, Any] = field(default_factory=dict[str, Any])

    @property
    def request_id(self) -> str | None:
        return self.headers.get("x-request-id")


@dataclass(frozen=True)
class Execution:
    """A credential that exists: one creation that was carried out.

    ``user_id`` is what a test may tell its calls apart by when their names are the same.
    """

    name: str | None
    user_id: str | None
    request_id: str | None
    id: str
    token: str

    def as_json(self, **changes: Any) -> bytes:
        """Return the answer to the creation. ``...`` drops a property."""
        members: dict[str, Any] = {
            "id": self.id,
            "uuid": self.id,
            "name": self.name,
            "token": self.token,
        }
        members |= changes
        kept = {name: value for name, value in members.items() if value is not ...}
        return json.dumps(kept).encode()


@dataclass(frozen=True)
class Script:
    """What the server does with one request.

    An early one starts with the connection, every other one with the request's first byte.
    """

    name: str
    play: Callable[[Exchange], Awaitable[None]]
    early: bool = False

    def __str__(self) -> str:
        return self.name


class Connection(asyncio.Protocol):
    """Bytes from a client and to it, with scripts that say what is done with them."""

    def __init__(self, server: FaultServer) -> None:
        self.server = server
        self.buffer = bytearray()
        # What ends it: the client has closed, or it was closed here.
        self.gone = False
        self.ended = False
        self._news = asyncio.Event()
        self._writable = asyncio.Event()
        self._writable.set()
        self.transport: asyncio.Transport = cast("Any", None)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)
        self.server.connections += 1
        self.server.start(self, self._serve())

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        self._news.set()

    def eof_received(self) -> None:
        self.gone = True
        self._news.set()

    def connection_lost(self, exc: Exception | None) -> None:
        del exc
        self.gone = True
        self._news.set()
        self._writable.set()
        self.server.open_connections.discard(self)

    def pause_writing(self) -> None:
        self._writable.clear()

    def resume_writing(self) -> None:
        self._writable.set()

    async def news(self) -> None:
        """Wait for bytes, or for the end."""
        self._news.clear()
        await self._news.wait()

    async def write(self, data: bytes) -> None:
        if self.gone:
            raise PeerGoneError
        self.transport.write(data)
        await self._writable.wait()
        if self.gone:
            raise PeerGoneError

    async def _serve(self) -> None:
        with contextlib.suppress(PeerGoneError):
            if self.server.starts_early():
                await self._play()
            while not self.ended:
                while not self.buffer:
                    if self.gone:
                        return
                    await self.news()
                await self._play()

    async def _play(self) -> None:
        server, script = self.server, self.server.take()
        server.playing += 1
        try:
            async with asyncio.timeout(LONGEST_SECONDS):
                await script.play(Exchange(self))
            server.finished.append(script.name)
        except (PeerGoneError, TimeoutError) as error:
            (server.cut_off if isinstance(error, PeerGoneError) else server.overran).append(
                script.name
            )
            self.transport.abort()
            raise PeerGoneError from None
        finally:
            # asyncio closes a socket in its next turn: before that, the script is not at its end.
            await asyncio.sleep(0)
            server.playing -= 1


class Exchange:
    """One request, as a script sees it."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.server = connection.server
        self.request: Request = cast("Any", None)

    async def read(self) -> Request:
        """Read the request to its end.

        A client that has gone may have left a whole one, which is read like any other:
        that is how a server comes to execute what nobody waits for.
        """
        buffer = self._connection.buffer
        while (taken := _take_request(buffer)) is None:
            if self._connection.gone:
                raise PeerGoneError
            await self._connection.news()
        self.request = taken
        self.server.received.append(taken)
        return taken

    def execute(self) -> Execution:
        """Carry the request out: from now on there is one more credential."""
        arguments, made = self.request.arguments, str(uuid.uuid4())
        execution = Execution(
            name=arguments.get("name"),
            user_id=arguments.get("userId"),
            request_id=self.request.request_id,
            id=made,
            token=f"{SECRET}{made}",
        )
        self.server.executed.append(execution)
        return execution

    async def send(self, data: bytes) -> None:
        await self._connection.write(data)

    async def pause(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
        if self._connection.gone:
            raise PeerGoneError

    async def stall(self) -> None:
        """Tell the test that the script got here, and say nothing until the client goes."""
        self.server.signals += 1
        while not self._connection.gone:
            await self._connection.news()
        raise PeerGoneError

    def close(self) -> None:
        """Close in an orderly way."""
        self._connection.ended = True
        self._connection.transport.close()

    def reset(self) -> None:
        """Close so that the client gets a reset."""
        self._connection.ended = True
        connected = self._connection.transport.get_extra_info("socket")
        connected.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._connection.transport.abort()


def _take_request(buffer: bytearray) -> Request | None:
    head, end, rest = bytes(buffer).partition(b"\r\n\r\n")
    if not end:
        return None
    fields = [line.partition(":") for line in head.decode("latin-1").split("\r\n")[1:]]
    headers = {name.lower(): value.strip() for name, _, value in fields}
    length = int(headers.get("content-length", "0"))
    if len(rest) < length:
        return None
    del buffer[: len(head) + len(end) + length]
    body = rest[:length]
    return Request(head, headers, body, json.loads(body) if body else {})


class FaultServer:
    """Plays the next script for each request; the last one repeats.

    It runs in a thread with an event loop of its own, so that a client that blocks, or
    an event loop that is blocked, does not stop it.

    Attributes:
        received: The requests that were read to their end.
        executed: The creations that were carried out.
        finished: The names of scripts that came to their end.
        cut_off: The names of scripts that did not, since the client went away.
        overran: The names of scripts that nobody ended. A client with a deadline does.
        signals: How many scripts have come to where they stall.
        elsewhere: Where scripts redirect to.
    """

    def __init__(
        self,
        *scripts: Script,
        ssl_context: ssl.SSLContext | None = None,
        listening: bool = True,
    ) -> None:
        self.received: list[Request] = []
        self.executed: list[Execution] = []
        self.finished: list[str] = []
        self.cut_off: list[str] = []
        self.overran: list[str] = []
        self.signals = 0
        self.playing = 0
        self.connections = 0
        self.open_connections: set[Connection] = set()
        self.elsewhere = ""
        self.play(*scripts)
        self._ssl_context = ssl_context
        self._listening = listening
        self._tasks: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, daemon=True)
        # Bound and not listening, it refuses, and nobody else can get the port.
        # asyncio sends at once only where the protocol is named: otherwise the second of
        # two answers would come when the first has been acknowledged, 40 ms later.
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._socket.bind(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        self.url = f"{'https' if ssl_context else 'http'}://127.0.0.1:{self.port}"

    def play(self, *scripts: Script) -> None:
        """Play these for the next requests, the last one for ever."""
        remaining = deque(scripts)

        def take() -> Script:
            return remaining.popleft() if len(remaining) > 1 else remaining[0]

        self._upcoming = remaining
        self.take: Callable[[], Script] = take

    def choose(self, take: Callable[[], Script]) -> None:
        """Ask for the script of each request. None of them can be early."""
        self._upcoming = deque()
        self.take = take

    def starts_early(self) -> bool:
        """Say whether the next script starts with the connection."""
        return bool(self._upcoming) and self._upcoming[0].early

    def start(self, connection: Connection, serving: Coroutine[Any, Any, None]) -> None:
        """Serve a connection until it ends."""
        self.open_connections.add(connection)
        task = self._loop.create_task(serving)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def listen(self) -> None:
        """Stop refusing."""
        asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(LONGEST_SECONDS)

    async def _listen(self) -> None:
        self._server = await self._loop.create_server(
            lambda: Connection(self), sock=self._socket, ssl=self._ssl_context, backlog=1024
        )

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_forever()
        self._loop.run_until_complete(self._end())
        self._loop.close()

    async def _end(self) -> None:
        if self._server is not None:
            self._server.close()
        for connection in [*self.open_connections]:
            connection.transport.abort()
        tasks = [*self._tasks]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        # Transports close on the loop's next turn.
        await asyncio.sleep(0)

    def __enter__(self) -> Self:
        self._thread.start()
        if self._listening:
            self.listen()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=LONGEST_SECONDS)
        self._socket.close()
        assert not self._thread.is_alive()

    def is_quiet(self) -> bool:
        """Say whether no script is being played."""
        return self.playing == 0

    def is_deserted(self) -> bool:
        """Say whether no connection is open."""
        return not self.open_connections


async def until(condition: Callable[[], bool], *, what: str) -> None:
    """Wait until something has come about, on the loop of either library.

    Raises:
        AssertionError: It has not, after a time that is long enough on any machine.
    """
    end = time.monotonic() + LONGEST_SECONDS
    while not condition():
        assert time.monotonic() < end, f"in vain: {what}"
        await anyio.sleep(0.0005)
