"""The fake platform: answers the calls of the API's document, and judges both sides of each."""

from collections.abc import Callable, Collection, Generator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, cast
from urllib.parse import quote
from uuid import uuid4

import httpx
from starlette.applications import Starlette
from starlette.datastructures import Headers, MutableHeaders, QueryParams
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from kodexa_client import AsyncKodexaClient, KodexaClient
from kodexa_client._hidden import Hidden

from ._access_tokens import AccessTokens
from ._answers import problem
from ._described import Operation, is_json
from ._document import Call, DocumentDepartureError, load_document
from ._endpoint import Endpoint
from ._faults import Fault
from ._in_process import InProcessTransport
from ._json import InvalidJsonError, JsonValue, parse_json, render_json
from ._operations import Operations
from ._origins import Origins
from ._records import CreatedToken, ReceivedRequest
from ._scripts import Play, Script, Steps
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
    secret comes in a property named `token`, and is a valid key from then on, whatever
    becomes of the token. A list is whole on each page: parameters of pages and filters
    are not looked at.

    In process, without a socket:

    >>> fake = FakePlatform()
    >>> fake.client().access_tokens.create(name="ci").name
    'ci'

    `serve()` puts it on a real one, `on()` scripts what goes wrong.

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
        self._api_key = Hidden(next(iter(api_keys), None))
        self._steps: dict[tuple[str, str], Steps] = {}
        self._document = load_document()
        self._access_tokens = AccessTokens(api_keys=api_keys, clock=clock, ids=ids)
        self._operations = Operations(self._document, Origins(clock=clock, ids=ids))
        # What has a meaning beyond the document.
        self._special: Mapping[str, Callable[[Operation, Call, JsonValue], Response]] = {
            "createAccessToken": self._create_access_token,
        }
        self._requests: list[ReceivedRequest] = []
        self._executions: list[tuple[str, ReceivedRequest]] = []
        self._departures: list[DocumentDepartureError] = []
        self._app = Starlette(routes=[Route("/{path:path}", Endpoint(self._play))])
        self._transport = InProcessTransport(self._play)

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

    def on(self, method: str, path: str) -> Script:
        """Script what is to become of the requests of one method and path.

        Args:
            method: The method, for example `"POST"`.
            path: The path without prefix and query: as it is sent, or as the document writes
                it, `/api/things/{id}` for example, for all that it stands for.

        Returns:
            The script, to which faults are added: after those of an earlier one.

        Raises:
            ValueError: The path does not start with a slash.
        """
        if not path.startswith("/"):
            raise ValueError("path has to start with a slash")
        key = (method.upper(), path)
        return Script(self._steps.setdefault(key, Steps(*key)), self._scripted_response)

    @property
    def unmet_faults(self) -> list[str]:
        """The scripted faults that no request has met, each with its method and path."""
        return [fault for steps in self._steps.values() for fault in steps.unmet]

    @property
    def transport(self) -> InProcessTransport:
        """A transport for an `httpx.Client` or `httpx.AsyncClient`, in process."""
        return self._transport

    def client(self, **settings: Any) -> KodexaClient:  # noqa: ANN401 - those of the client
        """Return a client of this platform, in process, with the first of its keys.

        Args:
            settings: Further arguments of `KodexaClient`, or others in the place of these.
        """
        http_client = httpx.Client(transport=self._transport)
        return KodexaClient(**self._settings(http_client, settings))

    def async_client(self, **settings: Any) -> AsyncKodexaClient:  # noqa: ANN401 - as above
        """Return an async client of this platform, as `client` does."""
        http_client = httpx.AsyncClient(transport=self._transport)
        return AsyncKodexaClient(**self._settings(http_client, settings))

    def _settings(self, http_client: object, settings: dict[str, Any]) -> dict[str, Any]:
        defaults = {
            "api_key": self._api_key.reveal(),
            "base_url": f"https://kodexa.test{self._prefix}",
            "http_client": http_client,
        }
        # Code that wraps a client passes None on where it was given nothing.
        given = {
            name: value
            for name, value in settings.items()
            if value is not None or name not in defaults
        }
        return {**defaults, **given}

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

    def _play(self, request: Request, content: bytes) -> Play:
        # Optional in ASGI.
        raw_path = request.scope.get("raw_path") or quote(request.scope["path"]).encode("ascii")
        sent = raw_path.decode("ascii")
        inside = sent.startswith(f"{self._prefix}/")
        path = sent.removeprefix(self._prefix)
        received = ReceivedRequest(
            method=request.method,
            path=path,
            query=request.url.query,
            headers=request.headers,
            content=content,
        )
        self._requests.append(received)

        def process() -> Response:
            return self._answer(request, received, inside=inside)

        if inside:
            operation = self._document.operation(request.method, path)
            template = path if operation is None else operation.template
            for written in (path, template):
                steps = self._steps.get((request.method, written))
                play = None if steps is None else steps.next_play(process)
                if play is not None:
                    return play
        return Play(response=process())

    def _answer(self, request: Request, received: ReceivedRequest, *, inside: bool) -> Response:
        path, content = received.path, received.content
        operations = self._document.operations(path) if inside else {}
        if not operations:
            return problem(Fault(status=404, detail="The document has no such path."))
        if request.method not in operations:
            refusal = problem(Fault(status=405, detail="The path does not have this method."))
            refusal.headers["allow"] = ", ".join(operations)
            return refusal
        call = self._call(request, path, content)
        try:
            response = self._carry_out(operations[request.method], call, received)
            departure = self._departure(call, response)
        except Exception as error:
            # The client could take it for a connection that broke off.
            departure = DocumentDepartureError(
                f"{call.method} {call.path} could not be answered. This is a mistake of the fake: "
                f"{type(error).__name__}"
            )
            self._departures.append(departure)
            raise departure from error
        if departure is not None:
            self._departures.append(departure)
            raise departure
        return response

    def _departure(self, call: Call, response: Response) -> DocumentDepartureError | None:
        fault = self._document.response_fault(call, response)
        if fault is None:
            return None
        return DocumentDepartureError(
            f"{call.method} {call.path} was about to be answered {response.status_code}, "
            f"which does not fit openapi.yaml: {fault.detail}"
            f"{f' {fault.fields}' if fault.fields else ''}"
        )

    def _scripted_response(
        self,
        method: str,
        path: str,
        *,
        status: int,
        headers: Mapping[str, str],
        json: JsonValue,
        content: bytes | None,
        validate: bool,
    ) -> Response:
        call = Call(
            method=method,
            path=path,
            query=QueryParams(),
            headers=Headers(),
            cookies={},
            content=b"",
        )
        operation = self._document.operation(method, path)
        if json is None and content is None and status >= HTTPStatus.BAD_REQUEST:
            fault = Fault(status=status, detail="A test has scripted this answer.")
            response = (
                problem(fault)
                if operation is None
                else self._operations.refuse(operation, call, fault)
            )
        elif json is not None:
            response = Response(render_json(json), status, media_type="application/json")
        else:
            response = Response(content, status)
        response.headers.update(headers)
        departure = None
        if validate and operation is not None:
            departure = self._departure(call, response)
        if departure is not None:
            # Told to the test itself, in whose line it is.
            departure.add_note("An answer that is not the platform's takes validate=False.")
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
        if call.content and is_json(call.media_type):
            try:
                body = parse_json(call.content)
            except InvalidJsonError as error:
                malformed = Fault(status=400, detail=f"The body is not valid JSON: {error}.")
                # openapi-core could fail on it; it is still asked about the key.
                call = replace(call, content=b"")
        # Found before, or this would not have been called.
        operation = cast("Operation", self._document.operation(call.method, call.path))
        fault = self._document.request_fault(call)
        if malformed is not None and not (fault and fault.status == HTTPStatus.UNAUTHORIZED):
            fault = malformed
        if fault is not None:
            return self._operations.refuse(operation, call, fault)
        carry_out = self._special.get(operation_id, self._operations.carry_out)
        response = carry_out(operation, call, body)
        if response.status_code < HTTPStatus.BAD_REQUEST:
            self._executions.append((operation_id, received))
        return response

    def _create_access_token(self, operation: Operation, call: Call, body: JsonValue) -> Response:
        # The document's schema lets only an object come here.
        wanted = cast("dict[str, JsonValue]", body)
        token = self._access_tokens.create(wanted)
        # The secret is shown once.
        shown = {name: value for name, value in token.items() if name != "token"}
        self._operations.keep(operation, call, shown)
        return Response(render_json(token), status_code=201, media_type="application/json")
