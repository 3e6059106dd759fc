"""What the fake platform answers, refuses, keeps and shows."""

import copy
import datetime
import doctest
import itertools
import json
from collections.abc import AsyncGenerator, Iterator
from typing import Any, cast

import httpx
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

import kodexa_client.testing._platform
from kodexa_client import AsyncKodexaClient, BadRequestError, KodexaError
from kodexa_client.models import AccessToken
from kodexa_client.testing import DocumentDepartureError, FakePlatform
from kodexa_client.testing._document import _location

PATH = "/api/access-tokens"
NOW = datetime.datetime(2026, 1, 2, 3, 4, 5, tzinfo=datetime.UTC)


def counted_ids() -> Iterator[str]:
    return (f"id-{number}" for number in itertools.count(1))


@pytest.fixture
def fake() -> FakePlatform:
    ids = counted_ids()
    return FakePlatform(api_keys=["canary-key"], clock=lambda: NOW, ids=lambda: next(ids))


@pytest.fixture
async def http(fake: FakePlatform) -> AsyncGenerator[httpx.AsyncClient]:
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app=fake),
        base_url="http://fake",
        headers={"x-api-key": "canary-key"},
    ) as client:
        yield client


def sdk(fake: FakePlatform, api_key: str = "canary-key", prefix: str = "") -> AsyncKodexaClient:
    return AsyncKodexaClient(
        api_key=api_key,
        base_url=f"https://fake{prefix}",
        http_client=httpx.AsyncClient(transport=httpx.ASGITransport(app=fake)),
    )


async def send(http: httpx.AsyncClient, content: bytes, **headers: str) -> httpx.Response:
    fields = {"content-type": "application/json"} | {
        name.replace("_", "-"): value for name, value in headers.items()
    }
    return await http.post(PATH, content=content, headers=fields)


def page_example() -> dict[str, object]:
    document = yaml.safe_load(_location().read_text(encoding="utf-8"))
    return cast("dict[str, object]", document["components"]["examples"]["AccessToken"]["value"])


def instants(value: object) -> object:
    """Replace each date-time of a JSON value by the instant that it names."""
    if isinstance(value, dict):
        return {
            key: datetime.datetime.fromisoformat(item)
            if key in {"createdOn", "updatedOn", "expiresAt"}
            else instants(item)
            for key, item in value.items()
        }
    return [instants(item) for item in value] if isinstance(value, list) else value


# What it creates


async def test_creation_answers_what_was_sent_and_what_the_platform_assigns(
    http: httpx.AsyncClient,
) -> None:
    response = await http.post(
        PATH, json={"name": "ci", "expiresAt": "2026-04-02T03:04:05Z", "unlisted": [1]}
    )

    assert response.status_code == 201
    assert response.headers["content-type"] == "application/json"
    assert response.json() == {
        "name": "ci",
        "expiresAt": "2026-04-02T03:04:05Z",
        "unlisted": [1],
        "userId": None,
        "id": "id-2",
        "uuid": "id-3",
        "createdOn": "2026-01-02T03:04:05Z",
        "updatedOn": "2026-01-02T03:04:05Z",
        "changeSequence": 0,
        "token": "fake-secret-id-1",
    }


async def test_what_the_platform_assigns_replaces_what_was_sent(http: httpx.AsyncClient) -> None:
    sent = {
        "id": "mine",
        "uuid": "mine",
        "createdOn": "2001-01-01T00:00:00Z",
        "updatedOn": "2001-01-01T00:00:00Z",
        "changeSequence": 9,
        "token": "mine",
        "userId": "user-7",
    }

    answer = (await http.post(PATH, json=sent)).json()

    assert {name for name in sent if answer[name] == sent[name]} == {"userId"}


async def test_created_secret_is_a_key_from_then_on(fake: FakePlatform) -> None:
    async with sdk(fake) as client:
        token = await client.access_tokens.create(name="first")
    secret = token.additional_properties["token"]

    async with sdk(fake, api_key=secret) as client:
        await client.access_tokens.create(name="second")

    assert [created["name"] for created in fake.created_tokens] == ["first", "second"]


