"""The profiles of the vendor's command line tool: an instance of the platform, and its key.

The file is ``~/.kodexa/config.yaml``, with ``currentProfile`` and
``profiles: {name: {url, apiKey}}`` in it.
"""

from __future__ import annotations

import errno
import os
import stat
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attrs import frozen

from ._callers import level_of_caller
from ._excerpts import printable
from ._hidden import Hidden
from .errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Profile", "load_profile", "read_profile"]

_FILE = "~/.kodexa/config.yaml"
# Some hundred profiles. Reading a file that is made for it takes seconds for each megabyte.
_LARGEST_FILE_BYTES = 64 * 1024
# How a plain scalar says that there is nothing: base types leave it a string.
_NOTHING = frozenset({"", "~", "null", "Null", "NULL"})
_READABLE_BY_OTHERS = stat.S_IRWXG | stat.S_IRWXO


@frozen
class Profile:
    """What a profile says; either may be missing.

    Attributes:
        url: Where the platform is.
        api_key: The key.
    """

    url: str | None
    api_key: Hidden[str] | None


def load_profile(name: str) -> Profile:
    """Read a profile from the home directory's file.

    Args:
        name: The profile's name.

    Raises:
        ConfigurationError: There is no such file or profile, or it can't be read. The
            text holds nothing of the file but the names of profiles.
    """
    try:
        path = Path.home() / ".kodexa" / "config.yaml"
        with open(path, "rb", opener=_open_without_waiting) as file:
            mode = os.fstat(file.fileno()).st_mode
            if not stat.S_ISREG(mode):
                raise OSError(errno.EINVAL, "it is no file")  # noqa: TRY301 - told as the others
            _warn_of_readers(mode)
            content = file.read(_LARGEST_FILE_BYTES + 1)
    except (OSError, RuntimeError) as error:
        problem = error.strerror if isinstance(error, OSError) else "there is no home directory"
    else:
        return read_profile(content, name)
    raise ConfigurationError(f"The profile {name!r} is asked for, but {_FILE}: {problem}.")


def _open_without_waiting(path: str, flags: int) -> int:
    # A pipe would wait for somebody to write into it.
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def _warn_of_readers(mode: int) -> None:
    # Windows has no such modes, and shows ones that mean nothing.
    if os.name != "nt" and mode & _READABLE_BY_OTHERS:
        warnings.warn(
            f"{_FILE} holds API keys, and its mode {stat.S_IMODE(mode):04o} lets other users at "
            f"it: chmod 600 {_FILE}",
            UserWarning,
            stacklevel=level_of_caller(),
        )


def read_profile(content: bytes, name: str) -> Profile:
    """Find a profile in a file's content.

    Args:
        content: The file's content, in YAML 1.2.
        name: The profile's name.

    Raises:
        ConfigurationError: As for ``load_profile``.
    """
    profiles = _mapping(_mapping(_parse(content)).get("profiles"))
    if name not in profiles:
        names = printable(", ".join(repr(str(one)) for one in profiles)) or "none"
        raise ConfigurationError(f"{_FILE} has no profile {name!r}. Its profiles: {names}.")
    profile = _mapping(profiles[name])
    url, api_key = _text(profile, "url", name), _text(profile, "apiKey", name)
    others = [repr(str(key)) for key in profile if key not in {"url", "apiKey"}]
    if api_key is not None and url is None and others:
        # One of them may be meant for it. Without a URL, the key is for the vendor's own instance.
        raise ConfigurationError(
            f"The profile {name!r} in {_FILE} has no url, but {printable(', '.join(others))}: give "
            "its url, or take them out."
        )
    return Profile(url, None if api_key is None else Hidden(api_key))


def _parse(content: bytes) -> object:
    try:
        # Imported here, since it comes with the extra alone.
        from ruamel.yaml import YAML  # noqa: PLC0415
        from ruamel.yaml.error import YAMLError  # noqa: PLC0415
    except ImportError:
        problem = "needs ruamel.yaml to be read: install that, or this package's extra 'profiles'"
    else:
        if len(content) > _LARGEST_FILE_BYTES:
            problem = f"is larger than {_LARGEST_FILE_BYTES} bytes"
        else:
            try:
                # Of this type all scalars are strings: a key of digits stays what it is.
                yaml = YAML(typ="base", pure=True)
                # The warning quotes the file.
                yaml.composer.warn_double_anchors = False
                return yaml.load(content.decode("utf-8-sig"))
            # A ValueError, UnicodeDecodeError among them, and others come from odd input.
            except (YAMLError, ValueError, TypeError, AttributeError, LookupError, AssertionError):
                problem = "is not YAML in UTF-8"
            except RecursionError:
                problem = "is nested too deeply"
    # Raised here, where the exception that quotes the file is not its context.
    raise ConfigurationError(f"{_FILE} {problem}.")


def _mapping(value: object) -> Mapping[Any, Any]:
    if value is None or (isinstance(value, str) and value in _NOTHING):
        return {}
    if not isinstance(value, dict):
        raise ConfigurationError(
            f"{_FILE} is not what it should be: profiles: {{NAME: {{url: ..., apiKey: ...}}}}."
        )
    # Merged in by some readers. Without its url, a key would go to the vendor's own instance.
    if "<<" in value:
        raise ConfigurationError(f"{_FILE} uses <<, which is not read here: write out what it is.")
    return value


def _text(profile: Mapping[Any, Any], key: str, name: str) -> str | None:
    value = profile.get(key, "")
    if not isinstance(value, str):
        raise ConfigurationError(f"The {key} of the profile {name!r} in {_FILE} is not a string.")
    return None if value in _NOTHING else value
