"""A scripted HTTP server on a real socket of the loopback interface."""

from __future__ import annotations

import contextlib
import itertools
import socket
import socketserver
import threading
import zlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

ANSWER = (
    b"HTTP/1.1 201 Created\r\ncontent-type: application/json\r\ncontent-length: 11\r\n\r\n"
    b'{"id": "1"}'
)

MEBIBYTE = 1024 * 1024


def bomb(wbits: int, start: bytes = b"", filler: bytes = b"\x00") -> list[bytes]:
    """Compress 1 GiB, in pieces: something to start with, and then the same for ever.

    Its end is missing. Nobody gets there.
    """
    compressor = zlib.compressobj(9, wbits=wbits)
    content = filler * (16 * MEBIBYTE // len(filler))
    head, block = [
        compressor.compress(piece) + compressor.flush(zlib.Z_FULL_FLUSH)
        for piece in (start + content, content)
    ]
    # After a full flush, a block refers to nothing before it.
    return [head, *[block] * 63]


class ScriptedServer:
    """Answers each request with the next of its answers, and keeps what it received.

    An answer is sent as it is. The connection stays open after one that begins with
    ``HTTP/``, unless it is the last one and that is to close it; it is closed after
    anything else.
    """

    def __init__(self, answers: list[bytes], *, last: bool = False) -> None:
        self._last = last
        self.received: list[bytes] = []
        self.connections = 0
        self._answers = answers
        self._listener = socket.create_server(("127.0.0.1", 0))
        # Bounds every wait of a test that goes wrong.
        self._listener.settimeout(10)
        self.port: int = self._listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._connection: socket.socket | None = None
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while self._answers:
                self._connection, _ = self._listener.accept()
                self.connections += 1
                with self._connection:
                    self._connection.settimeout(10)
                    self._converse(self._connection)

    def _converse(self, connection: socket.socket) -> None:
        while self._answers and (request := _read_request(connection)):
            self.received.append(request)
            answer = self._answers.pop(0)
            connection.sendall(answer)
            if not answer.startswith(b"HTTP/") or (self._last and not self._answers):
                return

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._answers.clear()
        # Closing alone would leave a thread waiting that is in accept() or recv().
        for waiting in (self._listener, self._connection):
            with contextlib.suppress(OSError):
                if waiting is not None:
                    waiting.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(timeout=10)
        assert not self._thread.is_alive()


def _read_request(connection: socket.socket) -> bytes:
    data = b""
    while b"\r\n\r\n" not in data:
        chunk = connection.recv(65536)
        if not chunk:
            return b""
        data += chunk
    head, _, body = data.partition(b"\r\n\r\n")
    length = 0
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            length = int(line.split(b":")[1])
    while len(body) < length:
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body


@contextlib.contextmanager
def serve(*answers: bytes, last: bool = False) -> Generator[ScriptedServer]:
    """Serve the answers, one a request, until the block ends."""
    server = ScriptedServer(list(answers), last=last)
    server.start()
    try:
        yield server
    finally:
        server.stop()


class _EachConnection(socketserver.BaseRequestHandler):
    """Answers each request with an id that tells which one it is, and of which connection."""

    def handle(self) -> None:
        connection: socket.socket = self.request
        connection.settimeout(10)
        numbers: Iterator[int] = vars(self.server)["numbers"]
        number = next(numbers)
        for count in itertools.count(1):
            if not _read_request(connection):
                return
            body = b'{"id": "%d of %d"}' % (count, number)
            head = b"HTTP/1.1 201 Created\r\ncontent-length: %d\r\n\r\n" % len(body)
            connection.sendall(head + body)


@contextlib.contextmanager
def serve_each_connection() -> Generator[str]:
    """Serve any number of connections at once, and keep each open; yield the URL."""
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _EachConnection) as server:
        server.daemon_threads = True
        vars(server)["numbers"] = itertools.count(1)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join(timeout=10)


@contextlib.contextmanager
def unanswered_port() -> Generator[int]:
    """Listen with a full queue of connections: the next one is not answered."""
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(socket.socket())
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for _ in range(2):
            waiting = stack.enter_context(socket.socket())
            waiting.settimeout(0)
            waiting.connect_ex(listener.getsockname())
        yield listener.getsockname()[1]
