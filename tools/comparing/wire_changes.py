"""Compares two documents as programs see them that speak the API's protocol."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import evolve

from .api_changes import CALLERS, KEEPS, SHIFTS, Change, ChangeLog, Direction, Toll
from .operation_changes import OperationComparison
from .operation_view import operations_of
from .schema_changes import SchemaComparison
from .schema_shape import WORDS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tools.document import Document

__all__ = ["wire_changes", "words_changed"]

# Compared one by one, or where an operation uses it, or written for people.
_COMPARED = {"components", "info", "openapi", "paths", "security", "servers", "tags"}

_FOR_PEOPLE = WORDS | {"info"}

# Whose keys are names that the document's author chose.
_MAPS = {
    "$defs",
    "content",
    "headers",
    "parameters",
    "paths",
    "properties",
    "requestBodies",
    "responses",
    "schemas",
    "securitySchemes",
}


def wire_changes(old: Document, new: Document) -> list[Change]:
    """Return what has changed between two documents, the worst first.

    What only people read is left out: ``words_changed`` tells it.
    """
    log = ChangeLog()
    schemas = SchemaComparison(old, new, log)
    operations = OperationComparison(log, schemas)
    before, after = operations_of(old), operations_of(new)
    for key in sorted({*before, *after}):
        if key not in after:
            operations.note("operation", "removed", before[key], toll=CALLERS)
        elif key not in before:
            operations.note("operation", "added", after[key])
        else:
            operations.compare(before[key], after[key])
    schemas.unused()
    _compare_schemes(old, new, log)
    for key in sorted({*old.content, *new.content} - _COMPARED - WORDS):
        if old.content.get(key) != new.content.get(key) and not key.startswith("x-"):
            detail = f"{key}: not understood here, taken for the worst"
            log.add(_of_document("document", "changed", "the document", detail, SHIFTS))
    reach: dict[str, set[str]] = {}
    for views in (before, after):
        for key, view in views.items():
            reach.setdefault(key, set()).update(view.schemas())
    return [
        evolve(
            change,
            operations=change.operations.union(
                key for key, names in reach.items() if names & change.owners
            ),
        )
        for change in log.changes()
    ]


def words_changed(old: Document, new: Document) -> list[str]:
    """Return the places at which words for people have changed, as ``paths//things/summary``."""
    return list(_words(old.content, new.content, ()))


def _words(
    old: Any,  # noqa: ANN401 - any part of a document
    new: Any,  # noqa: ANN401 - the same
    place: tuple[str, ...],
    *,
    of_names: bool = False,
) -> Iterator[str]:
    if isinstance(old, list) and isinstance(new, list):
        old, new = dict(enumerate(old)), dict(enumerate(new))
    if not (isinstance(old, dict) and isinstance(new, dict)):
        return
    for key in dict.fromkeys([*old, *new]):
        where = (*place, str(key))
        # The mark of a secret is compared: models read it.
        is_extension = str(key).startswith("x-") and key != "x-secret"
        if not of_names and (key in _FOR_PEOPLE or is_extension):
            if old.get(key) != new.get(key):
                yield "/".join(where)
        else:
            # A property may be called `description`.
            names = not of_names and key in _MAPS
            yield from _words(old.get(key), new.get(key), where, of_names=names)


def _compare_schemes(old: Document, new: Document, log: ChangeLog) -> None:
    before, after = (
        (document.content.get("components") or {}).get("securitySchemes") or {}
        for document in (old, new)
    )
    for name in sorted({*before, *after}):
        action = "removed" if name not in after else "added" if name not in before else "changed"
        was, now = (
            {key: value for key, value in (schemes.get(name) or {}).items() if key not in WORDS}
            for schemes in (before, after)
        )
        if was != now:
            # Where it is added to an operation or taken from one, `security` says so.
            toll = CALLERS if action == "changed" else KEEPS
            log.add(_of_document("security scheme", action, name, "", toll))


def _of_document(what: str, action: str, place: str, detail: str, toll: Toll) -> Change:
    wire, reason = toll.verdict(Direction.REQUEST)
    return Change(what=what, action=action, place=place, detail=detail, wire=wire, reason=reason)
