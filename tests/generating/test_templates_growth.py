"""A new operation in our document is a new method, and a removed one leaves nothing behind."""

from __future__ import annotations

import datetime
import inspect
import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_type_hints

import httpx
import pytest
from ruamel.yaml import YAML

from tools.generate import main
from tools.trial import PYRIGHT, mypy_errors, pyright_errors

from .conftest import ROOT, Project
from .crafted import Crafted, build_crafted, json_answer

if TYPE_CHECKING:
    from collections.abc import Iterator

ID = "0c1f"
TOKEN = {"id": ID, "name": "ci", "createdOn": "2024-02-29T10:00:00Z"}


def grow(document: dict[str, Any]) -> None:
    """Add the operations that read one access token and a page of them."""
    token = {"$ref": "#/components/schemas/AccessToken"}
    document["paths"]["/api/access-tokens"]["get"] = {
        "operationId": "listAccessTokens",
        "tags": ["access-tokens"],
        "summary": "List access tokens.",
        "parameters": [
            {
                "name": "page",
                "in": "query",
                "description": "Which page, from 1.",
                "schema": {"type": "integer", "default": 1},
            },
            {"name": "pageSize", "in": "query", "schema": {"type": "integer"}},
        ],
        "responses": {"200": answer({"$ref": "#/components/schemas/PageAccessToken"})},
    }
    document["paths"]["/api/access-tokens/{id}"] = {
        "get": {
            "operationId": "getAccessToken",
            "tags": ["access-tokens"],
            "summary": "Get an access token.",
            "parameters": [
                {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}
            ],
            "responses": {"200": answer(token)},
        }
    }
    document["components"]["schemas"]["PageAccessToken"] = {
        "type": "object",
        "properties": {
            "content": {"type": "array", "items": token},
            "totalElements": {"type": "integer"},
        },
    }


def answer(schema: dict[str, Any]) -> dict[str, Any]:
    return {"description": "", "content": {"application/json": {"schema": schema}}}


@pytest.fixture(scope="module")
def grown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crafted]:
    document = YAML(typ="safe", pure=True).load(ROOT / "openapi.yaml")
    grow(document)
    path = tmp_path_factory.mktemp("document") / "openapi.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    with tempfile.TemporaryDirectory(prefix=".trial-", dir=ROOT) as folder:
        yield build_crafted(path, Path(folder) / "grown")


@pytest.mark.parametrize("is_async", [True, False], ids=["async", "sync"])
async def test_a_token_is_got_by_its_id(grown: Crafted, *, is_async: bool) -> None:
    request, token = await grown.exchange(
        lambda client: client.access_tokens.get(ID),
        is_async=is_async,
        answer=json_answer(json.dumps(TOKEN)),
    )

    assert (request.method, request.url.path) == ("GET", f"/api/access-tokens/{ID}")
    assert token.created_on == datetime.datetime(2024, 2, 29, 10, tzinfo=datetime.UTC)
    assert token.to_dict() == TOKEN


@pytest.mark.parametrize("is_async", [True, False], ids=["async", "sync"])
async def test_a_page_of_tokens_is_listed(grown: Crafted, *, is_async: bool) -> None:
    page = {"content": [TOKEN], "totalElements": 1}

    request, listed = await grown.exchange(
        lambda client: client.access_tokens.list(page=2, page_size=50),
        is_async=is_async,
        answer=json_answer(json.dumps(page)),
    )

    assert request.url.raw_path == b"/api/access-tokens?page=2&pageSize=50"
    assert listed.content == [grown.read("AccessToken", TOKEN)]
    assert listed.to_dict() == page


@pytest.mark.parametrize("is_async", [True, False], ids=["async", "sync"])
async def test_an_unknown_id_is_one_exception(grown: Crafted, *, is_async: bool) -> None:
    errors = grown.module("errors")

    with pytest.raises(errors.NotFoundError):
        await grown.exchange(
            lambda client: client.access_tokens.get(ID),
            is_async=is_async,
            answer=httpx.Response(404),
        )


@pytest.mark.parametrize("name", ["AccessTokens", "AsyncAccessTokens"])
def test_the_new_methods_are_documented_and_typed(grown: Crafted, name: str) -> None:
    resource = getattr(grown.module("api.access_tokens"), name)

    documented = inspect.getdoc(resource.list) or ""
    types = get_type_hints(resource.list)

    assert documented.startswith("List access tokens.\n")
    assert "page: Which page, from 1. Default: 1." in documented
    assert (inspect.getdoc(resource.get) or "").startswith("Get an access token.\n")
    assert types["return"] is grown.models.PageAccessToken
    assert types["page_size"] == int | grown.module("types").Unset


CONTRACT = """\
from typing import assert_type

from grown import AsyncKodexaClient, KodexaClient, Response
from grown.models import AccessToken, PageAccessToken


async def asynchronous(client: AsyncKodexaClient) -> None:
    assert_type(await client.access_tokens.get("id"), AccessToken)
    assert_type(await client.access_tokens.list(page=1, page_size=2), PageAccessToken)
    assert_type(await client.access_tokens.get_detailed("id"), Response[AccessToken])


def synchronous(client: KodexaClient) -> None:
    assert_type(client.access_tokens.get("id"), AccessToken)
    assert_type(client.access_tokens.list(page=1, page_size=2), PageAccessToken)
    assert_type(client.access_tokens.list_detailed(), Response[PageAccessToken])
"""


def test_type_checkers_know_the_new_methods(grown: Crafted) -> None:
    contract = grown.folder.with_name("contract")
    contract.mkdir()
    (contract / "__init__.py").write_text(CONTRACT, encoding="utf-8")

    assert mypy_errors(grown.folder.parent, ["grown", "contract"]) == {}
    if (ROOT / PYRIGHT).exists():
        assert pyright_errors(grown.folder.parent, ["contract"]) == {}


def test_removed_operations_leave_no_file_behind(project: Project) -> None:
    before = project.files()
    source = project.document_path.read_bytes()
    document = project.read()
    grow(document)
    project.write(document)

    assert main([], root=project.root) == 0
    added = project.files().keys() - before.keys()
    project.document_path.write_bytes(source)
    assert main([], root=project.root) == 0

    assert added == {
        "api/access_tokens/get_access_token.py",
        "api/access_tokens/list_access_tokens.py",
        "models/page_access_token.py",
    }
    assert project.files() == before
