"""An async and sync SDK for the access tokens of the Kodexa platform.

Each name is imported when it is first used (PEP 562): a program that only names the package
loads neither httpx nor a model.
"""

from __future__ import annotations

import logging
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ._client import AsyncKodexaClient, KodexaClient
    from ._config import ClientConfig
    from ._dates import expires_in
    from ._hooks import AttemptRequest, AttemptResponse
    from ._retries import RetryPolicy
    from .errors import (
        APIConnectionError,
        APIStatusError,
        APITimeoutError,
        AuthenticationError,
        BadRequestError,
        ConfigurationError,
        ConflictError,
        InternalServerError,
        KodexaError,
        NotFoundError,
        OutcomeUnknownError,
        PermissionDeniedError,
        ProblemDetails,
        RateLimitError,
        ResponseValidationError,
        UnexpectedRedirectError,
        UnprocessableEntityError,
    )
    from .types import UNSET, Attempt, File, Response, Unset

__all__ = [
    "UNSET",
    "APIConnectionError",
    "APIStatusError",
    "APITimeoutError",
    "AsyncKodexaClient",
    "Attempt",
    "AttemptRequest",
    "AttemptResponse",
    "AuthenticationError",
    "BadRequestError",
    "ClientConfig",
    "ConfigurationError",
    "ConflictError",
    "File",
    "InternalServerError",
    "KodexaClient",
    "KodexaError",
    "NotFoundError",
    "OutcomeUnknownError",
    "PermissionDeniedError",
    "ProblemDetails",
    "RateLimitError",
    "Response",
    "ResponseValidationError",
    "RetryPolicy",
    "UnexpectedRedirectError",
    "UnprocessableEntityError",
    "Unset",
    "expires_in",
]

# Every other name is an exception.
_MODULES = {
    "UNSET": "types",
    "AsyncKodexaClient": "_client",
    "Attempt": "types",
    "AttemptRequest": "_hooks",
    "AttemptResponse": "_hooks",
    "ClientConfig": "_config",
    "File": "types",
    "KodexaClient": "_client",
    "Response": "types",
    "RetryPolicy": "_retries",
    "Unset": "types",
    "expires_in": "_dates",
}
# They could be used without being imported before anything here was lazy.
_SUBMODULES = frozenset({"api", "errors", "models", "types"})

# Python would print the warnings of a library that its application has not set up.
logging.getLogger(__name__).addHandler(logging.NullHandler())


def __getattr__(name: str) -> object:
    if name in __all__:
        module = import_module(f".{_MODULES.get(name, 'errors')}", __name__)
        globals()[name] = value = getattr(module, name)
        return value
    if name in _SUBMODULES:
        return import_module(f".{name}", __name__)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    special = {name for name in globals() if name.startswith("__")}
    return sorted({*special, *__all__, *_SUBMODULES})
