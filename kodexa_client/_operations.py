"""What the wrapper has to know of an operation to send it safely."""

from __future__ import annotations

import enum

from attrs import frozen

__all__ = ["Effect", "Operation", "effect_of"]


class Effect(enum.Enum):
    """What sending a request again does (RFC 9110 9.2)."""

    SAFE = "safe"
    """It only reads."""
    IDEMPOTENT = "idempotent"
    """A second request changes nothing more than the first."""
    UNSAFE = "unsafe"
    """A second request may do it a second time."""


@frozen(kw_only=True)
class Operation:
    """An operation, as far as its repetition and its answer go.

    Attributes:
        id: The ``operationId`` of the document, or None for a request that is none of it.
        effect: What sending it again does.
        identity: The properties of an answer one of which tells what was created. Empty
            if the operation creates nothing that is identified so.
        echoed: The properties of the body that an answer repeats. One that differs is
            the answer to somebody else.
        answers: The statuses of success that the document names one by one.
    """

    id: str | None
    effect: Effect
    identity: tuple[str, ...] = ()
    echoed: tuple[str, ...] = ()
    answers: frozenset[int] = frozenset()


# RFC 9110 9.2.1 and 9.2.2. PATCH is neither (RFC 5789).
_SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
_IDEMPOTENT = frozenset({"PUT", "DELETE"})


def effect_of(method: str) -> Effect:
    """Return the effect that a method has by its definition."""
    method = method.upper()
    if method in _SAFE:
        return Effect.SAFE
    return Effect.IDEMPOTENT if method in _IDEMPOTENT else Effect.UNSAFE