async def test_example_of_the_page_arrives_as_it_was_sent(fake: FakePlatform) -> None:
    example = page_example()

    async with sdk(fake) as client:
        await client.access_tokens.create(body=AccessToken.from_dict(example))

    assert instants(fake.requests[0].body) == instants(example)


async def test_prefix_is_part_of_every_path() -> None:
    fake = FakePlatform(prefix="/kodexa")

    async with sdk(fake, api_key="test-key", prefix="/kodexa") as client:
        await client.access_tokens.create(name="ci")
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=fake)) as http:
        outside = await http.post(f"http://fake{PATH}", headers={"x-api-key": "test-key"}, json={})

    assert outside.status_code == 404
    assert [request.path for request in fake.requests] == [PATH, PATH]
    assert len(fake.created_tokens) == 1


@pytest.mark.parametrize("prefix", ["kodexa", "/kodexa/", "/"])
def test_prefix_of_another_shape_is_refused(prefix: str) -> None:
    with pytest.raises(ValueError, match="prefix must start with a slash and not end with one"):
        FakePlatform(prefix=prefix)


def test_single_text_is_refused_as_collection_of_keys() -> None:
    with pytest.raises(TypeError, match="not one key"):
        FakePlatform(api_keys="canary-key")


async def test_defaults_are_a_known_key_the_time_and_random_ids() -> None:
    fake = FakePlatform()
    async with sdk(fake, api_key="test-key") as client:
        first = await client.access_tokens.create(name="ci")
        second = await client.access_tokens.create(name="ci")

    assert isinstance(first.created_on, datetime.datetime)
    assert first.created_on.utcoffset() == datetime.timedelta(0)
    assert first.id != second.id


# What it refuses


@pytest.mark.parametrize(
    ("body", "errors"),
    [
        ({"expiresAt": "tomorrow"}, {"expiresAt": "must be in the format date-time"}),
        ({"expiresAt": "2026-01-01T00:00:00"}, {"expiresAt": "must be in the format date-time"}),
        ({"expiresAt": 5}, {"expiresAt": "must be of type string or null"}),
        ({"name": None}, {"name": "must be of type string"}),
        ({"changeSequence": 2**31}, {"changeSequence": "must be in the format int32"}),
        ({"user": {"createdOn": "x"}}, {"user.createdOn": "must be in the format date-time"}),
        ({"user": {"roles": {"roles": [1]}}}, {"user.roles.roles.0": "must be of type string"}),
        (
            {"name": 1, "userId": 2},
            {"name": "must be of type string", "userId": "must be of type string or null"},
        ),
    ],
)
async def test_bad_value_is_answered_400_with_the_name_of_its_field(
    fake: FakePlatform, http: httpx.AsyncClient, body: object, errors: dict[str, str]
) -> None:
    response = await http.post(PATH, json=body)

    assert response.status_code == 400
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json() == {
        "type": "about:blank",
        "title": "Bad Request",
        "status": 400,
        "detail": f"Not valid: {', '.join(sorted(errors))}.",
        "errors": errors,
    }
    assert fake.created_tokens == []


