"""POST /api/access-tokens: Create an access token."""

# Generated from openapi.yaml by `make generate`. Do not edit.

from __future__ import annotations

from typing import TYPE_CHECKING

from ..._model import model_dict
from ..._operations import Effect, Operation
from ..._responses import Answer, read_json
from ...models.access_token import AccessToken
from ...types import Response

if TYPE_CHECKING:
    from ..._client import AsyncKodexaClient, KodexaClient
    from ..._requests import RequestParts

__all__ = ["asyncio", "asyncio_detailed", "sync", "sync_detailed"]

_OPERATION = Operation(
    id="createAccessToken", effect=Effect.UNSAFE, identity=("id", "uuid"), echoed=("name",)
)


def _get_kwargs(
    *,
    body: AccessToken,
) -> RequestParts:
    _kwargs: RequestParts = {
        "method": "POST",
        "path": "/api/access-tokens",
    }
    _kwargs["json"] = body.to_dict() if isinstance(body, AccessToken) else model_dict(body, "body")

    return _kwargs


def _parse_response(answer: Answer) -> AccessToken:
    return AccessToken.from_dict(read_json(answer))


def sync_detailed(
    *,
    client: KodexaClient,
    body: AccessToken,
    retry_unclear: bool = False,
) -> Response[AccessToken]:
    """As ``sync``, with status and header fields: the model is ``parsed``."""
    return client.call(
        _OPERATION,
        _parse_response,
        retry_unclear=retry_unclear,
        **_get_kwargs(
            body=body,
        ),
    )


def sync(
    *,
    client: KodexaClient,
    body: AccessToken,
    retry_unclear: bool = False,
) -> AccessToken:
    """Create an access token.

    Each call that the platform carries out creates a new credential. No idempotency key is
    documented, so a repeated call may create a second one.

    Args:
        client: Sends the request.
        body: The body of the request.
        retry_unclear: Send the request again also where it may have been carried out, which may
            do it twice.

    Raises:
        OutcomeUnknownError: It may have been carried out, or was and its answer is lost. Also
            one of the next three.
        APIConnectionError: No answer came; ``sent`` says whether the request may have been
            carried out.
        APIStatusError: The answer is not a 2xx; the subclass says which.
        ResponseValidationError: The answer is a 2xx, and not what the document promises.
        ConfigurationError: The client is closed, or belongs to another event loop or process.
        ValueError: A value can't be sent, for example a date-time without a time zone.
    """
    return (
        sync_detailed(
            client=client,
            body=body,
            retry_unclear=retry_unclear,
        )
    ).parsed


async def asyncio_detailed(
    *,
    client: AsyncKodexaClient,
    body: AccessToken,
    retry_unclear: bool = False,
) -> Response[AccessToken]:
    """As ``asyncio``, with status and header fields: the model is ``parsed``."""
    return await client.call(
        _OPERATION,
        _parse_response,
        retry_unclear=retry_unclear,
        **_get_kwargs(
            body=body,
        ),
    )


async def asyncio(
    *,
    client: AsyncKodexaClient,
    body: AccessToken,
    retry_unclear: bool = False,
) -> AccessToken:
    """Create an access token.

    Each call that the platform carries out creates a new credential. No idempotency key is
    documented, so a repeated call may create a second one.

    Args:
        client: Sends the request.
        body: The body of the request.
        retry_unclear: Send the request again also where it may have been carried out, which may
            do it twice.

    Raises:
        OutcomeUnknownError: It may have been carried out, or was and its answer is lost. Also
            one of the next three.
        APIConnectionError: No answer came; ``sent`` says whether the request may have been
            carried out.
        APIStatusError: The answer is not a 2xx; the subclass says which.
        ResponseValidationError: The answer is a 2xx, and not what the document promises.
        ConfigurationError: The client is closed, or belongs to another event loop or process.
        ValueError: A value can't be sent, for example a date-time without a time zone.
    """
    return (
        await asyncio_detailed(
            client=client,
            body=body,
            retry_unclear=retry_unclear,
        )
    ).parsed
