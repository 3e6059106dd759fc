"""The pytest plugin: a fake platform for each test that asks for one, and clients of it.

pytest loads it with every test session where kodexa_client is installed. It loads the fake
platform with the first test that asks for one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Generator

    from kodexa_client import AsyncKodexaClient, KodexaClient

    from ._platform import FakePlatform

_FAKES = pytest.StashKey["FakePlatform"]()


@pytest.fixture
def fake_kodexa(request: pytest.FixtureRequest) -> FakePlatform:
    """A Kodexa platform in memory, of this test's own, whose key is ``test-key``.

    The test fails if an answer departs from ``openapi.yaml``, and if a fault that it scripts
    meets no request.
    """
    # From the package, which says what to install where something is missing.
    from . import FakePlatform  # noqa: PLC0415 - for tests that ask for it

    fake: FakePlatform = FakePlatform()
    request.node.stash[_FAKES] = fake
    return fake


@pytest.fixture
def kodexa(fake_kodexa: FakePlatform) -> KodexaClient:
    """A ``KodexaClient`` of ``fake_kodexa``, in process, without a socket."""
    return fake_kodexa.client()


@pytest.fixture
def async_kodexa(fake_kodexa: FakePlatform) -> AsyncKodexaClient:
    """An ``AsyncKodexaClient`` of ``fake_kodexa``, in process, for any event loop."""
    return fake_kodexa.async_client()


@pytest.fixture
def kodexa_server(fake_kodexa: FakePlatform) -> Generator[str]:
    """The base URL of ``fake_kodexa`` over a real socket of the loopback interface."""
    with fake_kodexa.serve() as base_url:
        yield base_url


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Fail a test that passed, and should not have."""
    result = yield
    fake = item.stash.get(_FAKES, None)
    if fake is not None:
        for departure in fake.departures:
            raise departure
        if fake.unmet_faults:
            came = dict.fromkeys(f"{one.method} {one.path}" for one in fake.requests)
            text = f"What came: {', '.join(came)}." if came else "No request came."
            message = f"No request met {'; '.join(fake.unmet_faults)}. {text}"
            pytest.fail(message, pytrace=False)
    return result
