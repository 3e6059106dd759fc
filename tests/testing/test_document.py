"""How the fake platform judges by a document other than today's `openapi.yaml`."""

from pathlib import Path

import httpx
import pytest
from openapi_core import OpenAPI

import kodexa_client.testing._document as document_module
import kodexa_client.testing._platform as platform_module
from kodexa_client.testing import FakePlatform
from kodexa_client.testing._document import Document, load_document

TOMORROW = """
openapi: 3.1.0
info: {title: Tomorrow, version: 1.0.0}
servers: [{url: 'https://platform.kodexa.ai/base'}]
security: [{x-api-key: []}]
paths:
  /things/{id}:
    summary: A thing
    parameters:
      - {name: id, in: path, required: true, schema: {type: string, maxLength: 3}}
    get:
      operationId: getThing
      parameters:
        - {name: pageSize, in: query, schema: {type: integer, maximum: 100}}
        - {name: page, in: query, required: true, schema: {type: integer}}
      responses: &responses
        2XX: {description: Done}
        4XX: {description: Refused}
        5XX: {description: Failed}
    put:
      operationId: putThing
      requestBody:
        required: true
        content:
          application/json:
            schema:
              type: object
              required: [name, owner]
              properties:
                name: {type: string, minLength: 1}
                owner: {type: object, required: [id]}
          application/xml:
            schema: {type: object}
      responses: *responses
  /health:
    get:
      operationId: getHealth
      security: []
      responses: *responses
components:
  securitySchemes:
    x-api-key: {type: apiKey, in: header, name: x-api-key}
"""


@pytest.fixture
def tomorrow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakePlatform:
    path = tmp_path / "tomorrow.yaml"
    path.write_text(TOMORROW)
    document = Document(OpenAPI.from_path(path))
    monkeypatch.setattr(platform_module, "load_document", lambda: document)
    return FakePlatform()


@pytest.fixture
def http(tomorrow: FakePlatform) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(app=tomorrow),
        base_url="http://fake",
        headers={"x-api-key": "test-key"},
    )


async def test_operation_of_any_document_is_answered(
    tomorrow: FakePlatform, http: httpx.AsyncClient
) -> None:
    response = await http.get("/things/1?page=0")

    assert response.status_code == 204
    assert len(tomorrow.executions("getThing")) == 1


async def test_bad_parameters_are_named(http: httpx.AsyncClient) -> None:
    response = await http.get("/things/much-too-long?pageSize=101")

    assert response.status_code == 400
    assert response.json()["errors"] == {
        "id": "is missing or not valid in the path",
        "page": "is missing or not valid in the query",
        "pageSize": "is missing or not valid in the query",
    }


@pytest.mark.parametrize(
    ("body", "errors"),
    [
        ({}, {"name": "is required", "owner": "is required"}),
        ({"name": "ci"}, {"owner": "is required"}),
        (
            {"name": "", "owner": {}},
            {
                "name": "does not satisfy 'minLength' of the API's document",
                "owner.id": "is required",
            },
        ),
    ],
)
async def test_missing_fields_are_named(
    http: httpx.AsyncClient, body: object, errors: dict[str, str]
) -> None:
    response = await http.put("/things/1", json=body)

    assert response.status_code == 400
    assert response.json()["errors"] == errors


async def test_content_that_can_not_be_read_is_refused(http: httpx.AsyncClient) -> None:
    response = await http.put(
        "/things/1", content=b"<", headers={"content-type": "application/xml"}
    )

    assert response.status_code == 400
    assert response.json()["detail"] == (
        "This does not fit the API's document: RequestBodyValidationError."
    )


async def test_key_is_asked_for_where_the_document_does(http: httpx.AsyncClient) -> None:
    del http.headers["x-api-key"]

    assert (await http.get("/things/1?page=0")).status_code == 401
    assert (await http.get("/health")).status_code == 204


async def test_keys_of_a_path_that_are_not_methods_are_not_allowed_as_such(
    http: httpx.AsyncClient,
) -> None:
    response = await http.request("SUMMARY", "/things/1")

    assert response.status_code == 405
    assert response.headers["allow"] == "GET, PUT"


def test_document_is_read_once() -> None:
    assert load_document() is load_document()
    assert "createAccessToken" in load_document().operation_ids


def test_document_comes_from_the_package_or_else_from_the_checkout(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(document_module, "files", lambda _package: tmp_path)

    assert document_module._location() == Path(document_module.__file__).parents[2] / "openapi.yaml"

    (tmp_path / "openapi.yaml").touch()

    assert document_module._location() == tmp_path / "openapi.yaml"
