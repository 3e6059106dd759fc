"""What it takes to import a client and to make one, each time in a fresh interpreter.

A fresh interpreter measures itself, from before the statement to after it: the result is net
of the interpreter's own start.
"""

from __future__ import annotations

import json
import subprocess
import sys

from attrs import frozen

from .kinds import KINDS
from .processes import ROOT, settings_free_environment

__all__ = ["Start", "measure_start", "starts"]

LONGEST_SECONDS = 60.0

PROGRAM = """\
import sys
sys.path[:0] = {folders!r}
{before}
import time
seconds, cpu = time.perf_counter(), time.process_time()
{timed}
cpu, seconds = time.process_time() - cpu, time.perf_counter() - seconds
sys.stdout.write('{{"cpu": %r, "seconds": %r}}' % (cpu, seconds))
sys.stdout.flush()
# How long it takes to end is not asked.
import os
os._exit(0)
"""

# Keeping a client keeps it from being closed within the time.
OURS = "client = kodexa_client.AsyncKodexaClient(api_key='benchmark-key')"
OURS_AGAIN = "second = kodexa_client.AsyncKodexaClient(api_key='benchmark-key')"
HTTPX = "client = httpx.AsyncClient()"
HTTPX_AGAIN = "second = httpx.AsyncClient()"


@frozen
class Start:
    """Something that a fresh interpreter does.

    Attributes:
        scenario: What is measured.
        client: The client that it is measured of.
        before: What comes before that.
        timed: What is timed.
    """

    scenario: str
    client: str
    before: str
    timed: str


def starts(clients: list[str]) -> list[Start]:
    """Return what is to be measured of clients. Two that import the same are imported once."""
    imports: dict[str, str] = {}
    for client in clients:
        imports.setdefault(KINDS[client].imports, client)
    return [
        *(Start("import", client, "", f"import {what}") for what, client in imports.items()),
        Start("import, with a client made", "httpx", "", f"import httpx; {HTTPX}"),
        Start("import, with a client made", "ours", "", f"import kodexa_client; {OURS}"),
        Start("first client", "httpx", "import httpx", HTTPX),
        Start("first client", "ours", "import kodexa_client", OURS),
        Start("second client", "httpx", f"import httpx; {HTTPX}", HTTPX_AGAIN),
        Start("second client", "ours", f"import kodexa_client; {OURS}", OURS_AGAIN),
    ]


def measure_start(start: Start, folders: list[str]) -> dict[str, float]:
    """Return the seconds of the processor and of the clock."""
    program = PROGRAM.format(folders=[str(ROOT), *folders], before=start.before, timed=start.timed)
    run = subprocess.run(  # noqa: S603 - this Python, and the programs above
        [sys.executable, "-I", "-c", program],
        stdout=subprocess.PIPE,
        env=settings_free_environment(),
        check=True,
        timeout=LONGEST_SECONDS,
    )
    figures: dict[str, float] = json.loads(run.stdout)
    return figures
