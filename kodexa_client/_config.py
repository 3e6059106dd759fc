"""Settings of a client, but for the URL and the key: checked, and as they are shown."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING, Literal, get_args

import httpx
from attrs import frozen

from ._auth import field_problem, is_token
from ._bodies import LARGEST_BODY_BYTES
from .errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ._retries import RetryPolicy

__all__ = [
    "DEFAULT_DEADLINE_SECONDS",
    "DEFAULT_MAX_RESPONSE_BYTES",
    "DEFAULT_TIMEOUT_SECONDS",
    "ClientConfig",
    "Engine",
    "resolve_app_info",
    "resolve_deadline",
    "resolve_engine",
    "resolve_flag",
    "resolve_headers",
    "resolve_max_response_bytes",
    "resolve_timeout",
]

Engine = Literal["httpcore", "aiohttp"]

DEFAULT_TIMEOUT_SECONDS = 30.0
DEFAULT_DEADLINE_SECONDS = 60.0
DEFAULT_MAX_RESPONSE_BYTES = LARGEST_BODY_BYTES
_CONNECT_TIMEOUT_SECONDS = 5.0
_REQUEST_ID = "x-request-id"
# A day. Beyond some weeks the operating system's clocks overflow.
_LONGEST_TIMEOUT_SECONDS = 86_400.0


@frozen(kw_only=True)
class ClientConfig:
    """The settings of a client as they came out, without the key.

    Attributes:
        base_url: Where the platform is.
        base_url_source: Where that came from: ``base_url``, ``KODEXA_URL``, ``the profile
            'NAME'`` or ``default``.
        api_key_source: Where the key came from: ``api_key``, ``api_key, a provider``,
            ``KODEXA_API_KEY``, ``KODEXA_ACCESS_TOKEN`` or ``the profile 'NAME'``.
        timeout: How long each phase of an attempt may take, in seconds.
        deadline: How long a call may take as a whole, in seconds; None for no limit.
        retry_policy: How often, and after how long, a request is sent again.
        follow_redirects: Whether redirects within the origin are followed.
        allow_insecure_http: Whether the key may be sent in clear.
        max_response_bytes: How large an answer may be.
        app_info: Name and version of the program that the User-Agent names, or None.
        engine: What the connections are made of; None with an ``http_client``.
        proxy: The proxy for the base URL, without user information: the one that was
            given, or the environment's. None without one, or with an ``http_client``.
    """

    base_url: str
    base_url_source: str
    api_key_source: str
    timeout: httpx.Timeout
    deadline: float | None
    retry_policy: RetryPolicy
    follow_redirects: bool
    allow_insecure_http: bool
    max_response_bytes: int
    app_info: tuple[str, str] | None
    engine: Engine | None
    proxy: str | None


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


def resolve_max_response_bytes(size: int) -> int:
    """Return how large an answer may be.

    Raises:
        ConfigurationError: It is not a positive whole number.
    """
    if type(size) is not int or size <= 0:
        raise ConfigurationError("max_response_bytes has to be a positive whole number.")
    return size


def resolve_flag(name: str, *, value: bool) -> bool:
    """Return a setting that is on or off.

    Raises:
        ConfigurationError: It is something else: a "false" of the environment is true.
    """
    if type(value) is not bool:
        raise ConfigurationError(f"{name} has to be True or False.")
    return value


def resolve_app_info(app_info: tuple[str, str] | None) -> tuple[str, str] | None:
    """Return name and version of the program that the User-Agent is to name, or None.

    Raises:
        ConfigurationError: They are not two tokens (RFC 9110 10.1.5).
    """
    if app_info is None:
        return None
    if not isinstance(app_info, tuple) or len(app_info) != 2 or not all(map(is_token, app_info)):  # noqa: PLR2004 - a pair
        raise ConfigurationError(
            "app_info has to be a pair of a name and a version, without spaces: ('my-sdk', '1.2')."
        )
    # A member of an enumeration may be printed as something else than the text that it is.
    name, version = map(str.__str__, app_info)
    return name, version


def resolve_engine(engine: Engine, http_client: object) -> Engine:
    """Return what a client's own connections are made of.

    Raises:
        ConfigurationError: There is no such engine, it is not installed, or there are no
            connections of the client's own.
    """
    if engine not in get_args(Engine):
        raise ConfigurationError("engine has to be 'httpcore' or 'aiohttp'.")
    if engine == "aiohttp":
        if http_client is not None:
            raise ConfigurationError(
                "engine is for connections of the client's own, and http_client has others: give "
                "one of them."
            )
        if find_spec("aiohttp") is None:
            raise ConfigurationError(
                "The engine aiohttp is not installed: pip install 'kodexa-client[fast]'."
            )
    return engine


def resolve_headers(headers: Mapping[str, str] | None) -> httpx.Headers:
    """Return the header fields for every request.

    Raises:
        ConfigurationError: One is the key's or the connection's, or can't be sent. The
            text does not hold a value.
    """
    for name, value in (headers or {}).items():
        if problem := field_problem(name, value):
            raise ConfigurationError(f"default_headers: {problem}.")
        if name.lower() == _REQUEST_ID:
            raise ConfigurationError(
                f"default_headers: {name!r} tells calls apart. Give it to a call, or leave it out."
            )
    return httpx.Headers(headers, encoding="latin-1")
