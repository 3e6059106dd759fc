"""Looks for canaries in everything that may come to show an object or an exception.

What shows more than printing does, since it is there to hand on data, has a name of its own
in ``DATA``.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import copy
import dataclasses
import functools
import html
import io
import json
import logging
import pickle
import pprint
import re
import sys
import traceback
import types
import warnings
from collections import deque
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import attrs
import loguru
import pytest
import rich.pretty
import structlog
from IPython.core.ultratb import VerboseTB
from IPython.lib.pretty import pretty
from rich.console import Console
from rich.traceback import Frame, Traceback
from sentry_sdk import Client, Scope
from sentry_sdk.scrubber import EventScrubber
from sentry_sdk.transport import Transport
from sentry_sdk.utils import event_from_exception

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

    from sentry_sdk.envelope import Envelope

# Each is whole in every way to write the rest of it, so that a part is found too. The quote,
# the backslash, the letter and the angle brackets are written in as many ways as there are.
KEY_CORE = "Kanary5f2cKey"
SECRET_CORE = "Sekret91d7Made"
PASSWORD_CORE = "Passw8e3bProxy"
CORES = (KEY_CORE, SECRET_CORE, PASSWORD_CORE)


# Of a key in Latin-1. aiohttp writes UTF-8 alone: its tests have another one.
_LETTERS = ["\xe9"]


def key() -> str:
    """Return the canary key. In a call, no tool shows it beside the line that it stands in."""
    return f'{KEY_CORE}"<\\/{_LETTERS[-1]}+>{KEY_CORE}'


@contextlib.contextmanager
def key_in_ascii() -> Generator[None]:
    """Have a canary key of ASCII alone in the block."""
    _LETTERS.append("e")
    try:
        yield
    finally:
        _LETTERS.pop()


def secret() -> str:
    """Return the canary of what is created."""
    return f"{SECRET_CORE}/+{SECRET_CORE}"


def password() -> str:
    """Return the canary password of proxies and vaults."""
    return f"{PASSWORD_CORE}-{PASSWORD_CORE}"


# What hands on data: a created secret has to be in it where the object holds it.
DATA = frozenset(
    {
        # A dump goes by the attributes, which is where the user reads the secret.
        "dump",
        "rich inspect",
        # They are for another process or another object that is to have the same.
        "pickle",
        "copy dump",
        "asdict dump",
    }
)


# How things are written in bytes, JSON, Python, URLs and HTML, undone. Backslashes may have
# been doubled on the way.
_ESCAPE = re.compile(r"\\+(?:u00|x)([0-9a-fA-F]{2})")


@functools.cache
def _encoded(core: str) -> tuple[str, ...]:
    """Return what no text of a canary in base64 or hex is without, wherever it begins."""
    data = core.encode("ascii")
    shifted = [base64.b64encode(b"\0" * shift + data).decode()[4:-4] for shift in range(3)]
    return (*shifted, data.hex(), core.encode("utf-16-le").decode("latin-1"))


def cores_in(text: str) -> set[str]:
    """Return the canaries of which a text holds a part, however it is written."""
    plain = _ESCAPE.sub(lambda escape: chr(int(escape[1], 16)), text)
    if "&" in plain:
        plain = html.unescape(plain)
    if "%" in plain:
        plain = unquote(plain)
    # Consoles break lines.
    joined = re.sub(r"\s+", "", plain)
    forms = (text, plain, joined)
    return {
        core
        for core in CORES
        if any(core in form for form in forms) or any(code in text for code in _encoded(core))
    }


def hunt(value: object) -> dict[str, set[str]]:
    """Return by canary the surfaces that show it."""
    found: dict[str, set[str]] = {core: set() for core in CORES}
    for surface, text in surfaces(value):
        for core in cores_in(text):
            found[core].add(surface)
    return {core: names for core, names in found.items() if names}


def assert_clean(value: object, *, may_hold_secret: bool = False) -> None:
    """Assert that nothing shows a canary, but for data of what holds a created secret."""
    found = hunt(value)
    if may_hold_secret and SECRET_CORE in found:
        found[SECRET_CORE] -= DATA
    assert not any(found.values()), f"shown of {type(value).__name__}: {found}"


def surfaces(value: object) -> Iterator[tuple[str, str]]:
    """Yield everything that may come to show a value, each with its name."""
    yield from _printed(value)
    yield from _handed_on(value)
    if isinstance(value, BaseException):
        yield from _of_exception(value)


def _printed(value: object) -> Iterator[tuple[str, str]]:
    yield "repr", repr(value)
    yield "str", str(value)
    yield "format", format(value)
    yield "f-string", f"{value!r} {value!s} {value!a}"
    yield "pprint", pprint.pformat([value, {"value": value}])
    yield "json", json.dumps({"value": value}, default=str) + json.dumps([value], default=repr)
    yield "rich pretty", rich.pretty.pretty_repr([value], max_width=1_000)
    yield "rich inspect", _inspected(value)
    yield "IPython pretty", pretty([value])  # type: ignore[no-untyped-call]
    yield "logging", _logged(value)
    yield "structlog", _structured({"event": "shown", "value": value})
    yield "loguru", _told_loguru(value, None)


def _inspected(value: object) -> str:
    console = _console()
    rich.inspect(value, console=console, private=True, docs=False)
    return _text_of(console)


def _console() -> Console:
    return Console(file=io.StringIO(), width=300, color_system=None)


def _text_of(console: Console) -> str:
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def _logged(value: object, error: BaseException | None = None) -> str:
    """Log it as message, argument and extra, through formatters that show all of a record."""
    output = io.StringIO()
    handler = logging.StreamHandler(output)
    logger = logging.Logger("application")  # noqa: LOG001 - nobody else is to have it
    logger.addHandler(handler)
    for layout in ("%(message)s %(value)s", None):
        if layout is None:
            handler.format = lambda record: f"{vars(record)!r}"  # type: ignore[method-assign]
        else:
            handler.setFormatter(logging.Formatter(layout))
        logger.error("%s %r", value, value, extra={"value": value}, exc_info=error)
        logger.error(value, extra={"value": value}, exc_info=error)
    return output.getvalue()


def _structured(event: dict[str, Any]) -> str:
    renderers: list[Any] = [
        structlog.processors.JSONRenderer(),
        structlog.processors.KeyValueRenderer(),
        structlog.processors.LogfmtRenderer(),
        structlog.dev.ConsoleRenderer(colors=False),
    ]
    return "\n".join(str(render(None, "error", dict(event))) for render in renderers)


_told: list[str] = []
# It would print to stderr.
loguru.logger.remove()
for _serialize in (False, True):
    loguru.logger.add(
        _told.append,
        diagnose=True,
        backtrace=False,
        serialize=_serialize,
        format="{message} {extra}",
    )


def _told_loguru(value: object, error: BaseException | None) -> str:
    _told.clear()
    logger = loguru.logger.bind(value=value).opt(exception=error)
    logger.error("{} {!r}", value, value)  # noqa: PLE1205 - loguru's own format
    return "\n".join(_told)


@attrs.frozen
class AttrsHolder:
    """A class of an application's that has what is hunted in it."""

    value: object


