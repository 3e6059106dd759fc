"""The type contract, which mypy and pyright check. It is never run."""

from __future__ import annotations

from datetime import datetime
from typing import assert_type

from kodexa_client import (
    UNSET,
    APIStatusError,
    AsyncKodexaClient,
    ClientConfig,
    KodexaClient,
    OutcomeUnknownError,
    ProblemDetails,
    Response,
    ResponseValidationError,
    RetryPolicy,
    Unset,
    expires_in,
)
from kodexa_client.api.access_tokens import create_access_token
from kodexa_client.models import AccessToken, User
from kodexa_client.types import Attempt, ContractIssue, Phase


async def asynchronous(client: AsyncKodexaClient) -> None:
    assert_type(await client.access_tokens.create(name="ci"), AccessToken)
    assert_type(await client.access_tokens.create_detailed(name="ci"), Response[AccessToken])
    assert_type(await client.access_tokens.create(body=AccessToken()), AccessToken)
    assert_type(
        await create_access_token.asyncio(client=client, body=AccessToken()),
        AccessToken,
    )
    assert_type(
        await create_access_token.asyncio_detailed(client=client, body=AccessToken()),
        Response[AccessToken],
    )
    assert_type(await client.access_tokens.create(name="ci", retry_unclear=True), AccessToken)
    assert_type(
        await create_access_token.asyncio(client=client, body=AccessToken(), retry_unclear=True),
        AccessToken,
    )
    assert_type(client.with_options(timeout=None), AsyncKodexaClient)
    assert_type(client.with_options(deadline=None, on_retry=tell_later), AsyncKodexaClient)
    assert_type(client.deadline, float | None)


async def fetch_key() -> str:
    return "key"


def read_key() -> str:
    return "key"


def read_bytes() -> bytes:
    return b"key"


def providers() -> None:
    AsyncKodexaClient(api_key=fetch_key)
    AsyncKodexaClient(api_key=read_key)
    AsyncKodexaClient(api_key=read_bytes)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    KodexaClient(api_key=read_key)
    KodexaClient(api_key=fetch_key)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    KodexaClient(api_kye="key")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    assert_type(KodexaClient().config, ClientConfig)
    assert_type(AsyncKodexaClient().with_options(api_key=fetch_key), AsyncKodexaClient)


async def tell_later(attempt: Attempt) -> None:
    tell(attempt)


def synchronous(client: KodexaClient) -> None:
    assert_type(client.access_tokens.create(expires_at=expires_in(days=90)), AccessToken)
    assert_type(client.access_tokens.create(expires_at=None), AccessToken)
    assert_type(client.access_tokens.create_detailed().status_code, int)
    assert_type(create_access_token.sync(client=client, body=AccessToken()), AccessToken)
    assert_type(client.access_tokens.create_detailed(retry_unclear=True).parsed, AccessToken)
    assert_type(
        client.with_options(retry_policy=RetryPolicy(max_retries=5), on_retry=tell), KodexaClient
    )
    client.access_tokens.create(nmae="ci")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    client.access_tokens.create(name=1)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    client.access_tokens.create(name=None)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def tell(attempt: Attempt) -> None:
    assert_type(attempt.number, int)
    assert_type(attempt.phase, Phase)
    assert_type(attempt.status_code, int | None)
    assert_type(attempt.reason, str | None)


def details(response: Response[AccessToken]) -> None:
    assert_type(response.parsed, AccessToken)
    assert_type(response.attempts, tuple[Attempt, ...])
    assert_type(response.contract_issues, tuple[ContractIssue, ...])


def values(token: AccessToken) -> None:
    assert_type(token.name, str | Unset)
    assert_type(token.expires_at, datetime | None | Unset)
    assert_type(token.user, User | Unset)
    if token.name is not UNSET:
        assert_type(token.name, str)
    if token.expires_at:
        assert_type(token.expires_at, datetime)


def errors(error: APIStatusError) -> None:
    assert_type(error.status_code, int)
    assert_type(error.problem, ProblemDetails | None)
    assert_type(error.request_id, str | None)
    assert_type(error.retry_after, float | None)
    assert_type(error.attempts, tuple[Attempt, ...])


def outcomes(error: OutcomeUnknownError) -> None:
    assert_type(error.operation, str)
    assert_type(error.name, str | None)
    assert_type(error.client_request_id, str)
    assert_type(error.started_at, datetime)
    assert_type(error.server_date, datetime | None)
    assert_type(error.status_code, int | None)
    assert_type(error.phase, Phase)
    assert_type(error.executed, bool | None)
    if isinstance(error, ResponseValidationError):
        assert_type(error.body, bytes)
