"""No client, result or interruption shows the key or a created secret, at any time."""

from __future__ import annotations

import asyncio
import copy
import functools
import gc
import io
import json
import signal
import subprocess
import sys
import threading
import warnings
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from kodexa_client import AsyncKodexaClient, KodexaClient, RetryPolicy
from tests.conftest import EitherClient, FastKodexaClient, StillClock, settle
from tests.faults import scripts as s
from tests.faults.scripts import PROBLEM, http
from tests.faults.server import Exchange, FaultServer, Script, until
from tests.servers import serve, unanswered_port

from . import WAYS, caught, connected, created, hunt
from .hunt import assert_clean, cores_in, key, password, secret

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.mark.parametrize(("kind", "given"), WAYS)
async def test_a_client_shows_no_canary_before_and_after_its_calls(kind: Any, given: Any) -> None:
    with serve(http(201, created()), http(201, created())) as server:
        async with connected(kind, server.url, given=given) as either:
            assert_clean(either.client)

            await either.create(name="ci")

            assert_clean(either.client)
            assert_clean(either.client.config)
            assert_clean(either.client.access_tokens)
            options = either.client.with_options(timeout=5, default_headers={"x-tenant": "a"})
            for copied in (options, copy.copy(either.client), copy.deepcopy(either.client)):
                assert_clean(copied)
            await EitherClient(options).create(name="ci")
            await either.close()
            assert_clean(either.client)


@pytest.mark.parametrize(("kind", "given"), WAYS)
async def test_results_show_no_secret_but_as_data(kind: Any, given: Any) -> None:
    answer = http(201, created(other=[{"secret": secret()}], map={secret(): 1}))
    with serve(answer, answer) as server:
        async with connected(kind, server.url, given=given) as either:
            response = await either.create_detailed(name="ci")
            raw = await either.request("POST", "/api/access-tokens", json={"name": "ci"})

    assert response.parsed["token"] == secret()
    assert response.parsed.to_dict()["token"] == secret()
    assert_clean(response.parsed, may_hold_secret=True)
    assert_clean(response, may_hold_secret=True)
    assert_clean(response.attempts)
    assert_clean(response.contract_issues)
    # What is asked for without a model is httpx's own, with the request it answers.
    assert_clean(raw, may_hold_secret=True)


@pytest.mark.needs_asyncio(reason="it looks at a task of asyncio's")
async def test_a_finished_task_shows_no_canary() -> None:
    with serve(http(201, created()), http(400, PROBLEM)) as server:
        async with connected(AsyncKodexaClient, server.url, given=False) as either:
            for _ in range(2):
                task = asyncio.ensure_future(either.create(name="ci"))
                await asyncio.wait([task])
                shown = f"{task!r} {task}"
                assert not cores_in(shown)
                assert "AccessToken" in shown or "BadRequestError" in shown


def limited() -> bytes:
    fields = f"retry-after: 1\r\nx-request-id: {key()}\r\ncontent-length: 0"
    return f"HTTP/1.1 429 X\r\n{fields}\r\n\r\n".encode("latin-1")


class Hook:
    """Looks at all of a call from within, and raises if it is to."""

    def __init__(self, *, fails: bool) -> None:
        self.fails = fails
        self.either: EitherClient
        self.found: set[str] = set()

    def __call__(self, attempt: Any) -> None:
        found = hunt.hunt(attempt) | hunt.hunt(self.either.client)
        self.found |= {surface for names in found.values() for surface in names}
        self.found |= {name for name, text in hunt.stack_here("caught") if cores_in(text)}
        if self.fails:
            raise LookupError("the hook failed")