@dataclasses.dataclass
class DataclassHolder:
    """The same."""

    value: object


def _handed_on(value: object) -> Iterator[tuple[str, str]]:
    yield "dump", dump(value)
    for protocol in (0, pickle.HIGHEST_PROTOCOL):
        with contextlib.suppress(TypeError, AttributeError, pickle.PicklingError):
            data = pickle.dumps(value, protocol)
            yield "pickle", data.decode("latin-1")
            if protocol:
                yield "pickled copy", repr(pickle.loads(data))
    copies = [copy.copy(value)]
    with contextlib.suppress(TypeError):
        copies.append(copy.deepcopy(value))
    for copied in copies:
        yield "copy", f"{copied!r} {copied}"
        yield "copy dump", dump(copied)
    as_dicts: list[object] = [attrs.asdict(AttrsHolder(value))]
    with contextlib.suppress(TypeError):
        as_dicts.append(dataclasses.asdict(DataclassHolder(value)))
    yield "holder", f"{AttrsHolder(value)} {DataclassHolder(value)}"
    yield "asdict dump", f"{as_dicts} {dump(as_dicts)}"


# What a dump that is of use stays out of.
_LEAVES = (
    types.ModuleType,
    type,
    types.FunctionType,
    types.BuiltinFunctionType,
    types.FrameType,
    types.CodeType,
    types.TracebackType,
    types.CoroutineType,
    types.GeneratorType,
    types.AsyncGeneratorType,
    asyncio.AbstractEventLoop,
    asyncio.Future,
    int,
    float,
)
_DEEPEST = 25
_MOST_NODES = 100_000


