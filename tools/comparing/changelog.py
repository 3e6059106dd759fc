"""Reads what CHANGELOG.md tells of that an earlier one did not release yet."""

from __future__ import annotations

__all__ = ["unreleased"]

_HEADING = "## ["


def unreleased(changelog: str, *, before: str = "") -> list[str]:
    """Return the lines on what is not released, or was released since an earlier changelog.

    A release moves them below a heading of its own, and that changes nothing of what is said.

    Args:
        changelog: The changelog.
        before: The earlier one.
    """
    released = {line for line in _headings(before) if not line.startswith("## [Unreleased]")}
    found: list[str] = []
    is_new = False
    for line in changelog.splitlines():
        if line.startswith(_HEADING):
            is_new = line not in released
        elif is_new and line.strip():
            found.append(line)
    return found


def _headings(changelog: str) -> list[str]:
    return [line for line in changelog.splitlines() if line.startswith(_HEADING)]
