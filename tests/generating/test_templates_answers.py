"""Answers of every kind are read back as what the document promises."""

from __future__ import annotations

import datetime
from typing import Any

import httpx
import pytest

from .crafted import Crafted, json_answer

pytestmark = pytest.mark.parametrize("is_async", [True, False], ids=["async", "sync"])

PET = {"name": "Tom", "kind": "cat"}
PET_TEXT = '{"name": "Tom", "kind": "cat"}'
AT = datetime.datetime(2024, 2, 29, 10, tzinfo=datetime.UTC)
DAY = datetime.date(2024, 2, 29)


def as_json(value: Any) -> Any:
    if isinstance(value, list):
        return [as_json(item) for item in value]
    return value.to_dict() if hasattr(value, "to_dict") else value


@pytest.mark.parametrize(
    ("operation", "body", "expected"),
    [
        ("model", PET_TEXT, PET),
        ("default", PET_TEXT, PET),
        ("range", PET_TEXT, PET),
        ("list", '["2024-02-29"]', [DAY]),
        ("list", "[]", []),
        ("lists", f"[[[{PET_TEXT}], []], []]", [[[PET], []], []]),
        ("union", '{"kind": "rect", "side": 2}', {"kind": "rect", "side": 2}),
        ("unions", f'[{PET_TEXT}, "2024-02-29T10:00:00Z", 3]', [PET, AT, 3]),
        ("string", '"text"', "text"),
        ("integer", "3", 3),
        ("date_time", '"2024-02-29T10:00:00Z"', AT),
        ("nullable", '"2024-02-29"', DAY),
        ("nullable", "null", None),
        ("nullable_model", PET_TEXT, PET),
        ("nullable_model", "null", None),
        ("enum", '"cat"', "cat"),
        ("enum", '"newer"', "newer"),
        ("any", '{"a": [null]}', {"a": [None]}),
        ("map", f'{{"a": {PET_TEXT}}}', {"a": PET}),
    ],
)
async def test_json_is_read_as_its_type(
    everything: Crafted, *, is_async: bool, operation: str, body: str, expected: Any
) -> None:
    _, result = await everything.call(
        f"answers.answer_{operation}", is_async=is_async, answer=json_answer(body)
    )

    assert as_json(result) == expected


@pytest.mark.parametrize(
    ("operation", "body"),
    [
        ("list", "null"),
        ("list", '{"a": 1}'),
        ("list", "[1]"),
        ("lists", "[[1]]"),
        ("date_time", "null"),
        ("date_time", '"yesterday"'),
        ("union", "null"),
        ("nullable", "3"),
        ("enum", "3"),
        ("model", "[]"),
        ("model", "{}"),
        ("union", '{"kind": "round"}'),
    ],
)
async def test_json_of_another_type_is_refused(
    everything: Crafted, *, is_async: bool, operation: str, body: str
) -> None:
    errors = everything.module("errors")

    with pytest.raises(errors.ResponseValidationError):
        await everything.call(
            f"answers.answer_{operation}", is_async=is_async, answer=json_answer(body)
        )


async def test_text_is_read_as_a_string(everything: Crafted, *, is_async: bool) -> None:
    answer = httpx.Response(200, headers={"content-type": "text/csv; charset=utf-8"}, text="ä,b\n")

    _, result = await everything.call("answers.answer_text", is_async=is_async, answer=answer)

    assert result == "ä,b\n"


@pytest.mark.parametrize("operation", ["binary", "octets"])
async def test_what_is_neither_text_nor_json_is_a_file(
    everything: Crafted, *, is_async: bool, operation: str
) -> None:
    answer = httpx.Response(200, content=b"\x89PNG\xff")

    _, result = await everything.call(
        f"answers.answer_{operation}", is_async=is_async, answer=answer
    )

    assert result.payload.read() == b"\x89PNG\xff"


@pytest.mark.parametrize("operation", ["empty", "error_only", "elsewhere"])
@pytest.mark.parametrize("status", [200, 204])
async def test_an_answer_without_a_body_is_none(
    everything: Crafted, *, is_async: bool, operation: str, status: int
) -> None:
    _, result = await everything.call(
        f"answers.answer_{operation}", is_async=is_async, answer=httpx.Response(status)
    )

    assert result is None


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (json_answer(PET_TEXT), PET),
        (json_answer(PET_TEXT, 203), PET),
        (json_answer('{"job": "1"}', 202), {"job": "1"}),
        (httpx.Response(204), None),
        (httpx.Response(206, text="part"), "part"),
    ],
)
async def test_the_status_decides_between_several_answers(
    everything: Crafted, *, is_async: bool, answer: httpx.Response, expected: Any
) -> None:
    _, result = await everything.call("answers.answer_several", is_async=is_async, answer=answer)

    assert as_json(result) == expected


async def test_an_error_that_the_document_describes_is_raised(
    everything: Crafted, *, is_async: bool
) -> None:
    errors = everything.module("errors")

    with pytest.raises(errors.NotFoundError):
        await everything.call(
            "answers.answer_several", is_async=is_async, answer=json_answer("{}", 404)
        )


async def test_a_detailed_method_returns_the_status_too(
    everything: Crafted, *, is_async: bool
) -> None:
    _, result = await everything.exchange(
        lambda client: client.answers.model_detailed(),
        is_async=is_async,
        answer=json_answer(PET_TEXT, 203),
    )

    assert (result.status_code, result.parsed.to_dict()) == (203, PET)
