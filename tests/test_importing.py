"""What is loaded when: a name with its first use, and what a call needs with the first call."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

import kodexa_client

MADE = "kodexa_client.{}(api_key='canary-key', base_url='https://kodexa.test')"
# What a call needs, and an application that makes a client and does not call does not.
OF_A_CALL = ["anyio", "asyncio", "dateutil", "h11", "httpcore", "kodexa_client._calls"]


def loaded_by(code: str) -> set[str]:
    """Return the modules that a fresh interpreter has loaded after some code."""
    tell = "import json, sys; print(json.dumps([*sys.modules]), file=sys.__stdout__)"
    ran = subprocess.run(
        [sys.executable, "-I", "-W", "ignore", "-c", f"{code}\n{tell}"],
        check=True,
        capture_output=True,
        text=True,
    )
    return {*json.loads(ran.stdout)}


def test_the_package_loads_nothing_before_it_is_used() -> None:
    loaded = loaded_by("import kodexa_client")

    assert {name for name in loaded if name.startswith("kodexa_client")} == {"kodexa_client"}
    assert loaded.isdisjoint({"httpx", "attr", *OF_A_CALL})


@pytest.mark.parametrize("kind", ["AsyncKodexaClient", "KodexaClient"])
def test_a_client_loads_neither_what_calls_need_nor_models_nor_operations(kind: str) -> None:
    loaded = loaded_by(f"import kodexa_client\nclient = {MADE.format(kind)}\nclient._closed = True")

    assert "httpx" in loaded
    assert loaded.isdisjoint(OF_A_CALL)
    assert not {one for one in loaded if one.startswith(("kodexa_client.api.", "kodexa_client.m"))}


@pytest.mark.parametrize("name", kodexa_client.__all__)
def test_every_public_name_is_there(name: str) -> None:
    value = getattr(kodexa_client, name)

    assert name in dir(kodexa_client)
    assert getattr(kodexa_client, name) is value
    # Its own module has it: what is pickled is found there.
    assert getattr(value, "__name__", name) == name


def test_a_name_that_is_not_there_is_told_of() -> None:
    name = "AsyncKodexaClients"

    with pytest.raises(AttributeError, match="has no attribute 'AsyncKodexaClients'"):
        getattr(kodexa_client, name)


@pytest.mark.parametrize("name", ["api", "errors", "models", "types"])
def test_a_module_needs_no_import(name: str) -> None:
    # Once it is imported, Python finds it without asking.
    assert kodexa_client.__getattr__(name) is sys.modules[f"kodexa_client.{name}"]


def test_the_modules_of_errors_and_types_need_no_import() -> None:
    loaded_by("import kodexa_client\nkodexa_client.errors.KodexaError\nkodexa_client.types.UNSET")


def test_an_import_of_all_names_gives_all_of_them() -> None:
    names = json.dumps(kodexa_client.__all__)

    loaded_by(f"from kodexa_client import *\nassert {{*{names}}} <= {{*globals()}}")
