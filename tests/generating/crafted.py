"""A package that is built of a crafted document, and calls to it that no server answers."""

from __future__ import annotations

import importlib
import inspect
import sys
from pathlib import Path
from typing import Any

import attrs
import httpx

from tools.building import Recipe, build

ROOT = Path(__file__).parents[2]
EMPTY = httpx.Response(204)


@attrs.frozen
class Crafted:
    """A package of a test's own.

    Attributes:
        folder: Where it is.
    """

    folder: Path

    @property
    def models(self) -> Any:
        return self.module("models")

    def module(self, name: str) -> Any:
        """Return one of its modules."""
        return importlib.import_module(f"{self.folder.name}.{name}")

    def modules(self) -> list[str]:
        """Return the names of the generated modules."""
        return sorted(
            ".".join(path.relative_to(self.folder).with_suffix("").parts)
            for name in ("api", "models")
            for path in (self.folder / name).rglob("*.py")
        )

    def read(self, model: str, source: Any) -> Any:
        """Read JSON as a model."""
        return getattr(self.models, model).from_dict(source)

    async def call(
        self, operation: str, *, is_async: bool, answer: httpx.Response = EMPTY, **arguments: Any
    ) -> tuple[httpx.Request, Any]:
        """Call an operation's function, and return the request and what became of the answer.

        Args:
            operation: Its tag and its name: ``styles.query_form``.
            is_async: Whether ``asyncio`` is called, or ``sync``.
            answer: What the server answers.
            arguments: The operation's.
        """
        module = self.module(f"api.{operation}")
        name = "asyncio" if is_async else "sync"
        return await self.exchange(
            lambda client: getattr(module, name)(client=client, **arguments),
            is_async=is_async,
            answer=answer,
        )

    async def exchange(
        self, use: Any, *, is_async: bool, answer: httpx.Response = EMPTY
    ) -> tuple[httpx.Request, Any]:
        """Use a client of either kind, and return its request and what it returns."""
        requests: list[httpx.Request] = []

        def handle(request: httpx.Request) -> httpx.Response:
            requests.append(request)
            return httpx.Response(
                answer.status_code, headers=answer.headers, content=answer.content
            )

        transport = httpx.MockTransport(handle)
        package = importlib.import_module(self.folder.name)
        kind = package.AsyncKodexaClient if is_async else package.KodexaClient
        http_client = (httpx.AsyncClient if is_async else httpx.Client)(transport=transport)
        client = kind(
            api_key="k",
            base_url="https://crafted.test",
            http_client=http_client,
            # Nothing waits for a second attempt.
            retry_policy=package.RetryPolicy(max_retries=0),
        )
        outcome = use(client)
        result = await outcome if inspect.isawaitable(outcome) else outcome
        return requests[0], result


def build_crafted(document: Path, folder: Path) -> Crafted:
    """Build a package of a document with our templates and our wrapper."""
    build(attrs.evolve(Recipe.of(ROOT), document=document), folder)
    sys.path.insert(0, str(folder.parent))
    try:
        importlib.import_module(folder.name)
    finally:
        sys.path.remove(str(folder.parent))
    return Crafted(folder)


def json_answer(content: bytes | str, status: int = 200) -> httpx.Response:
    """Return an answer in JSON."""
    return httpx.Response(status, headers={"content-type": "application/json"}, content=content)
