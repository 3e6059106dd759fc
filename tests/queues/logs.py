"""Has all that a process logs written to one stream, whichever logger it comes from."""

from __future__ import annotations

import contextlib
import logging
import sys
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from collections.abc import Generator


@contextlib.contextmanager
def everything_logged(stream: TextIO) -> Generator[None]:
    """Write down the records of every logger, at every level, while the context lasts."""
    handler = logging.StreamHandler(stream)
    loggers = [logging.root, *_loggers()]
    levels = [(logger, logger.level) for logger in loggers]
    # Those that do not hand on to the root need the handler themselves.
    closed = [logger for logger in loggers if logger is logging.root or not logger.propagate]
    for logger in loggers:
        logger.setLevel(logging.DEBUG)
    for logger in closed:
        logger.addHandler(handler)
    try:
        yield
    finally:
        for logger in closed:
            logger.removeHandler(handler)
        for logger, level in levels:
            logger.setLevel(level)


def _loggers() -> list[logging.Logger]:
    known = logging.root.manager.loggerDict.values()
    return [logger for logger in known if isinstance(logger, logging.Logger)]


_for_good = contextlib.ExitStack()


def log_everything_for_good() -> None:
    """Have this process, a worker's, write all of its logs to its standard error."""
    _for_good.enter_context(everything_logged(sys.stderr))
