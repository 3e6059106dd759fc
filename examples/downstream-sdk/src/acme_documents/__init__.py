"""Issues access tokens for the documents of Acme, and hands them to a vault."""

from .client import AsyncDocuments, Documents
from .errors import (
    AcmeError,
    CredentialMayExistError,
    NotReachableError,
    RefusedError,
    SettingsError,
    TryLaterError,
    VaultError,
)
from .issuing import AsyncVault, Vault

__all__ = [
    "AcmeError",
    "AsyncDocuments",
    "AsyncVault",
    "CredentialMayExistError",
    "Documents",
    "NotReachableError",
    "RefusedError",
    "SettingsError",
    "TryLaterError",
    "Vault",
    "VaultError",
]
