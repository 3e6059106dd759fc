"""Access tokens, which authenticate programs on behalf of a user."""

# Generated from openapi.yaml by `make generate`. Do not edit.

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from ..._requests import choose_body
from ...models.access_token import AccessToken
from ...models.user import User
from ...types import UNSET, Response, Unset
from . import create_access_token as _create_access_token

if TYPE_CHECKING:
    from ..._client import AsyncKodexaClient, KodexaClient

__all__ = ["AccessTokens", "AsyncAccessTokens"]


class AsyncAccessTokens:
    """Access tokens, which authenticate programs on behalf of a user."""

    def __init__(self, client: AsyncKodexaClient) -> None:
        """Use ``client.access_tokens``, which makes one."""
        self._client = client

    async def create(
        self,
        *,
        change_sequence: int | Unset = UNSET,
        created_on: datetime.datetime | Unset = UNSET,
        expires_at: datetime.datetime | Unset | None = UNSET,
        id: str | Unset = UNSET,
        name: str | Unset = UNSET,
        updated_on: datetime.datetime | Unset = UNSET,
        user: User | Unset = UNSET,
        user_id: str | Unset | None = UNSET,
        uuid: str | Unset = UNSET,
        body: AccessToken | Unset = UNSET,
        retry_unclear: bool = False,
    ) -> AccessToken:
        """Create an access token.

        Each call that the platform carries out creates a new credential. No idempotency key is
        documented, so a repeated call may create a second one.

        Args:
            change_sequence: Optimistic locking version number.
            created_on: Timestamp when the access token was created.
            expires_at: Timestamp when the access token expires.
            id: Unique identifier (UUID) for the access token.
            name: Name of the access token.
            updated_on: Timestamp when the access token was last updated.
            user: The user whom an access token belongs to.
            user_id: Identifier of the user whom the access token belongs to.
            uuid: Secondary UUID identifier.
            body: All of these in one AccessToken, instead of one by one.
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
            TypeError: Both ``body`` and one of its properties were given.
        """
        return await _create_access_token.asyncio(
            client=self._client,
            body=choose_body(
                AccessToken,
                body,
                change_sequence=change_sequence,
                created_on=created_on,
                expires_at=expires_at,
                id=id,
                name=name,
                updated_on=updated_on,
                user=user,
                user_id=user_id,
                uuid=uuid,
            ),
            retry_unclear=retry_unclear,
        )

    async def create_detailed(
        self,
        *,
        change_sequence: int | Unset = UNSET,
        created_on: datetime.datetime | Unset = UNSET,
        expires_at: datetime.datetime | Unset | None = UNSET,
        id: str | Unset = UNSET,
        name: str | Unset = UNSET,
        updated_on: datetime.datetime | Unset = UNSET,
        user: User | Unset = UNSET,
        user_id: str | Unset | None = UNSET,
        uuid: str | Unset = UNSET,
        body: AccessToken | Unset = UNSET,
        retry_unclear: bool = False,
    ) -> Response[AccessToken]:
        """As ``create``, with status and header fields: the model is ``parsed``."""
        return await _create_access_token.asyncio_detailed(
            client=self._client,
            body=choose_body(
                AccessToken,
                body,
                change_sequence=change_sequence,
                created_on=created_on,
                expires_at=expires_at,
                id=id,
                name=name,
                updated_on=updated_on,
                user=user,
                user_id=user_id,
                uuid=uuid,
            ),
            retry_unclear=retry_unclear,
        )


class AccessTokens:
    """Access tokens, which authenticate programs on behalf of a user."""

    def __init__(self, client: KodexaClient) -> None:
        """Use ``client.access_tokens``, which makes one."""
        self._client = client

    def create(
        self,
        *,
        change_sequence: int | Unset = UNSET,
        created_on: datetime.datetime | Unset = UNSET,
        expires_at: datetime.datetime | Unset | None = UNSET,
        id: str | Unset = UNSET,
        name: str | Unset = UNSET,
        updated_on: datetime.datetime | Unset = UNSET,
        user: User | Unset = UNSET,
        user_id: str | Unset | None = UNSET,
        uuid: str | Unset = UNSET,
        body: AccessToken | Unset = UNSET,
        retry_unclear: bool = False,
    ) -> AccessToken:
        """Create an access token.

        Each call that the platform carries out creates a new credential. No idempotency key is
        documented, so a repeated call may create a second one.

        Args:
            change_sequence: Optimistic locking version number.
            created_on: Timestamp when the access token was created.
            expires_at: Timestamp when the access token expires.
            id: Unique identifier (UUID) for the access token.
            name: Name of the access token.
            updated_on: Timestamp when the access token was last updated.
            user: The user whom an access token belongs to.
            user_id: Identifier of the user whom the access token belongs to.
            uuid: Secondary UUID identifier.
            body: All of these in one AccessToken, instead of one by one.
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
            TypeError: Both ``body`` and one of its properties were given.
        """
        return _create_access_token.sync(
            client=self._client,
            body=choose_body(
                AccessToken,
                body,
                change_sequence=change_sequence,
                created_on=created_on,
                expires_at=expires_at,
                id=id,
                name=name,
                updated_on=updated_on,
                user=user,
                user_id=user_id,
                uuid=uuid,
            ),
            retry_unclear=retry_unclear,
        )

    def create_detailed(
        self,
        *,
        change_sequence: int | Unset = UNSET,
        created_on: datetime.datetime | Unset = UNSET,
        expires_at: datetime.datetime | Unset | None = UNSET,
        id: str | Unset = UNSET,
        name: str | Unset = UNSET,
        updated_on: datetime.datetime | Unset = UNSET,
        user: User | Unset = UNSET,
        user_id: str | Unset | None = UNSET,
        uuid: str | Unset = UNSET,
        body: AccessToken | Unset = UNSET,
        retry_unclear: bool = False,
    ) -> Response[AccessToken]:
        """As ``create``, with status and header fields: the model is ``parsed``."""
        return _create_access_token.sync_detailed(
            client=self._client,
            body=choose_body(
                AccessToken,
                body,
                change_sequence=change_sequence,
                created_on=created_on,
                expires_at=expires_at,
                id=id,
                name=name,
                updated_on=updated_on,
                user=user,
                user_id=user_id,
                uuid=uuid,
            ),
            retry_unclear=retry_unclear,
        )
