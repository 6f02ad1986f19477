"""Files of artifacts to read from, after a look whether they are what was stored."""

from __future__ import annotations

import hashlib
import mmap
import os
import stat
from pathlib import Path
from typing import Final, NamedTuple

from penstock.errors import ArtifactCorrupt
from penstock.model.artifact import Artifact

_BUFFER: Final = 1 << 20
_CURE: Final = "run the task that made it again"


class Content(NamedTuple):
    """The file of an artifact, found sound."""

    file: Path
    artifact: Artifact

    def mapped(self) -> mmap.mmap | bytes:
        """The bytes, shared with everybody who reads this file; they can't be changed."""
        return self._map(mmap.MAP_SHARED, mmap.PROT_READ)

    def private(self) -> mmap.mmap | bytearray:
        """The bytes as this reader's own: the file's pages, copied one by one where they are changed."""
        found = self._map(mmap.MAP_PRIVATE, mmap.PROT_READ | mmap.PROT_WRITE)
        return bytearray() if isinstance(found, bytes) else found

    def _map(self, flags: int, protection: int) -> mmap.mmap | bytes:
        fd = os.open(self.file, os.O_RDONLY | os.O_CLOEXEC)
        try:
            # A file of no bytes can't be mapped. One that was cut since it was checked would end the process.
            size = _sized(fd, self.file, self.artifact)
            return mmap.mmap(fd, size, flags=flags, prot=protection) if size else b""
        finally:
            os.close(fd)


class Stamp(NamedTuple):
    """What changes when a file is written, replaced or even touched."""

    device: int
    inode: int
    size: int
    changed_ns: int


def stamp(file: Path) -> Stamp | None:
    """The stamp of a file, None when it is gone."""
    try:
        found = os.stat(file)
    except OSError:
        return None
    return Stamp(found.st_dev, found.st_ino, found.st_size, found.st_ctime_ns)


def stamp_of(root: str, place: str | None) -> str | None:
    """What changes when a file of a project is written: its size and when it was. None where there is no such file.

    `place` is relative to `root`, or absolute; that of a folder, or of another machine, has no stamp.
    """
    if not place or "://" in place:
        return None
    try:
        found = os.stat(os.path.join(root, place))
    except OSError:
        return None
    return f"{found.st_mtime_ns}:{found.st_size}" if stat.S_ISREG(found.st_mode) else None


def check(file: Path, artifact: Artifact) -> None:
    """Raise ArtifactCorrupt unless a file is there, with the size and the digest that were recorded.

    It is read, not mapped: a bad sector is an error then, and not the end of the process.
    """
    fd = open_sized(file, artifact)
    try:
        found = _digest(fd)
    except OSError as error:
        raise ArtifactCorrupt(f"{file} can't be read: {error.strerror}", cure=_CURE, path=str(file)) from error
    finally:
        os.close(fd)
    if found != artifact.digest:
        raise not_as_stored(file, artifact.digest, found)


def open_sized(file: Path, artifact: Artifact) -> int:
    """A descriptor of the file, which has the size that was recorded. Raises ArtifactCorrupt."""
    try:
        fd = os.open(file, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        raise ArtifactCorrupt(
            f"{file} is gone; expected {artifact.digest}, {artifact.bytes:,} bytes", cure=_CURE, path=str(file)
        ) from None
    except OSError as error:
        raise ArtifactCorrupt(f"{file} can't be opened: {error.strerror}", cure=_CURE, path=str(file)) from error
    try:
        _sized(fd, file, artifact)
    except BaseException:
        os.close(fd)
        raise
    return fd


def _sized(fd: int, file: Path, artifact: Artifact) -> int:
    size = os.fstat(fd).st_size
    if size != artifact.bytes:
        raise not_as_stored(file, f"{artifact.bytes:,} bytes", f"{size:,} bytes")
    return size


def not_as_stored(file: Path, expected: object, found: object) -> ArtifactCorrupt:
    """The error for content that is not what was stored."""
    return ArtifactCorrupt(
        f"{file} is not what was stored: expected {expected}, found {found}",
        cure=_CURE, path=str(file), expected=expected, found=found,
    )  # fmt: skip


def _digest(fd: int) -> str:
    digest = hashlib.sha256()
    buffer = bytearray(_BUFFER)
    view = memoryview(buffer)
    while count := os.readv(fd, [buffer]):
        digest.update(view[:count])
    return f"sha256:{digest.hexdigest()}"
