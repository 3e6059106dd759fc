"""A 2xx that is not what the document promises is an exception that says so."""

from __future__ import annotations

import json
import math
import sys
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kodexa_client import OutcomeUnknownError, ResponseValidationError
from kodexa_client._json import RefusedJsonError, decode_json
from kodexa_client._operations import Effect, Operation
from kodexa_client._responses import Answer, describe_mismatch, read_json
from kodexa_client._wire import OutgoingRequest
from kodexa_client.models import AccessToken

from .conftest import settle

if TYPE_CHECKING:
    from collections.abc import Generator

    from pytest_httpx import HTTPXMock

    from .conftest import EitherClient

PROBLEMS = {
    "empty": (b"", "it is empty"),
    "html": (b"<html>canary</html>", "it is not JSON (line 1, column 1; its Content-Type is"),
    "truncated": (b'{"name": "canary', "it is not JSON (line 1, column 10;"),
    "array": (b'["canary"]', "expected a JSON object for AccessToken, got a JSON array"),
    "string": (b'"canary"', "expected a JSON object for AccessToken, got a JSON string"),
    "null": (b"null", "expected a JSON object for AccessToken, got null"),
    "inside": (b'{"user": "canary"}', "expected a JSON object for user, got a JSON string"),
    "date": (b'{"createdOn": "canary"}', "expected an RFC 3339 date-time, got another string"),
    "latin-1": (b'{"name": "canary\xe9"}', "it is not UTF-8 (at byte 16)"),
    "deep": (b'{"a":' * 100_000, "it is nested too deeply"),
    "twice": (b'{"canary": 1, "canary": 2}', "it has a property twice"),
    "nan": (b'{"a": NaN}', "a number in it is infinite, or none at all"),
    "digits": (b'{"a": ' + b"9" * 5_000 + b"}", "a number in it is too large"),
}


@pytest.mark.parametrize(("body", "problem"), PROBLEMS.values(), ids=PROBLEMS)
async def test_what_came_instead_is_said_and_not_quoted(
    either: EitherClient, httpx_mock: HTTPXMock, body: Any, problem: Any
) -> None:
    httpx_mock.add_response(
        status_code=201, content=body, headers={"x-request-id": "r1", "content-type": "text/x"}
    )

    with pytest.raises(ResponseValidationError) as caught:
        await either.create(name="ci")

    error = caught.value
    assert f"what the API's document does not promise: {problem}" in str(error)
    assert "The request was carried out" in str(error)
    assert "canary" not in str(error)
    assert isinstance(error, OutcomeUnknownError)
    assert (error.name, error.executed) == ("ci", True)
    assert (error.status_code, error.body, error.request_id) == (201, body, "r1")
    assert (error.method, error.url) == ("POST", "https://kodexa.test/api/access-tokens")
    assert error.headers["content-type"] == "text/x"
    assert (error.__cause__, error.__context__) == (None, None)


NOT_OURS = {
    "neither": ({"name": "ci"}, "it has no id and no uuid"),
    "empty": ({"id": "", "uuid": ""}, "it has no id and no uuid"),
    "another": (
        {"id": "1", "name": "canary"},
        "its name is not the one that was asked for, so it answers another request",
    ),
}


@pytest.mark.parametrize(("answer", "problem"), NOT_OURS.values(), ids=NOT_OURS)
async def test_an_answer_without_our_credential_is_a_lost_answer(
    either: EitherClient, httpx_mock: HTTPXMock, answer: Any, problem: Any
) -> None:
    httpx_mock.add_response(status_code=201, json=answer)

    with pytest.raises(ResponseValidationError) as caught:
        await either.create(name="ci")

    error = caught.value
    assert isinstance(error, OutcomeUnknownError)
    assert f"does not promise: {problem}. The request was carried out" in str(error)
    assert "canary" not in str(error)
    assert error.executed is True
    assert len(httpx_mock.get_requests()) == 1


@pytest.mark.parametrize("answer", [{"id": "1"}, {"uuid": "1"}, {"id": "1", "name": "ci"}])
async def test_an_answer_is_known_by_its_id_or_its_uuid(
    either: EitherClient, httpx_mock: HTTPXMock, answer: Any
) -> None:
    httpx_mock.add_response(status_code=201, json=answer)

    token = await either.create(name="ci")

    assert token.to_dict() == answer


async def test_a_required_property_that_is_missing_is_named(
    either: EitherClient, httpx_mock: HTTPXMock
) -> None:
    def parse(answer: Answer) -> Any:
        return read_json(answer)["id"]

    httpx_mock.add_response(json={}, is_reusable=True)
    operation = Operation(id="getX", effect=Effect.SAFE)

    with pytest.raises(ResponseValidationError, match=r"a required property is missing \('id'\)"):
        await settle(either.client.call(operation, parse, method="GET", path="/x"))

    assert len(httpx_mock.get_requests()) == 3


