"""Bodies of every media type, as bytes on the wire."""

from __future__ import annotations

import datetime
import io
import json
import uuid
from email.parser import BytesParser
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

import pytest

if TYPE_CHECKING:
    import httpx

    from .crafted import Crafted

pytestmark = pytest.mark.parametrize("is_async", [True, False], ids=["async", "sync"])

AT = datetime.datetime(2024, 2, 29, 10, tzinfo=datetime.UTC)
DAY = datetime.date(2024, 2, 29)
ID = uuid.UUID("123e4567-e89b-12d3-a456-426614174000")


def file(package: Crafted, content: bytes, *details: str) -> Any:
    return package.module("types").File(io.BytesIO(content), *details)


def parts(request: httpx.Request) -> list[tuple[str | None, str | None, str, bytes]]:
    """Return the name, file name, media type and content of each part."""
    head = f"content-type: {request.headers['content-type']}\r\n\r\n".encode()
    message: Any = BytesParser().parsebytes(head + request.content)
    return [
        (
            part.get_param("name", header="content-disposition"),
            part.get_filename(),
            part.get_content_type(),
            part.get_payload(decode=True),
        )
        for part in message.get_payload()
    ]


async def test_a_multipart_body_has_a_part_for_each_value(
    everything: Crafted, *, is_async: bool
) -> None:
    models = everything.models
    color = models.Color(r=1)
    body = models.Upload(
        file=file(everything, b"\x00\xff", "a.bin", "image/png"),
        files=[file(everything, b"1"), file(everything, b"2")],
        name="ä",
        flag=True,
        day=DAY,
        at=AT,
        kind=models.Kind.CAT,
        size=models.Size(40),
        id=ID,
        object_=color,
        objects=[color, models.Color()],
        either=DAY,
        maybe=None,
        anything=[1.5, "x"],
    )
    body["more"] = "extra"

    request, _ = await everything.call("bodies.send_multipart", is_async=is_async, body=body)

    assert request.headers["content-type"].startswith("multipart/form-data; boundary=")
    assert parts(request) == [
        ("file", "a.bin", "image/png", b"\x00\xff"),
        ("files", "upload", "application/octet-stream", b"1"),
        ("files", "upload", "application/octet-stream", b"2"),
        ("name", None, "text/plain", "ä".encode()),
        ("flag", None, "text/plain", b"true"),
        ("day", None, "text/plain", b"2024-02-29"),
        ("at", None, "text/plain", b"2024-02-29T10:00:00Z"),
        ("kind", None, "text/plain", b"cat"),
        ("size", None, "text/plain", b"40"),
        ("id", None, "text/plain", str(ID).encode()),
        ("object", None, "application/json", b'{"R": 1}'),
        ("objects", None, "application/json", b'{"R": 1}'),
        ("objects", None, "application/json", b"{}"),
        ("either", None, "text/plain", b"2024-02-29"),
        ("maybe", None, "application/json", b"null"),
        ("anything", None, "text/plain", b"1.5"),
        ("anything", None, "text/plain", b"x"),
        ("more", None, "text/plain", b"extra"),
    ]


async def test_a_form_repeats_arrays_and_holds_objects_as_json(
    everything: Crafted, *, is_async: bool
) -> None:
    models = everything.models
    body = models.Form(
        name="a b&c",
        number=1.5,
        flag=False,
        day=DAY,
        at=AT,
        kind=models.Kind.CAT,
        list_=["x", "y"],
        object_=models.Color(r=1),
        maybe=None,
    )

    request, _ = await everything.call("bodies.send_form", is_async=is_async, body=body)

    assert request.headers["content-type"] == "application/x-www-form-urlencoded"
    assert parse_qsl(request.content.decode()) == [
        ("name", "a b&c"),
        ("number", "1.5"),
        ("flag", "false"),
        ("day", "2024-02-29"),
        ("at", "2024-02-29T10:00:00Z"),
        ("kind", "cat"),
        ("list", "x"),
        ("list", "y"),
        ("object", '{"R":1}'),
    ]


