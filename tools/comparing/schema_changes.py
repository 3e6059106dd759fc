"""Compares schemas: what may be sent, what may come.

One rule decides. A request may still be sent as before, so its schema must allow all that
it allowed; a response is still read as before, so its schema must promise all that it
promised. Robust readers pass over properties that they do not know: these may be added.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from attrs import evolve, field, frozen

from .api_changes import (
    KEEPS,
    LOSES,
    NARROWS,
    WIDENS,
    Change,
    ChangeLog,
    Direction,
    Toll,
)
from .schema_shape import WORDS, Shape, reference_of, shape_of
from .schema_values import value_changes

if TYPE_CHECKING:
    from tools.document import Document

__all__ = ["SchemaComparison", "Spot"]


@frozen
class Spot:
    """Where in a document a schema stands.

    Attributes:
        what: What has the schema: ``property``, ``parameter``.
        place: How a reader would say it.
        owners: The names of the schemas that it belongs to.
        member: The name of the property or parameter.
        operation: The operation that it is a part of, if it is written there.
    """

    what: str
    place: str
    owners: frozenset[str] = frozenset()
    member: str = ""
    operation: str = ""


@frozen
class SchemaComparison:
    """Compares the schemas of two documents, each pair once in each direction."""

    old: Document
    new: Document
    log: ChangeLog
    _seen: set[tuple[str, str, Direction]] = field(factory=set)
    _active: set[tuple[int, int]] = field(factory=set)

    def compare(self, old: Any, new: Any, spot: Spot, direction: Direction) -> None:  # noqa: ANN401 - schemas
        """Take note of what has changed between two schemas.

        Args:
            old: The schema in the old document.
            new: The schema in the new one.
            spot: Where it stands in the new one.
            direction: Which way its values go.
        """
        was, now = reference_of(old), reference_of(new)
        if was != now:
            self._note(spot, "changed", f"schema: {was or 'inline'} → {now or 'inline'}")
        if was and now:
            if (was, now, direction) in self._seen:
                return
            self._seen.add((was, now, direction))
            spot = Spot("schema", now, frozenset({was, now}))
        key = (id(old), id(new))
        if key in self._active:  # A schema that holds itself, by way of an allOf.
            return
        self._active.add(key)
        before, after = shape_of(self.old, old), shape_of(self.new, new)
        spot = evolve(spot, owners=spot.owners | before.owners | after.owners)
        if before.alternatives or after.alternatives:
            self._alternatives(
                before.alternatives or (old,), after.alternatives or (new,), spot, direction
            )
        if bool(before.alternatives) == bool(after.alternatives):
            for detail, toll in value_changes(before, after):
                self._note(spot, "changed", detail, toll, direction)
            self._members(before.values or {}, after.values or {}, spot, direction)
            self._structure(before, after, spot, direction)
        self._active.discard(key)

    def unused(self) -> None:
        """Take note of the components that are added, removed, or changed in no operation."""
        before, after = (_components(document) for document in (self.old, self.new))
        for name in sorted({*before, *after}):
            spot = Spot("schema", name, frozenset({name}))
            if name not in after:
                self._note(spot, "removed")
            elif name not in before:
                self._note(spot, "added")
            elif not any(new == name for _, new, _ in self._seen):
                reference = {"$ref": f"#/components/schemas/{name}"}
                self.compare(reference, reference, spot, Direction.UNUSED)

    def _note(
        self,
        spot: Spot,
        action: str,
        detail: str = "",
        toll: Toll = KEEPS,
        direction: Direction = Direction.UNUSED,
    ) -> None:
        wire, reason = toll.verdict(direction)
        self.log.add(
            Change(
                what=spot.what,
                action=action,
                place=spot.place,
                detail=detail,
                wire=wire,
                reason=reason,
                owners=spot.owners,
                member=spot.member,
                operations=frozenset({spot.operation} if spot.operation else ()),
            )
        )

    def _members(
        self, old: dict[str, Any], new: dict[str, Any], spot: Spot, direction: Direction
    ) -> None:
        if not (old and new):
            return  # There are some values only, or any, since: that is one change.
        for text in sorted(old.keys() ^ new.keys()):
            action, toll = ("removed", NARROWS) if text in old else ("added", WIDENS)
            member = Spot("enum value", spot.place, spot.owners, str((old | new)[text]))
            self._note(evolve(member, operation=spot.operation), action, text, toll, direction)

    def _structure(self, old: Shape, new: Shape, spot: Spot, direction: Direction) -> None:
        """Compare what an object or an array holds."""
        before, after = (
            {
                name: part
                for name, part in shape.properties.items()
                if shape_of(document, part).side != _hidden(direction)
            }
            for document, shape in ((self.old, old), (self.new, new))
        )
        for name in dict.fromkeys([*before, *after]):
            place = evolve(spot, what="property", place=f"{spot.place}.{name}", member=name)
            needed = name in new.required
            if name not in after:
                self._note(place, "removed", "", LOSES, direction)
            elif name not in before:
                toll = NARROWS if needed else KEEPS
                self._note(place, "added", "required" if needed else "optional", toll, direction)
            else:
                if needed != (name in old.required):
                    toll = NARROWS if needed else WIDENS
                    detail = "optional → required" if needed else "required → optional"
                    self._note(place, "changed", detail, toll, direction)
                self.compare(before[name], after[name], place, direction)
        if "array" in old.types & new.types:
            items = evolve(spot, place=f"{spot.place}[]")
            self.compare(old.items, new.items, items, direction)
        if (old.extras is False) != (new.extras is False):
            # Readers pass over what they do not know, so more in a response is no news.
            detail, toll = (
                ("further properties: allowed → refused", NARROWS)
                if new.extras is False
                else ("further properties: refused → allowed", KEEPS)
            )
            self._note(spot, "changed", detail, toll, direction)
        elif {type(old.extras), type(new.extras)} != {bool}:
            extras = evolve(spot, place=f"{spot.place}.*")
            self.compare(_schema(old.extras), _schema(new.extras), extras, direction)

    def _alternatives(
        self, old: tuple[Any, ...], new: tuple[Any, ...], spot: Spot, direction: Direction
    ) -> None:
        before, after = ({_key(part): part for part in parts} for parts in (old, new))
        lost = [key for key in before if key not in after]
        found = [key for key in after if key not in before]
        for key in before:
            if key in after:
                self.compare(before[key], after[key], spot, direction)
        if [key[:1] for key in (*lost, *found)] == ["{", "{"] and lost and found:
            self.compare(before[lost[0]], after[found[0]], spot, direction)
            return
        for key in lost:
            self._note(spot, "changed", f"alternative removed: {key}", NARROWS, direction)
        for key in found:
            self._note(spot, "changed", f"alternative added: {key}", WIDENS, direction)


def _hidden(direction: Direction) -> str:
    """Return what a property is marked with that is not there in a direction."""
    return {Direction.REQUEST: "readOnly", Direction.RESPONSE: "writeOnly"}.get(direction, "none")


def _components(document: Document) -> dict[str, Any]:
    return (document.content.get("components") or {}).get("schemas") or {}


def _schema(extras: Any) -> Any:  # noqa: ANN401 - a schema
    return {} if extras is True else extras


def _key(schema: Any) -> str:  # noqa: ANN401 - a schema
    """Return what tells an alternative from the others: its name, or all that it says."""
    said = (
        {key: value for key, value in schema.items() if not _is_remark(key, value)}
        if isinstance(schema, dict)
        else schema
    )
    return reference_of(said) or json.dumps(said, sort_keys=True, default=str)


def _is_remark(key: str, value: Any) -> bool:  # noqa: ANN401 - any value of a document
    """Tell whether a keyword allows no value and forbids none."""
    return key in WORDS or key.startswith("x-") or (key, value) == ("format", "password")
