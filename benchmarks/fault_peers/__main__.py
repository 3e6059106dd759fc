"""Plays every fault to every client, one after another, and prints or writes the page."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from pathlib import Path
from unittest import mock

from .clients import all_clients
from .faults import FAULTS
from .playing import play
from .report import page


def main(arguments: list[str] | None = None) -> int:
    """Play, print, and write; return the exit code, which does not depend on the result."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fault_peers", description=__doc__)
    parser.add_argument("--write", type=Path, metavar="PAGE", help="write it there too")
    options = parser.parse_args(arguments)
    with mock.patch.dict(os.environ):
        _forget_settings()
        text = asyncio.run(_play_all())
    sys.stdout.write(f"{text}\n")
    if options.write:
        options.write.write_text(f"{text}\n", encoding="utf-8")
    return 0


def _forget_settings() -> None:
    """Drop what the environment would tell a client: proxies, keys, URLs."""
    for name in [*os.environ]:
        if name.startswith(("KODEXA_", "OPENAI_")) or name.lower().endswith("_proxy"):
            del os.environ[name]


async def _play_all() -> str:
    with all_clients() as clients:
        results = {
            fault.name: {client.name: await play(client, fault) for client in clients}
            for fault in FAULTS
        }
        return page(clients, FAULTS, results)


if __name__ == "__main__":
    raise SystemExit(main())
