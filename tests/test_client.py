"""The way of a call: what is sent, what comes back, and who closes what."""

from __future__ import annotations

import copy
import json
import pickle
import platform
from datetime import UTC, datetime
from importlib.metadata import version
from typing import TYPE_CHECKING, Any
from uuid import UUID

import httpx
import pytest

from kodexa_client import (
    APITimeoutError,
    AsyncKodexaClient,
    ConfigurationError,
    KodexaClient,
    OutcomeUnknownError,
    RateLimitError,
    RetryPolicy,
)
from kodexa_client.api.access_tokens import create_access_token
from kodexa_client.models import AccessToken, User

from .conftest import API_KEY, BASE_URL, EitherClient, close, settle

if TYPE_CHECKING:
    from pytest_httpx import HTTPXMock


def last(httpx_mock: HTTPXMock) -> httpx.Request:
    return httpx_mock.get_requests()[-1]


async def test_a_token_is_created_from_keywords(
    either: EitherClient, httpx_mock: HTTPXMock
) -> None:
    httpx_mock.add_response(
        url=f"{BASE_URL}/api/access-tokens",
        method="POST",
        match_headers={"x-api-key": API_KEY, "content-type": "application/json"},
        match_json={
            "name": "ci",
            "expiresAt": "2027-01-01T00:00:00Z",
            "userId": None,
            "user": {"email": "ci@kodexa.test"},
        },
        status_code=201,
        json={"id": "1", "name": "ci"},
    )

    token = await either.create(
        name="ci",
        expires_at=datetime(2027, 1, 1, tzinfo=UTC),
        user_id=None,
        user=User(email="ci@kodexa.test"),
    )

    assert token == AccessToken(id="1", name="ci")


async def test_the_example_of_the_page_is_sent_and_read(
    either: EitherClient, httpx_mock: HTTPXMock, page_example: dict[str, Any]
) -> None:
    httpx_mock.add_response(match_json=page_example, json=page_example)

    token = await either.create(body=AccessToken.from_dict(page_example))

    assert token.to_dict() == page_example


@pytest.mark.parametrize("status", [200, 201, 203, 299])
async def test_any_2xx_with_what_was_created_is_success_and_told_in_detail(
    either: EitherClient, httpx_mock: HTTPXMock, status: Any
) -> None:
    httpx_mock.add_response(status_code=status, json={"id": "1"}, headers={"x-request-id": "r1"})

    response = await either.create_detailed(name="ci")

    assert response.status_code == status
    assert response.headers["x-request-id"] == "r1"
    assert json.loads(response.content) == {"id": "1"}
    assert response.parsed == AccessToken(id="1")


@pytest.mark.parametrize("status", [202, 204, 205, 206])
async def test_a_2xx_that_comes_without_all_of_what_was_created_is_no_success(
    either: EitherClient, httpx_mock: HTTPXMock, status: Any
) -> None:
    httpx_mock.add_response(status_code=status, json={"id": "1"})

    with pytest.raises(OutcomeUnknownError, match="without all of what was created") as caught:
        await either.create_detailed(name="ci")

    assert (caught.value.status_code, caught.value.executed) == (status, True)
    assert len(httpx_mock.get_requests()) == 1


async def test_body_and_its_properties_exclude_each_other(either: EitherClient) -> None:
    with pytest.raises(TypeError, match="Give either body or its properties, not both: name"):
        await either.create(name="ci", body=AccessToken())


async def test_a_body_of_another_class_is_refused(either: EitherClient) -> None:
    with pytest.raises(TypeError, match="of class AccessToken, not dict"):
        await either.create(body={"name": "ci"})


async def test_a_naive_date_time_is_refused_before_anything_is_sent(
    either: EitherClient, httpx_mock: HTTPXMock
) -> None:
    with pytest.raises(ValueError, match="expires_at has no time zone"):
        await either.create(expires_at=datetime(2027, 1, 1))  # noqa: DTZ001

    assert not httpx_mock.get_requests()


async def test_endpoint_functions_work_alone(client_class: Any, httpx_mock: HTTPXMock) -> None:
    httpx_mock.add_response(status_code=201, json={"id": "1"}, is_reusable=True)
    functions: dict[Any, Any] = {
        AsyncKodexaClient: (create_access_token.asyncio, create_access_token.asyncio_detailed),
        KodexaClient: (create_access_token.sync, create_access_token.sync_detailed),
    }
    client = client_class(api_key=API_KEY, base_url=BASE_URL)
    plain, detailed = functions[client_class]

    assert await settle(plain(client=client, body=AccessToken())) == AccessToken(id="1")
    assert (await settle(detailed(client=client, body=AccessToken()))).status_code == 201
    await close(client)


