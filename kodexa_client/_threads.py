"""Calls a function in a thread of its own, for tasks that must not wait for it themselves."""

from __future__ import annotations

import asyncio
import contextvars
import os
import threading
from concurrent.futures import Future
from contextlib import suppress
from typing import TYPE_CHECKING

import anyio

from ._hidden import Hidden

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["OneThread"]


class OneThread:
    """At most one thread, however many tasks give up waiting for it.

    A function that hangs can't be ended. anyio's threads would be one more for each task
    that stops waiting, and hold up the end of the program.
    """

    def __init__(self, function: Hidden[Callable[[], object]]) -> None:
        """Start no thread yet.

        Args:
            function: What is called. It stays hidden, since a frame shows what it calls, and
                a partial what it holds.
        """
        self._function = function
        self._running: tuple[int, Future[Hidden[object]]] | None = None

    async def call(self) -> object:
        """Return what the function returns, or what it returns that is still running.

        Raises:
            BaseException: The function raised it.
        """
        if self._running is None or self._running[0] != os.getpid() or self._running[1].done():
            self._running = (os.getpid(), _start(self._function))
        _, future = self._running
        done = anyio.Event()
        wake = _waker()

        def tell(_: object) -> None:
            # The event loop may be gone by now.
            with suppress(RuntimeError):
                wake(done.set)

        future.add_done_callback(tell)
        await done.wait()
        return future.result().reveal()


def _start(function: Hidden[Callable[[], object]]) -> Future[Hidden[object]]:
    future: Future[Hidden[object]] = Future()

    def run() -> None:
        try:
            result = Hidden(function.reveal()())
        except BaseException as error:  # noqa: BLE001 - it is raised where it is waited for
            future.set_exception(error)
        else:
            future.set_result(result)

    context = contextvars.copy_context()
    # No event loop runs in there: the function may run one of its own. Not all versions of
    # anyio and trio come with sniffio.
    with suppress(ImportError):
        import sniffio  # noqa: PLC0415

        context.run(sniffio.current_async_library_cvar.set, None)
    threading.Thread(
        target=context.run, args=(run,), name="kodexa_client key provider", daemon=True
    ).start()
    return future


def _waker() -> Callable[[Callable[[], object]], object]:
    try:
        return asyncio.get_running_loop().call_soon_threadsafe
    except RuntimeError:
        # Imported here, since it is not installed where it does not run.
        import trio  # noqa: PLC0415

        return trio.lowlevel.current_trio_token().run_sync_soon
