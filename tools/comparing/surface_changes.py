"""Compares two public surfaces, and tells which differences break callers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .python_changes import PythonChange
from .type_changes import accepts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from .surface_entry import Entry

__all__ = ["surface_changes"]

_POSITIONAL = ("positional-only ", "positional or keyword ")
_PARAMETERS = (*_POSITIONAL, "keyword-only", "variadic ")
_DEPRECATED = "deprecated "


def surface_changes(old: Iterable[Entry], new: Iterable[Entry]) -> list[PythonChange]:
    """Return how a surface differs from an older one: what breaks callers first."""
    before, after = ({entry.key: entry for entry in each} for each in (old, new))
    found: list[PythonChange] = []
    met = set[str]()
    for key, was in before.items():
        place = key if key in after else _moved(key, after)
        met.add(place)
        now = after.get(place)
        if now is None:
            found.append(_change(was, "removed", is_breaking=True))
        elif now.kind != was.kind and "alias" in {now.kind, was.kind}:
            # Listed in another place than before: what it is stands there.
            found += _differences(before.get(was.type, was), after.get(now.type, now))
        else:
            found += _differences(was, now)
    for key, now in after.items():
        if key not in met and key not in before:
            function = before.get(now.path)
            is_owed = function is not None and function.kind != "alias" and _is_required(now)
            detail = "added, required" if is_owed else "added"
            found.append(_change(now, detail, is_breaking=is_owed))
    return sorted(found, key=lambda one: (not one.is_breaking, one.path, one.parameter, one.detail))


def _moved(key: str, after: dict[str, Entry]) -> str:
    """Return where a name is found that is no longer listed where it was.

    What is public in a second place is listed in one of them.
    """
    for index, character in enumerate(key):
        owner = after.get(key[:index]) if character in ".(" else None
        if owner is not None and owner.kind == "alias":
            return owner.type + key[index:]
    return key


def _differences(was: Entry, now: Entry) -> Iterator[PythonChange]:
    if now.kind != was.kind:
        yield _change(now, f"{was.kind} → {now.kind}", is_breaking=not _may_become(was, now))
    if now.type != was.type:
        detail = f"type: {was.type or 'none'} → {now.type or 'none'}"
        yield _change(now, detail, is_breaking=not _fits(was, now))
    if now.default != was.default:
        # As griffe has it, another default breaks those who rely on it.
        detail = f"default: {was.default or 'none'} → {now.default or 'none'}"
        is_breaking = bool(was.default) or not _is_parameter(now)
        yield _change(now, detail, is_breaking=is_breaking)


def _may_become(was: Entry, now: Entry) -> bool:
    """Tell whether callers of one kind of thing may have the other."""
    before, after = (one.kind.removeprefix(_DEPRECATED) for one in (was, now))
    # By position and by name is more than one of them.
    either = before in {"keyword-only", after.replace(_POSITIONAL[1], _POSITIONAL[0])}
    return (
        before == after
        or (after.startswith(_POSITIONAL[1]) and either)
        or (before, after) == ("property", "writable property")
    )


def _fits(was: Entry, now: Entry) -> bool:
    """Tell whether callers who rely on one type may have the other."""
    if now.kind == "class":
        return set(was.type.split(", ")) <= set(now.type.split(", "))
    if not (was.type and now.type):
        # Nothing is any type.
        return bool(was.type) is _is_parameter(now)
    try:
        if _is_parameter(now):
            return accepts(now.type, was.type)
        return accepts(was.type, now.type)
    except SyntaxError:
        return False


def _is_parameter(entry: Entry) -> bool:
    return entry.kind.startswith(_PARAMETERS)


def _is_required(entry: Entry) -> bool:
    return _is_parameter(entry) and not entry.default and not entry.kind.startswith(_PARAMETERS[-1])


def _change(entry: Entry, detail: str, *, is_breaking: bool) -> PythonChange:
    return PythonChange(entry.path, detail, is_breaking=is_breaking, parameter=entry.parameter)
