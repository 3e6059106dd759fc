"""Which platform, with which key: arguments, then the environment, then a profile.

A key belongs to one instance of the platform. What names a key names its platform too, if
only by naming none, which means the vendor's own. So a URL from one place and a key from
another are refused, unless both mean the same instance.
"""

from __future__ import annotations

import ipaddress
import os
from typing import TYPE_CHECKING

import httpx
from attrs import frozen

from ._auth import ApiKey, read_key
from ._keys import GivenKey, KeySource, is_provider
from ._profiles import load_profile
from .errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable

    from ._keys import AsyncKeyProvider

__all__ = [
    "DEFAULT_BASE_URL",
    "KEY_VARIABLES",
    "Credentials",
    "resolve_base_url",
    "resolve_credentials",
    "resolve_key",
]

DEFAULT_BASE_URL = "https://platform.kodexa.ai"

_URL_VARIABLE = "KODEXA_URL"
# The newer tools of the vendor read the first, the older ones the second.
KEY_VARIABLES = ("KODEXA_API_KEY", "KODEXA_ACCESS_TOKEN")
_PROFILE_VARIABLE = "KODEXA_PROFILE"

_HIGHEST_PORT = 65_535

_NO_KEY = (
    "There is no API key. Give api_key=..., set the environment variable KODEXA_API_KEY (or the "
    "older KODEXA_ACCESS_TOKEN), or name a profile with profile=... or KODEXA_PROFILE. A key is "
    "made in the Kodexa platform under Settings > Access Tokens."
)


@frozen
class Credentials:
    """Where the platform is, and the key for it, each with where it came from."""

    base_url: httpx.URL
    base_url_source: str
    key: KeySource
    key_source: str


@frozen
class _Place:
    """One place's half or whole pair, each with its name there."""

    url: httpx.URL | None = None
    url_source: str = ""
    key: KeySource | None = None
    key_source: str = ""


def resolve_credentials(
    api_key: str | AsyncKeyProvider | None,
    base_url: str | httpx.URL | None,
    profile: str | None,
    *,
    allow_insecure_http: bool,
    provided_key: Callable[[Callable[[], object]], KeySource],
) -> Credentials:
    """Return the pair of URL and key.

    Args:
        api_key: The argument: a key, or what provides one.
        base_url: The argument.
        profile: The argument: a profile's name.
        allow_insecure_http: Whether the URL may be an http one.
        provided_key: Makes a source of keys of a provider.

    Raises:
        ConfigurationError: There is no key, URL and key do not belong together, or either
            is refused. The text holds neither the key nor a URL's secrets.
        TypeError: The provider is not one for this client.
    """

    def parse(url: str | httpx.URL, source: str) -> httpx.URL:
        return resolve_base_url(url, source, allow_insecure_http=allow_insecure_http)

    if profile is not None and not (isinstance(profile, str) and profile):
        # A name that came out empty is no reason to use another key.
        raise ConfigurationError("profile has to be the name of a profile.")
    places = [_argument(api_key, base_url, provided_key, parse)]
    if not _is_whole(places[0]):
        environment = _environment(parse, with_key=places[0].key is None)
        places.append(environment)
        name = profile if profile is not None else os.environ.get(_PROFILE_VARIABLE)
        if name and (profile is not None or not _is_whole(environment)):
            places.append(_profile(name, parse))
    elif profile is not None:
        raise ConfigurationError(
            "profile names a URL and a key, and base_url and api_key are given too: leave out the "
            "one or the others."
        )
    credentials = _pair(places)
    if profile is not None:
        _check_profile(credentials, places[-1])
    return credentials


def _is_whole(place: _Place) -> bool:
    return place.url is not None and place.key is not None


def _argument(
    api_key: str | AsyncKeyProvider | None,
    base_url: str | httpx.URL | None,
    provided_key: Callable[[Callable[[], object]], KeySource],
    parse: Callable[[str | httpx.URL, str], httpx.URL],
) -> _Place:
    url = None if base_url is None else parse(base_url, "base_url")
    if api_key is None:
        return _Place(url, "base_url")
    return _Place(url, "base_url", *resolve_key(api_key, provided_key))


def _environment(parse: Callable[[str | httpx.URL, str], httpx.URL], *, with_key: bool) -> _Place:
    # A variable that is set to nothing counts as not set: shells and CI systems can't
    # always unset one.
    text = os.environ.get(_URL_VARIABLE)
    url = parse(text, _URL_VARIABLE) if text else None
    keys = {name: value for name in KEY_VARIABLES if (value := os.environ.get(name))}
    if not keys or not with_key:
        return _Place(url, _URL_VARIABLE)
    if len({*keys.values()}) > 1:
        raise ConfigurationError(
            f"{' and '.join(keys)} are set to different keys: unset the one that is not meant."
        )
    variable, value = next(iter(keys.items()))
    return _Place(url, _URL_VARIABLE, _given(value, variable), variable)


