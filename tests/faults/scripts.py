"""The faults: what a server, or what is between it and the client, may do with a creation."""

from __future__ import annotations

import functools
import gzip
import zlib
from typing import TYPE_CHECKING, Any, Literal

from tests.faults.server import Script

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.faults.server import Exchange, Execution

Then = Literal["keep", "close", "reset", "stall"]

PROBLEM = b'{"title": "It was not to be", "detail": "The fault server says so"}'
# Long enough for a client to have written its request, on a machine that is busy too.
A_MOMENT = 0.02


def http(
    status: int, body: bytes = b"", *fields: str, length: int | None = None, kind: str = "json"
) -> bytes:
    """Write a response. It may lie about its length; a field may be anything."""
    head = [
        f"HTTP/1.1 {status} X",
        f"content-type: {'text/html' if kind == 'html' else 'application/json'}",
        f"content-length: {len(body) if length is None else length}",
        *fields,
    ]
    return "\r\n".join(head).encode() + b"\r\n\r\n" + body


def chunked(*chunks: bytes, end: bytes = b"0\r\n\r\n") -> bytes:
    """Write a 201 in chunks."""
    head = b"HTTP/1.1 201 X\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n"
    return head + b"".join(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in chunks) + end


def created(name: str, answer: Callable[[Execution], bytes], then: Then = "keep") -> Script:
    """Carry the request out, and answer as told."""

    async def play(exchange: Exchange) -> None:
        await exchange.read()
        await exchange.send(answer(exchange.execute()))
        await _end(exchange, then)

    return Script(name, play)


def not_created(name: str, answer: bytes, then: Then = "keep") -> Script:
    """Answer as told, and carry nothing out."""

    async def play(exchange: Exchange) -> None:
        await exchange.read()
        await exchange.send(answer)
        await _end(exchange, then)

    return Script(name, play)


async def _end(exchange: Exchange, then: Then) -> None:
    if then == "close":
        exchange.close()
    elif then == "reset":
        exchange.reset()
    elif then == "stall":
        await exchange.stall()


def answer_with(body: bytes, *fields: str, status: int = 201, **how: Any) -> Any:
    """Return an answer that is the same for every creation."""
    return lambda _execution: http(status, body, *fields, **how)


def answer_changed(**changes: Any) -> Any:
    """Return the right answer, but for some properties."""
    return lambda execution: http(201, execution.as_json(**changes))


def _right(execution: Execution) -> bytes:
    return http(201, execution.as_json())


OK = created("ok", _right)
OK_ANSWERS = (
    OK,
    created(
        "ok, connection: close", lambda e: http(201, e.as_json(), "connection: close"), "close"
    ),
    created("ok, 200", lambda e: http(200, e.as_json())),
    created("ok, chunked", lambda e: chunked(e.as_json()[:10], e.as_json()[10:])),
    created("ok, until the connection closes", lambda e: _no_length(e.as_json()), "close"),
    created("ok, gzip", lambda e: http(201, gzip.compress(e.as_json()), "content-encoding: gzip")),
    created(
        "ok, deflate", lambda e: http(201, zlib.compress(e.as_json()), "content-encoding: deflate")
    ),
    created("ok, after 100", lambda e: b"HTTP/1.1 100 Continue\r\n\r\n" + _right(e)),
    created("ok, after 103", lambda e: b"HTTP/1.1 103 Hints\r\nlink: </>\r\n\r\n" + _right(e)),
    created("ok, unknown property", answer_changed(shoeSize=43)),
    created("ok, byte order mark", lambda e: http(201, b"\xef\xbb\xbf" + e.as_json())),
    created("ok, only the uuid", answer_changed(id=...)),
    created("ok, only the id", answer_changed(uuid=...)),
)


def _no_length(body: bytes) -> bytes:
    return b"HTTP/1.1 201 X\r\ncontent-type: application/json\r\n\r\n" + body


def _half_head(execution: Execution) -> bytes:
    return _right(execution).partition(b"content-length")[0]


def _half_body(execution: Execution) -> bytes:
    return _right(execution)[:-20]


# Connections that end before there is an answer. Whether a request was carried out can't
# be seen from the client's side: that is the point.


async def _reset_unread(exchange: Exchange) -> None:
    await exchange.pause(A_MOMENT)
    exchange.reset()


async def _close_unread(exchange: Exchange) -> None:
    exchange.close()


async def _stall_unread(exchange: Exchange) -> None:
    await exchange.stall()


RESET_UNREAD = Script("reset before the request is read", _reset_unread, early=True)
CLOSE_UNREAD = Script("closed before the request is read", _close_unread, early=True)
STALL_UNREAD = Script("stalls from the start", _stall_unread, early=True)
RESET_READ = not_created("read, not executed, reset", b"", "reset")
CLOSE_READ = not_created("read, not executed, closed", b"", "close")
STALL_READ = not_created("read, not executed, stalls", b"", "stall")
DROP = created("executed, closed", lambda _: b"", "close")
RESET = created("executed, reset", lambda _: b"", "reset")
STALL = created("executed, stalls", lambda _: b"", "stall")
DROPS = (RESET_UNREAD, CLOSE_UNREAD, RESET_READ, CLOSE_READ, DROP, RESET)