@pytest.mark.parametrize("fails", [False, True])
@pytest.mark.parametrize(("kind", "given"), WAYS)
async def test_a_hook_sees_no_canary_in_a_call_that_is_in_flight(
    kind: Any, given: Any, fails: Any
) -> None:
    hook = Hook(fails=fails)
    policy = RetryPolicy(max_retries=1)
    with serve(limited(), http(400, PROBLEM)) as server:
        async with connected(
            kind, server.url, given=given, on_retry=hook, retry_policy=policy
        ) as either:
            hook.either = either

            error = await caught(lambda: either.create(name="ci"))

            assert isinstance(error, LookupError) is fails
            assert_clean(error)
    assert not hook.found


@pytest.mark.parametrize("is_coroutine_function", [False, True])
async def test_a_provider_sees_no_canary_of_the_call_that_asks_it(
    client_class: Any, is_coroutine_function: Any
) -> None:
    if is_coroutine_function and client_class is KodexaClient:
        pytest.skip("it takes none")
    found: set[str] = set()

    def look(opener: str) -> str:
        del opener
        # The client has a key by then, which the platform has refused.
        found.update(*hunt.hunt(clients[0]).values())
        return key()

    async def asynchronously(opener: str) -> str:
        return look(opener)

    provider: Any = asynchronously if is_coroutine_function else look
    with serve(http(401, PROBLEM), http(401, PROBLEM)) as server:
        client = client_class(api_key=functools.partial(provider, password()), base_url=server.url)
        clients = [client]
        either = EitherClient(client)

        error = await caught(lambda: either.create(name="ci"))

        assert_clean(error)
        assert_clean(client)
        assert not found
        await either.close()
    assert len(server.received) == 2


@pytest.mark.needs_asyncio(reason="it cancels a task of asyncio's")
async def test_a_call_that_is_cancelled_while_a_provider_is_asked_shows_no_canary() -> None:
    asked = asyncio.Event()
    loop = asyncio.get_running_loop()
    released = threading.Event()

    def ask(opener: str) -> str:
        del opener
        loop.call_soon_threadsafe(asked.set)
        released.wait(5)
        return key()

    async with AsyncKodexaClient(
        api_key=functools.partial(ask, password()), base_url="http://127.0.0.1:1"
    ) as client:
        error = await _cancelled(lambda: client.access_tokens.create(name="ci"), asked.wait)
        released.set()

        assert_clean(error)
        assert_clean(client)


async def _cancelled(call: Callable[[], Any], ready: Callable[[], Any]) -> BaseException:
    task = asyncio.create_task(caught(call))
    await ready()
    task.cancel("by the test")
    error = await task
    assert isinstance(error, asyncio.CancelledError)
    return error


def large_file() -> Any:
    """Return more than the buffers of both sides take, in what no traceback shows whole."""
    return [("file", ("name", io.BytesIO(bytes(16 << 20)), None))]


async def _stalled_with_the_secret(exchange: Exchange, *, whole_head: bool) -> None:
    await exchange.read()
    answer = http(201, created(), f"x-secret: {secret()}", length=1_000)
    await exchange.send(answer if whole_head else answer.partition(b"x-secret")[0])
    await exchange.stall()


async def _stalled(exchange: Exchange) -> None:
    await exchange.read()
    await exchange.stall()


STALLED: dict[str, Script] = {
    "connecting": s.OK,
    # It starts with the first bytes of the request.
    "sending": Script("stalls unread", Exchange.stall),
    "waiting for the head": Script("stalls", _stalled),
    "in the head": Script("h", functools.partial(_stalled_with_the_secret, whole_head=False)),
    "in the body": Script("b", functools.partial(_stalled_with_the_secret, whole_head=True)),
}


ASYNC_WAYS = [way for way in WAYS if way.values[0] is not KodexaClient]


