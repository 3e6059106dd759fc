"""Proves that the models of a package write what they read, for JSON made from their schemas."""

from __future__ import annotations

import functools
import importlib
import json
import sys
from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, Phase, find, settings
from hypothesis.errors import NoSuchExample, Unsatisfiable

from .schema_strategy import Schemas

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from .rendering import Rendering

__all__ = ["round_trip_failures", "schemas_of"]


def schemas_of(rendering: Rendering) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the schema of each model by its class's name, and the document's components."""
    components = rendering.document.content.get("components") or {}
    return (
        {
            str(model.class_info.name): _as_written(
                model.data.model_dump(mode="json", by_alias=True, exclude_none=True), rendering
            )
            for model in rendering.data.models
        },
        _as_written(components.get("schemas") or {}, rendering),
    )


def _as_written(node: Any, rendering: Rendering) -> Any:  # noqa: ANN401 - any part of a schema
    """Put the document's own names and values back where others stand in for them."""
    prepared = rendering.prepared
    stand_ins = prepared.properties | prepared.enum_values
    if isinstance(node, dict):
        return {stand_ins.get(key, key): _as_written(part, rendering) for key, part in node.items()}
    if isinstance(node, list):
        return [_as_written(part, rendering) for part in node]
    return stand_ins.get(node, node) if isinstance(node, str) else node


def round_trip_failures(
    package: Path,
    schemas: Mapping[str, Any],
    components: Mapping[str, Any],
    *,
    examples: int = 50,
) -> list[str]:
    """Read and write JSON of every model of a package, and describe what comes out changed.

    Args:
        package: The package's folder.
        schemas: The schema of each model, by the name of its class.
        components: The document's component schemas, by name.
        examples: How many values are tried for each model.
    """
    sys.path.insert(0, str(package.parent))
    try:
        models = importlib.import_module(f"{package.name}.models")
    finally:
        sys.path.remove(str(package.parent))
    strategies = Schemas(components)
    return list(_failures(models, schemas, strategies, examples))


def _failures(
    models: Any,  # noqa: ANN401 - a module
    schemas: Mapping[str, Any],
    strategies: Schemas,
    examples: int,
) -> Iterable[str]:
    chosen = settings(
        max_examples=examples,
        database=None,
        deadline=None,
        derandomize=True,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=[
            HealthCheck.too_slow,
            HealthCheck.data_too_large,
            HealthCheck.filter_too_much,
        ],
    )
    for name, schema in sorted(schemas.items()):
        fails = functools.partial(_fails, getattr(models, name))
        try:
            found = find(
                # Where a model is nullable, null is its owner's to read.
                strategies.strategy(schema).filter(lambda value: value is not None),
                fails,
                settings=chosen,
            )
        except (NoSuchExample, Unsatisfiable):
            # None fails, or there is none: a schema may need itself without end.
            continue
        yield f"{name}: {json.dumps(found)} {_problem(getattr(models, name), found)}"


def _fails(model: Any, value: Any) -> bool:  # noqa: ANN401 - of any package
    return _problem(model, value) is not None


def _problem(model: Any, value: Any) -> str | None:  # noqa: ANN401 - of any package
    try:
        written = model.from_dict(value).to_dict()
        if json.dumps(written, sort_keys=True) == json.dumps(value, sort_keys=True):
            return None
    except Exception as error:  # noqa: BLE001 - whatever the models raise is the finding
        return f"raises {type(error).__name__}: {error}"
    return f"becomes {json.dumps(written)}"
