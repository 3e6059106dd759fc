"""UNSET is one object for ever; File and Response hold what they are given."""

from __future__ import annotations

import copy
import io
import json
import pickle
from typing import Any

import httpx
import pytest

from kodexa_client import UNSET, File, Response, Unset
from kodexa_client.models import AccessToken


@pytest.mark.parametrize(
    "duplicate", [copy.copy, copy.deepcopy, lambda value: pickle.loads(pickle.dumps(value))]
)
def test_unset_is_one_object_through_copies_and_pickles(duplicate: Any) -> None:
    assert duplicate(UNSET) is UNSET

    token = duplicate(AccessToken(name="ci"))

    assert json.dumps(token.to_dict()) == '{"name": "ci"}'


def test_unset_is_false_and_shows_its_name() -> None:
    assert not UNSET
    assert repr(UNSET) == "UNSET"
    assert isinstance(UNSET, Unset)


def test_a_file_becomes_what_httpx_uploads() -> None:
    payload = io.BytesIO(b"content")

    assert File(payload, "a.txt", "text/plain").to_tuple() == ("a.txt", payload, "text/plain")


def test_a_response_shows_neither_headers_nor_content() -> None:
    response = Response(
        status_code=201,
        headers=httpx.Headers({"set-cookie": "canary"}),
        content=b"canary",
        parsed=AccessToken(name="ci"),
    )

    assert repr(response) == "Response(status_code=201, parsed=AccessToken(name='ci'))"
