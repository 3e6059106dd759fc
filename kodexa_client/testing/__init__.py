"""What a test needs to run code that uses `kodexa_client`, with no account and no network.

Needs the extra `testing`: `pip install 'kodexa-client[testing]'`. Nothing in
`kodexa_client` imports this package.
"""

try:
    from ._document import DocumentDepartureError
    from ._json import JsonValue
    from ._platform import FakePlatform
    from ._records import CreatedToken, ReceivedRequest
except ModuleNotFoundError as error:
    # One of our own modules missing is a broken installation; the extra would not mend it.
    if error.name is None or error.name.partition(".")[0] == "kodexa_client":
        raise
    message = (
        f"kodexa_client.testing needs {error.name!r}, which is not installed: "
        "pip install 'kodexa-client[testing]'"
    )
    raise ImportError(message, name=error.name) from error

__all__ = [
    "CreatedToken",
    "DocumentDepartureError",
    "FakePlatform",
    "JsonValue",
    "ReceivedRequest",
]
