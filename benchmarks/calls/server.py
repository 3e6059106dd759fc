"""The canned server, a process of its own: it answers every POST with the same token.

Run as ``python -m benchmarks.calls.server CORE``. It prints its port, and ends with its input.
"""

from __future__ import annotations

import asyncio
import email.utils
import gc
import json
import sys
import threading
import time
from typing import Final

from ruamel.yaml import YAML

from .cores import pin
from .example import DOCUMENT

BACKLOG = 4096
# It ends by itself, should whoever started it be gone without closing its input.
LONGEST_SECONDS = 3600.0
# Most clients send the same head each time; those that do not may not fill the memory.
MOST_HEADS = 1000
END_OF_HEAD = b"\r\n\r\n"
LENGTH_FIELD = b"content-length:"


def answer_body() -> bytes:
    """Return the page's full example as JSON."""
    document = YAML(typ="safe").load(DOCUMENT.read_text(encoding="utf-8"))
    example = document["components"]["examples"]["AccessToken"]["value"]
    return json.dumps(example, separators=(",", ":")).encode()


def answer(status: bytes, body: bytes) -> bytes:
    """Return an answer as a platform behind an ordinary proxy sends it."""
    return (
        b"HTTP/1.1 %b\r\n"
        b"date: %b\r\n"
        b"server: canned\r\n"
        b"content-type: application/json\r\n"
        b"content-length: %d\r\n"
        b"x-request-id: 4b0e8a52-6c63-4f6e-9a86-7a2fd1f0c1de\r\n"
        b"\r\n"
        b"%b"
    ) % (status, email.utils.formatdate(usegmt=True).encode(), len(body), body)


class Canned(asyncio.Protocol):
    """One connection."""

    created: Final = answer(b"201 Created", answer_body())
    # How long a request is, by its head: most heads have been seen before.
    lengths: Final[dict[bytes, int]] = {}

    def __init__(self) -> None:
        """Begin with nothing received."""
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        if isinstance(transport, asyncio.Transport):
            self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer every request that is complete."""
        received = self._received + data if self._received else data
        while (end := received.find(END_OF_HEAD)) >= 0:
            head = received[:end]
            length = self.lengths.get(head)
            if length is None:
                length = self._length_of(head)
            complete = end + len(END_OF_HEAD) + length
            if len(received) < complete:
                break
            received = received[complete:]
            self._transport.write(_busy() if head.startswith(b"GET") else self.created)
        self._received = received

    def _length_of(self, head: bytes) -> int:
        if len(self.lengths) >= MOST_HEADS:
            self.lengths.clear()
        _, found, rest = head.lower().partition(LENGTH_FIELD)
        length = int(rest.partition(b"\r\n")[0]) if found else 0
        self.lengths[head] = length
        return length


def _busy() -> bytes:
    """Answer how long the server has been at work: a server that is always busy is measured."""
    seconds = {"cpu": time.process_time(), "seconds": time.perf_counter()}
    return answer(b"200 OK", json.dumps(seconds).encode())


async def serve() -> None:
    """Serve until the input ends, or too long."""
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()

    def wait_for_end() -> None:
        sys.stdin.read()
        loop.call_soon_threadsafe(ended.set)

    server = await loop.create_server(Canned, "127.0.0.1", 0, backlog=BACKLOG)
    threading.Thread(target=wait_for_end, daemon=True).start()
    sys.stdout.write(f"{json.dumps({'port': server.sockets[0].getsockname()[1]})}\n")
    sys.stdout.flush()
    gc.collect()
    gc.freeze()
    try:
        await asyncio.wait_for(ended.wait(), LONGEST_SECONDS)
    except TimeoutError:
        pass
    finally:
        server.close()


if __name__ == "__main__":
    pin(int(sys.argv[1]))
    asyncio.run(serve())
