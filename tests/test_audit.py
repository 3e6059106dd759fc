"""What tools/audit.py makes of pip-audit's answers: only one to everything is a good one."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import pytest

from tools import audit

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Program = Callable[[str], Path]

GOOD = {"name": "h11", "version": "0.16.0", "vulns": []}
BAD = {
    "name": "idna",
    "version": "3.20",
    "vulns": [
        {"id": "PYSEC-1", "fix_versions": ["3.21", "4.0"]},
        {"id": "PYSEC-2", "fix_versions": []},
    ],
}


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    paths = [tmp_path / "runtime.txt", tmp_path / "dev.txt"]
    for path in paths:
        path.write_text("h11==0.16.0 \\\n    --hash=sha256:aa\n", encoding="utf-8")
    with paths[1].open("a", encoding="utf-8") as file:
        file.write("idna==3.20 ; sys_platform == 'win32' \\\n    --hash=sha256:bb\n")
    return [str(path) for path in paths]


@pytest.fixture
def program(tmp_path: Path) -> Program:
    def write(body: str) -> Path:
        path = tmp_path / "pip-audit"
        path.write_text(f"#!{sys.executable}\nimport pathlib, sys\n{body}\n", encoding="utf-8")
        path.chmod(0o755)
        return path

    return write


def answering(*dependencies: object) -> str:
    return f"print({json.dumps({'dependencies': dependencies})!r})"


def test_an_answer_without_vulnerabilities_passes(
    files: list[str], program: Program, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = answering(GOOD, BAD | {"vulns": []})

    assert audit.main([*files, f"--program={program(answer)}"]) == 0
    assert capsys.readouterr().out == "2 versions in 2 files: no known vulnerability\n"


def test_everything_is_asked_for_whatever_the_system(
    files: list[str], program: Program, tmp_path: Path
) -> None:
    asked = tmp_path / "asked"
    read = "[pathlib.Path(a.partition('=')[2]).read_text() for a in sys.argv if 'requirement' in a]"
    body = f"open({str(asked)!r}, 'w').writelines({read})"
    audit.main([*files, f"--program={program(body)}"])

    assert asked.read_text(encoding="utf-8") == "h11==0.16.0\nidna==3.20\n"


def test_vulnerabilities_are_named_with_their_files(
    files: list[str], program: Program, capsys: pytest.CaptureFixture[str]
) -> None:
    # pip-audit ends with 1 where it finds one.
    answer = f"{answering(GOOD, BAD)}\nsys.exit(1)"

    assert audit.main([*files, f"--program={program(answer)}"]) == 1
    assert capsys.readouterr().out.splitlines() == [
        "idna 3.20 (dev): PYSEC-1, fixed in 3.21, 4.0",
        "idna 3.20 (dev): PYSEC-2, fixed in no version",
    ]


@pytest.mark.parametrize(
    ("second", "reason"),
    [((), "idna 3.20"), (({"name": "idna", "skip_reason": "not found: idna"},), "not found: idna")],
    ids=["absent", "skipped"],
)
def test_what_was_not_looked_up_is_a_failure(
    files: list[str],
    program: Program,
    second: tuple[object, ...],
    reason: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert audit.main([*files, f"--program={program(answering(GOOD, *second))}"]) == 1
    printed = capsys.readouterr().out
    assert printed.startswith("1 of 2 pinned versions could not be looked up")
    assert printed.endswith(f"For example: {reason}\n")


@pytest.mark.parametrize(
    ("body", "reason"),
    [("sys.exit('Trouble\\nNo such host')", "No such host"), ("", "it says nothing")],
)
def test_a_service_that_is_out_of_reach_is_a_failure(
    files: list[str],
    program: Program,
    body: str,
    reason: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert audit.main([*files, f"--program={program(body)}"]) == 1
    assert capsys.readouterr().out == (
        f"The advisory service can't be asked, so nothing is known: {reason}\n"
    )