def dump(value: object) -> str:
    """Return everything that is found by going through attributes, slots and containers."""
    lines: list[str] = []
    seen: dict[int, object] = {}
    waiting: deque[tuple[str, object, int]] = deque([("", value, 0)])
    while waiting:
        path, one, depth = waiting.popleft()
        if id(one) in seen:
            continue
        seen[id(one)] = one
        assert len(seen) < _MOST_NODES, f"no end to it: {path}"
        with contextlib.suppress(Exception):
            lines.append(f"{path}: {_leaf(one)}")
        if depth < _DEEPEST:
            waiting.extend((f"{path}{name}", part, depth + 1) for name, part in _parts(one))
    return "\n".join(lines)


def _leaf(value: object) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value).decode("latin-1")
    return repr(value)


def _parts(value: object) -> Iterator[tuple[str, object]]:
    if value is None or isinstance(value, (*_LEAVES, str, bytes, bytearray, memoryview)):
        return
    if isinstance(value, functools.partial):
        yield from (("()", value.args), (".keywords", value.keywords))
    if isinstance(value, types.MethodType):
        yield ".__self__", value.__self__
        return
    # Changed by another thread, perhaps.
    with contextlib.suppress(Exception):
        if isinstance(value, Mapping):
            for name, item in [*value.items()]:
                yield f"[{name!r:.40}]", item
                yield "{}", name
        elif isinstance(value, list | tuple | AbstractSet | deque):
            yield from ((f"[{number}]", item) for number, item in enumerate([*value]))
    if isinstance(value, BaseException):
        yield ".args", value.args
        yield from ((f".{name}", getattr(value, name)) for name in ("__cause__", "__context__"))
    yield from _attributes(value)


def _attributes(value: object) -> Iterator[tuple[str, object]]:
    names = [*getattr(value, "__dict__", ())]
    for kind in type(value).__mro__:
        slots = vars(kind).get("__slots__", ())
        names += [slots] if isinstance(slots, str) else [*slots]
        names += [field.name for field in vars(kind).get("__attrs_attrs__", ())]
        names += [*vars(kind).get("__dataclass_fields__", ())]
    for name in dict.fromkeys(names):
        private = name.startswith("__") and not name.endswith("__")
        for kind in type(value).__mro__ if private else (type(value),):
            mangled = f"_{kind.__name__.lstrip('_')}{name}" if private else name
            with contextlib.suppress(Exception):
                yield f".{mangled}", getattr(value, mangled)


def _of_exception(error: BaseException) -> Iterator[tuple[str, str]]:
    told = (type(error), error, error.__traceback__)
    yield "traceback", "".join(traceback.format_exception(error))
    shown = traceback.TracebackException.from_exception(error, capture_locals=True)
    yield "traceback locals", "".join(shown.format())
    yield "rich traceback", _rich_traceback(error)
    yield "IPython traceback", _ipython_traceback(error)
    yield "pytest traceback", _pytest_traceback(error)
    yield "sentry", _event(event_from_exception(told, client_options=_sentry.options))
    yield "logging exception", _logged(error, error)
    structured = {"event": "failed", "error": error, "exc_info": told}
    for render in _EXCEPTION_RENDERERS:
        yield "structlog exception", json.dumps(render(None, "error", {**structured}), default=repr)
    yield "loguru exception", _told_loguru(error, error)
    for frame in frames_of(error):
        yield "frames", pprint.pformat(frame.f_locals)


