"""The blocks of the README run, against the fake platform."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from kodexa_client.testing import FakePlatform

from .conftest import settle

if TYPE_CHECKING:
    from collections.abc import Generator

README = Path(__file__).parents[1] / "README.md"
ALL = re.findall(
    r"^```python\n(.*?)^```$", README.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
)
# Tests are run by tests/testing/test_page.py.
BLOCKS = [block for block in ALL if "def test_" not in block]


@pytest.fixture
def platform(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Generator[FakePlatform]:
    platform = FakePlatform(api_keys=["readme-key"])
    with platform.serve() as base_url:
        monkeypatch.setenv("KODEXA_URL", base_url)
        monkeypatch.setenv("KODEXA_API_KEY", "readme-key")
        key_file = tmp_path / "key"
        key_file.write_text("readme-key\n", encoding="utf-8")
        monkeypatch.setenv("KODEXA_KEY_FILE", str(key_file))
        yield platform


def test_the_readme_has_blocks() -> None:
    assert len(BLOCKS) == 5


@pytest.mark.parametrize("block", BLOCKS, ids=range(len(BLOCKS)))
async def test_a_block_runs(block: str, platform: FakePlatform) -> None:
    # A block that calls asyncio.run() can't do so inside of this test's loop.
    source = block.replace("asyncio.run(main())\n", "")
    names: dict[str, Any] = {}

    exec(compile(source, str(README), "exec"), names)  # noqa: S102 - the README is ours

    if "main" in names:
        await settle(names["main"]())
    assert bool(platform.created_tokens) is ("Client(" in block)
