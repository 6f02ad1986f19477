"""Where and how large the version of a dataset is that was just loaded or saved, as cheaply as can be."""

from __future__ import annotations

import os
import stat
from typing import Any, Final

#: Stands for the size of a folder, which is measured by the one that reads the spool.
FOLDER: Final = -1
#: Protocols of fsspec that mean this machine.
LOCAL: Final = ("file", "local", "", None)


def measure(dataset: Any, operation: str) -> tuple[str | None, str | None, int | None]:
    """(path, version, bytes) of a dataset object of Kedro's, after a "load" or "save". Never raises.

    The path is absolute for local files, else an address. Bytes: FOLDER for a folder, None where nobody knows.
    """
    try:
        return _measure(dataset, operation)
    except Exception:  # anybody's dataset
        return None, None, None


def _measure(dataset: Any, operation: str) -> tuple[str | None, str | None, int | None]:
    place = getattr(dataset, "_filepath", None) or getattr(dataset, "_path", None)
    if place is None:
        inner = getattr(dataset, "_dataset", None)
        return (None, None, None) if inner is None or isinstance(inner, type | str) else _measure(inner, operation)
    version = None
    if getattr(dataset, "_version", None) is not None:
        version = dataset.resolve_load_version() if operation == "load" else dataset.resolve_save_version()
        place = dataset._get_versioned_path(version)
    path = os.fspath(place)
    protocol = getattr(dataset, "_protocol", None)
    if protocol not in LOCAL:
        return (path if "://" in path else f"{protocol}://{path}"), version, None
    path = path.removeprefix("file://")
    found = os.stat(path)
    return os.path.abspath(path), version, FOLDER if stat.S_ISDIR(found.st_mode) else found.st_size