async def test_the_user_agent_names_client_python_and_httpx(
    either: EitherClient, httpx_mock: HTTPXMock
) -> None:
    httpx_mock.add_response(json={"id": "1"})

    await either.create()

    assert last(httpx_mock).headers["user-agent"] == (
        f"kodexa-client/{version('kodexa-client')} python/{platform.python_version()} "
        f"httpx/{httpx.__version__}"
    )


async def test_settings_of_the_environment_are_read_when_the_client_is_made(
    client_class: Any, httpx_mock: HTTPXMock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KODEXA_URL", "https://env.test/prefix/")
    monkeypatch.setenv("KODEXA_API_KEY", "env-key")
    httpx_mock.add_response(
        url="https://env.test/prefix/api/access-tokens",
        match_headers={"x-api-key": "env-key"},
        json={"id": "1"},
    )
    client = client_class()
    monkeypatch.delenv("KODEXA_URL")
    monkeypatch.delenv("KODEXA_API_KEY")

    await EitherClient(client).create(name="ci")

    assert client.base_url == "https://env.test/prefix"
    await close(client)


async def test_the_default_timeout_is_sent_with_each_request(
    either: EitherClient, httpx_mock: HTTPXMock
) -> None:
    httpx_mock.add_response(json={"id": "1"})

    await either.create()

    assert last(httpx_mock).extensions["timeout"] == {
        "connect": 5.0,
        "read": 30.0,
        "write": 30.0,
        # As long as the call may take.
        "pool": 60.0,
    }
    assert either.client.timeout == httpx.Timeout(30.0, connect=5.0, pool=None)
    assert either.client.deadline == 60.0


async def test_no_phase_of_an_attempt_may_take_longer_than_what_is_left_of_the_call(
    either: EitherClient, httpx_mock: HTTPXMock
) -> None:
    httpx_mock.add_response(status_code=429, headers={"retry-after": "7"})
    httpx_mock.add_response(json={"id": "1"})

    await EitherClient(either.client.with_options(deadline=10)).create()

    assert [request.extensions["timeout"]["read"] for request in httpx_mock.get_requests()] == [
        10.0,
        3.0,
    ]


async def test_another_key_is_used_from_the_next_request_on(
    either: EitherClient, httpx_mock: HTTPXMock
) -> None:
    httpx_mock.add_response(json={"id": "1"}, is_reusable=True)
    await either.create()
    earlier_copy = EitherClient(either.client.with_options())

    either.client.set_api_key("rotated")
    await either.create()
    await earlier_copy.create()

    keys = [request.headers["x-api-key"] for request in httpx_mock.get_requests()]
    assert keys == [API_KEY, "rotated", API_KEY]


async def test_options_change_a_copy_and_leave_the_original_alone(
    either: EitherClient, httpx_mock: HTTPXMock
) -> None:
    httpx_mock.add_response(json={"id": "1"}, is_reusable=True)
    await either.create()  # makes the resource, which a copy must not inherit
    copied = EitherClient(
        either.client.with_options(
            api_key="other",
            base_url="https://other.test",
            timeout=None,
            deadline=None,
            default_headers={"x-tenant": "a"},
        )
    )
    twice = EitherClient(copied.client.with_options(default_headers={"x-more": "b"}))

    for client in (either, copied, twice):
        await client.create()

    _, original, changed, more = httpx_mock.get_requests()
    assert original.url.host == "kodexa.test"
    assert original.headers["x-api-key"] == API_KEY
    assert "x-tenant" not in original.headers
    assert original.extensions["timeout"]["read"] == 30.0
    assert changed.url.host == "other.test"
    assert changed.headers["x-api-key"] == "other"
    assert changed.headers["x-tenant"] == "a"
    assert changed.extensions["timeout"]["read"] is None
    assert "x-more" not in changed.headers
    assert (more.headers["x-tenant"], more.headers["x-more"]) == ("a", "b")


async def test_a_plain_copy_calls_with_its_own_key(
    either: EitherClient, httpx_mock: HTTPXMock
) -> None:
    httpx_mock.add_response(json={"id": "1"}, is_reusable=True)
    await either.create()
    copied = copy.copy(either.client)

    copied.set_api_key("other")
    await EitherClient(copied).create()

    assert last(httpx_mock).headers["x-api-key"] == "other"


def test_a_client_that_could_not_be_made_can_still_be_shown(client_class: Any) -> None:
    half = object.__new__(client_class)

    assert repr(half) == f"{client_class.__name__}(base_url=None)"


@pytest.mark.parametrize(
    "parts",
    [
        {"headers": {"x": "canary\r\n"}},
        {"headers": {"x\n": "canary"}},
        {"headers": {"x": "canary\u20ac"}},
        {"cookies": {"a": "canary\u20ac"}},
        {"path": "/canary\x00"},
        {"path": "/" + "canary" * 20_000},
        {"path": "/canary\ud800"},
        {"params": {"a": "canary\ud800"}},
    ],
    ids=range(8),
)
async def test_what_cannot_be_sent_is_a_value_error_that_quotes_nothing(
    either: EitherClient, parts: dict[str, Any], httpx_mock: HTTPXMock
) -> None:
    arguments = {"path": "/x", **parts}

    with pytest.raises(ValueError, match=r"can't be sent|header") as caught:
        await either.request("POST", **arguments)

    assert "canary" not in str(caught.value)
    assert not isinstance(caught.value, UnicodeError)
    assert caught.value.__context__ is None
    assert not httpx_mock.get_requests()


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ({"expires_at": "2027-01-01T00:00:00Z"}, "expires_at has to be a datetime, not a str"),
        ({"user": {"email": "a"}}, "user has to be a model, not a dict"),
    ],
)
async def test_a_value_of_the_wrong_type_is_refused_before_anything_is_sent(
    either: EitherClient, arguments: Any, complaint: str, httpx_mock: HTTPXMock
) -> None:
    with pytest.raises(TypeError, match=complaint):
        await either.create(**arguments)

    assert not httpx_mock.get_requests()


