"""The table of outcomes: a test for each cell, and every exception that can come lands in it."""

from __future__ import annotations

import asyncio
import json
import queue
import re
import socket
import ssl
import zlib
from inspect import isclass
from pathlib import Path
from typing import TYPE_CHECKING

import anyio
import h11
import httpcore
import httpx
import pytest

from kodexa_client import ConfigurationError
from kodexa_client._bodies import UnreadableBodyError
from kodexa_client._operations import Effect, Operation, effect_of
from kodexa_client._outcomes import Evidence, Failure, Tier, failure_of, may_be_sent_again, tier_of

if TYPE_CHECKING:
    from types import ModuleType

OPERATIONS = {effect: Operation(id=None, effect=effect) for effect in Effect}
CREATION = OPERATIONS[Effect.UNSAFE]

NOT_SENT = [httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError]
REFUSED_LOCALLY = [
    httpx.UnsupportedProtocol,
    httpx.LocalProtocolError,
    httpx.InvalidURL,
    httpx.CookieConflict,
    ConfigurationError,
]
UNCLEAR = [
    httpx.ReadTimeout,
    httpx.ReadError,
    httpx.RemoteProtocolError,
    httpx.WriteTimeout,
    httpx.WriteError,
    httpx.CloseError,
    httpx.DecodingError,
    httpx.TooManyRedirects,
    httpx.StreamError,
    httpx.NetworkError,
    httpx.TimeoutException,
    httpx.TransportError,
    httpx.HTTPStatusError,
    httpcore.ConnectError,
    ssl.SSLError,
    ssl.SSLCertVerificationError,
    h11.RemoteProtocolError,
    anyio.ClosedResourceError,
    json.JSONDecodeError,
    UnicodeDecodeError,
    RecursionError,
    RuntimeError,
    ValueError,
    OSError,
    ConnectionResetError,
    Exception,
    UnreadableBodyError,
]


def trees(*roots: type[BaseException]) -> set[type[Exception]]:
    """Return the classes, and all that are derived from them, but for interruptions."""
    found: set[type[BaseException]] = set()
    waiting = list(roots)
    while waiting:
        kind = waiting.pop()
        if kind not in found:
            found.add(kind)
            waiting += type.__subclasses__(kind)
    return {kind for kind in found if issubclass(kind, Exception)}


def exceptions_in(*modules: ModuleType) -> set[type[BaseException]]:
    members = [member for module in modules for member in vars(module).values()]
    return {one for one in members if isclass(one) and issubclass(one, BaseException)}


# Every class that can come, with whatever any library has derived from it.
EVERY_EXCEPTION = sorted(
    trees(
        Exception,
        *exceptions_in(httpx, httpcore, ssl, json, zlib, h11, socket, anyio, asyncio, queue),
    ),
    key=lambda kind: (kind.__module__, kind.__qualname__),
)


@pytest.mark.parametrize("kind", NOT_SENT)
def test_what_fails_before_the_first_byte_was_not_sent(kind: type[Exception]) -> None:
    assert tier_of(Evidence(failure=kind, wrote=False), CREATION) is Tier.NOT_SENT


@pytest.mark.parametrize("kind", REFUSED_LOCALLY)
def test_what_cannot_be_written_is_refused_locally(kind: type[Exception]) -> None:
    assert tier_of(Evidence(failure=kind, wrote=False), CREATION) is Tier.REFUSED_LOCALLY


@pytest.mark.parametrize("kind", UNCLEAR, ids=repr)
def test_any_other_exception_is_unclear_even_before_the_first_byte(kind: type[Exception]) -> None:
    assert tier_of(Evidence(failure=kind, wrote=False), CREATION) is Tier.UNCLEAR


@pytest.mark.parametrize("kind", [*NOT_SENT, *REFUSED_LOCALLY, *UNCLEAR], ids=repr)
@pytest.mark.parametrize("effect", Effect)
def test_every_exception_after_the_first_byte_is_unclear(
    kind: type[Exception], effect: Effect
) -> None:
    assert tier_of(Evidence(failure=kind, wrote=True), OPERATIONS[effect]) is Tier.UNCLEAR


