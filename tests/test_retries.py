"""How long is waited before a request is sent again, and what a ``Retry-After`` asks for."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta, timezone
from email.utils import format_datetime
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kodexa_client import ConfigurationError, RetryPolicy
from kodexa_client._retries import parse_retry_after

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)

seconds = st.floats(0, 1e9)
policies = st.builds(
    RetryPolicy,
    max_retries=st.integers(0, 2000),
    base=seconds,
    factor=seconds,
    cap=seconds,
    jitter=st.sampled_from(["full", "none"]),
    respect_retry_after=st.booleans(),
    max_retry_after=seconds,
)
chances = st.floats(0, 1)
retry_afters = st.none() | st.floats(0, 1e12)


@pytest.mark.parametrize(
    ("settings", "retries", "retry_after", "chance", "expected"),
    [
        ({}, 0, None, 1.0, 0.5),
        ({}, 0, None, 0.5, 0.25),
        ({}, 0, None, 0.0, 0.0),
        ({}, 1, None, 1.0, 1.0),
        ({}, 2, None, 1.0, None),
        ({"max_retries": 0}, 0, None, 1.0, None),
        ({"max_retries": 9}, 3, None, 1.0, 4.0),
        ({"max_retries": 9}, 4, None, 1.0, 8.0),
        ({"max_retries": 9}, 5, None, 1.0, 8.0),
        ({"max_retries": 9}, 5, None, 0.5, 4.0),
        ({"max_retries": 10**6}, 10**5, None, 1.0, 8.0),
        ({"jitter": "none"}, 0, None, 0.0, 0.5),
        ({"jitter": "none", "factor": 3}, 1, None, 0.0, 1.5),
        ({"base": 0}, 0, None, 1.0, 0.0),
        ({"cap": 0}, 0, None, 1.0, 0.0),
        ({}, 0, 0.0, 1.0, 0.5),
        ({}, 0, 5.0, 1.0, 5.0),
        ({}, 0, 60.0, 1.0, 60.0),
        ({}, 0, 60.1, 1.0, None),
        ({}, 2, 5.0, 1.0, None),
        ({"max_retry_after": 0}, 0, 1.0, 1.0, None),
        ({"max_retry_after": 0}, 0, 0.0, 1.0, 0.5),
        ({"respect_retry_after": False}, 0, 5.0, 1.0, 0.5),
        ({"respect_retry_after": False}, 0, 1e9, 1.0, 0.5),
    ],
)
def test_the_wait_is_the_policys_to_say(
    settings: dict[str, Any],
    retries: int,
    retry_after: float | None,
    chance: float,
    expected: float | None,
) -> None:
    assert RetryPolicy(**settings).delay(retries, retry_after, chance) == expected


def test_the_policy_is_the_documented_one_by_default() -> None:
    assert RetryPolicy() == RetryPolicy(
        max_retries=2,
        base=0.5,
        factor=2,
        cap=8,
        jitter="full",
        respect_retry_after=True,
        max_retry_after=60,
    )


@given(policies, st.integers(0, 3000), retry_afters, chances)
def test_a_wait_is_a_number_that_is_not_negative(
    policy: RetryPolicy, retries: int, retry_after: float | None, chance: float
) -> None:
    delay = policy.delay(retries, retry_after, chance)

    assert delay is None or 0 <= delay < math.inf


@given(policies, st.integers(0, 3000), chances)
def test_a_wait_is_not_above_the_cap_unless_the_answer_asks_for_it(
    policy: RetryPolicy, retries: int, chance: float
) -> None:
    delay = policy.delay(retries, None, chance)

    assert (delay is None) == (retries >= policy.max_retries)
    assert delay is None or delay <= policy.cap


@given(policies, st.integers(0, 3000), retry_afters, chances)
def test_nothing_is_sent_again_more_often_than_the_policy_says(
    policy: RetryPolicy, beyond: int, retry_after: float | None, chance: float
) -> None:
    assert policy.delay(policy.max_retries + beyond, retry_after, chance) is None


@given(policies, st.floats(0, 1e12), chances)
def test_a_wait_is_at_least_what_the_answer_asks_for_or_the_answer_is_raised(
    policy: RetryPolicy, retry_after: float, chance: float
) -> None:
    delay = policy.delay(0, retry_after, chance)

    if policy.max_retries and policy.respect_retry_after:
        assert (delay is None) == (retry_after > policy.max_retry_after)
        assert delay is None or delay >= retry_after


@given(policies, st.integers(0, 3000), st.floats(0, 1e12), chances)
def test_what_the_answer_asks_for_is_not_looked_at_where_it_is_not_respected(
    policy: RetryPolicy, retries: int, retry_after: float, chance: float
) -> None:
    if not policy.respect_retry_after:
        asked = policy.delay(retries, retry_after, chance)

        assert asked == policy.delay(retries, None, chance)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"max_retries": -1}, "max_retries has to be a whole number"),
        ({"max_retries": 1.0}, "max_retries has to be a whole number"),
        ({"max_retries": True}, "max_retries has to be a whole number"),
        ({"max_retries": None}, "max_retries has to be a whole number"),
        ({"base": -0.1}, "base has to be 0 or more"),
        ({"base": math.nan}, "base has to be 0 or more, and finite"),
        ({"factor": math.inf}, "factor has to be 0 or more, and finite"),
        ({"factor": -math.inf}, "factor has to be 0 or more, and finite"),
        ({"cap": "8"}, "cap has to be a number"),
        ({"cap": True}, "cap has to be a number"),
        ({"max_retry_after": None}, "max_retry_after has to be a number"),
        ({"max_retry_after": -1}, "max_retry_after has to be 0 or more"),
        ({"jitter": "some"}, "jitter has to be 'full' or 'none'"),
    ],
)
def test_what_is_no_policy_is_refused(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        RetryPolicy(**settings)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None),
        ("0", 0.0),
        ("1", 1.0),
        ("120", 120.0),
        (" 2 ", 2.0),
        ("\t2", 2.0),
        ("007", 7.0),
        ("999999999999", 999999999999.0),
        # RFC 9110 5.6.7: IMF-fixdate, RFC 850, asctime.
        ("Tue, 24 Nov 2026 12:00:30 GMT", 30.0),
        ("Tuesday, 24-Nov-26 12:00:30 GMT", 30.0),
        ("Tue Nov 24 12:00:30 2026", 30.0),
        ("Tue, 24 Nov 2026 11:59:30 GMT", 0.0),
        ("Tuesday, 24-Nov-26 11:59:30 GMT", 0.0),
        ("Tue Nov 24 11:59:30 2026", 0.0),
        ("Tue, 24 Nov 2026 12:00:30 -0000", 30.0),
        ("Tue, 24 Nov 2026 13:00:30 +0100", 30.0),
        (
            "Fri, 31 Dec 9999 23:59:59 GMT",
            (datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC) - NOON).total_seconds(),
        ),
        ("-1", None),
        ("+1", None),
        ("1.5", None),
        ("1e3", None),
        ("1_0", None),
        ("0x10", None),
        ("inf", None),
        ("nan", None),
        ("infinity", None),
        ("\uff11", None),
        ("\u00b2", None),
        ("\u0663", None),
        ("", None),
        (" ", None),
        ("1" * 5000, None),
        ("1" * 13, None),
        ("1, 2", None),
        ("1;2", None),
        ("1\n", None),
        ("1\x00", None),
        ("\x001", None),
        ("soon", None),
        ("Tue", None),
        ("Tue, 24 Nov", None),
        ("Tue, 99 Nov 2026 12:00:30 GMT", None),
        ("Tue, 24 Nov 2026 25:00:30 GMT", None),
        ("Tue, 24 Nov 99999 12:00:30 GMT", None),
        ("Tue, 24 Nov 2026 12:00:30 +99999999", None),
        ("Mon, 01 Jan 0001 00:00:00 +2300", 0.0),
        (",", None),
        ("2026-11-24T12:00:30Z", None),
    ],
)
def test_a_retry_after_is_whole_seconds_or_a_date(
    value: str | None, expected: float | None
) -> None:
    assert parse_retry_after(value, NOON) == expected


@given(
    st.datetimes(
        min_value=datetime(1970, 1, 1),  # noqa: DTZ001 - hypothesis takes these two without a zone
        max_value=datetime(9999, 12, 30),  # noqa: DTZ001
        timezones=st.just(UTC),
    )
)
def test_every_date_asks_for_the_seconds_until_then(date: datetime) -> None:
    date = date.replace(microsecond=0)

    found = parse_retry_after(format_datetime(date, usegmt=True), NOON)

    assert found == max(0.0, (date - NOON).total_seconds())


@given(st.integers(-1439, 1439), st.integers(0, 10**6))
def test_a_date_in_another_zone_is_the_same_instant(offset: int, ahead: int) -> None:
    zone = timezone(timedelta(minutes=offset))
    date = (NOON + timedelta(seconds=ahead)).astimezone(zone)

    assert parse_retry_after(format_datetime(date), NOON) == ahead


dates = st.from_regex(
    r"(\w{3,9}, ?)?[-+0-9]{1,5}[ -]\w{3}[ -][0-9]{1,6} [0-9:]{1,10}( [A-Z+-][A-Z0-9]{0,12})?",
    fullmatch=True,
)


@given(st.text() | dates | st.from_regex(r"[-+0-9eE., _xX]{1,20}", fullmatch=True))
@example("1" * 100_000)
@example("Mon, 01 Jan 0001 00:00:00 +2359")
@example("Fri, 31 Dec 9999 23:59:59 -2359")
@example("Tue, 24 Nov 2026 12:00:30 +" + "9" * 5000)
@example("Tue, " + "9" * 5000 + " Nov 2026 12:00:30")
@example("a" * 100_000 + ",")
def test_no_text_makes_it_fail_or_is_negative_or_not_finite(value: str) -> None:
    found = parse_retry_after(value, NOON)

    assert found is None or 0 <= found < math.inf
