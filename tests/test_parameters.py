"""Parameters are written as OpenAPI 3.1.1's "Style Examples" write them."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, unquote

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kodexa_client import UNSET
from kodexa_client._parameters import (
    cookie_value,
    form_body,
    header_value,
    path_value,
    query_pairs,
    with_query,
)

ARRAY = ["blue", "black", "brown"]
OBJECT = {"R": 100, "G": 200, "B": 150}


@pytest.mark.parametrize(
    ("style", "explode", "empty", "text", "array", "members"),
    [
        (
            "matrix",
            False,
            ";color",
            ";color=blue",
            ";color=blue,black,brown",
            ";color=R,100,G,200,B,150",
        ),
        (
            "matrix",
            True,
            ";color",
            ";color=blue",
            ";color=blue;color=black;color=brown",
            ";R=100;G=200;B=150",
        ),
        ("label", False, None, ".blue", ".blue,black,brown", ".R,100,G,200,B,150"),
        ("label", True, None, ".blue", ".blue.black.brown", ".R=100.G=200.B=150"),
        ("simple", False, None, "blue", "blue,black,brown", "R,100,G,200,B,150"),
        ("simple", True, None, "blue", "blue,black,brown", "R=100,G=200,B=150"),
    ],
)
def test_a_path_has_three_styles(
    style: Any, *, explode: bool, empty: str | None, text: str, array: str, members: str
) -> None:
    written = [
        path_value("color", value, style=style, explode=explode)
        for value in ("blue", ARRAY, OBJECT)
    ]

    assert written == [text, array, members]
    if empty is not None:
        assert path_value("color", "", style=style, explode=explode) == empty


@pytest.mark.parametrize(
    ("value", "style"),
    [
        ("", "simple"),
        (".", "simple"),
        ("..", "simple"),
        (None, "simple"),
        ([], "simple"),
        ([None], "simple"),
        ({}, "simple"),
        ("", "label"),
        (".", "label"),
        ([], "label"),
    ],
)
def test_what_would_make_the_path_another_one_is_refused(value: Any, style: Any) -> None:
    with pytest.raises(ValueError, match=r"^color can't be a part of a path"):
        path_value("color", value, style=style)


@pytest.mark.parametrize("style", ["simple", "label", "matrix"])
@pytest.mark.parametrize("explode", [True, False])
@given(value=st.text() | st.lists(st.text()) | st.dictionaries(st.text(), st.text()))
def test_no_value_leaves_its_segment(style: Any, *, explode: bool, value: Any) -> None:
    try:
        written = path_value("color", value, style=style, explode=explode)
    except ValueError:
        return

    url = httpx.URL(f"https://kodexa.test/a/{written}/b?x")
    assert url.raw_path.count(b"/") == 3
    assert url.raw_path.startswith(b"/a/")
    assert url.raw_path.endswith(b"/b?x")


@pytest.mark.parametrize(
    ("style", "explode", "value", "expected"),
    [
        ("form", False, "", ["color="]),
        ("form", False, "blue", ["color=blue"]),
        ("form", False, ARRAY, ["color=blue,black,brown"]),
        ("form", False, OBJECT, ["color=R,100,G,200,B,150"]),
        ("form", True, "", ["color="]),
        ("form", True, "blue", ["color=blue"]),
        ("form", True, ARRAY, ["color=blue", "color=black", "color=brown"]),
        ("form", True, OBJECT, ["R=100", "G=200", "B=150"]),
        ("spaceDelimited", False, ARRAY, ["color=blue%20black%20brown"]),
        ("spaceDelimited", False, OBJECT, ["color=R%20100%20G%20200%20B%20150"]),
        ("pipeDelimited", False, ARRAY, ["color=blue%7Cblack%7Cbrown"]),
        ("pipeDelimited", False, OBJECT, ["color=R%7C100%7CG%7C200%7CB%7C150"]),
        ("deepObject", True, OBJECT, ["color%5BR%5D=100", "color%5BG%5D=200", "color%5BB%5D=150"]),
        (
            "deepObject",
            True,
            {"a": {"b": [1, 2]}},
            ["color%5Ba%5D%5Bb%5D=1", "color%5Ba%5D%5Bb%5D=2"],
        ),
        ("deepObject", False, OBJECT, ["color%5BR%5D=100", "color%5BG%5D=200", "color%5BB%5D=150"]),
        ("form", False, [], []),
        ("form", False, {}, []),
        ("form", False, {"a": None}, []),
        ("form", True, [], []),
        ("form", True, None, []),
        ("form", True, [True, None, 1.5], ["color=true", "color=1.5"]),
        ("form", True, {"a": {"b": 1}}, ["a=%7B%22b%22%3A1%7D"]),
        ("form", True, [["x"]], ["color=%5B%22x%22%5D"]),
        ("form", False, ["a,b", "c"], ["color=a%2Cb,c"]),
    ],
)
def test_a_query_has_four_styles(style: Any, *, explode: bool, value: Any, expected: Any) -> None:
    assert list(query_pairs("color", value, style=style, explode=explode)) == expected


def test_a_path_without_pairs_has_no_question_mark() -> None:
    assert with_query("/pets", []) == "/pets"
    assert with_query("/pets", ["a=1", "b=2"]) == "/pets?a=1&b=2"


@given(st.lists(st.tuples(st.text(min_size=1), st.text())))
def test_a_server_reads_a_query_as_it_was_given(pairs: list[tuple[str, str]]) -> None:
    query = [pair for name, value in pairs for pair in query_pairs(name, value)]

    url = httpx.URL(f"https://kodexa.test{with_query('/pets', query)}")

    assert parse_qsl(url.query.decode(), keep_blank_values=True) == pairs


@pytest.mark.parametrize(
    ("value", "explode", "expected"),
    [
        ("blue", False, "blue"),
        (True, False, "true"),
        (ARRAY, False, "blue,black,brown"),
        (ARRAY, True, "blue,black,brown"),
        (OBJECT, False, "R,100,G,200,B,150"),
        (OBJECT, True, "R=100,G=200,B=150"),
        ([], False, ""),
    ],
)
def test_a_header_field_has_one_style(value: Any, *, explode: bool, expected: str) -> None:
    assert header_value(value, explode=explode) == expected


@given(st.text() | st.lists(st.text()))
def test_a_cookie_holds_no_sign_that_cookies_reserve(value: Any) -> None:
    written = cookie_value(value)

    assert not set(written) & set(' ",;\\')
    assert unquote(written) == header_value(value)


def test_a_form_repeats_arrays_and_writes_objects_as_json() -> None:
    members = {"a": "x y", "list": [1, False, None], "object": {"ä": [1]}, "none": None}

    assert parse_qsl(form_body(members).decode("ascii")) == [
        ("a", "x y"),
        ("list", "1"),
        ("list", "false"),
        ("object", '{"ä":[1]}'),
    ]


def test_a_path_cannot_do_without_a_value() -> None:
    with pytest.raises(ValueError, match="id is UNSET"):
        path_value("id", UNSET)
