"""Outputs that the project keeps itself: where they lie, what may be read of them, and how they leave."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any, BinaryIO, Final, NamedTuple

from penstock.artifacts import kept
from penstock.artifacts.kept import Place, State
from penstock.errors import ArtifactError
from penstock.model.artifact import Artifact
from penstock.server.downloads import STEP
from penstock.store.connection import Connection
from penstock.store.outputs import Output
from penstock.store.runs import facts_of
from penstock.store.versions import spec_of

_ABSENT: Final = {
    "gone": "'{}' is gone: its file was removed or renamed since this run",
    "elsewhere": "'{}' is not kept in a file of this machine",
}


class Folders:
    """Below which paths of a run's record lie: the folder of its code, the project that it tells of, this server's.

    Read when one is sought.
    """

    def __init__(self, connection: Connection, key: int, project: Path) -> None:
        self._connection = connection
        self._key = key
        self._project = project

    def __iter__(self) -> Iterator[Path]:
        return iter(self._found)

    @cached_property
    def _found(self) -> list[Path]:
        code: Any = (spec_of(self._connection, self._key) or {}).get("code") or {}
        told = (code.get("root"), facts_of(self._connection, self._key).get("project"), self._project)
        roots = dict.fromkeys(Path(each) for each in told if isinstance(each, str | Path) and each)
        return [root for root in roots if root.is_absolute()]


class Kept(NamedTuple):
    """An output that the project keeps; `path` None where nothing is there."""

    output: Output
    place: Place
    path: Path | None
    state: State

    @property
    def shown(self) -> Output:
        """The output with the path of its file, by which names and types of downloads go."""
        return self.output._replace(path=None if self.path is None else str(self.path))

    def there(self) -> Path:
        """Its path. Raises ArtifactError where there is none."""
        if self.path is None:
            text = _ABSENT["elsewhere" if self.state == "elsewhere" else "gone"]
            raise ArtifactError(
                text.format(self.output.dataset), cure=f"run '{self.output.task}' again to have it here"
            )
        return self.path


def kept_output(output: Output, folders: Folders) -> Kept:
    """What an output of kind `dataset` is now. Raises ArtifactCorrupt for a record that makes no sense."""
    place = kept.place_of(Artifact.from_list(output.reference))
    path = kept.find(place, folders)
    return Kept(output, place, path, kept.state_of(place, path, output.bytes, output.created_at / 1_000_000))


def tag_of(path: Path) -> str | None:
    """What tells whether a file is the one that was read before; None for a folder."""
    try:
        found = path.stat()
    except OSError:
        return None
    return f"{found.st_size:x}-{found.st_mtime_ns:x}-{found.st_ino:x}" if path.is_file() else None


def opened(path: Path) -> tuple[BinaryIO, int]:
    """A plain file, and how many bytes it has now. Raises ArtifactError."""
    try:
        descriptor, found = kept.open_file(path)
    except OSError as error:
        raise ArtifactError(
            f"'{path.name}' can't be downloaded: {error.strerror or 'it is no plain file'}",
            cure="look for it where the project keeps it",
        ) from error
    return os.fdopen(descriptor, "rb"), found.st_size


def parts_of(file: BinaryIO, size: int) -> Iterator[bytes]:
    """So many bytes, in steps; fewer, where it has become shorter."""
    while size > 0 and (part := file.read(min(STEP, size))):
        size -= len(part)
        yield part
