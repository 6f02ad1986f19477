"""What we may not read or write, and why, as far as the system tells."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from penstock.errors import StoreReadOnly

#: What to do about a home that is somebody else's, or can't be written.
HOME_OF_YOUR_OWN: Final = "change its rights, or set PENSTOCK_HOME to a folder of your own"

_EFFECTIVE: Final = os.access in os.supports_effective_ids


def barred(path: Path, *, write: bool) -> str | None:
    """Why a file or a folder that is there can't be read, or be written; None where it can, and for what is missing."""
    try:
        folder = path.is_dir()
        status = path.stat()
    except PermissionError:
        return barred(path.parent, write=False) or "it can't be looked at"
    except OSError:
        return None
    if os.access(path, _wanted(folder=folder, write=write), effective_ids=_EFFECTIVE):
        return None
    if write and os.statvfs(path).f_flag & os.ST_RDONLY:
        return "its disk is mounted for reading only"
    if status.st_uid != os.geteuid():
        return f"it belongs to {owner(path)}"
    return f"its mode is {status.st_mode & 0o7777:04o}"


def is_there(path: Path) -> bool:
    """Is there such a file? Raises StoreReadOnly where we may not know."""
    try:
        return path.exists()
    except PermissionError as error:
        why = barred(path, write=False)
        raise StoreReadOnly(f"{path} can't be read: {why}", cure=HOME_OF_YOUR_OWN) from error


def owner(path: Path) -> str:
    """Whose it is."""
    try:
        return path.owner()
    except (KeyError, OSError):
        return "somebody else"


def _wanted(*, folder: bool, write: bool) -> int:
    return (os.W_OK if write else os.R_OK) | (os.X_OK if folder else 0)
