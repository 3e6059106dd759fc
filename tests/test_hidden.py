"""Values that no printer, dump or walk through attributes finds."""

from __future__ import annotations

import copy
import inspect
import json
import pickle
import pprint
import traceback
from types import FunctionType
from typing import TYPE_CHECKING, Any, get_type_hints

import pytest

from kodexa_client import AsyncKodexaClient, ConfigurationError, KodexaClient
from kodexa_client._auth import ApiKey
from kodexa_client._hidden import Hidden, drop_inner_frames, hiding_arguments
from kodexa_client._providers import ProvidedKey

if TYPE_CHECKING:
    from collections.abc import Callable

SECRET = "canary-secret-5f2c"


def walk(value: object, seen: set[int]) -> str:
    """Show an object and all that its attributes and items lead to, but not what code holds."""
    if id(value) in seen or isinstance(value, FunctionType | type):
        return ""
    seen.add(id(value))
    found = [repr(value), str(value)]
    if isinstance(value, dict):
        found += [walk(one, seen) for pair in value.items() for one in pair]
    elif isinstance(value, list | tuple | set | frozenset):
        found += [walk(one, seen) for one in value]
    else:
        names = {*getattr(value, "__dict__", {})}
        for kind in type(value).__mro__:
            slots = getattr(kind, "__slots__", ())
            names |= {slots} if isinstance(slots, str) else {*slots}
        found += [walk(getattr(value, name, None), seen) for name in names]
    return "\n".join(found)


@pytest.mark.parametrize(
    "holder",
    [Hidden(SECRET), ApiKey(SECRET), ProvidedKey(Hidden(SECRET).reveal)],
    ids=lambda holder: type(holder).__name__,
)
def test_a_walk_through_all_attributes_does_not_find_the_value(holder: object) -> None:
    assert SECRET not in walk(holder, set())
    assert SECRET not in pprint.pformat(holder)
    assert SECRET not in json.dumps(holder, default=lambda one: getattr(one, "__dict__", str(one)))


def test_a_walk_would_find_a_value_that_is_not_hidden() -> None:
    class Slotted:
        __slots__ = ("value",)

        def __init__(self) -> None:
            self.value = {"a": [SECRET]}

    assert SECRET in walk([Slotted()], set())


def test_who_asks_for_the_value_gets_it() -> None:
    value = object()

    assert Hidden(value).reveal() is value


def test_a_hidden_value_has_no_attributes_but_a_function() -> None:
    hidden = Hidden(SECRET)

    assert not hasattr(hidden, "__dict__")
    assert isinstance(hidden.reveal, FunctionType)
    assert f"{hidden} {hidden!r}" == "'***' '***'"


@pytest.mark.parametrize("escape", [pickle.dumps, copy.copy, copy.deepcopy])
def test_a_hidden_value_is_neither_pickled_nor_copied(escape: Callable[[object], object]) -> None:
    with pytest.raises(TypeError, match="not pickled") as caught:
        escape([Hidden(SECRET)] if escape is not copy.copy else Hidden(SECRET))

    assert SECRET not in str(caught.value)


def shown(error: BaseException) -> str:
    """Show an exception as a tool does that prints the local variables of every frame."""
    frames = traceback.TracebackException.from_exception(error, capture_locals=True)
    return "".join(frames.format())


def raised_by(function: Callable[..., object], *args: Any, **kwargs: Any) -> BaseException:
    """Return what a function raises, without the frame of this one, which has the arguments."""
    raised: BaseException = AssertionError("It raises nothing.")
    try:
        function(*args, **kwargs)
    except BaseException as error:  # noqa: BLE001 - whatever it is
        raised = error
    assert raised.__traceback__ is not None
    raised.__traceback__ = raised.__traceback__.tb_next
    return raised


def refuse(api_key: str, *, times: int = 1) -> str:
    """Refuse whatever it is.

    What is raised has a cause that has the argument too.
    """
    local = [api_key] * times
    try:
        int(local[0] and "x")
    except ValueError as error:
        raise ConfigurationError("It is refused.") from error
    return local[0]


def test_a_traceback_has_no_frame_with_the_arguments() -> None:
    assert SECRET in shown(raised_by(refuse, SECRET))

    error = raised_by(hiding_arguments(refuse), SECRET, times=2)

    assert type(error) is ConfigurationError
    assert str(error) == "It is refused."
    assert type(error.__cause__) is ValueError
    assert SECRET not in shown(error)
    # Versions of Python differ in whether that one is there.
    assert {frame.name for frame in traceback.extract_tb(error.__traceback__)} <= {"hiding"}


def test_what_is_raised_in_the_place_of_another_exception_hides_that_ones_frames_too() -> None:
    @hiding_arguments
    def replace(api_key: str) -> None:
        try:
            int(api_key and "x")
        except ValueError:
            raise ConfigurationError("It is refused.") from None

    context = raised_by(replace, SECRET).__context__

    assert isinstance(context, ValueError)
    assert context.__traceback__ is None


@pytest.mark.parametrize(
    ("args", "kwargs"),
    [((), {"api_kye": SECRET}), ((SECRET, SECRET), {}), ((SECRET,), {"api_key": SECRET})],
    ids=["unknown name", "too many", "twice"],
)
def test_arguments_that_python_itself_refuses_are_not_shown_either(args: Any, kwargs: Any) -> None:
    error = raised_by(hiding_arguments(refuse), *args, **kwargs)

    assert type(error) is TypeError
    assert "refuse()" in str(error)
    assert SECRET not in shown(error)


