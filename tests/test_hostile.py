"""Answers that are meant to do harm: each is one exception of ours, and the next call works."""

from __future__ import annotations

import gzip
import json
import logging
import subprocess
import sys
import traceback
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from kodexa_client import (
    APIConnectionError,
    APIStatusError,
    AsyncKodexaClient,
    BadRequestError,
    InternalServerError,
    KodexaError,
    OutcomeUnknownError,
    RateLimitError,
    ResponseValidationError,
)
from kodexa_client._bodies import LARGEST_BODY_BYTES
from kodexa_client._operations import Effect, Operation
from kodexa_client._responses import Answer, read_json
from kodexa_client.models import AccessToken

from .conftest import EVERY_KIND, EitherClient, FastKodexaClient, settle
from .faults import connected
from .faults.scripts import OK, http, not_created
from .faults.server import Exchange, FaultServer, Script
from .servers import MEBIBYTE, bomb

if TYPE_CHECKING:
    from collections.abc import Callable


CANARY = "canary-5417"
GZIPPED, DEFLATED = (b"".join(bomb(wbits)) for wbits in (16 + zlib.MAX_WBITS, zlib.MAX_WBITS))
LARGE = b'{"id": "%s"}' % (b"x" * 11 * MEBIBYTE)
TOO_LARGE = f"it is larger than {LARGEST_BODY_BYTES} bytes"
READ = Operation(id="readAccessToken", effect=Effect.SAFE)


def parse(answer: Answer) -> AccessToken:
    return AccessToken.from_dict(read_json(answer))


async def create(either: EitherClient) -> Any:
    return await either.create(name="ci")


async def read(either: EitherClient) -> Any:
    call = either.client.call(READ, parse, method="GET", path="/api/access-tokens/1")
    return (await settle(call)).parsed


CALLS = {"POST": create, "GET": read}


@pytest.fixture(params=EVERY_KIND.values(), ids=[*EVERY_KIND])
def client_class(request: pytest.FixtureRequest) -> Any:
    return request.param


@pytest.fixture(params=CALLS)
def method(request: pytest.FixtureRequest) -> Any:
    return request.param


async def answered(client_class: Any, method: str, script: Script, **settings: Any) -> KodexaError:
    """Return the exception of a call that is answered so, after one that works.

    Nothing that shows it, to a terminal or in a log, holds anything of the answer's body.
    """
    call = CALLS[method]
    with FaultServer(script) as server:
        async with connected(client_class, server.url, **settings) as either:
            with pytest.raises(KodexaError) as caught:
                await call(either)

            server.play(OK)
            assert (await call(either)).id == server.executed[-1].id
    error = caught.value
    assert (error.__cause__, error.__context__) == (None, None)
    shown = "".join(traceback.format_exception(error)) + repr(error)
    assert CANARY not in shown
    assert all(character.isprintable() for character in shown.replace("\n", ""))
    return error


def member(content: bytes) -> bytes:
    return b'{"id": "%s", "a": %s}' % (CANARY.encode(), content)


# Bodies, with the header fields that belong to them, and what an exception says of them.
BODIES: dict[str, tuple[bytes, str, str]] = {
    "large": (LARGE, "", TOO_LARGE),
    "gzip bomb": (GZIPPED, "gzip", TOO_LARGE),
    "deflate bomb": (DEFLATED, "deflate", TOO_LARGE),
    "bomb in a bomb": (
        gzip.compress(DEFLATED),
        "deflate, gzip",
        "its Content-Encoding is not one that was asked for",
    ),
    "bomb in gzip": (gzip.compress(DEFLATED), "gzip", "it is not "),
    "101 levels": (member(b"[" * 100 + b"]" * 100), "", "it is nested too deeply"),
    "levels without end": (b'{"a":' * 200_000, "", "it is nested too deeply"),
    "twice": (b'{"id": "1", "id": "%s"}' % CANARY.encode(), "", "it has a property twice"),
    "twice inside": (member(b'[{"x": 1, "x": 2}]'), "", "it has a property twice"),
    "no UTF-8": (member(b'"\xff"'), "", "it is not UTF-8 (at byte 28)"),
    "half a character": (member(b'"\xe2\x80"'), "", "it is not UTF-8 (at byte 28)"),
    "a surrogate": (member(b'"\xed\xa0\x80"'), "", "it is not UTF-8 (at byte 28)"),
    "UTF-16": (member(b"1").decode().encode("utf-16"), "", "it is not UTF-8 (at byte 0)"),
    "NaN": (member(b"NaN"), "", "a number in it is infinite, or none at all"),
    "-Infinity": (member(b"-Infinity"), "", "a number in it is infinite, or none at all"),
    "too large for a float": (member(b"1e999"), "", "a number in it is too large"),
    "4,301 digits": (member(b"9" * 4301), "", "a number in it is too large"),
    "digits without end": (member(b"9" * 5_000_000), "", "a number in it is too large"),
}


