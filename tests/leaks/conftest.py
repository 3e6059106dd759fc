"""Here a client is of one of three kinds."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

import pytest

from tests.conftest import EVERY_KIND, FastKodexaClient

from .hunt import key_in_ascii

if TYPE_CHECKING:
    from collections.abc import Generator


@pytest.fixture(params=EVERY_KIND.values(), ids=[*EVERY_KIND])
def client_class(request: pytest.FixtureRequest) -> Any:
    return request.param


@pytest.fixture(autouse=True)
def _key(request: pytest.FixtureRequest) -> Generator[None]:
    """Have a key that the client of the test can send."""
    call: Any = getattr(request.node, "callspec", None)
    is_fast = call is not None and FastKodexaClient in call.params.values()
    with key_in_ascii() if is_fast else contextlib.nullcontext():
        yield
