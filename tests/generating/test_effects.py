"""An operation says what sending it twice does, and by what its answer is known."""

from __future__ import annotations

import inspect
import json
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from tools.effects import is_unsafe, operation_arguments, takes_retry_unclear
from tools.operations import answers, body_properties
from tools.rendering import Rendering

from .crafted import Crafted, json_answer
from .documents import CONFIG, document

if TYPE_CHECKING:
    from pathlib import Path

    from openapi_python_client.parser.openapi import Endpoint

TEXT = {"type": "string"}
PET_ID = "123e4567-e89b-12d3-a456-426614174000"


def thing(**properties: Any) -> Any:
    return {"type": "object", "properties": properties}


def content(schema: Any, media_type: str = "application/json") -> Any:
    return {"content": {media_type: {"schema": schema}}}


def endpoint_of(
    folder: Path, method: str = "post", *, answered: Any = None, **operation: Any
) -> Endpoint:
    """Return an operation of a document.

    Args:
        folder: Where the document is written.
        method: The operation's method.
        answered: The schema of each answer by its status, None for no content.
        operation: The operation's other parts.
    """
    read = document(
        folder,
        paths={
            "/x": {
                method: {
                    "operationId": "makeX",
                    "tags": ["x"],
                    "responses": {
                        status: {"description": "", **({} if schema is None else content(schema))}
                        for status, schema in (answered or {"200": None}).items()
                    },
                    **operation,
                }
            }
        },
    )
    (collection,) = Rendering(read, CONFIG).data.endpoint_collections_by_tag.values()
    (endpoint,) = collection.endpoints
    return endpoint


def arguments_of(folder: Path, method: str = "post", **parts: Any) -> str:
    endpoint = endpoint_of(folder, method, **parts)
    return operation_arguments(endpoint, "makeX", answers(endpoint))


@pytest.mark.parametrize(
    ("method", "effect"),
    [
        ("get", "SAFE"),
        ("head", "SAFE"),
        ("options", "SAFE"),
        ("trace", "SAFE"),
        ("put", "IDEMPOTENT"),
        ("delete", "IDEMPOTENT"),
        ("post", "UNSAFE"),
        ("patch", "UNSAFE"),
    ],
)
def test_the_method_decides_what_sending_it_twice_does(
    tmp_path: Path, method: str, effect: str
) -> None:
    endpoint = endpoint_of(tmp_path, method)

    code = operation_arguments(endpoint, "makeX", answers(endpoint))

    assert code == f'id="makeX", effect=Effect.{effect}'
    assert is_unsafe(endpoint) is (effect == "UNSAFE")
    assert takes_retry_unclear(endpoint) is (effect == "UNSAFE")


def test_an_id_that_is_no_plain_text_stays_one_string(tmp_path: Path) -> None:
    endpoint = endpoint_of(tmp_path)

    assert operation_arguments(endpoint, 'a"b', []) == 'id="a\\"b", effect=Effect.UNSAFE'


@pytest.mark.parametrize(
    ("answered", "identity"),
    [
        ({"201": thing(id=TEXT)}, "('id',)"),
        ({"201": thing(uuid={"type": "string", "format": "uuid"})}, "('uuid',)"),
        ({"2XX": thing(uuid=TEXT, id={"type": "integer"}, other=TEXT)}, "('id', 'uuid')"),
        ({"200": thing(id=TEXT, uuid=TEXT), "201": thing(id=TEXT)}, "('id',)"),
        ({"default": thing(id=TEXT)}, "('id',)"),
        ({"201": thing(id=TEXT), "400": thing(title=TEXT)}, "('id',)"),
    ],
)
def test_a_creation_is_known_by_what_each_of_its_answers_has(
    tmp_path: Path, answered: Any, identity: str
) -> None:
    code = arguments_of(tmp_path, answered=answered)

    assert code == f'id="makeX", effect=Effect.UNSAFE, identity={identity}'


@pytest.mark.parametrize(
    "answered",
    [
        {"201": None},
        {"201": thing(name=TEXT)},
        {"201": thing(ID=TEXT)},
        {"201": TEXT},
        {"201": {"type": "array", "items": thing(id=TEXT)}},
        {"200": thing(id=TEXT), "201": thing(name=TEXT)},
        {"400": thing(id=TEXT)},
    ],
    ids=json.dumps,
)
def test_a_creation_that_not_every_answer_identifies_is_not_checked(
    tmp_path: Path, answered: Any
) -> None:
    assert arguments_of(tmp_path, answered=answered) == 'id="makeX", effect=Effect.UNSAFE'