@pytest.mark.parametrize("kind", NOT_SENT)
def test_without_the_proof_that_nothing_was_written_an_exception_is_unclear(
    kind: type[Exception],
) -> None:
    assert tier_of(Evidence(failure=kind), CREATION) is Tier.UNCLEAR


@pytest.mark.parametrize("wrote", [False, True])
def test_no_evidence_at_all_means_unclear(*, wrote: bool) -> None:
    assert tier_of(Evidence(wrote=wrote), CREATION) is Tier.UNCLEAR


def test_the_walk_finds_the_exceptions_of_every_library_and_of_python() -> None:
    named = {*NOT_SENT, *REFUSED_LOCALLY, *UNCLEAR, UnicodeEncodeError, zlib.error, socket.gaierror}

    assert named <= set(EVERY_EXCEPTION)
    assert len(EVERY_EXCEPTION) > 150


@pytest.mark.parametrize("effect", Effect)
def test_every_exception_there_is_lands_in_one_tier(effect: Effect) -> None:
    operation = OPERATIONS[effect]
    expected = {
        kind: [
            tier
            for tier, kinds in (
                (Tier.NOT_SENT, NOT_SENT),
                (Tier.REFUSED_LOCALLY, REFUSED_LOCALLY),
            )
            if issubclass(kind, tuple(kinds))
        ]
        or [Tier.UNCLEAR]
        for kind in EVERY_EXCEPTION
    }

    found = {
        kind: [tier_of(Evidence(failure=kind, wrote=False), operation)] for kind in EVERY_EXCEPTION
    }

    assert found == expected


@pytest.mark.parametrize("effect", Effect)
def test_no_exception_there_is_says_not_sent_once_something_was_written(effect: Effect) -> None:
    operation = OPERATIONS[effect]

    tiers = {
        tier_of(evidence, operation)
        for kind in EVERY_EXCEPTION
        for evidence in (Evidence(failure=kind, wrote=True), Evidence(failure=kind))
    }

    assert tiers == {Tier.UNCLEAR}


# Of a creation: what RELIABILITY.md calls "the outcome of a creation", status by status.
REPEATABLE_STATUSES = {421, 425, 429}
REFUSING_STATUSES = {*range(400, 500), 501, 505, 307, 308} - REPEATABLE_STATUSES - {408}


def tier_of_creation(status: int) -> Tier:
    if status in range(200, 300):
        return Tier.ANSWERED
    if status in REPEATABLE_STATUSES:
        return Tier.REPEATABLE
    return Tier.REFUSED if status in REFUSING_STATUSES else Tier.UNCLEAR


@pytest.mark.parametrize("failure", [None, httpx.ReadError, httpx.ConnectError, ValueError])
@pytest.mark.parametrize("wrote", [False, True])
def test_each_status_of_a_creation_has_the_tier_of_the_table_whatever_failed_afterwards(
    *, failure: type[Exception] | None, wrote: bool
) -> None:
    expected = {status: tier_of_creation(status) for status in range(100, 1000)}

    found = {
        status: tier_of(Evidence(status_code=status, failure=failure, wrote=wrote), CREATION)
        for status in expected
    }

    assert found == expected


