"""The clients of this SDK, each of which holds a Kodexa client."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kodexa_client import AsyncKodexaClient, KodexaClient, KodexaError, expires_in

from .errors import translated
from .issuing import hand_on, hand_on_async

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

    import httpx

    from .issuing import AsyncVault, Vault

APP_INFO: Final = ("acme-documents", "1.2")


class Documents:
    """Issues credentials. Close it, or use it as a context manager."""

    def __init__(
        self,
        vault: Vault,
        *,
        api_key: str | None = None,
        base_url: str | None = None,
        http_client: httpx.Client | None = None,
    ) -> None:
        """Use connections of its own, or an HTTP client that is given, which stays open.

        Args:
            vault: Keeps the secrets.
            api_key: The platform's key. By default it comes from the environment.
            base_url: Where the platform is. By default it comes from the environment.
            http_client: Sends the requests.

        Raises:
            SettingsError: A setting is missing or refused.
        """
        self._vault = vault
        try:
            self._kodexa = KodexaClient(
                api_key=api_key, base_url=base_url, http_client=http_client, app_info=APP_INFO
            )
        except KodexaError as error:
            raise translated(error) from error

    def __enter__(self) -> Self:
        """Return the client."""
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close the client."""
        self.close()

    def close(self) -> None:
        """Close what is this client's own."""
        self._kodexa.close()

    def issue_ci_credential(self, name: str, days: int) -> str | None:
        """Create an access token, and hand its secret to the vault.

        Args:
            name: The token's name.
            days: How long it is valid.

        Returns:
            The token's id, if the platform sent one.

        Raises:
            CredentialMayExistError: One may have been created, and nobody has it.
            VaultError: It was created, and the vault did not take it.
            AcmeError: Nothing was created.
        """
        try:
            created = self._kodexa.access_tokens.create_detailed(
                name=name, expires_at=expires_in(days=days)
            )
        except KodexaError as error:
            raise translated(error) from error
        return hand_on(self._vault, name, created)


class AsyncDocuments:
    """Issues credentials, for asyncio. Close it, or use it as a context manager."""

    def __init__(
        self,
        vault: AsyncVault,
        *,
        api_key: str | None = None,
        base_url: str | None = None,
        http_client: httpx.AsyncClient | None = None,
    ) -> None:
        """Take what ``Documents`` takes."""
        self._vault = vault
        try:
            self._kodexa = AsyncKodexaClient(
                api_key=api_key, base_url=base_url, http_client=http_client, app_info=APP_INFO
            )
        except KodexaError as error:
            raise translated(error) from error

    async def __aenter__(self) -> Self:
        """Return the client."""
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close the client."""
        await self.aclose()

    async def aclose(self) -> None:
        """Close what is this client's own."""
        await self._kodexa.aclose()

    async def issue_ci_credential(self, name: str, days: int) -> str | None:
        """Do as ``Documents.issue_ci_credential``."""
        try:
            created = await self._kodexa.access_tokens.create_detailed(
                name=name, expires_at=expires_in(days=days)
            )
        except KodexaError as error:
            raise translated(error) from error
        return await hand_on_async(self._vault, name, created)
