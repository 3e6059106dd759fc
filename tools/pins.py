"""Reads the requirement files that `make requirements` compiles: what is pinned, and for what."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from attrs import frozen
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Pin", "read_pins"]

_HASH = re.compile(r"--hash=sha256:(\S+)")
# What needs it stands below, one a line or behind the word.
_NEEDED_BY = re.compile(r"^ +# +(?:via +)?(?!via$)(?!-)(\S+)", re.MULTILINE)


@frozen
class Pin:
    """One version of a distribution.

    Attributes:
        name: Its normalized name.
        version: The version.
        sha256: The hashes of its files.
        marker: Where it is installed, or None for everywhere.
        needed_by: The names of what requires it.
    """

    name: str
    version: str
    sha256: tuple[str, ...]
    marker: str | None
    needed_by: frozenset[str]


def read_pins(path: Path) -> tuple[Pin, ...]:
    """Read a compiled requirement file.

    Args:
        path: The file.

    Raises:
        ValueError: A version in it is not exact, or has no hash.
    """
    # Each begins where a line does; what belongs to it is indented.
    entries = re.split(r"^(?=[^\s#])", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return tuple(_read_pin(entry, path) for entry in entries[1:])


def _read_pin(entry: str, path: Path) -> Pin:
    line = entry.partition("\n")[0].removesuffix("\\")
    requirement = Requirement(line)
    hashes = tuple(_HASH.findall(entry))
    exact = re.fullmatch(r"==([^*,]+)", str(requirement.specifier))
    if exact is None or not hashes:
        raise ValueError(f"{path.name} does not pin {requirement.name} by version and hash")
    return Pin(
        name=canonicalize_name(requirement.name),
        version=exact[1],
        sha256=hashes,
        marker=None if requirement.marker is None else str(requirement.marker),
        needed_by=frozenset(canonicalize_name(name) for name in _NEEDED_BY.findall(entry)),
    )
