"""Values that only who asks for them finds: no printer, dump or list of attributes does."""

from __future__ import annotations

import sys
from functools import wraps
from typing import TYPE_CHECKING, Generic, NoReturn, ParamSpec, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Hidden", "drop_inner_frames", "hiding_arguments"]

T = TypeVar("T")
P = ParamSpec("P")


class Hidden(Generic[T]):
    """Holds a value where it takes a call to see it.

    What walks through attributes, as dumps and the pretty printers of tracebacks do,
    finds a function.
    """

    __slots__ = ("reveal",)

    def __init__(self, value: T) -> None:
        """Hide the value."""
        self.reveal: Callable[[], T] = lambda: value

    def __repr__(self) -> str:
        """Show that there is something, and nothing of it."""
        return "'***'"

    def __reduce__(self) -> NoReturn:
        """Refuse to be pickled or copied to where it could be read."""
        raise TypeError("A hidden value is not pickled.")


def hiding_arguments(function: Callable[P, T]) -> Callable[P, T]:
    """Keep a function's arguments out of the tracebacks of what it raises.

    Some tools print the local variables of each frame. The arguments may hold a key, and
    are in the frames of everything that they are passed on to. So an exception starts here
    anew, in a frame that has let go of them: its text has to say all there is to say.
    """

    @wraps(function)
    def hiding(*args: P.args, **kwargs: P.kwargs) -> T:
        handled = sys.exception()
        try:
            return function(*args, **kwargs)
        except BaseException as error:
            del args, kwargs
            drop_inner_frames(error, handled)
            raise

    return hiding


def drop_inner_frames(interruption: BaseException, handled: BaseException | None) -> None:
    """Take out of an exception the frames that it came through so far.

    Those of the network hold the bytes of the request, with its key, and of the answer.

    Args:
        interruption: The exception.
        handled: What was being handled before: that, and what led to it, stays as it is.
    """
    seen = {id(handled)}
    waiting: list[BaseException | None] = [interruption]
    while waiting:
        one = waiting.pop()
        if one is not None and id(one) not in seen:
            seen.add(id(one))
            one.__traceback__ = None
            waiting += [one.__cause__, one.__context__]
            waiting += getattr(one, "exceptions", ())