def answer_of(content: bytes, headers: dict[str, str] | None = None) -> Answer:
    request = OutgoingRequest.of(httpx.Request("GET", "https://kodexa.test"))
    return Answer(200, httpx.Headers(headers), content, request)


def test_a_content_type_cannot_drive_a_terminal() -> None:
    answer = answer_of(b"<", {"content-type": "\x1b[31m"})

    with pytest.raises(ValueError, match="Expecting value") as caught:
        read_json(answer)

    assert "Content-Type is \\x1b[31m)" in describe_mismatch(caught.value, answer)


async def test_a_byte_order_mark_is_passed_over(
    either: EitherClient, httpx_mock: HTTPXMock
) -> None:
    httpx_mock.add_response(content=b'\xef\xbb\xbf{"id": "1"}')

    assert (await either.create()).id == "1"


@pytest.mark.parametrize(
    ("error", "problem"),
    [
        (RecursionError("canary"), "it is nested too deeply"),
        (TypeError("canary"), "a value in it can't be read (TypeError)"),
    ],
)
def test_what_else_may_be_raised_is_said_and_not_quoted(error: Exception, problem: str) -> None:
    assert describe_mismatch(error, answer_of(b"{}")) == problem


def nested(levels: int) -> bytes:
    """Nest objects and arrays in turn."""
    start = "".join(("[", '{"a":')[level % 2] for level in range(levels))
    return (start + "0" + "".join("]}"[level % 2] for level in reversed(range(levels)))).encode()


TOO_DEEP = {
    "mixed": nested(101),
    "arrays": b"[" * 101 + b"]" * 101,
    "objects": b'{"a":' * 101 + b"0" + b"}" * 101,
    "beside others": b"[[],[],[]," + b"[" * 100 + b"]" * 101,
    "unclosed": b"[" * 101,
    "enormous": b"[" * 5_000_000,
    "closed in strings": b'["]"' + b',["]"' * 100 + b"]" * 101,
    "closed in strings with quotes": rb'["\"]"' + rb',["\\\"]"' * 100 + b"]" * 101,
    "broken off behind": b"[" * 101 + rb"\"]]]",
}
NOT_TOO_DEEP = {
    "mixed": nested(100),
    "beside others": b"[" + b"[]," * 1000 + b"[" * 99 + b"]" * 100,
    "opened in a string": b'["' + b"[{" * 1000 + b'"]',
    "opened in a string with quotes": b'["' + rb"\"[\\\"{" * 1000 + b'", "]"]',
    "opened behind an empty string": b'["", "' + b"[" * 1000 + b'", ""]',
}


@pytest.fixture
def _recursion_limit() -> Generator[None]:
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(1_000_000)
    yield
    sys.setrecursionlimit(before)


@pytest.mark.parametrize("content", TOO_DEEP.values(), ids=TOO_DEEP)
@pytest.mark.usefixtures("_recursion_limit")
def test_nesting_ends_at_100_levels_whatever_the_recursion_limit(content: bytes) -> None:
    with pytest.raises(RefusedJsonError, match="nested too deeply"):
        decode_json(content)


@pytest.mark.parametrize("content", NOT_TOO_DEEP.values(), ids=NOT_TOO_DEEP)
def test_100_levels_are_read(content: bytes) -> None:
    assert decode_json(content) == json.loads(content)


async def test_100_levels_pass_through_a_whole_call(
    either: EitherClient, httpx_mock: HTTPXMock
) -> None:
    httpx_mock.add_response(
        status_code=201,
        content=b'{"id": "1", "further": %s, "user": {"roles": {"roles": %s}}}'
        % (nested(99), nested(97)),
    )

    response = await either.create_detailed()

    token = response.parsed
    assert token.to_dict() == json.loads(response.content)
    assert token == AccessToken.from_dict(token.to_dict())
    assert "***" in repr(token)
    assert "further" in {issue.name for issue in response.contract_issues}


TOO_LARGE = {
    "positive": b"1" + b"0" * 4300,
    "negative": b"-1" + b"0" * 4300,
    "enormous": b"9" * 10_000_000,
    "in an array": b"[" + b"9" * 4301 + b"]",
    "overflowing": b"1e999",
    "overflowing below": b"-1.5E+400",
    "with a fraction": b"9" * 400 + b".5",
}


@pytest.mark.parametrize("content", TOO_LARGE.values(), ids=TOO_LARGE)
@pytest.mark.parametrize("allowed", [0, 640, 4300])
def test_a_number_is_too_large_whatever_python_allows(content: bytes, allowed: int) -> None:
    before = sys.get_int_max_str_digits()
    sys.set_int_max_str_digits(allowed)
    try:
        with pytest.raises(RefusedJsonError, match="a number in it is too large"):
            decode_json(content)
    finally:
        sys.set_int_max_str_digits(before)


def test_the_largest_numbers_are_read() -> None:
    assert decode_json(b"9" * 4300) == 10**4300 - 1
    assert decode_json(b"-" + b"9" * 4300) == 1 - 10**4300
    assert decode_json(b"1.7e308") == 1.7e308
    assert decode_json(b"1e-999") == 0.0


