"""Clients in tasks of dask.distributed: a scheduler, and two workers that are processes."""

from __future__ import annotations

import gc
import os
import pickle
import traceback
import warnings
from typing import TYPE_CHECKING, Any

import pytest

from kodexa_client import AuthenticationError, KodexaClient
from kodexa_client.testing import FakePlatform
from tests.conftest import close
from tests.leaks.hunt import (
    KEY_CORE,
    SECRET_CORE,
    cores_in,
    password,
    secret,
)
from tests.test_errors import all_errors, state_of

from . import example, tasks
from .farm import Farm, farm

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Generator

KEY = f"{KEY_CORE}-{KEY_CORE}"

# What shows a key that a task gives away, by its name or its exception.
SHOW_TASKS = {
    "messages",
    "worker log",
    "scheduler log",
    "workers.txt",
    "dump",
    "scheduler /info/main/exceptions.html",
    "scheduler /info/main/logs.html",
    "scheduler /info/logs/(.*).html",
    "scheduler /info/task/(.*).html",
    "document of /exceptions",
    "document of /individual-graph",
}

# The scheduler reads each task's arguments, and lets go of them.


@pytest.fixture(scope="module")
def platform() -> Generator[tuple[FakePlatform, str]]:
    fake = FakePlatform(api_keys=[KEY])
    with fake.serve() as base_url:
        yield fake, base_url


@pytest.fixture(scope="module")
def environment(platform: tuple[FakePlatform, str]) -> dict[str, str]:
    return {"KODEXA_API_KEY": KEY, "KODEXA_URL": platform[1], "REFUSED_KEY": password()}


@pytest.fixture(scope="module")
def running(
    environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Generator[Farm]:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment.items():
            patch.setenv(name, value)
        with farm(tmp_path_factory.mktemp("farm")) as started:
            yield started
    # While the warnings of what the scheduler has let go of are still ignored.
    gc.collect()


@pytest.fixture(autouse=True)
def _environment(
    environment: dict[str, str],
    running: Farm,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> Generator[None]:
    # The farm first: what is set for its workers is taken away from this process again.
    del running
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    yield
    # pytest's records hold clients. They go while the warnings of them are still ignored.
    caplog.get_records("call").clear()
    caplog.clear()
    gc.collect()


def created_since(fake: FakePlatform, start: int) -> list[Any]:
    tokens = [token["name"] for token in fake.created_tokens[start:]]
    executed: list[Any] = [request.body for request in fake.executions("createAccessToken")[start:]]
    assert [body["name"] for body in executed] == tokens
    return tokens


@pytest.fixture
async def client(client_class: Any) -> AsyncGenerator[Any]:
    made = client_class()
    yield made
    await close(made)


async def test_two_workers_create_each_token_once_with_the_clients_they_are_handed(
    client: Any, running: Farm, platform: tuple[FakePlatform, str]
) -> None:
    fake = platform[0]
    start = len(fake.created_tokens)
    names = [f"token-{number}" for number in range(200)]

    futures = running.client.map(tasks.create, [client] * 200, names, pure=False)
    workers = running.results(futures)

    assert sorted(created_since(fake, start)) == sorted(names)
    assert len({*workers}) == 2
    assert os.getpid() not in workers


def test_the_tasks_of_a_worker_share_the_connections_of_its_own_client(
    running: Farm, platform: tuple[FakePlatform, str]
) -> None:
    fake = platform[0]
    start = len(fake.created_tokens)
    names = [f"shared-{number}" for number in range(50)]

    futures = running.client.map(tasks.create_with_the_workers_client, names, pure=False)
    workers = running.results(futures)
    running.client.run(tasks.close_the_workers_client)

    assert sorted(created_since(fake, start)) == sorted(names)
    assert len({*workers}) == 2


def test_the_tasks_of_the_documentation_create_with_a_client_each(
    running: Farm, platform: tuple[FakePlatform, str], capsys: pytest.CaptureFixture[str]
) -> None:
    fake = platform[0]
    start = len(fake.created_tokens)

    example("from distributed import")["main"](running.cluster.scheduler_address)

    assert sorted(created_since(fake, start)) == ["a", "b", "c"]
    ids = [str(token["id"]) for token in fake.created_tokens[start:]]
    printed = capsys.readouterr().out
    assert all(token_id in printed for token_id in ids)


def test_a_key_that_is_refused_comes_back_as_the_exception_of_the_task(
    running: Farm, platform: tuple[FakePlatform, str]
) -> None:
    fake, base_url = platform
    start = len(fake.created_tokens)
    with KodexaClient(api_key=tasks.refused_key, base_url=base_url) as client:
        future = running.client.submit(tasks.create, client, "refused", pure=False)

        with pytest.raises(AuthenticationError, match="answered 401") as caught:
            future.result(timeout=30)

    error = caught.value
    assert error.status_code == 401
    assert error.method == "POST"
    assert error.url == f"{base_url}/api/access-tokens"
    assert error.problem is not None
    assert error.problem.title == "Unauthorized"
    assert error.headers["content-type"] == "application/problem+json"
    assert [attempt.status_code for attempt in error.attempts] == [401, 401]
    assert created_since(fake, start) == []
    shown = traceback.TracebackException.from_exception(error, capture_locals=True)
    text = "".join(shown.format()) + pickle.dumps(error).decode("latin-1") + repr(error)
    assert cores_in(text) == set()


def test_every_exception_comes_back_from_a_task_as_it_was_raised(running: Farm) -> None:
    errors = [*all_errors()]

    futures = [running.client.submit(tasks.fail, error, pure=False) for error in errors]
    returned = [future.exception(timeout=30) for future in futures]

    for error, twin in zip(errors, returned, strict=True):
        assert type(twin) is type(error)
        assert str(twin) == str(error)
        assert state_of(twin) == state_of(error)


def test_the_key_is_in_nothing_that_dask_sends_logs_or_shows(
    running: Farm, platform: tuple[FakePlatform, str]
) -> None:
    # What shows the canary of one task would show the key, had the others given it away.
    canary = f"canary-{secret()}".replace("/", "-")
    with (
        KodexaClient() as client,
        KodexaClient(api_key=tasks.refused_key, base_url=platform[1]) as refused,
    ):
        futures: list[Any] = [
            running.client.submit(tasks.create, client, "ci", pure=False),
            running.client.submit(tasks.create, refused, "refused", pure=False),
            running.client.submit(tasks.give_away, canary, key=canary),
        ]
        errors = [future.exception(timeout=30) for future in futures]

    found: dict[str, set[str]] = {}
    for surface, text in running.surfaces():
        found.setdefault(surface, set()).update(cores_in(text))

    assert [type(error) for error in errors] == [type(None), AuthenticationError, RuntimeError]
    assert {surface: cores for surface, cores in found.items() if cores - {SECRET_CORE}} == {}
    assert {surface for surface, cores in found.items() if SECRET_CORE in cores} >= SHOW_TASKS


async def test_a_copy_that_an_engine_reads_and_drops_unused_does_not_warn(client: Any) -> None:
    data = pickle.dumps(client)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        pickle.loads(data)
        gc.collect()

    assert not [warning for warning in caught if "unclosed" in str(warning.message)]
