"""An async and sync SDK for the access tokens of the Kodexa platform."""

from __future__ import annotations

from ._client import AsyncKodexaClient, KodexaClient
from ._dates import expires_in
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
    "AuthenticationError",
    "BadRequestError",
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
    "UnprocessableEntityError",
    "Unset",
    "expires_in",
]
