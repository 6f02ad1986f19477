"""Files that are there whole or not at all: written aside, synced, named, and never changed after."""

from __future__ import annotations

import errno
import hashlib
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, Final
from urllib.parse import quote

from penstock.artifacts import faults
from penstock.errors import ArtifactCorrupt, ArtifactError, DiskFull

_CHUNK: Final = 1 << 20
#: Below this many bytes a thread to hash beside the sync costs more than it saves.
_WORTH_A_THREAD: Final = 1 << 20


def safe_key(key: str) -> str:
    """A key as a path below the root: parts of safe characters, others percent-encoded. Raises ArtifactError."""
    parts = key.split("/")
    if not key or any(part in ("", ".", "..") for part in parts):
        raise ArtifactError(f"'{key}' is no key of an artifact")
    return "/".join(quote(part, safe="")[:240] for part in parts)


def below(root: Path, path: str) -> Path:
    """The file of a stored path. Raises ArtifactError for one that leads out of the root."""
    file = (root / path).resolve()
    if not file.is_relative_to(root.resolve()):
        raise ArtifactError(f"'{path}' is not in the artifact folder")
    return file


def seal(root: Path, path: str, write: Callable[[BinaryIO], Any]) -> tuple[int, str, Any]:
    """Make the file `path` of what `write` writes; (bytes, digest, what `write` returned).

    Raises DiskFull when there is no room; nothing is left behind then.
    """
    file = root / path
    aside = file.with_name(f".{file.name[:200]}.{os.getpid()}.{threading.get_ident()}.part")
    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with _removed_on_error(aside):
            with open(aside, "xb") as out:
                faults.reach("writing")
                told = write(out)
                out.flush()
                digest = _synced_digest(out, aside)
                size = os.fstat(out.fileno()).st_size
                os.fchmod(out.fileno(), 0o444)
            faults.reach("written")
            os.replace(aside, file)
        faults.reach("sealed")
        _sync_folder(file.parent)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise DiskFull(
                f"there is no room for {file}", cure="make room, or set PENSTOCK_HOME to another disk"
            ) from error
        raise
    return size, digest, told


def _synced_digest(out: BinaryIO, aside: Path) -> str:
    """Hash the file while it is synced: both wait for different things."""
    found: list[str] = []
    size = os.fstat(out.fileno()).st_size
    if size < _WORTH_A_THREAD:
        os.fsync(out.fileno())
        return digest_of(aside)
    beside = threading.Thread(target=lambda: found.append(digest_of(aside)))
    beside.start()
    os.fsync(out.fileno())
    beside.join()
    return found[0]


@contextmanager
def _removed_on_error(aside: Path) -> Iterator[None]:
    try:
        yield
    except BaseException:
        aside.unlink(missing_ok=True)
        raise


def _sync_folder(folder: Path) -> None:
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def digest_of(file: Path) -> str:
    """`sha256:` and the digest of a file's content; memory stays flat."""
    digest = hashlib.sha256()
    with open(file, "rb", buffering=0) as content:
        buffer = bytearray(_CHUNK)
        view = memoryview(buffer)
        while count := content.readinto(buffer):
            digest.update(view[:count])
    return f"sha256:{digest.hexdigest()}"


def check(file: Path, size: int, digest: str | None) -> None:
    """Raise ArtifactCorrupt unless a file is there with this size and digest."""
    try:
        found = file.stat().st_size
    except FileNotFoundError:
        raise ArtifactCorrupt(f"{file} is gone", cure="run the task that made it again") from None
    if found != size:
        raise ArtifactCorrupt(f"{file} has {found} bytes instead of {size}", cure="run the task that made it again")
    if digest is not None and (other := digest_of(file)) != digest:
        raise ArtifactCorrupt(
            f"{file} has the digest {other} instead of {digest}", cure="run the task that made it again"
        )
