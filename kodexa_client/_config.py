"""Settings: from arguments, then from the environment."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import httpx

from ._auth import API_KEY_HEADER, ApiKey, header_problem
from .errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "DEFAULT_BASE_URL",
    "DEFAULT_DEADLINE_SECONDS",
    "DEFAULT_TIMEOUT_SECONDS",
    "resolve_api_key",
    "resolve_base_url",
    "resolve_deadline",
    "resolve_headers",
    "resolve_timeout",
]

DEFAULT_BASE_URL = "https://platform.kodexa.ai"
DEFAULT_TIMEOUT_SECONDS = 30.0
DEFAULT_DEADLINE_SECONDS = 60.0
_CONNECT_TIMEOUT_SECONDS = 5.0
# A day. Beyond some weeks the operating system's clocks overflow.
_LONGEST_TIMEOUT_SECONDS = 86_400.0

_URL_VARIABLE = "KODEXA_URL"
# The newer tools of the vendor read the first, the older ones the second.
_KEY_VARIABLES = ("KODEXA_API_KEY", "KODEXA_ACCESS_TOKEN")
# The second is the older one, which the platform still accepts.
_KEY_HEADERS = frozenset({API_KEY_HEADER, "x-access-token"})


def resolve_api_key(api_key: str | None) -> ApiKey:
    """Return the key that was given, or the environment's.

    Raises:
        ConfigurationError: There is none, or it can't be an HTTP field value.
    """
    if api_key is not None:
        return ApiKey(api_key, "api_key")
    for variable in _KEY_VARIABLES:
        # A variable that is set to nothing counts as not set: shells and CI systems
        # can't always unset one.
        if value := os.environ.get(variable):
            return ApiKey(value, variable)
    message = (
        "There is no API key. Give api_key=..., or set the environment variable "
        "KODEXA_API_KEY (or the older KODEXA_ACCESS_TOKEN). A key is made in the Kodexa "
        "platform under Settings > Access Tokens."
    )
    raise ConfigurationError(message)


def resolve_base_url(base_url: str | httpx.URL | None) -> httpx.URL:
    """Return the base URL that was given, or the environment's, or the vendor's own.

    Returns:
        The URL, whose path has no slash at its end.

    Raises:
        ConfigurationError: It is not an http or https URL with a host, or it has parts
            that a base URL can't have. The text does not hold the URL: it may hold a
            password.
    """
    if base_url is not None:
        source, value = "base_url", base_url
    else:
        source, value = _URL_VARIABLE, os.environ.get(_URL_VARIABLE) or DEFAULT_BASE_URL
    url, problem = _parse_base_url(value)
    if url is None:
        # Raised here, where the exception that quotes the URL is not its context.
        raise ConfigurationError(f"{source} {problem}.")
    return url


def _parse_base_url(value: str | httpx.URL) -> tuple[httpx.URL | None, str]:
    """Return a base URL without a slash at its end, or None and what is wrong with it."""
    try:
        url = httpx.URL(value)
        scheme, host = url.scheme, url.host
        # In its raw form, since a prefix may hold a percent-encoded slash.
        trimmed = url.copy_with(raw_path=url.raw_path.rstrip(b"/"))
    except (httpx.InvalidURL, UnicodeError, TypeError, ValueError):
        return None, "is not a URL"
    if scheme not in {"http", "https"} or not host:
        return None, f"is not an http or https URL with a host, like {DEFAULT_BASE_URL}"
    if url.userinfo:
        return None, "holds a user or password: take it out, and give the key as api_key"
    if "?" in str(value) or "#" in str(value):
        return None, "has a query or a fragment, which a base URL can't have"
    return trimmed, ""


def resolve_timeout(timeout: float | httpx.Timeout | None) -> httpx.Timeout:
    """Return the timeout of each phase of a call.

    A number is for each phase; connecting gets no more than 5 seconds of it.

    Raises:
        ConfigurationError: It is not a positive number of seconds, or more than a day.
    """
    if timeout is None or isinstance(timeout, httpx.Timeout):
        return httpx.Timeout(timeout)
    if isinstance(timeout, bool) or not isinstance(timeout, int | float):
        raise ConfigurationError("timeout has to be a number of seconds, or an httpx.Timeout.")
    if not 0 < timeout < _LONGEST_TIMEOUT_SECONDS:
        raise ConfigurationError("timeout has to be positive, in seconds; None is no limit.")
    # How long to wait for a connection is the deadline's to say.
    return httpx.Timeout(timeout, connect=min(timeout, _CONNECT_TIMEOUT_SECONDS), pool=None)


def resolve_deadline(deadline: float | None) -> float | None:
    """Return the deadline of a call, in seconds; None for no limit.

    Raises:
        ConfigurationError: It is not a positive number of seconds, or more than a day.
    """
    if deadline is None:
        return None
    if isinstance(deadline, bool) or not isinstance(deadline, int | float):
        raise ConfigurationError("deadline has to be a number of seconds, or None.")
    if not 0 < deadline < _LONGEST_TIMEOUT_SECONDS:
        raise ConfigurationError("deadline has to be positive, in seconds; None is no limit.")
    return float(deadline)


def resolve_headers(headers: Mapping[str, str] | None) -> httpx.Headers:
    """Return the header fields for every request.

    Raises:
        ConfigurationError: One is the API key's, or can't be sent. The text does not
            hold a value.
    """
    for name, value in (headers or {}).items():
        if str(name).lower() in _KEY_HEADERS:
            raise ConfigurationError(f"{name} is not a default header: give the key as api_key.")
        if problem := header_problem(name, value):
            raise ConfigurationError(f"The default header {name!r} {problem}.")
    return httpx.Headers(headers, encoding="latin-1")
