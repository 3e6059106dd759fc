"""What is logged: one line for each attempt, for who asks for it, and never a secret."""

from __future__ import annotations

import contextlib
import json
import logging
import re
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from kodexa_client import AsyncKodexaClient, KodexaError, RetryPolicy

from .conftest import API_KEY, EitherClient, FastKodexaClient, StillClock
from .faults.scripts import PROBLEM, http
from .leaks import WAYS, caught, connected, created
from .leaks.hunt import SECRET_CORE, cores_in, key, key_in_ascii, secret
from .servers import serve

if TYPE_CHECKING:
    from pytest_httpx import HTTPXMock

LOGGERS = ("httpx", "httpcore", "h11", "asyncio", "anyio", "kodexa_client")


def lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.name == "kodexa_client"]


class TickingClock(StillClock):
    """Goes on by a quarter of a second whenever it is looked at."""

    def __init__(self) -> None:
        super().__init__()
        self._looks = 0

    def monotonic(self) -> float:
        self._looks += 1
        return self._looks / 4


_QUIET = """
import logging, sys
import httpx, kodexa_client
logger = logging.getLogger("kodexa_client")
assert [type(handler) for handler in logger.handlers] == [logging.NullHandler]
assert logger.level == logging.NOTSET and logger.propagate and not logger.disabled
assert not logging.getLogger().handlers and not logging.root.manager.disable
client = kodexa_client.KodexaClient(api_key="a-key-of-the-tests", base_url=sys.argv[1])
with client:
    client.access_tokens.create(name="ci")
    for _ in range(2):
        try:
            client.access_tokens.create(name="ci")
        except kodexa_client.KodexaError:
            pass

def interrupt(request):
    raise KeyboardInterrupt

with httpx.Client(transport=httpx.MockTransport(interrupt)) as http_client:
    interrupted = kodexa_client.KodexaClient(api_key="a-key-of-the-tests", http_client=http_client)
    try:
        # Of this one, a warning is logged.
        interrupted.access_tokens.create(name="ci")
    except KeyboardInterrupt as error:
        assert error.__notes__
"""


@pytest.mark.parametrize("environment", [{}, {"KODEXA_LOG": "debug"}])
def test_nothing_is_set_up_and_nothing_is_printed(environment: dict[str, str]) -> None:
    with serve(http(201, created()), http(500, PROBLEM), http(201, created()[:-1])) as server:
        ended = subprocess.run(
            [sys.executable, "-W", "error", "-c", _QUIET, server.url],
            capture_output=True,
            env=environment,
            timeout=30,
            check=True,
        )

    assert (ended.stdout, ended.stderr) == (b"", b"")
    assert len(server.received) == 3


