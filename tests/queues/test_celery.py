"""Clients in tasks of Celery: two workers in threads, and a broker in memory."""

from __future__ import annotations

import contextlib
import gc
import io
import logging
import threading
from collections import defaultdict
from typing import TYPE_CHECKING, Any

import pytest
from celery import Celery, signals  # type: ignore[import-untyped]
from celery.backends import cache  # type: ignore[import-untyped]
from celery.contrib.testing.worker import start_worker  # type: ignore[import-untyped]
from kombu.transport import memory

from kodexa_client import AuthenticationError, KodexaClient
from kodexa_client.testing import FakePlatform
from tests.conftest import close
from tests.leaks.hunt import KEY_CORE, SECRET_CORE, cores_in, password, secret

from . import example, tasks
from .logs import everything_logged

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Generator

KEY = f"{KEY_CORE}-{KEY_CORE}"
_SECONDS = 30
# These are not typed.
_kept: Any = cache._DUMMY_CLIENT_CACHE
_memory: Any = memory
_start_worker: Any = start_worker

# Celery reads a task's arguments before the task does, and lets go of them.


class Queue:
    """An app with its tasks, and all that it sends, keeps and logs."""

    def __init__(self) -> None:
        self.messages: dict[str, list[str]] = defaultdict(list)
        self.log = io.StringIO()
        self.app: Any = Celery("tokens", broker="memory://", backend="cache+memory://")
        self.app.conf.update(
            accept_content=["json", "pickle"],
            result_serializer="pickle",
            task_serializer="pickle",
            task_send_sent_event=True,
            task_track_started=True,
            # A worker that is busy leaves the next task to the other.
            worker_prefetch_multiplier=1,
            worker_enable_remote_control=False,
            worker_redirect_stdouts=False,
            worker_send_task_events=True,
        )
        together = threading.Barrier(2)

        def create(client: Any, name: str, *, meet: bool) -> int:
            # Both workers take part, since one of them would wait for ever.
            if meet:
                together.wait(_SECONDS)
            tasks.create(client, name)
            return threading.get_ident()

        self.create: Any = self.app.task(create)
        self.give_away: Any = self.app.task(tasks.give_away)
        # The documentation's app would need workers of its own.
        self.of_page = example("from celery import")
        self.page_task: Any = self.app.task(self.of_page["create"].run, name="page_task")

    def shown(self) -> dict[str, str]:
        """Return everything that may come to show a key, by its name."""
        results = [*_kept.values()]
        return {
            **{exchange: "\n".join(texts) for exchange, texts in self.messages.items()},
            "results": "\n".join(_text(result) for result in results),
            "log": self.log.getvalue(),
        }

    def listen(self, patch: pytest.MonkeyPatch) -> None:
        """Keep each message as it is published, with the headers."""
        publish = _memory.Channel.basic_publish

        def listening(
            channel: Any, message: Any, exchange: str, routing_key: str, **options: Any
        ) -> Any:
            text = f"{routing_key} {message!r} {_text(message['body'])}"
            self.messages[exchange or "tasks"].append(text)
            return publish(channel, message, exchange, routing_key, **options)

        patch.setattr(memory.Channel, "basic_publish", listening)

    def hurry(self, patch: pytest.MonkeyPatch) -> None:
        """Have workers look more often than every two seconds whether they are to end."""
        drain = _memory.Transport.drain_events

        def hurrying(transport: Any, connection: Any, timeout: float) -> Any:
            return drain(transport, connection, min(timeout, 0.1))

        patch.setattr(memory.Transport, "drain_events", hurrying)


def _text(value: Any) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)


def _no_handlers(**_: Any) -> None:
    """Stand in for Celery's own set-up of logging, which would stay."""


@pytest.fixture
def platform(monkeypatch: pytest.MonkeyPatch) -> Generator[FakePlatform]:
    fake = FakePlatform(api_keys=[KEY])
    with fake.serve() as base_url:
        monkeypatch.setenv("KODEXA_API_KEY", KEY)
        monkeypatch.setenv("KODEXA_URL", base_url)
        monkeypatch.setenv("REFUSED_KEY", password())
        yield fake


@pytest.fixture
def queue(
    platform: FakePlatform, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> Generator[Queue]:
    del platform
    queue = Queue()
    queue.listen(monkeypatch)
    queue.hurry(monkeypatch)
    signals.setup_logging.connect(_no_handlers)
    try:
        with everything_logged(queue.log), contextlib.ExitStack() as running:
            for name in ("one@queue", "two@queue"):
                running.enter_context(
                    _start_worker(
                        queue.app,
                        hostname=name,
                        loglevel=logging.DEBUG,
                        perform_ping_check=False,
                        shutdown_timeout=_SECONDS,
                    )
                )
            yield queue
    finally:
        signals.setup_logging.disconnect(_no_handlers)
        _kept.clear()
        queue.app.close()
    # pytest's records hold clients. They go while the warnings of them are still ignored.
    caplog.get_records("call").clear()
    caplog.clear()
    gc.collect()


@pytest.fixture
async def client(client_class: Any, queue: Queue) -> AsyncGenerator[Any]:
    del queue
    made = client_class()
    yield made
    await close(made)


async def test_two_workers_create_each_token_once_with_the_clients_they_are_handed(
    client: Any, queue: Queue, platform: FakePlatform
) -> None:
    names = [f"token-{number}" for number in range(200)]

    results = [queue.create.delay(client, name, meet=name in names[:2]) for name in names]
    workers = [result.get(timeout=_SECONDS) for result in results]

    assert sorted(str(token["name"]) for token in platform.created_tokens) == sorted(names)
    assert len(platform.executions("createAccessToken")) == 200
    # A worker's tasks run in its own thread.
    assert len({*workers}) == 2
    assert not {name for name, text in queue.shown().items() if cores_in(text)}


def test_the_key_is_in_nothing_that_celery_sends_keeps_or_logs(
    queue: Queue, platform: FakePlatform
) -> None:
    with (
        KodexaClient() as client,
        KodexaClient(api_key=tasks.refused_key, base_url=str(client.base_url)) as refused,
    ):
        created = queue.create.delay(client, "ci", meet=False)
        failed = queue.create.delay(refused, "refused", meet=False)
        created.get(timeout=_SECONDS)
        with pytest.raises(AuthenticationError, match="answered 401") as caught:
            failed.get(timeout=_SECONDS)

    assert caught.value.status_code == 401
    assert caught.value.problem is not None
    assert caught.value.problem.title == "Unauthorized"
    assert [attempt.status_code for attempt in caught.value.attempts] == [401, 401]
    assert [token["name"] for token in platform.created_tokens] == ["ci"]
    shown = queue.shown()
    assert "'argsrepr': \"(KodexaClient(" in shown["tasks"]
    assert {name for name, text in shown.items() if cores_in(text)} == set()

    # What shows the canary of this task would have shown the key.
    given_away = queue.give_away.delay(secret())
    with pytest.raises(RuntimeError):
        given_away.get(timeout=_SECONDS)

    found = {name for name, text in queue.shown().items() if cores_in(text) == {SECRET_CORE}}
    assert found == {"tasks", "celeryev", "results", "log"}


def test_the_task_of_the_documentation_creates_with_the_client_of_its_worker(
    platform: FakePlatform, queue: Queue
) -> None:
    results = [queue.page_task.delay(name) for name in ("a", "b", "c")]
    ids = [result.get(timeout=_SECONDS) for result in results]

    assert sorted(ids) == sorted(str(token["id"]) for token in platform.created_tokens)
    queue.of_page["kodexa"]().close()
