"""Every input that was found by fuzzing, and those that it began with, read once more."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from .targets import CASES, TARGETS

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    "case", sorted(CASES.glob("*/*")), ids=lambda case: f"{case.parent.name}/{case.name}"
)
def test_case_is_read_as_it_has_to_be(case: Path) -> None:
    TARGETS[case.parent.name].run(case.read_bytes())


def test_every_target_has_cases() -> None:
    assert {case.parent.name for case in CASES.glob("*/*")} == set(TARGETS)
