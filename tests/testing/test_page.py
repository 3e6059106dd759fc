"""The tests that the documents show, each in a file of its own."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

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


def test_the_shown_tests_pass(tmp_path: Path) -> None:
    (tmp_path / "my_code.py").write_text(MY_CODE, encoding="utf-8")
    for number, (_, block) in enumerate(BLOCKS):
        (tmp_path / f"test_{number}.py").write_text(block, encoding="utf-8")

    ran = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"),
            *("-o", "asyncio_mode=auto", "-o", "asyncio_default_fixture_loop_scope=function"),
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    shown = sum(block.count("def test_") for _, block in BLOCKS)
    assert re.search(rf"^{shown} passed in", ran.stdout, re.MULTILINE), ran.stdout


def test_the_readmes_test_has_at_most_ten_lines() -> None:
    (_, block), *_ = BLOCKS

    assert len([line for line in block.splitlines() if line]) <= 10
