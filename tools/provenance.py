"""Writes down what a package was generated from, and tells what has changed since."""

from __future__ import annotations

import hashlib
import json
from importlib.metadata import version
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from .building import Recipe

__all__ = ["PROVENANCE", "changes_since", "write_provenance"]

PROVENANCE = "api/provenance.json"
"""The file, within the package. It is not shipped."""

_GENERATOR = "openapi-python-client"
_FORMATTER = "ruff"


def write_provenance(recipe: Recipe, package: Path) -> None:
    """Write down the document, the templates, the settings and the versions of the tools."""
    text = json.dumps(_provenance(recipe), indent=2)
    (package / PROVENANCE).write_text(f"{text}\n", encoding="utf-8")


def changes_since(recipe: Recipe, package: Path) -> list[str]:
    """Return a sentence for each thing that is not as it was when a package was generated."""
    try:
        then = json.loads((package / PROVENANCE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return [f"{PROVENANCE} is missing or damaged: run `make generate`."]
    now = _provenance(recipe)
    sentences = {
        "document": f"{recipe.document.name} has changed since the package was generated.",
        "templates": "The templates have changed since the package was generated.",
        "config": f"{recipe.config.name} has changed since the package was generated.",
        _GENERATOR: _other_version(_GENERATOR, then, now),
        _FORMATTER: _other_version(_FORMATTER, then, now),
    }
    return [sentence for key, sentence in sentences.items() if then.get(key) != now[key]]


def _other_version(tool: str, then: dict[str, str], now: dict[str, str]) -> str:
    return (
        f"The package was generated with {tool} {then.get(tool)}; {now[tool]} is installed. "
        "Install the version that requirements/dev.txt pins, or generate again."
    )


def _provenance(recipe: Recipe) -> dict[str, str]:
    return {
        "document": _hash(recipe.document),
        "templates": _hash(*sorted(recipe.templates.rglob("*.jinja"))),
        "config": _hash(recipe.config),
        _GENERATOR: version(_GENERATOR),
        _FORMATTER: version(_FORMATTER),
    }


def _hash(*paths: Path) -> str:
    digest = hashlib.sha256()
    for path in paths:
        content = path.read_bytes()
        digest.update(f"{path.name} {len(content)}\n".encode())
        digest.update(content)
    return digest.hexdigest()