def script_of(status: int, body: bytes, coding: str = "", *fields: str) -> Script:
    fields = (*fields, f"content-encoding: {coding}") if coding else fields
    return not_created("hostile", http(status, body, *fields))


@pytest.mark.parametrize("kind", BODIES)
async def test_a_hostile_body_of_success_is_a_lost_answer(
    client_class: Any, method: str, kind: str
) -> None:
    body, coding, reason = BODIES[kind]

    error = await answered(client_class, method, script_of(201, body, coding))

    assert isinstance(error, ResponseValidationError)
    assert isinstance(error, OutcomeUnknownError) is (method == "POST")
    assert reason in str(error)
    assert len(error.body) <= LARGEST_BODY_BYTES + MEBIBYTE


@pytest.mark.parametrize(
    ("method", "status", "expected"),
    [("POST", 502, InternalServerError), ("GET", 400, BadRequestError)],
)
@pytest.mark.parametrize("kind", BODIES)
async def test_a_hostile_body_of_an_error_is_not_read(
    client_class: Any, method: str, kind: str, status: int, expected: Any
) -> None:
    body, coding, _ = BODIES[kind]

    error = await answered(client_class, method, script_of(status, body, coding))

    assert isinstance(error, expected)
    assert isinstance(error, OutcomeUnknownError) is (status == 502)
    assert isinstance(error, APIStatusError)
    assert f"answered {status}." in str(error)
    assert error.problem is None
    assert len(error.body) <= LARGEST_BODY_BYTES + MEBIBYTE


@pytest.mark.parametrize(
    ("status", "expected"), [(400, BadRequestError), (502, InternalServerError)]
)
@pytest.mark.parametrize("chunked", [False, True], ids=["with a length", "in chunks"])
async def test_an_error_page_without_end_is_not_read_to_its_end(
    *, client_class: Any, method: str, status: int, expected: Any, chunked: bool
) -> None:
    size, sent = 100_000_000, [0]
    page = b"<p>%s</p>" % CANARY.encode() * 4096
    piece = b"%x\r\n%s\r\n" % (len(page), page) if chunked else page
    framing = "transfer-encoding: chunked" if chunked else f"content-length: {size}"

    async def stream(exchange: Exchange) -> None:
        await exchange.read()
        await exchange.send(f"HTTP/1.1 {status} X\r\n{framing}\r\n\r\n".encode())
        sent.append(0)
        while sent[-1] < size:
            await exchange.send(piece)
            sent[-1] += len(piece)
            await exchange.pause(0)

    error = await answered(client_class, method, Script("page", stream))

    assert isinstance(error, expected)
    assert error.attempts[0].reason == "UnreadableBodyError"
    assert len(error.attempts) == (3 if (method, status) == ("GET", 502) else 1)
    assert isinstance(error, APIStatusError)
    assert LARGEST_BODY_BYTES < len(error.body) <= LARGEST_BODY_BYTES + MEBIBYTE
    # What the sockets hold beside it is up to the operating system.
    assert max(sent) < size / 2


@pytest.mark.parametrize("status", [429, 503])
async def test_a_wait_of_thirty_years_is_not_waited_for(
    client_class: Any, method: str, status: int
) -> None:
    script = script_of(status, b"", "", f"retry-after: {10**9}")

    error = await answered(client_class, method, script, deadline=None)

    assert isinstance(error, RateLimitError if status == 429 else InternalServerError)
    assert error.retry_after == 1e9
    assert [attempt.slept for attempt in error.attempts] == [0.0]
    assert "The server asks for a wait of 1e+09 s." in str(error)


MANY_FIELDS = "".join(f"x-{number}: {CANARY}\r\n" for number in range(10_000)).encode()


