"""An ASGI application on a real socket, in a thread that starts and stops in time."""

import asyncio
import socket
import threading
from collections.abc import Generator
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from ._endpoint import CLOSE

_START_SECONDS = 10.0
# The requests under way get the first, then uvicorn cancels them and ends within the second.
_GRACE_SECONDS = 2
_STOP_SECONDS = 10.0


class _Server(uvicorn.Server):
    """Says when it accepts connections, so that nobody has to ask again and again."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.settled = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        self.settled.set()

    def run(self, sockets: list[socket.socket] | None = None) -> None:
        try:
            super().run(sockets=sockets)
        finally:
            # Also when it failed before it started.
            self.settled.set()


@contextmanager
def running(app: ASGIApp) -> Generator[str]:
    """Serve an application on a free port of 127.0.0.1 while the context lasts.

    Args:
        app: The application.

    Yields:
        The origin: scheme, host and port.

    Raises:
        RuntimeError: The server did not start or stop in time.
    """
    connections: dict[object, asyncio.BaseTransport] = {}

    class Protocol(H11Protocol):
        """Remembers the connections, so that the application can close the one of a request."""

        # Named as uvicorn names it.
        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            connections[transport.get_extra_info("peername")] = transport
            super().connection_made(transport)

        def connection_lost(self, exc: Exception | None) -> None:
            connections.pop(self.transport.get_extra_info("peername"), None)
            super().connection_lost(exc)

    async def closing_app(scope: Scope, receive: Receive, send: Send) -> None:
        close = connections[scope["client"]].close
        extensions = {**scope.get("extensions", {}), CLOSE: close}
        await app({**scope, "extensions": extensions}, receive, send)

    # Bound here and handed over, so that nobody else can get the port in between.
    listener = socket.create_server(("127.0.0.1", 0))
    port: int = listener.getsockname()[1]
    server = _Server(
        uvicorn.Config(
            closing_app,
            # Fixed: what else is installed must not change how the fake behaves.
            loop="asyncio",
            http=Protocol,
            ws="none",
            lifespan="off",
            # A library sets up no logging.
            log_config=None,
            timeout_graceful_shutdown=_GRACE_SECONDS,
        )
    )
    thread = threading.Thread(
        target=server.run,
        kwargs={"sockets": [listener]},
        name=f"fake-platform-{port}",
        daemon=True,
    )
    thread.start()
    try:
        server.settled.wait(_START_SECONDS)
        if not server.started:
            raise RuntimeError("the fake platform did not start")
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(_STOP_SECONDS)
        if thread.is_alive():
            # The thread still uses the socket, and closes it when it ends.
            raise RuntimeError(f"the fake platform did not stop within {_STOP_SECONDS} seconds")
        listener.close()
