"""Checks what a user gets: the wheel's content, what installing it brings, and the bill of that."""

from __future__ import annotations

import argparse
import hashlib
import json
import subprocess
import sys
import tempfile
import venv
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from .sbom import path_of, read_bill

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

PACKAGE = "kodexa_client"
DISTRIBUTION = "kodexa-client"
# pyproject.toml lists them too. They stand here again so that a sixth one is a decision.
DEPENDENCIES = frozenset({"anyio", "attrs", "httpcore", "httpx", "python-dateutil"})
# The specification of wheels names the first three, PEP 639 the folder of the fourth.
METADATA = frozenset({"METADATA", "RECORD", "WHEEL", "licenses/LICENSE"})
OPTIONAL_METADATA = frozenset({"entry_points.txt"})

_LIST_DISTRIBUTIONS = """
import importlib.metadata, json
print(json.dumps({d.name: d.requires or [] for d in importlib.metadata.distributions()}))
"""

# What the extras `testing`, `fast` and `otel` bring is not there: their modules are left out.
_IMPORT_EVERYTHING = f"""
import importlib, pkgutil
def wanted(name):
    extras = ("{PACKAGE}.testing", "{PACKAGE}._aiohttp", "{PACKAGE}._tracing")
    return not name.startswith(extras)
def failed(name):
    if wanted(name):
        raise
package = importlib.import_module("{PACKAGE}")
for module in pkgutil.walk_packages(package.__path__, "{PACKAGE}.", onerror=failed):
    if wanted(module.name):
        importlib.import_module(module.name)
"""


def expected_files(root: Path) -> frozenset[str]:
    """Return the files that belong into the wheel, without its metadata.

    Args:
        root: The project's folder.
    """
    modules = {path.relative_to(root).as_posix() for path in (root / PACKAGE).rglob("*.py")}
    return frozenset(modules | {f"{PACKAGE}/py.typed", f"{PACKAGE}/openapi.yaml"})


def content_problems(wheel: Path, expected: frozenset[str]) -> list[str]:
    """Compare a wheel's files with what belongs into it, and describe each difference.

    Args:
        wheel: The wheel's path.
        expected: What `expected_files` returned.
    """
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if not name.endswith("/")}
    # A wheel is called {distribution}-{version}-..., and its metadata's folder
    # {distribution}-{version}.dist-info.
    folder = "-".join(wheel.name.split("-")[:2]) + ".dist-info"
    required = expected | {f"{folder}/{name}" for name in METADATA}
    allowed = required | {f"{folder}/{name}" for name in OPTIONAL_METADATA}
    missing = [f"{wheel.name} lacks {name}" for name in sorted(required - names)]
    return missing + [f"{wheel.name} must not hold {name}" for name in sorted(names - allowed)]


def closure(names: frozenset[str], requires: Mapping[str, Sequence[str]]) -> frozenset[str]:
    """Return the distributions that the named ones need, with themselves.

    Args:
        names: Normalized names of distributions.
        requires: For each installed distribution, what its metadata requires.
    """
    by_name = {canonicalize_name(name): value for name, value in requires.items()}
    # A name, and an extra of it that is asked for, as in "httpx[http2]"; "" for none.
    found: set[tuple[str, str]] = set()
    waiting = [(name, "") for name in names]
    while waiting:
        name, extra = waiting.pop()
        if (name, extra) in found:
            continue
        found.add((name, extra))
        for line in by_name.get(canonicalize_name(name), ()):
            requirement = Requirement(line)
            if requirement.marker is None or requirement.marker.evaluate({"extra": extra}):
                needed = canonicalize_name(requirement.name)
                waiting += [(needed, wanted) for wanted in ("", *requirement.extras)]
    return frozenset(name for name, _ in found)