async def test_an_endpoint_function_refuses_a_body_that_is_no_model(client_class: Any) -> None:
    client = client_class(api_key=API_KEY, base_url=BASE_URL)
    function: Any = (
        create_access_token.asyncio
        if client_class is AsyncKodexaClient
        else create_access_token.sync
    )

    with pytest.raises(TypeError, match="body has to be a model, not a dict"):
        await settle(function(client=client, body={"name": "ci"}))
    await close(client)


async def test_a_copy_for_another_origin_needs_a_key_of_its_own(client_class: Any) -> None:
    client = client_class(api_key=API_KEY, base_url=BASE_URL, http_client=None)

    with pytest.raises(ConfigurationError, match="belongs to one instance"):
        client.with_options(base_url="https://other.test")
    assert client.with_options(base_url=f"{BASE_URL}:443/prefix").base_url.path == "/prefix"
    await close(client)


async def test_a_copy_shares_the_connections_and_does_not_close_them(
    either: EitherClient, httpx_mock: HTTPXMock
) -> None:
    httpx_mock.add_response(json={"id": "1"}, is_reusable=True)
    copied = EitherClient(either.client.with_options(timeout=5))

    await copied.close()

    await either.create()
    with pytest.raises(ConfigurationError, match="closed"):
        await copied.create()


async def test_a_closed_client_says_so_and_so_do_its_copies(either: EitherClient) -> None:
    copied = EitherClient(either.client.with_options(timeout=5))

    await either.close()
    await either.close()

    for client in (either, copied):
        with pytest.raises(ConfigurationError, match="The client is closed"):
            await client.create()


async def test_a_subclass_keeps_its_attributes_in_a_copy(client_class: Any) -> None:
    class Named(client_class):  # type: ignore[misc]  # either of two classes
        def __init__(self, name: Any) -> None:
            super().__init__(api_key=API_KEY, base_url=BASE_URL)
            self.name = name

    client = Named("mine")

    copied = client.with_options(timeout=1)

    assert (type(copied), copied.name) == (Named, "mine")
    await close(client)


async def test_an_http_client_that_was_given_sends_and_stays_open(
    client_class: Any, http_client_class: Any, httpx_mock: HTTPXMock
) -> None:
    httpx_mock.add_response(match_headers={"x-api-key": API_KEY}, json={"id": "1"})
    http_client = http_client_class()
    client = client_class(api_key=API_KEY, base_url=BASE_URL, http_client=http_client)

    assert (await EitherClient(client).create()).id == "1"
    await close(client)

    assert not http_client.is_closed
    assert "x-api-key" not in http_client.headers
    await settle(
        http_client.aclose() if isinstance(http_client, httpx.AsyncClient) else http_client.close()
    )


def test_an_http_client_of_the_other_kind_is_refused() -> None:
    synchronous: Any = httpx.Client()
    asynchronous: Any = httpx.AsyncClient()

    with pytest.raises(TypeError, match=r"httpx\.AsyncClient"):
        AsyncKodexaClient(api_key=API_KEY, http_client=synchronous)
    with pytest.raises(TypeError, match=r"httpx\.Client"):
        KodexaClient(api_key=API_KEY, http_client=asynchronous)


async def test_clients_are_context_managers(httpx_mock: HTTPXMock) -> None:
    httpx_mock.add_response(json={"id": "1"}, is_reusable=True)
    async with AsyncKodexaClient(api_key=API_KEY) as async_client:
        await async_client.access_tokens.create()
    with KodexaClient(api_key=API_KEY) as client:
        client.access_tokens.create()

    with pytest.raises(ConfigurationError):
        await async_client.access_tokens.create()
    with pytest.raises(ConfigurationError):
        client.access_tokens.create()


