"""Answers of the fake platform that fit the document: what it shows by example, or samples."""

from __future__ import annotations

import fnmatch
import json
from contextlib import suppress
from http import HTTPStatus
from itertools import chain
from typing import TYPE_CHECKING, TypeAlias

import httpx
from starlette.responses import Response

from ._described import Content, is_json
from ._json import render_json
from ._samples import NoSampleError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from ._described import Answer, Operation
    from ._document import Call, Document
    from ._faults import Fault
    from ._json import JsonValue
    from ._samples import Samples
    from ._schemas import Schema

    # Makes the values that are to be tried, the best first, for a body of JSON.
    Maker: TypeAlias = Callable[[Content], Iterable[JsonValue]]

_CONCRETE = {"*/*": "application/json", "application/*": "application/json", "text/*": "text/plain"}


def _nothing(_content: Content) -> tuple[JsonValue, ...]:
    return ()


class Answers:
    """Answers calls with what the document has for them, and only with what fits it."""

    def __init__(self, document: Document, samples: Samples) -> None:
        """Take the document, and what makes samples of its schemas."""
        self._document = document
        self._samples = samples

    def success(
        self,
        operation: Operation,
        call: Call,
        *,
        make: Maker = _nothing,
        creating: bool = False,
    ) -> Response | None:
        """Answer that a call has succeeded.

        Args:
            operation: The operation.
            call: The call, which fits the document.
            make: Makes values for a body of JSON, which go before the document's own examples.
            creating: Whether a resource was created.

        Returns:
            The answer; None if none is known that fits the document.
        """
        for answer in self._successes(operation, creating=creating):
            status = _status(answer, creating=creating)
            for response in self._responses(answer, status, call, make):
                if self._document.response_fault(call, response) is None:
                    return response
        return None

    def refusal(self, operation: Operation, call: Call, fault: Fault) -> Response:
        """Answer that a call is refused: by problem details, if the document allows them.

        Args:
            operation: The operation.
            call: The call.
            fault: Why it is refused.

        Returns:
            The answer; problem details that do not fit if none is known that does.
        """
        refusal = problem(fault)
        if self._document.response_fault(call, refusal) is None:
            return refusal
        listed = {answer.status: answer for answer in self._document.description(operation).answers}
        # One of them is, or the problem details would do.
        names = (str(fault.status), f"{fault.status // 100}XX", "default")
        status = next(name for name in names if name in listed)
        for response in self._responses(listed[status], fault.status, call, _nothing):
            if self._document.response_fault(call, response) is None:
                return response
        return refusal

    def schema(self, operation: Operation, *, creating: bool = False) -> Schema | None:
        """Return the schema of the JSON that an operation answers; None if it has none."""
        for answer in self._successes(operation, creating=creating):
            for media_type, content in answer.contents.items():
                if is_json(_CONCRETE.get(media_type, media_type)) and content.schema is not None:
                    return content.schema
        return None

    def sample(self, content: Content) -> Iterator[JsonValue]:
        """Go through the document's examples of a body, and then what is made of its schema."""
        yield from content.examples
        if content.schema is not None:
            with suppress(NoSampleError):
                yield self._samples.of(content.schema)

    def _successes(self, operation: Operation, *, creating: bool) -> list[Answer]:
        first = ["201", "200"] if creating else ["200"]
        found = [
            answer
            for answer in self._document.description(operation).answers
            if answer.status[0] in "23d"
        ]
        # Of what is left, `2XX` comes after `299`, `3XX` after those, and `default` last.
        return sorted(
            found,
            key=lambda answer: (
                first.index(answer.status) if answer.status in first else len(first),
                answer.status,
            ),
        )

    def _responses(
        self, answer: Answer, status: int, call: Call, make: Maker
    ) -> Iterator[Response]:
        try:
            headers = {name: self._header(content) for name, content in answer.headers.items()}
        except NoSampleError:
            return
        if not answer.contents or status in {HTTPStatus.NO_CONTENT, HTTPStatus.RESET_CONTENT}:
            yield Response(status_code=status, headers=headers)
        for media_type, content in _acceptable(answer.contents, call.headers.get("accept", "")):
            for body in self._bodies(media_type, content, make):
                response = Response(body, status_code=status, headers=headers)
                response.headers["content-type"] = media_type
                yield response

    def _bodies(self, media_type: str, content: Content, make: Maker) -> Iterator[bytes]:
        if is_json(media_type):
            for value in chain(
                make(content), self.sample(content), () if content.schema else ({},)
            ):
                try:
                    yield render_json(value)
                except (TypeError, ValueError):
                    # An example in YAML may be what JSON has not, infinity for example.
                    continue
        else:
            for value in chain(self.sample(content), ("content",)):
                if isinstance(value, str) and value:
                    yield value.encode(errors="replace")

    def _header(self, content: Content) -> str:
        for value in self.sample(content):
            text = ",".join(map(_text, value)) if isinstance(value, list) else _text(value)
            if text.isascii() and text.isprintable():
                return text
        raise NoSampleError


def problem(fault: Fault) -> Response:
    """Answer a call by problem details (RFC 9457)."""
    details: dict[str, JsonValue] = {
        "type": "about:blank",
        # Gateways have statuses that no RFC does.
        "title": httpx.codes.get_reason_phrase(fault.status) or "Unknown",
        "status": fault.status,
        "detail": fault.detail,
    }
    if fault.fields:
        details["errors"] = {**fault.fields}
    return Response(
        render_json(details), status_code=fault.status, media_type="application/problem+json"
    )


def _status(answer: Answer, *, creating: bool) -> int:
    if answer.status.isdecimal():
        return int(answer.status)
    if answer.status == "3XX":
        return 303
    if not answer.contents:
        return 204
    return 201 if creating else 200


def _acceptable(contents: Mapping[str, Content], accept: str) -> list[tuple[str, Content]]:
    """Sort bodies by their media types: what the client accepts first, and of those JSON."""
    ranges = [one.partition(";")[0].strip().lower() for one in accept.split(",")]
    concrete = [(_CONCRETE.get(name, name), content) for name, content in contents.items()]
    return sorted(
        concrete,
        key=lambda one: (
            not any(fnmatch.fnmatchcase(one[0].lower(), wanted) for wanted in ranges),
            not is_json(one[0]),
        ),
    )


def _text(value: JsonValue) -> str:
    return value if isinstance(value, str) else json.dumps(value)
