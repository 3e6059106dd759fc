"""Builds a whole package from a document and the wrapper, apart from the one in use."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

from attrs import frozen

from .checking import check_names, check_operations, left_out
from .document import load_document
from .finishing import finish, prove_importable
from .provenance import write_provenance
from .rendering import GENERATED_FOLDERS, Rendering

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Recipe", "build"]


@frozen
class Recipe:
    """What a package is made of.

    Attributes:
        document: The OpenAPI document.
        config: The generator's settings.
        templates: The folder of our templates.
        settings: The pyproject.toml with ruff's settings.
        wrapper: The package whose hand-written modules are taken.
    """

    document: Path
    config: Path
    templates: Path
    settings: Path
    wrapper: Path

    @classmethod
    def of(cls, root: Path) -> Recipe:
        """Return this project's recipe."""
        return cls(
            document=root / "openapi.yaml",
            config=root / "generator-config.yaml",
            templates=root / "templates",
            settings=root / "pyproject.toml",
            wrapper=root / "kodexa_client",
        )


def build(recipe: Recipe, package: Path) -> list[str]:
    """Make the package, and prove that it lints and imports.

    Args:
        recipe: What to make it of.
        package: A folder that does not exist, named as the package is to be.

    Returns:
        What the document describes that is not for a client: a sentence for each.

    Raises:
        DocumentError: The document can't be used, or what comes of it doesn't work.
    """
    document = load_document(recipe.document)
    check_operations(document)
    rendering = Rendering(document, recipe.config)
    check_names(rendering.data, document, recipe.wrapper)
    output = package.with_name(f"{package.name}.output")
    rendering.write(recipe.templates, output)
    shutil.copytree(
        recipe.wrapper,
        package,
        ignore=shutil.ignore_patterns("__pycache__", *GENERATED_FOLDERS),
        copy_function=_link,
    )
    for folder in GENERATED_FOLDERS:
        shutil.move(output / folder, package / folder)
    shutil.rmtree(output)
    write_provenance(recipe, package)
    finish((package / folder for folder in GENERATED_FOLDERS), settings=recipe.settings)
    prove_importable(package, GENERATED_FOLDERS)
    return left_out(document)


def _link(source: str, target: str) -> str:
    """Give a file a second name, so that an editor which has it open keeps it; else copy it."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)
    return target
