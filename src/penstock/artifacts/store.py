"""Putting values away and getting them back."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Final, cast

from penstock.artifacts import content, keys, plain
from penstock.artifacts.codecs import choice, texts
from penstock.artifacts.codecs.codec import Prepared, Unfit, type_name
from penstock.artifacts.content import Content
from penstock.artifacts.folders import Folders
from penstock.artifacts.recent import Recent
from penstock.artifacts.sealing import seal
from penstock.model.artifact import Artifact

if TYPE_CHECKING:
    from penstock.artifacts.preview import Preview

#: Plain values up to this many bytes of text travel in messages and stand in the database.
INLINE: Final = 32_768


class ArtifactStore:
    """The artifacts below a folder. For one thread at a time.

    `recent` is what this process keeps of the last values; a process that reads what it wrote shares one.
    """

    def __init__(self, root: Path | str, recent: Recent | None = None) -> None:
        self.root = Path(root).resolve()
        self.recent = Recent() if recent is None else recent
        self._folders = Folders(self.root)

    def put(self, value: Any, key: str) -> Artifact:
        """Store a value under a key ("run/task/dataset"); a suffix is added. Imports only what the value needs.

        When this returns, the value is on disk, or inline. Raises Unstorable, DiskFull, ArtifactError.
        """
        codec = choice.for_value(value)
        if codec is None:
            try:
                text = plain.dumps(value)
            except plain.NotPlain:
                return self._put_pickle(value, key)
            size = len(text) if text.isascii() else len(text.encode())
            if size <= INLINE:
                return Artifact("json", text, None, size, None, None, None, type_name(type(value)), True)
            return self._seal(texts.of_text(value, text), key)
        try:
            return self._seal(codec.prepare(value), key)
        except Unfit as reason:
            _tell(f"{type_name(type(value))} '{key}' is kept by pickle: {reason}")
            return self._put_pickle(value, key)

    def get(self, artifact: Artifact) -> Any:
        """The value, its reader's own to change.

        Raises ArtifactCorrupt when its file is not what was stored, ArtifactError when it can't be made again.
        """
        if artifact.inline is not None:
            return plain.loads(artifact.inline)
        path = _path(artifact)
        file = keys.below(self.root, path)
        stamp = content.stamp(file)
        make = self.recent.find(path, artifact.digest, stamp)
        if make is None:
            content.check(file, artifact)
            make = choice.for_artifact(artifact).reader(Content(file, artifact))
            if stamp is not None:
                # Taken before the check: a file that was changed in between will not be found under it.
                self.recent.keep(path, artifact.digest, stamp, make)
        return make()

    def verify(self, artifact: Artifact) -> None:
        """Raise ArtifactCorrupt unless the artifact is there and whole, on disk."""
        if artifact.inline is None:
            content.check(self.file(artifact), artifact)

    def file(self, artifact: Artifact) -> Path:
        """The file of an artifact that is not inline. Raises ArtifactError for one that is not below the root."""
        return keys.below(self.root, _path(artifact))

    def open(self, artifact: Artifact) -> BinaryIO:
        """The stored bytes, to hand on as they are; reading the last of them checks all (ArtifactCorrupt)."""
        if artifact.inline is not None:
            return io.BytesIO(artifact.inline.encode())
        from penstock.artifacts.stream import CheckedFile

        return cast("BinaryIO", io.BufferedReader(CheckedFile(self.file(artifact), artifact)))

    def preview(self, artifact: Artifact, offset: int = 0, limit: int = 50) -> Preview:
        """A part of a value, in bounded memory: at most `limit` rows from `offset`, or the beginning of a text.

        Only sizes are checked, as the whole is not read. Raises ArtifactCorrupt, ArtifactError.
        """
        from penstock.artifacts import preview

        return preview.preview(self, artifact, offset, limit)

    def delete(self, prefix: str) -> None:
        """Remove what is stored under a key, and below it. Nothing there is no error."""
        import shutil
        from glob import escape

        place = keys.below(self.root, keys.path_of(prefix))
        with contextlib.suppress(FileNotFoundError):
            for file in [each for each in place.parent.glob(f"{escape(place.name)}.*") if each.is_file()]:
                file.unlink()
            if place.is_dir() and not place.is_symlink():
                shutil.rmtree(place)
            else:
                place.unlink()

    def _put_pickle(self, value: Any, key: str) -> Artifact:
        codec = choice.codec("pickles")
        prepared = codec.prepare(value)
        return self._seal(prepared, key)

    def _seal(self, prepared: Prepared, key: str) -> Artifact:
        path = keys.path_of(key) + prepared.suffix
        file = self.root / path
        sealed = seal(self._folders, file, prepared.write)
        artifact = Artifact(
            prepared.kind, None, path, sealed.size, sealed.digest, prepared.rows, prepared.columns,
            prepared.python_type, prepared.kind != "pickle",
        )  # fmt: skip
        self._remember(artifact, file)
        return artifact

    def _remember(self, artifact: Artifact, file: Path) -> None:
        """What was sealed a moment ago needs no check to be read. It is read only when it is asked for."""
        stamp = content.stamp(file)
        if stamp is not None:
            self.recent.keep(_path(artifact), artifact.digest, stamp, _Later(Content(file, artifact)))


class _Later:
    """Opens an artifact when its value is asked for first."""

    def __init__(self, found: Content) -> None:
        self._content = found
        self._make: Callable[[], Any] | None = None

    def __call__(self) -> Any:
        if self._make is None:
            self._make = choice.for_artifact(self._content.artifact).reader(self._content)
        return self._make()


def _path(artifact: Artifact) -> str:
    assert artifact.path is not None, "an inline artifact has no file"
    return artifact.path


def _tell(text: str) -> None:
    """Into the log of the task that returned the value."""
    import logging

    logging.getLogger("penstock.artifacts").warning(text)
