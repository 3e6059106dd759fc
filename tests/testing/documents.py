"""Fake platforms of documents that tests write."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import httpx
import yaml
from openapi_core import OpenAPI

import kodexa_client.testing._platform as platform_module
from kodexa_client.testing import FakePlatform
from kodexa_client.testing._document import Document

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

NOW = datetime(2030, 1, 2, 3, 4, 5, tzinfo=UTC)


class Documented:
    """A fake platform of a document, and an http client of it."""

    def __init__(
        self,
        monkeypatch: pytest.MonkeyPatch,
        folder: Path,
        paths: dict[str, Any],
        schemas: dict[str, Any] | None = None,
        version: str = "3.1.0",
    ) -> None:
        contents: dict[str, Any] = {
            "openapi": version,
            "info": {"title": "Crafted", "version": "1"},
            "paths": paths,
            "components": {"schemas": schemas or {}},
        }
        path = folder / "crafted.yaml"
        path.write_text(yaml.safe_dump(contents), encoding="utf-8")
        document = Document(OpenAPI.from_path(path))
        ids = (f"id-{number}" for number in itertools.count(1))
        with monkeypatch.context() as patched:
            patched.setattr(platform_module, "load_document", lambda: document)
            self.fake = FakePlatform(clock=lambda: NOW, ids=lambda: next(ids))
        self.http = httpx.Client(transport=self.fake.transport, base_url="https://kodexa.test")

    def __call__(self, method: str, path: str, **parts: Any) -> httpx.Response:
        return self.http.request(method, path, **parts)


def operation(
    answers: dict[str, Any], body: Any = None, operation_id: str | None = None
) -> dict[str, Any]:
    """Describe an operation: its answers, and the schema of its body of JSON."""
    found: dict[str, Any] = {"responses": answers}
    if operation_id is not None:
        found["operationId"] = operation_id
    if body is not None:
        found["requestBody"] = {"content": {"application/json": {"schema": body}}}
    return found


def answer(schema: Any = None, **further: Any) -> dict[str, Any]:
    """Describe an answer of JSON."""
    content = {} if schema is None else {"schema": schema}
    return {"description": "It", "content": {"application/json": {**content, **further}}}