def test_an_answer_that_the_document_leaves_empty_takes_nothing_from_the_others(
    tmp_path: Path,
) -> None:
    code = arguments_of(tmp_path, answered={"201": thing(id=TEXT), "204": None})

    assert code == (
        "id=\"makeX\", effect=Effect.UNSAFE, identity=('id',), answers=frozenset({204})"
    )


@pytest.mark.parametrize("method", ["get", "put", "patch", "delete"])
def test_only_a_creation_is_known_by_its_answer(tmp_path: Path, method: str) -> None:
    code = arguments_of(tmp_path, method, answered={"200": thing(id=TEXT)})

    assert "identity" not in code


def test_a_status_without_result_that_the_document_names_is_an_answer(tmp_path: Path) -> None:
    created = thing(id=TEXT)

    code = arguments_of(
        tmp_path, answered={"201": created, "206": created, "202": created, "404": None}
    )

    assert code == (
        "id=\"makeX\", effect=Effect.UNSAFE, identity=('id',), answers=frozenset({202, 206})"
    )


def test_a_status_without_result_is_no_matter_where_nothing_is_created(tmp_path: Path) -> None:
    assert "answers" not in arguments_of(tmp_path, answered={"202": thing(job=TEXT)})


def named(schema: Any, media_type: str = "application/json") -> Any:
    return {"required": True, **content(schema, media_type)}


def test_a_name_that_is_asked_for_and_answered_is_compared(tmp_path: Path) -> None:
    code = arguments_of(
        tmp_path,
        requestBody=named(thing(name=TEXT, size={"type": "integer"})),
        answered={"200": thing(name=TEXT), "201": thing(name=TEXT, id=TEXT)},
    )

    assert code == "id=\"makeX\", effect=Effect.UNSAFE, echoed=('name',)"


NAMED = thing(name=TEXT)
COUNTED = thing(name={"type": "integer"})


@pytest.mark.parametrize(
    ("body", "answered"),
    [
        (None, {"201": NAMED}),
        (named(NAMED), {"201": thing(title=TEXT)}),
        (named(NAMED), {"201": COUNTED}),
        (named(NAMED), {"200": NAMED, "201": COUNTED}),
        (named(NAMED), {"201": None}),
        (named(COUNTED), {"201": NAMED}),
        (named(thing(title=TEXT)), {"201": NAMED}),
        (named(NAMED, "application/x-www-form-urlencoded"), {"201": NAMED}),
        (named({"type": "array", "items": NAMED}), {"201": NAMED}),
        (
            {
                "content": {
                    "application/json": {"schema": NAMED},
                    "application/xml": {"schema": NAMED},
                }
            },
            {"201": NAMED},
        ),
    ],
    ids=range(10),
)
def test_a_name_that_is_not_text_on_both_sides_is_not_compared(
    tmp_path: Path, body: Any, answered: Any
) -> None:
    parts = {} if body is None else {"requestBody": body}

    assert "echoed" not in arguments_of(tmp_path, answered=answered, **parts)


@pytest.mark.parametrize("name", ["retry_unclear", "retryUnclear", "Retry-Unclear"])
def test_a_parameter_of_the_documents_takes_the_place_of_retry_unclear(
    tmp_path: Path, name: str
) -> None:
    parameter = {"name": name, "in": "query", "schema": TEXT}

    endpoint = endpoint_of(tmp_path, parameters=[parameter])

    assert is_unsafe(endpoint)
    assert not takes_retry_unclear(endpoint)


def test_a_property_called_retry_unclear_is_given_in_the_body(tmp_path: Path) -> None:
    colliding = endpoint_of(tmp_path, requestBody=named(thing(name=TEXT, retryUnclear=TEXT)))
    plain = endpoint_of(tmp_path, requestBody=named(thing(name=TEXT)))

    assert takes_retry_unclear(colliding)
    assert body_properties(colliding) == []
    assert [str(one.python_name) for one in body_properties(plain)] == ["name"]


def test_schemas_called_as_what_an_operation_imports_get_another_name(tmp_path: Path) -> None:
    names = ["Effect", "Operation", "RequestParts"]
    read = document(
        tmp_path, paths={}, components={"schemas": {name: thing(id=TEXT) for name in names}}
    )

    models = Rendering(read, CONFIG).data.models

    assert sorted(str(model.class_info.name) for model in models) == [
        f"{name}Model" for name in names
    ]


