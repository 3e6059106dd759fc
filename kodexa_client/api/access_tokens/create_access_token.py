"""POST /api/access-tokens: Create an access token."""

# Generated from openapi.yaml by `make generate`. Do not edit.

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..._model import model_dict
from ..._responses import build_response, read_json
from ...models.access_token import AccessToken
from ...types import Response

if TYPE_CHECKING:
    import httpx

    from ..._client import AsyncKodexaClient, KodexaClient

__all__ = ["asyncio", "asyncio_detailed", "sync", "sync_detailed"]


def _get_kwargs(
    *,
    body: AccessToken,
) -> dict[str, Any]:
    _kwargs: dict[str, Any] = {
        "method": "POST",
        "path": "/api/access-tokens",
    }
    _kwargs["json"] = body.to_dict() if isinstance(body, AccessToken) else model_dict(body, "body")

    return _kwargs


def _parse_response(response: httpx.Response) -> AccessToken:
    return AccessToken.from_dict(read_json(response))


def sync_detailed(
    *,
    client: KodexaClient,
    body: AccessToken,
) -> Response[AccessToken]:
    """As ``sync``, with status and header fields: the model is ``parsed``."""
    return build_response(
        client.request(
            **_get_kwargs(
                body=body,
            )
        ),
        _parse_response,
    )


def sync(
    *,
    client: KodexaClient,
    body: AccessToken,
) -> AccessToken:
    """Create an access token.

    Each call that the platform carries out creates a new credential. No idempotency key is
    documented, so a repeated call may create a second one.

    Args:
        client: Sends the request.
        body: The body of the request.

    Raises:
        APIConnectionError: No answer came; ``sent`` says whether the request may have been
            carried out.
        APIStatusError: The answer is not a 2xx; the subclass says which.
        ResponseValidationError: The answer is a 2xx, and not what the document promises.
        ConfigurationError: The client is closed.
        ValueError: A value can't be sent, for example a date-time without a time zone.
    """
    return (
        sync_detailed(
            client=client,
            body=body,
        )
    ).parsed


async def asyncio_detailed(
    *,
    client: AsyncKodexaClient,
    body: AccessToken,
) -> Response[AccessToken]:
    """As ``asyncio``, with status and header fields: the model is ``parsed``."""
    return build_response(
        await client.request(
            **_get_kwargs(
                body=body,
            )
        ),
        _parse_response,
    )


async def asyncio(
    *,
    client: AsyncKodexaClient,
    body: AccessToken,
) -> AccessToken:
    """Create an access token.

    Each call that the platform carries out creates a new credential. No idempotency key is
    documented, so a repeated call may create a second one.

    Args:
        client: Sends the request.
        body: The body of the request.

    Raises:
        APIConnectionError: No answer came; ``sent`` says whether the request may have been
            carried out.
        APIStatusError: The answer is not a 2xx; the subclass says which.
        ResponseValidationError: The answer is a 2xx, and not what the document promises.
        ConfigurationError: The client is closed.
        ValueError: A value can't be sent, for example a date-time without a time zone.
    """
    return (
        await asyncio_detailed(
            client=client,
            body=body,
        )
    ).parsed
