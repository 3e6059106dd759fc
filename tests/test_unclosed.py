"""A client that is forgotten warns of it, and tells where it was made."""

from __future__ import annotations

import gc
import inspect
import pickle
import warnings
from typing import TYPE_CHECKING, Any

import pytest

from kodexa_client import AsyncKodexaClient, ConfigurationError, KodexaClient

from .conftest import API_KEY, BASE_URL, close

if TYPE_CHECKING:
    from collections.abc import Callable


class AsyncChild(AsyncKodexaClient):
    """A client of the user's own."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)


class Child(KodexaClient):
    """A client of the user's own."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)


def line_of_the_caller() -> int:
    frame = inspect.currentframe()
    assert frame is not None
    assert frame.f_back is not None
    return frame.f_back.f_lineno


def warned_by(function: Callable[[], object]) -> list[str]:
    """Return the warnings of what a function makes and forgets."""
    # What other tests have left is not looked at.
    gc.freeze()
    try:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            function()
            gc.collect()
    finally:
        gc.unfreeze()
    assert {warning.category for warning in caught} <= {ResourceWarning}
    return [str(warning.message) for warning in caught]


def make(client_class: Any, **settings: Any) -> Any:
    return client_class(api_key=API_KEY, base_url=BASE_URL, **settings)


def test_a_client_that_is_not_closed_warns_of_where_it_was_made(client_class: Any) -> None:
    lines = []

    def forget() -> None:
        client_class(api_key=API_KEY, base_url=BASE_URL)
        lines.append(line_of_the_caller() - 1)

    (warning,) = warned_by(forget)

    assert warning == (
        f"unclosed {client_class.__name__}, made at {__file__}:{lines[0]}: close it, or use it "
        "as a context manager"
    )


@pytest.mark.parametrize("child_class", [AsyncChild, Child])
def test_a_client_of_a_subclass_is_made_where_the_sdk_is_called(child_class: type) -> None:
    (warning,) = warned_by(lambda: make(child_class))

    line = child_class.__init__.__code__.co_firstlineno + 1  # type: ignore[misc]
    assert warning.startswith(f"unclosed {child_class.__name__}, made at {__file__}:{line}:")


def test_a_client_of_a_function_is_made_in_the_function(client_class: Any) -> None:
    (warning,) = warned_by(lambda: make(client_class))

    line = make.__code__.co_firstlineno + 1
    assert f"made at {__file__}:{line}:" in warning


def test_a_client_of_a_program_without_a_file_tells_what_python_knows(client_class: Any) -> None:
    names = {"client_class": client_class, "api_key": API_KEY}
    program = compile("\nclient_class(api_key=api_key)", "<console>", "exec")

    (warning,) = warned_by(lambda: exec(program, names))  # noqa: S102 - it stands above

    assert "made at <console>:2:" in warning


def test_a_client_of_a_python_without_frames_warns_too(
    client_class: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(inspect, "currentframe", lambda: None)
        clients = [make(client_class)]

    (warning,) = warned_by(clients.clear)

    assert "made at an unknown place:" in warning


@pytest.mark.parametrize("is_used", [False, True])
def test_an_unpickled_client_warns_once_it_has_connections(
    client_class: Any, monkeypatch: pytest.MonkeyPatch, *, is_used: bool
) -> None:
    monkeypatch.setenv("KODEXA_API_KEY", "canary-key")
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        client = client_class()
        client._closed = True
        copied = pickle.loads(pickle.dumps(client))
        if is_used:
            assert not copied._transport.is_closed
        del copied
        gc.collect()

    assert [str(one.message).startswith("unclosed ") for one in caught] == [True] * is_used


async def test_a_client_that_is_closed_does_not_warn(client_class: Any) -> None:
    client = make(client_class)
    await close(client)
    clients = [client]
    del client

    assert warned_by(clients.clear) == []


async def test_a_client_that_is_a_context_manager_does_not_warn(client_class: Any) -> None:
    if client_class is KodexaClient:
        with make(client_class) as client:
            clients = [client]
    else:
        async with make(client_class) as client:
            clients = [client]
    del client

    assert warned_by(clients.clear) == []


async def test_a_copy_does_not_warn_whether_it_is_closed_or_not(client_class: Any) -> None:
    client = make(client_class)
    copies = [client.with_options(timeout=5), client.with_options(deadline=5)]
    await close(copies[0])

    assert warned_by(copies.clear) == []
    await close(client)


async def test_closing_a_copy_does_not_close_the_original(client_class: Any) -> None:
    clients = [make(client_class)]
    await close(clients[0].with_options(timeout=5))

    (warning,) = warned_by(clients.clear)

    assert warning.startswith(f"unclosed {client_class.__name__}, made at ")


async def test_a_client_with_an_injected_http_client_does_not_warn(
    client_class: Any, http_client_class: Any
) -> None:
    http_client = http_client_class()

    assert warned_by(lambda: make(client_class, http_client=http_client)) == []
    if client_class is KodexaClient:
        http_client.close()
    else:
        await http_client.aclose()


@pytest.mark.parametrize(
    "settings",
    [
        {"timeout": -1},
        {"base_url": "ftp://kodexa.test"},
        {"api_key": ""},
        {"http_client": "none"},
        {"retry_policy": None},
        {"default_headers": {"x-api-key": "k"}},
    ],
    ids=repr,
)
def test_a_client_that_could_not_be_made_does_not_warn(
    client_class: Any, settings: dict[str, Any]
) -> None:
    def fail() -> None:
        with pytest.raises((ConfigurationError, TypeError)):
            client_class(**{"api_key": API_KEY, "base_url": BASE_URL} | settings)

    assert warned_by(fail) == []


def test_a_client_whose_proxy_could_not_be_used_does_not_warn(
    client_class: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "ftp://proxy.test")

    def fail() -> None:
        with pytest.raises(ConfigurationError):
            make(client_class)

    assert warned_by(fail) == []
