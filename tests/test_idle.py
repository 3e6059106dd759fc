"""Idle connections: which are used again, and which are closed."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from kodexa_client.testing import FakePlatform

from .conftest import API_KEY
from .servers import serve
from .test_pools import CREATED, SPARE, close, get, idle_in, made, read, send, transport_class

__all__ = ["transport_class"]


def expire(connection: Any) -> None:
    connection.has_expired = lambda: True


async def test_a_connection_that_has_expired_is_not_used_again(transport_class: Any) -> None:
    with serve(CREATED, CREATED, SPARE) as server:
        transport = made(transport_class)
        await get(transport, server.url)
        (old,) = idle_in(transport)
        expire(old)

        await get(transport, server.url)

        (new,) = idle_in(transport)
        assert old is not new
        assert (old.is_closed(), new.is_idle(), server.connections) == (True, True, 2)
        await close(transport)


async def test_the_connection_that_was_used_longest_ago_is_closed_once_it_has_expired(
    transport_class: Any,
) -> None:
    with FakePlatform(api_keys=[API_KEY]).serve() as url:
        transport = made(transport_class)
        waiting = [await send(transport, httpx.Request("GET", url)) for _ in range(2)]
        for received in waiting:
            await read(received)
        oldest, newest = idle_in(transport)
        expire(oldest)

        await get(transport, url)

        assert idle_in(transport) == [newest]
        assert (oldest.is_closed(), newest.is_idle()) == (True, True)
        await close(transport)


@pytest.mark.parametrize("fault", [RuntimeError, KeyboardInterrupt])
async def test_where_no_connection_can_be_made_none_is_in_use(
    transport_class: Any, fault: type[BaseException], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> Any:
        raise fault

    transport = made(transport_class)
    monkeypatch.setattr(transport._connector, "connection", fail)

    with pytest.raises(fault):
        await get(transport, "http://127.0.0.1:1")

    assert idle_in(transport) == []
