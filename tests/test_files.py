"""Files are text in JSON, bytes as a body, and parts of a multipart body."""

from __future__ import annotations

import datetime
import io
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kodexa_client import File
from kodexa_client._enums import OpenIntEnum
from kodexa_client._files import (
    content_of,
    file_from_bytes,
    file_from_text,
    multipart_parts,
    text_of_file,
)
from kodexa_client.models import UserRoles


class Size(OpenIntEnum):
    LARGE = 40


class Pipe(io.BytesIO):
    """Bytes that can be read once."""

    def seekable(self) -> bool:
        return False


@given(st.text() | st.text(st.characters(categories=["Cs"])))
def test_a_file_of_json_is_written_as_it_was_read(text: str) -> None:
    assert text_of_file(file_from_text(text)) == text


def test_reading_a_file_leaves_it_where_it_was() -> None:
    file = file_from_bytes(b"0123456789")
    file.payload.seek(3)

    assert (content_of(file), content_of(file)) == (b"3456789", b"3456789")


def test_what_cannot_be_rewound_is_read_once() -> None:
    file = File(payload=Pipe(b"once"))

    assert (content_of(file), content_of(file)) == (b"once", b"")


@pytest.mark.parametrize(
    ("value", "content", "media_type"),
    [
        ("ä", "ä".encode(), "text/plain"),
        (3, b"3", "text/plain"),
        (True, b"true", "text/plain"),
        (False, b"false", "text/plain"),
        (Size.LARGE, b"40", "text/plain"),
        (datetime.date(2024, 2, 29), b"2024-02-29", "text/plain"),
        (
            datetime.datetime(2024, 2, 29, 10, tzinfo=datetime.UTC),
            b"2024-02-29T10:00:00Z",
            "text/plain",
        ),
        (UUID(int=0), b"00000000-0000-0000-0000-000000000000", "text/plain"),
        (None, b"null", "application/json"),
        ({"a": [1]}, b'{"a": [1]}', "application/json"),
        (UserRoles(roles=["admin"]), b'{"roles": ["admin"]}', "application/json"),
    ],
)
def test_a_value_is_a_part_without_a_file_name(value: Any, content: bytes, media_type: str) -> None:
    assert multipart_parts("name", value) == [("name", (None, content, media_type))]


def test_an_array_has_a_part_for_each_item() -> None:
    assert multipart_parts("name", ["a", ["b"]]) == [
        ("name", (None, b"a", "text/plain")),
        ("name", (None, b"b", "text/plain")),
    ]
    assert multipart_parts("name", []) == []


def test_a_file_has_a_name_since_servers_tell_files_by_it() -> None:
    payload = io.BytesIO(b"")

    assert multipart_parts("f", File(payload, "a.png", "image/png")) == [
        ("f", ("a.png", payload, "image/png"))
    ]
    assert multipart_parts("f", File(payload)) == [("f", ("upload", payload, None))]


def test_a_date_time_that_names_no_instant_is_refused() -> None:
    with pytest.raises(ValueError, match="at has no time zone"):
        multipart_parts("at", datetime.datetime(2024, 2, 29))  # noqa: DTZ001
