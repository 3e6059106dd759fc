"""The date that the distributions are built with, so that whoever builds them gets the same."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["source_date"]

# The specification of reproducible builds has this name for it.
VARIABLE = "SOURCE_DATE_EPOCH"


def source_date(root: Path, environment: Mapping[str, str]) -> str | None:
    """Return the seconds since 1970 as text; None leaves the choice to the build's own constant.

    Args:
        root: The project's folder.
        environment: The environment's variables. Its `SOURCE_DATE_EPOCH` goes before all.
    """
    if given := environment.get(VARIABLE):
        return given
    # Not asked of a folder further up: an unpacked archive may lie in another repository.
    if (root / ".git").exists():
        command = ["git", "-C", str(root), "log", "-1", "--format=%ct"]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
    # The source distribution's files have the date that it was built with.
    information = root / "PKG-INFO"
    return str(int(information.stat().st_mtime)) if information.exists() else None
