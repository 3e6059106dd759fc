"""Hands what was created on to where secrets are kept, and loses none of it on the way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from .errors import VaultError

if TYPE_CHECKING:
    from kodexa_client import Response
    from kodexa_client.models import AccessToken


class Vault(Protocol):
    """Where secrets are kept."""

    def keep(self, name: str, answer: bytes) -> object:
        """Keep the platform's answer to a creation, with the secret in it."""


class AsyncVault(Protocol):
    """Where secrets are kept, for asyncio."""

    async def keep(self, name: str, answer: bytes) -> object:
        """Keep the platform's answer to a creation, with the secret in it."""


def hand_on(vault: Vault, name: str, created: Response[AccessToken]) -> str | None:
    """Hand a token on, and return its id."""
    try:
        vault.keep(name, created.content)
    except Exception as error:
        raise _not_taken(name, created) from error
    except BaseException as error:
        # An interrupt has to stay one: what came goes along as its cause.
        raise error from _not_taken(name, created)
    return created.parsed.id or None


async def hand_on_async(vault: AsyncVault, name: str, created: Response[AccessToken]) -> str | None:
    """Do as ``hand_on``."""
    try:
        await vault.keep(name, created.content)
    except Exception as error:
        raise _not_taken(name, created) from error
    except BaseException as error:
        # A cancellation too.
        raise error from _not_taken(name, created)
    return created.parsed.id or None


def _not_taken(name: str, created: Response[AccessToken]) -> VaultError:
    return VaultError(
        f"The credential {name!r} was created, and the vault did not take it.",
        answer=created.content,
    )