def test_what_was_being_handled_keeps_its_frames() -> None:
    hiding, handled = hiding_arguments(refuse), ValueError()
    try:
        raise handled
    except ValueError:
        error = raised_by(hiding, SECRET)

    assert handled.__traceback__ is not None
    assert error.__context__ is not None
    assert error.__context__.__context__ is handled


def test_a_function_that_hides_its_arguments_does_as_before() -> None:
    @hiding_arguments
    def double(value: int, *, times: int = 2) -> int:
        return value * times

    assert (double(2), double(2, times=5)) == (4, 10)


def test_a_function_that_hides_its_arguments_looks_as_before() -> None:
    hiding = hiding_arguments(refuse)

    assert inspect.signature(hiding) == inspect.signature(refuse)
    assert get_type_hints(hiding) == get_type_hints(refuse)
    assert (hiding.__name__, hiding.__qualname__, hiding.__module__, hiding.__doc__) == (
        refuse.__name__,
        refuse.__qualname__,
        refuse.__module__,
        refuse.__doc__,
    )


@pytest.mark.parametrize(
    "settings",
    [
        {"api_key": f"{SECRET}\n"},
        {"api_key": [SECRET]},
        {"api_key": SECRET, "timeout": -1},
        {"api_key": SECRET, "base_url": "kodexa"},
        {"api_key": SECRET, "http_client": object()},
        {"api_kye": SECRET},
    ],
    ids=["line break", "list", "timeout", "base_url", "http_client", "unknown name"],
)
def test_a_client_that_can_not_be_made_does_not_show_its_key(
    client_class: Any, settings: dict[str, Any]
) -> None:
    error = raised_by(client_class, **settings)

    assert isinstance(error, TypeError | ConfigurationError)
    assert SECRET not in shown(error)


@pytest.mark.parametrize("change", ["set_api_key", "with_options"])
def test_a_key_that_is_refused_later_is_not_shown_either(client_class: Any, change: str) -> None:
    client = client_class(api_key=SECRET, base_url="https://kodexa.test")
    client._made_at = None

    error = raised_by(getattr(client, change), api_key=f"{SECRET}\n")

    assert isinstance(error, ConfigurationError)
    assert SECRET not in shown(error)


@pytest.mark.parametrize("method", ["__init__", "set_api_key", "with_options"])
def test_an_editor_sees_what_a_client_takes(client_class: Any, method: str) -> None:
    parameters = inspect.signature(getattr(client_class, method)).parameters

    assert "api_key" in parameters
    assert not {"args", "kwargs"} & {*parameters}


def test_both_clients_take_the_same_settings() -> None:
    taken = [[*inspect.signature(one).parameters] for one in (AsyncKodexaClient, KodexaClient)]

    # Without an event loop there is one engine.
    assert taken[0] == [*taken[1], "engine"]


def chained(handled: BaseException | None) -> KeyboardInterrupt:
    """Return an interruption with a cause and a context, each of which came through a frame."""
    first = raised_by(int, "x")
    cause = raised_by(refuse, SECRET)
    first.__context__ = handled
    interruption = KeyboardInterrupt()
    interruption.__cause__, interruption.__context__ = cause, first
    for one in (interruption, first):
        one.__traceback__ = cause.__traceback__
    return interruption


def test_an_interruption_loses_its_frames_and_those_of_all_that_led_to_it() -> None:
    interruption = chained(None)
    cause, first = interruption.__cause__, interruption.__context__

    drop_inner_frames(interruption, None)

    assert cause is not None
    assert first is not None
    assert [one.__traceback__ for one in (interruption, cause, first)] == [None] * 3
    assert (interruption.__cause__, interruption.__context__) == (cause, first)


def test_what_was_being_handled_before_an_interruption_stays_with_all_that_led_to_it() -> None:
    handled = raised_by(refuse, SECRET)
    interruption = chained(handled)

    drop_inner_frames(interruption, handled)

    first = interruption.__context__
    assert first is not None
    assert first.__traceback__ is None
    assert first.__context__ is handled
    assert handled.__traceback__ is not None
    assert handled.__cause__ is not None
    assert handled.__cause__.__traceback__ is not None


def test_exceptions_that_lead_to_each_other_have_an_end() -> None:
    one, other = KeyboardInterrupt(), ValueError()
    one.__context__, other.__context__ = other, one

    drop_inner_frames(one, None)

    assert (one.__context__, other.__context__) == (other, one)


def test_an_interruption_loses_the_frames_of_all_that_are_in_its_groups() -> None:
    inner, outer = raised_by(refuse, SECRET), raised_by(refuse, SECRET)
    assert isinstance(inner, Exception)
    group = BaseExceptionGroup("outer", [outer, ExceptionGroup("inner", [inner])])
    causes = [inner.__cause__, outer.__cause__]

    drop_inner_frames(group, None)

    for one in (inner, outer, *causes):
        assert one is not None
        assert one.__traceback__ is None
    assert SECRET not in shown(group)


def test_what_was_being_handled_keeps_its_frames_in_a_group_too() -> None:
    handled = raised_by(refuse, SECRET)

    drop_inner_frames(BaseExceptionGroup("both", [handled, KeyboardInterrupt()]), handled)

    assert handled.__traceback__ is not None


def test_a_client_whose_making_is_interrupted_does_not_show_its_key(
    client_class: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    # It is called with the key already in the frames above.
    monkeypatch.setattr("kodexa_client._settings.resolve_timeout", interrupt)

    error = raised_by(client_class, api_key=SECRET, base_url="https://kodexa.test")

    assert type(error) is KeyboardInterrupt
    assert SECRET not in shown(error)
