"""Parameters stand in a request as OpenAPI 3.1.1's "Style Examples" write them."""

from __future__ import annotations

import datetime
import inspect
import uuid
import warnings
from typing import Any

import pytest

from .crafted import Crafted, json_answer

pytestmark = pytest.mark.parametrize("is_async", [True, False], ids=["async", "sync"])

ARRAY = ["blue", "black", "brown"]
AT = datetime.datetime(2024, 2, 29, 10, tzinfo=datetime.UTC)
DAY = datetime.date(2024, 2, 29)
ID = uuid.UUID("123e4567-e89b-12d3-a456-426614174000")


def color(package: Crafted) -> Any:
    return package.models.Color(r=100, g=200, b=150)


@pytest.mark.parametrize(
    ("operation", "expected"),
    [
        ("simple", "/simple/blue/blue,black,brown/R,100,G,200,B,150"),
        ("simple_explode", "/simple-explode/blue/blue,black,brown/R=100,G=200,B=150"),
        ("label", "/label/.blue/.blue,black,brown/.R,100,G,200,B,150"),
        ("label_explode", "/label-explode/.blue/.blue.black.brown/.R=100.G=200.B=150"),
        ("matrix", "/matrix/;text=blue/;array=blue,black,brown/;object=R,100,G,200,B,150"),
        (
            "matrix_explode",
            "/matrix-explode/;text=blue/;array=blue;array=black;array=brown/;R=100;G=200;B=150",
        ),
    ],
)
async def test_a_path_holds_its_parameters_in_their_style(
    everything: Crafted, *, is_async: bool, operation: str, expected: str
) -> None:
    request, _ = await everything.call(
        f"styles.path_{operation}",
        is_async=is_async,
        text="blue",
        array=ARRAY,
        object_=color(everything),
    )

    assert request.url.raw_path.decode() == f"/path{expected}"


@pytest.mark.parametrize(
    ("operation", "expected"),
    [
        ("form", "text=blue&array=blue,black,brown&object=R,100,G,200,B,150"),
        ("form_explode", "text=blue&array=blue&array=black&array=brown&R=100&G=200&B=150"),
        ("space", "array=blue%20black%20brown&object=R%20100%20G%20200%20B%20150"),
        ("pipe", "array=blue%7Cblack%7Cbrown&object=R%7C100%7CG%7C200%7CB%7C150"),
        ("deep", "object%5BR%5D=100&object%5BG%5D=200&object%5BB%5D=150"),
    ],
)
async def test_a_query_holds_its_parameters_in_their_style(
    everything: Crafted, *, is_async: bool, operation: str, expected: str
) -> None:
    arguments: dict[str, Any] = {"text": "blue", "array": ARRAY, "object_": color(everything)}
    function = everything.module(f"api.styles.query_{operation}").sync
    taken = inspect.signature(function).parameters

    request, _ = await everything.call(
        f"styles.query_{operation}",
        is_async=is_async,
        **{name: value for name, value in arguments.items() if name in taken},
    )

    assert request.url.query.decode() == expected


async def test_a_query_holds_nothing_that_was_not_given(
    everything: Crafted, *, is_async: bool
) -> None:
    request, _ = await everything.call("styles.query_form", is_async=is_async)

    assert request.url.raw_path == b"/query/form"


async def test_values_of_every_type_stand_in_a_path(everything: Crafted, *, is_async: bool) -> None:
    request, _ = await everything.call(
        "styles.path_values",
        is_async=is_async,
        number=1.5,
        flag=True,
        day=DAY,
        at=AT,
        id=ID,
        kind=everything.models.Kind.CAT,
        size=everything.models.Size.VALUE_NEGATIVE_1,
    )

    assert request.url.raw_path.decode() == (
        f"/path/values/1.5/true/2024-02-29/2024-02-29T10%3A00%3A00Z/{ID}/cat/-1"
    )


