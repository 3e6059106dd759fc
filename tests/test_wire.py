"""Requests and answers as they cross the wire, against what httpx makes of them."""

from __future__ import annotations

from uuid import RFC_4122, UUID

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kodexa_client._requests import RequestBuilder, _new_request_id
from kodexa_client._wire import OutgoingRequest, field_of

BASE = httpx.URL("https://kodexa.test/prefix")
values = st.text(
    st.characters(min_codepoint=0x20, max_codepoint=0xFF).filter(
        lambda one: not 0x7F <= ord(one) < 0xA0
    )
)


@given(st.lists(st.tuples(st.sampled_from(["a", "A", "b", "x-request-id"]), values)))
def test_a_field_is_what_httpx_says_it_is(fields: list[tuple[str, str]]) -> None:
    headers = httpx.Headers([(name.encode(), value.encode("latin-1")) for name, value in fields])

    for name in ("a", "b", "x-request-id", "c"):
        assert field_of(headers, name.encode()) == headers.get(name)


@given(
    st.dictionaries(st.text(max_size=3), st.integers() | st.text(max_size=3) | st.none()),
    st.sampled_from(["POST", "put", "Patch"]),
    st.sampled_from([{}, {"x-tenant": "ä"}, {"content-type": "text/plain"}, {"accept": "*/*"}]),
)
def test_a_request_of_json_is_the_one_that_httpx_would_make(
    body: dict[str, object], method: str, default_headers: dict[str, str]
) -> None:
    builder = RequestBuilder(BASE, httpx.Headers(default_headers, encoding="latin-1"))

    quick = builder.build(method, "/tokens?a=b", json=body)
    # A parameter for the query, which is none, takes the other way.
    whole = builder.build(method, "/tokens?a=b", json=body, headers={"x-request-id": "r1"})

    def shown(request: OutgoingRequest) -> dict[str, object]:
        headers = request.httpx_request.headers
        assert isinstance(request.stream, httpx.ByteStream)
        return {
            "method": request.method,
            "url": request.url,
            "content": b"".join(request.stream),
            "headers": {name: headers[name] for name in headers if name != "x-request-id"},
        }

    assert shown(quick) == shown(whole)
    assert field_of(whole.httpx_request.headers, b"x-request-id") == "r1"


def test_each_request_has_an_id_of_its_own() -> None:
    builder = RequestBuilder(BASE, httpx.Headers())

    ids = {
        field_of(
            builder.build("POST", "/t", json={}, params=params).httpx_request.headers,
            b"x-request-id",
        )
        for params in (None, None, {"a": "b"}, {"a": "b"})
    }

    assert len(ids) == 4


def test_an_id_is_a_random_uuid() -> None:
    made = [_new_request_id() for _ in range(200)]

    assert {(UUID(one).version, UUID(one).variant) for one in made} == {(4, RFC_4122)}
    assert [str(UUID(one)) for one in made] == made
    assert len({*made}) == 200


@pytest.mark.parametrize("path", ["/a\nb", "/\ud800", "/" + "x" * 70_000], ids=ascii)
def test_a_path_that_is_none_is_refused_either_way(path: str) -> None:
    builder = RequestBuilder(BASE, httpx.Headers())

    for params in (None, {"a": "b"}):
        with pytest.raises(ValueError, match=r"^The path.* can't be sent \(\w+\)") as caught:
            builder.build("POST", path, json={}, params=params)
        assert caught.value.__context__ is None
        assert type(caught.value) is ValueError


def test_a_path_is_read_once() -> None:
    builder = RequestBuilder(BASE, httpx.Headers())

    urls = [builder.build("GET", "/tokens").url, builder.build("POST", "/tokens", json={}).url]

    assert urls == [httpx.URL("https://kodexa.test/prefix/tokens")] * 2
    assert builder._url("/tokens") is builder._url("/tokens")


def test_what_httpx_has_of_a_request_is_made_once() -> None:
    request = RequestBuilder(BASE, httpx.Headers()).build("POST", "/tokens", json={"name": "ci"})

    assert request.httpx_request is request.httpx_request
    assert request.httpx_request.read() == b'{"name":"ci"}'
    assert OutgoingRequest.of(request.httpx_request).httpx_request is request.httpx_request
