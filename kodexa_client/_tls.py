"""The settings of TLS: made when a connection needs them, and shared by all that are equal."""

from __future__ import annotations

import os
import ssl
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

import httpx

from .errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["tls_context"]

# Reading the usual authorities takes some 18 ms; few programs have more than one of these.
_MOST_CONTEXTS = 16


def tls_context(
    verify: ssl.SSLContext | str | os.PathLike[str] | None,
) -> Callable[[], ssl.SSLContext]:
    """Return what gives the context that a client connects with.

    A file that is given is read at once, so that the client can tell of one that is none. What
    is usual, or the environment's, is read when it is asked for.

    Args:
        verify: A context, which is used as it is; a file of certificates of authorities,
            in PEM, to trust instead of the usual ones; or None for what
            ``SSL_CERT_FILE`` or ``SSL_CERT_DIR`` names, or for certifi's.

    Raises:
        ConfigurationError: It is something else, or the file can't be read.
    """
    if isinstance(verify, ssl.SSLContext):
        return partial(_given, verify)
    if verify is None:
        # As httpx reads them, and as they are when the client is made.
        if file := os.environ.get("SSL_CERT_FILE"):
            return partial(_context_of, Path(file).absolute(), "SSL_CERT_FILE")
        folder = os.environ.get("SSL_CERT_DIR")
        return partial(_usual, Path(folder).absolute() if folder else None)
    if isinstance(verify, bool) or not isinstance(verify, str | os.PathLike):
        raise ConfigurationError(
            "verify has to be an ssl.SSLContext, or the path of a file of certificates of "
            "authorities. Only a context can switch verification off."
        )
    return partial(_given, _context_of(verify, "verify"))


def _given(context: ssl.SSLContext) -> ssl.SSLContext:
    return context


def _usual(folder: Path | None) -> ssl.SSLContext:
    try:
        return _usual_context(folder)
    except OSError as error:
        reason = type(error).__name__
    raise ConfigurationError(
        f"The usual certificates can't be read ({reason}): give a file of certificates as verify."
    )


def _context_of(file: str | os.PathLike[str], source: str) -> ssl.SSLContext:
    try:
        path = Path(file)
        # A file that was replaced is another one.
        status = path.stat()
        changes = (status.st_dev, status.st_ino, status.st_mtime_ns, status.st_size)
        # Never an empty string, which ssl takes for none.
        return _context_of_file(str(path), changes)
    except (OSError, ValueError, TypeError) as error:
        # SSLError is an OSError: there is no certificate in it.
        reason = type(error).__name__
    raise ConfigurationError(
        f"{source} is not a file of certificates in PEM that can be read ({reason})."
    )


@lru_cache(_MOST_CONTEXTS)
def _usual_context(folder: Path | None) -> ssl.SSLContext:
    if folder is not None:
        return ssl.create_default_context(capath=folder)
    return httpx.create_ssl_context(trust_env=False)


@lru_cache(_MOST_CONTEXTS)
def _context_of_file(path: str, _changes: tuple[int, ...]) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=path)
