"""What the workers are asked to do. They import it, so it imports little."""

from __future__ import annotations

import asyncio
import functools
import logging
import os

from kodexa_client import AsyncKodexaClient, KodexaClient


def create(client: AsyncKodexaClient | KodexaClient, name: str) -> int:
    """Create a token with a client of the task's own, and return the worker's process id."""
    if isinstance(client, AsyncKodexaClient):
        asyncio.run(_create(client, name))
    else:
        with client:
            client.access_tokens.create(name=name)
    return os.getpid()


async def _create(client: AsyncKodexaClient, name: str) -> None:
    async with client:
        await client.access_tokens.create(name=name)


@functools.cache
def client_of_the_worker() -> KodexaClient:
    """Return the client that all tasks of this process share."""
    return KodexaClient()


def create_with_the_workers_client(name: str) -> int:
    """Create a token over the connections that the worker keeps; return its process id."""
    client_of_the_worker().access_tokens.create(name=name)
    return os.getpid()


def close_the_workers_client() -> None:
    """Close what ``create_with_the_workers_client`` has opened, if it has."""
    if client_of_the_worker.cache_info().currsize:
        client_of_the_worker().close()
        client_of_the_worker.cache_clear()


def refused_key() -> str:
    """Provide a key that the platform does not know."""
    return os.environ["REFUSED_KEY"]


def fail(error: Exception) -> None:
    """Raise what is given."""
    raise error


def give_away(text: str) -> None:
    """Show a text in every way in which a task can do so."""
    # A logger whose last lines dask keeps.
    logging.getLogger("distributed.worker").warning("worker says %s", text)
    raise RuntimeError(text)
