"""Keeps a client to the process and the event loop that its connections belong to."""

from __future__ import annotations

import os

from .errors import ConfigurationError

__all__ = ["Affinity"]


class Affinity:
    """The process and the event loop that first used a client's connections.

    After a fork both processes hold the same sockets, and read each other's answers. In
    another event loop a connection fails after the request was carried out. So either is
    refused before anything is sent.
    """

    def __init__(self) -> None:
        """Belong to nobody yet."""
        self._owner: tuple[int, object] | None = None

    def bind(self, loop: object = None) -> None:
        """Belong to this process and event loop from now on, if to none yet.

        Args:
            loop: The event loop, or None for a client without one.
        """
        if self._owner is None:
            self._owner = (os.getpid(), loop)

    def is_elsewhere(self, loop: object = None) -> bool:
        """Tell whether the connections are another process' or event loop's."""
        return self._owner is not None and self._owner != (os.getpid(), loop)

    def check(self, loop: object = None) -> None:
        """Refuse the wrong process or event loop.

        Raises:
            ConfigurationError: The connections belong to another one.
        """
        if self._owner is None:
            return
        process, own_loop = self._owner
        if process != os.getpid():
            raise ConfigurationError(
                "The client made its connections before this process was forked, and the two "
                "would read each other's answers. Nothing was sent. Make a client of its own in "
                "each process."
            )
        if own_loop != loop:
            raise ConfigurationError(
                "The client has connections of another event loop, where they can't be used from "
                "here. Nothing was sent. Make a client of its own in each event loop."
            )
