"""What the templates ask for, beyond what whole documents show."""

from __future__ import annotations

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openapi_python_client.strings import safe_for_docstring

from tools.properties import builtin_lists, item_variable
from tools.wording import ends_docstring


@given(st.text(alphabet='"\\ a') | st.text())
def test_any_words_can_be_a_docstring(words: str) -> None:
    text = ends_docstring(safe_for_docstring(words))

    assert isinstance(ast.literal_eval(f'"""x{text}"""'), str)


@given(st.text(alphabet='"\\ a'))
def test_a_docstring_says_what_the_words_say(words: str) -> None:
    text = ends_docstring(safe_for_docstring(words))

    assert ast.literal_eval(f'"""x{text}"""') == f"x{words}"


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("list[str]", "builtins.list[str]"),
        ("dict[str, list[list[int]]]", "dict[str, builtins.list[builtins.list[int]]]"),
        ("Playlist[str]", "Playlist[str]"),
        ("builtins.list[str]", "builtins.list[str]"),
    ],
)
def test_the_builtin_list_is_named_in_full(code: str, expected: str) -> None:
    assert builtin_lists(code) == expected


def test_arrays_in_arrays_have_variables_of_their_own() -> None:
    names = [item_variable("value")]
    names += [item_variable(names[-1])]
    names += [item_variable(names[-1])]

    assert names == ["item", "item2", "item3"]