@pytest.mark.parametrize(
    ("content", "detail"),
    [
        (b"", "The body is missing."),
        (b"[]", "The body must be of type object."),
        (b"null", "The body must be of type object."),
        (b'{"name": "a", "name": "b"}', "it has a property twice."),
        (b'{"x": NaN}', "a number in it is infinite, or none at all."),
        (b'{"x": -Infinity}', "a number in it is infinite, or none at all."),
        (b'{"x": 1e999}', "a number in it is too large."),
        (b'{"x": ' + b"9" * 5_000 + b"}", "a number in it is too large."),
        (b'{"x": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", "nested too deeply."),
        (b'{"x": "\xff"}', "not UTF-8 at byte 7."),
        (b'{"x": }', "Expecting value at line 1, column 7."),
        (b'\xef\xbb\xbf{"x": 1}', "it begins with a byte order mark."),
        ('{"name": "ci"}'.encode("utf-16"), "not UTF-8 at byte 0."),
    ],
)
async def test_bad_body_is_answered_400_with_a_detail(
    fake: FakePlatform, http: httpx.AsyncClient, content: bytes, detail: str
) -> None:
    response = await send(http, content)

    assert response.status_code == 400
    assert detail in response.json()["detail"]
    assert "errors" not in response.json()
    assert fake.executions("createAccessToken") == []


@pytest.mark.parametrize("content", [b"{}", b"{", b"[]", b"", b'{"name": 1}'])
@pytest.mark.parametrize("key", ["canary-unknown", "", None])
async def test_missing_or_unknown_key_is_answered_401_whatever_the_body(
    fake: FakePlatform, http: httpx.AsyncClient, key: str | None, content: bytes
) -> None:
    del http.headers["x-api-key"]

    response = await send(http, content, **({} if key is None else {"x_api_key": key}))

    assert response.status_code == 401
    assert response.json() == {
        "type": "about:blank",
        "title": "Unauthorized",
        "status": 401,
        "detail": "The API key is missing or not valid.",
    }
    assert fake.executions("createAccessToken") == []


async def test_other_content_type_is_answered_415(http: httpx.AsyncClient) -> None:
    response = await send(http, b"{}", content_type="text/plain")

    assert response.status_code == 415
    assert response.json()["detail"] == "The content type must be application/json."


@pytest.mark.parametrize("content_type", ["Application/JSON; charset=utf-8", "application/json;x"])
async def test_parameters_of_the_content_type_do_not_matter(
    http: httpx.AsyncClient, content_type: str
) -> None:
    assert (await send(http, b"{}", content_type=content_type)).status_code == 201


@pytest.mark.parametrize("path", ["/", "/api", f"{PATH}/", f"{PATH}/1/2/3", "/apis/access-tokens"])
async def test_unknown_path_is_answered_404(http: httpx.AsyncClient, path: str) -> None:
    response = await http.post(path, json={})

    assert response.status_code == 404
    assert response.json()["title"] == "Not Found"
    assert response.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("name", ["api_key", "base_url", "http_client"])
async def test_a_setting_that_is_none_is_the_platforms_own(name: str) -> None:
    fake = FakePlatform()
    settings: dict[str, Any] = {name: None, "deadline": None}

    client, other = fake.client(**settings), fake.async_client(**settings)
    client.access_tokens.create(name="a")
    await other.access_tokens.create(name="b")

    assert [token["name"] for token in fake.created_tokens] == ["a", "b"]
    assert client.config.deadline is None


def test_a_mistake_of_the_platforms_is_a_departure(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise LookupError("canary")

    fake = FakePlatform()
    monkeypatch.setattr(fake._access_tokens, "create", fail)

    with pytest.raises(KodexaError):
        fake.client().access_tokens.create(name="ci")

    (departure,) = fake.departures
    assert "POST /api/access-tokens could not be answered" in str(departure)
    assert "LookupError" in str(departure)


# None that a later version of the document may add.
@pytest.mark.parametrize("method", ["OPTIONS", "PARAMETERS", "BREW"])
async def test_wrong_method_is_answered_405_with_those_allowed(
    http: httpx.AsyncClient, method: str
) -> None:
    response = await http.request(method, PATH)

    assert response.status_code == 405
    assert "POST" in response.headers["allow"].split(", ")
    assert response.headers["content-type"] == "application/problem+json"


async def test_sdk_reads_the_refusal(fake: FakePlatform) -> None:
    async with sdk(fake) as client:
        with pytest.raises(BadRequestError) as caught:
            await client.access_tokens.create(name=cast("str", 7))

    assert caught.value.problem is not None
    assert caught.value.problem.errors == {"name": "must be of type string"}


values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda children: st.lists(children) | st.dictionaries(st.text(), children),
    max_leaves=10,
)


@given(unlisted=values, name=st.text())
async def test_any_json_arrives_and_returns(unlisted: object, name: str) -> None:
    fake = FakePlatform()
    content = json.dumps({"name": name, "unlisted": unlisted}).encode()
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=fake)) as http:
        http.headers["x-api-key"] = "test-key"
        http.base_url = httpx.URL("http://fake")
        response = await send(http, content)

    answer = response.json()

    assert fake.requests[0].body == {"name": name, "unlisted": unlisted}
    assert (answer["name"], answer["unlisted"]) == (name, unlisted)


