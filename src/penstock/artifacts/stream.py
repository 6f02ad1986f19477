"""A stored file as a stream of bytes that proves itself at its end."""

from __future__ import annotations

import hashlib
import io
import os
from pathlib import Path
from typing import Any

from penstock.artifacts.content import not_as_stored, open_sized
from penstock.model.artifact import Artifact


class CheckedFile(io.RawIOBase):
    """Reads from start to end, and raises ArtifactCorrupt instead of ending when the digest is another one.

    So nothing has to be read twice, and who takes what was read before for the whole, has not seen its end.
    """

    def __init__(self, file: Path, artifact: Artifact) -> None:
        self._fd = open_sized(file, artifact)
        self._file = file
        self._expected = artifact.digest
        self._digest = hashlib.sha256()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        count = os.readv(self._fd, [buffer])
        if count:
            self._digest.update(memoryview(buffer)[:count])
        else:
            self._check()
        return count

    def _check(self) -> None:
        found = f"sha256:{self._digest.hexdigest()}"
        if found != self._expected:
            raise not_as_stored(self._file, self._expected, found)

    def close(self) -> None:
        if not self.closed:
            os.close(self._fd)
        super().close()
