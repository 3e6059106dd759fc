"""Keeps a client to the process and the event loop that its connections belong to."""

from __future__ import annotations

import os

from .errors import ConfigurationError

__all__ = ["Affinity"]


class Affinity:
    """The process and the event loop that first used a client's connections.

    After a fork both processes hold the same sockets, and read each other's answers. In
    another event loop a connection fails after the request was carried out. So either is
    refused before anything is sent, unless the forked process has connections of its own.
    """

    def __init__(self, *, starts_anew: bool = False) -> None:
        """Belong to nobody yet.

        Args:
            starts_anew: Whether a forked process has connections of its own, and so belongs
                to nobody yet.
        """
        self._starts_anew = starts_anew
        self._owner: tuple[int, object] | None = None

    def _known_owner(self) -> tuple[int, object] | None:
        owner = self._owner
        return None if owner and self._starts_anew and owner[0] != os.getpid() else owner

    def bind(self, loop: object = None) -> None:
        """Belong to this process and event loop from now on, if to none yet.

        Args:
            loop: The event loop, or None for a client without one.
        """
        if self._known_owner() is None:
            self._owner = (os.getpid(), loop)

    def is_elsewhere(self, loop: object = None) -> bool:
        """Tell whether the connections are another process' or event loop's."""
        owner = self._known_owner()
        return owner is not None and owner != (os.getpid(), loop)

    def check(self, loop: object = None) -> None:
        """Refuse the wrong process or event loop.

        Raises:
            ConfigurationError: The connections belong to another one.
        """
        owner = self._known_owner()
        if owner is None:
            return
        process, own_loop = owner
        if process != os.getpid():
            raise ConfigurationError(
                "The http_client made its connections before this process was forked, and the two "
                "would read each other's answers. Nothing was sent. Make a client of its own in "
                "each process."
            )
        if own_loop != loop:
            raise ConfigurationError(
                "The client has connections of another event loop, where they can't be used from "
                "here. Nothing was sent. Make a client of its own in each event loop."
            )