@pytest.mark.parametrize("status", [201, 400])
async def test_a_head_without_end_is_no_answer(client_class: Any, method: str, status: int) -> None:
    head = b"HTTP/1.1 %d X\r\ncontent-length: 2\r\n%s\r\n{}" % (status, MANY_FIELDS)

    error = await answered(client_class, method, not_created("head", head, "close"))

    assert isinstance(error, APIConnectionError)
    assert isinstance(error, OutcomeUnknownError) is (method == "POST")
    assert error.reason == "RemoteProtocolError"


async def test_trailers_without_end_are_not_read(client_class: Any, method: str) -> None:
    answer = b"HTTP/1.1 201 X\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n%s\r\n"

    error = await answered(
        client_class, method, not_created("trailers", answer % MANY_FIELDS, "close")
    )

    assert isinstance(error, ResponseValidationError)
    assert "its body could not be read (RemoteProtocolError)" in str(error)


@pytest.mark.parametrize("count", [1_001, 10_000])
@pytest.mark.parametrize(
    ("status", "kind"), [(201, ResponseValidationError), (400, BadRequestError)]
)
async def test_too_many_fields_in_a_head_of_a_usual_size_are_not_kept(
    client_class: Any,
    method: str,
    status: int,
    kind: type[ResponseValidationError | BadRequestError],
    count: int,
) -> None:
    fields = [f"{number:x}:" for number in range(count - 1)]
    script = not_created("fields", http(status, b'{"id": "1"}', *fields))

    error: Any = await answered(client_class, method, script)

    assert isinstance(error, kind)
    assert error.status_code == status
    assert len(error.headers.raw) == 1000
    assert ("its head has more than 1000 fields" in str(error)) is (status == 201)


async def test_hundreds_of_fields_are_read(client_class: Any, method: str) -> None:
    fields = [f"{number:x}:" for number in range(990)]
    with FaultServer(not_created("fields", http(201, b'{"id": "1"}', *fields))) as server:
        async with connected(client_class, server.url) as either:
            assert (await CALLS[method](either)).id == "1"


# C0, C1 as UTF-8 and as a byte of Latin-1, overrides of the direction, and a separator of
# lines: what a terminal or a log viewer obeys.
ESCAPES = "\x1b[31mred\x1b]0;title\x07\x9b2J\u202etxt.exe\u2066\u2028\x7f\r\n"
IN_A_FIELD = ESCAPES.replace("\r\n", "").encode() + b"\x9b2J"


def problem_of(status: int) -> bytes:
    members: dict[str, Any] = {
        "title": ESCAPES,
        "detail": ESCAPES,
        "instance": ESCAPES,
        "type": ESCAPES,
    }
    members |= {"errors": {ESCAPES: ESCAPES}, ESCAPES: ESCAPES}
    members["lone surrogate"] = "\ud800"
    return b"HTTP/1.1 %d X\r\ncontent-length: %d\r\ncontent-type: application/problem+json\r\n" % (
        status,
        len(body := json.dumps(members).encode()),
    ) + (b"\r\n" + body)


@pytest.mark.parametrize("status", [400, 429, 502])
async def test_escapes_of_a_problem_are_shown_escaped(
    client_class: Any, method: str, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)

    error = await answered(client_class, method, not_created("escapes", problem_of(status)))

    assert isinstance(error, APIStatusError)
    assert r"\x1b[31mred\x1b]0;title\x07\x9b2J\u202etxt.exe\u2066\u2028\x7f\r\n" in str(error)
    assert error.problem is not None
    assert error.problem.title == ESCAPES
    assert repr(error.problem).isprintable()
    assert_harmless(caplog)


def head_with(status: int, name: bytes, body: bytes = b"<") -> bytes:
    return b"HTTP/1.1 %d %s\r\ncontent-length: %d\r\n%s: %s\r\n\r\n%s" % (
        status,
        IN_A_FIELD,
        len(body),
        name,
        IN_A_FIELD,
        body,
    )


@pytest.mark.parametrize("status", [201, 400, 429, 502])
@pytest.mark.parametrize("name", [b"x-request-id", b"content-type", b"date", b"retry-after"])
async def test_escapes_in_header_fields_are_shown_escaped(
    client_class: Any, method: str, status: int, name: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)

    error = await answered(client_class, method, not_created("escapes", head_with(status, name)))

    assert isinstance(error, ResponseValidationError if status == 201 else APIStatusError)
    shown = {(201, b"content-type"), (400, b"x-request-id"), (429, b"x-request-id")}
    shown.add((502, b"x-request-id"))
    assert (r"\x1b[31mred\x1b]0;title\x07" in str(error)) is ((status, name) in shown)
    assert all(repr(attempt).isprintable() for attempt in error.attempts)
    assert_harmless(caplog)