def test_a_number_is_refused_that_python_has_been_told_to_refuse() -> None:
    before = sys.get_int_max_str_digits()
    sys.set_int_max_str_digits(640)
    try:
        with pytest.raises(RefusedJsonError, match="too large"):
            decode_json(b"9" * 641)
    finally:
        sys.set_int_max_str_digits(before)


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity"])
def test_what_is_no_number_is_refused_and_not_quoted(number: str) -> None:
    with pytest.raises(RefusedJsonError) as caught:
        decode_json(f"[{number}]".encode())

    assert number not in str(caught.value)


@pytest.mark.parametrize(
    "content",
    [
        b'{"canary": 1, "canary": 1}',
        b'[{"a": {"canary": 1, "b": 2, "canary": 3}}]',
        rb'{"canary": 1, "can\u0061ry": 1}',
    ],
)
def test_a_property_that_comes_twice_is_refused_and_not_quoted(content: bytes) -> None:
    with pytest.raises(RefusedJsonError) as caught:
        decode_json(content)

    assert str(caught.value) == "it has a property twice"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-32", "latin-1"])
def test_only_utf_8_is_read(encoding: str) -> None:
    with pytest.raises(ValueError, match=r"utf-8|Expecting"):
        decode_json('{"é": "é"}'.encode(encoding))


SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"]))
    | st.text('"\\[]{}:,')
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=5) | st.dictionaries(st.text('"\\[]a'), inner, max_size=5)
    ),
)


@given(VALUES, st.booleans(), st.sampled_from([None, 0, 1, "\t"]))
def test_what_was_written_is_read(value: Any, ascii_only: Any, indent: Any) -> None:
    content = json.dumps(value, ensure_ascii=ascii_only, indent=indent).encode()

    assert decode_json(content) == value


@given(VALUES, st.integers(80, 120))
def test_levels_are_counted_as_they_are(value: Any, around: int) -> None:
    for _ in range(around):
        value = [value]

    content = json.dumps(value).encode()

    if levels_of(value) <= 100:
        assert decode_json(content) == value
    else:
        with pytest.raises(RefusedJsonError, match="nested too deeply"):
            decode_json(content)


class Pairs(list[Any]):
    """An object, with the properties that it repeats."""


def levels_of(value: Any) -> int:
    """Count the levels of nesting."""
    if isinstance(value, dict):
        value = [*value.values()]
    elif isinstance(value, Pairs):
        value = [item for _, item in value]
    return 1 + max(map(levels_of, value), default=0) if isinstance(value, list) else 0


def is_to_be_refused(value: Any) -> bool:
    """Say whether JSON, which json.loads has read with its pairs, holds what is refused."""
    if isinstance(value, Pairs):
        names = [name for name, _ in value]
        return len({*names}) < len(names) or any(is_to_be_refused(item) for _, item in value)
    if isinstance(value, list):
        return any(map(is_to_be_refused, value))
    return isinstance(value, float) and not math.isfinite(value)


# Mostly JSON, or nearly.
PIECES = st.sampled_from(
    [
        *'[]{}:,"\\ é',
        *('"a":', '"b":', '"c"', '"a":1,"a":2', '{"a":', "[[", "]]", "{}"),
        *('\\"', "\\u0061", "\ufeff", "0", "-1", "1e999", "NaN", "null"),
    ]
)


@given(
    st.lists(PIECES).map("".join).map(str.encode) | st.binary() | VALUES.map(repr).map(str.encode)
)
def test_it_reads_what_json_loads_reads_but_for_what_is_refused(content: bytes) -> None:
    try:
        text = content.decode("utf-8").removeprefix("\ufeff")
        expected = json.loads(text)
        pairs = json.loads(text, object_pairs_hook=Pairs)
    except ValueError:
        # JSONDecodeError, UnicodeDecodeError and ours.
        with pytest.raises(ValueError, match=r"."):
            decode_json(content)
        return

    if is_to_be_refused(pairs) or levels_of(pairs) > 100:
        with pytest.raises(RefusedJsonError):
            decode_json(content)
    else:
        assert decode_json(content) == expected


@given(st.binary() | st.lists(PIECES).map("".join).map(str.encode))
def test_no_body_breaks_the_reading_of_an_answer(content: bytes) -> None:
    answer = answer_of(content)
    try:
        read_json(answer)
    except ValueError as caught:
        error = caught
    else:
        return

    assert describe_mismatch(error, answer).startswith(("it is ", "it has ", "a number "))


@pytest.mark.parametrize(
    ("content_type", "content"),
    [("text/csv; charset=latin-1", b"\xe4,b"), ("text/csv", "ä,b".encode()), ("", b"\xc3\xa4,b")],
)
def test_text_is_read_by_the_charset_that_it_says_it_has(content_type: str, content: bytes) -> None:
    assert answer_of(content, {"content-type": content_type}).text == "ä,b"
