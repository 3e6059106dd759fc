"""An operation as the document describes it: where it is, what it takes and what it answers."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ._json import JsonValue
    from ._schemas import Schema

_PARAMETER = re.compile(r"\{([^}]*)\}")


class Content(NamedTuple):
    """A body, or a header, of one media type.

    Attributes:
        schema: What the document says of it; None if nothing.
        examples: The document's own examples.
    """

    schema: Schema | None
    examples: tuple[JsonValue, ...]


class Answer(NamedTuple):
    """An answer that the document lists.

    Attributes:
        status: Its status as it is written there: `201`, `2XX` or `default`.
        contents: The bodies that it may have, by media type.
        headers: The headers that it must have.
    """

    status: str
    contents: Mapping[str, Content]
    headers: Mapping[str, Content]


class Description(NamedTuple):
    """What an operation takes and answers.

    Attributes:
        bodies: The bodies that it takes, by media type.
        answers: What it may answer.
    """

    bodies: Mapping[str, Content]
    answers: tuple[Answer, ...]


@dataclass(frozen=True, kw_only=True)
class Operation:
    """An operation of the document.

    Attributes:
        id: Its id, or method and path if it has none.
        method: The method, in capitals.
        template: The path, with its parameters in braces.
        server: The URL that the path hangs from in the document.
    """

    id: str
    method: str
    template: str
    server: str = field(repr=False)

    @cached_property
    def names(self) -> list[str]:
        """The names of the path's parameters."""
        return path_parameters(self.template)

    @cached_property
    def text(self) -> str:
        """What the path has beside its parameters."""
        return _PARAMETER.sub("", self.template)

    @cached_property
    def _segments(self) -> list[re.Pattern[str]]:
        # DOTALL: an id may hold line breaks.
        return [
            re.compile("(.+)".join(map(re.escape, _PARAMETER.split(segment)[::2])), re.DOTALL)
            for segment in self.template.split("/")
        ]

    def parameters(self, path: str) -> dict[str, str] | None:
        """Read the parameters of a path.

        Args:
            path: The path as it is sent, percent-encoded.

        Returns:
            Their values, decoded, by their names; None if the path is not of this operation.
        """
        # Decoded after it is split, since an id may hold slashes.
        sent = [unquote(segment, errors="surrogateescape") for segment in path.split("/")]
        if len(sent) != len(self._segments):
            return None
        matches = [
            pattern.fullmatch(segment)
            for pattern, segment in zip(self._segments, sent, strict=True)
        ]
        values = [value for match in matches if match is not None for value in match.groups()]
        return None if None in matches else dict(zip(self.names, values, strict=True))


def path_parameters(template: str) -> list[str]:
    """List the names of a path's parameters."""
    return _PARAMETER.findall(template)


def is_json(media_type: str) -> bool:
    """Say whether a body of a media type is JSON (RFC 6839)."""
    return media_type == "application/json" or media_type.endswith("+json")
