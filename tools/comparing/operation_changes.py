"""Compares two versions of an operation: what is sent, and what comes back."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Any

from attrs import frozen

from .api_changes import (
    CALLERS,
    KEEPS,
    LOSES,
    NARROWS,
    READERS,
    SHIFTS,
    Change,
    ChangeLog,
    Direction,
    Toll,
)
from .schema_changes import SchemaComparison, Spot
from .schema_shape import WORDS

if TYPE_CHECKING:
    from collections.abc import Callable

    from .operation_view import OperationView

__all__ = ["OperationComparison"]

# What each part may say without being looked at as a whole: it is compared one by one.
_COMPARED = {
    "operation": {
        "deprecated",
        "operationId",
        "parameters",
        "requestBody",
        "responses",
        "security",
        "servers",
        "tags",
    },
    "parameter": {"deprecated", "in", "name", "required", "schema"},
    "media type": {"schema"},
    "response": {"content", "headers"},
}


@frozen
class OperationComparison:
    """Compares the operations that two documents share."""

    log: ChangeLog
    schemas: SchemaComparison

    def compare(self, old: OperationView, new: OperationView) -> None:
        """Take note of what has changed between two versions of an operation."""
        for label, was, now in (("operationId", old.name, new.name), ("tag", old.tag, new.tag)):
            if was != now:
                # Neither is ever sent: only what the package calls it changes.
                unused = Direction.UNUSED
                self.note("operation", "changed", new, f"{label}: {was} → {now}", direction=unused)
        note = partial(self.note, "operation", "changed", new)
        _compare_deprecation(old.content, new.content, note)
        _compare_rest("operation", old.content, new.content, note)
        self._shared(old, new)
        self._parameters(old, new)
        self._body(old, new)
        self._responses(old, new)

    def note(
        self,
        what: str,
        action: str,
        view: OperationView,
        detail: str = "",
        toll: Toll = KEEPS,
        *,
        direction: Direction = Direction.REQUEST,
        place: str = "",
        member: str = "",
        renamed: str = "",
    ) -> None:
        """Take note of a change of an operation.

        Args:
            what: The kind of thing that changes.
            action: What happens to it.
            view: The operation.
            detail: What it was and what it is.
            toll: Whom it breaks.
            direction: Which way it goes.
            place: Where it is, if not at the operation as a whole.
            member: The name of the parameter.
            renamed: What it was called before.
        """
        wire, reason = toll.verdict(direction)
        self.log.add(
            Change(
                what=what,
                action=action,
                place=place or f"{view.place} {member}".rstrip(),
                detail=detail,
                wire=wire,
                reason=reason,
                member=member,
                renamed=renamed,
                operations=frozenset({view.key}),
            )
        )

    def _shared(self, old: OperationView, new: OperationView) -> None:
        """Compare what the document says for all its operations, unless one says its own."""
        for key in ("security", "servers"):
            (was, was_own), (now, now_own) = old.stated(key), new.stated(key)
            place = "" if was_own or now_own else "all operations"
            before, after = (_ALTERNATIVES[key](value) for value in (was, now))
            for text in sorted({*before, *after}):
                if text not in after:
                    # Who authenticates in another of the ways, or more weakly, still may.
                    still = any(after[other] <= before[text] for other in after)
                    toll = KEEPS if key == "security" and still else CALLERS
                    self.note(key, "removed", new, text, toll, place=place)
                elif text not in before:
                    self.note(key, "added", new, text, place=place)

    def _parameters(self, old: OperationView, new: OperationView) -> None:
        before, after = old.parameters(), new.parameters()
        for key in dict.fromkeys([*before, *after]):
            was, now = before.get(key, {}), after.get(key, {})
            name = str((now or was)["name"])
            note = partial(self.note, "parameter", view=new, member=name)
            if not now:
                note(action="removed", detail=f"in {key[0]}", toll=LOSES)
                continue
            if not was:
                needed = now.get("required") is True
                detail = f"in {key[0]}, {'required' if needed else 'optional'}"
                note(action="added", detail=detail, toll=NARROWS if needed else KEEPS)
                continue
            changed = partial(self.note, "parameter", "changed", new, member=name)
            if was["name"] != name:
                # Of a path only the values are sent, and a header field has no case.
                detail, unused = f"name: {was['name']} → {name}", Direction.UNUSED
                changed(detail, direction=unused, renamed=str(was["name"]))
            _compare_need(was, now, changed)
            _compare_deprecation(was, now, changed)
            _compare_rest("parameter", was, now, changed)
            spot = Spot("parameter", f"{new.place} {name}", frozenset(), name, new.key)
            self.schemas.compare(was.get("schema"), now.get("schema"), spot, Direction.REQUEST)

    def _body(self, old: OperationView, new: OperationView) -> None:
        was, now = old.body, new.body
        note = partial(self.note, "request body", view=new)
        if now is None:
            if was is not None:
                note(action="removed", toll=LOSES)
        elif was is None:
            needed = now.get("required") is True
            detail = "required" if needed else "optional"
            note(action="added", detail=detail, toll=NARROWS if needed else KEEPS)
        else:
            _compare_need(was, now, partial(self.note, "request body", "changed", new))
            self._content(was, now, new, "request body", Direction.REQUEST)

    def _responses(self, old: OperationView, new: OperationView) -> None:
        before, after = old.responses, new.responses
        for status in dict.fromkeys([*before, *after]):
            place = f"{new.place} response {status}"
            # What is no longer named is still there if a range names it.
            was, now = before.get(status), _covering(status, after)
            if status not in after:
                toll = READERS if now is None and status.startswith("2") else KEEPS
                self.note("response", "removed", new, status, toll, direction=_BACK, place=place)
            if was is None:
                self.note("response", "added", new, status, direction=_BACK, place=place)
            elif now is not None:
                self._headers(was, now, new, place)
                self._content(was, now, new, f"response {status}", _BACK)
                note = partial(self.note, "response", "changed", new, place=place)
                _compare_rest("response", was, now, note)

    def _headers(
        self, old: dict[str, Any], new: dict[str, Any], view: OperationView, place: str
    ) -> None:
        before, after = (
            {
                str(name).lower(): document.resolve(header)
                for name, header in (response.get("headers") or {}).items()
            }
            for response, document in ((old, self.schemas.old), (new, self.schemas.new))
        )
        for name in dict.fromkeys([*before, *after]):
            where = f"{place} header {name}"
            if name not in after:
                self.note("header", "removed", view, "", READERS, direction=_BACK, place=where)
            elif name not in before:
                self.note("header", "added", view, direction=_BACK, place=where)
            else:
                was, now = before[name].get("schema"), after[name].get("schema")
                spot = Spot("header", where, frozenset(), "", view.key)
                self.schemas.compare(was, now, spot, _BACK)

    def _content(
        self,
        old: dict[str, Any],
        new: dict[str, Any],
        view: OperationView,
        what: str,
        direction: Direction,
    ) -> None:
        before, after = old.get("content") or {}, new.get("content") or {}
        for media_type in dict.fromkeys([*before, *after]):
            place = f"{view.place} {what} {media_type}"
            if media_type not in after:
                toll = LOSES if direction is Direction.REQUEST else READERS
                self.note("media type", "removed", view, "", toll, direction=direction, place=place)
            elif media_type not in before:
                self.note("media type", "added", view, direction=direction, place=place)
            else:
                was, now = before[media_type], after[media_type]
                note = partial(self.note, "media type", "changed", view, place=place)
                _compare_rest("media type", was, now, note)
                spot = Spot(
                    what.partition(" ")[0] if direction is _BACK else what,
                    place,
                    frozenset(),
                    "",
                    view.key,
                )
                self.schemas.compare(was.get("schema"), now.get("schema"), spot, direction)


_BACK = Direction.RESPONSE


def _compare_need(was: dict[str, Any], now: dict[str, Any], note: Callable[..., None]) -> None:
    needed = now.get("required") is True
    if needed != (was.get("required") is True):
        detail = "optional → required" if needed else "required → optional"
        note(detail, NARROWS if needed else KEEPS)


def _compare_deprecation(
    was: dict[str, Any], now: dict[str, Any], note: Callable[..., None]
) -> None:
    deprecated = now.get("deprecated") is True
    if deprecated != (was.get("deprecated") is True):
        note("deprecated" if deprecated else "deprecated no more")


def _compare_rest(
    what: str, was: dict[str, Any], now: dict[str, Any], note: Callable[..., None]
) -> None:
    """Compare what is not looked at one by one: links, callbacks, styles, encodings."""
    for key in sorted({*was, *now} - WORDS - _COMPARED[what]):
        if was.get(key) != now.get(key) and not key.startswith("x-"):
            note(f"{key}: not understood here, taken for the worst", SHIFTS)


def _covering(status: str, responses: dict[str, Any]) -> dict[str, Any] | None:
    for name in (status, f"{status[:1]}XX", "DEFAULT"):
        if name in responses:
            response: dict[str, Any] = responses[name]
            return response
    return None


def _security(value: list[dict[str, Any]] | None) -> dict[str, set[tuple[str, str]]]:
    """Return each way to authenticate, with what it needs."""
    return {
        ", ".join(sorted(way)) or "none": {
            (scheme, str(scope)) for scheme, scopes in way.items() for scope in ("", *scopes)
        }
        for way in value or [{}]
    }


def _servers(value: list[dict[str, Any]] | None) -> dict[str, set[tuple[str, str]]]:
    return {
        f"{server['url']} {json.dumps(server['variables'])}"
        if "variables" in server
        else str(server["url"]): set()
        for server in value or [{"url": "/"}]
    }


_ALTERNATIVES = {"security": _security, "servers": _servers}
