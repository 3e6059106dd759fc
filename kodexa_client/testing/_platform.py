"""The fake platform: answers the calls of the API's document, and judges both sides of each."""

from collections.abc import Awaitable, Callable, Collection, Generator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from http import HTTPStatus
from typing import cast
from uuid import uuid4

from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from ._access_tokens import AccessTokens
from ._document import Call, DocumentDepartureError, Fault, load_document
from ._json import InvalidJsonError, JsonValue, parse_json, render_json
from ._records import CreatedToken, ReceivedRequest
from ._server import running


def _utc_now() -> datetime:
    return datetime.now(UTC)


def _random_id() -> str:
    return str(uuid4())


class FakePlatform:
    """A Kodexa platform in memory: an ASGI application that a test can look into.

    It checks each request, and each of its own answers, against `openapi.yaml`. A
    request without a known key is answered 401, one that does not fit 400 (or 415
    for its content type), both as `application/problem+json`; `errors` names the
    fields. An answer of its own that does not fit raises `DocumentDepartureError`.
    A path or a method that the document does not have is answered 404 or 405.

    Where the vendor's documentation says nothing, it assumes: a creation answers
    201; the platform's own values for `id`, `uuid`, `createdOn`, `updatedOn` and
    `changeSequence` replace those sent; `changeSequence` starts at 0; `userId` is
    null if not sent; properties that the document does not list are kept; the
    secret comes in a property named `token`, and is a valid key from then on.

    In process, hand it to `httpx.ASGITransport(app=fake)`. Over a real socket:

    >>> from kodexa_client import KodexaClient
    >>> with FakePlatform().serve() as base_url:
    ...     with KodexaClient(api_key="test-key", base_url=base_url) as client:
    ...         client.access_tokens.create(name="ci").name
    'ci'

    Args:
        api_keys: The keys that are valid from the start.
        clock: Gives the time of each creation, as an aware UTC datetime.
        ids: Gives a new text for each id, uuid and secret.
        prefix: The path under which the platform lives, such as `/kodexa`.
    """

    def __init__(
        self,
        *,
        api_keys: Collection[str] = ("test-key",),
        clock: Callable[[], datetime] = _utc_now,
        ids: Callable[[], str] = _random_id,
        prefix: str = "",
    ) -> None:
        """Start with nothing received and nothing created."""
        if isinstance(api_keys, str):
            raise TypeError("api_keys must be a collection of keys, not one key")
        if prefix and (not prefix.startswith("/") or prefix.endswith("/")):
            raise ValueError("prefix must start with a slash and not end with one")
        self._prefix = prefix
        self._document = load_document()
        self._access_tokens = AccessTokens(api_keys=api_keys, clock=clock, ids=ids)
        self._operations: Mapping[str, Callable[[JsonValue], Response]] = {
            "createAccessToken": self._create_access_token,
        }
        self._requests: list[ReceivedRequest] = []
        self._executions: list[tuple[str, ReceivedRequest]] = []
        self._departures: list[DocumentDepartureError] = []
        self._app = Starlette(routes=[Route("/{path:path}", _Endpoint(self._answer))])

    def __repr__(self) -> str:
        """Count what came and what was created, and show no key."""
        return (
            f"<FakePlatform: {len(self._requests)} requests received, "
            f"{len(self.created_tokens)} access tokens created>"
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as an ASGI application."""
        await self._app(scope, receive, send)

    @property
    def requests(self) -> list[ReceivedRequest]:
        """What arrived, oldest first, the refused included."""
        return list(self._requests)

    @property
    def created_tokens(self) -> list[CreatedToken]:
        """Copies of the tokens that were created, as they were answered, oldest first."""
        return self._access_tokens.created

    @property
    def departures(self) -> list[DocumentDepartureError]:
        """The answers that did not fit the document; empty unless the fake has a bug."""
        return list(self._departures)

    def executions(self, operation_id: str) -> list[ReceivedRequest]:
        """Find the requests that were carried out, and not refused, for one operation.

        Args:
            operation_id: The operation's id in the document, such as `createAccessToken`.

        Returns:
            The requests, oldest first.

        Raises:
            ValueError: The document has no such operation.
        """
        known = self._document.operation_ids
        if operation_id not in known:
            raise ValueError(
                f"no operation {operation_id!r} in openapi.yaml; it has {sorted(known)}"
            )
        return [request for executed, request in self._executions if executed == operation_id]

    @contextmanager
    def serve(self) -> Generator[str]:
        """Serve over a real socket on the loopback interface while the context lasts.

        Yields:
            The base URL, the prefix included.

        Raises:
            DocumentDepartureError: An answer given meanwhile did not fit the document.
                The client has seen a 500.
            RuntimeError: The server did not start or stop in time.
        """
        before = len(self._departures)
        with running(self) as origin:
            yield origin + self._prefix
        for departure in self._departures[before:]:
            raise departure

    async def _answer(self, request: Request) -> Response:
        content = await request.body()
        path = "/" + request.path_params["path"]
        inside = path.startswith(f"{self._prefix}/")
        path = path.removeprefix(self._prefix)
        received = ReceivedRequest(
            method=request.method,
            path=path,
            query=request.url.query,
            headers=request.headers,
            content=content,
        )
        self._requests.append(received)
        operations = self._document.operations(path) if inside else {}
        if not operations:
            return _problem(Fault(status=404, detail="The document has no such path."))
        if request.method not in operations:
            refusal = _problem(Fault(status=405, detail="The path does not have this method."))
            refusal.headers["allow"] = ", ".join(operations)
            return refusal
        call = self._call(request, path, content)
        response = self._carry_out(operations[request.method], call, received)
        fault = self._document.response_fault(call, response)
        if fault is not None:
            departure = DocumentDepartureError(
                f"{request.method} {path} was about to be answered {response.status_code}, "
                f"which does not fit openapi.yaml: {fault.detail} {fault.fields}"
            )
            self._departures.append(departure)
            raise departure
        return response

    def _call(self, request: Request, path: str, content: bytes) -> Call:
        headers = MutableHeaders(raw=list(request.headers.raw))
        # Without the key that is not valid, openapi-core answers both questions at
        # once: whether this operation asks for a key, and whether there is one.
        if not self._access_tokens.accept(headers.get("x-api-key")):
            del headers["x-api-key"]
        return Call(
            method=request.method,
            path=path,
            query=request.query_params,
            headers=headers,
            cookies=request.cookies,
            content=content,
        )

    def _carry_out(self, operation_id: str, call: Call, received: ReceivedRequest) -> Response:
        body: JsonValue = None
        malformed: Fault | None = None
        if call.content and call.media_type == "application/json":
            try:
                body = parse_json(call.content)
            except InvalidJsonError as error:
                malformed = Fault(status=400, detail=f"The body is not valid JSON: {error}.")
                # openapi-core could fail on it; it is still asked about the key.
                call = replace(call, content=b"")
        fault = self._document.request_fault(call)
        if malformed is not None and not (fault and fault.status == HTTPStatus.UNAUTHORIZED):
            fault = malformed
        if fault is not None:
            return _problem(fault)
        operation = self._operations.get(operation_id)
        if operation is None:
            return _problem(Fault(status=501, detail=f"The fake does not know {operation_id}."))
        self._executions.append((operation_id, received))
        return operation(body)

    def _create_access_token(self, body: JsonValue) -> Response:
        # The document's schema lets only an object come here.
        wanted = cast("dict[str, JsonValue]", body)
        return _json_response(201, self._access_tokens.create(wanted))


class _Endpoint:
    """An ASGI application, since a route to a function would refuse methods by itself."""

    def __init__(self, answer: Callable[[Request], Awaitable[Response]]) -> None:
        self._answer = answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        response = await self._answer(Request(scope, receive))
        await response(scope, receive, send)


def _json_response(status: int, value: JsonValue) -> Response:
    return Response(render_json(value), status_code=status, media_type="application/json")


def _problem(fault: Fault) -> Response:
    problem: dict[str, JsonValue] = {
        "type": "about:blank",
        "title": HTTPStatus(fault.status).phrase,
        "status": fault.status,
        "detail": fault.detail,
    }
    if fault.fields:
        problem["errors"] = {**fault.fields}
    return Response(
        render_json(problem), status_code=fault.status, media_type="application/problem+json"
    )
