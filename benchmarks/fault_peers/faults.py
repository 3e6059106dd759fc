"""The faults that every peer gets: some of the scripts of the project's own table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from attrs import frozen

from tests.faults import scripts as s

if TYPE_CHECKING:
    from tests.faults.server import Script

__all__ = ["FAULTS", "Fault"]

# Long enough for a busy machine: only a server that stalls takes so long.
PATIENT_SECONDS = 5.0
IMPATIENT_SECONDS = 0.1
BUDGET_SECONDS = 1.0


@frozen
class Fault:
    """What the server does with one call.

    Attributes:
        name: What it is about.
        scripts: What the server does with each request of the call, the last for ever.
        read: The read timeout that every peer gets, in seconds.
        budget: How long the whole call may take, for peers that can be told.
        before: What the server does with a call before this one, on the same connection.
        same_name: Whether that call asked for the same name.
        target: Where the client calls: the server, or its port while that is closed.
    """

    name: str
    scripts: tuple[Script, ...]
    read: float = PATIENT_SECONDS
    budget: float | None = None
    before: Script | None = None
    same_name: bool = False
    target: Literal["server", "closed"] = "server"


_SCRIPTS = {
    script.name: script
    for script in (*s.UNREADABLE, *s.DRIPPING_HEAD, *s.DRIPPING_BODY, *s.LEAVING)
}
_RETRY_AFTER = "retry-after: 1"


def _for_ever(script: Script) -> Fault:
    return Fault(script.name, (script,))


def _once(script: Script) -> Fault:
    return Fault(f"{script}; once", (script, s.OK))


def _stalling(script: Script) -> Fault:
    return Fault(script.name, (script,), read=IMPATIENT_SECONDS)


def _dripping(name: str) -> Fault:
    return Fault(
        f"{name}, budget of {BUDGET_SECONDS:.0f} s",
        (_SCRIPTS[name],),
        read=BUDGET_SECONDS,
        budget=BUDGET_SECONDS,
    )


def _used(script: Script) -> Fault:
    return Fault(f"used connection: {script}", (script,), before=s.OK)


def _after(name: str, *, same_name: bool = False) -> Fault:
    return Fault(
        f"call before: {name}{', same name' if same_name else ''}",
        (s.OK,),
        before=_SCRIPTS[name],
        same_name=same_name,
    )


FAULTS = [
    Fault("no fault", (s.OK,)),
    # No answer.
    Fault("refused port", (s.OK,), target="closed"),
    _for_ever(s.DROP),
    _once(s.DROP),
    _for_ever(s.RESET),
    _stalling(s.STALL),
    Fault(f"{s.STALL}; once", (s.STALL, s.OK), read=IMPATIENT_SECONDS),
    _stalling(s.STALL_READ),
    _for_ever(s.CLOSE_READ),
    _once(s.CLOSE_READ),
    _for_ever(s.HALF_HEAD),
    _dripping("slow head"),
    # A 2xx that can't be read, or that is not the promised one.
    _for_ever(s.HALF_BODY),
    _stalling(s.HALF_BODY_STALL),
    _dripping("slow body"),
    *(
        _for_ever(_SCRIPTS[name])
        for name in ("bad chunk", "no gzip", "204", "HTML", "neither id nor uuid", "another name")
    ),
    # Statuses.
    *(_for_ever(s.status(code, executed=True)) for code in (500, 502, 503, 504, 408)),
    _for_ever(s.status(503, _RETRY_AFTER, executed=True)),
    _once(s.status(503, executed=True)),
    _once(s.status(503)),
    _for_ever(s.status(409)),
    _for_ever(s.status(429)),
    _once(s.status(429)),
    _once(s.status(425)),
    _for_ever(s.redirect(307, executed=False)),
    _for_ever(s.redirect(307, executed=True)),
    # Connections that have been used.
    _used(s.CLOSE_READ),
    _used(s.DROP),
    _used(s.RESET_UNREAD),
    _after("closes when idle"),
    _after("answers twice at once"),
    _after("answers twice at once", same_name=True),
    _after("answers twice, apart"),
    Fault(s.DESYNCHRONISED.name, (s.DESYNCHRONISED,), before=s.OK),
]
