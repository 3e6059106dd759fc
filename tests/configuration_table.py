"""What comes of each combination of arguments, environment and profile, written by hand.

It was derived from the rules in docs/configuration.md, which shows it, and not from the code:

    python -m tests.configuration_table --write docs/configuration.md
"""

from __future__ import annotations

import argparse
import re
import sys
from dataclasses import dataclass
from pathlib import Path

__all__ = [
    "DIFFERENT_URLS",
    "KEYS",
    "SAME_URL",
    "Case",
    "SameCase",
    "main",
    "with_tables",
]

# The two variables of the key.
KEYS: tuple[str, ...] = (
    "neither",
    "KODEXA_API_KEY",
    "KODEXA_ACCESS_TOKEN",
    "both, equal",
    "both, different",
)

_START = "<!-- from here: python -m tests.configuration_table --write docs/configuration.md -->"
_END = "<!-- to here -->"

_NOTHING_NO_URL = """
profile                 | neither     | new         | old         | both, equal | both, different
not named               | no key      | environment | environment | environment | two keys
KODEXA_PROFILE: nothing | no key      | environment | environment | environment | two keys
KODEXA_PROFILE: url     | no key      | mixed       | mixed       | mixed       | two keys
KODEXA_PROFILE: key     | profile     | environment | environment | environment | two keys
KODEXA_PROFILE: both    | profile     | mixed       | mixed       | mixed       | two keys
profile=: nothing       | no key      | profile too | profile too | profile too | two keys
profile=: url           | no key      | mixed       | mixed       | mixed       | two keys
profile=: key           | profile     | profile too | profile too | profile too | two keys
profile=: both          | profile     | mixed       | mixed       | mixed       | two keys
"""

_NOTHING_URL = """
profile                 | neither     | new         | old         | both, equal | both, different
not named               | no key      | environment | environment | environment | two keys
KODEXA_PROFILE: nothing | no key      | environment | environment | environment | two keys
KODEXA_PROFILE: url     | no key      | environment | environment | environment | two keys
KODEXA_PROFILE: key     | mixed       | environment | environment | environment | two keys
KODEXA_PROFILE: both    | mixed       | environment | environment | environment | two keys
profile=: nothing       | no key      | profile too | profile too | profile too | two keys
profile=: url           | no key      | profile too | profile too | profile too | two keys
profile=: key           | mixed       | profile too | profile too | profile too | two keys
profile=: both          | mixed       | profile too | profile too | profile too | two keys
"""

_URL_NO_URL = """
profile                 | neither     | new         | old         | both, equal | both, different
not named               | no key      | mixed       | mixed       | mixed       | two keys
KODEXA_PROFILE: nothing | no key      | mixed       | mixed       | mixed       | two keys
KODEXA_PROFILE: url     | no key      | mixed       | mixed       | mixed       | two keys
KODEXA_PROFILE: key     | mixed       | mixed       | mixed       | mixed       | two keys
KODEXA_PROFILE: both    | mixed       | mixed       | mixed       | mixed       | two keys
profile=: nothing       | no key      | mixed       | mixed       | mixed       | two keys
profile=: url           | no key      | mixed       | mixed       | mixed       | two keys
profile=: key           | mixed       | mixed       | mixed       | mixed       | two keys
profile=: both          | mixed       | mixed       | mixed       | mixed       | two keys
"""

_URL_URL = """
profile                 | neither     | new         | old         | both, equal | both, different
not named               | no key      | mixed       | mixed       | mixed       | two keys
KODEXA_PROFILE: nothing | no key      | mixed       | mixed       | mixed       | two keys
KODEXA_PROFILE: url     | no key      | mixed       | mixed       | mixed       | two keys
KODEXA_PROFILE: key     | mixed       | mixed       | mixed       | mixed       | two keys
KODEXA_PROFILE: both    | mixed       | mixed       | mixed       | mixed       | two keys
profile=: nothing       | no key      | mixed       | mixed       | mixed       | two keys
profile=: url           | no key      | mixed       | mixed       | mixed       | two keys
profile=: key           | mixed       | mixed       | mixed       | mixed       | two keys
profile=: both          | mixed       | mixed       | mixed       | mixed       | two keys
"""

_KEY_NO_URL = """
profile                 | neither     | new         | old         | both, equal | both, different
not named               | argument    | argument    | argument    | argument    | argument
KODEXA_PROFILE: nothing | argument    | argument    | argument    | argument    | argument
KODEXA_PROFILE: url     | mixed       | mixed       | mixed       | mixed       | mixed
KODEXA_PROFILE: key     | argument    | argument    | argument    | argument    | argument
KODEXA_PROFILE: both    | mixed       | mixed       | mixed       | mixed       | mixed
profile=: nothing       | profile too | profile too | profile too | profile too | profile too
profile=: url           | mixed       | mixed       | mixed       | mixed       | mixed
profile=: key           | profile too | profile too | profile too | profile too | profile too
profile=: both          | mixed       | mixed       | mixed       | mixed       | mixed
"""

