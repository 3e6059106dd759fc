"""Measures what the pytest plugin costs a session that collects tests and does not use it."""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from .measuring import versions

TESTS = 1000
ROUNDS = 15
MOST = 1.05
_FILE = "\n\n".join(f"def test_{number}():\n    pass" for number in range(TESTS // 10)) + "\n"


def collect(folder: Path, *options: str) -> float:
    """Return the seconds of a session that collects."""
    # No other plugin of this environment: they would hide the cost.
    command = [sys.executable, "-m", "pytest", "--collect-only", "-qq", "-p", "no:cacheprovider"]
    start = time.perf_counter()
    subprocess.run(  # noqa: S603 - the arguments are written down here
        [*command, *options],
        cwd=folder,
        check=True,
        stdout=subprocess.DEVNULL,
        env={"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
    )
    return time.perf_counter() - start


def main() -> int:
    """Print the ratio of medians, and the verdict."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for number in range(10):
            (folder / f"test_{number}.py").write_text(_FILE, encoding="utf-8")
        collect(folder)
        ratios: list[float] = []
        for number in range(rounds):
            plugin = ("-p", "kodexa_client.testing._plugin")
            if number % 2:
                without = collect(folder)
                ratios.append(collect(folder, *plugin) / without)
            else:
                with_plugin = collect(folder, *plugin)
                ratios.append(with_plugin / collect(folder))
    ratio = statistics.median(ratios)
    verdict = "met" if ratio <= MOST else "missed"
    sys.stdout.write(
        f"{versions('pytest')}\n"
        f"collecting {TESTS} tests with the plugin: {ratio:.3f} of without (at most {MOST}): "
        f"{verdict}; {min(ratios):.3f} to {max(ratios):.3f} in {rounds} rounds\n"
    )
    return 0 if ratio <= MOST else 1


if __name__ == "__main__":
    sys.exit(main())