@pytest.mark.parametrize(
    ("status", "tier"),
    [
        (100, Tier.UNCLEAR),
        (101, Tier.UNCLEAR),
        (199, Tier.UNCLEAR),
        (200, Tier.ANSWERED),
        (201, Tier.ANSWERED),
        (299, Tier.ANSWERED),
        (300, Tier.UNCLEAR),
        (301, Tier.UNCLEAR),
        (302, Tier.UNCLEAR),
        (303, Tier.UNCLEAR),
        (304, Tier.UNCLEAR),
        (307, Tier.REFUSED),
        (308, Tier.REFUSED),
        (399, Tier.UNCLEAR),
        (400, Tier.REFUSED),
        (401, Tier.REFUSED),
        (403, Tier.REFUSED),
        (404, Tier.REFUSED),
        (408, Tier.UNCLEAR),
        (409, Tier.REFUSED),
        (421, Tier.REPEATABLE),
        (422, Tier.REFUSED),
        (425, Tier.REPEATABLE),
        (429, Tier.REPEATABLE),
        (499, Tier.REFUSED),
        (500, Tier.UNCLEAR),
        (501, Tier.REFUSED),
        (502, Tier.UNCLEAR),
        (503, Tier.UNCLEAR),
        (504, Tier.UNCLEAR),
        (505, Tier.REFUSED),
        (520, Tier.UNCLEAR),
        (529, Tier.UNCLEAR),
        (599, Tier.UNCLEAR),
        (600, Tier.UNCLEAR),
        (999, Tier.UNCLEAR),
    ],
)
def test_a_status_that_the_table_names_has_its_tier(status: int, tier: Tier) -> None:
    assert tier_of(Evidence(status_code=status), CREATION) is tier


@pytest.mark.parametrize("effect", [Effect.SAFE, Effect.IDEMPOTENT])
def test_only_a_redirect_tells_another_tier_of_what_can_be_repeated(effect: Effect) -> None:
    expected = {
        status: Tier.REFUSED if status in range(300, 400) else tier_of_creation(status)
        for status in range(100, 1000)
    }

    found = {
        status: tier_of(Evidence(status_code=status), OPERATIONS[effect]) for status in expected
    }

    assert found == expected


@pytest.mark.parametrize("effect", Effect)
def test_a_success_with_something_wrong_about_it_is_done_and_its_answer_lost(
    effect: Effect,
) -> None:
    tiers = {
        tier_of(Evidence(status_code=status, problem="it is empty"), OPERATIONS[effect])
        for status in range(200, 300)
    }

    assert tiers == {Tier.ANSWER_LOST}


def test_what_is_wrong_with_the_answer_says_nothing_of_another_status() -> None:
    tiers = {
        status: tier_of(Evidence(status_code=status, problem="it is empty"), CREATION)
        for status in range(300, 1000)
    }

    assert tiers == {status: tier_of_creation(status) for status in range(300, 1000)}


REPEATS: dict[tuple[Tier, Effect], bool] = {
    (Tier.ANSWERED, Effect.SAFE): False,
    (Tier.ANSWERED, Effect.IDEMPOTENT): False,
    (Tier.ANSWERED, Effect.UNSAFE): False,
    (Tier.NOT_SENT, Effect.SAFE): True,
    (Tier.NOT_SENT, Effect.IDEMPOTENT): True,
    (Tier.NOT_SENT, Effect.UNSAFE): True,
    (Tier.REFUSED_LOCALLY, Effect.SAFE): False,
    (Tier.REFUSED_LOCALLY, Effect.IDEMPOTENT): False,
    (Tier.REFUSED_LOCALLY, Effect.UNSAFE): False,
    (Tier.REFUSED, Effect.SAFE): False,
    (Tier.REFUSED, Effect.IDEMPOTENT): False,
    (Tier.REFUSED, Effect.UNSAFE): False,
    (Tier.REPEATABLE, Effect.SAFE): True,
    (Tier.REPEATABLE, Effect.IDEMPOTENT): True,
    (Tier.REPEATABLE, Effect.UNSAFE): True,
    (Tier.UNCLEAR, Effect.SAFE): True,
    (Tier.UNCLEAR, Effect.IDEMPOTENT): True,
    (Tier.UNCLEAR, Effect.UNSAFE): False,
    (Tier.ANSWER_LOST, Effect.SAFE): True,
    (Tier.ANSWER_LOST, Effect.IDEMPOTENT): True,
    (Tier.ANSWER_LOST, Effect.UNSAFE): False,
}


def test_the_table_of_repetitions_is_whole() -> None:
    assert set(REPEATS) == {(tier, effect) for tier in Tier for effect in Effect}