# In a package that was built.


def test_an_operation_is_told_with_the_id_of_the_document(everything: Crafted) -> None:
    operations = everything.module("_operations")

    told = [
        everything.module(f"api.pet.{name}")._OPERATION
        for name in ("create_pet", "delete_pet", "list_pets")
    ]

    assert told == [
        operations.Operation(
            id="createPet",
            effect=operations.Effect.UNSAFE,
            identity=("id",),
            echoed=("name",),
        ),
        operations.Operation(id="deletePet", effect=operations.Effect.IDEMPOTENT),
        operations.Operation(id="listPets", effect=operations.Effect.SAFE),
    ]


@pytest.mark.parametrize(
    ("operation", "expected"),
    [("create_pet", True), ("update_pet", True), ("delete_pet", False), ("list_pets", False)],
)
def test_what_is_unsafe_may_be_repeated_if_the_caller_says_so(
    everything: Crafted, *, operation: str, expected: bool
) -> None:
    module = everything.module(f"api.pet.{operation}")
    method = operation.removesuffix("_pet").removesuffix("_pets")
    functions = [getattr(module, name) for name in module.__all__]
    for resource in ("PetResource", "AsyncPetResource"):
        owner = getattr(everything.module("api.pet"), resource)
        functions += [getattr(owner, method), getattr(owner, f"{method}_detailed")]

    for function in functions:
        signature = inspect.signature(function)
        assert ("retry_unclear" in signature.parameters) is expected
        if expected:
            assert signature.parameters["retry_unclear"].default is False
    for function in (module.sync, module.asyncio):
        assert ("OutcomeUnknownError" in function.__doc__) is expected
        assert ("retry_unclear: " in function.__doc__) is expected


@pytest.mark.parametrize("is_async", [True, False], ids=["async", "sync"])
@pytest.mark.parametrize(
    "answered",
    [
        {"name": "Tom", "kind": "cat"},
        {"id": PET_ID, "name": "Felix", "kind": "cat"},
    ],
    ids=["no id", "another name"],
)
async def test_an_answer_that_is_not_to_the_creation_is_refused(
    everything: Crafted, *, is_async: bool, answered: Any
) -> None:
    pet = everything.read("Pet", {"name": "Tom", "kind": "cat"})
    errors = everything.module("errors")

    with pytest.raises(errors.OutcomeUnknownError) as caught:
        await everything.call(
            "pet.create_pet",
            is_async=is_async,
            body=pet,
            answer=json_answer(json.dumps(answered), 201),
        )

    assert isinstance(caught.value, errors.ResponseValidationError)
    assert (caught.value.operation, caught.value.name) == ("createPet", "Tom")
    assert caught.value.executed is True


@pytest.mark.parametrize("is_async", [True, False], ids=["async", "sync"])
@pytest.mark.parametrize("retry_unclear", [True, False])
async def test_the_callers_word_reaches_the_wrapper(
    everything: Crafted, *, is_async: bool, retry_unclear: bool
) -> None:
    errors = everything.module("errors")
    pet = everything.read("Pet", {"name": "Tom", "kind": "cat"})
    policies: list[Any] = []

    def use(client: Any) -> Any:
        once = everything.module("_retries").RetryPolicy(max_retries=1, base=0.0)
        patient = client.with_options(retry_policy=once, on_retry=policies.append)
        return patient.pet.create(body=pet, retry_unclear=retry_unclear)

    with pytest.raises(errors.OutcomeUnknownError) as caught:
        await everything.exchange(use, is_async=is_async, answer=httpx.Response(503))

    assert len(caught.value.attempts) == len(policies) + 1 == (2 if retry_unclear else 1)


@pytest.mark.parametrize("is_async", [True, False], ids=["async", "sync"])
async def test_a_parameter_called_retry_unclear_is_sent_and_not_obeyed(
    everything: Crafted, *, is_async: bool
) -> None:
    request, _ = await everything.call(
        "naming.post_retry", is_async=is_async, retry_unclear="always"
    )
    by_method, _ = await everything.exchange(
        lambda client: client.naming.post_retry(retry_unclear="always"), is_async=is_async
    )

    assert request.url.query == by_method.url.query == b"retryUnclear=always"
