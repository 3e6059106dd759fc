"""Every operation of a document is served: on resources that are kept, or by example."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

from kodexa_client.testing import DocumentDepartureError

from .documents import Documented, answer, operation

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

THING = {"$ref": "#/components/schemas/Thing"}
THINGS = {
    "Thing": {
        "type": "object",
        "properties": {
            "id": {"type": "string"},
            "uuid": {"type": "string"},
            "name": {"type": "string"},
            "note": {"type": "string"},
            "createdOn": {"type": "string", "format": "date-time"},
            "updatedOn": {"type": "string", "format": "date-time"},
            "changeSequence": {"type": "integer"},
        },
    }
}
DONE = {"description": "Done"}


def crud(item: str = "/things/{id}", thing: Any = THING, listed: Any = None) -> dict[str, Any]:
    """Describe a collection, and what can be done with each of its resources."""
    parent = item.rpartition("/")[0]
    parameters = [
        {"name": part[1:-1], "in": "path", "required": True, "schema": {}}
        for part in item.split("/")
        if part.startswith("{")
    ]
    shown = answer(thing)
    return {
        parent: {
            "parameters": parameters[:-1],
            "post": operation({"201": shown}, {"type": "object"}, f"create{item}"),
            "get": operation(
                {"200": answer(listed or {"type": "array", "items": thing})}, None, f"list{item}"
            ),
        },
        item: {
            "parameters": parameters,
            "get": operation({"200": shown}, None, f"get{item}"),
            "put": operation({"200": shown}, {"type": "object"}, f"put{item}"),
            "patch": operation({"200": shown}, {}, f"patch{item}"),
            "delete": operation({"204": DONE}, None, f"delete{item}"),
        },
    }


@pytest.fixture
def make(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., Documented]:
    def make(paths: dict[str, Any], **schemas: Any) -> Documented:
        return Documented(monkeypatch, tmp_path, paths, {**THINGS, **schemas})

    return make


def test_a_resource_lives_from_its_creation_to_its_deletion(
    make: Callable[..., Documented],
) -> None:
    call = make(crud())
    created = call("POST", "/things", json={"name": "a", "note": "n"})
    assert (created.status_code, created.json()) == (
        201,
        {
            "name": "a",
            "note": "n",
            "id": "id-1",
            "uuid": "id-2",
            "createdOn": "2030-01-02T03:04:05Z",
            "updatedOn": "2030-01-02T03:04:05Z",
            "changeSequence": 0,
        },
    )
    assert call("GET", "/things").json() == [created.json()]
    assert call("GET", "/things/id-1").json() == created.json()

    patched = call("PATCH", "/things/id-1", json={"name": "b", "note": None, "id": "other"})
    assert patched.json()["name"] == "b"
    assert "note" not in patched.json()
    assert (patched.json()["id"], patched.json()["changeSequence"]) == ("id-1", 1)

    put = call("PUT", "/things/id-1", json={"note": "m"})
    assert "name" not in put.json()
    assert put.json()["createdOn"] == "2030-01-02T03:04:05Z"
    assert put.json()["changeSequence"] == 2
    assert call("GET", "/things/id-1").json() == put.json()

    deleted = call("DELETE", "/things/id-1")
    assert (deleted.status_code, deleted.content) == (204, b"")
    gone = call("GET", "/things/id-1")
    assert (gone.status_code, gone.json()["detail"]) == (404, "There is no such resource.")
    assert call("GET", "/things").json() == []
    assert len(call.fake.executions("get/things/{id}")) == 2


@pytest.mark.parametrize(
    ("files", "status"), [({"file": ("a", b"text")}, 200), ({"other": ("a", b"text")}, 400)]
)
def test_a_form_of_parts_is_read(
    make: Callable[..., Documented], files: dict[str, Any], status: int
) -> None:
    form = {
        "type": "object",
        "required": ["file"],
        "properties": {"file": {"type": "string"}},
    }
    upload = operation({"200": DONE})
    upload["requestBody"] = {"content": {"multipart/form-data": {"schema": form}}}
    call = make({"/upload": {"post": upload}})

    assert call("POST", "/upload", files=files).status_code == status
    content_type = {"content-type": "multipart/form-data"}
    assert call("POST", "/upload", content=b"x", headers=content_type).status_code == 400


def test_resources_of_other_parents_are_apart(make: Callable[..., Documented]) -> None:
    call = make(crud("/a/{a}/things/{thing}"))
    created = call("POST", "/a/1/things", json={}).json()

    assert call("GET", "/a/1/things").json() == [created]
    assert call("GET", "/a/2/things").json() == []
    assert call("GET", f"/a/1/things/{created['id']}").json() == created
    assert call("GET", f"/a/2/things/{created['id']}").status_code == 404


def test_a_resource_is_found_by_the_property_that_the_path_names(
    make: Callable[..., Documented],
) -> None:
    thing = {"type": "object", "properties": {"slug": {"type": "string"}, "n": {}}}
    call = make(crud("/things/{slug}", thing))
    own = call("POST", "/things", json={"slug": "a/b c\nä"})
    given = call("POST", "/things", json={"n": 1}).json()["slug"]

    assert own.json() == {"slug": "a/b c\nä"}
    assert call("GET", "/things/a%2Fb%20c%0A%C3%A4").json() == own.json()
    assert call("GET", f"/things/{given}").json() == {"slug": given, "n": 1}
    assert call("PATCH", f"/things/{given}", json={"n": 2}).json() == {"slug": given, "n": 2}


def test_an_identity_has_the_type_that_its_schema_asks_for(
    make: Callable[..., Documented],
) -> None:
    thing = {
        "type": "object",
        "properties": {
            "id": {"type": "integer"},
            "uuid": {"type": "string", "format": "uuid"},
            "createdOn": {"type": "integer"},
            "updatedOn": {"type": "string", "format": "date"},
            "changeSequence": {"type": "string"},
        },
    }
    call = make(crud(thing=thing))

    created = call("POST", "/things", json={}).json()
    changed = call("PATCH", "/things/1", json={"a": 1}).json()

    assert (created["id"], created["createdOn"]) == (1, 1893553445000)
    assert created["updatedOn"] == "2030-01-02"
    assert "changeSequence" not in created
    assert changed["updatedOn"] == "2030-01-02"
    assert call("GET", "/things/1").json() == changed


def test_what_a_resource_must_have_comes_from_the_documents_example_or_its_schema(
    make: Callable[..., Documented],
) -> None:
    thing = {
        "type": "object",
        "required": ["id", "size", "state", "other"],
        "properties": {"id": {}, "size": {"type": "integer"}, "state": {"enum": ["new"]}},
    }
    paths = crud(thing=thing)
    paths["/things"]["post"]["responses"]["201"] = answer(
        thing, example={"id": "x", "size": 7, "state": "old", "other": 1}
    )
    call = make(paths)

    # No property is made that the schema has no word of: that is the example's answer.
    assert call("POST", "/things", json={"other": 2}).json() == {
        "other": 2,
        "id": "id-1",
        "size": 7,
        "state": "new",
    }


def test_what_is_for_requests_alone_is_kept_and_not_shown(
    make: Callable[..., Documented],
) -> None:
    thing = {
        "type": "object",
        "properties": {"id": {}, "password": {"type": "string", "writeOnly": True}},
    }
    call = make(crud(thing=thing))

    assert call("POST", "/things", json={"password": "canary"}).json() == {"id": "id-1"}


def test_what_an_answer_may_not_have_is_left_out(make: Callable[..., Documented]) -> None:
    thing = {"type": "object", "additionalProperties": False, "properties": {"id": {}, "a": {}}}
    call = make(crud(thing=thing))

    assert call("POST", "/things", json={"a": 1, "b": 2}).json() == {"a": 1, "id": "id-1"}


def test_a_page_lists_what_is_kept_and_counts_it(make: Callable[..., Documented]) -> None:
    page = {
        "type": "object",
        "required": ["content", "sort"],
        "properties": {
            "content": {"type": "array", "items": THING},
            "totalElements": {"type": "integer"},
            "totalPages": {"type": "integer"},
            "last": {"type": "boolean"},
            "empty": {"type": "boolean"},
            "sort": {"type": "string"},
        },
    }
    call = make(crud(listed=page))
    empty = call("GET", "/things").json()
    created = [call("POST", "/things", json={"name": name}).json() for name in "ab"]

    assert empty == {
        "content": [],
        "totalElements": 0,
        "totalPages": 0,
        "last": True,
        "empty": True,
        "sort": "string",
    }
    full = call("GET", "/things").json()
    assert (full["content"], full["totalElements"], full["totalPages"]) == (created, 2, 1)


@pytest.mark.parametrize(
    "listed",
    [
        {"type": "array", "items": {"type": "string"}},
        {"type": "object", "properties": {"a": {"type": "array", "items": {"const": 1}}}},
        {
            "type": "object",
            "properties": {
                "a": {
                    "type": "array",
                    "items": {"type": "object", "required": ["x"], "properties": {"x": False}},
                }
            },
        },
        {
            "type": "object",
            "properties": {
                "a": {"type": "array", "items": THING},
                "b": {"type": "array", "items": THING},
            },
        },
    ],
)
def test_a_list_that_can_not_hold_the_resources_is_answered_by_its_schema(
    make: Callable[..., Documented], listed: Any
) -> None:
    call = make(crud(listed=listed))
    call("POST", "/things", json={})

    assert call("GET", "/things").status_code == 200


def test_resources_without_a_schema_are_listed_as_they_are(
    make: Callable[..., Documented],
) -> None:
    paths = crud()
    paths["/things"]["post"]["responses"] = {"200": answer()}
    paths["/things"]["get"]["responses"] = {"200": answer()}
    call = make(paths)

    created = call("POST", "/things", json={"name": "a"})

    assert created.status_code == 200
    # What is not shown at the creation is known from the reading of one.
    assert created.json()["id"] == "id-1"
    assert call("GET", "/things").json() == [created.json()]


def test_a_creation_with_no_answer_that_fits_keeps_nothing(
    make: Callable[..., Documented],
) -> None:
    paths = crud()
    paths["/things"]["post"]["responses"] = {"201": answer({"not": {}})}
    paths["/things/{id}"]["put"]["responses"] = {"200": answer({"not": {}})}
    paths["/things/{id}"]["delete"]["responses"] = {"200": answer({"not": {}})}
    paths["/others"] = {"post": operation({"201": answer(THING)}, {"type": "object"})}
    call = make(paths)

    refused = call("POST", "/things", json={})

    assert refused.status_code == 501
    assert refused.json()["detail"] == (
        "No answer to create/things/{id} is known that fits openapi.yaml: its answer of success "
        "needs an example there."
    )
    assert call("GET", "/things").json() == []
    assert call.fake.executions("create/things/{id}") == []
    assert call.fake.departures == []


def test_a_change_or_deletion_with_no_answer_that_fits_changes_nothing(
    make: Callable[..., Documented],
) -> None:
    paths = crud()
    for method in ("put", "delete"):
        paths["/things/{id}"][method]["responses"] = {"200": answer({"not": {}})}
    call = make(paths)
    created = call("POST", "/things", json={}).json()

    assert call("PUT", "/things/id-1", json={"name": "b"}).status_code == 501
    assert call("DELETE", "/things/id-1").status_code == 501

    assert call("GET", "/things/id-1").json() == created


def test_other_operations_of_a_collection_are_answered_by_example(
    make: Callable[..., Documented],
) -> None:
    paths = crud()
    paths["/things"]["delete"] = operation({"200": answer(example={"deleted": 3})})
    paths["/things"]["post"]["requestBody"]["content"]["text/plain"] = {}
    paths["/things/{id}"]["post"] = operation({"2XX": answer(THING)})
    paths["/things/{id}/run"] = {
        "parameters": paths["/things/{id}"]["parameters"],
        "post": operation({"202": answer(example="running")}),
    }
    call = make(paths)

    assert call("DELETE", "/things").json() == {"deleted": 3}
    assert call("POST", "/things/1").status_code == 200
    assert call("POST", "/things/1/run").json() == "running"
    text = call("POST", "/things", content=b"a", headers={"content-type": "text/plain"})
    assert text.status_code == 201
    assert call("PATCH", "/things/1", json=[]).status_code == 200
    assert call("GET", "/things").json() == []


ANSWERS: dict[str, tuple[dict[str, Any], int, bytes]] = {
    "nothing": ({"204": DONE}, 204, b""),
    "range without a body": ({"2XX": DONE}, 204, b""),
    "range": ({"2XX": answer({"const": 1})}, 200, b"1"),
    "default": ({"default": answer({"const": 1}), "404": DONE}, 200, b"1"),
    "200 first": ({"202": DONE, "200": answer({"const": 1})}, 200, b"1"),
    "redirect": ({"3XX": DONE}, 303, b""),
    "example": ({"200": answer({"type": "integer"}, example=5)}, 200, b"5"),
    "examples": (
        {"200": answer({"type": "integer"}, examples={"a": {"value": 6}, "b": {"summary": "x"}})},
        200,
        b"6",
    ),
    "example that does not fit": ({"200": answer({"type": "object"}, example=5)}, 200, b"{}"),
    "no schema": ({"200": answer()}, 200, b"{}"),
    "text": (
        {"200": {"description": "", "content": {"text/plain": {"schema": {"type": "string"}}}}},
        200,
        b"string",
    ),
    "text without a schema": (
        {"200": {"description": "", "content": {"text/*": {}}}},
        200,
        b"content",
    ),
    "bytes": (
        {"200": {"description": "", "content": {"application/octet-stream": {}}}},
        200,
        b"content",
    ),
    "anything": (
        {"200": {"description": "", "content": {"*/*": {"schema": {"const": 1}}}}},
        200,
        b"1",
    ),
    "JSON before others": (
        {"200": {"description": "", "content": {"text/csv": {}, "application/x+json": {}}}},
        200,
        b"{}",
    ),
    "text whose example is none": (
        {"200": {"description": "", "content": {"text/plain": {"example": 5}}}},
        200,
        b"content",
    ),
    "text that nothing fits": (
        {"200": {"description": "", "content": {"text/plain": {"schema": {"not": {}}}}}},
        501,
        b"",
    ),
    "example that JSON has not": ({"200": answer({"type": "number"}, example=1e999)}, 200, b"0"),
    "extension": ({"200": DONE, "x-more": {}}, 200, b""),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_an_operation_is_answered_as_the_document_says(
    make: Callable[..., Documented], name: str
) -> None:
    answers, status, content = ANSWERS[name]
    call = make({"/it": {"get": operation(answers)}})

    got = call("GET", "/it")

    assert got.status_code == status
    assert got.content == content or status == 501
    assert len(call.fake.executions("GET /it")) == (status != 501)


def test_what_the_client_accepts_comes_first(make: Callable[..., Documented]) -> None:
    contents = {"application/json": {}, "text/csv": {"example": "a,b"}}
    call = make({"/it": {"get": operation({"200": {"description": "", "content": contents}})}})

    assert call("GET", "/it", headers={"accept": "text/csv;q=1"}).content == b"a,b"
    assert call("GET", "/it", headers={"accept": "image/png"}).json() == {}


def test_headers_that_an_answer_must_have_are_there(make: Callable[..., Documented]) -> None:
    headers = {
        "X-Total": {"required": True, "schema": {"type": "integer", "minimum": 4}},
        "X-List": {
            "required": True,
            "schema": {"type": "array", "items": {"type": "string"}, "minItems": 2},
        },
        "X-Free": {"schema": {"type": "string"}},
    }
    call = make({"/it": {"get": operation({"200": {"description": "", "headers": headers}})}})

    got = call("GET", "/it").headers

    assert got["x-total"] == "4"
    assert got["x-list"] == "string,string"
    assert "x-free" not in got


def test_a_header_that_can_not_be_made_is_asked_for(make: Callable[..., Documented]) -> None:
    headers = {"X-A": {"required": True, "schema": {"type": "string", "enum": ["\u00e4"]}}}
    call = make({"/it": {"get": operation({"200": {"description": "", "headers": headers}})}})

    assert call("GET", "/it").status_code == 501


def test_a_refusal_has_the_shape_that_the_document_lists(
    make: Callable[..., Documented],
) -> None:
    refused = {
        "type": "object",
        "required": ["code"],
        "properties": {"code": {"const": "E1"}},
    }
    body = {"type": "object", "required": ["name"]}
    call = make(
        {
            "/listed": {"post": operation({"200": DONE, "4XX": answer(refused)}, body)},
            "/shown": {
                "post": operation({"200": DONE, "400": answer({"const": 1}, example=2)}, body)
            },
            "/impossible": {"post": operation({"200": DONE, "400": answer({"not": {}})}, body)},
            "/silent": {"post": operation({"200": DONE}, body)},
        }
    )

    assert call("POST", "/listed", json={}).json() == {"code": "E1"}
    assert call("POST", "/shown", json={}).json() == 1
    assert call("POST", "/silent", json={}).json()["errors"] == {"name": "is required"}
    with pytest.raises(DocumentDepartureError, match="was about to be answered 400"):
        call("POST", "/impossible", json={})


def test_a_body_of_any_type_is_taken(make: Callable[..., Documented]) -> None:
    taken = operation({"200": DONE})
    taken["requestBody"] = {"content": {"*/*": {"schema": {}}}}
    call = make({"/it": {"post": taken}})

    for content_type in ("image/png", "application/json"):
        got = call("POST", "/it", content=b"1", headers={"content-type": content_type})
        assert got.status_code == 200
    assert call("POST", "/it", content=b"\xff", headers={"content-type": "a/b"}).status_code == 200


def test_a_creation_that_answers_text_keeps_what_was_sent(
    make: Callable[..., Documented],
) -> None:
    paths = crud(thing={"anyOf": [THING, THING]})
    paths["/things"]["post"]["responses"] = {
        "201": {"description": "", "content": {"text/plain": {}}}
    }
    call = make(paths)

    assert call("POST", "/things", json={"name": "a", "updatedOn": None}).text == "content"
    assert call("GET", "/things/id-1").json()["name"] == "a"


def test_a_time_of_another_shape_stays(make: Callable[..., Documented]) -> None:
    call = make(crud(thing={"type": "object", "properties": {"id": {}}}))
    call("POST", "/things", json={"updatedOn": None})

    assert call("PATCH", "/things/id-1", json={"a": 1}).json() == {
        "updatedOn": None,
        "id": "id-1",
        "a": 1,
    }


def test_threads_create_each_resource_once(make: Callable[..., Documented]) -> None:
    call = make(crud())
    with ThreadPoolExecutor(8) as pool:
        created = list(
            pool.map(lambda number: call("POST", "/things", json={"name": str(number)}), range(40))
        )

    assert len({one.json()["id"] for one in created}) == 40
    assert len(call("GET", "/things").json()) == 40


def test_a_path_without_parameters_goes_before_one_with(make: Callable[..., Documented]) -> None:
    paths = crud()
    paths["/things/mine"] = {"get": operation({"200": answer({"const": "mine"})})}
    call = make(paths)

    assert call("GET", "/things/mine").json() == "mine"


def test_an_action_on_a_resource_is_not_the_resource(make: Callable[..., Documented]) -> None:
    thing = {"type": "object", "properties": {"slug": {"type": "string"}}}
    paths = crud("/things/{slug}", thing)
    paths["/things/{a}:run"] = {
        "parameters": [{"name": "a", "in": "path", "required": True, "schema": {}}],
        "get": operation({"200": answer({"const": "ran"})}),
    }
    paths["/things/{slug}:stop"] = {
        "parameters": paths["/things/{slug}"]["parameters"],
        "get": operation({"200": answer({"const": "stopped"})}),
    }
    call = make(paths)

    created = call("POST", "/things", json={}).json()

    assert call("GET", f"/things/{created['slug']}").json() == created
    assert call("GET", f"/things/{created['slug']}:run").json() == "ran"
    assert call("GET", f"/things/{created['slug']}:stop").json() == "stopped"


def test_access_tokens_are_listed_without_their_secret(make: Callable[..., Documented]) -> None:
    paths = crud("/api/access-tokens/{id}")
    paths["/api/access-tokens"]["post"]["operationId"] = "createAccessToken"
    call = make(paths)

    created = call("POST", "/api/access-tokens", json={"name": "ci"}).json()
    (listed,) = call("GET", "/api/access-tokens").json()

    assert created["token"].startswith("fake-secret-")
    assert "token" not in listed
    assert listed["id"] == created["id"]
