"""Where a client's key comes from: it was given, or a provider is asked for it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from attrs import frozen

if TYPE_CHECKING:
    from typing import TypeGuard

    from ._auth import ApiKey

__all__ = [
    "AsyncKeyProvider",
    "GivenKey",
    "KeyFailure",
    "KeyProvider",
    "KeySource",
    "is_provider",
]

KeyProvider = Callable[[], str]
AsyncKeyProvider = Callable[[], str | Awaitable[str]]


@frozen
class KeyFailure:
    """Why there is no key.

    Attributes:
        words: What the user is told.
        cause: What the provider raised, or None.
    """

    words: str
    cause: Exception | None = None


class KeySource:
    """Where a client and its copies have their key from.

    Attributes:
        current: The key, or None if it has to be fetched.
    """

    current: ApiKey | None

    @property
    def provider(self) -> Callable[[], object] | None:
        """What is asked for the key, or None if it was given."""
        return None

    @property
    def is_provided(self) -> bool:
        """Whether there is another key to be had."""
        return self.provider is not None

    def refused(self, key: ApiKey | None) -> None:
        """Take note that the platform did not accept a key."""


class GivenKey(KeySource):
    """A key that was given as it is."""

    def __init__(self, key: ApiKey) -> None:
        """Keep the key."""
        self.current = key


def is_provider(api_key: object) -> TypeGuard[Callable[[], object]]:
    """Tell whether what was given as a key is something to ask for it."""
    return callable(api_key)
