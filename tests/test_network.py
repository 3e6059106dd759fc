"""The streams under httpcore's pools: they keep to the deadline, and follow the answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpcore
import pytest
from attrs import define, field

from kodexa_client._deadlines import Deadline
from kodexa_client._network import AsyncBackend, Backend, _AsyncStream, _Stream

from .test_calls import FakeClock

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable

REQUEST = b"POST / HTTP/1.1\r\n\r\n"
ANSWER = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}"
PIECE = 64 * 1024
# It is passed on, and not looked at.
TLS: Any = object()


@define
class Tls:
    """Tells which protocol was agreed on."""

    protocol: str | None

    def selected_alpn_protocol(self) -> str | None:
        return self.protocol


@define
class Wire:
    """What a stream sees: what it is asked for, and what it answers."""

    clock: FakeClock = field(factory=FakeClock)
    answer: bytes = ANSWER
    protocol: str | None = None
    takes: float = 0.0
    has_tls: bool = False
    seen: list[tuple[Any, ...]] = field(factory=list)

    def see(self, *what: Any) -> None:
        self.seen.append(what)
        self.clock.time += self.takes

    def tell(self, info: str) -> Any:
        return {
            "is_readable": False,
            "ssl_object": Tls(self.protocol) if self.has_tls else None,
            "socket": "a socket",
        }[info]


@define
class FakeStream(httpcore.NetworkStream):
    """A stream that has no socket."""

    wire: Wire

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        self.wire.see("read", max_bytes, timeout)
        return self.wire.answer

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self.wire.see("write", len(buffer), timeout)

    def close(self) -> None:
        self.wire.see("close")

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> FakeStream:
        self.wire.see("tls", ssl_context, server_hostname, timeout)
        self.wire.has_tls = True
        return FakeStream(self.wire)

    def get_extra_info(self, info: str) -> Any:
        return self.wire.tell(info)


@define
class FakeAsyncStream(httpcore.AsyncNetworkStream):
    """The same for tasks."""

    wire: Wire

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109
        self.wire.see("read", max_bytes, timeout)
        return self.wire.answer

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109
        self.wire.see("write", len(buffer), timeout)

    async def aclose(self) -> None:
        self.wire.see("close")

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109
    ) -> FakeAsyncStream:
        self.wire.see("tls", ssl_context, server_hostname, timeout)
        self.wire.has_tls = True
        return FakeAsyncStream(self.wire)

    def get_extra_info(self, info: str) -> Any:
        return self.wire.tell(info)


class FakeBackend(httpcore.NetworkBackend):
    """Connects to nothing."""

    def __init__(self, wire: Wire) -> None:
        self.wire = wire

    def connect_tcp(self, *arguments: Any, **_: Any) -> FakeStream:
        self.wire.see("connect", *arguments)
        return FakeStream(self.wire)

    def sleep(self, seconds: float) -> None:
        self.wire.see("sleep", seconds)


class FakeAsyncBackend(httpcore.AsyncNetworkBackend):
    """The same for tasks."""

    def __init__(self, wire: Wire) -> None:
        self.wire = wire

    async def connect_tcp(self, *arguments: Any, **_: Any) -> FakeAsyncStream:
        self.wire.see("connect", *arguments)
        return FakeAsyncStream(self.wire)

    async def sleep(self, seconds: float) -> None:
        self.wire.see("sleep", seconds)


def backend_on(wire: Wire) -> Any:
    backend: Any = Backend()
    backend._backend = FakeBackend(wire)
    return backend


def async_backend_on(wire: Wire) -> Any:
    backend: Any = AsyncBackend()
    backend._backend = FakeAsyncBackend(wire)
    return backend


def connected(wire: Wire) -> httpcore.NetworkStream:
    stream: httpcore.NetworkStream = backend_on(wire).connect_tcp("a.test", 443)
    wire.seen.clear()
    return stream


async def async_connected(wire: Wire) -> httpcore.AsyncNetworkStream:
    backend = async_backend_on(wire)
    stream: httpcore.AsyncNetworkStream = await backend.connect_tcp("a.test", 443)
    wire.seen.clear()
    return stream


def deadline_of(wire: Wire, seconds: float) -> Deadline:
    deadline = Deadline(seconds, wire.clock)
    deadline.start()
    return deadline


def test_a_stream_passes_everything_on() -> None:
    wire = Wire()
    backend = backend_on(wire)
    backend.sleep(3)
    stream = backend.connect_tcp("a.test", 443, 5, "127.0.0.1", [])
    stream.write(REQUEST, 6)
    assert stream.read(99, 7) == ANSWER
    stream = stream.start_tls(TLS, "b.test", 8)

    stream.close()

    assert wire.seen == [
        ("sleep", 3),
        ("connect", "a.test", 443, 5, "127.0.0.1", []),
        ("write", len(REQUEST), 6),
        ("read", 99, 7),
        ("tls", TLS, "b.test", 8),
        ("close",),
    ]
    assert stream.get_extra_info("socket") == "a socket"


async def test_an_async_stream_passes_everything_on() -> None:
    wire = Wire()
    backend = async_backend_on(wire)
    await backend.sleep(3)
    stream = await backend.connect_tcp("a.test", 443, 5, "127.0.0.1", [])
    await stream.write(REQUEST, 6)
    assert await stream.read(99, 7) == ANSWER
    stream = await stream.start_tls(TLS, "b.test", 8)

    await stream.aclose()

    assert wire.seen == [
        ("sleep", 3),
        ("connect", "a.test", 443, 5, "127.0.0.1", []),
        ("write", len(REQUEST), 6),
        # As much as asyncio reads at once, so that nothing is left where nobody sees it.
        ("read", 256 * 1024, 7),
        ("tls", TLS, "b.test", 8),
        ("close",),
    ]
    assert stream.get_extra_info("socket") == "a socket"


PHASES: dict[str, tuple[Callable[[Backend, httpcore.NetworkStream], object], type[Exception]]] = {
    "connect": (lambda backend, _: backend.connect_tcp("a.test", 443, 5), httpcore.ConnectTimeout),
    "tls": (lambda _, stream: stream.start_tls(TLS, None, 5), httpcore.ConnectTimeout),
    "read": (lambda _, stream: stream.read(1, 5), httpcore.ReadTimeout),
    "write": (lambda _, stream: _write(stream, b"{", 5), httpcore.WriteTimeout),
}


def _write(stream: httpcore.NetworkStream, data: bytes, timeout: float) -> None:
    """Write to the end: what is small waits for the next write, or for the first read."""
    stream.write(data, timeout)
    stream.read(1, timeout)


@pytest.mark.parametrize(("act", "passed"), PHASES.values(), ids=PHASES)
@pytest.mark.parametrize("beyond", [0, 1])
def test_a_wait_for_which_nothing_is_left_does_not_begin(
    act: Callable[[Backend, httpcore.NetworkStream], object],
    passed: type[Exception],
    beyond: float,
) -> None:
    wire = Wire()
    stream = connected(wire)
    deadline = deadline_of(wire, 3)
    wire.clock.time += 3 + beyond

    with deadline.in_force(), pytest.raises(passed):
        act(backend_on(wire), stream)

    assert wire.seen == []


@pytest.mark.parametrize("act", [act for act, _ in PHASES.values()], ids=PHASES)
@pytest.mark.parametrize(("limit", "expected"), [(3, 3), (60, 5)])
def test_a_wait_is_no_longer_than_what_is_left(
    act: Callable[[Backend, httpcore.NetworkStream], object], limit: float, expected: float
) -> None:
    wire = Wire()
    stream = connected(wire)

    with deadline_of(wire, limit).in_force():
        act(backend_on(wire), stream)

    (_, *arguments), *_ = wire.seen
    assert expected in arguments
    assert (5 in arguments) == (expected == 5)


def test_a_server_that_sends_a_byte_now_and_then_is_cut_off() -> None:
    wire = Wire(takes=1.0)
    stream = connected(wire)

    with deadline_of(wire, 3).in_force():
        for _ in range(3):
            stream.read(1, 30)
        with pytest.raises(httpcore.ReadTimeout):
            stream.read(1, 30)

    assert wire.seen == [("read", 1, 3.0), ("read", 1, 2.0), ("read", 1, 1.0)]


def test_a_large_write_looks_at_the_deadline_between_its_pieces() -> None:
    wire = Wire(takes=1.0)
    stream = connected(wire)

    with deadline_of(wire, 2.5).in_force(), pytest.raises(httpcore.WriteTimeout):
        stream.write(bytes(PIECE * 9), 30)

    assert wire.seen == [("write", PIECE, 2.5), ("write", PIECE, 1.5), ("write", PIECE, 0.5)]


@pytest.mark.parametrize(
    ("size", "pieces"),
    [(1, [1]), (PIECE, [PIECE]), (PIECE + 1, [PIECE, 1]), (2 * PIECE, [PIECE, PIECE])],
)
def test_a_write_is_whole(size: int, pieces: list[int]) -> None:
    wire = Wire()

    _write(connected(wire), bytes(size), 30)

    assert wire.seen == [*(("write", piece, 30) for piece in pieces), ("read", 1, 30)]


async def test_a_head_and_a_small_body_are_one_write() -> None:
    wire, async_wire = Wire(), Wire()
    stream, async_stream = connected(wire), await async_connected(async_wire)
    whole = len(REQUEST) + 2

    stream.write(REQUEST, 30)
    stream.write(b"{}", 20)
    await async_stream.write(REQUEST, 30)
    await async_stream.write(b"{}", 20)
    assert wire.seen == async_wire.seen == []
    stream.read(1, 5)
    await async_stream.read(1, 5)

    assert wire.seen == [("write", whole, 20), ("read", 1, 5)]
    assert async_wire.seen[0] == ("write", whole, 20)


async def test_a_large_body_does_not_wait_in_memory() -> None:
    wire = Wire()
    stream = await async_connected(wire)

    await stream.write(bytes(PIECE + 1), 20)
    for _ in range(3):
        await stream.write(bytes(PIECE), 30)

    assert wire.seen == [("write", PIECE + 1, 20), ("write", PIECE, 30), ("write", PIECE, 30)]


@define
class Unwritable(FakeStream):
    """A stream whose server has stopped reading, and has answered."""

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        super().write(buffer, timeout)
        raise httpcore.WriteError


@define
class AsyncUnwritable(FakeAsyncStream):
    """The same for tasks."""

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109
        await super().write(buffer, timeout)
        raise httpcore.WriteError


async def test_an_answer_to_a_request_that_could_not_be_written_is_read() -> None:
    wire = Wire(answer=ANSWER)
    stream, async_stream = _Stream(Unwritable(wire)), _AsyncStream(AsyncUnwritable(wire))

    stream.write(REQUEST)
    await async_stream.write(REQUEST)

    assert stream.read(99) == await async_stream.read(99) == ANSWER
    # What is on its way to the server is not whole: nothing more can be sent behind it.
    assert stream.get_extra_info("is_readable") is True
    assert async_stream.get_extra_info("is_readable") is True


LEFT_OVER = {
    "nothing": (ANSWER, False),
    "a byte": (ANSWER + b"\n", True),
    "an answer": (ANSWER + ANSWER, True),
    "half an answer": (ANSWER[:-1], True),
}


@pytest.mark.parametrize(("answer", "readable"), LEFT_OVER.values(), ids=LEFT_OVER)
@pytest.mark.parametrize(("has_tls", "protocol"), [(False, None), (True, None), (True, "http/1.1")])
async def test_a_connection_with_bytes_left_over_is_readable(
    *, answer: bytes, readable: bool, has_tls: bool, protocol: str | None
) -> None:
    wire = Wire(answer=answer, protocol=protocol)
    stream, async_stream = connected(wire), await async_connected(wire)
    if has_tls:
        stream, async_stream = stream.start_tls(TLS), await async_stream.start_tls(TLS)

    stream.write(REQUEST)
    stream.read(99)
    await async_stream.write(REQUEST)
    await async_stream.read(99)

    assert stream.get_extra_info("is_readable") is readable
    assert async_stream.get_extra_info("is_readable") is readable


@pytest.mark.parametrize("answer", [answer for answer, _ in LEFT_OVER.values()], ids=LEFT_OVER)
async def test_over_http_2_no_byte_is_left_over(answer: bytes) -> None:
    wire = Wire(answer=answer, protocol="h2")
    stream = connected(wire).start_tls(TLS)
    async_stream = await (await async_connected(wire)).start_tls(TLS)

    stream.read(99)
    await async_stream.read(99)

    assert stream.get_extra_info("is_readable") is False
    assert async_stream.get_extra_info("is_readable") is False


async def test_a_new_connection_is_not_readable() -> None:
    wire = Wire()

    stream, async_stream = connected(wire), await async_connected(wire)

    assert stream.get_extra_info("is_readable") is False
    assert async_stream.get_extra_info("is_readable") is False
