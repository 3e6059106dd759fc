"""The API's document, as the judge of what the fake platform receives and answers."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from email.message import EmailMessage
from functools import cache
from http import HTTPStatus
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from openapi_core import OpenAPI
from openapi_core.datatypes import RequestParameters

from ._described import Answer, Content, Description, Operation
from ._faults import Fault, fault_of
from ._readers import Readers
from ._schemas import Schema

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

    from jsonschema_path import SchemaPath
    from jsonschema_path.handlers.protocols import SupportsRead
    from starlette.datastructures import Headers, QueryParams
    from starlette.responses import Response

    from ._json import JsonValue
    from ._schemas import Contents, Validator

# RFC 9110 9.3 and RFC 5789. The keys of a path in the document are these, in lower
# case, beside others such as "parameters", which must not be taken for a method.
_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")


class DocumentDepartureError(AssertionError):
    """The fake platform was about to answer what `openapi.yaml` does not allow.

    This is a mistake in the fake, or in the clock and the ids that it was given,
    and never in the code under test. The text names the fields and not their values.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A request in the terms of the document.

    Attributes:
        method: The method, in capitals.
        path: The path under the document's server, percent-encoded, without any prefix.
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
        openapi.config.extra_media_type_deserializers = Readers()
        self._openapi = openapi
        # openapi-core does not promise that threads can share it.
        self._lock = threading.Lock()
        self._described: dict[str, Description] = {}
        self._operations = {
            (operation.template, operation.method): operation
            for template, path in openapi.spec.get("paths", {}).items()
            # Others are extensions.
            if str(template).startswith("/")
            for operation in _operations(str(template), path, openapi.spec)
        }

    @classmethod
    def read(cls, location: Traversable) -> Document:
        """Read a document from a file."""
        with location.open(encoding="utf-8") as stream:
            # Its protocol gives the parameter of read() a name, and files have none.
            return cls(OpenAPI.from_file(cast("SupportsRead", stream)))

    @property
    def operation_ids(self) -> frozenset[str]:
        """The ids of all operations."""
        return frozenset(operation.id for operation in self._operations.values())

    def operations(self, path: str) -> dict[str, str]:
        """Find what can be done at a path.

        Args:
            path: The path as it came, with values in place of its parameters.

        Returns:
            The ids of the operations by their methods in capitals; empty at a path
            that the document does not have.
        """
        found = {method: self.operation(method, path) for method in _METHODS}
        return {method: operation.id for method, operation in found.items() if operation}

    def operation(self, method: str, path: str) -> Operation | None:
        """Find the operation of a method and a path; None if there is none."""
        matching = [
            operation
            for operation in self._operations.values()
            if operation.method == method and operation.parameters(path) is not None
        ]
        # What has fewer parameters is more concrete, and then what has more text beside them.
        return min(
            matching,
            key=lambda operation: (len(operation.names), -len(operation.text)),
            default=None,
        )

    def operation_at(self, template: str, method: str) -> Operation | None:
        """Find the operation of a path as the document writes it; None if there is none."""
        return self._operations.get((template, method))

    @property
    def templates(self) -> list[str]:
        """The paths as the document writes them, in its order."""
        return list(dict.fromkeys(template for template, _ in self._operations))

    def description(self, operation: Operation) -> Description:
        """Describe what an operation takes and answers."""
        with self._lock:
            if operation.id not in self._described:
                place = self._openapi.spec / "paths" / operation.template / operation.method.lower()
                self._described[operation.id] = self._describe(place)
            return self._described[operation.id]

    def request_fault(self, call: Call) -> Fault | None:
        """Check a request to an operation of the document; None if it fits."""
        request = self._request(call)
        with self._lock:
            try:
                return fault_of(self._openapi.request_validator.iter_errors(request))
            except AssertionError:
                # openapi-core takes for granted that a form has parts.
                return Fault(status=400, detail="The body is not a form of parts.")

    def response_fault(self, call: Call, response: Response) -> Fault | None:
        """Check the response to a request of the document; None if it fits.

        A refusal of a kind that the document does not list fits: OpenAPI does not ask
        that it lists them all. So does 501, by which the fake speaks of itself.
        """
        operation = cast("Operation", self.operation(call.method, call.path))
        status = response.status_code
        if status == HTTPStatus.NOT_IMPLEMENTED or (
            status >= HTTPStatus.BAD_REQUEST
            and not any(
                answer.status in {str(status), f"{status // 100}XX", "default"}
                for answer in self.description(operation).answers
            )
        ):
            return None
        request = self._request(call)
        with self._lock:
            errors = self._openapi.response_validator.iter_errors(request, _Response.of(response))
            return fault_of(errors)

    def _request(self, call: Call) -> _Request:
        # Only for calls to operations of the document, which have been found before.
        operation = cast("Operation", self.operation(call.method, call.path))
        return _Request.of(call, operation)

    def _describe(self, operation: SchemaPath) -> Description:
        return Description(
            bodies=self._contents(operation.get("requestBody", {})),
            answers=tuple(
                Answer(
                    status=status,
                    contents=self._contents(answer),
                    headers={
                        str(name): self._content(header)
                        for name, header in answer.get("headers", {}).items()
                        if header.get("required", False) and str(name).lower() != "content-type"
                    },
                )
                for status, answer in (
                    (str(status), answer) for status, answer in operation["responses"].items()
                )
                if not status.startswith("x-")
            ),
        )

    def _contents(self, holder: Any) -> dict[str, Content]:  # noqa: ANN401 - or an empty dict
        return {
            str(media_type): self._content(content)
            for media_type, content in holder.get("content", {}).items()
        }

    def _content(self, place: SchemaPath) -> Content:
        named = [one for _, one in place.get("examples", {}).items() if "value" in one]
        examples = [
            *([place / "example"] if "example" in place else ()),
            *(one / "value" for one in named),
        ]
        schema = self._schema(place / "schema") if "schema" in place else None
        return Content(schema, tuple(cast("JsonValue", one.read_value()) for one in examples))

    def _schema(self, place: SchemaPath) -> Schema:
        # Each of the classes that it may be has one; its protocol does not say so.
        judge: Any = self._openapi.response_validator
        validator = judge.schema_validators_factory.create(self._openapi.spec, place).validator
        with place.resolve() as resolved:
            contents = cast("Contents", resolved.contents)
            return Schema(contents, resolved.resolver, cast("Validator", validator))


