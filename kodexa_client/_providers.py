"""Keys that a provider is asked for: once for all the calls that need one."""

from __future__ import annotations

import inspect
import os
import threading
from contextvars import ContextVar
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

import anyio
from anyio.lowlevel import current_token

from ._auth import ApiKey, read_key
from ._callables import is_async
from ._hidden import Hidden
from ._keys import KeyFailure, KeySource
from ._threads import OneThread
from .errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["AsyncProvidedKey", "ProvidedKey"]

_SOURCE = "the provider given as api_key"

_REENTERED = KeyFailure(
    f"{_SOURCE.capitalize()} makes a call of its own client, which would wait for itself"
)


class _Done(Protocol):
    def set(self) -> object: ...


Done = TypeVar("Done", bound=_Done)


class _Question(Generic[Done]):
    """The provider is being asked; whoever needs the key meanwhile waits for the answer.

    Attributes:
        done: Set when the provider answered, or who asked it was interrupted.
        place: The process and the event loop in which it is asked.
        answer: What came of it; None if who asked was interrupted.
    """

    def __init__(self, done: Done, place: tuple[int, object]) -> None:
        self.done = done
        self.place = place
        self.answer: ApiKey | KeyFailure | None = None


# What is being asked in this task or thread, for a provider that needs itself.
_asking: ContextVar[frozenset[KeySource]] = ContextVar("kodexa_client_asking", default=frozenset())


class _Provided(KeySource, Generic[Done]):
    def __init__(self, provider: Callable[[], object]) -> None:
        """Keep the provider. It is not asked yet.

        Args:
            provider: Returns the key.
        """
        # A lambda or a partial may hold what opens the vault.
        self._provider = Hidden(provider)
        self.current = None
        self._question: _Question[Done] | None = None

    @property
    def provider(self) -> Callable[[], object]:
        return self._provider.reveal()

    def refused(self, key: ApiKey | None) -> None:
        """Forget a key that the platform did not accept, unless it was replaced already."""
        if self.current is key:
            self.current = None

    def _found(self, value: object) -> ApiKey | KeyFailure:
        key = read_key(value, _SOURCE)
        # What comes after the words ends the sentence.
        return KeyFailure(str(key)[:-1]) if isinstance(key, ConfigurationError) else key

    def _finish(self, question: _Question[Done]) -> None:
        if isinstance(question.answer, ApiKey):
            self.current = question.answer
        if self._question is question:
            self._question = None
        question.done.set()


class AsyncProvidedKey(_Provided[anyio.Event]):
    """A key that a function or a coroutine function provides.

    It is asked when the first call needs the key, and again when the platform has
    refused it. All calls that need it at that time share the answer.
    """

    def __init__(self, provider: Callable[[], object]) -> None:
        """Keep the provider. It is not asked yet."""
        super().__init__(provider)
        self._thread = OneThread(self._provider)

    async def fetch(self) -> ApiKey | KeyFailure:
        """Return the key, or why there is none."""
        place = (os.getpid(), current_token())
        while self.current is None:
            question = self._question
            # In an event loop of the provider's own too: its thread would be joined from within.
            if question is not None and self in _asking.get():
                return _REENTERED
            if question is None or question.place != place:
                return await self._ask(place)
            await question.done.wait()
            if question.answer is not None:
                return question.answer
        return self.current

    async def _ask(self, place: tuple[int, object]) -> ApiKey | KeyFailure:
        question = self._question = _Question(anyio.Event(), place)
        token = _asking.set(_asking.get() | {self})
        try:
            question.answer = await self._answer()
        finally:
            _asking.reset(token)
            self._finish(question)
        return question.answer

    async def _answer(self) -> ApiKey | KeyFailure:
        try:
            if is_async(self.provider):
                value = self.provider()
            else:
                value = await self._thread.call()
            return self._found(await value if inspect.isawaitable(value) else value)
        except Exception as error:  # noqa: BLE001 - the provider is the user's
            return _failure(error)


class ProvidedKey(_Provided[threading.Event]):
    """A key that a function provides, for a client without an event loop.

    See ``AsyncProvidedKey``.
    """

    def __init__(self, provider: Callable[[], object]) -> None:
        """Keep the provider.

        Raises:
            TypeError: It is a coroutine function.
        """
        if is_async(provider):
            raise TypeError(
                "api_key can't be a coroutine function here: give a function, or make the client "
                "an AsyncKodexaClient."
            )
        super().__init__(provider)
        self._locks: dict[int, threading.Lock] = {}

    @property
    def _lock(self) -> threading.Lock:
        # Another thread may have held the parent's when this process was forked.
        return self._locks.setdefault(os.getpid(), threading.Lock())

    def refused(self, key: ApiKey | None) -> None:
        # Another thread may put a fresh key there between the look and the change.
        with self._lock:
            super().refused(key)

    def fetch(self, seconds_left: Callable[[], float | None]) -> ApiKey | KeyFailure | None:
        """Return the key, why there is none, or None if another thread's question takes too long.

        Args:
            seconds_left: Tells how long to wait, None for no limit.
        """
        place = (os.getpid(), None)
        while True:
            with self._lock:
                if self.current is not None:
                    return self.current
                question = self._question
                is_asked = question is not None and question.place == place
                if question is None or not is_asked:
                    question = self._question = _Question(threading.Event(), place)
            if not is_asked:
                return self._ask(question)
            if self in _asking.get():
                return _REENTERED
            if not question.done.wait(seconds_left()):
                return None
            if question.answer is not None:
                return question.answer

    def _ask(self, question: _Question[threading.Event]) -> ApiKey | KeyFailure:
        token = _asking.set(_asking.get() | {self})
        try:
            question.answer = self._answer()
        finally:
            _asking.reset(token)
            with self._lock:
                self._finish(question)
        return question.answer

    def _answer(self) -> ApiKey | KeyFailure:
        try:
            value = self.provider()
        except Exception as error:  # noqa: BLE001 - the provider is the user's
            return _failure(error)
        if inspect.iscoroutine(value):
            # Python would warn that it was never awaited.
            value.close()
        return self._found(value)


def _failure(error: Exception) -> KeyFailure:
    return KeyFailure(f"{_SOURCE.capitalize()} failed ({type(error).__name__})", error)
