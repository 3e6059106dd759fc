"""Runs the generator into an empty folder; anything that it can't do is an error."""

from __future__ import annotations

import contextlib
import io
from typing import TYPE_CHECKING

from openapi_python_client import Project
from openapi_python_client.config import Config, ConfigFile, MetaType
from openapi_python_client.parser import GeneratorData
from openapi_python_client.parser.errors import GeneratorError

from .checking import check_names, check_operations
from .document import Document, DocumentError
from .template_functions import add_template_functions

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

__all__ = ["GENERATED_FOLDERS", "render"]

GENERATED_FOLDERS = ("api", "models")


def render(document: Document, *, config_path: Path, templates: Path, output: Path) -> None:
    """Write the package that a document describes.

    Args:
        document: The document.
        config_path: The generator's settings.
        templates: Our templates.
        output: A folder that does not exist yet. The generator's own client, errors and
            types are written there too, beside ``api/`` and ``models/``.

    Raises:
        DocumentError: Something in the document can't be generated.
    """
    check_operations(document)
    config = Config.from_sources(
        ConfigFile.load_from_path(config_path),
        MetaType.NONE,
        document.path,
        "utf-8",
        overwrite=False,
        output_path=output,
    )
    data = GeneratorData.from_dict(document.content, config=config)
    if isinstance(data, GeneratorError):
        raise DocumentError(_explain([data], document))
    check_names(data, document)
    project = Project(openapi=data, config=config, custom_template_path=templates)
    add_template_functions(project, document)
    with contextlib.redirect_stdout(io.StringIO()):
        errors = project.build()
    if errors:
        raise DocumentError(_explain(errors, document))


def _explain(errors: Iterable[GeneratorError], document: Document) -> str:
    """Say where in the document each of the generator's complaints arises."""
    lines = []
    for error in errors:
        text = " ".join(part for part in (error.header, error.detail) if part)
        lines.append(f"{_place(text, document)}: {' '.join(text.split())}")
    lines.append(
        "Nothing was written: a package without these would be incomplete. Change the "
        "document there, or say in the templates how to generate it."
    )
    return "\n".join(dict.fromkeys(lines))


def _place(text: str, document: Document) -> str:
    """Find what a complaint is about by the names in it: the generator tells no place."""
    for place, _ in document.operations():
        _, path, method = place
        if f"{str(method).upper()} {path} " in text:
            return document.locate(place)
    components = document.content.get("components") or {}
    for kind in ("schemas", "parameters", "requestBodies", "responses"):
        names: list[str] = sorted(components.get(kind) or {}, key=len, reverse=True)
        for name in names:
            if name in text:
                return document.locate(("components", kind, name))
    return document.locate(())
