"""An async and sync SDK for the access tokens of the Kodexa platform."""

from __future__ import annotations

import logging

from ._client import AsyncKodexaClient, KodexaClient
from ._config import ClientConfig
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

# Python would print the warnings of a library that its application has not set up.
logging.getLogger(__name__).addHandler(logging.NullHandler())