async def test_values_of_every_type_stand_in_a_query(
    everything: Crafted, *, is_async: bool
) -> None:
    sizes = everything.models.Size

    request, _ = await everything.call(
        "styles.query_values",
        is_async=is_async,
        needed="",
        needed_or_null=None,
        flag=False,
        number=2.0,
        day=DAY,
        at=AT,
        id=ID,
        kind=everything.models.Kind("cat"),
        size=sizes(40),
        sizes=[sizes(0), sizes(1)],
        maybe=None,
        either=[1, 2],
        fixed="1.0",
        anything={"a": [1]},
        abc="ä&=+ %",
        größe="ß",
    )

    assert request.url.query.decode().split("&") == [
        "needed=",
        "flag=false",
        "number=2.0",
        "day=2024-02-29",
        "at=2024-02-29T10%3A00%3A00Z",
        f"id={ID}",
        "kind=cat",
        "size=40",
        "sizes=0",
        "sizes=1",
        "either=1",
        "either=2",
        "fixed=1.0",
        "a=1",
        "a%26b%3D%22c%22=%C3%A4%26%3D%2B%20%25",
        "gr%C3%B6%C3%9Fe=%C3%9F",
    ]


async def test_a_filter_is_an_object_of_any_members(everything: Crafted, *, is_async: bool) -> None:
    kinds = everything.models.Kind
    chosen = everything.models.QueryDeepFilter(name="a b", since=AT, kinds=[kinds.CAT, kinds.DOG])
    chosen["age"] = 3

    request, _ = await everything.call("styles.query_deep", is_async=is_async, filter_=chosen)

    assert request.url.query.decode().split("&") == [
        "filter%5Bage%5D=3",
        "filter%5Bname%5D=a%20b",
        "filter%5Bsince%5D=2024-02-29T10%3A00%3A00Z",
        "filter%5Bkinds%5D=cat",
        "filter%5Bkinds%5D=dog",
    ]


async def test_header_fields_hold_their_parameters(everything: Crafted, *, is_async: bool) -> None:
    request, _ = await everything.call(
        "styles.headers",
        is_async=is_async,
        x_text="a b",
        x_array=ARRAY,
        x_object=color(everything),
        x_exploded=color(everything),
        x_flag=True,
        x_at=AT,
        x_kind=everything.models.Kind.DOG,
    )

    own = {"x-api-key", "x-request-id"}
    assert own < request.headers.keys()
    assert {
        name: value
        for name, value in request.headers.items()
        if name[:2] == "x-" and name not in own
    } == {
        "x-text": "a b",
        "x-array": "blue,black,brown",
        "x-object": "R,100,G,200,B,150",
        "x-exploded": "R=100,G=200,B=150",
        "x-flag": "true",
        "x-at": "2024-02-29T10:00:00Z",
        "x-kind": "dog",
        "x-size": "3",
    }


async def test_cookies_hold_their_parameters(everything: Crafted, *, is_async: bool) -> None:
    request, _ = await everything.call(
        "styles.cookies", is_async=is_async, text="a; b", array=ARRAY, flag=False, at=AT
    )

    assert request.headers["cookie"] == (
        "text=a%3B%20b; array=blue%2Cblack%2Cbrown; flag=false; at=2024-02-29T10%3A00%3A00Z"
    )


async def test_defaults_of_the_document_are_sent(everything: Crafted, *, is_async: bool) -> None:
    request, _ = await everything.exchange(
        lambda client: client.pet.list(tags=["a", "b"], ids=[ID]),
        is_async=is_async,
        answer=json_answer("[]"),
    )

    assert request.url.query.decode().split("&") == [
        "page=1",
        "kind=cat",
        "since=2024-02-29",
        "at=2024-02-29T10%3A00%3A00Z",
        "tags=a",
        "tags=b",
        f"ids={ID}",
    ]


