"""The public names are those that are listed, and each says what it is."""

from __future__ import annotations

import importlib
import inspect

import pytest

import kodexa_client

MODULES = [
    "kodexa_client",
    "kodexa_client.api",
    "kodexa_client.api.access_tokens",
    "kodexa_client.api.access_tokens.create_access_token",
    "kodexa_client.errors",
    "kodexa_client.models",
    "kodexa_client.testing",
    "kodexa_client.types",
]


def test_the_public_names_of_the_package() -> None:
    assert sorted(kodexa_client.__all__, key=str.lower) == [
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
        "expires_in",
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
        "UNSET",
        "Unset",
    ]


@pytest.mark.parametrize("name", MODULES)
def test_every_public_name_exists_and_is_documented(name: str) -> None:
    module = importlib.import_module(name)

    assert inspect.getdoc(module)
    for public in module.__all__:
        member = getattr(module, public)
        if inspect.isclass(member) or inspect.isfunction(member):
            assert inspect.getdoc(member), public
            for attribute, value in vars(member).items():
                if inspect.isfunction(value) and not attribute.startswith("_"):
                    assert inspect.getdoc(value), f"{public}.{attribute}"
