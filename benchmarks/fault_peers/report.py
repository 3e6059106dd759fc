"""Writes what came of the faults as a page of Markdown."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from benchmarks.measuring import table, versions

from .playing import HANG, HANG_SECONDS, NOTHING, RETURNED, WRONG, Result

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from .clients import Client
    from .faults import Fault

    # By fault and by client.
    Results = dict[str, dict[str, Result]]

__all__ = ["page"]

PACKAGES = ("openai", "httpx2", "openapi-python-client", "httpx-retries", "httpx", "httpcore")

TITLE = "# The same faults, other clients"

INTRODUCTION = """\
One creation is asked for, a server on a real socket does something wrong with it (the scripts
of `tests/faults/`), and what it received and executed is counted: for our async client, and for
others that could have been used instead. Each call has a client and a server of its own, one
after another in one process. "; once" means that the next request is answered rightly; any other
fault repeats for as long as the client does. Waits before a retry are cut to nothing, which
changes neither whether a client repeats nor how often. Each client gets the same short timeouts;
a budget for the whole call is a setting of ours alone (with the others, a caller can put
`asyncio.timeout` around it, and gets a bare `TimeoutError`). `make faults-peers` writes this
page; measured with {versions}, and ours as of this commit."""

DEFAULTS = """\
## What was called

Each client does what it documents. None of the others knows that a repeated creation makes a
second credential: that is the API's doing, and their users' to configure."""

EXECUTED = """\
## Credentials made by one call

More than one, in bold, are duplicates. A server that a redirect led to counts too."""

SEEN = f"""\
## What the caller saw

The requests that a server received, and what came of the call: `{RETURNED}`, with the credential
that the call made; `{WRONG}`, with one of another name, of another call or of another server;
`{NOTHING}`, with something that names no credential; the class of the exception (`Problem` is a
value that vanilla output returns); `{HANG}`, cut off by the harness after {HANG_SECONDS:.0f} s. An
`OutcomeUnknownError` is also an ordinary exception, such as `APITimeoutError`."""

TOTALS = """\
## Totals

Of {faults} calls each. *Told as an ordinary failure*: executed, and the caller got an exception
(or a `Problem`) that does not say so. Some of the classes give a hint to those who know them:
httpx's `ReadTimeout` comes after the request was sent, its `ConnectError` before; openai's
`APITimeoutError` covers both. Ours takes a 307 for a refusal, so a server that executes and sends
one all the same misleads it. *Said that it may exist*: an `OutcomeUnknownError`, and in brackets
how often nothing had been executed: its price."""

_COUNTED: dict[str, Callable[[Result], bool]] = {
    "wrong credential": lambda result: result.saw == WRONG,
    "hang": lambda result: result.saw == HANG,
    "told as an ordinary failure": lambda result: (
        result.executed > 0 and result.is_failure and not result.is_marked
    ),
    "returned nothing, executed": lambda result: result.saw == NOTHING and result.executed > 0,
    "returned the right one": lambda result: result.saw == RETURNED,
}


def page(clients: Sequence[Client], faults: Sequence[Fault], results: Results) -> str:
    """Return the page: credentials by fault, totals, and what the caller saw by fault."""
    names = [client.name for client in clients]
    measured = ", ".join(f"{name} {version}" for name, version in versions(*PACKAGES).items())
    defaults = [_wrapped(f"- **{client.name}**: {client.defaults}") for client in clients]
    return "\n\n".join(
        [
            TITLE,
            _wrapped(INTRODUCTION.format(versions=measured)),
            DEFAULTS,
            "\n".join(defaults),
            EXECUTED,
            _by_fault(names, results, _executed),
            TOTALS.format(faults=len(faults)),
            _totals(names, results),
            SEEN,
            _by_fault(names, results, lambda result: f"{result.requests}, {result.saw}"),
        ]
    )


def _wrapped(text: str) -> str:
    indent = "  " if text.startswith("- ") else ""
    return textwrap.fill(
        text, 99, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )


def _by_fault(names: list[str], results: Results, cell: Callable[[Result], str]) -> str:
    rows = [[fault, *(cell(row[name]) for name in names)] for fault, row in results.items()]
    return table(["fault", *names], rows)


def _executed(result: Result) -> str:
    return f"**{result.executed}**" if result.duplicates else str(result.executed)


def _totals(names: list[str], results: Results) -> str:
    rows: list[list[object]] = []
    for name in names:
        own = [row[name] for row in results.values()]
        marked = [result for result in own if result.is_marked]
        in_vain = sum(result.executed == 0 for result in marked)
        duplicates = sum(result.duplicates for result in own)
        rows.append(
            [
                name,
                f"**{duplicates}**" if duplicates else 0,
                *(sum(map(is_counted, own)) for is_counted in _COUNTED.values()),
                f"{len(marked)} ({in_vain})",
            ]
        )
    return table(["client", "duplicates", *_COUNTED, "said that it may exist"], rows)
