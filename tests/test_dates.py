"""Date-times are read leniently, written as RFC 3339, and counted as the calendar does."""

from __future__ import annotations

import datetime
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kodexa_client import expires_in
from kodexa_client._dates import format_date, format_datetime, parse_date, parse_datetime
from kodexa_client._mismatch import MismatchError

UTC = datetime.UTC
NOON = datetime.datetime(2026, 1, 31, 12, tzinfo=UTC)

# RFC 3339 5.6, date-time.
RFC_3339 = re.compile(
    r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)",
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2023-11-07T05:31:56Z", datetime.datetime(2023, 11, 7, 5, 31, 56, tzinfo=UTC)),
        ("2023-11-07t05:31:56z", datetime.datetime(2023, 11, 7, 5, 31, 56, tzinfo=UTC)),
        ("2023-11-07T05:31:56z", datetime.datetime(2023, 11, 7, 5, 31, 56, tzinfo=UTC)),
        (
            "2023-11-07t05:31:56.123456789z",
            datetime.datetime(2023, 11, 7, 5, 31, 56, 123456, tzinfo=UTC),
        ),
        (
            "2023-11-07T05:31:56.123456789Z",
            datetime.datetime(2023, 11, 7, 5, 31, 56, 123456, tzinfo=UTC),
        ),
        ("2023-11-07T07:31:56+02:00", datetime.datetime(2023, 11, 7, 5, 31, 56, tzinfo=UTC)),
        ("2023-11-07t07:31:56+02:00", datetime.datetime(2023, 11, 7, 5, 31, 56, tzinfo=UTC)),
        ("1990-12-31T23:59:60Z", datetime.datetime(1991, 1, 1, tzinfo=UTC)),
        ("1990-12-31T15:59:60-08:00", datetime.datetime(1991, 1, 1, tzinfo=UTC)),
        ("2023-11-07T05:31:56", datetime.datetime(2023, 11, 7, 5, 31, 56, tzinfo=UTC)),
        ("2023-11-07t05:31:56", datetime.datetime(2023, 11, 7, 5, 31, 56, tzinfo=UTC)),
    ],
)
def test_date_times_are_read_as_aware(text: str, expected: Any) -> None:
    parsed = parse_datetime(text)

    assert parsed == expected
    assert parsed.tzinfo is not None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "yesterday",
        "2023-13-07T05:31:56Z",
        "2023-11-07T25:31:56Z",
        "9999-12-31T24:00:00Z",
        "9999-12-31T23:59:60Z",
    ],
)
def test_other_text_is_no_date_time_and_is_not_quoted(text: str) -> None:
    with pytest.raises(MismatchError) as caught:
        parse_datetime(text)

    assert not text or text not in str(caught.value)
    assert caught.value.__context__ is None


@given(st.datetimes(timezones=st.timezones()))
def test_what_is_written_is_rfc_3339_and_the_same_instant(value: Any) -> None:
    try:
        value.astimezone(UTC)
    except OverflowError:
        return

    text = format_datetime(value, "expires_at")

    assert RFC_3339.fullmatch(text)
    assert parse_datetime(text) == value.astimezone(UTC)


@given(st.datetimes(timezones=st.just(UTC)))
def test_utc_is_written_with_z(value: Any) -> None:
    assert format_datetime(value, "expires_at").endswith("Z")


def test_a_naive_date_time_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match=r"^expires_at has no time zone"):
        format_datetime(datetime.datetime(2026, 1, 1), "expires_at")  # noqa: DTZ001


def test_an_offset_with_seconds_is_written_in_utc() -> None:
    amsterdam_before_1937 = datetime.timezone(datetime.timedelta(minutes=19, seconds=32))
    value = datetime.datetime(1930, 1, 1, tzinfo=amsterdam_before_1937)

    assert format_datetime(value, "expires_at") == "1929-12-31T23:40:28Z"


@given(st.dates())
def test_dates_come_back_as_they_were(value: Any) -> None:
    assert parse_date(format_date(value, "day")) == value


@pytest.mark.parametrize("value", [NOON, "2026-01-31", None])
def test_only_a_date_is_a_date(value: Any) -> None:
    with pytest.raises(TypeError, match=r"^day has to be a date without a time"):
        format_date(value, "day")


@pytest.mark.parametrize("value", [NOON.date(), "2026-01-31T12:00:00Z", 0])
def test_only_a_date_time_is_a_date_time(value: Any) -> None:
    with pytest.raises(TypeError, match=r"^expires_at has to be a datetime, not a "):
        format_datetime(value, "expires_at")


def test_an_instant_without_a_year_in_utc_is_refused() -> None:
    ahead = datetime.timezone(datetime.timedelta(hours=1, seconds=1))

    with pytest.raises(ValueError, match="beyond the years"):
        format_datetime(datetime.datetime(1, 1, 1, tzinfo=ahead), "expires_at")


def test_other_text_is_no_date() -> None:
    with pytest.raises(MismatchError, match="full-date"):
        parse_date("yesterday")


@pytest.mark.parametrize(
    ("ahead", "expected"),
    [
        ({"months": 1}, datetime.datetime(2026, 2, 28, 12, tzinfo=UTC)),
        ({"months": 3}, datetime.datetime(2026, 4, 30, 12, tzinfo=UTC)),
        ({"years": 2, "months": 1}, datetime.datetime(2028, 2, 29, 12, tzinfo=UTC)),
        ({"days": 90}, datetime.datetime(2026, 5, 1, 12, tzinfo=UTC)),
        ({"weeks": 1, "hours": 1, "minutes": 1}, datetime.datetime(2026, 2, 7, 13, 1, tzinfo=UTC)),
    ],
)
def test_expiry_is_counted_as_the_calendar_does(ahead: Any, expected: Any) -> None:
    assert expires_in(**ahead, now=NOON) == expected


def test_expiry_is_in_utc_wherever_now_is() -> None:
    tokyo = datetime.timezone(datetime.timedelta(hours=9))

    expiry = expires_in(days=1, now=NOON.astimezone(tokyo))

    assert expiry == NOON + datetime.timedelta(days=1)
    assert expiry.tzinfo is UTC


def test_expiry_counts_from_the_current_time() -> None:
    before = datetime.datetime.now(UTC)

    expiry = expires_in(days=90)

    after = datetime.datetime.now(UTC)
    assert before <= expiry - datetime.timedelta(days=90) <= after


@pytest.mark.parametrize("ahead", [{}, {"days": 0}, {"days": -1}, {"months": 1, "days": -31}])
def test_expiry_lies_ahead(ahead: Any) -> None:
    with pytest.raises(ValueError, match="has to lie ahead"):
        expires_in(**ahead, now=NOON)


@pytest.mark.parametrize(
    "ahead", [{"years": 9000}, {"days": 10**10}, {"days": 10**6 * 4}, {"hours": 10**400}]
)
def test_expiry_is_a_date_that_exists(ahead: Any) -> None:
    with pytest.raises(ValueError, match="beyond the dates") as caught:
        expires_in(**ahead, now=NOON)

    assert caught.value.__cause__ is None


def test_now_has_a_time_zone() -> None:
    with pytest.raises(ValueError, match="now has no time zone"):
        expires_in(days=1, now=datetime.datetime(2026, 1, 1))  # noqa: DTZ001


@given(st.datetimes(timezones=st.just(datetime.UTC)))
def test_utc_is_written_as_isoformat_writes_it(value: datetime.datetime) -> None:
    assert format_datetime(value, "at") == value.isoformat().replace("+00:00", "Z")
