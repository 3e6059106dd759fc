"""Looks up known vulnerabilities of every version that is pinned, and fails if it can't."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .pins import read_pins

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["audit", "main", "problems_in"]

# A distribution's name and version, and the requirement files that pin it.
Pinned = dict[tuple[str, str], list[str]]


def audit(program: str, pinned: Mapping[tuple[str, str], Sequence[str]]) -> list[str]:
    """Ask the advisory service, and describe each problem.

    Args:
        program: Where pip-audit is.
        pinned: What to look up.
    """
    with tempfile.TemporaryDirectory() as folder:
        # Two files may pin two versions, and pip-audit passes over what is for other systems.
        files = [Path(folder) / f"{number}.txt" for number in range(len(pinned))]
        for file, (name, version) in zip(files, pinned, strict=True):
            file.write_text(f"{name}=={version}\n", encoding="utf-8")
        command = [program, "--disable-pip", "--no-deps", "--progress-spinner=off"]
        command += ["--format=json", *(f"--requirement={file}" for file in files)]
        done = subprocess.run(command, check=False, capture_output=True, text=True)
    try:
        answer = json.loads(done.stdout)
    except ValueError:
        reason = (done.stderr.strip() or "it says nothing").splitlines()[-1]
        return [f"The advisory service can't be asked, so nothing is known: {reason}"]
    return problems_in(answer, pinned)


def problems_in(
    answer: dict[str, Any], pinned: Mapping[tuple[str, str], Sequence[str]]
) -> list[str]:
    """Describe each vulnerability in pip-audit's answer, and what it has not looked up.

    Args:
        answer: The answer, decoded.
        pinned: What was to be looked up.
    """
    found = {
        (one["name"], one["version"]): one["vulns"]
        for one in answer["dependencies"]
        if "skip_reason" not in one
    }
    problems = [
        f"{name} {version} ({', '.join(pinned[name, version])}): {vulnerability['id']}, "
        f"fixed in {', '.join(vulnerability['fix_versions']) or 'no version'}"
        for (name, version), vulnerabilities in found.items()
        for vulnerability in vulnerabilities
    ]
    # pip-audit counts these as no vulnerability: a service that answers 404 to all would pass.
    if missing := [pin for pin in pinned if pin not in found]:
        reasons = {one["skip_reason"] for one in answer["dependencies"] if "skip_reason" in one}
        problems.append(
            f"{len(missing)} of {len(pinned)} pinned versions could not be looked up, so nothing "
            f"is known of them. Is the advisory service reachable from here? For example: "
            f"{min(reasons, default=' '.join(missing[0]))}"
        )
    return problems


def main(arguments: Sequence[str] | None = None) -> int:
    """Audit the requirement files; return 0, or 1 after printing each problem.

    Args:
        arguments: The command line's arguments, for tests.
    """
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", type=Path, nargs="+", help="compiled requirement files")
    parser.add_argument("--program", default="pip-audit", help="where pip-audit is")
    options = parser.parse_args(arguments)
    pinned: Pinned = defaultdict(list)
    for file in options.files:
        for pin in read_pins(file):
            pinned[pin.name, pin.version].append(file.stem)
    problems = audit(options.program, pinned)
    for problem in problems:
        print(problem)
    if problems:
        return 1
    print(f"{len(pinned)} versions in {len(options.files)} files: no known vulnerability")
    return 0


if __name__ == "__main__":
    sys.exit(main())