def _operations(template: str, path: SchemaPath, spec: SchemaPath) -> list[Operation]:
    return [
        Operation(
            id=str(operation.get("operationId", f"{method} {template}")),
            method=method,
            template=template,
            # The path's before the operation's, as openapi-core has it.
            server=_server(path) or _server(operation) or _server(spec) or "",
        )
        for method in _METHODS
        if method.lower() in path
        for operation in [path / method.lower()]
    ]


def _server(holder: SchemaPath) -> str | None:
    # A path hangs from its server in the document, wherever the fake is.
    servers = holder.get("servers", None)
    return str(servers[0]["url"]).rstrip("/") if servers else None


@cache
def load_document() -> Document:
    """Read the document that this package was generated from, once in a process."""
    return Document.read(_location())


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
    def of(cls, call: Call, operation: Operation) -> _Request:
        return cls(
            # openapi-core joins the two as URLs, which drops the path of a server. With the
            # parameters given, it finds the operation by its own path, whatever they hold.
            host_url=operation.server,
            path=operation.server + operation.template,
            method=call.method.lower(),
            content_type=_content_type(call),
            body=call.content,
            parameters=RequestParameters(
                query=call.query,
                header=call.headers,
                cookie=call.cookies,
                path=operation.parameters(call.path) or {},
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
    def of(cls, response: Response) -> _Response:
        return cls(
            status_code=response.status_code,
            content_type=_media_type(response.headers),
            headers=response.headers,
            data=bytes(response.body),
        )


def _content_type(call: Call) -> str:
    if not call.media_type.startswith("multipart/"):
        return call.media_type
    message = EmailMessage()
    message["content-type"] = call.headers["content-type"]
    boundary = message.get_boundary()
    # The parts can't be told apart without it.
    return call.media_type if boundary is None else f"{call.media_type}; boundary={boundary}"


def _media_type(headers: Headers) -> str:
    # openapi-core raises a bare ValueError at parameters that are not name=value.
    return headers.get("content-type", "").partition(";")[0].strip().lower()
