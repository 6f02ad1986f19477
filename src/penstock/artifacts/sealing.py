"""Files that are there whole or not at all: written aside, synced, named, and never changed after."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from penstock import faults
from penstock.artifacts.folders import Folders, sync
from penstock.artifacts.sink import Sink
from penstock.errors import ArtifactError, DiskFull


class Sealed(NamedTuple):
    """A file that is on disk under its name: its size in bytes, its digest, and what the file system calls it."""

    size: int
    digest: str
    inode: int


def seal(folders: Folders, file: Path, write: Callable[[Sink], object]) -> Sealed:
    """Make `file` of what `write` writes; one of that name is replaced, those who hold it open keep the old one.

    Raises DiskFull, ArtifactError, and what `write` raises; then nothing is left behind.
    """
    folder = file.parent
    aside = folder / f".{os.urandom(8).hex()}.part"
    with _told(file):
        above = folders.make(folder)
        sealed = _written_aside(aside, write)
        try:
            os.replace(aside, file)
        except BaseException:
            aside.unlink(missing_ok=True)
            raise
        faults.reach("artifact.renamed")
        for each in (folder, *above):
            sync(each)
    folders.settle(folder)
    return sealed


def _written_aside(aside: Path, write: Callable[[Sink], object]) -> Sealed:
    fd = os.open(aside, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    sink = Sink(fd)
    try:
        faults.reach("artifact.writing")
        write(sink)
        os.fchmod(fd, 0o444)
        digest = sink.sync()
        faults.reach("artifact.written")
        return Sealed(sink.size, digest, os.fstat(fd).st_ino)
    except BaseException as error:
        sink.abandon()
        aside.unlink(missing_ok=True)
        if sink.error is not None and isinstance(error, Exception):
            raise sink.error from None
        raise
    finally:
        os.close(fd)


@contextmanager
def _told(file: Path) -> Iterator[None]:
    """Errors of the disk in our words."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise DiskFull(
                f"no room on the disk for {file}",
                cure="free some, delete old runs, or set PENSTOCK_HOME to another disk",
                path=str(file),
            ) from error
        raise ArtifactError(
            f"{file} can't be written: {error.strerror or error}",
            cure="see that the folder is there for this user to write in",
            path=str(file),
        ) from error
