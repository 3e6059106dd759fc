"""Which version has to follow another one, after changes of some weight (semver.org)."""

from __future__ import annotations

import enum

from packaging.version import Version

__all__ = ["Bump", "is_enough", "next_version"]


class Bump(enum.IntEnum):
    """The part of a version that has to go up."""

    NONE = 0
    PATCH = 1
    MINOR = 2
    MAJOR = 3

    @property
    def word(self) -> str:
        """The bump as reports show it."""
        return self.name.lower()

    def before_one(self, version: str) -> Bump:
        """Return the bump for a version: before 1.0.0, what breaks takes a minor one."""
        return min(self, Bump.MINOR) if _release(version)[0] == 0 else self


def next_version(version: str, bump: Bump) -> str:
    """Return the lowest version that a bump allows after another one."""
    major, minor, patch = _release(version)
    match bump:
        case Bump.NONE:
            return version
        case Bump.PATCH:
            return f"{major}.{minor}.{patch + 1}"
        case Bump.MINOR:
            return f"{major}.{minor + 1}.0"
        case _:
            return f"{major + 1}.0.0"


def is_enough(version: str, needed: str) -> bool:
    """Tell whether a version is at least as high as another, pre-releases of it included."""
    return _release(version) >= _release(needed)


def _release(version: str) -> tuple[int, int, int]:
    parsed = Version(version)
    return parsed.major, parsed.minor, parsed.micro