def _profile(name: str, parse: Callable[[str | httpx.URL, str], httpx.URL]) -> _Place:
    profile, source = load_profile(name), f"the profile {name!r}"
    return _Place(
        None if profile.url is None else parse(profile.url, f"url of {source}"),
        source,
        None if profile.api_key is None else _given(profile.api_key.reveal(), source),
        source,
    )


def resolve_key(
    api_key: str | AsyncKeyProvider, provided_key: Callable[[Callable[[], object]], KeySource]
) -> tuple[KeySource, str]:
    """Return the source of keys that an argument is, and what it is called.

    Args:
        api_key: The argument.
        provided_key: Makes a source of keys of a provider.

    Raises:
        ConfigurationError: It can't be an HTTP field value.
        TypeError: The provider is not one for this client.
    """
    if is_provider(api_key):
        return provided_key(api_key), "api_key, a provider"
    return _given(api_key, "api_key"), "api_key"


def _given(api_key: object, source: str) -> GivenKey:
    key = read_key(api_key, source)
    if isinstance(key, ApiKey):
        return GivenKey(key)
    raise key


def _pair(places: list[_Place]) -> Credentials:
    owner = next((place for place in places if place.key is not None), None)
    if owner is None or owner.key is None:
        raise ConfigurationError(_NO_KEY)
    default = httpx.URL(DEFAULT_BASE_URL)
    own_url = owner.url or default
    named = next((place for place in places if place.url is not None), None)
    url, source = (own_url, "default") if named is None else (named.url, named.url_source)
    if url != own_url:
        own = f"is for {own_url}" if owner.url else f"names no URL, so it is for {own_url}"
        raise ConfigurationError(
            f"The URL {url} comes from {source}, but the key from {owner.key_source} {own}. "
            f"A key belongs to one instance of the platform: {_mend(source, owner.key_source)}."
        )
    return Credentials(own_url, source, owner.key, owner.key_source)


def _mend(url_source: str, key_source: str) -> str:
    if key_source in KEY_VARIABLES and url_source == "base_url":
        return f"set {_URL_VARIABLE} to that URL, or give api_key=os.environ[{key_source!r}] too"
    if key_source.startswith("api_key") and url_source == _URL_VARIABLE:
        return f"give base_url=os.environ[{_URL_VARIABLE!r}] too"
    return f"give both in the same place, and leave {url_source} or {key_source} out"


def _check_profile(credentials: Credentials, profile: _Place) -> None:
    """Refuse to use something else than the profile that the program asks for."""
    if credentials.key is not profile.key:
        raise ConfigurationError(
            f"A key comes from {credentials.key_source}, and {profile.url_source} is asked for "
            "too: leave out the one or the other."
        )


def resolve_base_url(
    base_url: str | httpx.URL, source: str = "base_url", *, allow_insecure_http: bool = False
) -> httpx.URL:
    """Return a base URL, whose path has no slash at its end.

    Args:
        base_url: The URL.
        source: What it came from, for the error.
        allow_insecure_http: Whether http is allowed, beyond the loopback interface.

    Raises:
        ConfigurationError: It is not an http or https URL with a host, it has parts that
            a base URL can't have, or the key would be sent in clear. The text does not
            hold the URL: it may hold a password.
    """
    url, problem = _parse_base_url(base_url)
    if url is not None and url.scheme == "http" and not (allow_insecure_http or _is_here(url)):
        url = None
        problem = (
            "is an http URL, so everyone on the way could read the key: use https, or "
            "allow_insecure_http=True"
        )
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
    if any(character.isspace() for character in str(value)):
        return None, "has white space in it: strip it"
    if scheme not in {"http", "https"} or not host:
        return None, f"is not an http or https URL with a host, like {DEFAULT_BASE_URL}"
    if url.userinfo:
        return None, "holds a user or password: take it out, and give the key as api_key"
    if "?" in str(value) or "#" in str(value):
        return None, "has a query or a fragment, which a base URL can't have"
    if url.port is not None and not 0 < url.port <= _HIGHEST_PORT:
        return None, "has a port that is none"
    return trimmed, ""


def _is_here(url: httpx.URL) -> bool:
    """Tell whether a URL's host is this machine, by its name or its address alone."""
    if url.host == "localhost":
        return True
    try:
        address = ipaddress.ip_address(url.host)
    except ValueError:
        return False
    # Not every Python looks into it by itself.
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return (mapped or address).is_loopback
