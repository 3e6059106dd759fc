"""What can't be sent is refused before anything is sent, without a word of it."""

from __future__ import annotations

import importlib.metadata
import json
from importlib.metadata import PackageNotFoundError
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kodexa_client import UNSET, _requests
from kodexa_client._requests import choose_body, choose_optional_body, encode_json
from kodexa_client.models import AccessToken

if TYPE_CHECKING:
    from .conftest import EitherClient

json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda children: st.lists(children) | st.dictionaries(st.text(), children),
)


@given(json_values)
def test_json_is_written_in_utf_8(value: Any) -> None:
    assert json.loads(encode_json(value).decode("utf-8")) == value


def nested(depth: Any) -> Any:
    value: list[Any] = []
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ({"a": float("nan")}, ValueError),
        ([float("inf")], ValueError),
        ({"canary": "\ud800"}, ValueError),
        (nested(100_000), ValueError),
        ({"a": {1, 2}}, TypeError),
    ],
)
def test_what_is_no_json_is_refused_without_being_quoted(value: Any, kind: Any) -> None:
    with pytest.raises(kind) as caught:
        encode_json(value)

    assert "canary" not in str(caught.value)
    assert not isinstance(caught.value, UnicodeError)
    assert not isinstance(caught.value.__context__, UnicodeError)


def test_the_user_agent_does_without_metadata(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.metadata, "version", refuse)

    assert _requests.user_agent.__wrapped__().startswith("kodexa-client/unknown python/")


def refuse(name: Any) -> Any:
    raise PackageNotFoundError(name)


def test_a_body_is_made_of_the_properties_that_were_given() -> None:
    body = choose_body(AccessToken, UNSET, name="ci", id=UNSET, user_id=None)

    assert body == AccessToken(name="ci", user_id=None)


def test_a_body_that_was_given_is_taken_as_it_is() -> None:
    body = AccessToken(name="ci")

    assert choose_body(AccessToken, body, name=UNSET) is body


def test_an_optional_body_is_none_if_nothing_was_given() -> None:
    assert choose_optional_body(AccessToken, UNSET, name=UNSET) is UNSET
    assert choose_optional_body(AccessToken, UNSET, name="ci") == AccessToken(name="ci")
    assert choose_optional_body(AccessToken, AccessToken(), name=UNSET) == AccessToken()


@pytest.mark.parametrize("method", ["", "P ST", "POST\r\nx: y", "GET/", "\xe9"])
async def test_a_method_that_is_no_token_is_refused_and_not_quoted(
    either: EitherClient, method: Any
) -> None:
    with pytest.raises(ValueError, match="The method is not a token") as caught:
        await either.request(method, "/x")

    assert "\r" not in str(caught.value)


@pytest.mark.parametrize(
    "name",
    [
        "Host", "content-length", "Transfer-Encoding", "connection", "upgrade", "expect", "TE",
        "trailer", "keep-alive", "Proxy-Authorization", "proxy-connection",
        "x-api-key", "X-Access-Token",
    ],
)  # fmt: skip
async def test_a_header_that_is_not_the_callers_is_refused(either: EitherClient, name: str) -> None:
    with pytest.raises(ValueError, match=f"The header '{name}' is the (connection|key)'s"):
        await either.request("GET", "/x", headers={name: "canary"})
