"""Here a client is of one of three kinds."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conftest import EVERY_KIND


@pytest.fixture(params=EVERY_KIND.values(), ids=[*EVERY_KIND])
def client_class(request: pytest.FixtureRequest) -> Any:
    return request.param