async def test_a_client_is_shown_without_its_key_and_not_pickled(either: EitherClient) -> None:
    client = either.client

    assert repr(client) == f"{type(client).__name__}(base_url='{BASE_URL}')"
    assert API_KEY not in f"{vars(client)}"
    with pytest.raises(TypeError, match="can't be pickled: its API key came from api_key"):
        pickle.dumps(client)


async def test_a_failed_call_is_one_exception_without_context(
    either: EitherClient, httpx_mock: HTTPXMock
) -> None:
    httpx_mock.add_exception(httpx.ReadTimeout("canary"))

    with pytest.raises(APITimeoutError) as caught:
        await either.create(name="ci")

    error = caught.value
    assert isinstance(error, OutcomeUnknownError)
    assert (error.sent, error.reason) == (True, "ReadTimeout")
    assert "canary" not in str(error)
    assert (error.__context__, error.__cause__) == (None, None)


async def test_a_creation_that_may_have_been_carried_out_is_sent_once(
    either: EitherClient, httpx_mock: HTTPXMock
) -> None:
    httpx_mock.add_response(status_code=503, headers={"retry-after": "1"})

    with pytest.raises(OutcomeUnknownError):
        await either.create(name="ci")

    assert len(httpx_mock.get_requests()) == 1
    assert either.slept == []


async def test_a_creation_that_was_not_carried_out_is_sent_three_times_at_most(
    either: EitherClient, httpx_mock: HTTPXMock
) -> None:
    httpx_mock.add_response(status_code=429, headers={"retry-after": "1"}, is_reusable=True)

    with pytest.raises(RateLimitError) as caught:
        await either.create(name="ci")

    sent = httpx_mock.get_requests()
    assert not isinstance(caught.value, OutcomeUnknownError)
    assert [attempt.number for attempt in caught.value.attempts] == [1, 2, 3]
    assert [request.content for request in sent] == [b'{"name":"ci"}'] * 3
    assert either.slept == [1.0, 1.0]


async def test_without_retries_a_call_is_sent_once_whatever_comes(
    either: EitherClient, httpx_mock: HTTPXMock
) -> None:
    httpx_mock.add_response(status_code=429, headers={"retry-after": "1"})
    client = EitherClient(either.client.with_options(retry_policy=RetryPolicy(max_retries=0)))

    with pytest.raises(RateLimitError):
        await client.create(name="ci")

    assert len(httpx_mock.get_requests()) == 1


async def test_each_call_has_an_id_that_all_of_its_attempts_have(
    either: EitherClient, httpx_mock: HTTPXMock
) -> None:
    httpx_mock.add_response(status_code=429)
    httpx_mock.add_response(json={"id": "1"}, is_reusable=True)

    await either.create()
    await either.create()
    await either.request("POST", "/api/x", headers={"X-Request-ID": "mine"})

    first, again, second, own = (
        request.headers["x-request-id"] for request in httpx_mock.get_requests()
    )
    assert first == again != second
    assert UUID(first).version == UUID(second).version == 4
    assert own == "mine"


async def test_no_compressed_answer_is_asked_for(
    either: EitherClient, httpx_mock: HTTPXMock
) -> None:
    httpx_mock.add_response(match_headers={"accept-encoding": "identity"}, json={"id": "1"})

    await either.create()


async def test_a_request_reaches_what_no_method_is_for(
    either: EitherClient, httpx_mock: HTTPXMock
) -> None:
    httpx_mock.add_response(
        url=f"{BASE_URL}/api/projects?page=0&tag=a&tag=b",
        method="GET",
        json=[],
    )

    response = await either.request(
        "GET",
        "/api/projects",
        params={"page": 0, "tag": ["a", "b"]},
        headers={"x-trace": "1"},
        cookies={"a": "b"},
    )

    sent = last(httpx_mock).headers
    assert response.json() == []
    assert (sent["x-trace"], sent["cookie"], sent["x-api-key"]) == ("1", "a=b", API_KEY)
    assert "x-api-key" not in response.request.headers


async def test_json_null_is_a_body(either: EitherClient, httpx_mock: HTTPXMock) -> None:
    httpx_mock.add_response(match_content=b"null", json={})

    await either.request("PUT", "/api/x", json=None)


@pytest.mark.parametrize("path", ["", "api", "https://evil.test/", "@evil.test/"])
async def test_a_path_cannot_leave_the_base_url(
    either: EitherClient, path: Any, httpx_mock: HTTPXMock
) -> None:
    with pytest.raises(ValueError, match="starts with a slash"):
        await either.request("GET", path)

    assert not httpx_mock.get_requests()