HALF_STATUS = created("half a status line", lambda _: b"HTTP/1.1 20", "close")
HALF_HEAD = created("half a head, closed", _half_head, "close")
HALF_HEAD_RESET = created("half a head, reset", _half_head, "reset")
HALF_HEAD_STALL = created("half a head, stalls", _half_head, "stall")
INTERIM_STALL = created("interim answer, stalls", lambda _: b"HTTP/1.1 102 X\r\n\r\n", "stall")
NOT_HTTP = (
    HALF_STATUS,
    HALF_HEAD,
    HALF_HEAD_RESET,
    created("garbage", lambda _: b"\x16\x03\x01\x00\xff no HTTP at all\r\n\r\n", "close"),
    created("text as of HTTP/0.9", lambda e: e.as_json() + b"\n", "close"),
    created("NUL in a header", lambda e: http(201, e.as_json(), "x-odd: a\0b")),
    created("two lengths", lambda e: http(201, e.as_json(), "content-length: 7")),
    created("length that is none", lambda _: _no_length(b"")[:-2] + b"content-length: x\r\n\r\n"),
    created("header of 200 KB", lambda e: http(201, e.as_json(), f"x-long: {'x' * 200_000}")),
    created("101", lambda _: b"HTTP/1.1 101 X\r\nupgrade: websocket\r\n\r\n", "close"),
    created("HTTP/2 preface", lambda _: b"\x00\x00\x06\x04\x00\x00\x00\x00\x00\x00\x03", "close"),
)

# A 2xx whose body can't be read or isn't the promised thing.
HALF_BODY = created("short body, closed", _half_body, "close")
HALF_BODY_RESET = created("short body, reset", _half_body, "reset")
HALF_BODY_STALL = created("short body, stalls", _half_body, "stall")


@functools.cache
def _bomb() -> bytes:
    return gzip.compress(b" " * 30_000_000, 9)


UNREADABLE = (
    HALF_BODY,
    created("bad chunk", lambda e: chunked(e.as_json(), end=b"zz\r\n"), "close"),
    created("chunks without an end", lambda e: chunked(e.as_json(), end=b""), "close"),
    created("chunk that is cut", lambda e: chunked(e.as_json())[:-30], "close"),
    created("no gzip", lambda e: http(201, e.as_json(), "content-encoding: gzip")),
    created(
        "gzip that is cut",
        lambda e: http(201, gzip.compress(e.as_json())[:-12], "content-encoding: gzip"),
    ),
    created("gzip bomb", lambda _: http(201, _bomb(), "content-encoding: gzip")),
    created("unknown encoding", lambda e: http(201, e.as_json(), "content-encoding: br")),
    created("11 MiB", lambda e: http(201, e.as_json() + b" " * (11 << 20))),
    created("no UTF-8", answer_with(b'{"id": "\xff\xfe"}')),
    created("UTF-16", lambda e: http(201, e.as_json().decode().encode("utf-16"))),
    created("nested deeply", answer_with(b'{"id": "1", "a": ' + b"[" * 200_000)),
    created("digits without end", answer_with(b'{"id": "1", "a": ' + b"9" * 5_000 + b"}")),
    created("not a number", answer_with(b'{"id": "1", "a": NaN}')),
    created("HTML", answer_with(b"<html>Welcome!</html>", status=200, kind="html")),
    created("empty", answer_with(b"")),
    created("null", answer_with(b"null")),
    created("array", answer_with(b"[]")),
    created("text", answer_with(b'"created"')),
    created("neither id nor uuid", answer_changed(id=..., uuid=...)),
    created("user is a text", answer_changed(user="x")),
    created("invalid date", answer_changed(createdOn="yesterday")),
    created("another name", answer_changed(name="somebody else's")),
    created("202", lambda e: http(202, e.as_json())),
    created("204", lambda _: b"HTTP/1.1 204 X\r\n\r\n"),
    created("205", lambda _: http(205)),
    created("206", lambda e: http(206, e.as_json(), "content-range: bytes 0-99/100")),
)

# What no timeout of httpx ever ends.


def dripping(name: str, first: bytes, drop: bytes, seconds: float = 0.05) -> Script:
    """Execute, begin an answer, and go on with it a little at a time, for ever."""

    async def play(exchange: Exchange) -> None:
        await exchange.read()
        exchange.execute()
        await exchange.send(first)
        while True:
            await exchange.send(drop)
            await exchange.pause(seconds)

    return Script(name, play)