_KEY_URL = """
profile                 | neither     | new         | old         | both, equal | both, different
not named               | mixed       | mixed       | mixed       | mixed       | mixed
KODEXA_PROFILE: nothing | mixed       | mixed       | mixed       | mixed       | mixed
KODEXA_PROFILE: url     | mixed       | mixed       | mixed       | mixed       | mixed
KODEXA_PROFILE: key     | mixed       | mixed       | mixed       | mixed       | mixed
KODEXA_PROFILE: both    | mixed       | mixed       | mixed       | mixed       | mixed
profile=: nothing       | mixed       | mixed       | mixed       | mixed       | mixed
profile=: url           | mixed       | mixed       | mixed       | mixed       | mixed
profile=: key           | mixed       | mixed       | mixed       | mixed       | mixed
profile=: both          | mixed       | mixed       | mixed       | mixed       | mixed
"""

_BOTH_NO_URL = """
profile                 | neither     | new         | old         | both, equal | both, different
not named               | argument    | argument    | argument    | argument    | argument
KODEXA_PROFILE: nothing | argument    | argument    | argument    | argument    | argument
KODEXA_PROFILE: url     | argument    | argument    | argument    | argument    | argument
KODEXA_PROFILE: key     | argument    | argument    | argument    | argument    | argument
KODEXA_PROFILE: both    | argument    | argument    | argument    | argument    | argument
profile=: nothing       | profile too | profile too | profile too | profile too | profile too
profile=: url           | profile too | profile too | profile too | profile too | profile too
profile=: key           | profile too | profile too | profile too | profile too | profile too
profile=: both          | profile too | profile too | profile too | profile too | profile too
"""

_BOTH_URL = """
profile                 | neither     | new         | old         | both, equal | both, different
not named               | argument    | argument    | argument    | argument    | argument
KODEXA_PROFILE: nothing | argument    | argument    | argument    | argument    | argument
KODEXA_PROFILE: url     | argument    | argument    | argument    | argument    | argument
KODEXA_PROFILE: key     | argument    | argument    | argument    | argument    | argument
KODEXA_PROFILE: both    | argument    | argument    | argument    | argument    | argument
profile=: nothing       | profile too | profile too | profile too | profile too | profile too
profile=: url           | profile too | profile too | profile too | profile too | profile too
profile=: key           | profile too | profile too | profile too | profile too | profile too
profile=: both          | profile too | profile too | profile too | profile too | profile too
"""

# By the arguments, and whether KODEXA_URL is set.
_GRIDS = {
    ("nothing", False): _NOTHING_NO_URL,
    ("nothing", True): _NOTHING_URL,
    ("url", False): _URL_NO_URL,
    ("url", True): _URL_URL,
    ("key", False): _KEY_NO_URL,
    ("key", True): _KEY_URL,
    ("both", False): _BOTH_NO_URL,
    ("both", True): _BOTH_URL,
}

_SAME_OWN = """
arguments | environment | profile              | key from       | URL from
url       | url         | not named            | no key         |
url       | key         | not named            | mixed          |
url       | both        | not named            | KODEXA_API_KEY | base_url
url       | both        | KODEXA_PROFILE: both | KODEXA_API_KEY | base_url
url       | both        | profile=: both       | profile too    |
url       | nothing     | KODEXA_PROFILE: key  | mixed          |
url       | nothing     | profile=: key        | mixed          |
url       | nothing     | KODEXA_PROFILE: both | profile        | base_url
url       | nothing     | profile=: both       | profile        | base_url
url       | url         | KODEXA_PROFILE: both | profile        | base_url
url       | url         | profile=: both       | profile        | base_url
key       | url         | not named            | mixed          |
key       | both        | not named            | mixed          |
key       | nothing     | KODEXA_PROFILE: url  | mixed          |
key       | nothing     | KODEXA_PROFILE: both | mixed          |
key       | nothing     | profile=: both       | mixed          |
both      | both        | KODEXA_PROFILE: both | api_key        | base_url
both      | both        | profile=: both       | profile too    |
nothing   | url         | KODEXA_PROFILE: url  | no key         |
nothing   | url         | KODEXA_PROFILE: key  | mixed          |
nothing   | url         | profile=: key        | mixed          |
nothing   | url         | KODEXA_PROFILE: both | profile        | KODEXA_URL
nothing   | url         | profile=: both       | profile        | KODEXA_URL
nothing   | key         | KODEXA_PROFILE: url  | mixed          |
nothing   | key         | KODEXA_PROFILE: both | mixed          |
nothing   | both        | KODEXA_PROFILE: both | KODEXA_API_KEY | KODEXA_URL
nothing   | both        | profile=: both       | profile too    |
"""

