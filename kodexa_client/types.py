"""The types that every operation shares: UNSET, File and Response."""

from __future__ import annotations

import enum
from typing import IO, TYPE_CHECKING, Final, Generic, Literal, TypeVar

from attrs import field, frozen

if TYPE_CHECKING:
    from collections.abc import Mapping

    import httpx

__all__ = [
    "UNSET",
    "Attempt",
    "ContractIssue",
    "File",
    "FileContent",
    "FileTypes",
    "Phase",
    "RequestFiles",
    "Response",
    "Unset",
]

T_co = TypeVar("T_co", covariant=True)


class Unset(enum.Enum):
    """The type of UNSET.

    A member of an enumeration is one object for ever: it survives ``copy``,
    ``deepcopy`` and ``pickle``, so ``value is UNSET`` always tells the truth, and
    type checkers narrow on it.
    """

    UNSET = "UNSET"

    def __bool__(self) -> Literal[False]:
        """Count as false, as None does."""
        return False

    def __repr__(self) -> str:
        """Show the name that users import."""
        return "UNSET"


UNSET: Final = Unset.UNSET
"""Marks a value that is absent: it was not given, or the server did not send it.

UNSET means absent, None means null.
"""

FileContent = IO[bytes] | bytes | str
FileTypes = (
    tuple[str | None, FileContent, str | None]
    | tuple[str | None, FileContent, str | None, "Mapping[str, str]"]
)
RequestFiles = list[tuple[str, FileTypes]]


@frozen
class File:
    """A file to upload, or one that was received.

    Attributes:
        payload: The content, open for reading in binary mode.
        file_name: The name that the server is told.
        mime_type: The media type that the server is told, for example ``image/png``.
    """

    payload: IO[bytes]
    file_name: str | None = None
    mime_type: str | None = None

    def to_tuple(self) -> FileTypes:
        """Return the file as ``httpx`` takes it in ``files=``."""
        return self.file_name, self.payload, self.mime_type


Phase = Literal["queue", "resolve", "connect", "tls", "sent", "headers", "body"]
"""How far a request got.

It waited for a connection (``queue``), its host's name was not found (``resolve``), a
connection was being made (``connect``, ``tls``), it was being sent or waited for its
answer (``sent``), the head of the answer had come (``headers``), all of it had come
(``body``).
"""


@frozen(kw_only=True)
class Attempt:
    """One attempt of a call to send its request.

    Attributes:
        number: 1 for the first.
        phase: How far it got: ``queue``, ``resolve``, ``connect``, ``tls``, ``sent``,
            ``headers`` or ``body``.
        status_code: The status of the answer, or None if none came.
        reason: The class of the exception that ended it, or None.
        seconds: How long it took.
        slept: Seconds that the call waited after it before the next one.
        request_id: The answer's ``x-request-id``, or None.
    """

    number: int
    phase: Phase
    status_code: int | None
    reason: str | None
    seconds: float
    slept: float = 0.0
    request_id: str | None = None

    def __str__(self) -> str:
        """Tell it in a few words."""
        outcome = " ".join(str(one) for one in (self.status_code, self.reason) if one is not None)
        text = f"{self.number}. {self.phase} {outcome}, {self.seconds:.2f} s"
        return f"{text}, then a wait of {self.slept:.2f} s" if self.slept else text


@frozen(kw_only=True)
class ContractIssue:
    """Something in an answer that the document does not promise, and that was read anyway.

    Attributes:
        name: The property, with those that it is in: ``user.roles``. It is named as in
            JSON where the document does not declare it, else as in Python.
        kind: ``undeclared`` property, ``null`` where the document does not allow it, or
            ``unknown value`` of an enumeration.
    """

    name: str
    kind: Literal["undeclared", "null", "unknown value"]


@frozen
class Response(Generic[T_co]):
    """What the server answered, beside the model that was read from it.

    Neither the headers nor the content are shown in the ``repr``: the answer to a
    creation holds a credential.

    Attributes:
        status_code: The HTTP status, from 200 to 299. Every other status is raised
            as an exception.
        headers: The response's header fields.
        content: The response's body, as it came.
        parsed: The body, read as the type that the operation promises.
        attempts: How often, and how, the request was sent; the last one succeeded.
    """

    status_code: int
    headers: httpx.Headers = field(repr=False)
    content: bytes = field(repr=False)
    parsed: T_co
    attempts: tuple[Attempt, ...] = field(default=(), repr=False, eq=False)

    @property
    def contract_issues(self) -> tuple[ContractIssue, ...]:
        """What in ``parsed`` the document does not promise. Names and kinds, no values."""
        # Imported here, since it walks models, which import this module.
        from ._contract import contract_issues  # noqa: PLC0415

        return contract_issues(self.parsed)
