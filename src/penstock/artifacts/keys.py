"""Keys of artifacts, as paths below the artifact folder."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Final
from urllib.parse import quote

from penstock.errors import ArtifactError

#: Bytes of one part of a path; file systems end at 255, and a suffix comes after it.
PART: Final = 200
#: Bytes of a kept file's name, which has a folder of its own.
NAME: Final = 255


def path_of(key: str) -> str:
    """A key as a path with `/`: safe characters as they are, others percent-encoded, long parts cut and told apart.

    Raises ArtifactError for a key that is empty, absolute, holds NUL, or has an empty part, `.` or `..`.
    """
    parts = key.split("/")
    if "\0" in key or any(part in ("", ".", "..") for part in parts):
        raise ArtifactError(f"{key!r} is no key of an artifact", cure="write it as 'run/task/dataset'")
    return "/".join([_part(part) for part in parts])


def _part(part: str) -> str:
    safe = quote(part, safe="=,+@", errors="surrogatepass")
    if safe[0] == ".":
        # Names with a dot in front are those of files that are being written.
        safe = "%2E" + safe[1:]
    return safe if len(safe) <= PART else f"{safe[: PART - 17]}~{hashlib.sha256(safe.encode()).hexdigest()[:16]}"


def file_name(name: str) -> str:
    """The name of a kept file: its own, but for characters that no page or database can hold."""
    safe = "".join([letter if letter.isprintable() else quote(letter, errors="surrogatepass") for letter in name])
    if safe[0] == ".":
        safe = "%2E" + safe[1:]
    if len(safe.encode()) <= NAME:
        return safe
    suffix = safe[-20:].rpartition(".")[2]
    return f"{hashlib.sha256(safe.encode()).hexdigest()}.{suffix[:20]}"


def below(root: Path, path: str) -> Path:
    """The file of a stored path below a root (resolved). Raises ArtifactError for one that leads out of the root."""
    if "\0" in path:
        raise ArtifactError(f"{path!r} is no path of an artifact")
    file = (root / path).resolve()
    if file == root or not file.is_relative_to(root):
        raise ArtifactError(f"'{path}' is not in the artifact folder {root}")
    return file
