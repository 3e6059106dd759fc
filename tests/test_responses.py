"""A 2xx that is not what the document promises is an exception that says so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pytest

from kodexa_client import OutcomeUnknownError, ResponseValidationError
from kodexa_client._operations import Effect, Operation
from kodexa_client._responses import describe_mismatch

from .conftest import settle

if TYPE_CHECKING:
    from pytest_httpx import HTTPXMock

    from .conftest import EitherClient

PROBLEMS = {
    "empty": (b"", "it is empty"),
    "html": (b"<html>canary</html>", "it is not JSON (line 1, column 1; its Content-Type is"),
    "truncated": (b'{"name": "canary', "it is not JSON (line 1, column 10;"),
    "array": (b'["canary"]', "expected a JSON object for AccessToken, got a JSON array"),
    "string": (b'"canary"', "expected a JSON object for AccessToken, got a JSON string"),
    "null": (b"null", "expected a JSON object for AccessToken, got null"),
    "inside": (b'{"user": "canary"}', "expected a JSON object for user, got a JSON string"),
    "date": (b'{"createdOn": "canary"}', "expected an RFC 3339 date-time, got another string"),
    "latin-1": (b'{"name": "canary\xe9"}', "it is not UTF-8 (at byte 16)"),
    "deep": (b'{"a":' * 100_000, "it is nested too deeply"),
    "nan": (b'{"a": NaN}', "a value in it can't be read (ValueError)"),
    "digits": (b'{"a": ' + b"9" * 5_000 + b"}", "a value in it can't be read (ValueError)"),
}


@pytest.mark.parametrize(("body", "problem"), PROBLEMS.values(), ids=PROBLEMS)
async def test_what_came_instead_is_said_and_not_quoted(
    either: EitherClient, httpx_mock: HTTPXMock, body: Any, problem: Any
) -> None:
    httpx_mock.add_response(
        status_code=201, content=body, headers={"x-request-id": "r1", "content-type": "text/x"}
    )

    with pytest.raises(ResponseValidationError) as caught:
        await either.create(name="ci")

    error = caught.value
    assert f"what the API's document does not promise: {problem}" in str(error)
    assert "The request was carried out" in str(error)
    assert "canary" not in str(error)
    assert isinstance(error, OutcomeUnknownError)
    assert (error.name, error.executed) == ("ci", True)
    assert (error.status_code, error.body, error.request_id) == (201, body, "r1")
    assert (error.method, error.url) == ("POST", "https://kodexa.test/api/access-tokens")
    assert error.headers["content-type"] == "text/x"
    assert (error.__cause__, error.__context__) == (None, None)


NOT_OURS = {
    "neither": ({"name": "ci"}, "it has no id and no uuid"),
    "empty": ({"id": "", "uuid": ""}, "it has no id and no uuid"),
    "another": (
        {"id": "1", "name": "canary"},
        "its name is not the one that was asked for, so it answers another request",
    ),
}


@pytest.mark.parametrize(("answer", "problem"), NOT_OURS.values(), ids=NOT_OURS)
async def test_an_answer_without_our_credential_is_a_lost_answer(
    either: EitherClient, httpx_mock: HTTPXMock, answer: Any, problem: Any
) -> None:
    httpx_mock.add_response(status_code=201, json=answer)

    with pytest.raises(ResponseValidationError) as caught:
        await either.create(name="ci")

    error = caught.value
    assert isinstance(error, OutcomeUnknownError)
    assert f"does not promise: {problem}. The request was carried out" in str(error)
    assert "canary" not in str(error)
    assert error.executed is True
    assert len(httpx_mock.get_requests()) == 1


@pytest.mark.parametrize("answer", [{"id": "1"}, {"uuid": "1"}, {"id": "1", "name": "ci"}])
async def test_an_answer_is_known_by_its_id_or_its_uuid(
    either: EitherClient, httpx_mock: HTTPXMock, answer: Any
) -> None:
    httpx_mock.add_response(status_code=201, json=answer)

    token = await either.create(name="ci")

    assert token.to_dict() == answer


async def test_a_required_property_that_is_missing_is_named(
    either: EitherClient, httpx_mock: HTTPXMock
) -> None:
    def parse(response: httpx.Response) -> Any:
        return response.json()["id"]

    httpx_mock.add_response(json={}, is_reusable=True)
    operation = Operation(id="getX", effect=Effect.SAFE)

    with pytest.raises(ResponseValidationError, match=r"a required property is missing \('id'\)"):
        await settle(either.client.call(operation, parse, method="GET", path="/x"))

    assert len(httpx_mock.get_requests()) == 3


def test_a_content_type_cannot_drive_a_terminal() -> None:
    response = httpx.Response(200, headers={"content-type": "\x1b[31m"}, content=b"<")

    with pytest.raises(ValueError, match="Expecting value") as caught:
        response.json()

    assert "Content-Type is \\x1b[31m)" in describe_mismatch(caught.value, response)


async def test_a_byte_order_mark_is_passed_over(
    either: EitherClient, httpx_mock: HTTPXMock
) -> None:
    httpx_mock.add_response(content=b'\xef\xbb\xbf{"id": "1"}')

    assert (await either.create()).id == "1"
