"""One change of the API: what it is, and whom it breaks."""

from __future__ import annotations

import enum

from attrs import evolve, field, frozen

__all__ = [
    "CALLERS",
    "KEEPS",
    "LOSES",
    "MEANS",
    "NARROWS",
    "READERS",
    "SHIFTS",
    "WIDENS",
    "Change",
    "ChangeLog",
    "Direction",
    "Toll",
    "Verdict",
]


class Verdict(enum.IntEnum):
    """What a change means for those who keep what they have; the larger, the worse."""

    NONE = 0
    COMPATIBLE = 1
    BREAKING = 2

    @property
    def word(self) -> str:
        """The verdict as reports show it."""
        return self.name.lower()


class Direction(enum.Enum):
    """Which way a value goes, if any operation sends or returns it."""

    REQUEST = "request"
    RESPONSE = "response"
    UNUSED = "unused"


@frozen
class Toll:
    """What a change breaks in each direction, if it breaks something there."""

    request: str = ""
    response: str = ""

    def verdict(self, direction: Direction) -> tuple[Verdict, str]:
        """Return what that means for the wire, and why."""
        if direction is Direction.UNUSED:
            return Verdict.NONE, ""
        reason = self.request if direction is Direction.REQUEST else self.response
        return (Verdict.BREAKING if reason else Verdict.COMPATIBLE), reason


KEEPS = Toll()
NARROWS = Toll(request="a request that was accepted may be refused")
WIDENS = Toll(response="a response may hold what readers do not expect")
SHIFTS = Toll(request=NARROWS.request, response=WIDENS.response)
LOSES = Toll(request="what is sent for it has no effect", response="readers of a response miss it")
CALLERS = Toll(request="callers rely on it")
READERS = Toll(response=LOSES.response)
MEANS = Toll(request="a request without it means something else")


@frozen(kw_only=True)
class Change:
    """One difference between two documents.

    Attributes:
        what: The kind of thing: ``operation``, ``property``, ``enum value``.
        action: ``added``, ``removed`` or ``changed``.
        place: Where it stands, as a reader would say it.
        detail: What it was and what it is.
        reason: Why it breaks the wire, or nothing.
        wire: What it means for programs that speak the API's protocol.
        owners: The names of the document's schemas that it belongs to.
        member: The JSON name of the parameter or property, or the value, that changes.
        renamed: What the member was called before, if the wire does not tell it.
        operations: The operations that it reaches, as ``POST /things``.
        python: What it means for callers of the package.
        effects: The differences of the package that it has caused.
    """

    what: str
    action: str
    place: str
    detail: str = ""
    reason: str = ""
    wire: Verdict = Verdict.NONE
    owners: frozenset[str] = frozenset()
    member: str = ""
    renamed: str = ""
    operations: frozenset[str] = frozenset()
    python: Verdict = Verdict.NONE
    effects: tuple[str, ...] = ()


@frozen
class ChangeLog:
    """Collects changes; one that is met twice, in a request and in a response, is one."""

    _found: dict[tuple[str, str, str, str], Change] = field(factory=dict)

    def add(self, change: Change) -> None:
        """Take note of a change; of several verdicts on it the worst counts."""
        key = (change.what, change.action, change.place, change.detail)
        known = self._found.get(key, change)
        reasons = dict.fromkeys(filter(None, (known.reason, change.reason)))
        self._found[key] = evolve(
            change,
            wire=max(known.wire, change.wire),
            reason="; ".join(reasons),
            operations=known.operations | change.operations,
        )

    def changes(self) -> list[Change]:
        """Return the changes, the worst first, otherwise in the order of their places."""
        return sorted(
            self._found.values(), key=lambda change: (-change.wire, change.place, change.action)
        )
