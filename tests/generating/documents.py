"""Small documents for tests of one thing, and what the generator makes of them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tools.document import Document, load_document
from tools.rendering import Rendering

from .conftest import ROOT

if TYPE_CHECKING:
    from pathlib import Path

CONFIG = ROOT / "generator-config.yaml"


def document(folder: Path, *, version: str = "3.1.0", **parts: Any) -> Document:
    """Return a valid document that has these parts."""
    path = folder / "openapi.json"
    content = {"openapi": version, "info": {"title": "T", "version": "1"}, "paths": {}, **parts}
    path.write_text(json.dumps(content, indent=1), encoding="utf-8")
    return load_document(path)


def of_schemas(folder: Path, **schemas: Any) -> Document:
    """Return a document with component schemas."""
    return document(folder, components={"schemas": schemas})


def of_operation(folder: Path, path: str = "/x", **parts: Any) -> Document:
    """Return a document with one operation."""
    operation = {
        "operationId": "getX",
        "tags": ["x"],
        "responses": {"204": {"description": ""}},
        **parts,
    }
    return document(folder, paths={path: {"get": operation}})


def attributes(read: Document, model: str) -> dict[str, str]:
    """Return the properties of a model by their JSON names, as their declarations."""
    data = Rendering(read, CONFIG).data
    (found,) = [one for one in data.models if one.class_info.name == model]
    properties = [*(found.required_properties or []), *(found.optional_properties or [])]
    return {
        one.name.get_untrusted_value(): one.to_string().as_unembedded_code() for one in properties
    }
