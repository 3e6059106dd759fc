"""What importing the testing kit needs, and who imports it."""

import importlib
import os
import subprocess
import sys

import pytest

TESTING_LIBRARIES = ["openapi_core", "starlette", "uvicorn"]


def test_the_sdk_imports_neither_the_testing_kit_nor_its_libraries() -> None:
    script = (
        "import sys, kodexa_client, kodexa_client.models\n"
        f"print({{*sys.modules}} & {{'kodexa_client.testing', *{TESTING_LIBRARIES}}})"
    )

    printed = subprocess.check_output(
        [sys.executable, "-c", script], env={"PYTHONPATH": os.pathsep.join(sys.path)}, text=True
    )

    assert printed.strip() == "set()"


@pytest.fixture
def forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the next import of the testing kit be the first."""
    for name in list(sys.modules):
        if name.startswith("kodexa_client.testing"):
            monkeypatch.delitem(sys.modules, name)


@pytest.mark.usefixtures("forgotten")
@pytest.mark.parametrize("library", TESTING_LIBRARIES)
def test_missing_library_is_reported_with_the_extra_that_brings_it(
    library: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in list(sys.modules):
        if name.startswith(f"{library}."):
            monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, library, None)

    testing = importlib.import_module("kodexa_client.testing")
    with pytest.raises(ImportError, match=r"pip install 'kodexa-client\[testing\]'") as caught:
        _ = testing.FakePlatform

    assert library in str(caught.value)


@pytest.mark.usefixtures("forgotten")
def test_missing_module_of_our_own_is_reported_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "kodexa_client.testing._records", None)

    testing = importlib.import_module("kodexa_client.testing")
    with pytest.raises(ModuleNotFoundError, match=r"kodexa_client\.testing\._records"):
        _ = testing.CreatedToken


def test_public_names_are_all_there() -> None:
    testing = importlib.import_module("kodexa_client.testing")

    assert testing.__all__ == [
        "CreatedToken",
        "DocumentDepartureError",
        "FakePlatform",
        "JsonValue",
        "ReceivedRequest",
        "Script",
        "no_sleep",
    ]
    assert all(hasattr(testing, name) for name in testing.__all__)
    assert {*testing.__all__} <= {*dir(testing)}
    with pytest.raises(AttributeError, match="has no attribute 'FakePlatforms'"):
        _ = testing.FakePlatforms
