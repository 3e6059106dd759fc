"""Resources are kept as they are sent, found by their identity, and changed as RFC 7396 says."""

from __future__ import annotations

import copy
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kodexa_client.testing._resources import Resources, merge_patch
from tools.schema_strategy import Schemas

from .documents import Documented, answer, operation

COMPONENTS: dict[str, Any] = {
    "Owner": {
        "type": "object",
        "required": ["email"],
        "properties": {
            "email": {"type": "string"},
            "backup": {"$ref": "#/components/schemas/Owner"},
        },
    },
    "Thing": {
        "type": "object",
        "required": ["name"],
        "properties": {
            "name": {"type": "string"},
            "size": {"type": ["number", "null"]},
            "from": {"type": "string", "format": "date-time"},
            "tags": {"type": "array", "items": {"enum": ["a", "b"]}},
            "owner": {"$ref": "#/components/schemas/Owner"},
        },
    },
}
THING = {"$ref": "#/components/schemas/Thing"}
SLUG = {"type": "object", "properties": {"slug": {"type": "string"}}}

# RFC 7396, appendix A.
PATCHES: list[tuple[Any, Any, Any]] = [
    ({"a": "b"}, {"a": "c"}, {"a": "c"}),
    ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
    ({"a": "b"}, {"a": None}, {}),
    ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
    ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
    ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}),
    ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
    ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
    (["a", "b"], ["c", "d"], ["c", "d"]),
    ({"a": "b"}, ["c"], ["c"]),
    ({"a": "foo"}, None, None),
    ({"a": "foo"}, "bar", "bar"),
    ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
    ([1, 2], {"a": "b", "c": None}, {"a": "b"}),
    ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
]


@pytest.fixture(scope="module")
def things(tmp_path_factory: pytest.TempPathFactory) -> Documented:
    """Return a platform whose things have a schema, and whose slugs are the client's own."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        return Documented(
            monkeypatch,
            tmp_path_factory.mktemp("things"),
            {
                path: item
                for name, schema in (("thing", THING), ("slug", SLUG))
                for path, item in {
                    f"/{name}s": {"post": operation({"201": answer(schema)}, schema)},
                    f"/{name}s/{{{name}}}": {
                        "parameters": [
                            {"name": name, "in": "path", "required": True, "schema": {}}
                        ],
                        "get": operation({"200": answer(schema)}),
                        "delete": operation({"204": {"description": "Done"}}),
                    },
                }.items()
            },
            COMPONENTS,
        )


@pytest.mark.parametrize(("target", "patch", "expected"), PATCHES)
def test_a_merge_patch_changes_what_it_names(target: Any, patch: Any, expected: Any) -> None:
    before = copy.deepcopy(target)

    assert merge_patch(target, patch) == expected
    assert target == before


# Its own name is what a thing is found by: there is no other property of identity.
@given(body=Schemas(COMPONENTS).strategy(THING))
def test_what_is_sent_is_kept(things: Documented, body: dict[str, Any]) -> None:
    body["thing"] = "one"

    created = things("POST", "/things", json=body)
    read = things("GET", "/things/one")
    deleted = things("DELETE", "/things/one")

    assert created.json() == body
    assert read.json() == body
    assert deleted.status_code == 204
    assert things("GET", "/things/one").status_code == 404


# A dot or two are steps of a path, which an http client takes.
@given(slug=st.text(min_size=1).filter(lambda slug: slug not in {".", ".."}))
def test_any_identity_is_found(things: Documented, slug: str) -> None:
    things("POST", "/slugs", json={"slug": slug})
    path = f"/slugs/{quote(slug, safe='')}"

    assert things("GET", path).json() == {"slug": slug}
    assert things("DELETE", path).status_code == 204
    assert things("GET", path).status_code == 404


@pytest.mark.parametrize("resource", [{}, {"id": None}, {"slug": None, "id": "null"}])
def test_a_resource_without_an_identity_is_not_the_one_named_null(
    resource: dict[str, Any],
) -> None:
    resources = Resources()
    resources.add("slugs", resource)

    assert resources.find("slugs", "slug", "null") is None