_EXCEPTION_RENDERERS: list[Callable[[Any, str, dict[str, Any]], Any]] = [
    structlog.processors.ExceptionRenderer(),
    structlog.processors.ExceptionRenderer(
        structlog.tracebacks.ExceptionDictTransformer(show_locals=True, locals_max_string=10_000)
    ),
]


def frames_of(error: BaseException) -> Iterator[types.FrameType]:
    """Yield the frames that an exception and what led to it came through."""
    seen: set[int] = set()
    waiting: list[BaseException | None] = [error]
    while waiting:
        one = waiting.pop()
        if one is None or id(one) in seen:
            continue
        seen.add(id(one))
        for frame, _ in traceback.walk_tb(one.__traceback__):
            yield frame
        waiting += [one.__cause__, one.__context__]
        if isinstance(one, BaseExceptionGroup):
            waiting += one.exceptions


def _rich_traceback(error: BaseException) -> str:
    """Return what rich shows but for the source lines, which take long to colour."""
    extracted = Traceback.extract(
        type(error),
        error,
        error.__traceback__,
        show_locals=True,
        locals_max_length=1_000,
        locals_max_string=10_000,
        locals_hide_dunder=False,
        locals_hide_sunder=False,
    )
    shown: list[str] = []
    for stack in extracted.stacks:
        shown += [str(stack.exc_type), str(stack.exc_value), *stack.notes]
        shown += [f"{name} = {node}" for frame in stack.frames for name, node in _locals(frame)]
    return "\n".join(shown)


def _locals(frame: Frame) -> list[tuple[str, rich.pretty.Node]]:
    return [*(frame.locals or {}).items()]


def _ipython_traceback(error: BaseException) -> str:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tool = VerboseTB(theme_name="nocolor", include_vars=True)
        return tool.text(type(error), error, error.__traceback__)


def _pytest_traceback(error: BaseException) -> str:
    if error.__traceback__ is None:
        return ""
    info = pytest.ExceptionInfo.from_exception(error)
    return str(info.getrepr(showlocals=True, style="long", truncate_locals=False))


class _Kept(Transport):
    """Keeps what would be sent."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[str] = []

    def capture_envelope(self, envelope: Envelope) -> None:
        self.sent.append(envelope.serialize().decode("utf-8"))


_kept = _Kept()
_sentry: Any = Client(
    dsn="http://public@127.0.0.1:1/1",
    transport=_kept,
    default_integrations=False,
    include_local_variables=True,
    attach_stacktrace=True,
    max_value_length=100_000,
    # It would mask what is called like a secret, and the hunt would find less.
    event_scrubber=EventScrubber(denylist=[], pii_denylist=[]),
)


def _event(told: Any) -> str:
    event, hint = told
    _kept.sent.clear()
    _sentry.capture_event(event, hint, scope=Scope(client=_sentry))
    assert len(_kept.sent) == 1
    return _kept.sent[0]


def stack_here(outermost: str) -> Iterator[tuple[str, str]]:
    """Yield what shows the frames of a call in flight, up to the function of that name."""
    frame: types.FrameType | None = sys._getframe(1)
    stack: list[types.FrameType] = []
    while frame is not None and frame.f_code.co_name != outermost:
        stack.append(frame)
        frame = frame.f_back
    assert frame is not None
    summary = traceback.StackSummary.extract(
        ((one, one.f_lineno) for one in stack), capture_locals=True
    )
    yield "stack locals", "".join(summary.format())
    for one in stack:
        yield "stack frames", pprint.pformat(one.f_locals)
    _kept.sent.clear()
    _sentry.capture_event({"message": "seen"}, scope=Scope(client=_sentry))
    yield "stack sentry", _kept.sent[0]
