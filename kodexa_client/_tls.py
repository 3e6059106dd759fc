"""The settings of TLS, shared by all clients that have the same ones: making them is slow."""

from __future__ import annotations

import os
import ssl
from functools import lru_cache
from pathlib import Path

import httpx

from .errors import ConfigurationError

__all__ = ["tls_context"]

# Some 18 ms each; few programs have more than one.
_MOST_CONTEXTS = 16


def tls_context(verify: ssl.SSLContext | str | os.PathLike[str] | None) -> ssl.SSLContext:
    """Return the context that a client connects with.

    Args:
        verify: A context, which is used as it is; a file of certificates of authorities,
            in PEM, to trust instead of the usual ones; or None for those, and what
            ``SSL_CERT_FILE`` and ``SSL_CERT_DIR`` name.

    Raises:
        ConfigurationError: It is something else, or the file can't be read.
    """
    if isinstance(verify, ssl.SSLContext):
        return verify
    if verify is None:
        return _default_context(os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR"))
    if isinstance(verify, bool) or not isinstance(verify, str | os.PathLike):
        raise ConfigurationError(
            "verify has to be an ssl.SSLContext, or the path of a file of certificates of "
            "authorities. Only a context can switch verification off."
        )
    try:
        path = Path(verify)
        # A file that was replaced is another one.
        status = path.stat()
        changes = (status.st_dev, status.st_ino, status.st_mtime_ns, status.st_size)
        # Never an empty string, which ssl takes for none.
        return _context_of_file(str(path), changes)
    except (OSError, ValueError, TypeError) as error:
        # SSLError is an OSError: there is no certificate in it.
        reason = type(error).__name__
    raise ConfigurationError(
        f"verify is not a file of certificates in PEM that can be read ({reason})."
    )


@lru_cache(_MOST_CONTEXTS)
def _default_context(_cert_file: str | None, _cert_dir: str | None) -> ssl.SSLContext:
    return httpx.create_ssl_context()


@lru_cache(_MOST_CONTEXTS)
def _context_of_file(path: str, _changes: tuple[int, ...]) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=path)
