"""Requests as data: what an operation asks for becomes an httpx.Request."""

from __future__ import annotations

import json
import platform
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any, Required, TypedDict, TypeVar

import httpx

from ._auth import field_problem, is_token
from .types import UNSET, Unset

if TYPE_CHECKING:
    from .types import FileTypes, RequestFiles

__all__ = ["RequestParts", "build_request", "choose_body", "choose_optional_body", "encode_json"]

Body = TypeVar("Body")

QueryParams = Mapping[str, Any] | Sequence[tuple[str, str]]


# Problem details (RFC 9457) have a media type of their own.
_ACCEPT = "application/json, application/problem+json"


class RequestParts(TypedDict, total=False):
    """A request as data. ``AsyncKodexaClient.request`` says what each part is."""

    method: Required[str]
    path: Required[str]
    params: QueryParams | None
    headers: Mapping[str, str] | None
    cookies: Mapping[str, str] | None
    json: object
    content: bytes | None
    content_type: str | None
    files: RequestFiles | None


def build_request(
    method: str,
    path: str,
    *,
    base_url: httpx.URL,
    default_headers: httpx.Headers,
    params: QueryParams | None = None,
    headers: Mapping[str, str] | None = None,
    cookies: Mapping[str, str] | None = None,
    json: object = UNSET,
    content: bytes | None = None,
    content_type: str | None = None,
    files: RequestFiles | None = None,
) -> httpx.Request:
    """Return the request, without the key.

    Raises:
        ValueError: The path is not one below the base URL, or something can't be sent.
        TypeError: The body can't be JSON.
    """
    if not path.startswith("/"):
        raise ValueError("A path starts with a slash: it is one below the base URL.")
    if not is_token(method):
        raise ValueError("The method is not a token of letters (RFC 9110 9.1).")
    for name, value in (headers or {}).items():
        if problem := field_problem(name, value):
            raise ValueError(f"{problem}.")
    merged = httpx.Headers(
        {"accept": _ACCEPT, "accept-encoding": "identity", "user-agent": user_agent()}
    )
    merged.update(default_headers)
    if json is not UNSET:
        content = encode_json(json)
        content_type = content_type or "application/json"
    if content_type is not None:
        merged["content-type"] = content_type
    merged.update(httpx.Headers(headers, encoding="latin-1"))
    try:
        request = httpx.Request(
            method,
            f"{base_url}{path}",
            params=params if isinstance(params, Mapping) or params is None else list(params),
            headers=merged,
            cookies=dict(cookies) if cookies else None,
            content=content,
            files=files,
        )
        if not all(_can_be_read_again(file) for _, file in files or ()):
            # It may have to be sent again.
            request.read()
        return request  # noqa: TRY300 - what reading raises is told in the same way
    except (httpx.InvalidURL, ValueError, TypeError, AttributeError) as error:
        reason = type(error).__name__
    # Raised here, where the exception that quotes what was given is not its context.
    raise ValueError(f"The path, a parameter, a cookie or the body can't be sent ({reason}).")


def _can_be_read_again(file: FileTypes) -> bool:
    content = file[1]
    return isinstance(content, str | bytes) or content.seekable()


def choose_body(model: type[Body], body: Body | Unset, /, **properties: object) -> Body:
    """Return the body that was given whole, or make one from its properties.

    Args:
        model: The body's class.
        body: The body, or UNSET.
        properties: The body's properties by their Python names, each a value or UNSET.

    Raises:
        TypeError: Both were given, or the body is of another class.
    """
    given = {name: value for name, value in properties.items() if value is not UNSET}
    if body is UNSET:
        return model(**given)
    if given:
        message = f"Give either body or its properties, not both: {', '.join(given)}."
        raise TypeError(message)
    if not isinstance(body, model):
        message = (
            f"body has to be of class {model.__name__}, not {type(body).__name__}. "
            f"{model.__name__}.from_dict() makes one from a dictionary."
        )
        raise TypeError(message)
    return body


def choose_optional_body(
    model: type[Body], body: Body | Unset, /, **properties: object
) -> Body | Unset:
    """Do as ``choose_body``, for a request that may do without a body: none if nothing was given.

    Raises:
        TypeError: Both were given, or the body is of another class.
    """
    if body is UNSET and all(value is UNSET for value in properties.values()):
        return UNSET
    return choose_body(model, body, **properties)


def encode_json(value: object) -> bytes:
    """Write a value as JSON (RFC 8259), in UTF-8.

    Raises:
        ValueError: A number in it is not finite, a string in it is not Unicode text,
            or it is nested too deeply.
        TypeError: Something in it has no JSON type.
    """
    try:
        return _ENCODER.encode(value).encode("utf-8")
    except UnicodeEncodeError:
        problem = "a string in it has half of a surrogate pair, which is not Unicode text"
    except RecursionError:
        problem = "it is nested too deeply"
    # Raised here, where the exception that holds the whole body is not its context.
    message = f"The body can't be sent as JSON: {problem}."
    raise ValueError(message)


# json.dumps() would make one a call. A circle is found too: as nested too deeply.
_ENCODER = json.JSONEncoder(
    ensure_ascii=False, check_circular=False, allow_nan=False, separators=(",", ":")
)


@cache
def user_agent() -> str:
    """Return the User-Agent (RFC 9110 10.1.5) of every request."""
    try:
        own_version = version("kodexa-client")
    except PackageNotFoundError:
        # Programs that are frozen into one file often leave the metadata out.
        own_version = "unknown"
    return (
        f"kodexa-client/{own_version} python/{platform.python_version()} httpx/{httpx.__version__}"
    )
