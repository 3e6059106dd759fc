"""What the fake platform keeps: safe to print, and out of reach of what a test does to it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from ._json import InvalidJsonError, JsonValue, parse_json

MASK = "***"
_SECRET_HEADERS = frozenset(
    {"authorization", "cookie", "proxy-authorization", "x-access-token", "x-api-key"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedRequest:
    """A request as it arrived, whether the platform carried it out or not.

    Attributes:
        method: The method, in capitals.
        path: The path without the platform's prefix and without the query.
        query: The query as it was sent, without its question mark.
        headers: The headers by their names in lower case, with `***` in place of credentials.
        content: The bytes of the body.
    """

    method: str
    path: str
    query: str = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    content: bytes = field(repr=False)

    def __post_init__(self) -> None:
        """Mask the credentials before anybody can see them."""
        lowered = {name.lower(): value for name, value in self.headers.items()}
        masked = {
            name: MASK if name in _SECRET_HEADERS else value for name, value in lowered.items()
        }
        object.__setattr__(self, "headers", MappingProxyType(masked))

    @property
    def body(self) -> JsonValue:
        """The body read as JSON, anew each time; None where it is not JSON."""
        try:
            return parse_json(self.content)
        except InvalidJsonError:
            return None


class CreatedToken(dict[str, JsonValue]):
    """An access token as the platform answered it: a dict that does not print its secret."""

    def __repr__(self) -> str:
        """Name the token, and leave out everything that could be a secret."""
        return f"<CreatedToken id={self.get('id')!r} name={self.get('name')!r}>"
