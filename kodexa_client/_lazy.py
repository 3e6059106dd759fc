"""Attributes that are made when they are first asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__all__ = ["cached_property"]

if TYPE_CHECKING:
    from collections.abc import Callable
    from functools import cached_property
else:

    class cached_property:  # noqa: N801 - it stands in for that of functools
        """Does as ``functools.cached_property``, without a lock.

        Python 3.11's holds one while it makes a value. A child that is forked meanwhile, by
        another thread, would wait for it for ever.
        """

        def __init__(self, make: Callable[[Any], object]) -> None:
            """Keep what makes the value."""
            self._make = make
            self._name = make.__name__
            self.__doc__ = make.__doc__

        def __get__(self, instance: object, owner: type) -> object:
            """Make the value. Python finds it by itself from then on."""
            if instance is None:
                return self
            # Another thread may have made one meanwhile: all have the same.
            return vars(instance).setdefault(self._name, self._make(instance))
