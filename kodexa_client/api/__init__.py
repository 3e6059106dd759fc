"""The platform's resources, as attributes of the clients."""

# Generated from openapi.yaml by `make generate`. Do not edit.

from __future__ import annotations

from typing import TYPE_CHECKING, cast

if not TYPE_CHECKING:
    from .._lazy import cached_property
else:
    # What it stands in for, as tools know it.
    from functools import cached_property

    from .._client import AsyncKodexaClient, KodexaClient
    from .access_tokens import AccessTokens, AsyncAccessTokens

__all__ = ["AsyncResources", "Resources"]


class AsyncResources:
    """The resources of AsyncKodexaClient."""

    @cached_property
    def access_tokens(self) -> AsyncAccessTokens:
        """Access tokens, which authenticate programs on behalf of a user."""
        # Imported at its first use: a program pays for the resources that it uses.
        from .access_tokens import AsyncAccessTokens

        return AsyncAccessTokens(cast("AsyncKodexaClient", self))


class Resources:
    """The resources of KodexaClient."""

    @cached_property
    def access_tokens(self) -> AccessTokens:
        """Access tokens, which authenticate programs on behalf of a user."""
        # Imported at its first use: a program pays for the resources that it uses.
        from .access_tokens import AccessTokens

        return AccessTokens(cast("KodexaClient", self))
