"""A proxy of bytes on the loopback interface that delays, swallows or resets them."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
import threading
from typing import TYPE_CHECKING, Any, Self

from tests.faults.server import LONGEST_SECONDS

if TYPE_CHECKING:
    from collections.abc import Coroutine


class Proxy:
    """Carries bytes to a port and back, until it is told otherwise.

    It stands in for a network: what ``tc`` and ``ip netns`` do where they are permitted.

    Attributes:
        latency: Seconds that each piece of bytes takes, in each direction.
        swallow_requests: A partition: bytes to the server are lost, and nobody is told.
        swallow_answers: The same, for bytes from the server.
        reset_on_answer: The client gets a reset where the answer's first bytes should be.
    """

    def __init__(self, port: int) -> None:
        self.latency = 0.0
        self.swallow_requests = False
        self.swallow_answers = False
        self.reset_on_answer = False
        self._to_port = port
        self._writers: set[asyncio.StreamWriter] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, daemon=True)
        # As in FaultServer: named, so that asyncio sends at once.
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        self._socket.bind(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        self._do(self._start())
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._do(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=LONGEST_SECONDS)
        assert not self._thread.is_alive()

    def be(self, **settings: Any) -> None:
        """Change some of the attributes."""
        for name, value in settings.items():
            setattr(self, name, value)

    def _do(self, coroutine: Coroutine[Any, Any, Any]) -> None:
        asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(LONGEST_SECONDS)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_forever()
        self._loop.close()

    async def _start(self) -> None:
        self._server = await asyncio.start_server(self._carry, sock=self._socket)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._to_port)
        self._writers.add(far_writer)
        there = asyncio.create_task(self._pump(reader, far_writer, requests=True))
        back = asyncio.create_task(self._pump(far_reader, writer, requests=False))
        await asyncio.wait({there, back}, return_when=asyncio.FIRST_COMPLETED)
        for end in (writer, far_writer):
            self._writers.discard(end)
            end.close()
        there.cancel()
        back.cancel()

    async def _pump(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, requests: bool
    ) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(65_536):
                await asyncio.sleep(self.latency)
                if self.swallow_requests if requests else self.swallow_answers:
                    continue
                if self.reset_on_answer and not requests:
                    _reset(writer)
                    return
                writer.write(data)
                await writer.drain()

    async def _end(self) -> None:
        self._server.close()
        for writer in [*self._writers]:
            _reset(writer)
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _reset(writer: asyncio.StreamWriter) -> None:
    connected = writer.get_extra_info("socket")
    # The other side may have ended it already.
    with contextlib.suppress(OSError):
        connected.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
