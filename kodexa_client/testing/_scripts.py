"""Faults that a test scripts: what the platform does with requests in the place of answering."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from starlette.responses import Response

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ._json import JsonValue


@dataclass(frozen=True, slots=True, kw_only=True)
class Play:
    """What the client gets to see of a request's outcome.

    Attributes:
        response: The answer; None if the connection ends without one.
        stall: Seconds before it.
        is_cut: Whether the connection ends in the middle of the answer's body.
    """

    response: Response | None
    stall: float = 0.0
    is_cut: bool = False


class MakeResponse(Protocol):
    """Makes a scripted answer, and checks it against the document."""

    def __call__(
        self,
        method: str,
        path: str,
        *,
        status: int,
        headers: Mapping[str, str],
        json: JsonValue,
        content: bytes | None,
        validate: bool,
    ) -> Response: ...


@dataclass(slots=True, kw_only=True)
class _Step:
    """One fault, and how many requests are still to meet it: None for all."""

    name: str
    play: Callable[[Callable[[], Response]], Play] = field(repr=False)
    left: int | None
    met: int = 0


class Steps:
    """The faults of one method and path, in the order in which requests meet them.

    Attributes:
        method: The method, in capitals.
        path: The path, as it is sent or as the document writes it.
    """

    def __init__(self, method: str, path: str) -> None:
        """Start with none."""
        self.method = method
        self.path = path
        self._steps: list[_Step] = []
        self._lock = threading.Lock()

    def add(
        self, name: str, play: Callable[[Callable[[], Response]], Play], times: int | None
    ) -> None:
        """Add a fault.

        Raises:
            ValueError: ``times`` is neither a number of requests nor None.
        """
        if times is not None and (type(times) is not int or times < 1):
            raise ValueError("times has to be a whole number from 1, or None for all requests.")
        self._steps.append(_Step(name=name, play=play, left=times))

    def next_play(self, process: Callable[[], Response]) -> Play | None:
        """Play the next fault, or return None if there is none any more.

        Args:
            process: Carries the request out.
        """
        with self._lock:
            step = next((one for one in self._steps if one.left != 0), None)
            if step is None:
                return None
            step.met += 1
            if step.left is not None:
                step.left -= 1
        return step.play(process)

    @property
    def to_come(self) -> list[str]:
        """The faults that requests are still to meet."""
        return [one.name for one in self._steps if one.left != 0]

    @property
    def unmet(self) -> list[str]:
        """The faults that no request has met, with method and path."""
        return [f"{self.method} {self.path}: {one.name}" for one in self._steps if not one.met]


class Script:
    """What is to become of the requests of one method and path, one after the other.

    Each fault meets one request, or as many as ``times`` says, before the next one's turn
    comes; with ``times=None`` it meets all from then on. After the last one the platform answers
    as usual.

    Example:
        ::

            fake.on("POST", "/api/access-tokens").respond(status=429).drop_after_processing()
    """

    def __init__(self, steps: Steps, make_response: MakeResponse) -> None:
        """Add to some steps. ``FakePlatform.on`` makes scripts."""
        self._steps = steps
        self._make_response = make_response

    def __repr__(self) -> str:
        """Name the requests, and the faults that are to come."""
        steps = self._steps
        told = ", ".join(steps.to_come) or "nothing to come"
        return f"<Script of {steps.method} {steps.path}: {told}>"

    def respond(
        self,
        *,
        status: int,
        headers: Mapping[str, str] | None = None,
        json: JsonValue = None,
        content: bytes | None = None,
        validate: bool = True,
        times: int | None = 1,
    ) -> Script:
        """Answer without carrying anything out.

        Args:
            status: The status.
            headers: Header fields, such as ``{"retry-after": "2"}``.
            json: The body, to be written as JSON. Default: problem details for a status of 400
                and above, no body for others.
            content: The body as it is; ``headers`` has its ``content-type``.
            validate: Whether the answer has to fit ``openapi.yaml``. False for one that is not
                the platform's, a gateway's page for example.
            times: How many requests are answered so; None for all from then on.

        Raises:
            DocumentDepartureError: The answer does not fit the document.
        """
        response = self._make_response(
            self._steps.method,
            self._steps.path,
            status=status,
            headers=headers or {},
            json=json,
            content=content,
            validate=validate,
        )
        return self._add(f"respond({status})", lambda _: Play(response=response), times)

    def redirect(self, to: str, *, status: int = 307, times: int | None = 1) -> Script:
        """Redirect to another URL without carrying anything out.

        Args:
            to: The ``Location``.
            status: The status, of the 3xx.
            times: As for ``respond``.
        """
        response = Response(status_code=status, headers={"location": to})
        return self._add(f"redirect({to!r})", lambda _: Play(response=response), times)

    def drop_before_processing(self, *, times: int | None = 1) -> Script:
        """End the connection once the request has come, without carrying it out.

        Args:
            times: As for ``respond``.
        """
        return self._add("drop_before_processing()", lambda _: Play(response=None), times)

    def drop_after_processing(self, *, times: int | None = 1) -> Script:
        """Carry the request out, and end the connection without an answer.

        The client sees the same as with ``drop_before_processing``.

        Args:
            times: As for ``respond``.
        """

        def play(process: Callable[[], Response]) -> Play:
            process()
            return Play(response=None)

        return self._add("drop_after_processing()", play, times)

    def stall(self, seconds: float, *, times: int | None = 1) -> Script:
        """Carry the request out, and answer late.

        In process no time passes: a stall as long as the client's timeout or longer is a timeout
        at once, a shorter one is none. Over a real socket it takes its time.

        Args:
            seconds: How late.
            times: As for ``respond``.
        """
        return self._add(
            f"stall({seconds})", lambda process: Play(response=process(), stall=seconds), times
        )

    def truncate_body(self, *, times: int | None = 1) -> Script:
        """Carry the request out, and end the connection in the middle of the answer's body.

        Args:
            times: As for ``respond``.
        """
        return self._add(
            "truncate_body()", lambda process: Play(response=process(), is_cut=True), times
        )

    def invalid_json(self, *, times: int | None = 1) -> Script:
        """Carry the request out, and answer with half of the JSON, as if it were all of it.

        Args:
            times: As for ``respond``.
        """

        def play(process: Callable[[], Response]) -> Play:
            answer = process()
            body = bytes(answer.body)
            spoiled = Response(
                body[: len(body) // 2] or b"{",
                status_code=answer.status_code,
                headers={
                    name: value
                    for name, value in answer.headers.items()
                    if name != "content-length"
                },
            )
            return Play(response=spoiled)

        return self._add("invalid_json()", play, times)

    def _add(
        self, name: str, play: Callable[[Callable[[], Response]], Play], times: int | None
    ) -> Script:
        self._steps.add(name, play, times)
        return self