@pytest.mark.needs_asyncio(reason="it cancels a task of asyncio's")
@pytest.mark.parametrize(("kind", "given"), ASYNC_WAYS)
@pytest.mark.parametrize("phase", STALLED)
async def test_a_cancelled_call_and_the_client_in_it_show_no_canary(
    kind: Any, phase: str, given: Any, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG", "kodexa_client")
    with FaultServer(STALLED[phase]) as server, unanswered_port() as unanswered:
        base_url = f"http://127.0.0.1:{unanswered}" if phase == "connecting" else server.url
        in_flight: dict[str, set[str]] = {}
        async with connected(kind, base_url, given=given) as either:

            async def ready() -> None:
                if phase != "connecting":
                    await until(lambda: server.signals == 1, what="the script's signal")
                # What was written is read on one of the next turns.
                for _ in range(20):
                    await asyncio.sleep(0)
                in_flight.update(hunt.hunt(either.client))

            def call() -> Any:
                if phase == "sending":
                    return either.request("POST", "/x", files=large_file())
                return either.create(name="ci")

            error = await _cancelled(call, ready)

            assert_clean(error)
            assert_clean(either.client)
        await until(server.is_quiet, what="the script's end")
    assert not cores_in(caplog.text)
    shown_in_flight = {name for names in in_flight.values() for name in names}
    # What is being sent is in the attributes of an http client's connection: a dump gets there.
    assert shown_in_flight <= (hunt.DATA if given else frozenset())


@pytest.mark.needs_asyncio(reason="it starts a task of asyncio's")
@pytest.mark.parametrize("kind", [AsyncKodexaClient, FastKodexaClient])
async def test_a_dump_of_a_client_with_a_call_in_flight_shows_no_key(kind: Any) -> None:
    found = ""

    async def ready() -> None:
        nonlocal found
        await until(lambda: server.signals == 1, what="the script's signal")
        found = hunt.dump(either.client)

    with FaultServer(STALLED["waiting for the head"]) as server:
        async with connected(kind, server.url, given=False) as either:
            await _cancelled(lambda: either.create(name="ci"), ready)

    assert [line.partition(": ")[0] for line in found.splitlines() if cores_in(line)] == []


@pytest.mark.needs_asyncio(reason="it has a time limit of asyncio's")
async def test_a_call_that_runs_out_of_the_callers_time_shows_no_canary() -> None:
    async def limited() -> Any:
        async with asyncio.timeout(None) as limit, asyncio.TaskGroup() as group:
            group.create_task(end(limit))
            await either.create(name="ci")

    async def end(limit: asyncio.Timeout) -> None:
        await until(lambda: server.signals == 1, what="the script's signal")
        limit.reschedule(0)

    with FaultServer(STALLED["in the body"]) as server:
        async with connected(AsyncKodexaClient, server.url, given=False) as either:
            error = await caught(limited)

    assert isinstance(error, TimeoutError)
    assert isinstance(error.__cause__, asyncio.CancelledError)
    assert_clean(error)


@pytest.mark.parametrize("given", [False, True], ids=["own connections", "http_client"])
@pytest.mark.parametrize("phase", ["sending", "waiting for the head", "in the head", "in the body"])
def test_a_call_that_ctrl_c_ends_shows_no_canary(phase: str, given: Any) -> None:
    # In an event loop Python would cancel the task instead.
    main = threading.main_thread().ident
    assert main is not None
    assert main == threading.get_ident()

    async def interrupt(exchange: Exchange) -> None:
        stalling = asyncio.ensure_future(STALLED[phase].play(exchange))
        await until(lambda: exchange.server.signals == 1, what="the script's signal")
        signal.pthread_kill(main, signal.SIGINT)
        await stalling

    script = Script("interrupts", interrupt)
    with FaultServer(script) as server, httpx.Client(trust_env=False) as http_client:
        client = _made(server.url, http_client if given else None)

        error = _interrupted(client, phase)

        assert isinstance(error, KeyboardInterrupt)
        assert_clean(error)
        assert_clean(client)
        client.close()


def _made(base_url: str, http_client: httpx.Client | None) -> KodexaClient:
    return KodexaClient(api_key=key(), base_url=base_url, http_client=http_client)


def _interrupted(client: KodexaClient, phase: str) -> BaseException | None:
    try:
        if phase == "sending":
            client.request("POST", "/x", files=large_file())
        else:
            client.access_tokens.create(name="ci")
    except BaseException as error:  # noqa: BLE001 - an interruption is none
        return error
    return None


async def test_the_password_of_a_proxy_is_shown_by_nothing(client_class: Any) -> None:
    # It takes requests for anywhere.
    with serve(http(201, created()), http(400, PROBLEM)) as server:
        proxy = server.url.replace("//", f"//user:{password()}@")
        client = client_class(
            api_key=key(),
            base_url="http://kodexa.test",
            allow_insecure_http=True,
            proxy=proxy,
        )
        either = EitherClient(client)
        client._clock = StillClock()

        assert_clean(client)
        await either.create(name="ci")
        error = await caught(lambda: either.create(name="ci"))

        assert_clean(error)
        assert_clean(client.config)
        assert_clean(client)
        await either.close()
    assert b"proxy-authorization" in server.received[0].lower()


@pytest.mark.parametrize("used", [False, True])
async def test_the_warning_of_a_client_that_was_left_open_shows_no_canary(
    client_class: Any, used: Any
) -> None:
    with serve(http(201, created())) as server, warnings.catch_warnings(record=True) as shown:
        warnings.simplefilter("always")
        client = client_class(api_key=key(), base_url=server.url)
        if used:
            await settle(client.access_tokens.create(name="ci"))
        del client
        gc.collect()
        told = [one for one in shown if "KodexaClient" in str(one.message)]
        (one,) = told
        text = f"{one} {one.message} " + warnings.formatwarning(
            one.message, one.category, one.filename, one.lineno
        )
        assert_clean(one.source)
        assert_clean(one.message)
        # The sockets end with the client, and say so themselves.
        one.source = None
        del told, one
        gc.collect()
    assert not cores_in(text)


async def test_what_is_local_in_a_failed_call_leads_to_no_key(client_class: Any) -> None:
    # Further than any tool goes: through the attributes of the local variables.
    with serve(http(400, json.dumps({"detail": key()}).encode())) as server:
        async with connected(client_class, server.url, given=False) as either:
            error = await caught(lambda: either.create(name="ci"))

            for frame in hunt.frames_of(error):
                assert not cores_in(hunt.dump(dict(frame.f_locals))), frame


_WITH_SENTRY = """
import json, logging, sys
import sentry_sdk
from sentry_sdk.scrubber import EventScrubber
from tests.leaks import hunt
from tests.leaks.hunt import key

logging.basicConfig(level="INFO")
sentry_sdk.init(
    dsn="http://public@127.0.0.1:1/1",
    transport=hunt._kept,
    traces_sample_rate=1.0,
    attach_stacktrace=True,
    max_value_length=100_000,
    event_scrubber=EventScrubber(denylist=[], pii_denylist=[]),
)

import httpx
from kodexa_client import KodexaClient, KodexaError

with httpx.Client(trust_env=False) as http_client:
    for given in (None, http_client):
        with sentry_sdk.start_transaction(name="job"):
            settings = {"api_key": key(), "base_url": sys.argv[1], "http_client": given}
            client = KodexaClient(**settings)
            del settings
            for number in range(2):
                try:
                    client.access_tokens.create(name="ci")
                except KodexaError as error:
                    sentry_sdk.capture_exception(error)
            logging.getLogger("job").error("failed with %r", client, extra={"client": client})
            client.close()
sentry_sdk.flush()
print(json.dumps(hunt._kept.sent))
"""


def test_sentry_with_all_of_its_integrations_is_told_no_canary() -> None:
    answers = (http(201, created()), http(201, created()[:-1])) * 2
    with serve(*answers) as server:
        ended = subprocess.run(
            [sys.executable, "-c", _WITH_SENTRY, server.url],
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )

    events = json.loads(ended.stdout)
    assert sum("ResponseValidationError" in event for event in events) == 2
    assert any('"spans"' in event for event in events)
    assert not cores_in(ended.stderr)
    assert not [cores_in(event) for event in events if cores_in(event)]
