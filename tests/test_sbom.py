"""The bill of materials: what it says, that it can be made again, and that it is CycloneDX."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from tools import sbom
from tools.pins import Pin, read_pins

from .test_check_wheel import GOOD, make_wheel

RUNTIME = Path(__file__).parents[1] / "requirements/runtime.txt"
DIGITS = hashlib.sha256(b"").hexdigest()
PINS = (
    Pin("httpx", "0.28.1", (DIGITS, DIGITS[::-1]), None, frozenset({"kodexa-client"})),
    Pin("h11", "0.16.0", (DIGITS,), None, frozenset({"httpx"})),
    Pin("colorama", "0.4.6", (DIGITS,), "python_version < '3'", frozenset({"httpx", "other"})),
)


class ShortHash:
    def __init__(self, content: bytes) -> None:
        pass

    def hexdigest(self) -> str:
        return "ab"


@pytest.fixture
def wheel(tmp_path: Path) -> Path:
    return make_wheel(tmp_path, "kodexa_client", GOOD)


def described(wheel: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(sbom.describe(wheel, PINS))
    return content


def test_root_is_the_wheel(wheel: Path) -> None:
    root = described(wheel)["metadata"]["component"]

    assert (root["name"], root["version"]) == ("kodexa-client", "1.0")
    assert root["hashes"] == [
        {"alg": "SHA-256", "content": hashlib.sha256(wheel.read_bytes()).hexdigest()}
    ]


def test_components_are_the_pins(wheel: Path) -> None:
    components = {one["name"]: one for one in described(wheel)["components"]}

    assert {name: one["version"] for name, one in components.items()} == {
        pin.name: pin.version for pin in PINS
    }
    (files,) = components["httpx"]["externalReferences"]
    assert {one["content"] for one in files["hashes"]} == {DIGITS, DIGITS[::-1]}


def test_dependencies_are_who_needs_whom(wheel: Path) -> None:
    needs = {one["ref"]: one.get("dependsOn", []) for one in described(wheel)["dependencies"]}

    assert needs == {
        "pkg:pypi/kodexa-client@1.0": ["pkg:pypi/httpx@0.28.1"],
        "pkg:pypi/httpx@0.28.1": ["pkg:pypi/h11@0.16.0", "pkg:pypi/colorama@0.4.6"],
        "pkg:pypi/h11@0.16.0": [],
        "pkg:pypi/colorama@0.4.6": [],
    }


def test_same_wheel_has_the_same_bill(wheel: Path) -> None:
    assert sbom.describe(wheel, PINS) == sbom.describe(wheel, PINS)


def test_another_wheel_has_another_bill(wheel: Path, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    other = make_wheel(tmp_path / "other", "kodexa_client", GOOD | {"more": ""})

    assert described(wheel)["serialNumber"] != described(other)["serialNumber"]


def test_what_is_read_is_what_this_python_installs(wheel: Path) -> None:
    path = sbom.path_of(wheel)
    path.write_text(sbom.describe(wheel, PINS), encoding="utf-8")

    assert sbom.read_bill(path) == sbom.Bill(
        subject=("kodexa-client", "1.0"),
        sha256=hashlib.sha256(wheel.read_bytes()).hexdigest(),
        names=frozenset({"httpx", "h11"}),
    )


def test_what_is_not_cyclonedx_is_refused(wheel: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # The library does not look at what it is given; the schema knows no hash of two digits.
    monkeypatch.setattr(hashlib, "sha256", ShortHash)

    with pytest.raises(ValueError, match="is not CycloneDX: 'ab'"):
        sbom.describe(wheel, PINS)


def test_bill_is_written_beside_the_wheel(wheel: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert sbom.main([str(wheel.parent), f"--pins={RUNTIME}"]) == 0
    assert f"{len(read_pins(RUNTIME))} dependencies" in capsys.readouterr().out
    written = json.loads((wheel.parent / "kodexa_client-1.0.cdx.json").read_text(encoding="utf-8"))
    assert written["bomFormat"] == "CycloneDX"
