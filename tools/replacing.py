"""Puts a fresh package in the place of the old one, in one step that can't be half done."""

from __future__ import annotations

import contextlib
import ctypes
import errno
import fcntl
import os
import shutil
from typing import TYPE_CHECKING

from .document import DocumentError
from .rendering import GENERATED_FOLDERS

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

__all__ = ["alone", "replace"]

_LOCK = ".generate.lock"
_TEMPORARY = ".generated-*"
_ASIDE = ".aside"

# renameat2(2): both names are relative to the working folder, and are exchanged.
_AT_FDCWD = -100
_RENAME_EXCHANGE = 2


@contextlib.contextmanager
def alone(root: Path) -> Generator[None]:
    """Keep other runs in a project away, and remove what a run that was killed left behind.

    Raises:
        DocumentError: Another run is at work.
    """
    with (root / _LOCK).open("w") as lock:
        try:
            # The lock goes with the process, however that ends.
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise DocumentError("Another `make generate` is at work here: wait for it.") from None
        for leftover in root.glob(_TEMPORARY):
            _put_back(leftover, root)
            shutil.rmtree(leftover, ignore_errors=True)
        yield


def replace(package: Path, fresh: Path) -> None:
    """Exchange a package for a fresh one.

    The two folders change places in one step, so that whoever looks, and whatever ends
    this process, finds the old package or the new one. Hand-written modules that were
    saved while the fresh one was made are taken over.

    Args:
        package: The package in use.
        fresh: The one that takes its place, on the same file system. The old one is there
            afterwards.
    """
    try:
        _exchange(package, fresh)
    except OSError as error:
        if error.errno not in {errno.ENOSYS, errno.EINVAL, errno.EXDEV, errno.EOPNOTSUPP}:
            raise
        _exchange_in_steps(package, fresh)
    _take_over(package, old=fresh)


def _exchange_in_steps(package: Path, fresh: Path) -> None:
    """Exchange two folders where the system or the file system can't do it in one step.

    A process that ends in between leaves the old package aside, and the next run puts it
    back.
    """
    aside = fresh.with_name(f"{fresh.name}{_ASIDE}")
    package.rename(aside)
    try:
        fresh.rename(package)
    except BaseException:
        aside.rename(package)
        raise
    aside.rename(fresh)


def _put_back(leftover: Path, root: Path) -> None:
    """Put a package back that a run was ended before it could replace."""
    for aside in leftover.glob(f"*{_ASIDE}"):
        package = root / aside.name.removesuffix(_ASIDE)
        if not package.exists():
            aside.rename(package)


def _exchange(one: Path, other: Path) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    rename = getattr(libc, "renameat2", None)
    if rename is None:
        raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS))
    if rename(_AT_FDCWD, bytes(one), _AT_FDCWD, bytes(other), _RENAME_EXCHANGE):
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def _take_over(package: Path, *, old: Path) -> None:
    """Link the hand-written files that are newer in the old package than in the new one."""
    for path in old.rglob("*"):
        relative = path.relative_to(old)
        if not path.is_file() or relative.parts[0] in GENERATED_FOLDERS:
            continue
        target = package / relative
        if "__pycache__" in relative.parts or (target.exists() and target.samefile(path)):
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        path.replace(target)
