"""Documents of others become packages that work, or are refused in one line."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from typing import Any

import pytest

from tools import trial
from tools.trial import Result, main, mypy_errors, pyright_errors, table, try_documents

from .conftest import ROOT

SPECS = Path(os.environ.get("SPECS", ROOT.parent / "shared" / "specs"))

HEAD = "openapi: 3.1.0\ninfo: {title: T, version: '1'}\n"
FINE = HEAD + (
    "paths:\n  /x:\n    get:\n      operationId: x\n      tags: [x]\n"
    "      responses: {'200': {description: '', content: {application/json: {schema:"
    " {$ref: '#/components/schemas/A'}}}}}\n"
    "components:\n  schemas:\n    A: {type: object, properties: {a: {type: integer}}}\n"
)


@pytest.fixture
def _no_pyright(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trial, "PYRIGHT", Path("nowhere"))


@pytest.mark.usefixtures("_no_pyright")
def test_documents_of_others_work_or_are_refused_in_one_line() -> None:
    if not SPECS.is_dir():
        pytest.skip(f"{SPECS} is not there: SPECS=... says where documents of others are")
    paths = sorted(path for path in SPECS.iterdir() if path.suffix in {".json", ".yaml"})

    results = try_documents(paths, examples=1)

    for result in results:
        if result.refused:
            assert re.match(rf"{re.escape(result.document)}:\d+:\d+: \S", result.refused)
        else:
            assert (result.mypy, result.failures) == (0, []), result
    assert any(not result.refused for result in results)


@pytest.mark.usefixtures("_no_pyright")
def test_the_table_has_a_row_for_each_document(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "fine.yaml").write_text(FINE, encoding="utf-8")
    (tmp_path / "broken.json").write_text("{}", encoding="utf-8")
    (tmp_path / "README.md").touch()
    page = tmp_path / "page.md"

    assert main([str(tmp_path), "--write", str(page)]) == 0

    assert capsys.readouterr().out == ""
    *_, broken, fine = page.read_text(encoding="utf-8").splitlines()
    assert broken.startswith("| broken.json | refused: broken.json:1:1: no version of OpenAPI")
    assert fine == "| fine.yaml | 1 | 1 | 0 | 0 | 0 | not installed | 0 |"
    assert broken.count("|") == fine.count("|")
    assert list(ROOT.glob(".trial-*/of_fine")) == []


def test_what_is_wrong_is_shown_and_fails(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def found(*_: Any, **__: Any) -> list[Result]:
        return [Result("a.yaml", operations=1, models=2, pyright=3, failures=["A: 1 becomes 2"])]

    monkeypatch.setattr(trial, "try_documents", found)

    assert main([str(tmp_path)]) == 1

    shown = capsys.readouterr()
    assert shown.out.splitlines()[-1] == "| a.yaml | 1 | 2 | 0 | 0 | 0 | 3 | 1 |"
    assert shown.err == "a.yaml: A: 1 becomes 2\n"


def test_a_folder_without_documents_fails(tmp_path: Path) -> None:
    assert main([str(tmp_path)]) == 1


def test_a_line_of_a_table_holds_no_other_cell() -> None:
    row = table([Result("a.yaml", refused="a.yaml:1:1: x | y")]).splitlines()[-1]

    assert row == r"| a.yaml | refused: a.yaml:1:1: x \| y | | | | | | |"


def fake(folder: Path, monkeypatch: pytest.MonkeyPatch, output: str) -> None:
    """Put a program in pyright's place, which prints something."""
    program = folder / "fake_pyright"
    program.write_text(f"#!{sys.executable}\nprint({output!r})\n", encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setattr(trial, "PYRIGHT", program)


def test_errors_of_pyright_are_counted_by_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    place = str(tmp_path / "one" / "models" / "a.py")
    error = f'{{"file": "{place}", "message": "No.", "range": {{"start": {{"line": 6}}}}}}'
    report = f'{{"generalDiagnostics": [{error}], "summary": {{"filesAnalyzed": 2}}}}'
    fake(tmp_path, monkeypatch, report)

    found = pyright_errors(tmp_path, ["one", "two"])

    assert found == {"one": 1}
    assert capsys.readouterr().err == f"{Path('one', 'models', 'a.py')}:7: No.\n"


def test_a_run_of_pyright_over_nothing_is_no_success(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake(tmp_path, monkeypatch, '{"generalDiagnostics": [], "summary": {"filesAnalyzed": 0}}')

    with pytest.raises(RuntimeError, match="pyright failed"):
        pyright_errors(tmp_path, ["one"])


def test_a_run_of_mypy_over_nothing_is_no_success(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="mypy failed"):
        mypy_errors(tmp_path, ["nowhere"])


@pytest.mark.usefixtures("_no_pyright")
def test_without_pyright_there_is_no_count(tmp_path: Path) -> None:
    assert pyright_errors(tmp_path, []) is None
