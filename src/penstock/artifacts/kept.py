"""Values that a project keeps itself (kind `dataset`): where they are, and whether they are still what a run saved.

Only what a run's own record names is looked at, and it is only read.
"""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, TypeAlias

from penstock.errors import ArtifactCorrupt
from penstock.model.artifact import Artifact

#: `elsewhere`: in the memory of a process that is gone, or at an address; this machine does not look there.
State: TypeAlias = Literal["ok", "changed", "gone", "elsewhere"]
#: Seconds by which clocks of files and of records may differ.
_APART: Final = 2.0


@dataclass(frozen=True, slots=True)
class Place:
    """How a project keeps a value; see model.artifact. `path` may be that of all versions or of the one."""

    type: str | None
    path: str | None
    version: str | None
    format: str | None


def place_of(artifact: Artifact) -> Place:
    """What the record says. Raises ArtifactCorrupt when it says nothing that makes sense."""
    try:
        body = json.loads(artifact.inline or "")
        return Place(*(_text(body.get(key)) for key in ("type", "path", "version", "format")))
    except (ValueError, AttributeError) as error:
        raise ArtifactCorrupt(f"the record of this dataset makes no sense: {error}") from error


def find(place: Place, folders: Iterable[Path]) -> Path | None:
    """The file or folder of a place, which may lie below one of some folders; None where there is none."""
    if place.path is None or "://" in place.path:
        return None
    inside = Path(place.path)
    if place.version and place.version not in inside.parts:
        # Kedro keeps the versions of `a.csv` in a folder of that name.
        inside = inside / place.version / inside.name
    where = [inside] if inside.is_absolute() else [folder / inside for folder in folders]
    return next((path for path in where if path.is_file() or path.is_dir()), None)


def state_of(place: Place, path: Path | None, size: int | None, saved_at: float) -> State:
    """Is what `find` found still what was saved, of that size (None: not known) and at that time (since 1970)?"""
    if place.path is None or "://" in place.path:
        return "elsewhere"
    if path is None:
        return "gone"
    try:
        found = path.stat()
    except OSError:
        return "gone"
    if stat.S_ISDIR(found.st_mode):
        return "ok"
    later = place.version is None and found.st_mtime > saved_at + _APART
    return "changed" if later or (size is not None and found.st_size != size) else "ok"


def open_file(path: Path) -> tuple[int, os.stat_result]:
    """A plain file, open for reading, as descriptor. Raises OSError, also for a pipe or device, which could wait."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    found = os.fstat(descriptor)
    if not stat.S_ISREG(found.st_mode):
        os.close(descriptor)
        raise OSError(f"{path} is no file")
    return descriptor, found


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None
