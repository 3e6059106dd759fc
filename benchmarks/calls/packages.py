"""The packages that are generated for a run: vanilla output, and openapi-generator's."""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from .example import DOCUMENT

if TYPE_CHECKING:
    from collections.abc import Generator

__all__ = [
    "GENERATED_AIOHTTP",
    "GENERATED_HTTPX",
    "VANILLA",
    "UnavailableError",
    "generated_packages",
]

# As benchmarks/rivals.py calls it, which imports more than a worker should.
VANILLA = "vanilla_client"
GENERATED_AIOHTTP = "generated_aiohttp"
GENERATED_HTTPX = "generated_httpx"

# The library that each of them is built on, as openapi-generator calls it.
LIBRARIES = {GENERATED_AIOHTTP: "asyncio", GENERATED_HTTPX: "httpx"}
GENERATING_SECONDS = 120.0


class UnavailableError(Exception):
    """A client can't be had here."""


@contextlib.contextmanager
def generated_packages() -> Generator[list[str], None, None]:
    """Generate what can be generated, and give the folders to import it from."""
    rivals = importlib.import_module("benchmarks.rivals")
    with tempfile.TemporaryDirectory() as folder, rivals.vanilla_access_token(DOCUMENT):
        vanilla = sys.modules[VANILLA].__file__
        folders = [str(Path(vanilla).parents[1])] if vanilla else []
        for package in LIBRARIES:
            output = Path(folder) / package
            try:
                _run_openapi_generator(package, output)
            except UnavailableError as reason:
                sys.stderr.write(f"openapi-generator is left out: {reason}\n")
                break
            folders.append(str(output))
        yield folders


def _run_openapi_generator(package: str, output: Path) -> None:
    if not shutil.which("java"):
        raise UnavailableError("there is no Java")
    if not importlib.util.find_spec("openapi_generator_cli"):
        raise UnavailableError("openapi-generator-cli is not installed")
    # It writes to its output, which is the result's here.
    run = subprocess.run(  # noqa: S603 - this Python, and what is written down here
        [
            *(sys.executable, "-c"),
            "import openapi_generator_cli as program; raise SystemExit(program.cli())",
            *("generate", "-g", "python", "--library", LIBRARIES[package]),
            *("-i", str(DOCUMENT), "-o", str(output), "--package-name", package),
        ],
        capture_output=True,
        text=True,
        check=False,
        timeout=GENERATING_SECONDS,
    )
    if run.returncode or not (output / package).is_dir():
        raise UnavailableError(f"it failed: {(run.stdout + run.stderr)[-500:]}")
