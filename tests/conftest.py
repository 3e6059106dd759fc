"""What every test has: no settings of the machine, a client of either kind, an event loop."""

from __future__ import annotations

import datetime
import inspect
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from coverage import Coverage
from hypothesis import HealthCheck, settings
from ruamel.yaml import YAML

from kodexa_client import AsyncKodexaClient, KodexaClient
from kodexa_client._clock import Clock

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable

# A machine that is busy is no reason to fail.
settings.register_profile("project", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("project")

BASE_URL = "https://kodexa.test"
API_KEY = "canary-key-5f2c"
DOCUMENT = Path(__file__).parents[1] / "openapi.yaml"
START = datetime.datetime(2030, 1, 1, tzinfo=datetime.UTC)


class StillClock(Clock):
    """Stands still, but for the sleeps that it is asked for, and waits for none of them.

    Its chance is always the highest, so that a wait is as long as it can be.
    """

    def __init__(self) -> None:
        self.slept: list[float] = []

    def monotonic(self) -> float:
        return sum(self.slept)

    def now(self) -> datetime.datetime:
        return START + datetime.timedelta(seconds=sum(self.slept))

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)

    async def asleep(self, seconds: float) -> None:
        self.slept.append(seconds)

    def random(self) -> float:
        return 1.0


class FastKodexaClient(AsyncKodexaClient):
    """An async client that sends over aiohttp: a kind of its own."""

    def __init__(self, **settings: Any) -> None:
        settings.setdefault("engine", "aiohttp")
        super().__init__(**settings)


KINDS: dict[str, Any] = {"async": AsyncKodexaClient, "sync": KodexaClient}
EVERY_KIND: dict[str, Any] = {**KINDS, "fast": FastKodexaClient}
# For tests of one kind or another than their file's: of an http_client that is given, for example.
of_two_kinds = pytest.mark.parametrize("client_class", KINDS.values(), ids=[*KINDS])
of_every_kind = pytest.mark.parametrize("client_class", EVERY_KIND.values(), ids=[*EVERY_KIND])


class EitherClient:
    """A client of either kind, whose calls are awaited if they have to be."""

    def __init__(self, client: AsyncKodexaClient | KodexaClient) -> None:
        self.client = client

    @property
    def slept(self) -> list[float]:
        """The seconds that a client with a StillClock was to wait."""
        clock = self.client._clock
        assert isinstance(clock, StillClock)
        return clock.slept

    async def create(self, **arguments: Any) -> Any:
        return await settle(self.client.access_tokens.create(**arguments))

    async def create_detailed(self, **arguments: Any) -> Any:
        return await settle(self.client.access_tokens.create_detailed(**arguments))

    async def request(self, method: str, path: str, **parts: Any) -> Any:
        return await settle(self.client.request(method, path, **parts))

    async def close(self) -> None:
        await close(self.client)


async def settle(outcome: Any) -> Any:
    """Return a value, awaited if it has to be."""
    return await outcome if inspect.isawaitable(outcome) else outcome


async def close(client: AsyncKodexaClient | KodexaClient) -> None:
    """Close a client of either kind."""
    if isinstance(client, AsyncKodexaClient):
        await client.aclose()
    else:
        client.close()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--event-loop",
        choices=["asyncio", "uvloop", "trio"],
        help="run the coroutine tests alone, on this event loop (without: all tests, on asyncio)",
    )


# After anyio's own, which warns of pytest-asyncio where that is told nothing else by its setting.
@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    # The programs that tests start are not measured: what they run, other tests run in here.
    if hasattr(config, "workerinput"):
        os.environ.pop("COVERAGE_PROCESS_CONFIG", None)
    match config.getoption("event_loop"):
        case "uvloop":
            config.pluginmanager.register(_Uvloop())
        case "trio":
            # anyio's plugin takes the coroutine tests over from pytest-asyncio's.
            config.option.asyncio_mode, config.option.anyio_mode = "strict", "auto"
        case _:
            pass


class _Uvloop:
    """A plugin of pytest-asyncio's. A hook in this module would be asked in every run."""

    @pytest.hookimpl
    def pytest_asyncio_loop_factories(
        self,
    ) -> dict[str, Callable[[], asyncio.AbstractEventLoop]]:
        import uvloop  # noqa: PLC0415 - it is not for Windows

        return {"uvloop": uvloop.new_event_loop}


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish() -> None:
    # pytest-xdist kills a worker that takes more than ten seconds to end, and with it what it
    # knows of the lines that its tests have reached.
    running = Coverage.current()
    if running is not None:
        running.save()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    event_loop = config.getoption("event_loop")
    if event_loop is None:
        return
    config.hook.pytest_deselected(items=[item for item in items if not _is_coroutine_test(item)])
    items[:] = filter(_is_coroutine_test, items)
    for item in items:
        if (reason := _why_not(item, event_loop)) is not None:
            item.add_marker(pytest.mark.skip(reason=reason))


def _is_coroutine_test(item: pytest.Item) -> bool:
    function = getattr(item, "obj", None)
    # hypothesis puts a function of its own around a test.
    function = getattr(getattr(function, "hypothesis", None), "inner_test", function)
    return inspect.iscoroutinefunction(function)


def _why_not(item: pytest.Item, event_loop: str) -> str | None:
    """Return why a test can't run on an event loop, or None."""
    marker = item.get_closest_marker("needs_asyncio")
    if event_loop != "trio" and not (marker and marker.kwargs.get("own_loop")):
        return None
    if marker is not None:
        reason: str = marker.kwargs["reason"]
        return f"needs asyncio: {reason}"
    call: Any = getattr(item, "callspec", None)
    if call is not None and FastKodexaClient in call.params.values():
        return "needs asyncio: the engine aiohttp is for asyncio alone"
    return None


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "trio"


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in os.environ:
        if name.startswith("KODEXA_") or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)


@pytest.fixture(params=KINDS.values(), ids=[*KINDS])
def client_class(request: pytest.FixtureRequest) -> Any:
    return request.param


@pytest.fixture
def http_client_class(client_class: type) -> type[httpx.AsyncClient | httpx.Client]:
    return httpx.AsyncClient if issubclass(client_class, AsyncKodexaClient) else httpx.Client


@pytest.fixture
async def either(client_class: Any) -> Any:
    client = client_class(api_key=API_KEY, base_url=BASE_URL)
    client._clock = StillClock()
    yield EitherClient(client)
    await close(client)


@pytest.fixture(scope="session")
def page_example() -> dict[str, Any]:
    """Return the example of the vendor's page, as the document holds it."""
    document = YAML(typ="safe", pure=True).load(DOCUMENT)
    example: dict[str, Any] = document["components"]["examples"]["AccessToken"]["value"]
    return example
