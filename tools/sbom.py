"""Writes the wheel's bill of materials, in CycloneDX: what installing the wheel brings along."""

from __future__ import annotations

import argparse
import datetime
import hashlib
import json
import sys
import uuid
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from attrs import frozen
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packaging.markers import Marker
from packaging.metadata import Metadata
from packaging.utils import canonicalize_name

from .pins import read_pins

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .pins import Pin

__all__ = ["Bill", "describe", "main", "path_of", "read_bill"]

_SCHEMA = SchemaVersion.V1_6
# Where a component is installed, if not everywhere: the schema has no word for it.
_MARKER = "kodexa-client:marker"


@frozen
class Bill:
    """What a bill of materials says.

    Attributes:
        subject: The name and the version of what it is of.
        sha256: The hash of the wheel that it is of.
        names: What the wheel brings along with this Python, on this system.
    """

    subject: tuple[str, str]
    sha256: str
    names: frozenset[str]


def path_of(wheel: Path) -> Path:
    """Return where a wheel's bill of materials is: beside it."""
    # A wheel is called {distribution}-{version}-...
    return wheel.with_name("-".join(wheel.name.split("-")[:2]) + ".cdx.json")


def describe(wheel: Path, pins: Sequence[Pin]) -> str:
    """Return a wheel's bill of materials, the same for the same wheel and pins.

    Args:
        wheel: The wheel.
        pins: What it needs, directly or not.

    Raises:
        ValueError: The bill is not what the schema of CycloneDX asks for.
    """
    subject = _subject(wheel)
    by_name = {subject["name"]: subject} | {pin.name: _component(pin) for pin in pins}
    bill = {
        "$schema": f"http://cyclonedx.org/schema/bom-{_SCHEMA.to_version()}.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": _SCHEMA.to_version(),
        # Two bills of one wheel are one bill, and those of two wheels are two.
        "serialNumber": uuid.uuid5(uuid.NAMESPACE_URL, f"{subject['purl']}#{_sha256(wheel)}").urn,
        "version": 1,
        "metadata": {"timestamp": _date(wheel).isoformat(), "component": subject},
        "components": [by_name[pin.name] for pin in pins],
        "dependencies": [
            {
                "ref": component["bom-ref"],
                "dependsOn": [
                    by_name[pin.name]["bom-ref"] for pin in pins if name in pin.needed_by
                ],
            }
            for name, component in by_name.items()
        ],
    }
    text = json.dumps(bill, indent=2)
    error: Any = JsonStrictValidator(_SCHEMA).validate_str(text)
    if error is not None:
        raise ValueError(f"the bill of materials is not CycloneDX: {error.data.message}")
    return f"{text}\n"


def _subject(wheel: Path) -> dict[str, Any]:
    with zipfile.ZipFile(wheel) as archive:
        metadata = Metadata.from_email(archive.read(_member(archive, "METADATA")))
    expression = metadata.license_expression
    return {
        **_identity(canonicalize_name(metadata.name), str(metadata.version)),
        "licenses": [{"expression": expression}] if expression else [],
        "hashes": [_hash(_sha256(wheel))],
    }


def _component(pin: Pin) -> dict[str, Any]:
    identity = _identity(pin.name, pin.version)
    # Of a component's own hashes there is one: these are of its files, of which pip takes
    # the one that fits.
    files = {
        "type": "distribution",
        "url": identity["purl"],
        "hashes": [_hash(digits) for digits in pin.sha256],
    }
    properties = [{"name": _MARKER, "value": pin.marker}] if pin.marker else []
    return {**identity, "externalReferences": [files], "properties": properties}


def _identity(name: str, version: str) -> dict[str, str]:
    address = f"pkg:pypi/{name}@{quote(version, safe='')}"
    return {
        "type": "library",
        "bom-ref": address,
        "name": name,
        "version": version,
        "purl": address,
    }


def _hash(digits: str) -> dict[str, str]:
    return {"alg": "SHA-256", "content": digits}


def _member(archive: zipfile.ZipFile, name: str) -> str:
    (found,) = (one for one in archive.namelist() if one.endswith(f".dist-info/{name}"))
    return found


def _date(wheel: Path) -> datetime.datetime:
    """Return the date that a wheel was built with: all its files have it."""
    with zipfile.ZipFile(wheel) as archive:
        date = archive.getinfo(_member(archive, "METADATA")).date_time
    return datetime.datetime(*date, tzinfo=datetime.UTC)


def _sha256(wheel: Path) -> str:
    return hashlib.sha256(wheel.read_bytes()).hexdigest()


def read_bill(path: Path) -> Bill:
    """Read a bill of materials that `describe` has made.

    Args:
        path: Its file.
    """
    content = json.loads(path.read_text(encoding="utf-8"))
    subject = content["metadata"]["component"]
    return Bill(
        subject=(subject["name"], subject["version"]),
        sha256=subject["hashes"][0]["content"],
        names=frozenset(one["name"] for one in content["components"] if _is_installed(one)),
    )


def _is_installed(component: dict[str, list[dict[str, str]]]) -> bool:
    markers = (one["value"] for one in component["properties"] if one["name"] == _MARKER)
    return all(Marker(marker).evaluate() for marker in markers)


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the bill of materials of the one wheel in a folder, beside it.

    Args:
        arguments: The command line's arguments, for tests.
    """
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="where the wheel is, for example dist")
    parser.add_argument(
        "--pins", type=Path, required=True, help="the compiled requirement file of the wheel alone"
    )
    options = parser.parse_args(arguments)
    (wheel,) = options.folder.glob("*.whl")
    pins = read_pins(options.pins)
    path_of(wheel).write_text(describe(wheel, pins), encoding="utf-8")
    print(f"{path_of(wheel).name}: CycloneDX {_SCHEMA.to_version()}, {len(pins)} dependencies")
    return 0


if __name__ == "__main__":
    sys.exit(main())
