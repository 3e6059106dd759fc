"""Requests as data: what an operation asks for becomes a request as it is sent."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache, partial
from typing import TYPE_CHECKING, Any, Required, TypedDict, TypeVar

import httpx

from ._auth import field_problem, is_token
from ._wire import OutgoingRequest
from .types import UNSET, Unset

if TYPE_CHECKING:
    from .types import FileTypes, RequestFiles

__all__ = [
    "REQUEST_ID_HEADER",
    "RequestBuilder",
    "RequestParts",
    "choose_body",
    "choose_optional_body",
    "encode_json",
]

Body = TypeVar("Body")

QueryParams = Mapping[str, Any] | Sequence[tuple[str, str]]


# What the platform's logs can be searched for. Each call has one, for all of its attempts.
REQUEST_ID_HEADER = "x-request-id"
_REQUEST_ID_FIELD = REQUEST_ID_HEADER.encode("ascii")

# Problem details (RFC 9457) have a media type of their own.
_ACCEPT = "application/json, application/problem+json"

# Reading a URL takes longer than the rest of a request. Most operations have one path; with an
# identifier in it, it has as many as there are of those.
_MOST_PATHS = 64


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


class RequestBuilder:
    """Builds the requests of a client. What they have in common is prepared once."""

    def __init__(
        self,
        base_url: httpx.URL,
        default_headers: httpx.Headers,
        app_info: tuple[str, str] | None = None,
    ) -> None:
        """Prepare the requests.

        Args:
            base_url: What every path is below.
            default_headers: Further header fields of every request.
            app_info: Name and version of a program that the User-Agent names too.
        """
        self._url = lru_cache(_MOST_PATHS)(partial(_url_below, str(base_url)))
        self._headers = httpx.Headers(
            {"accept": _ACCEPT, "accept-encoding": "identity", "user-agent": user_agent(app_info)}
        )
        self._headers.update(default_headers)
        # httpx puts the first into every request that has none.
        host = httpx.Request("GET", base_url).headers.raw[0]
        self._fields_of_json = [
            host,
            *(field for field in self._headers.raw if field[0].lower() != b"content-type"),
            (b"content-type", b"application/json"),
        ]

    def build(
        self,
        method: str,
        path: str,
        *,
        params: QueryParams | None = None,
        headers: Mapping[str, str] | None = None,
        cookies: Mapping[str, str] | None = None,
        json: object = UNSET,
        content: bytes | None = None,
        content_type: str | None = None,
        files: RequestFiles | None = None,
    ) -> OutgoingRequest:
        """Return the request, without the key.

        Raises:
            ValueError: The path is not one below the base URL, or something can't be sent.
            TypeError: The body can't be JSON.
        """
        if not path.startswith("/"):
            raise ValueError("A path starts with a slash: it is one below the base URL.")
        if not is_token(method):
            raise ValueError("The method is not a token of letters (RFC 9110 9.1).")
        if json is not UNSET:
            if not (params or headers or cookies or content_type or files):
                return self._json_request(method, path, encode_json(json))
            content = encode_json(json)
            content_type = content_type or "application/json"
        merged = self._merged(content_type, headers or {})
        try:
            request = httpx.Request(
                method,
                self._url(path),
                params=params if isinstance(params, Mapping) or params is None else list(params),
                headers=merged,
                cookies=dict(cookies) if cookies else None,
                content=content,
                files=files,
            )
            request.headers.setdefault(REQUEST_ID_HEADER, _new_request_id())
            if not all(_can_be_read_again(file) for _, file in files or ()):
                # It may have to be sent again.
                request.read()
            return OutgoingRequest.of(request)
        except (httpx.InvalidURL, ValueError, TypeError, AttributeError) as error:
            reason = type(error).__name__
        # Raised here, where the exception that quotes what was given is not its context.
        raise ValueError(f"The path, a parameter, a cookie or the body can't be sent ({reason}).")

    def _merged(self, content_type: str | None, headers: Mapping[str, str]) -> httpx.Headers:
        """Return the header fields of a request: the client's, and on top of them its own."""
        for name, value in headers.items():
            if problem := field_problem(name, value):
                raise ValueError(f"{problem}.")
        merged = self._headers.copy()
        if content_type is not None:
            merged["content-type"] = content_type
        merged.update(httpx.Headers(headers, encoding="latin-1"))
        return merged

    def _json_request(self, method: str, path: str, content: bytes) -> OutgoingRequest:
        """Return what ``build`` does for most calls, without httpx's looking at each part."""
        url, reason = None, ""
        try:
            url = self._url(path)
        except (httpx.InvalidURL, ValueError) as error:
            reason = type(error).__name__
        if url is None:
            # Raised here for the same reason.
            raise ValueError(f"The path can't be sent ({reason}).")
        fields = [
            *self._fields_of_json,
            (b"content-length", b"%d" % len(content)),
            (_REQUEST_ID_FIELD, _new_request_id().encode("ascii")),
        ]
        return OutgoingRequest(method.upper(), url, fields, httpx.ByteStream(content))


def _new_request_id() -> str:
    """Return a random UUID (RFC 9562 5.4), as ``str(uuid4())`` does in twice the time."""
    digits = os.urandom(16).hex()
    variant = "89ab"[int(digits[16], 16) & 3]
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-{variant}{digits[17:20]}-{digits[20:]}"


def _url_below(base_url: str, path: str) -> httpx.URL:
    # What an f-string writes of a subclass, an enumeration's member for example, is not its value.
    return httpx.URL(base_url + path)


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
def user_agent(app_info: tuple[str, str] | None = None) -> str:
    """Return the User-Agent (RFC 9110 10.1.5) of every request.

    Args:
        app_info: Name and version of the program that uses the client.
    """
    # With the first call: they take as long to load as a tenth of httpx.
    import platform  # noqa: PLC0415
    from importlib.metadata import PackageNotFoundError, version  # noqa: PLC0415

    try:
        own_version = version("kodexa-client")
    except PackageNotFoundError:
        # Programs that are frozen into one file often leave the metadata out.
        own_version = "unknown"
    products = [
        ("kodexa-client", own_version),
        ("python", platform.python_version()),
        ("httpx", httpx.__version__),
        *([] if app_info is None else [app_info]),
    ]
    return " ".join(f"{name}/{version_}" for name, version_ in products)
