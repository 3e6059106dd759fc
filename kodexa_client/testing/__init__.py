"""What a test needs to run code that uses `kodexa_client`, with no account and no network.

Needs the extra `testing`: `pip install 'kodexa-client[testing]'`. Nothing in
`kodexa_client` imports this package. Each name is imported when it is first used (PEP 562):
pytest loads the plugin here in every test session.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ._document import DocumentDepartureError
    from ._json import JsonValue
    from ._platform import FakePlatform
    from ._records import CreatedToken, ReceivedRequest
    from ._scripts import Script
    from ._waiting import no_sleep

__all__ = [
    "CreatedToken",
    "DocumentDepartureError",
    "FakePlatform",
    "JsonValue",
    "ReceivedRequest",
    "Script",
    "no_sleep",
]

_MODULES = {
    "CreatedToken": "_records",
    "DocumentDepartureError": "_document",
    "FakePlatform": "_platform",
    "JsonValue": "_json",
    "ReceivedRequest": "_records",
    "Script": "_scripts",
    "no_sleep": "_waiting",
}


def __getattr__(name: str) -> object:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        module = import_module(f".{_MODULES[name]}", __name__)
    except ModuleNotFoundError as error:
        # One of our own modules missing is a broken installation; the extra would not mend it.
        if error.name is None or error.name.partition(".")[0] == "kodexa_client":
            raise
        message = (
            f"kodexa_client.testing.{name} needs {error.name!r}, which is not installed: "
            "pip install 'kodexa-client[testing]'"
        )
        raise ImportError(message, name=error.name) from error
    globals()[name] = value = getattr(module, name)
    return value


def __dir__() -> list[str]:
    special = {name for name in globals() if name.startswith("__")}
    return sorted({*special, *__all__})
