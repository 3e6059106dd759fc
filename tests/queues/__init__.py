"""Clients in the tasks of real engines: what they create, and that the key stays out of sight."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

_PAGE = Path(__file__).parents[2] / "docs" / "configuration.md"


def example(line: str) -> dict[str, Any]:
    """Run the one block of the documentation that has a line, and return its names."""
    blocks = re.findall(
        r"^```python\n(.*?)^```$", _PAGE.read_text("utf-8"), re.DOTALL | re.MULTILINE
    )
    (block,) = [block for block in blocks if line in block]
    # As of a program, whose functions dask sends along.
    names: dict[str, Any] = {"__name__": "__main__"}
    exec(compile(block, str(_PAGE), "exec"), names)  # noqa: S102 - the page is ours
    return names