DRIPPING_HEAD = (
    dripping("slow head", b"HTTP/1.1 201 X\r\nx-slow: ", b"a"),
    dripping("endless head", b"HTTP/1.1 201 X\r\n", b"x-more: more\r\n", 0.01),
    dripping("endless 100", b"", b"HTTP/1.1 100 Continue\r\n\r\n", 0.01),
    dripping("endless 103", b"", b"HTTP/1.1 103 Hints\r\nlink: </>\r\n\r\n", 0.01),
)
DRIPPING_BODY = (
    dripping("slow body", http(201, b'{"id": "', length=1_000), b"a"),
    dripping("slow chunks", chunked(b'{"id": "', end=b""), b"1\r\na\r\n"),
    dripping("slow body until the connection closes", _no_length(b""), b" "),
)
ENDLESS_BODY = dripping("endless body", _no_length(b'{"a": "'), b"a" * 65_536, 0)

# What one call leaves behind for the next one on the same connection.


def leaving(name: str, leave: Callable[[Execution], bytes], then: Then, moment: float) -> Script:
    """Answer rightly, and then say more, at once (in the same segment) or a moment later."""

    async def play(exchange: Exchange) -> None:
        await exchange.read()
        execution = exchange.execute()
        if moment:
            await exchange.send(_right(execution))
            await exchange.pause(moment)
            await exchange.send(leave(execution))
        else:
            await exchange.send(_right(execution) + leave(execution))
        await _end(exchange, then)

    return Script(name, play)


def _timeout_408(_execution: Execution) -> bytes:
    return http(408, PROBLEM, "connection: close")


LEAVING = (
    leaving("closes when idle", lambda _: b"", "close", A_MOMENT),
    leaving("resets when idle", lambda _: b"", "reset", A_MOMENT),
    leaving("408 when idle, closed", _timeout_408, "close", A_MOMENT),
    leaving("408 when idle", _timeout_408, "keep", A_MOMENT),
    leaving("408 with the answer", _timeout_408, "keep", 0),
    leaving("answers twice at once", _right, "keep", 0),
    leaving("answers twice, apart", _right, "keep", A_MOMENT),
    leaving("more than it said", lambda _: b"}  HTTP/1.1 201", "keep", 0),
    leaving("more than it said, later", lambda _: b"}  HTTP/1.1 201", "keep", A_MOMENT),
    leaving("empty lines", lambda _: b"\r\n\r\n", "keep", 0),
)


async def _desynchronised(exchange: Exchange) -> None:
    await exchange.read()
    execution = exchange.execute()
    await exchange.send(_right(exchange.server.executed[-2]) + _right(execution))


DESYNCHRONISED = Script("the last call's answer again, and then its own", _desynchronised)

# Answers other than a 2xx.


def status(code: int, *fields: str, executed: bool = False, then: Then = "keep") -> Script:
    """Answer with a status, with or without having carried the request out."""
    name = ", ".join([f"{code}{' executed' if executed else ''}", *fields])
    answer = http(code, b"" if code in {204, 304} else PROBLEM, *fields)
    return created(name, lambda _: answer, then) if executed else not_created(name, answer, then)


def status_cut(code: int, then: Then = "close") -> Script:
    """Answer with a status and a part of a body."""
    return not_created(f"{code}, short body, {then}", http(code, PROBLEM[:9], length=99), then)


def redirect(code: int, *, executed: bool) -> Script:
    """Send the client to the server that is elsewhere."""

    async def play(exchange: Exchange) -> None:
        await exchange.read()
        if executed:
            exchange.execute()
        await exchange.send(http(code, b"", f"location: {exchange.server.elsewhere}/take"))

    return Script(f"{code} to elsewhere{' executed' if executed else ''}", play)


REDIRECTS = (301, 302, 303, 307, 308)
# The table of outcomes, by status. Whatever is not here is unclear.
REFUSED = (307, 308, 400, 401, 403, 404, 405, 409, 410, 413, 415, 418, 422, 451, 499, 501, 505)
REPEATED = (421, 425, 429)
UNCLEAR = (
    *(300, 301, 302, 303, 304, 408),
    *(500, 502, 503, 504, 507, 511, 520, 522, 524, 598, 599, 600, 999),
)

# The forms of Retry-After, and what each asks for: seconds, or None if it is to be ignored.
IN_TEN_SECONDS = "Tue, 01 Jan 2030 00:00:10 GMT"
RETRY_AFTER: dict[str, float | None] = {
    "0": 0.0,
    "1": 1.0,
    "59": 59.0,
    IN_TEN_SECONDS: 10.0,
    "Tuesday, 01-Jan-30 00:00:10 GMT": 10.0,
    "Tue Jan  1 00:00:10 2030": 10.0,
    "Mon, 31 Dec 2029 23:59:50 GMT": 0.0,
    "-1": None,
    "1.5": None,
    "1e3": None,
    "inf": None,
    "nan": None,
    "\uff11": None,
    "1_0": None,
    "": None,
    "soon": None,
    "9" * 5_000: None,
}
# Too long to be waited for: the exception tells for how long it is.
TOO_LONG: dict[str, float] = {
    "61": 61.0,
    "120": 120.0,
    "1000000000": 1e9,
    "Wed, 02 Jan 2030 00:00:00 GMT": 86_400.0,
}