@pytest.mark.parametrize("retry_unclear", [False, True])
@pytest.mark.parametrize("certificate", [False, True])
@pytest.mark.parametrize(("tier", "effect"), REPEATS)
def test_whether_a_request_may_be_sent_again_is_the_tables_to_say(
    *, tier: Tier, effect: Effect, certificate: bool, retry_unclear: bool
) -> None:
    expected = REPEATS[tier, effect]
    if tier is Tier.NOT_SENT and certificate:
        expected = False
    if tier is Tier.UNCLEAR and retry_unclear:
        expected = True

    found = may_be_sent_again(
        tier, OPERATIONS[effect], certificate=certificate, retry_unclear=retry_unclear
    )

    assert found is expected


def test_a_creation_that_is_known_to_be_done_is_never_done_twice() -> None:
    assert not may_be_sent_again(Tier.ANSWER_LOST, CREATION, certificate=False, retry_unclear=True)


@pytest.mark.parametrize(
    ("method", "effect"),
    [
        ("GET", Effect.SAFE),
        ("HEAD", Effect.SAFE),
        ("OPTIONS", Effect.SAFE),
        ("TRACE", Effect.SAFE),
        ("PUT", Effect.IDEMPOTENT),
        ("DELETE", Effect.IDEMPOTENT),
        ("delete", Effect.IDEMPOTENT),
        ("POST", Effect.UNSAFE),
        ("PATCH", Effect.UNSAFE),
        ("CONNECT", Effect.UNSAFE),
        ("PURGE", Effect.UNSAFE),
        ("", Effect.UNSAFE),
    ],
)
def test_a_method_has_the_effect_of_its_definition(method: str, effect: Effect) -> None:
    assert effect_of(method) is effect


def caused(error: Exception, *causes: Exception) -> Exception:
    """Return an exception that the others led to, the last one first."""
    one = error
    for cause in causes:
        one.__cause__ = cause
        one = cause
    return error


REFUSED_CERTIFICATE = ssl.SSLCertVerificationError("certificate verify failed")


@pytest.mark.parametrize(
    ("error", "failure"),
    [
        (httpx.ReadError("canary"), Failure(httpx.ReadError)),
        (ValueError("canary"), Failure(ValueError)),
        (json.JSONDecodeError("canary", "canary", 0), Failure(json.JSONDecodeError)),
        (httpx.LocalProtocolError("canary"), Failure(httpx.LocalProtocolError)),
        (httpx.ConnectError("refused"), Failure(httpx.ConnectError, words="refused")),
        (UnreadableBodyError("it is cut"), Failure(UnreadableBodyError, words="it is cut")),
        (
            caused(httpx.ConnectError("no"), httpcore.ConnectError(), REFUSED_CERTIFICATE),
            Failure(httpx.ConnectError, words="no", certificate=True),
        ),
        (REFUSED_CERTIFICATE, Failure(ssl.SSLCertVerificationError, certificate=True)),
        (
            caused(httpx.ConnectError("no"), httpcore.ConnectError(), socket.gaierror()),
            Failure(httpx.ConnectError, words="no", resolving=True),
        ),
        (
            caused(httpx.ReadError("canary"), ssl.SSLError("canary")),
            Failure(httpx.ReadError),
        ),
    ],
)
def test_an_exception_is_reduced_to_what_may_be_told_of_it(
    error: Exception, failure: Failure
) -> None:
    assert failure_of(error) == failure


def test_what_led_to_an_exception_is_found_where_it_was_not_named_as_its_cause() -> None:
    error = httpx.ConnectError("no")
    error.__context__ = socket.gaierror()

    assert failure_of(error).resolving


def test_exceptions_that_led_to_each_other_are_looked_at_once() -> None:
    error, other = httpx.ConnectError("no"), httpcore.ConnectError()
    error.__cause__, other.__context__ = other, error

    assert failure_of(error) == Failure(httpx.ConnectError, words="no")


def test_the_docs_have_a_row_for_each_tier() -> None:
    page = (Path(__file__).parents[1] / "docs" / "outcomes.md").read_text(encoding="utf-8")

    rows = re.findall(r"^\| \**([a-z, ]+?)\** \|", page, flags=re.MULTILINE)

    assert rows == [
        "tier",
        *(tier.value for tier in Tier if tier is not Tier.ANSWERED),
        "cancelled",
    ]
