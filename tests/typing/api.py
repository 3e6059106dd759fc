"""The type contract, which mypy and pyright check. It is never run."""

from __future__ import annotations

from datetime import datetime
from typing import assert_type

from kodexa_client import (
    UNSET,
    APIStatusError,
    AsyncKodexaClient,
    KodexaClient,
    ProblemDetails,
    Response,
    Unset,
    expires_in,
)
from kodexa_client.api.access_tokens import create_access_token
from kodexa_client.models import AccessToken, User


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
    assert_type(client.with_options(timeout=None), AsyncKodexaClient)


def synchronous(client: KodexaClient) -> None:
    assert_type(client.access_tokens.create(expires_at=expires_in(days=90)), AccessToken)
    assert_type(client.access_tokens.create(expires_at=None), AccessToken)
    assert_type(client.access_tokens.create_detailed().status_code, int)
    assert_type(create_access_token.sync(client=client, body=AccessToken()), AccessToken)
    client.access_tokens.create(nmae="ci")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    client.access_tokens.create(name=1)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    client.access_tokens.create(name=None)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


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
