"""The access tokens of one fake platform: what it creates, and which keys it knows."""

from collections.abc import Callable, Collection
from copy import deepcopy
from datetime import datetime

from ._json import JsonValue
from ._records import CreatedToken


class AccessTokens:
    """Creates access tokens and knows the keys that give access.

    The list and the set are only ever added to, in one step of the interpreter, and
    a token does not change any more, so another thread may read while one is created.
    """

    def __init__(
        self,
        *,
        api_keys: Collection[str],
        clock: Callable[[], datetime],
        ids: Callable[[], str],
    ) -> None:
        """Start with keys, a clock and a source of ids, and with no token created."""
        self._keys = set(api_keys)
        self._clock = clock
        self._ids = ids
        self._created: list[CreatedToken] = []

    @property
    def created(self) -> list[CreatedToken]:
        """Copies of the created tokens, oldest first."""
        return deepcopy(self._created[:])

    def accept(self, key: str | None) -> bool:
        """Say whether a key gives access."""
        return key in self._keys

    def create(self, wanted: dict[str, JsonValue]) -> CreatedToken:
        """Create a token with the wanted properties, its own identity, and a secret."""
        now = self._clock().isoformat().replace("+00:00", "Z")
        secret = f"fake-secret-{self._ids()}"
        token = CreatedToken(
            {
                "userId": None,
                **wanted,
                "id": self._ids(),
                "uuid": self._ids(),
                "createdOn": now,
                "updatedOn": now,
                "changeSequence": 0,
                "token": secret,
            }
        )
        self._keys.add(secret)
        self._created.append(token)
        return token
