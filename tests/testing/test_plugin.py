"""The pytest plugin: its fixtures, what they load, and what fails a test."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from kodexa_client import AsyncKodexaClient, KodexaClient
    from kodexa_client.testing import FakePlatform

TOKENS = "/api/access-tokens"
# pytest-asyncio would warn of a setting that is not made.
QUIET = ("-p", "no:asyncio", "-p", "no:cacheprovider")


pytest_plugins = ["pytester"]


def test_a_client_is_wired_to_the_platform(fake_kodexa: FakePlatform, kodexa: KodexaClient) -> None:
    kodexa.access_tokens.create(name="ci")

    assert [one["name"] for one in fake_kodexa.created_tokens] == ["ci"]


async def test_an_async_client_is_wired_to_the_platform(
    async_kodexa: AsyncKodexaClient, fake_kodexa: FakePlatform
) -> None:
    await async_kodexa.access_tokens.create(name="ci")

    assert len(fake_kodexa.executions("createAccessToken")) == 1


def test_a_server_is_the_same_platform_over_a_socket(
    fake_kodexa: FakePlatform, kodexa_server: str
) -> None:
    from kodexa_client import KodexaClient  # noqa: PLC0415 - as an application does

    with KodexaClient(api_key="test-key", base_url=kodexa_server) as client:
        client.access_tokens.create(name="ci")

    assert len(fake_kodexa.created_tokens) == 1


def test_each_test_has_a_platform_of_its_own(fake_kodexa: FakePlatform) -> None:
    assert fake_kodexa.requests == []


def test_a_session_without_the_fixtures_loads_nothing_of_the_kit(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(
        """
import sys

def test_nothing_is_loaded():
    kit = {"starlette", "openapi_core", "uvicorn", "kodexa_client.testing._platform"}
    assert "kodexa_client.testing._plugin" in sys.modules
    assert kit.isdisjoint(sys.modules)
""",
        encoding="utf-8",
    )

    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_it.py"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert "1 passed" in ran.stdout, ran.stdout


@pytest.mark.parametrize(
    ("test", "told"),
    [
        (
            f"fake_kodexa.on('POST', '{TOKENS}').stall(1)",
            f"No request met POST {TOKENS}: stall(1). No request came.",
        ),
        (
            """fake_kodexa.on('POST', '/api/access-token').stall(1)
    fake_kodexa.client().access_tokens.create(name="ci")
""",
            f"No request met POST /api/access-token: stall(1). What came: POST {TOKENS}.",
        ),
        (
            "fake_kodexa._departures.append(DocumentDepartureError('it departs'))",
            "*DocumentDepartureError: it departs",
        ),
        (
            """fake_kodexa._access_tokens._clock = lambda: __import__("datetime").time()
    with pytest.raises(KodexaError):
        fake_kodexa.client().access_tokens.create(name="ci")
""",
            "*DocumentDepartureError: POST /api/access-tokens was about to be answered 201*",
        ),
    ],
    ids=["unmet fault", "misspelt path", "departure", "departure that the test caught"],
)
def test_a_test_that_passed_and_should_not_have_fails(
    pytester: pytest.Pytester, test: str, told: str
) -> None:
    pytester.makepyfile(
        f"""
import pytest
from kodexa_client import KodexaError
from kodexa_client.testing import DocumentDepartureError

def test_it(fake_kodexa):
    {test}
"""
    )

    result = pytester.runpytest(*QUIET)

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines([told.replace("[", "[[]")])


def test_a_test_that_fails_by_itself_is_told_of_its_own_failure_alone(
    pytester: pytest.Pytester,
) -> None:
    pytester.makepyfile(
        f"""
def test_it(fake_kodexa):
    fake_kodexa.on("POST", "{TOKENS}").stall(1)
    raise LookupError("its own")
"""
    )

    result = pytester.runpytest(*QUIET)

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*LookupError: its own"])
    result.stdout.no_fnmatch_line("*No request met*")
