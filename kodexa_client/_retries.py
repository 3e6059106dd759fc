"""When a request is sent again: a policy, and the answer's ``Retry-After``."""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Literal

from attrs import frozen

from .errors import ConfigurationError

__all__ = ["RetryPolicy", "parse_retry_after"]

# RFC 9110 10.2.3: 1*DIGIT, which are ASCII. More of them than this are no delay: 12 digits
# are 30,000 years.
_DELAY_SECONDS = re.compile(r"[0-9]{1,12}", re.ASCII)


@frozen(kw_only=True)
class RetryPolicy:
    """How often, and after how long, a request is sent again.

    Which outcomes it is sent again after is not a setting: those that are certain not to
    have been carried out, and for operations that can't do a thing twice, the unclear ones.

    Attributes:
        max_retries: How often a request is sent again; 0 for never.
        base: Seconds before the first repetition, before jitter.
        factor: What each further wait is multiplied with.
        cap: The longest wait in seconds, but for a ``Retry-After``.
        jitter: ``full`` waits for a random part of that time, which spreads clients
            that failed together; ``none`` waits for all of it.
        respect_retry_after: Whether to wait at least as long as an answer's
            ``Retry-After`` (RFC 9110 10.2.3) says.
        max_retry_after: Seconds of a ``Retry-After`` that are waited for. An answer that
            asks for more is raised at once; its ``retry_after`` says for how much.
    """

    max_retries: int = 2
    base: float = 0.5
    factor: float = 2.0
    cap: float = 8.0
    jitter: Literal["full", "none"] = "full"
    respect_retry_after: bool = True
    max_retry_after: float = 60.0

    def __attrs_post_init__(self) -> None:
        """Refuse what is no policy.

        Raises:
            ConfigurationError: A number is negative or not finite, or jitter is unknown.
        """
        if type(self.max_retries) is not int or self.max_retries < 0:
            raise ConfigurationError("max_retries has to be a whole number, 0 or more.")
        for name in ("base", "factor", "cap", "max_retry_after"):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int | float):
                raise ConfigurationError(f"{name} has to be a number.")
            if not 0 <= value < math.inf:
                raise ConfigurationError(f"{name} has to be 0 or more, and finite.")
        if self.jitter not in {"full", "none"}:
            raise ConfigurationError("jitter has to be 'full' or 'none'.")

    def delay(self, retries: int, retry_after: float | None, chance: float) -> float | None:
        """Return how many seconds to wait before the request is sent again, or None.

        Args:
            retries: How often it has been sent again.
            retry_after: The seconds that the answer asked for, or None.
            chance: A random number from 0 to 1.

        Returns:
            Seconds; None if it is not to be sent again.
        """
        if retries >= self.max_retries:
            return None
        delay = self._backoff(retries)
        if self.jitter == "full":
            delay *= chance
        if retry_after is None or not self.respect_retry_after:
            return delay
        if retry_after > self.max_retry_after:
            return None
        return max(delay, retry_after)

    def _backoff(self, retries: int) -> float:
        try:
            return min(self.cap, self.base * float(self.factor) ** retries)
        except OverflowError:
            return self.cap if self.base else 0.0


def parse_retry_after(value: str | None, now: datetime) -> float | None:
    """Return the seconds that a ``Retry-After`` asks for (RFC 9110 10.2.3).

    Args:
        value: The field's value, or None if the answer has none.
        now: The time of day, in UTC.

    Returns:
        Seconds, 0 for a date that has passed; None if the field is absent, or neither
        a delay in whole seconds nor a date.
    """
    if value is None:
        return None
    value = value.strip(" \t")
    if _DELAY_SECONDS.fullmatch(value):
        return float(value)
    if not value.isascii() or ("," not in value and not value[:1].isalpha()):
        # parsedate_to_datetime() would take "-1" or "1e3 2 3" for part of a date.
        return None
    try:
        date = parsedate_to_datetime(value)
        # asctime's form names no zone, and means UTC (RFC 9110 5.6.7).
        date = date.replace(tzinfo=UTC) if date.tzinfo is None else date
        return max(0.0, (date - now).total_seconds())
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
