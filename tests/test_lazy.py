"""Attributes that are made when they are first asked for, without a lock."""

from __future__ import annotations

import threading

from kodexa_client import AsyncKodexaClient, KodexaClient, _lazy

SECONDS = 30


class Slow:
    """Makes its value when it is told to."""

    def __init__(self) -> None:
        self.is_asked = threading.Event()
        self.may_go_on = threading.Event()

    @_lazy.cached_property
    def value(self) -> object:
        """A value."""
        self.is_asked.set()
        assert self.may_go_on.wait(SECONDS)
        return object()


def test_it_is_made_once_and_can_be_replaced() -> None:
    slow = Slow()
    slow.may_go_on.set()

    assert slow.value is slow.value
    slow.value = 1
    assert slow.value == 1
    assert Slow.__dict__["value"].__get__(None, Slow).__doc__ == "A value."


def test_nobody_waits_while_another_thread_makes_one() -> None:
    # The child of a fork would wait for ever: the other thread is not in it.
    slow, fast = Slow(), Slow()
    fast.may_go_on.set()
    thread = threading.Thread(target=lambda: slow.value, daemon=True)
    thread.start()
    assert slow.is_asked.wait(SECONDS)

    assert fast.value

    slow.may_go_on.set()
    thread.join(SECONDS)


def test_threads_that_make_it_at_once_have_the_same() -> None:
    slow = Slow()
    values: list[object] = []
    threads = [threading.Thread(target=lambda: values.append(slow.value)) for _ in range(4)]
    for thread in threads:
        thread.start()
    slow.may_go_on.set()
    for thread in threads:
        thread.join(SECONDS)

    assert len(values) == 4
    assert len({*map(id, values)}) == 1


def test_nothing_of_a_client_has_a_lock_of_its_class() -> None:
    for kind in (AsyncKodexaClient, KodexaClient):
        attributes = {name: value for one in kind.__mro__ for name, value in vars(one).items()}
        lazy = {
            name for name, value in attributes.items() if isinstance(value, _lazy.cached_property)
        }
        locked = {name for name, value in attributes.items() if hasattr(value, "lock")}
        assert lazy == {"_call_class", "_requests", "access_tokens"}
        assert locked == set()
