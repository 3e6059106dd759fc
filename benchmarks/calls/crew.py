"""The workers of a run: one for each client, started when it is needed, and anew if it is lost."""

from __future__ import annotations

import contextlib
import http.client
import json
from typing import TYPE_CHECKING, Any, Self

from .processes import Process

if TYPE_CHECKING:
    from .results import Figures

__all__ = ["Crew"]

START_SECONDS = 60.0
# What a worker may take for the rest: making a client, opening connections, counting.
REST_SECONDS = 30.0
SERVER_SECONDS = 10.0


class Crew:
    """The server, and the workers that call it."""

    def __init__(self, cores: tuple[int, int], folders: list[str]) -> None:
        """Start the server.

        Args:
            cores: The workers' core and the server's.
            folders: Where the workers find generated packages.
        """
        self._core = str(cores[0])
        self._folders = folders
        self._server = Process("server", str(cores[1]))
        self._workers: dict[str, Process] = {}
        started = self._server.answer(START_SECONDS)
        if started is None:
            raise RuntimeError("The server did not start.")
        self._port: int = started["port"]

    def __enter__(self) -> Self:
        """Return the crew."""
        return self

    def __exit__(self, *_: object) -> None:
        """End every process."""
        for process in [*self._workers.values(), self._server]:
            process.end()

    def reason_without(self, client: str) -> str | None:
        """Return why a client can't be measured, if it can't."""
        try:
            self._worker(client)
        except LookupError as reason:
            return str(reason)
        return None

    def dismiss(self, client: str) -> None:
        """End the worker of a client: the next task gets a new one."""
        worker = self._workers.pop(client, None)
        if worker:
            worker.end()

    def ask(self, client: str, task: dict[str, Any], within: float) -> Figures | None:
        """Have a task done, and return what came of it, or None if nothing did in time."""
        try:
            worker = self._worker(client)
        except LookupError:
            return None
        before = self._server_times()
        figures = worker.ask(task, within + REST_SECONDS)
        after = self._server_times()
        if figures is None or figures.get("unfinished"):
            self.dismiss(client)
        if figures is None:
            return None
        busy = (after["cpu"] - before["cpu"]) / (after["seconds"] - before["seconds"])
        return figures | {"server_busy": busy}

    def _worker(self, client: str) -> Process:
        if client not in self._workers:
            url = f"http://127.0.0.1:{self._port}"
            worker = Process("worker", client, url, self._core, *self._folders)
            self._workers[client] = worker
            started = worker.answer(START_SECONDS)
            if started is None or "unavailable" in started:
                self.dismiss(client)
                raise LookupError((started or {}).get("unavailable", "its worker did not start"))
        return self._workers[client]

    def _server_times(self) -> dict[str, float]:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=SERVER_SECONDS)
        with contextlib.closing(connection):
            connection.request("GET", "/")
            times: dict[str, float] = json.loads(connection.getresponse().read())
            return times
