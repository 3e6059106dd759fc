"""Loads a package for a comparison, without running it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import griffe

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["is_deprecated", "load_package"]


def load_package(folder: Path) -> griffe.Object | griffe.Alias:
    """Return a package as its source has it.

    Args:
        folder: The package's folder.
    """
    loader = griffe.GriffeLoader(search_paths=[folder.parent], allow_inspection=False)
    # Otherwise a folder of that name where the tool is started comes first.
    return loader.load(folder.name, try_relative_path=False)


def is_deprecated(function: griffe.Function) -> bool:
    """Tell whether a function's docstring says that it is deprecated."""
    return function.docstring is not None and ".. deprecated::" in function.docstring.value
