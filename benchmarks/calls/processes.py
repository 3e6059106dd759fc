"""Processes that are asked and answer in JSON, a line each, and that always come to an end."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Generator

__all__ = ["ROOT", "Process", "running", "settings_free_environment"]

ROOT = Path(__file__).parents[2]
END_SECONDS = 3.0

# What a process was asked for, or what it answered.
Message = dict[str, Any]


def settings_free_environment() -> dict[str, str]:
    """Return the environment without what would tell a client: proxies, keys, URLs."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("KODEXA_", "OPENAI_")) and not name.lower().endswith("_proxy")
    }


class Process:
    """A module of this package that runs as a program of its own."""

    def __init__(self, module: str, *arguments: str) -> None:
        """Start it."""
        self._process = subprocess.Popen(  # noqa: S603 - this Python, and a module of this package
            [sys.executable, "-m", f"{__package__}.{module}", *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=ROOT,
            env=settings_free_environment(),
            text=True,
        )
        # A pipe can't be read with a time limit on every system; a queue can.
        self._lines: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        if self._process.stdout:
            for line in self._process.stdout:
                self._lines.put(line)
        # What is no JSON says that nothing more will come.
        self._lines.put("")

    def answer(self, within: float) -> Message | None:
        """Return its next answer, or None if it has ended or does not answer in time."""
        try:
            line = self._lines.get(timeout=within)
        except queue.Empty:
            return None
        message: Message | None = json.loads(line) if line else None
        return message

    def ask(self, message: Message, within: float) -> Message | None:
        """Send a message, and return the answer as ``answer`` does."""
        try:
            if self._process.stdin:
                self._process.stdin.write(f"{json.dumps(message)}\n")
                self._process.stdin.flush()
        except OSError:
            return None
        return self.answer(within)

    def end(self) -> None:
        """Let it end, or else end it."""
        if self._process.stdin:
            with contextlib.suppress(OSError):
                self._process.stdin.close()
        try:
            self._process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._reader.join()
        if self._process.stdout:
            self._process.stdout.close()


@contextlib.contextmanager
def running(module: str, *arguments: str) -> Generator[Process, None, None]:
    """Start a process, and end it with the block."""
    process = Process(module, *arguments)
    try:
        yield process
    finally:
        process.end()
