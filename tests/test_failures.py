"""What an exception says: what happened, whether it was carried out, and what to do."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kodexa_client import (
    APIConnectionError,
    APIStatusError,
    APITimeoutError,
    BadRequestError,
    ConfigurationError,
    ConflictError,
    InternalServerError,
    NotFoundError,
    OutcomeUnknownError,
    RateLimitError,
    ResponseValidationError,
    UnexpectedRedirectError,
)
from kodexa_client._attempts import Exchange
from kodexa_client._excerpts import printable
from kodexa_client._failures import Failed, kodexa_error
from kodexa_client._operations import Effect
from kodexa_client._outcomes import Failure, Tier
from kodexa_client._redirects import read_redirect
from kodexa_client._wire import Received

URL = "https://user:canary@a.test/api/access-tokens?key=canary#canary"
METHODS = {Effect.SAFE: "GET", Effect.IDEMPOTENT: "PUT", Effect.UNSAFE: "POST"}
WHERE = "https://a.test/api/access-tokens"

READ_ERROR = Failure(httpx.ReadError)
REFUSED = Failure(httpx.ConnectError, words="Connection refused")


def error_of(
    tier: Tier,
    *,
    status: int | None = None,
    failure: Failure | None = None,
    effect: Effect = Effect.UNSAFE,
    headers: dict[str, str] | None = None,
    body: bytes = b"",
    **more: Any,
) -> Any:
    """Return the exception for a failed attempt."""
    request, exchange = httpx.Request(METHODS[effect], URL), Exchange()
    if status is not None:
        exchange.received_head(Received(status, httpx.Headers(headers), None))
    exchange.failure = failure
    settings: dict[str, Any] = {
        "problem": None,
        "deadline_seconds": None,
        "retry_after": None,
        "earlier_unclear": False,
        "redirect": read_redirect(request, exchange.status_code, exchange.headers),
        **more,
    }
    return kodexa_error(
        Failed(request=request, exchange=exchange, body=body, tier=tier, effect=effect, **settings)
    )


# No answer came.


def test_what_was_not_sent_says_so_with_the_systems_own_words() -> None:
    error = error_of(Tier.NOT_SENT, failure=REFUSED)

    assert type(error) is APIConnectionError
    assert str(error) == (
        f"POST {WHERE} got no answer (ConnectError: Connection refused). The request was not sent."
    )
    assert (error.method, error.url) == ("POST", WHERE)
    assert (error.sent, error.reason) == (False, "ConnectError")


@pytest.mark.parametrize(
    ("effect", "kind", "advice"),
    [
        (Effect.SAFE, APIConnectionError, "It changes nothing: call again."),
        (
            Effect.IDEMPOTENT,
            APIConnectionError,
            "It may have been carried out, and may be repeated.",
        ),
        (
            Effect.UNSAFE,
            OutcomeUnknownError.beside(APIConnectionError),
            "It may have been carried out: look before you repeat it.",
        ),
    ],
)
def test_what_was_perhaps_carried_out_may_be_repeated_or_not(
    effect: Effect, kind: Any, advice: str
) -> None:
    error = error_of(Tier.UNCLEAR, failure=READ_ERROR, effect=effect)

    assert type(error) is kind
    assert str(error) == f"{METHODS[effect]} {WHERE} got no answer (ReadError). {advice}"
    assert (error.sent, error.reason) == (True, "ReadError")


def test_a_deadline_that_passed_is_named_in_the_text() -> None:
    error = error_of(
        Tier.UNCLEAR, failure=Failure(httpx.ReadTimeout), effect=Effect.SAFE, deadline_seconds=2.5
    )

    assert type(error) is APITimeoutError
    assert str(error) == (
        f"GET {WHERE} got no answer in time (ReadTimeout; the deadline of 2.5 s has passed). "
        "It changes nothing: call again."
    )


def test_what_nobody_saw_fail_has_an_unknown_reason() -> None:
    error = error_of(Tier.UNCLEAR)

    assert type(error) is OutcomeUnknownError.beside(APIConnectionError)
    assert error.reason == "unknown"
    assert "got no answer (unknown)." in str(error)


def test_what_was_not_sent_after_an_unclear_attempt_may_have_been_carried_out() -> None:
    error = error_of(Tier.NOT_SENT, failure=REFUSED, earlier_unclear=True)

    assert type(error) is OutcomeUnknownError.beside(APIConnectionError)
    assert error.sent is True
    assert str(error).endswith(
        "The last attempt was not sent, an earlier one was. It may have been carried out: look "
        "before you repeat it."
    )


def test_an_earlier_attempt_of_what_may_be_repeated_is_told() -> None:
    error = error_of(Tier.NOT_SENT, failure=REFUSED, effect=Effect.IDEMPOTENT, earlier_unclear=True)

    assert type(error) is APIConnectionError
    assert error.sent is True
    assert str(error).endswith(
        "The last attempt was not sent, an earlier one was. It may have been carried out, and may "
        "be repeated."
    )


# It was refused before it was sent.


@pytest.mark.parametrize("earlier_unclear", [False, True])
def test_what_can_not_be_sent_is_a_matter_of_the_settings(*, earlier_unclear: bool) -> None:
    error = error_of(
        Tier.REFUSED_LOCALLY,
        failure=Failure(httpx.UnsupportedProtocol),
        earlier_unclear=earlier_unclear,
    )

    outcome_unknown = OutcomeUnknownError.beside(ConfigurationError)
    assert type(error) is (outcome_unknown if earlier_unclear else ConfigurationError)
    assert str(error).startswith(
        f"POST {WHERE} can't be sent (UnsupportedProtocol): check the base URL and the http client."
    )
    assert ("An earlier attempt" in str(error)) is earlier_unclear


# An answer came that is no success.


@pytest.mark.parametrize(
    ("tier", "status", "kind", "advice"),
    [
        (Tier.REFUSED, 400, BadRequestError, "Fix the parameters that the platform names."),
        (
            Tier.REFUSED,
            404,
            NotFoundError,
            "Check the base URL with its path prefix, and the identifier.",
        ),
        (Tier.REFUSED, 418, APIStatusError, "The request was refused."),
        (Tier.REFUSED, 501, InternalServerError, "The request was refused."),
        (
            Tier.REFUSED,
            307,
            UnexpectedRedirectError,
            ("It does not say in a way that can be followed where to go: check the base URL."),
        ),
        (
            Tier.REPEATABLE,
            429,
            RateLimitError,
            "It was not carried out: wait before calling again.",
        ),
        (
            Tier.UNCLEAR,
            503,
            OutcomeUnknownError.beside(InternalServerError),
            "It may have been carried out: look before you repeat it.",
        ),
        (
            Tier.UNCLEAR,
            408,
            OutcomeUnknownError.beside(APIStatusError),
            "It may have been carried out: look before you repeat it.",
        ),
        (
            Tier.UNCLEAR,
            303,
            OutcomeUnknownError.beside(UnexpectedRedirectError),
            (
                "It does not say in a way that can be followed where to go: check the base URL. "
                "It may have been carried out: look before you repeat it."
            ),
        ),
    ],
)
def test_a_status_says_what_to_do(tier: Tier, status: int, kind: Any, advice: str) -> None:
    error = error_of(tier, status=status)

    assert type(error) is kind
    assert str(error) == f"POST {WHERE} answered {status}. {advice}"
    assert (error.method, error.url, error.status_code) == ("POST", WHERE, status)


def test_the_time_to_wait_and_the_request_id_are_told() -> None:
    error = error_of(
        Tier.REPEATABLE, status=429, headers={"x-request-id": "r\x1b1"}, retry_after=90.0
    )

    assert str(error).endswith("The server asks for a wait of 90 s. Request id: r\\x1b1.")
    assert error.retry_after == 90.0
    assert error.request_id == "r\x1b1"


@pytest.mark.parametrize(
    ("status", "kind", "hint"),
    [
        (409, ConflictError, "may have caused it: look for what that created."),
        (400, BadRequestError, "may have been carried out: look before you repeat it."),
    ],
)
def test_a_refusal_after_an_unclear_attempt_does_not_settle_it(
    status: int, kind: Any, hint: str
) -> None:
    error = error_of(Tier.REFUSED, status=status, earlier_unclear=True)

    assert type(error) is OutcomeUnknownError.beside(kind)
    assert str(error).endswith(f" An earlier attempt of this call {hint}")


def test_the_fields_of_an_older_server_are_in_the_message() -> None:
    error = error_of(Tier.REFUSED, status=400, body=b'{"errors": {"name": "must not be blank"}}')

    assert "answered 400: name: must not be blank. Fix" in str(error)


def test_the_page_of_a_proxy_is_kept_and_not_in_the_message() -> None:
    error = error_of(
        Tier.UNCLEAR,
        status=502,
        headers={"content-type": "text/html", "content-length": "999"},
        body=b"<html>canary</html>",
    )

    assert error.problem is None
    assert error.body == b"<html>canary</html>"
    assert error.headers == httpx.Headers({"content-type": "text/html", "content-length": "999"})
    assert error.request_id is None
    assert "canary" not in str(error)


def test_what_a_server_says_cannot_drive_a_terminal_or_flood_a_log() -> None:
    body = b'{"title": "\\u001b[31mred\\n", "detail": "' + b"x" * 10_000 + b'"}'

    error = error_of(Tier.REFUSED, status=400, body=body)

    assert "\x1b" not in str(error)
    assert "\\x1b[31mred\\n" in str(error)
    assert len(str(error)) < 1_000


@given(st.text())
def test_printable_text_is_printable(text: str) -> None:
    assert printable(text).isprintable()


# A success came that is not what was promised.


@pytest.mark.parametrize(
    ("effect", "kind", "advice"),
    [
        (Effect.SAFE, ResponseValidationError, ""),
        (Effect.IDEMPOTENT, ResponseValidationError, " The request was carried out."),
        (
            Effect.UNSAFE,
            OutcomeUnknownError.beside(ResponseValidationError),
            " The request was carried out: do not repeat it before you have looked.",
        ),
    ],
)
def test_a_success_that_was_not_promised_keeps_its_body_and_says_none_of_it(
    effect: Effect, kind: Any, advice: str
) -> None:
    error = error_of(
        Tier.ANSWER_LOST,
        status=201,
        body=b'{"token": "canary"}',
        headers={"x-request-id": "r1"},
        effect=effect,
        problem="it is odd",
    )

    assert type(error) is kind
    assert str(error) == (
        f"{METHODS[effect]} {WHERE} answered 201 with what the API's document does not promise: "
        f"it is odd.{advice} What came of the body is in the exception's 'body', and may hold a "
        "secret; 'excerpt' shows its beginning with what could be one masked."
    )
    assert (error.body, error.excerpt) == (b'{"token": "canary"}', '{"token": "***"}')
    assert (error.status_code, error.request_id) == (201, "r1")
    assert (error.method, error.url) == (METHODS[effect], WHERE)


@pytest.mark.parametrize(
    ("location", "follows", "redirects", "advice", "to_url"),
    [
        (
            "https://a.test/elsewhere?token=canary",
            False,
            0,
            (
                "It redirects to https://a.test/elsewhere. Redirects are not followed: check the "
                "base URL, or follow_redirects=True."
            ),
            "https://a.test/elsewhere",
        ),
        (
            "https://a.test/elsewhere",
            True,
            5,
            (
                "It redirects to https://a.test/elsewhere, after 5 redirects that were followed: "
                "check the base URL."
            ),
            "https://a.test/elsewhere",
        ),
        (
            "https://canary:canary@b.test/x#canary",
            True,
            1,
            (
                "It redirects to https://b.test/x, another origin, where neither the key nor the "
                "body was sent. If the platform has moved there, make that the base_url."
            ),
            "https://b.test/x",
        ),
        (
            "https://canary:x/",
            True,
            1,
            "It does not say in a way that can be followed where to go: check the base URL.",
            None,
        ),
    ],
)
def test_a_redirect_says_where_it_leads_and_why_it_was_not_followed(
    location: str, redirects: int, advice: str, to_url: str | None, *, follows: bool
) -> None:
    error = error_of(
        Tier.REFUSED,
        status=307,
        headers={"location": location},
        follows_redirects=follows,
        redirects=redirects,
    )

    assert str(error) == f"POST {WHERE} answered 307. {advice}"
    assert (error.from_url, error.to_url) == (WHERE, to_url)


def test_an_answer_behind_a_redirect_proves_nothing_about_the_request_before_it() -> None:
    error = error_of(Tier.UNCLEAR, status=200, problem="it is empty", earlier_unclear=True)

    assert type(error) is OutcomeUnknownError.beside(ResponseValidationError)
    assert "It may have been carried out: look before you repeat it." in str(error)
    assert "The request was carried out" not in str(error)


def test_a_key_that_could_not_be_had_is_told_in_its_own_words_with_its_cause() -> None:
    cause = OSError("the vault is closed")

    error = error_of(
        Tier.REFUSED_LOCALLY,
        failure=Failure(ConfigurationError, words="There is no key today", cause=cause),
    )

    assert type(error) is ConfigurationError
    assert str(error) == f"POST {WHERE} was not sent. There is no key today."
    assert error.__cause__ is cause


@pytest.mark.parametrize(
    ("follows", "advice"),
    [
        (False, "Redirects are not followed: check the base URL. It may have been carried out"),
        (True, "by a GET that would do nothing: check the base URL. It may have been carried out"),
    ],
)
def test_a_redirect_that_asks_for_a_get_does_not_advise_to_follow_it(
    advice: str, *, follows: bool
) -> None:
    error = error_of(
        Tier.UNCLEAR,
        status=302,
        headers={"location": "https://a.test/login"},
        follows_redirects=follows,
    )

    assert advice in str(error)


def test_a_second_refusal_says_that_the_provider_was_asked_again() -> None:
    error = error_of(Tier.REFUSED, status=401, attempts=2, has_fresh_key=True)

    assert "The provider was asked again, and that key was refused too. Check the" in str(error)


def test_a_key_that_could_not_be_had_again_says_that_something_was_sent_before() -> None:
    failure = Failure(ConfigurationError, words="The vault is closed")

    error = error_of(Tier.REFUSED_LOCALLY, failure=failure, attempts=1)

    assert str(error) == f"POST {WHERE} was not sent again. The vault is closed."
