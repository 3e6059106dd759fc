"""The API's document, as the judge of what the fake platform receives and answers."""

import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, cast

from openapi_core import Config, OpenAPI
from openapi_core.datatypes import RequestParameters
from openapi_core.templating.media_types.exceptions import MediaTypeNotFound
from openapi_core.templating.paths.exceptions import PathError
from openapi_core.templating.paths.finders import APICallPathFinder
from openapi_core.validation.request.exceptions import (
    MissingRequestBodyError,
    ParameterValidationError,
    SecurityValidationError,
)
from openapi_core.validation.schemas.exceptions import InvalidSchemaValue
from starlette.datastructures import Headers, QueryParams
from starlette.responses import Response

from ._json import JsonValue, parse_json

if TYPE_CHECKING:
    from jsonschema_path import SchemaPath
    from jsonschema_path.handlers.protocols import SupportsRead

# RFC 9110 9.3 and RFC 5789. The keys of a path in the document are these, in lower
# case, beside others such as "parameters", which must not be taken for a method.
_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")


class DocumentDepartureError(AssertionError):
    """The fake platform was about to answer what `openapi.yaml` does not allow.

    This is a mistake in the fake, or in the clock and the ids that it was given,
    and never in the code under test. The text names the fields and not their values.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Why a request or a response does not fit the document.

    Attributes:
        status: The status that answers such a request.
        detail: One sentence on what is wrong.
        fields: A message for each field that is wrong, by its path: `user.createdOn`.
    """

    status: int
    detail: str
    fields: dict[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A request in the terms of the document.

    Attributes:
        method: The method, in capitals.
        path: The path as the document writes it, without any prefix.
        query: The parameters of the query.
        headers: The headers; a credential that is not valid must have been taken out.
        cookies: The cookies.
        content: The bytes of the body.
    """

    method: str
    path: str
    query: QueryParams = field(repr=False)
    headers: Headers = field(repr=False)
    cookies: dict[str, str] = field(repr=False)
    content: bytes = field(repr=False)

    @property
    def media_type(self) -> str:
        """The type of the content in lower case, without parameters."""
        return _media_type(self.headers)


class Document:
    """An OpenAPI document that says whether a request and its response fit it."""

    def __init__(self, openapi: OpenAPI) -> None:
        """Take a document that openapi-core has read and found valid."""
        self._openapi = openapi
        self._paths = APICallPathFinder(openapi.spec)
        # The document's paths hang from its own server, wherever the fake is.
        self._server = str(openapi.spec["servers"][0]["url"])
        # openapi-core does not promise that threads can share it.
        self._lock = threading.Lock()

    @property
    def operation_ids(self) -> frozenset[str]:
        """The ids of all operations."""
        with self._lock:
            return frozenset(
                str(operations[method.lower()]["operationId"])
                for _, operations in self._openapi.spec["paths"].items()
                for method in _METHODS
                if method.lower() in operations
            )

    def operations(self, path: str) -> dict[str, str]:
        """Find what can be done at a path.

        Args:
            path: The path as it came, with values in place of its parameters.

        Returns:
            The ids of the operations by their methods in capitals; empty at a path
            that the document does not have.
        """
        found: dict[str, str] = {}
        with self._lock:
            for method in _METHODS:
                try:
                    match = cast("_Match", self._paths.find(method.lower(), self._server + path))
                except PathError:
                    continue
                found[method] = str(match.operation["operationId"])
        return found

    def request_fault(self, call: Call) -> Fault | None:
        """Check a request to an operation of the document; None if it fits."""
        request = _Request.of(call, self._server)
        with self._lock:
            return _fault(self._openapi.request_validator.iter_errors(request))

    def response_fault(self, call: Call, response: Response) -> Fault | None:
        """Check the response to a request of the document; None if it fits."""
        request = _Request.of(call, self._server)
        with self._lock:
            errors = self._openapi.response_validator.iter_errors(request, _Response.of(response))
            return _fault(errors)


@cache
def load_document() -> Document:
    """Read the document that this package was generated from, once in a process."""
    # openapi-core would take problem details (RFC 9457) for bytes.
    config = Config(extra_media_type_deserializers={"application/problem+json": _read_json})
    with _location().open(encoding="utf-8") as stream:
        # Its protocol gives the parameter of read() a name, and files have none.
        return Document(OpenAPI.from_file(cast("SupportsRead", stream), config=config))


def _read_json(content: bytes, **_parameters: str) -> JsonValue:
    return parse_json(content)


def _location() -> Traversable:
    packaged = files("kodexa_client").joinpath("openapi.yaml")
    if packaged.is_file():
        return packaged
    # A source checkout: the document is copied into the package when a wheel is built.
    return Path(__file__).parents[2].joinpath("openapi.yaml")


@dataclass(slots=True)
class _Request:
    """A request in the shape that openapi-core asks for."""

    host_url: str
    path: str
    method: str
    content_type: str
    body: bytes
    parameters: RequestParameters

    @classmethod
    def of(cls, call: Call, server: str) -> "_Request":
        return cls(
            # openapi-core joins the two as URLs, which drops the path of a server.
            host_url=server,
            path=server + call.path,
            method=call.method.lower(),
            content_type=call.media_type,
            body=call.content,
            parameters=RequestParameters(
                query=call.query, header=call.headers, cookie=call.cookies
            ),
        )


@dataclass(slots=True)
class _Response:
    """A response in the shape that openapi-core asks for."""

    status_code: int
    content_type: str
    headers: Headers
    data: bytes

    @classmethod
    def of(cls, response: Response) -> "_Response":
        return cls(
            status_code=response.status_code,
            content_type=_media_type(response.headers),
            headers=response.headers,
            data=bytes(response.body),
        )


def _media_type(headers: Headers) -> str:
    # openapi-core raises a bare ValueError at parameters that are not name=value.
    return headers.get("content-type", "").partition(";")[0].strip().lower()


class _SchemaError(Protocol):
    """What is used of jsonschema's ValidationError, which has no types."""

    path: Iterable[str | int]
    validator: str
    validator_value: object
    instance: JsonValue


class _Match(Protocol):
    """What is used of openapi-core's PathOperationServer, which has no types."""

    operation: "SchemaPath"


def _fault(errors: Iterable[Exception]) -> Fault | None:
    """Put openapi-core's errors into one fault, with none of the values that they hold."""
    found = list(errors)
    if not found:
        return None
    for error in found:
        fault = _fault_of_the_whole(error)
        if fault is not None:
            return fault
    fields = {name: message for error in found for name, message in _fields_at_fault(error)}
    body = fields.pop("", None)
    if body is not None:
        return Fault(status=400, detail=f"The body {body}.", fields=fields)
    if fields:
        return Fault(status=400, detail=f"Not valid: {', '.join(sorted(fields))}.", fields=fields)
    return Fault(status=400, detail="This does not fit the API's document.")


def _fault_of_the_whole(error: Exception) -> Fault | None:
    cause = error.__cause__
    if isinstance(error, SecurityValidationError):
        return Fault(status=401, detail="The API key is missing or not valid.")
    if isinstance(error, MissingRequestBodyError):
        return Fault(status=400, detail="The body is missing.")
    if isinstance(cause, MediaTypeNotFound):
        accepted = " or ".join(cause.availableMimetypes)
        return Fault(status=415, detail=f"The content type must be {accepted}.")
    return None


def _fields_at_fault(error: Exception) -> Iterator[tuple[str, str]]:
    cause = error.__cause__
    if isinstance(error, ParameterValidationError):
        yield error.name, f"is missing or not valid in the {error.location}"
    elif isinstance(cause, InvalidSchemaValue):
        for schema_error in cast("Iterable[_SchemaError]", cause.schema_errors):
            yield from _messages(schema_error)


def _messages(error: _SchemaError) -> Iterator[tuple[str, str]]:
    path = [str(step) for step in error.path]
    if error.validator == "required" and isinstance(error.instance, dict):
        for name in cast("Sequence[str]", error.validator_value):
            if name not in error.instance:
                yield ".".join([*path, name]), "is required"
    else:
        yield ".".join(path), _message(error)


def _message(error: _SchemaError) -> str:
    if error.validator == "type":
        expected = error.validator_value
        names = [expected] if isinstance(expected, str) else cast("list[str]", expected)
        return f"must be of type {' or '.join(names)}"
    if error.validator == "format":
        return f"must be in the format {error.validator_value}"
    return f"does not satisfy {error.validator!r} of the API's document"
