"""Prism, a server that knows nothing but openapi.yaml, for one run of the tests."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import time
from typing import TYPE_CHECKING

import pytest

from .cases import ROOT

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator
    from pathlib import Path

PRISM = ROOT / "tools/node/node_modules/.bin/prism"
# It takes one second where nothing else runs.
START_SECONDS = 60.0
END_SECONDS = 5.0
LOG = pytest.StashKey["Path"]()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
    return port


def wait_until_it_listens(server: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    pytest.fail(f"Prism does not listen:\n{log.read_text(encoding='utf-8')}", pytrace=False)


def end_group(leader: subprocess.Popen[bytes]) -> None:
    """End a process and those that it started, by force if they take too long."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(leader.pid, signal.SIGTERM)
    with contextlib.suppress(subprocess.TimeoutExpired):
        leader.wait(END_SECONDS)
    # Whoever of the group is still there: its leader may have ended first.
    with contextlib.suppress(ProcessLookupError):
        os.killpg(leader.pid, signal.SIGKILL)
    leader.wait(END_SECONDS)


@pytest.fixture(scope="session")
def prism(tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config) -> Iterator[str]:
    """Serve openapi.yaml, refuse every request that breaks it, and give the base URL."""
    log = tmp_path_factory.mktemp("prism") / "log"
    pytestconfig.stash[LOG] = log
    port = free_port()
    address = ["--host", "127.0.0.1", "--port", str(port)]
    with log.open("wb") as output:
        server = subprocess.Popen(
            [PRISM, "mock", "--errors", *address, ROOT / "openapi.yaml"],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            # The wheel's `node` starts the real one: the two are ended as a group.
            start_new_session=True,
        )
    try:
        wait_until_it_listens(server, port, log)
        yield f"http://127.0.0.1:{port}"
    finally:
        end_group(server)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show the end of Prism's log below a failure: it says what Prism objected to."""
    report = yield
    if report.failed and LOG in item.config.stash:
        lines = item.config.stash[LOG].read_text(encoding="utf-8").splitlines()
        report.sections.append(("Prism's log, the end", "\n".join(lines[-12:])))
    return report
