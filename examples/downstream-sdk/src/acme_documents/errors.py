"""What can go wrong, in the terms of this SDK: its users need not know what it is built on.

Apart from the message, each argument has a default, so that the errors can be pickled.
"""

from __future__ import annotations

from kodexa_client import (
    APIConnectionError,
    ConfigurationError,
    KodexaError,
    OutcomeUnknownError,
    RateLimitError,
    ResponseValidationError,
)


class AcmeError(Exception):
    """Something went wrong. Nothing was created, unless a subclass says so."""


class SettingsError(AcmeError):
    """A setting is missing or refused."""


class NotReachableError(AcmeError):
    """The platform can't be reached."""


class RefusedError(AcmeError):
    """The platform refused it."""


class TryLaterError(AcmeError):
    """The platform has too much to do.

    Attributes:
        seconds: When to try again, if the platform said so.
    """

    def __init__(self, message: str, seconds: float | None = None) -> None:
        """Keep when to try again."""
        super().__init__(message)
        self.seconds = seconds


class CredentialMayExistError(AcmeError):
    """A credential may have been created, or was, and nobody has it.

    Attributes:
        name: The name to look for.
        request_id: What the platform's logs can be searched for.
        answer: What came of the answer. It may hold the secret, and is not shown.
    """

    def __init__(
        self,
        message: str,
        *,
        name: str | None = None,
        request_id: str | None = None,
        answer: bytes = b"",
    ) -> None:
        """Keep what helps to find it."""
        super().__init__(message)
        self.name = name
        self.request_id = request_id
        self.answer = answer


class VaultError(AcmeError):
    """The credential was created, and the vault did not take it.

    Attributes:
        answer: The platform's answer, the only copy of the secret. It is not shown.
    """

    def __init__(self, message: str, *, answer: bytes = b"") -> None:
        """Keep the answer."""
        super().__init__(message)
        self.answer = answer


def translated(error: KodexaError) -> AcmeError:
    """Say in the terms of this SDK what went wrong."""
    # Before the others: it is one of them too.
    if isinstance(error, OutcomeUnknownError):
        return CredentialMayExistError(
            str(error),
            name=error.name,
            request_id=error.client_request_id,
            answer=error.body if isinstance(error, ResponseValidationError) else b"",
        )
    if isinstance(error, RateLimitError):
        return TryLaterError(str(error), error.retry_after)
    if isinstance(error, APIConnectionError):
        return NotReachableError(str(error))
    if isinstance(error, ConfigurationError):
        return SettingsError(str(error))
    return RefusedError(str(error))
