"""A package of everything imports, is typed, reads and writes every model."""

from __future__ import annotations

import ast
import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from tools.document import load_document
from tools.rendering import Rendering
from tools.round_trip import round_trip_failures, schemas_of
from tools.trial import PYRIGHT, mypy_errors, pyright_errors

from .conftest import ROOT
from .crafted import Crafted, build_crafted

DOCUMENT = Path(__file__).with_name("everything.yaml")


def round_trips(document: Path, package: Crafted, *models: str) -> list[str]:
    rendering = Rendering(load_document(document), ROOT / "generator-config.yaml")
    schemas, components = schemas_of(rendering)
    chosen = {name: schemas[name] for name in models or schemas}

    return round_trip_failures(package.folder, chosen, components, examples=5)


def test_every_module_imports(everything: Crafted) -> None:
    names = everything.modules()

    for name in names:
        assert everything.module(name).__doc__
    assert len(names) > 150


def test_every_public_name_has_a_docstring(everything: Crafted) -> None:
    for name in everything.modules():
        path = everything.folder.joinpath(*name.split(".")).with_suffix(".py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
                assert node.name.startswith("_") or ast.get_docstring(node), (name, node.name)


def test_every_model_writes_what_it_reads(everything: Crafted) -> None:
    assert round_trips(DOCUMENT, everything) == []


def test_mypy_finds_no_error(everything: Crafted) -> None:
    assert mypy_errors(everything.folder.parent, [everything.folder.name]) == {}


def test_pyright_finds_no_error(everything: Crafted) -> None:
    if not (ROOT / PYRIGHT).exists():
        pytest.skip("pyright is not installed: `make types` installs it")

    assert pyright_errors(everything.folder.parent, [everything.folder.name]) == {}


def test_what_does_not_type_check_is_counted(tmp_path: Path) -> None:
    package = tmp_path / "wrong"
    package.mkdir()
    (package / "__init__.py").write_text('x: int = ""\ny: str = 1\n', encoding="utf-8")

    assert mypy_errors(tmp_path, ["wrong"]) == {"wrong": 2}
    if (ROOT / PYRIGHT).exists():
        assert pyright_errors(tmp_path, ["wrong"]) == {"wrong": 2}


def as_version_3_0(node: Any) -> Any:
    """Say in OpenAPI 3.0 what the document says in 3.1, or leave it out."""
    if isinstance(node, list):
        return [as_version_3_0(item) for item in node]
    if not isinstance(node, dict):
        return node
    node = {key: item for key, item in node.items() if key != "contentEncoding"}
    for key in ("oneOf", "anyOf"):
        others = [part for part in node.get(key, ()) if part != {"type": "null"}]
        if others and len(others) < len(node[key]):
            node |= {key: others, "nullable": True}
    node = {key: as_version_3_0(item) for key, item in node.items()}
    kinds = node.get("type")
    if isinstance(kinds, list):
        others = [kind for kind in kinds if kind != "null"]
        node |= {"nullable": True, "type": others[0]}
        if len(others) > 1:
            del node["type"]
            node["oneOf"] = [{"type": kind} for kind in others]
    if "const" in node:
        node["enum"] = [node.pop("const")]
    if isinstance(node.get("prefixItems"), list):
        node["items"] = {"oneOf": node.pop("prefixItems")}
    return {} if node == {"type": "null"} else node


@pytest.fixture(scope="module")
def version_3_0(tmp_path_factory: pytest.TempPathFactory) -> Any:
    source = YAML(typ="safe", pure=True).load(DOCUMENT)
    del source["paths"]["/answers/elsewhere"], source["components"]["pathItems"]
    content = as_version_3_0(source) | {"openapi": "3.0.3"}
    path = tmp_path_factory.mktemp("document") / "everything.json"
    path.write_text(json.dumps(content, default=str), encoding="utf-8")
    with tempfile.TemporaryDirectory(prefix=".trial-", dir=ROOT) as folder:
        yield path, build_crafted(path, Path(folder) / "everything_3_0")


def test_the_same_in_openapi_3_0_writes_what_it_reads(version_3_0: tuple[Path, Crafted]) -> None:
    path, package = version_3_0

    assert round_trips(path, package, "Nullable", "Enums", "Constants", "Owner", "Tuple") == []


def test_nullable_of_openapi_3_0_is_null_or_a_value(version_3_0: tuple[Path, Crafted]) -> None:
    _, package = version_3_0
    source = {"text": None, "list": None, "model": None, "anything": 1, "several": None}

    nullable = package.read("Nullable", source)

    assert (nullable.text, nullable.list_, nullable.model) == (None, None, None)
    assert nullable.to_dict() == source


def test_a_broken_model_is_found(tmp_path: Path) -> None:
    package = tmp_path / "broken_package"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "models.py").write_text(
        "class Thing:\n"
        "    @classmethod\n"
        "    def from_dict(cls, source):\n"
        "        self = cls()\n"
        "        self.source = source\n"
        "        return self\n"
        "    def to_dict(self):\n"
        "        return {key: item for key, item in self.source.items() if item}\n"
        "class Raising(Thing):\n"
        "    def to_dict(self):\n"
        "        raise ValueError('no')\n",
        encoding="utf-8",
    )
    schema = {"type": "object", "properties": {"name": {"type": "string"}}}

    failures = round_trip_failures(package, {"Thing": schema, "Raising": schema}, {}, examples=50)

    assert failures == ["Raising: {} raises ValueError: no", 'Thing: {"name": ""} becomes {}']
