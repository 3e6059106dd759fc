"""A warning points at the line of the caller, and never at the SDK's own."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import pytest

import kodexa_client
from kodexa_client._deprecation import warn_deprecated

FOLDER = Path(kodexa_client.__file__).parent
PROGRAM = "def call(function, *arguments):\n    function(*arguments)\n"


def caller_in(file: Path) -> Any:
    """Return a function that calls another one, from a file that need not exist."""
    names: dict[str, Any] = {}
    exec(compile(PROGRAM, str(file), "exec"), names)  # noqa: S102 - the text stands above
    return names["call"]


def warned(function: Any, *arguments: Any) -> warnings.WarningMessage:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        function(*arguments)
    (warning,) = caught
    return warning


@pytest.mark.parametrize(
    "caller", [Path("/app/main.py"), FOLDER.with_name(f"{FOLDER.name}_helpers") / "main.py"]
)
def test_the_warning_points_past_every_frame_of_the_package(caller: Path) -> None:
    # A module that exists: coverage wants to read what it has seen running.
    inner = caller_in(FOLDER / "api" / "access_tokens" / "create_access_token.py")
    outer = caller_in(caller)

    warning = warned(outer, inner, warn_deprecated, "delete_pet")

    assert (warning.filename, warning.lineno) == (str(caller), 2)
    assert warning.category is DeprecationWarning
    assert str(warning.message) == "The API's document deprecates delete_pet."