@pytest.mark.parametrize("name", [b"content-encoding", b"transfer-encoding", b"content-length"])
async def test_escapes_where_http_is_framed_are_shown_escaped(
    client_class: Any, method: str, name: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    answer = b"HTTP/1.1 201 X\r\n%s: %s\r\n\r\n{}" % (name, IN_A_FIELD)

    error = await answered(client_class, method, not_created("escapes", answer, "close"))

    assert isinstance(error, ResponseValidationError | APIConnectionError)
    assert_harmless(caplog)


def assert_harmless(caplog: pytest.LogCaptureFixture) -> None:
    """Assert that no log line does anything to a terminal, or shows a body."""
    assert caplog.text.replace("\n", "").isprintable()


# ru_maxrss would begin with the peak of the process that has started this one.
MEASURE = """
import asyncio, inspect, json, sys
import kodexa_client

def peak():
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))

async def main(kind, url):
    more = json.loads(sys.argv[4])
    client = getattr(kodexa_client, kind)(api_key="canary-key-5f2c", base_url=url, **more)
    before, grown, errors = peak(), [], []
    for _ in range(int(sys.argv[3])):
        try:
            call = client.access_tokens.create(name="ci")
            await call if inspect.isawaitable(call) else call
        except kodexa_client.KodexaError as error:
            errors.append(type(error).__name__)
        else:
            errors.append(None)
        grown.append((peak() - before) * 1024)
    closed = client.aclose() if hasattr(client, "aclose") else client.close()
    await closed if inspect.isawaitable(closed) else closed
    print(json.dumps({"grown": grown, "errors": errors}))

asyncio.run(main(*sys.argv[1:3]))
"""


def bomb_script(status: int, coding: str, pieces: list[bytes]) -> Script:
    async def play(exchange: Exchange) -> None:
        await exchange.read()
        head = f"HTTP/1.1 {status} X\r\ncontent-encoding: {coding}\r\n"
        await exchange.send(f"{head}content-length: {sum(map(len, pieces))}\r\n\r\n".encode())
        for piece in pieces:
            await exchange.send(piece)

    return Script(f"{status} {coding}", play)


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="Linux tells of the peak")
@pytest.mark.parametrize("coding", ["gzip", "deflate"])
def test_a_bomb_of_1_gib_takes_less_than_64_mib(
    client_class: Any, coding: str, record_property: Callable[[str, object], None]
) -> None:
    wbits = zlib.MAX_WBITS + (16 if coding == "gzip" else 0)
    zeros = bomb(wbits)
    # What takes most memory when it is decoded.
    json_bomb = bomb(wbits, b'{"title": [', b"{}, ")
    scripts = [
        bomb_script(201, coding, zeros),
        bomb_script(500, coding, zeros),
        bomb_script(201, coding, json_bomb),
        bomb_script(500, coding, json_bomb),
        OK,
    ]
    assert sum(map(len, zeros)) < 1.2 * MEBIBYTE

    with FaultServer(*scripts) as server:
        is_fast = client_class is FastKodexaClient
        kind = AsyncKodexaClient if is_fast else client_class
        more = json.dumps({"engine": "aiohttp"} if is_fast else {})
        arguments = [kind.__name__, server.url, str(len(scripts)), more]
        ended = subprocess.run(
            [sys.executable, "-c", MEASURE, *arguments],
            capture_output=True,
            check=True,
            text=True,
            timeout=60,
        )

    measured = json.loads(ended.stdout)
    lost, unclear = (
        OutcomeUnknownError.beside(kind).__name__
        for kind in (ResponseValidationError, InternalServerError)
    )
    assert measured["errors"] == [lost, unclear, lost, unclear, None]
    for script, grown in zip(scripts, measured["grown"], strict=True):
        line = f"{client_class.__name__}, bomb of 1 GiB, {script}: peak RSS grew by"
        record_property(line, f"{grown / MEBIBYTE:.1f} MiB")
        sys.stdout.write(f"{line} {grown / MEBIBYTE:.1f} MiB\n")
    assert max(measured["grown"]) < 64 * MEBIBYTE
