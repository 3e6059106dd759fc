"""The tests that the documents show, each in a session of pytest of its own."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BLOCKS = [
    (name, block)
    for name in ("README.md", "docs/testing.md")
    for block in re.findall(
        r"^```python\n(.*?)^```$",
        (ROOT / name).read_text(encoding="utf-8"),
        re.MULTILINE | re.DOTALL,
    )
    if "def test_" in block
]
# What the README's test imports: the reader's own.
MY_CODE = """
def create_ci_token(client):
    return client.access_tokens.create(name="ci")
"""


def test_the_documents_show_tests() -> None:
    assert [name for name, _ in BLOCKS] == ["README.md", *["docs/testing.md"] * 3]


@pytest.mark.parametrize(("name", "block"), BLOCKS, ids=range(len(BLOCKS)))
def test_a_shown_test_passes(name: str, block: str, tmp_path: Path) -> None:
    del name
    (tmp_path / "my_code.py").write_text(MY_CODE, encoding="utf-8")
    (tmp_path / "test_shown.py").write_text(block, encoding="utf-8")

    ran = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"),
            *("-o", "asyncio_mode=auto", "-o", "asyncio_default_fixture_loop_scope=function"),
            "test_shown.py",
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert f"{block.count('def test_')} passed" in ran.stdout, ran.stdout


def test_the_readmes_test_has_at_most_ten_lines() -> None:
    (_, block), *_ = BLOCKS

    assert len([line for line in block.splitlines() if line]) <= 10