_SAME_DEFAULT = """
arguments | environment | profile              | key from       | URL from
url       | key         | not named            | KODEXA_API_KEY | base_url
url       | both        | not named            | KODEXA_API_KEY | base_url
url       | key         | profile=: both       | profile too    |
url       | nothing     | KODEXA_PROFILE: url  | no key         |
url       | nothing     | KODEXA_PROFILE: key  | profile        | base_url
url       | nothing     | profile=: key        | profile        | base_url
key       | url         | not named            | api_key        | KODEXA_URL
key       | both        | not named            | api_key        | KODEXA_URL
key       | nothing     | KODEXA_PROFILE: url  | api_key        | profile
key       | nothing     | KODEXA_PROFILE: both | api_key        | profile
key       | nothing     | profile=: url        | profile too    |
key       | url         | profile=: key        | profile too    |
nothing   | url         | KODEXA_PROFILE: key  | profile        | KODEXA_URL
nothing   | url         | profile=: key        | profile        | KODEXA_URL
nothing   | key         | KODEXA_PROFILE: url  | KODEXA_API_KEY | profile
nothing   | key         | KODEXA_PROFILE: both | KODEXA_API_KEY | profile
nothing   | key         | profile=: url        | profile too    |
nothing   | key         | profile=: both       | profile too    |
"""


@dataclass(frozen=True)
class Case:
    """One combination, in which no two URLs are the same.

    Attributes:
        arguments: ``nothing``, ``url``, ``key`` or ``both``.
        has_url: Whether ``KODEXA_URL`` is set.
        keys: One of ``KEYS``.
        named: What names the profile: ``KODEXA_PROFILE``, ``profile=`` or ``not named``.
        profile: What is in it, as for the arguments.
        outcome: The place whose key is sent to that place's URL, or to the default one if
            it names none; or the error.
    """

    arguments: str
    has_url: bool
    keys: str
    named: str
    profile: str
    outcome: str

    def __str__(self) -> str:
        environment = f"{'url' if self.has_url else 'no url'}, {self.keys}"
        return f"{self.arguments}; {environment}; {self.named} {self.profile}"


@dataclass(frozen=True)
class SameCase:
    """One combination, in which all URLs are the same.

    Attributes:
        is_default: Whether they are the default one.
        arguments: As in ``Case``.
        environment: The same, of ``KODEXA_URL`` and ``KODEXA_API_KEY``.
        named: As in ``Case``.
        profile: As in ``Case``.
        key_from: Where the key comes from, or the error.
        url_from: Where the URL comes from, or nothing after an error.
    """

    is_default: bool
    arguments: str
    environment: str
    named: str
    profile: str
    key_from: str
    url_from: str

    def __str__(self) -> str:
        which = "default" if self.is_default else "own"
        return f"{which}; {self.arguments}; {self.environment}; {self.named} {self.profile}"


def _rows(grid: str) -> list[list[str]]:
    return [[cell.strip() for cell in line.split("|")] for line in grid.strip().splitlines()]


def _profile(label: str) -> tuple[str, str]:
    named, _, content = label.partition(": ")
    return named, content or "nothing"


DIFFERENT_URLS = [
    Case(arguments, has_url, keys, *_profile(label), outcome)
    for (arguments, has_url), grid in _GRIDS.items()
    for label, *outcomes in _rows(grid)[1:]
    for keys, outcome in zip(KEYS, outcomes, strict=True)
]

SAME_URL = [
    SameCase(is_default, arguments, environment, *_profile(label), key_from, url_from)
    for is_default, grid in ((False, _SAME_OWN), (True, _SAME_DEFAULT))
    for arguments, environment, label, key_from, url_from in _rows(grid)[1:]
]

_ARGUMENTS = {
    "nothing": "Neither `base_url` nor `api_key`",
    "url": "`base_url` alone",
    "key": "`api_key` alone",
    "both": "`base_url` and `api_key`",
}
_HEADS = {"new": "`KODEXA_API_KEY`", "old": "`KODEXA_ACCESS_TOKEN`"}


def _table(grid: str) -> list[str]:
    head, *rows = _rows(grid)
    lines = [[_HEADS.get(cell, cell) for cell in head], ["---"] * len(head), *rows]
    return [re.sub(" +", " ", f"| {' | '.join(line)} |") for line in lines]


def _tables() -> str:
    lines: list[str] = []
    for (arguments, has_url), grid in _GRIDS.items():
        title = f"{_ARGUMENTS[arguments]}; `KODEXA_URL` is {'set' if has_url else 'not set'}"
        lines += [f"### {title}", "", *_table(grid), ""]
    lines += ["### All URLs are the same, and not the default one", "", *_table(_SAME_OWN), ""]
    lines += ["### All URLs are the default one", "", *_table(_SAME_DEFAULT)]
    return "\n".join(lines)


def with_tables(page: str) -> str:
    """Return a page with the tables between its two marks."""
    before, _, rest = page.partition(_START)
    _, _, after = rest.partition(_END)
    return f"{before}{_START}\n\n{_tables()}\n\n{_END}{after}"


def main(arguments: list[str] | None = None) -> int:
    """Print the tables, or write them into a page; return the exit code."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--write", type=Path, metavar="PAGE", help="the page with the marks")
    page: Path | None = parser.parse_args(arguments).write
    if page is None:
        sys.stdout.write(f"{_tables()}\n")
    else:
        page.write_text(with_tables(page.read_text(encoding="utf-8")), encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