def distribution_problems(requires: Mapping[str, Sequence[str]]) -> list[str]:
    """Compare what was installed with what the dependencies need, and describe each difference.

    Args:
        requires: For each installed distribution, what its metadata requires.
    """
    by_name = {canonicalize_name(name): value for name, value in requires.items()}
    # Without an extra: what is declared for one is not there.
    declared = {
        canonicalize_name(requirement.name)
        for requirement in map(Requirement, by_name.get(canonicalize_name(DISTRIBUTION), ()))
        if requirement.marker is None or requirement.marker.evaluate({"extra": ""})
    }
    installed = frozenset(by_name)
    wanted = closure(DEPENDENCIES, requires) | {DISTRIBUTION}
    return [
        *(f"{name} is not declared" for name in sorted(DEPENDENCIES - declared)),
        *(f"{name} must not be declared" for name in sorted(declared - DEPENDENCIES)),
        *(f"{name} was not installed" for name in sorted(wanted - installed)),
        *(f"{name} must not be installed" for name in sorted(installed - wanted)),
    ]


def bill_problems(wheel: Path, installed: frozenset[str]) -> list[str]:
    """Compare a wheel's bill of materials with what it brought, and describe each difference.

    Args:
        wheel: The wheel's path.
        installed: The normalized names of what installing it brought, without its own.
    """
    path = path_of(wheel)
    if not path.exists():
        return [f"{path.name} is missing"]
    bill = read_bill(path)
    _, version, *_ = wheel.name.split("-")
    problems: list[str] = []
    if bill.subject != (DISTRIBUTION, version):
        problems.append(f"{path.name} is of {' '.join(bill.subject)}")
    if bill.sha256 != hashlib.sha256(wheel.read_bytes()).hexdigest():
        problems.append(f"{path.name} is of a wheel with other bytes")
    return [
        *problems,
        *(f"{path.name} lacks {name}" for name in sorted(installed - bill.names)),
        *(f"{path.name} must not name {name}" for name in sorted(bill.names - installed)),
    ]


def installation_problems(wheel: Path, pip_options: Sequence[str] = ()) -> list[str]:
    """Install a wheel into an empty environment, and describe what is wrong there.

    Args:
        wheel: The wheel's path. Its bill of materials is beside it.
        pip_options: Options for `pip install`.
    """
    with tempfile.TemporaryDirectory() as folder:
        # Without pip in it, the environment holds nothing but what the wheel brings.
        builder = venv.EnvBuilder(with_pip=False)
        builder.create(folder)
        python = builder.ensure_directories(folder).env_exe
        pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]
        _run([*pip, "--python", python, "install", *pip_options, str(wheel)], folder)
        # -I: neither this project's folder nor PYTHONPATH may lend a module.
        listed = _run([python, "-I", "-c", _LIST_DISTRIBUTIONS], folder)
        requires = json.loads(listed)
        problems = distribution_problems(requires)
        brought = frozenset(canonicalize_name(name) for name in requires) - {DISTRIBUTION}
        problems += bill_problems(wheel, brought)
        try:
            _run([python, "-I", "-W", "error", "-c", _IMPORT_EVERYTHING], folder)
        except subprocess.CalledProcessError as error:
            problems.append(f"{wheel.name} cannot be imported:\n{error.stderr}")
    return problems


def _run(command: Sequence[str], folder: str) -> str:
    return subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout


def main(arguments: Sequence[str] | None = None) -> int:
    """Check the one wheel in a folder; return 0, or 1 after printing each problem.

    Args:
        arguments: The command line's arguments, for tests.
    """
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="where the wheel is, for example dist")
    parser.add_argument("--root", type=Path, default=Path.cwd(), help="the project's folder")
    parser.add_argument("--pip-option", action="append", default=[], help="for pip install")
    options = parser.parse_args(arguments)
    wheels = sorted(options.folder.resolve().glob("*.whl"))
    if len(wheels) != 1:
        print(f"{options.folder} holds {len(wheels)} wheels, and must hold one")
        return 1
    problems = content_problems(wheels[0], expected_files(options.root))
    problems += installation_problems(wheels[0], options.pip_option)
    for problem in problems:
        print(problem)
    if problems:
        return 1
    print(f"{wheels[0].name}: its content, dependencies, bill of materials and import are right")
    return 0


if __name__ == "__main__":  # pragma: no cover - the tests call main()
    sys.exit(main())
