"""The types that every operation shares: UNSET, File and Response."""

from __future__ import annotations

import enum
from typing import IO, TYPE_CHECKING, Final, Generic, Literal, TypeVar

from attrs import field, frozen

if TYPE_CHECKING:
    from collections.abc import Mapping

    import httpx

__all__ = ["UNSET", "File", "FileContent", "FileTypes", "RequestFiles", "Response", "Unset"]

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
    """

    status_code: int
    headers: httpx.Headers = field(repr=False)
    content: bytes = field(repr=False)
    parsed: T_co
