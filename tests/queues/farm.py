"""A dask cluster of two worker processes, and all that it sends, logs and shows."""

from __future__ import annotations

import contextlib
import gzip
import importlib
import os
import re
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import distributed
import httpx
import pytest
from bokeh.client import pull_session
from dask import config
from distributed.comm import tcp

from .logs import everything_logged, log_everything_for_good

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator
    from pathlib import Path

_SECONDS = 30
# These are typed in part.
_distributed: Any = distributed
_tcp: Any = tcp


@dataclass(frozen=True, kw_only=True)
class Farm:
    """A running cluster.

    Attributes:
        cluster: The scheduler is in this process, its two workers are processes.
        client: What hands tasks to it.
        sent: Every message's bytes that the client and the scheduler sent or received.
        folder: Holds all that was logged and printed.
    """

    cluster: Any
    client: Any
    sent: list[bytes]
    folder: Path

    def results(self, futures: list[Any]) -> list[Any]:
        """Return what tasks return, or raise what one of them raises, in time."""
        return [future.result(timeout=_SECONDS) for future in futures]

    def surfaces(self) -> Iterator[tuple[str, str]]:
        """Yield everything that may come to show a key, each with the name of its kind."""
        workers = self.client.scheduler_info(n_workers=-1)["workers"]
        yield "worker log", str(self.client.get_worker_logs())
        yield "nanny log", str(self.client.get_worker_logs(nanny=True))
        yield "scheduler log", str(self.client.get_scheduler_logs())
        for written in self.folder.glob("*.txt"):
            yield written.name, written.read_text("utf-8", "replace")
        dump = self.folder / "dump"
        self.client.dump_cluster_state(str(dump), write_from_scheduler=False)
        data = gzip.decompress(dump.with_suffix(".msgpack.gz").read_bytes())
        yield "dump", data.decode("latin-1")
        yield "identity", str(workers)
        base = self.cluster.dashboard_link.removesuffix("/status")
        keys = [str(key) for key in self.cluster.scheduler.tasks]
        yield from _pages(base, "scheduler", [*workers, *keys])
        yield from _documents(base)
        for worker in workers.values():
            port = worker["services"]["dashboard"]
            yield from _pages(f"http://127.0.0.1:{port}", "worker", [])
        # Last, since what comes before is sent as well.
        yield "messages", b"\n".join(self.sent).decode("latin-1")


def _pages(base: str, server: str, names: list[str]) -> Iterator[tuple[str, str]]:
    """Yield the pages of a dashboard, but for the frames that bokeh fills with its documents."""
    routes = [
        f"/{route.removeprefix('/')}"
        for module in config.get(f"distributed.{server}.http.routes")
        for route, *_ in importlib.import_module(module).routes
        # Files of dask's own, other servers' pages, and what talks to a websocket alone.
        if not re.search("statics|proxy|eventstream", route)
    ]
    with httpx.Client(trust_env=False, timeout=_SECONDS, follow_redirects=True) as browser:
        for route in routes:
            for name in names if "(.*)" in route else [""]:
                page = browser.get(base + route.replace("(.*)", quote(name, safe="")))
                yield f"{server} {route}", page.text


def _documents(base: str) -> Iterator[tuple[str, str]]:
    """Yield what those of the scheduler's pages load that show tasks, or their exceptions."""
    for route in ("/exceptions", "/individual-graph"):
        session = pull_session(url=base + route)
        try:
            yield f"document of {route}", str(session.document.to_json())
        finally:
            session.close()


@contextlib.contextmanager
def farm(folder: Path) -> Generator[Farm]:
    """Run a cluster, whose workers have the environment of now."""
    sent: list[bytes] = []
    settings = {
        "distributed.comm.timeouts.connect": _SECONDS,
        # What is sent can be read as it is.
        "distributed.comm.compression": False,
        # A page that was looked at is kept up to date no longer: together they keep it busy.
        "distributed.scheduler.dashboard.bokeh-application.unused_session_lifetime_milliseconds": 1,
    }
    with (
        pytest.MonkeyPatch.context() as patch,
        (folder / "scheduler.txt").open("w", encoding="utf-8") as log,
        everything_logged(log),
        config.set(settings),
        contextlib.ExitStack() as running,
    ):
        _listen(patch, sent)
        with _output_to(folder / "workers.txt"):
            cluster = running.enter_context(
                _distributed.LocalCluster(
                    n_workers=2,
                    threads_per_worker=1,
                    host="127.0.0.1",
                    dashboard_address="127.0.0.1:0",
                    worker_dashboard_address="127.0.0.1:0",
                    local_directory=str(folder / "scratch"),
                    death_timeout=_SECONDS,
                )
            )
        client = running.enter_context(_distributed.Client(cluster, timeout=_SECONDS))
        client.run(log_everything_for_good)
        yield Farm(cluster=cluster, client=client, sent=sent, folder=folder)


def _listen(patch: pytest.MonkeyPatch, sent: list[bytes]) -> None:
    """Keep what is sent and received, as it is on the wire."""
    to_frames, from_frames = _tcp.to_frames, _tcp.from_frames

    async def listening_to_frames(*arguments: Any, **options: Any) -> Any:
        frames = await to_frames(*arguments, **options)
        sent.extend(map(bytes, frames))
        return frames

    async def listening_from_frames(frames: Any, *arguments: Any, **options: Any) -> Any:
        sent.extend(map(bytes, frames))
        return await from_frames(frames, *arguments, **options)

    patch.setattr(tcp, "to_frames", listening_to_frames)
    patch.setattr(tcp, "from_frames", listening_from_frames)


@contextlib.contextmanager
def _output_to(path: Path) -> Generator[None]:
    """Have processes that are started meanwhile write to a file, for as long as they live."""
    sys.stdout.flush()
    sys.stderr.flush()
    kept = [os.dup(number) for number in (1, 2)]
    with path.open("wb") as file:
        for number in (1, 2):
            os.dup2(file.fileno(), number)
    try:
        yield
    finally:
        for number, copy in zip((1, 2), kept, strict=True):
            os.dup2(copy, number)
            os.close(copy)