@given(content=st.binary() | values.map(lambda value: json.dumps(value).encode()))
async def test_no_body_breaks_the_fake(content: bytes) -> None:
    fake = FakePlatform()
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=fake)) as http:
        http.headers["x-api-key"] = "test-key"
        http.base_url = httpx.URL("http://fake")
        response = await send(http, content)

    assert response.status_code in {201, 400}
    assert fake.departures == []


# What it keeps


async def test_every_request_is_kept_as_it_came(
    fake: FakePlatform, http: httpx.AsyncClient
) -> None:
    await http.get("/nowhere?page=1&page=2")
    await send(http, b"{", x_request_id="req-1")

    first, second = fake.requests

    assert (first.method, first.path, first.query) == ("GET", "/nowhere", "page=1&page=2")
    assert (first.content, first.body) == (b"", None)
    assert (second.content, second.body) == (b"{", None)
    assert second.headers["x-request-id"] == "req-1"


async def test_executions_are_the_requests_that_were_carried_out(
    fake: FakePlatform, http: httpx.AsyncClient
) -> None:
    await http.post(PATH, json={"name": 1})
    await http.post(PATH, json={"name": "ci"})
    await http.get(PATH)

    executions = fake.executions("createAccessToken")

    assert [request.body for request in executions] == [{"name": "ci"}]


def test_executions_of_an_unknown_operation_are_an_error(fake: FakePlatform) -> None:
    with pytest.raises(ValueError, match=r"no operation 'createToken'.*createAccessToken"):
        fake.executions("createToken")


async def test_what_a_test_does_to_a_copy_leaves_the_platform_alone(
    fake: FakePlatform, http: httpx.AsyncClient
) -> None:
    answer = (await http.post(PATH, json={"user": {"active": True}})).json()

    fake.requests.clear()
    fake.created_tokens.clear()
    cast("dict[str, object]", fake.created_tokens[0]["user"]).clear()
    fake.departures.append(DocumentDepartureError())
    fake.executions("createAccessToken").clear()

    assert fake.created_tokens == [answer]
    assert len(fake.requests) == len(fake.executions("createAccessToken")) == 1
    assert fake.departures == []


async def test_nothing_prints_a_key_or_a_secret(
    fake: FakePlatform, http: httpx.AsyncClient
) -> None:
    http.headers.update(
        {
            "Authorization": "canary-bearer",
            "X-Access-Token": "canary-older",
            "Cookie": "session=canary-cookie",
            "Proxy-Authorization": "canary-proxy",
        }
    )
    await http.post(PATH, json={"name": "ci", "unlisted": "canary-property"})
    await http.post(PATH, json={}, headers={"x-api-key": "canary-unknown"})

    shown = repr(
        (
            fake,
            vars(fake),
            fake.requests,
            [dict(request.headers) for request in fake.requests],
            fake.created_tokens,
            copy.copy(fake.created_tokens[0]),
            fake.executions("createAccessToken"),
        )
    )

    assert "canary" not in shown
    assert "fake-secret" not in shown
    assert "<FakePlatform: 2 requests received, 1 access tokens created>" in shown
    assert "<CreatedToken id='id-2' name='ci'>" in shown
    assert fake.requests[0].headers["x-api-key"] == "***"


# What it says of itself


@pytest.mark.parametrize(
    ("wrong", "fields"),
    [
        (FakePlatform(ids=lambda: cast("str", 7)), ["id", "uuid"]),
        (FakePlatform(clock=lambda: NOW.replace(tzinfo=None)), ["createdOn", "updatedOn"]),
    ],
)
async def test_answer_that_departs_from_the_document_raises_and_is_remembered(
    wrong: FakePlatform, fields: list[str]
) -> None:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=wrong)) as http:
        with pytest.raises(DocumentDepartureError) as caught:
            await http.post(
                f"http://fake{PATH}", json={"name": "ci"}, headers={"x-api-key": "test-key"}
            )

    assert wrong.departures == [caught.value]
    assert isinstance(caught.value, AssertionError)
    assert all(field in str(caught.value) for field in fields)
    assert "fake-secret" not in str(caught.value)


def test_example_in_the_docstring_runs() -> None:
    results = doctest.testmod(kodexa_client.testing._platform)

    assert (results.failed, results.attempted > 0) == (0, True)
