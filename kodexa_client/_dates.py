"""Dates and times: read from RFC 3339, written as RFC 3339, and counted from now."""

from __future__ import annotations

import datetime
import re

from dateutil.parser import isoparser
from dateutil.relativedelta import relativedelta

from ._mismatch import MismatchError

__all__ = ["expires_in", "format_date", "format_datetime", "parse_date", "parse_datetime"]

# Looked up once, not once a value.
_datetime = datetime.datetime
_from_iso = datetime.datetime.fromisoformat
_TWO_DIGITS = tuple(f"{number:02}" for number in range(100))
_DATETIME_PARSER = isoparser(sep="T")
_LEAP_SECOND = re.compile(r"^(\d{4}-\d\d-\d\dT\d\d:\d\d):60((?:[.,]\d+)?(?:Z|[+-][\d:]+)?)$")


def parse_datetime(value: str) -> datetime.datetime:
    """Read an RFC 3339 date-time.

    A value without an offset, which RFC 3339 does not allow, is read as UTC, so that
    what is read is always aware. Digits of a second beyond the sixth are dropped.

    Raises:
        MismatchError: The value is not a date-time.
    """
    try:
        parsed = _from_iso(value)
    except ValueError:
        parsed = None
    if parsed is not None and parsed.tzinfo is not None:
        return parsed
    if parsed is None:
        # Called here, where the exception that quotes the value is not its context.
        parsed = _parse_unusual_datetime(value)
    return parsed.replace(tzinfo=datetime.UTC) if parsed.tzinfo is None else parsed


def _parse_unusual_datetime(value: str) -> datetime.datetime:
    # RFC 3339 5.6 allows a lower-case t and z, and 5.7 a leap second: fromisoformat
    # refuses them.
    text, leaps = _LEAP_SECOND.subn(r"\1:59\2", value.upper())
    try:
        parsed = _DATETIME_PARSER.isoparse(text) + datetime.timedelta(seconds=leaps)
        return parsed.astimezone(datetime.UTC) if parsed.tzinfo else parsed
    except (ValueError, OverflowError):
        pass
    raise MismatchError("expected an RFC 3339 date-time, got another string")


def format_datetime(value: datetime.datetime, name: str) -> str:
    """Write a date-time as RFC 3339.

    Args:
        value: The date-time, which has a UTC offset.
        name: What the date-time is called where it was given, for the error.

    Raises:
        TypeError: It is not a datetime.
        ValueError: The date-time has no UTC offset, so it names no instant, or none that
            UTC has a year for.
    """
    if type(value) is _datetime and value.tzinfo is datetime.UTC and not value.microsecond:
        # What isoformat() gives, in a third of its time.
        year, two = value.year, _TWO_DIGITS
        return (
            f"{two[year // 100]}{two[year % 100]}-{two[value.month]}-{two[value.day]}"
            f"T{two[value.hour]}:{two[value.minute]}:{two[value.second]}Z"
        )
    if not isinstance(value, datetime.datetime):
        raise TypeError(f"{name} has to be a datetime, not a {type(value).__name__}.")
    offset = value.utcoffset()
    if offset is None:
        message = (
            f"{name} has no time zone, so it names no instant. Give an aware datetime, "
            "for example datetime.now(timezone.utc), or expires_in(days=90)."
        )
        raise ValueError(message)
    if offset.seconds % 60 or offset.microseconds:
        # RFC 3339 5.6: an offset has hours and minutes only. Local mean times,
        # which zone databases give for old dates, have seconds.
        try:
            value = value.astimezone(datetime.UTC)
        except OverflowError:
            raise ValueError(f"{name} lies beyond the years 1 to 9999 in UTC.") from None
    text = value.isoformat()
    return f"{text[:-6]}Z" if text.endswith("+00:00") else text


def parse_date(value: str) -> datetime.date:
    """Read an RFC 3339 full-date.

    Raises:
        MismatchError: The value is not a date.
    """
    try:
        return datetime.date.fromisoformat(value)
    except ValueError:
        pass
    message = "expected an RFC 3339 full-date, got another string"
    raise MismatchError(message)


def format_date(value: datetime.date, name: str) -> str:
    """Write a date as RFC 3339's full-date.

    Args:
        value: The date. A datetime is refused, since it would write a time too.
        name: What the date is called where it was given, for the error.

    Raises:
        TypeError: It is not a date, or a datetime.
    """
    if isinstance(value, datetime.datetime) or not isinstance(value, datetime.date):
        raise TypeError(f"{name} has to be a date without a time, not a {type(value).__name__}.")
    return value.isoformat()


def expires_in(
    *,
    years: int = 0,
    months: int = 0,
    weeks: int = 0,
    days: int = 0,
    hours: int = 0,
    minutes: int = 0,
    now: datetime.datetime | None = None,
) -> datetime.datetime:
    """Return the instant that lies so far ahead, for ``expires_at=``.

    Years and months are the calendar's: a month from January 31 is the last day of
    February. The rest is added after them.

    Args:
        years: Calendar years ahead.
        months: Calendar months ahead.
        weeks: Weeks of 7 days ahead.
        days: Days of 24 hours ahead.
        hours: Hours ahead.
        minutes: Minutes ahead.
        now: The instant to count from, aware. Default: the current time.

    Returns:
        An aware datetime in UTC.

    Raises:
        ValueError: The result does not lie ahead, or is beyond the year 9999, or
            ``now`` has no time zone.

    Example:
        >>> import datetime
        >>> now = datetime.datetime(2026, 1, 31, 12, tzinfo=datetime.timezone.utc)
        >>> expires_in(months=1, now=now).isoformat()
        '2026-02-28T12:00:00+00:00'
    """
    if now is None:
        now = datetime.datetime.now(datetime.UTC)
    elif now.utcoffset() is None:
        message = "now has no time zone: give an aware datetime."
        raise ValueError(message)
    try:
        start = now.astimezone(datetime.UTC)
        end = start + relativedelta(
            years=years, months=months, weeks=weeks, days=days, hours=hours, minutes=minutes
        )
    except (OverflowError, ValueError):
        message = "The expiry lies beyond the dates that a datetime can hold (years 1 to 9999)."
        raise ValueError(message) from None
    if end <= start:
        message = "The expiry has to lie ahead: give a positive number, for example days=90."
        raise ValueError(message)
    return end
