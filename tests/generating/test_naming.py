"""Names of methods and resource classes read as a person would have chosen them."""

from __future__ import annotations

import pytest

from tools.naming import method_name, resource_class


@pytest.mark.parametrize(
    ("operation", "tag", "expected"),
    [
        ("create_access_token", "access_tokens", "create"),
        ("list_access_tokens", "access_tokens", "list"),
        ("get_access_token_by_name", "access_tokens", "get_by_name"),
        ("access_tokens_list", "access_tokens", "list"),
        ("get_bookings", "bookings", "get_bookings"),
        ("get_booking", "bookings", "get"),
        ("search_bookings", "bookings", "search"),
        ("bookings_get", "bookings", "bookings_get"),
        ("create_batch", "batches", "create"),
        ("get_category", "categories", "get"),
        ("get_address", "addresses", "get"),
        ("list_bosses", "boss", "list"),
        ("create_project", "access_tokens", "create_project"),
        ("access_token", "access_tokens", "access_token"),
        ("import_access_token", "access_tokens", "import_access_token"),
        ("get_token", "access_tokens", "get_token"),
    ],
)
def test_a_method_is_the_operation_less_the_words_of_its_tag(
    operation: str, tag: str, expected: str
) -> None:
    assert method_name(operation, tag) == expected


def test_a_resource_class_is_the_tag_in_capitals() -> None:
    assert resource_class("access_tokens") == "AccessTokens"
