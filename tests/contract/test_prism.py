"""The SDK against Prism: every documented request with every documented answer."""

from __future__ import annotations

import datetime
import json
from typing import TYPE_CHECKING, Any, TypeAlias

import attrs
import httpx
import pytest

from kodexa_client import AsyncKodexaClient, KodexaClient, RetryPolicy, errors, models
from kodexa_client.types import Response

from .cases import Case, Document, statuses

if TYPE_CHECKING:
    from collections.abc import Mapping

CASES = Document().cases()
ERRORS = {
    400: errors.BadRequestError,
    401: errors.AuthenticationError,
    403: errors.PermissionDeniedError,
    404: errors.NotFoundError,
    409: errors.ConflictError,
    422: errors.UnprocessableEntityError,
    429: errors.RateLimitError,
}
# Where the platform may have created a token, whatever it says (docs/outcomes.md).
UNCLEAR = {408, *range(500, 600)} - {501, 505}
# They come without all of what was created (RFC 9110 15.3).
WITHOUT_RESULT = {202, 206}
# Every answer is what is asked of Prism, so it would be the same again.
SETTINGS: dict[str, Any] = {"api_key": "k", "retry_policy": RetryPolicy(max_retries=0)}

Answer: TypeAlias = Response[Any] | errors.APIStatusError | errors.ResponseValidationError


def objections(headers: Mapping[str, str], content: bytes) -> list[str]:
    """Return what Prism itself says against a request, instead of the document's answer.

    It takes the document's own 401, 415 or 422 for a request that breaks the document,
    and tells that only in a header. What it can't serve at all is a problem of its own.
    """
    found = [headers["sl-violations"]] if "sl-violations" in headers else []
    if b"https://stoplight.io/prism/errors#" in content:
        found.append(content.decode())
    return found


def instants(value: Any) -> Any:
    """Replace each date-time by its instant: `Z` and `+00:00` mean the same."""
    match value:
        case dict():
            return {name: instants(member) for name, member in value.items()}
        case list():
            return [instants(member) for member in value]
        case str() if "T" in value:
            try:
                return datetime.datetime.fromisoformat(value)
            except ValueError:
                return value
        case _:
            return value


def same_json(model: Any, content: bytes) -> bool:
    return bool(instants(model) == instants(json.loads(content)))


def assert_documented(case: Case, answer: Answer) -> None:
    content = answer.content if isinstance(answer, Response) else answer.body
    assert objections(answer.headers, content) == []
    assert answer.status_code == case.status
    if case.media_type is not None:
        assert answer.headers["content-type"] == case.media_type
    if case.expected is not None:
        assert json.loads(content) == case.expected
    if isinstance(answer, Response):
        assert case.status not in WITHOUT_RESULT
        assert same_json(answer.parsed.to_dict(), content)
        return
    if isinstance(answer, errors.ResponseValidationError):
        assert case.status in WITHOUT_RESULT
        assert isinstance(answer, errors.OutcomeUnknownError)
        assert answer.executed is True
        return
    server_error = errors.InternalServerError if case.status >= 500 else errors.APIStatusError
    kind = ERRORS.get(case.status, server_error)
    assert type(answer) is (
        errors.OutcomeUnknownError.beside(kind) if case.status in UNCLEAR else kind
    )
    assert answer.problem is not None
    members = attrs.asdict(answer.problem)
    assert {name: value for name, value in members.items() if value} == {
        # Prism makes up a status of 0.
        name: value
        for name, value in json.loads(content).items()
        if value
    }


def call(client: Any, case: Case) -> Any:
    """Call the operation's method, which returns an answer or, of the async client, a coroutine."""
    arguments = {}
    if case.body_model is not None:
        arguments["body"] = getattr(models, case.body_model).from_dict(case.body)
    return getattr(getattr(client, case.resource), f"{case.method}_detailed")(**arguments)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_sync_client_gets_what_is_documented(prism: str, case: Case) -> None:
    answer: Answer
    with KodexaClient(base_url=prism, default_headers=case.headers, **SETTINGS) as client:
        try:
            answer = call(client, case)
        except (errors.APIStatusError, errors.ResponseValidationError) as error:
            answer = error

    assert_documented(case, answer)


@pytest.mark.parametrize("case", CASES, ids=str)
async def test_async_client_gets_what_is_documented(prism: str, case: Case) -> None:
    answer: Answer
    async with AsyncKodexaClient(
        base_url=prism, default_headers=case.headers, **SETTINGS
    ) as client:
        try:
            answer = await call(client, case)
        except (errors.APIStatusError, errors.ResponseValidationError) as error:
            answer = error

    assert_documented(case, answer)


@pytest.mark.parametrize(
    ("path", "changes"),
    [
        pytest.param("/api/access-tokens", {"json": {"name": 5}}, id="wrong-type"),
        pytest.param("/api/access-tokens", {"json": {"expiresAt": "soon"}}, id="no-date-time"),
        pytest.param("/api/access-tokens", {"headers": {}}, id="no-key"),
        pytest.param("/api/access-tokens", {"json": None}, id="no-body"),
        pytest.param("/api/access-tokens", {"json": None, "content": b"x"}, id="no-json"),
        pytest.param("/api/nowhere", {}, id="no-path"),
        pytest.param(
            "/api/access-tokens",
            {"headers": {"x-api-key": "k", "Prefer": "code=302"}},
            id="no-answer",
        ),
    ],
)
def test_request_that_breaks_the_document_is_caught(
    prism: str, path: str, changes: dict[str, Any]
) -> None:
    # Not through the SDK, which would refuse some of them: whether Prism objects, and
    # whether that is seen, is what is tested.
    request: dict[str, Any] = {"headers": {"x-api-key": "k"}, "json": {"name": "ci"}} | changes

    response = httpx.post(f"{prism}{path}", **request)

    assert objections(response.headers, response.content) != []


def test_every_documented_answer_is_tried() -> None:
    document = Document()
    documented = {
        (operation["operationId"], key)
        for operation in document.operations()
        for key in operation["responses"]
    }

    tried = {
        (operation["operationId"], key)
        for operation in document.operations()
        for key in operation["responses"]
        for case in CASES
        if case.operation == operation["operationId"]
        and case.status in statuses(key, operation["responses"])
    }

    assert tried == documented != set()
