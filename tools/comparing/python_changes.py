"""Compares two packages as their callers see them: names, arguments and types.

griffe finds what is removed, and arguments that are removed, moved or required. It passes
over types (2.4.1 has a TODO there), over the arguments of a class made by attrs, and over
the values of an enumeration: these are compared here.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, cast

import griffe
from attrs import frozen

from .loading import is_deprecated, load_package
from .type_changes import accepts, names_in

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["PythonChange", "python_changes"]

_FOLDERS = ("api", "models")
_DETAILS = {
    griffe.BreakageKind.PARAMETER_REMOVED: "argument removed",
    griffe.BreakageKind.PARAMETER_ADDED_REQUIRED: "argument added, required",
    griffe.BreakageKind.PARAMETER_CHANGED_REQUIRED: "argument optional → required",
    griffe.BreakageKind.PARAMETER_CHANGED_DEFAULT: "argument's default changed",
    griffe.BreakageKind.OBJECT_REMOVED: "removed",
}


@frozen
class PythonChange:
    """One difference between two packages.

    Attributes:
        path: What differs, below the package: ``models.user.User.email``.
        detail: How.
        is_breaking: Whether a program that uses it may have to change.
        parameter: The function's argument that differs.
        value: The value, if it is a member of an enumeration.
    """

    path: str
    detail: str
    is_breaking: bool
    parameter: str = ""
    value: str = ""

    @property
    def text(self) -> str:
        """Return the change as reports show it."""
        argument = f"({self.parameter}=)" if self.parameter else ""
        return f"{self.path}{argument}: {self.detail}"


def python_changes(old: Path, new: Path) -> list[PythonChange]:
    """Return how the generated public API of a package differs from an older one's.

    Args:
        old: The folder of the older package.
        new: The folder of the newer one, which has the same name.
    """
    before, after = load_package(old), load_package(new)
    directions = _Directions()
    found: list[PythonChange] = []
    for package in (before, after):
        directions.learn(package)
    for folder in _FOLDERS:
        found += _breakages(before.members[folder], after.members[folder])
        found += _members(before.members[folder], after.members[folder], directions)
    # A model is met in its module, and in the package that has it from there.
    return sorted(dict.fromkeys(found), key=lambda change: (not change.is_breaking, change.text))


class _Directions:
    """The models that callers make, and those that they only get."""

    def __init__(self) -> None:
        self._written: set[str] = set()
        self._read: set[str] = set()

    def learn(self, package: griffe.Object | griffe.Alias) -> None:
        """Follow the arguments and the results of all functions into the models."""
        models = {
            name: {
                used
                for attribute in model.attributes.values()
                for used in names_in(str(attribute.annotation))
            }
            for module in package.members["models"].modules.values()
            for name, model in module.classes.items()
        }
        for function in _functions(package.members["api"]):
            arguments = {
                name
                for parameter in function.parameters
                for name in names_in(str(parameter.annotation))
            }
            _follow(self._written, arguments, models)
            _follow(self._read, names_in(str(function.returns)), models)

    def breaks(self, model: str, was: str, now: str) -> bool:
        """Tell whether another type of an attribute breaks callers who write it or read it."""
        is_read = model in self._read or model not in self._written
        return (self.is_written(model) and not accepts(now, was)) or (
            is_read and not accepts(was, now)
        )

    def is_written(self, model: str) -> bool:
        """Tell whether callers make such models to send them."""
        return model in self._written


def _follow(found: set[str], names: set[str], models: dict[str, set[str]]) -> None:
    """Add the models of some names, and those that they hold."""
    waiting = (names & models.keys()) - found
    while waiting:
        found |= waiting
        waiting = {used for name in waiting for used in models[name] & models.keys()} - found


def _functions(thing: griffe.Object | griffe.Alias) -> Iterator[griffe.Function]:
    for member in thing.members.values():
        if isinstance(member, griffe.Function) and not member.name.startswith("_"):
            yield member
        elif isinstance(member, (griffe.Module, griffe.Class)):
            yield from _functions(member)


def _path(thing: griffe.Object | griffe.Alias) -> str:
    return thing.path.partition(".")[2]


def _breakages(
    old: griffe.Object | griffe.Alias, new: griffe.Object | griffe.Alias
) -> Iterator[PythonChange]:
    """Yield what griffe finds."""
    for breakage in griffe.find_breaking_changes(old, new):
        sides = (breakage.old_value, breakage.new_value)
        parameters = [side.name for side in sides if isinstance(side, griffe.Parameter)]
        yield PythonChange(
            _path(breakage.obj),
            _DETAILS.get(breakage.kind, str(breakage)),
            is_breaking=True,
            parameter=next(iter(parameters), ""),
            value=_value(breakage.obj),
        )


def _value(thing: griffe.Object | griffe.Alias) -> str:
    """Return what a member of an enumeration stands for, without its quotes."""
    if isinstance(thing, griffe.Attribute) and thing.annotation is None:
        return str(thing.value).strip("'\"")
    return ""


def _members(
    old: griffe.Object | griffe.Alias,
    new: griffe.Object | griffe.Alias,
    directions: _Directions,
) -> Iterator[PythonChange]:
    """Yield what griffe passes over, below a module or class that both packages have."""
    for name, now in new.members.items():
        if now.is_alias or not now.is_public or name.startswith("_"):
            continue
        was = old.members.get(name)
        match was, now:
            case None, _:
                yield _added(now, directions)
            case griffe.Function(), griffe.Function():
                yield from _function(was, now)
            case griffe.Attribute(), griffe.Attribute():
                yield from _attribute(was, now, directions)
            case griffe.Class(), griffe.Class():
                before, after = ([str(base) for base in each.bases] for each in (was, now))
                if before != after and len(before) <= len(after):
                    detail = f"base: {', '.join(before)} → {', '.join(after)}"
                    yield PythonChange(_path(now), detail, is_breaking=True)
                yield from _members(was, now, directions)
            case griffe.Module(), griffe.Module():
                yield from _members(was, now, directions)
            case _:
                pass  # Another kind of thing: griffe says so.


def _added(thing: griffe.Object | griffe.Alias, directions: _Directions) -> PythonChange:
    is_needed = isinstance(thing, griffe.Attribute) and _is_required(thing)
    if is_needed and thing.parent is not None and directions.is_written(thing.parent.name):
        return PythonChange(_path(thing), "added, required to make one", is_breaking=True)
    return PythonChange(_path(thing), "added", is_breaking=False, value=_value(thing))


def _is_required(attribute: griffe.Attribute) -> bool:
    return (
        attribute.annotation is not None
        and _default(attribute) is None
        and "property" not in attribute.labels
    )


def _default(attribute: griffe.Attribute) -> str | None:
    """Return what an attribute is unless it is given, which a secret has in a call."""
    value = None if attribute.value is None else str(attribute.value)
    if value is None or not value.startswith("_field("):
        return value
    call = cast("ast.Call", ast.parse(value, mode="eval").body)
    return next((ast.unparse(one.value) for one in call.keywords if one.arg == "default"), None)


def _function(old: griffe.Function, new: griffe.Function) -> Iterator[PythonChange]:
    path = _path(new)
    before = {parameter.name: parameter for parameter in old.parameters}
    for parameter in new.parameters:
        was = before.get(parameter.name)
        if was is None:
            if not parameter.required:
                detail = "argument added, optional"
                yield PythonChange(path, detail, is_breaking=False, parameter=parameter.name)
            continue
        if was.required and not parameter.required:
            detail = "argument required → optional"
            yield PythonChange(path, detail, is_breaking=False, parameter=parameter.name)
        takes, took = str(parameter.annotation), str(was.annotation)
        if takes != took:
            yield PythonChange(
                path,
                f"type: {took} → {takes}",
                is_breaking=not accepts(takes, took),
                parameter=parameter.name,
            )
    gives, gave = str(new.returns), str(old.returns)
    if gives != gave:
        yield PythonChange(path, f"returns: {gave} → {gives}", is_breaking=not accepts(gave, gives))
    if is_deprecated(new) != is_deprecated(old):
        detail = "deprecated" if is_deprecated(new) else "deprecated no more"
        yield PythonChange(path, detail, is_breaking=False)


def _attribute(
    old: griffe.Attribute, new: griffe.Attribute, directions: _Directions
) -> Iterator[PythonChange]:
    path, model = _path(new), new.parent.name if new.parent else ""
    was, now = str(old.annotation), str(new.annotation)
    if was != now:
        is_breaking = directions.breaks(model, was, now)
        yield PythonChange(path, f"type: {was} → {now}", is_breaking=is_breaking)
    before, after = _default(old), _default(new)
    if before == after:
        return
    if new.annotation is None:
        detail = f"value: {before} → {after}"
        yield PythonChange(path, detail, is_breaking=True, value=_value(new))
    elif _is_required(new):
        detail = "optional → required to make one"
        yield PythonChange(path, detail, is_breaking=directions.is_written(model))
    elif _is_required(old):
        yield PythonChange(path, "required → optional to make one", is_breaking=False)
    else:
        # As griffe has it for arguments.
        detail = f"default: {before} → {after}"
        yield PythonChange(path, detail, is_breaking=directions.is_written(model))