async def test_one_line_is_logged_for_each_attempt(
    client_class: Any, httpx_mock: HTTPXMock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG", "kodexa_client")
    httpx_mock.add_response(status_code=429, headers={"retry-after": "1"})
    httpx_mock.add_exception(httpx.ConnectError("no route"))
    httpx_mock.add_response(status_code=201, json={"id": "1"})
    client = client_class(
        api_key=API_KEY,
        base_url="https://user.test/prefix",
        retry_policy=RetryPolicy(max_retries=2),
        deadline=None,
    )
    client._clock = TickingClock()
    either = EitherClient(client)

    await either.request("POST", "/x", params={"a": "query"}, headers={"x-request-id": "r-1"})
    await either.close()

    assert [record.levelname for record in caplog.records if record.name == "kodexa_client"] == [
        "DEBUG"
    ] * 3
    shown = lines(caplog)
    assert [re.sub(r"\d+\.\d+ s", "N s", line) for line in shown] == [
        "POST /prefix/x: 429 in N s (attempt 1, X-Request-ID r-1)",
        "POST /prefix/x: ConnectError in N s (attempt 2, X-Request-ID r-1)",
        "POST /prefix/x: 201 in N s (attempt 3, X-Request-ID r-1)",
    ]
    assert all(float(line.partition(" in ")[2].partition(" s")[0]) > 0 for line in shown)


async def test_an_attempt_that_a_redirect_leads_to_has_a_line_of_its_own(
    client_class: Any, httpx_mock: HTTPXMock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG", "kodexa_client")
    httpx_mock.add_response(status_code=307, headers={"location": "/moved?a=query"})
    httpx_mock.add_response(json={"id": "1"})
    client = client_class(
        api_key=API_KEY, base_url="https://user.test", follow_redirects=True, deadline=None
    )
    client._clock = StillClock()
    either = EitherClient(client)

    await either.request("GET", "/x", headers={"x-request-id": "r-1"})
    await either.close()

    assert [line.partition(" in ")[0] for line in lines(caplog)] == [
        "GET /x: 307",
        "GET /moved: 200",
    ]


async def test_a_line_stays_one_line_whatever_the_path_and_the_ids_hold(
    either: EitherClient, httpx_mock: HTTPXMock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG", "kodexa_client")
    httpx_mock.add_response(json={"id": "1"}, headers={b"x-request-id": b"\x85\x1b[31m\xe9%0A"})

    await either.request(
        "GET",
        "/a%0Ab%1B%E2%80%A8",
        params={"a": "b\n"},
        headers={"x-request-id": "a\xa0\xadb" * 200},
    )

    (line,) = lines(caplog)
    assert line.isprintable()
    assert line.startswith("GET /a%0Ab%1B%E2%80%A8: 200 in ")
    assert len(line.splitlines()) == 1
    assert len(line) < 1_500


async def test_a_warning_of_a_call_that_is_broken_off_is_one_line_too(
    client_class: Any, http_client_class: Any, caplog: pytest.LogCaptureFixture
) -> None:
    def interrupt(request: httpx.Request) -> httpx.Response:
        raise KeyboardInterrupt(request.method)

    http_client = http_client_class(transport=httpx.MockTransport(interrupt))
    either = EitherClient(client_class(api_key=API_KEY, http_client=http_client))

    error = await caught(lambda: either.create(name="a\nb\x1b[31m"))

    (warning,) = lines(caplog)
    assert isinstance(error, KeyboardInterrupt)
    assert error.__notes__ == [warning]
    assert warning.isprintable()


async def test_nothing_is_formatted_if_nobody_listens(
    either: EitherClient, httpx_mock: HTTPXMock, monkeypatch: pytest.MonkeyPatch
) -> None:
    logger = logging.getLogger("kodexa_client")
    monkeypatch.setattr(logger, "level", logging.INFO)
    # It remembers what was enabled.
    logger.manager._clear_cache()  # type: ignore[attr-defined]
    made: list[object] = []
    monkeypatch.setattr(logger, "makeRecord", lambda *args, **_: made.append(args))
    monkeypatch.setattr("kodexa_client._calls._path", lambda _: pytest.fail("it was formatted"))
    httpx_mock.add_response(json={"id": "1"})
    try:
        await either.create(name="ci")
    finally:
        logger.manager._clear_cache()  # type: ignore[attr-defined]

    assert not made


@pytest.mark.parametrize(("kind", "given"), WAYS)
async def test_all_loggers_together_tell_no_secret(
    kind: Any, given: Any, caplog: pytest.LogCaptureFixture
) -> None:
    for name in (None, *LOGGERS):
        caplog.set_level("DEBUG", name)
    with key_in_ascii() if kind is FastKodexaClient else contextlib.nullcontext():
        await _all_loggers_tell_no_secret(kind, given, caplog)


async def _all_loggers_tell_no_secret(
    kind: Any, given: Any, caplog: pytest.LogCaptureFixture
) -> None:
    answers = (
        http(201, created()),
        http(201, created(), "x-request-id: r-1"),
        http(201, created()[:-1]),
        http(202, created()),
        http(400, json.dumps({"detail": key()}).encode()),
        http(401, PROBLEM),
        http(500, PROBLEM),
        http(302, b"", "location: https://elsewhere.test/?token=1"),
        http(201, created(), length=2_000),
    )
    with serve(*answers, last=True) as server:
        async with connected(kind, server.url, given=given) as either:
            ends = [
                await _end_of(either, secret() if number == 1 else "ci")
                for number in range(len(answers))
            ]
            await either.close()
            with pytest.raises(KodexaError):
                await either.create(name="ci")

    assert len(server.received) == len(answers)
    assert sum(end is None for end in ends) == 1
    told = "\n".join(
        f"{record!r} {vars(record)!r} {record.getMessage()}" for record in caplog.records
    )
    # They did listen: httpx logs for a client that is given alone, and aiohttp no request.
    heard = {record.name.partition(".")[0] for record in caplog.records}
    wanted = set() if kind is FastKodexaClient else {"httpcore"}
    assert heard >= {"kodexa_client"} | wanted | ({"httpx"} if given else set())
    assert not cores_in(caplog.text) - {SECRET_CORE}
    assert not cores_in(told) - {SECRET_CORE}
    # The name that was asked for is in the text of what may have been created.
    assert not [line for line in told.splitlines() if SECRET_CORE in line and "name" not in line]
    assert '"token"' not in told
    assert PROBLEM.decode() not in told
    assert len(lines(caplog)) == len(answers)


async def _end_of(either: EitherClient, name: str) -> BaseException | None:
    try:
        await either.create(name=name)
    except KodexaError as error:
        return error
    return None


@pytest.mark.needs_asyncio(reason="the debug mode is asyncio's")
async def test_an_event_loop_in_debug_mode_tells_no_secret(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    import asyncio  # noqa: PLC0415

    caplog.set_level("DEBUG")
    loop = asyncio.get_running_loop()
    loop.set_debug(True)
    # Each step counts as slow, and is told of with what runs it.
    monkeypatch.setattr(loop, "slow_callback_duration", 0)
    with serve(http(201, created()), http(400, PROBLEM)) as server:
        async with connected(AsyncKodexaClient, server.url, given=False) as either:
            await asyncio.create_task(either.create(name="ci"))
            task = asyncio.ensure_future(either.create(name="ci"))
            await asyncio.wait([task])
            loop.call_exception_handler(
                {"message": "lost", "future": task, "exception": task.exception()}
            )

    assert any("took" in record.getMessage() for record in caplog.records)
    assert not cores_in(caplog.text)