@pytest.mark.parametrize(
    ("operation", "media_type"),
    [
        ("octets", "application/octet-stream"),
        ("image", "image/png"),
        ("text", "text/plain; charset=utf-8"),
        ("xml", "application/xml"),
    ],
)
async def test_a_file_is_sent_as_it_is(
    everything: Crafted, *, is_async: bool, operation: str, media_type: str
) -> None:
    body = file(everything, b"\x00<x/>\xff")

    request, _ = await everything.call(f"bodies.send_{operation}", is_async=is_async, body=body)

    assert request.headers["content-type"] == media_type
    assert request.content == b"\x00<x/>\xff"


@pytest.mark.parametrize("operation", ["image", "optional"])
async def test_a_body_that_may_be_left_out_is_left_out(
    everything: Crafted, *, is_async: bool, operation: str
) -> None:
    request, _ = await everything.call(f"bodies.send_{operation}", is_async=is_async)

    assert request.content == b""
    assert "content-type" not in request.headers


@pytest.mark.parametrize(
    ("make", "media_type"),
    [
        (lambda package: package.models.Form(name="n"), "application/x-www-form-urlencoded"),
        (lambda package: package.read("Pet", {"name": "n", "kind": "cat"}), "application/json"),
        (lambda package: file(package, b""), "application/octet-stream"),
        (
            lambda package: package.models.Upload(file=file(package, b"")),
            "multipart/form-data; boundary=",
        ),
    ],
)
async def test_of_several_media_types_the_bodys_class_decides(
    everything: Crafted, *, is_async: bool, make: Any, media_type: str
) -> None:
    request, _ = await everything.call(
        "bodies.send_several", is_async=is_async, body=make(everything)
    )

    assert request.headers["content-type"].startswith(media_type)


async def test_of_media_types_of_one_class_json_is_sent(
    everything: Crafted, *, is_async: bool
) -> None:
    form, xml = everything.models.Form(name="n"), file(everything, b"<x/>")

    as_json, _ = await everything.call("bodies.send_same", is_async=is_async, body=form)
    as_xml, _ = await everything.call("bodies.send_same", is_async=is_async, body=xml)
    as_nothing, _ = await everything.call("bodies.send_same", is_async=is_async)

    assert (as_json.headers["content-type"], as_json.content) == (
        "application/json",
        b'{"name":"n"}',
    )
    assert (as_xml.headers["content-type"], as_xml.content) == ("application/xml", b"<x/>")
    assert as_nothing.content == b""


@pytest.mark.parametrize(
    ("operation", "make", "expected"),
    [
        ("list", lambda models: [models.Kind.CAT], ["cat"]),
        (
            "union",
            lambda models: models.Circle(kind="round", radius=1),
            {"kind": "round", "radius": 1},
        ),
        ("primitive", lambda _: 3, 3),
        ("nullable", lambda _: None, None),
        ("nullable", lambda models: models.Form(flag=True), {"flag": True}),
        ("any", lambda _: [None], [None]),
        (
            "map",
            lambda models: models.Map.from_dict({"a": "2024-02-29T10:00:00Z"}),
            {"a": "2024-02-29T10:00:00Z"},
        ),
    ],
)
async def test_any_json_can_be_a_body(
    everything: Crafted, *, is_async: bool, operation: str, make: Any, expected: Any
) -> None:
    request, _ = await everything.call(
        f"bodies.send_{operation}", is_async=is_async, body=make(everything.models)
    )

    assert json.loads(request.content) == expected
    assert request.headers["content-type"] == "application/json"


async def test_a_method_takes_the_properties_of_a_body_one_by_one(
    everything: Crafted, *, is_async: bool
) -> None:
    request, _ = await everything.exchange(
        lambda client: client.bodies.send_optional(name="n", day=DAY), is_async=is_async
    )
    nothing, _ = await everything.exchange(
        lambda client: client.bodies.send_optional(), is_async=is_async
    )

    assert json.loads(request.content) == {"name": "n", "day": "2024-02-29"}
    assert nothing.content == b""


async def test_a_media_type_of_the_apis_own_is_named(
    everything: Crafted, *, is_async: bool
) -> None:
    body = everything.models.SendInlineBody(name="n")

    request, _ = await everything.call(
        "bodies.send_inline", is_async=is_async, body=body, color="red"
    )

    assert request.headers["content-type"] == "application/vnd.everything.v1+json"
    assert request.url.query == b"color=red"
    assert json.loads(request.content) == {"name": "n", "color": "blue"}