async def test_names_that_python_or_the_code_needs_are_renamed_and_sent_as_they_are(
    everything: Crafted, *, is_async: bool
) -> None:
    module = everything.module("api.naming.import_")
    names = list(inspect.signature(module.sync).parameters)
    arguments: dict[str, Any] = {name: name for name in names if name != "client"}
    arguments |= {
        "list_": ["x"],
        "builtins": ["y"],
        "datetime_": AT,
        "item": [ID],
        "items": [[ID]],
        "top": 3,
    }

    request, _ = await everything.call("naming.import_", is_async=is_async, **arguments)

    assert request.url.path == "/naming/class_/from_"
    sent = dict(pair.split("=") for pair in request.url.query.decode().split("&"))
    assert sent["query"] == "query"
    assert sent["self"] == "self_"
    assert sent["client"] == "client_query"
    assert sent["_kwargs"] == "field_kwargs"
    assert sent["query_pairs"] == "query_pairs_query"
    assert sent["UNSET"] == "UNSET_query"
    assert (sent["fooBar"], sent["foo_bar"]) == ("fooBar", "foo_bar_query")
    assert request.headers["fooBar"] == "foo_bar_header"
    assert sent["filter%5Bname%5D"] == "filtername"
    assert sent["items"] == f"%5B%22{ID}%22%5D"
    assert len(sent) == len(names) - 4


async def test_a_parameter_called_body_stands_beside_the_body(
    everything: Crafted, *, is_async: bool
) -> None:
    request, _ = await everything.exchange(
        lambda client: client.naming.post_body(body_query_="q", body_query="b", name="n"),
        is_async=is_async,
    )

    assert (request.url.query, request.content) == (b"body=q&body_query=b", b'{"name":"n"}')


async def test_a_parameter_of_a_path_may_be_called_body(
    everything: Crafted, *, is_async: bool
) -> None:
    request, _ = await everything.exchange(
        lambda client: client.naming.get_path("b"), is_async=is_async
    )

    assert request.url.path == "/naming/path/b"


async def test_a_property_called_as_a_parameter_is_given_in_the_body_alone(
    everything: Crafted, *, is_async: bool
) -> None:
    form = everything.models.Form(name="n")

    request, _ = await everything.exchange(
        lambda client: client.naming.post_collide(body=form, name="q"), is_async=is_async
    )

    assert (request.url.query, request.content) == (b"name=q", b'{"name":"n"}')


async def test_names_that_are_not_ascii_are_percent_encoded(
    everything: Crafted, *, is_async: bool
) -> None:
    request, _ = await everything.exchange(
        lambda client: client.größen.gr_öß_en_liste(maß=3),
        is_async=is_async,
        answer=json_answer("[]"),
    )

    assert request.url.raw_path == b"/gr%C3%B6%C3%9Fen?ma%C3%9F=3"


@pytest.mark.parametrize("is_method", [True, False])
async def test_a_deprecated_operation_warns_at_the_callers_line(
    everything: Crafted, *, is_async: bool, is_method: bool
) -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        if is_method:
            await everything.exchange(lambda client: client.pet.delete(ID), is_async=is_async)
        elif is_async:
            module = everything.module("api.pet.delete_pet")
            await everything.exchange(
                lambda client: module.asyncio(ID, client=client), is_async=True
            )
        else:
            module = everything.module("api.pet.delete_pet")
            await everything.exchange(lambda client: module.sync(ID, client=client), is_async=False)

    (warning,) = caught
    assert warning.category is DeprecationWarning
    assert str(warning.message) == "The API's document deprecates delete_pet."
    assert warning.filename == __file__ or (is_async and warning.filename.endswith("crafted.py"))
    assert everything.folder.name not in warning.filename


async def test_a_deprecated_operation_says_so_in_its_docstring(
    everything: Crafted, *, is_async: bool
) -> None:
    pet = everything.module("api.pet")
    kind = pet.AsyncPetResource if is_async else pet.PetResource

    documented = inspect.getdoc(kind.delete) or ""

    assert ".. deprecated:: 1.0.0" in documented
    assert ".. deprecated::" not in (inspect.getdoc(kind.get) or "")
    assert documented.startswith('Delete a pet. "\n')
    assert "Gone for ever \\\n" in documented
