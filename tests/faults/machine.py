"""A state machine: any faults, in any order, over one client, and what holds for every call."""

from __future__ import annotations

import asyncio
import itertools
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import httpx
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from kodexa_client import KodexaError, OutcomeUnknownError, RetryPolicy
from tests.conftest import EVERY_KIND, EitherClient
from tests.faults import API_KEY, FakeClock, secrets_in
from tests.faults import scripts as s
from tests.faults.server import FaultServer, until

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from tests.faults.server import Execution, Script

__all__ = ["FaultMachine", "account_for", "machine_settings"]

# Those that take no time. A gzip bomb takes some.
_QUICK = [
    *s.OK_ANSWERS,
    *(script for script in s.DROPS if not script.early),
    *s.NOT_HTTP,
    *(script for script in s.UNREADABLE if script.name not in {"gzip bomb", "11 MiB"}),
    *(s.status(code) for code in (*s.REFUSED, *s.REPEATED, *s.UNCLEAR)),
    *(s.status(code, executed=True) for code in s.UNCLEAR),
    *(s.status(429, f"retry-after: {form}") for form in (*s.RETRY_AFTER, "120")),
    *(script for script in s.LEAVING if script.name.endswith(("at once", "answer", "said"))),
    s.HALF_BODY_RESET,
    s.status_cut(401),
    s.status_cut(429),
    s.status_cut(503),
]
_SLOW = [
    s.RESET_UNREAD,
    s.CLOSE_UNREAD,
    s.STALL_READ,
    s.STALL,
    s.HALF_HEAD_STALL,
    s.HALF_BODY_STALL,
    s.DRIPPING_HEAD[1],
    s.DRIPPING_BODY[0],
    *s.LEAVING,
]
# One of nine is slow, and a third is right, so that connections are kept and used again.
scripts = st.sampled_from(["ok"] * 3 + ["quick"] * 5 + ["slow"]).flatmap(
    lambda kind: st.sampled_from(
        {"ok": [s.OK, *s.OK_ANSWERS], "quick": _QUICK, "slow": _SLOW}[kind]
    )
)

_LIMITS: dict[str, Any] = {"timeout": httpx.Timeout(2, read=0.06), "deadline": 0.15}
_CLASSES: list[Any] = [*EVERY_KIND.values()]


def machine_settings() -> settings:
    """Return how much is tried: few sequences in a normal run, as many as asked in a soak."""
    return settings(
        max_examples=int(os.environ.get("SOAK_EXAMPLES", "200")),
        stateful_step_count=8,
        deadline=None,
        print_blob=True,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )


@dataclass(frozen=True)
class Call:
    """One call: what it asked for, and what came of it."""

    mark: str
    name: str
    retry_unclear: bool
    scripts: tuple[Script, ...]
    outcome: Any

    def __str__(self) -> str:
        again = ", retry_unclear" if self.retry_unclear else ""
        names = ", ".join(script.name for script in self.scripts)
        return f"{self.mark} ({self.name}{again}) of [{names}] came to {self.outcome!r}"


def account_for(call: Call, made: list[Execution]) -> None:
    """Hold a call against what the server executed of it.

    This is what the SDK promises: one credential for one call, or an exception that
    says truly whether there may be one.
    """
    story = f"{call}, executed: {[execution.id for execution in made]}"
    if not call.retry_unclear:
        assert len(made) <= 1, story
    if not isinstance(call.outcome, Exception):
        assert made, story
        if not call.retry_unclear:
            assert len(made) == 1, story
        token = call.outcome.parsed
        assert {token.id, token.uuid} & {made[-1].id}, story
        assert token.name == call.name, story
    elif not isinstance(call.outcome, OutcomeUnknownError):
        assert not made, story
    elif call.outcome.executed:
        assert made, story


class FaultMachine(RuleBasedStateMachine):
    """Random faults over one client whose connections are kept."""

    numbers = itertools.count()

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[Call] = []

    @initialize(client_class=st.sampled_from(_CLASSES), max_retries=st.integers(0, 3))
    def connect(self, client_class: Any, max_retries: int) -> None:
        self.server = FaultServer(s.OK)
        self.server.__enter__()
        self.server.elsewhere = "http://127.0.0.1:9"
        # Both kinds live on the loop, so that what is left on it is seen for both.
        self.loop = asyncio.new_event_loop()
        self.client = client_class(
            api_key=API_KEY,
            base_url=self.server.url,
            retry_policy=RetryPolicy(max_retries=max_retries),
            **_LIMITS,
        )
        self.client._clock = FakeClock()
        self.either = EitherClient(self.client)

    def run(self, coroutine: Coroutine[Any, Any, Any]) -> Any:
        return self.loop.run_until_complete(coroutine)

    @rule(
        played=st.lists(scripts, min_size=1, max_size=4),
        retry_unclear=st.sampled_from([False, False, True]),
        same_name=st.booleans(),
    )
    def call(self, played: list[Script], retry_unclear: bool, same_name: bool) -> None:  # noqa: FBT001 - hypothesis names them
        # By its mark a call is known, whatever its name, also if it was executed late.
        mark = f"call {next(self.numbers)}"
        name = "the same" if same_name else mark
        self.server.play(*played)
        outcome = self.run(self._outcome(mark, name, retry_unclear=retry_unclear))
        call = Call(mark, name, retry_unclear, tuple(played), outcome)
        self.calls.append(call)
        account_for(call, self._made_by(call))
        if isinstance(outcome, Exception):
            assert secrets_in(outcome) == [], str(call)

    def _made_by(self, call: Call) -> list[Execution]:
        return [made for made in self.server.executed if made.user_id == call.mark]

    async def _outcome(self, mark: str, name: str, *, retry_unclear: bool) -> Any:
        # An argument that is not given is not passed: its default is tested too.
        more = {"retry_unclear": True} if retry_unclear else {}
        try:
            outcome = await self.either.create_detailed(name=name, user_id=mark, **more)
        except KodexaError as error:
            # What is not ours is not caught: it fails the run.
            outcome = error
        await until(self.server.is_quiet, what="the script's end")
        return outcome

    def teardown(self) -> None:
        if not hasattr(self, "server"):
            return
        try:
            self.server.play(s.OK)
            self.run(self._end())
        finally:
            self.server.__exit__()
            self.loop.run_until_complete(self.loop.shutdown_asyncgens())
            self.loop.close()

    async def _end(self) -> None:
        # The server may end a connection in the moment in which it is used again: one fault
        # more. The call after that one shows that the client is usable.
        for mark in ("last", "after the last"):
            last = await self._outcome(mark, mark, retry_unclear=False)
            self.calls.append(Call(mark, mark, retry_unclear=False, scripts=(s.OK,), outcome=last))
            if not isinstance(last, Exception):
                break
        assert not isinstance(last, Exception), repr(last)
        await self.either.close()
        await until(self.server.is_deserted, what="the connections' end")
        assert asyncio.all_tasks() == {asyncio.current_task()}
        # What was executed after the caller had given up counts too.
        for call in self.calls:
            account_for(call, self._made_by(call))
