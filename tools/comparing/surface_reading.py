"""Reads the public surface of a package: what its modules list, and what that has."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

import griffe

from .loading import load_package
from .surface_entry import Entry
from .surface_members import Members

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from .surface_members import Thing

__all__ = ["SurfaceError", "read_surface"]


class SurfaceError(Exception):
    """The package does not say what of it is public, or lists what is not there."""


def read_surface(folder: Path) -> list[Entry]:
    """Return the names that a package's public modules list, and their parameters and members.

    A module is public if neither its name nor that of a package around it starts with an
    underscore. The models are had from ``models``: the modules that hold one are not.

    Args:
        folder: The package's folder.

    Raises:
        SurfaceError: A public module has no ``__all__``, or lists what is not there.
    """
    package = load_package(folder)
    entries: list[Entry] = []
    listed: dict[str, Thing | str] = {}
    for module in _modules(package, skipped=f"{package.path}.models"):
        entries.append(Entry(module.path, "module"))
        listed.update(_listed(module))
    homes = _homes(listed)
    members = Members(package.path, homes)
    for path, thing in listed.items():
        home = homes[_canonical(thing)]
        if home != path or isinstance(thing, str):
            entries.append(Entry(path, "alias", type=home if home != path else str(thing)))
        elif isinstance(thing, griffe.Class):
            entries += members.of_class(path, thing)
        elif isinstance(thing, griffe.Function):
            entries += members.of_function(path, thing)
        elif isinstance(thing, griffe.Attribute):
            entries.append(_value(path, thing, members))
    return entries


def _modules(module: Thing, *, skipped: str) -> Iterator[Thing]:
    yield module
    if module.path == skipped:
        return
    for name, child in module.members.items():
        if isinstance(child, griffe.Module) and not name.startswith("_"):
            yield from _modules(child, skipped=skipped)


def _listed(module: Thing) -> Iterator[tuple[str, Thing | str]]:
    """Yield the path of each public name, and what it stands for, or where that is from."""
    if module.exports is None:
        raise SurfaceError(f"{module.path} is public, and has no __all__ that says what of it is.")
    package = module.path.partition(".")[0]
    for name in map(str, module.exports):
        member = module.members.get(name)
        thing: Thing | str | None = member
        if isinstance(member, griffe.Alias):
            try:
                thing = member.final_target
            except (griffe.AliasResolutionError, griffe.CyclicAliasError):
                is_own = member.target_path.partition(".")[0] == package
                thing = None if is_own else member.target_path
        if thing is None:
            raise SurfaceError(f"{module.path} lists {name!r} in __all__, which is not there.")
        yield f"{module.path}.{name}", thing


def _canonical(thing: Thing | str) -> str:
    return thing if isinstance(thing, str) else thing.path


def _homes(listed: dict[str, Thing | str]) -> dict[str, str]:
    """Return, for what is listed anywhere, the one place where its members are written down."""
    places: dict[str, list[str]] = {}
    for path, thing in listed.items():
        places.setdefault(_canonical(thing), []).append(path)
    return {
        canonical: canonical
        if canonical in paths
        else min(paths, key=lambda path: (path.count("."), path))
        for canonical, paths in places.items()
    }


def _value(path: str, thing: griffe.Attribute, members: Members) -> Entry:
    annotation = str(thing.annotation or "")
    value = members.text(thing.value)
    if annotation == "TypeAlias" or (not annotation and isinstance(thing.value, griffe.Expr)):
        # One that names itself is written as a text.
        node = ast.parse(value, mode="eval").body
        is_text = isinstance(node, ast.Constant) and isinstance(node.value, str)
        return Entry(path, "type", type=ast.literal_eval(value) if is_text else value)
    return Entry(path, "value", type=annotation, default=value)
