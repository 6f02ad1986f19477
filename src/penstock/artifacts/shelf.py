"""Values that are files: sealed on the way in, checked on the way out, the last of them kept at hand."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Callable
from glob import escape
from pathlib import Path
from typing import Any

from penstock.artifacts import content, keys
from penstock.artifacts.codecs import choice
from penstock.artifacts.codecs.codec import Prepared
from penstock.artifacts.content import Content
from penstock.artifacts.folders import Folders
from penstock.artifacts.recent import Recent
from penstock.artifacts.sealing import seal
from penstock.model.artifact import Artifact


class Shelf:
    """The files below a root, which is resolved."""

    def __init__(self, root: Path, recent: Recent) -> None:
        self._root = root
        self._recent = recent
        self._folders = Folders(root)

    def keep(self, prepared: Prepared, key: str) -> Artifact:
        """Write a value. Raises what its codec raises, DiskFull, ArtifactError."""
        path = keys.path_of(key) + prepared.suffix
        file = self._root / path
        sealed = seal(self._folders, file, prepared.write)
        artifact = Artifact(
            prepared.kind, None, path, sealed.size, sealed.digest, prepared.rows, prepared.columns,
            prepared.python_type, prepared.kind != "pickle",
        )  # fmt: skip
        now = content.stamp(file)
        if now is not None and now.inode == sealed.inode:
            # What was sealed a moment ago needs no check. It is read only when it is asked for.
            self._recent.keep(path, sealed.digest, now, _Later(Content(file, artifact)))
        return artifact

    def make(self, artifact: Artifact) -> Any:
        """The value. Raises ArtifactCorrupt, ArtifactError."""
        file = self.file(artifact)
        path = path_of(artifact)
        # Taken before the check: a file that is changed in between will not be found under it.
        now = content.stamp(file)
        make = self._recent.find(path, artifact.digest, now)
        if make is None:
            content.check(file, artifact)
            make = choice.for_artifact(artifact).reader(Content(file, artifact))
            if now is not None:
                self._recent.keep(path, artifact.digest, now, make)
        return make()

    def check(self, artifact: Artifact) -> None:
        """Raise ArtifactCorrupt unless the file is whole, on disk."""
        content.check(self.file(artifact), artifact)

    def file(self, artifact: Artifact) -> Path:
        """The file of an artifact. Raises ArtifactError for one that is not below the root."""
        return keys.below(self._root, path_of(artifact))

    def delete(self, prefix: str) -> None:
        """Remove what is stored under a key, and below it."""
        place = keys.below(self._root, keys.path_of(prefix))
        with contextlib.suppress(FileNotFoundError):
            for file in [each for each in place.parent.glob(f"{escape(place.name)}.*") if each.is_file()]:
                file.unlink()
            if place.is_dir():
                shutil.rmtree(place)
            else:
                place.unlink()


class _Later:
    """Opens a file when its value is asked for first."""

    def __init__(self, found: Content) -> None:
        self._content = found
        self._make: Callable[[], Any] | None = None

    def __call__(self) -> Any:
        if self._make is None:
            self._make = choice.for_artifact(self._content.artifact).reader(self._content)
        return self._make()


def path_of(artifact: Artifact) -> str:
    """The path of an artifact that is not inline."""
    assert artifact.path is not None, "an inline artifact has no file"
    return artifact.path
