"""HTTP/2, by an http client that speaks it."""

from __future__ import annotations

import asyncio
import socket
import ssl
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import httpx
import hypercorn.asyncio
import hypercorn.config
import pytest
import trustme

from kodexa_client.testing import FakePlatform

from .conftest import API_KEY, EitherClient, settle

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path


@pytest.fixture
def authority() -> trustme.CA:
    return trustme.CA()


@contextmanager
def serving(platform: FakePlatform, certificate: trustme.LeafCert, folder: Path) -> Generator[str]:
    """Serve over TLS in a thread, by a server that offers HTTP/2."""
    certificate.private_key_and_cert_chain_pem.write_to_path(str(folder / "server.pem"))
    config = hypercorn.config.Config()
    listener = socket.create_server(("127.0.0.1", 0))
    config.bind = [f"fd://{listener.fileno()}"]
    config.certfile = config.keyfile = str(folder / "server.pem")
    config.errorlog = config.accesslog = None
    loop, is_over = asyncio.new_event_loop(), asyncio.Event()
    application: Any = platform
    serve = hypercorn.asyncio.serve(application, config, shutdown_trigger=is_over.wait)
    thread = threading.Thread(target=loop.run_until_complete, args=[serve])
    thread.start()
    try:
        yield f"https://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        loop.call_soon_threadsafe(is_over.set)
        thread.join()
        loop.close()
        listener.detach()


@pytest.mark.needs_asyncio(reason="its server runs on asyncio")
async def test_calls_go_over_http_2_with_a_client_that_speaks_it(
    client_class: Any, http_client_class: Any, authority: trustme.CA, tmp_path: Path
) -> None:
    context = ssl.create_default_context()
    authority.configure_trust(context)
    versions: list[str] = []

    def keep(response: httpx.Response) -> None:
        versions.append(response.http_version)

    async def keep_soon(response: httpx.Response) -> None:
        keep(response)

    is_async = http_client_class is httpx.AsyncClient
    platform = FakePlatform(api_keys=[API_KEY])
    with serving(platform, authority.issue_cert("127.0.0.1"), tmp_path) as url:
        http_client = http_client_class(
            http2=True, verify=context, event_hooks={"response": [keep_soon if is_async else keep]}
        )
        client = client_class(api_key=API_KEY, base_url=url, http_client=http_client)
        names = [f"token {number}" for number in range(10)]
        calls = [EitherClient(client).create(name=name) for name in names]

        tokens = await asyncio.gather(*calls)

        await settle(http_client.aclose() if is_async else http_client.close())
    assert [token.name for token in tokens] == names
    assert versions == ["HTTP/2"] * 10
