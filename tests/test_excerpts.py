"""The excerpt of a body is text that may be logged: short, and without a secret."""

from __future__ import annotations

import json
import re
import string

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from kodexa_client._excerpts import excerpt_of, printable

TOKEN_CHARACTERS = string.ascii_letters + string.digits + "_-+/=.~"

secrets = st.text(TOKEN_CHARACTERS, min_size=16, max_size=80)
# A letter and a digit that no mask, number or name below has.
values = st.text(st.characters(codec="utf-8"), max_size=30).map(lambda text: f"Q7{text}Q7")
# Any longer, and it could be a secret itself.
names = st.text(string.ascii_letters.replace("Q", ""), min_size=1, max_size=15)


def documents(value: st.SearchStrategy[str]) -> st.SearchStrategy[object]:
    """Return JSON of any shape, whose strings are those values."""
    scalars = value | st.none() | st.booleans() | st.integers(-99, 99)
    return st.recursive(
        scalars,
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names, inner, max_size=4),
        max_leaves=12,
    )


def written(document: object, *, readable: bool, spaced: bool) -> bytes:
    separators = (", ", ": ") if spaced else (",", ":")
    return json.dumps(document, ensure_ascii=not readable, separators=separators).encode()


def strings_in(document: object) -> list[str]:
    if isinstance(document, str):
        return [document]
    if isinstance(document, dict):
        document = [*document.values()]
    return (
        [one for item in document for one in strings_in(item)] if isinstance(document, list) else []
    )


@given(
    document=documents(values),
    readable=st.booleans(),
    spaced=st.booleans(),
    cut=st.integers(0, 3000),
)
def test_no_string_of_json_survives_wherever_the_body_is_cut(
    *, document: object, readable: bool, spaced: bool, cut: int
) -> None:
    body = written(document, readable=readable, spaced=spaced)

    assert "Q7" not in excerpt_of(body)
    assert "Q7" not in excerpt_of(body[:cut])
    assert "Q" not in excerpt_of(body[: cut % (len(body) + 1)])


@given(documents(values), secrets, st.integers(0, 3000))
def test_no_token_survives_in_json_wherever_the_body_is_cut(
    document: object, secret: str, cut: int
) -> None:
    body = written({"a": document, "b": [secret], secret * 3: 1}, readable=True, spaced=False)

    for text in (excerpt_of(body), excerpt_of(body[:cut])):
        assert secret not in text


@given(st.text(max_size=60), secrets, st.text(max_size=60))
def test_no_token_survives_in_any_other_text(before: str, secret: str, after: str) -> None:
    body = f"{before} {secret} {after}".encode("utf-8", errors="replace")

    assert secret not in excerpt_of(body)


@given(st.integers(10**8, 10**40))
def test_no_long_number_survives(number: int) -> None:
    assert str(number) not in excerpt_of(f'{{"pin": {number}}}'.encode())


@given(st.dictionaries(names, documents(values), min_size=1, max_size=4))
def test_the_names_of_properties_stay(document: dict[str, object]) -> None:
    body = written(document, readable=True, spaced=True)
    assume(len(body) <= 2048)

    excerpt = excerpt_of(body)

    assert [name for name in document if f'"{name}":' not in excerpt] == []


@given(st.binary(max_size=9000) | st.text().map(str.encode))
def test_an_excerpt_is_printable_and_short_whatever_the_body(body: bytes) -> None:
    excerpt = excerpt_of(body)

    assert excerpt.isprintable()
    # Each byte becomes at most an escape, of ten characters.
    assert len(excerpt) <= 2048 * 10


@given(st.binary(min_size=2049, max_size=9000))
def test_what_comes_after_two_kibibytes_is_not_looked_at(body: bytes) -> None:
    assert excerpt_of(body) == excerpt_of(body[:2048])


@pytest.mark.parametrize("body", [b"a b " * 5000, b"[1, 2, 3]" * 5000, b"{}" * 5000])
def test_an_excerpt_of_plain_text_is_two_kibibytes(body: bytes) -> None:
    assert excerpt_of(body) == body[:2048].decode()


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"", ""),
        (b"<html>Bad Gateway</html>", "<html>Bad Gateway</html>"),
        (b'{"id": "1"}', '{"id": "***"}'),
        (b'{"id": "1', '{"id": "***"'),
        (b'{"id', '{"***"'),
        (b'{"id" :1, "n": null}', '{"id" :1, "n": null}'),
        (b'["a", "b"]', '["***", "***"]'),
        (rb'{"a": "x\"y", "b": "\\"}', '{"a": "***", "b": "***"}'),
        (rb'{"a": "x\"', '{"a": "***"'),
        (b'{"a": "x\\', '{"a": "***"'),
        (b'{"a": "' + b"x y " * 509 + b"zzzz\\n", '{"a": "***"'),
        (b'{"' + b"k" * 41 + b'": 1}', '{"***": 1}'),
        (b'{"' + b"k" * 16 + b'": 1}', '{"***": 1}'),
        (b"12345 123456", "12345 ***"),
        (b"<p>your token: s3cr3t-abc</p>", "<p>your token: ***</p>"),
        (b"abcdefghijklmno abcdefghijklmnop", "abcdefghijklmno ***"),
        (b"a\nb\x1b[31m\x00", r"a\nb\x1b[31m\x00"),
        ("é\u2028\u202e".encode(), r"é\u2028\u202e"),
        (b"\xff\xfe", "\ufffd\ufffd"),
    ],
)
def test_what_could_be_a_secret_is_masked(body: bytes, expected: str) -> None:
    assert excerpt_of(body) == expected


@given(st.text(max_size=2000))
def test_a_servers_text_is_short_and_printable(text: str) -> None:
    shown = printable(text)

    assert shown.isprintable()
    assert len(re.sub(r"\\(x..|u....|U.{8}|.)", "c", shown)) <= 303


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("no\r\nway", r"no\r\nway"),
        ("x" * 300, "x" * 300),
        ("x" * 301, "x" * 300 + "..."),
        ("é", "é"),
    ],
)
def test_a_servers_text_is_told_as_far_as_it_can_be(text: str, expected: str) -> None:
    assert printable(text) == expected
