"""Putting values away and getting them back."""

from __future__ import annotations

import io
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Final, cast

from penstock.artifacts import plain
from penstock.artifacts.codecs import choice
from penstock.artifacts.codecs.codec import Unfit, type_name
from penstock.artifacts.recent import Recent
from penstock.errors import Unstorable
from penstock.model.artifact import Artifact

if TYPE_CHECKING:
    from penstock.artifacts.preview import Preview
    from penstock.artifacts.shelf import Shelf

#: Plain values up to this many bytes of text travel in messages and stand in the database.
INLINE: Final = 32_768
#: Place of its text in the form of messages.
INLINE_AT: Final = 1


class ArtifactStore:
    """The artifacts below a folder. For one thread at a time.

    `recent` is what this process keeps of the last values; stores of one process may share it.
    """

    def __init__(self, root: Path | str, recent: Recent | None = None) -> None:
        self.root = Path(root).resolve()
        self.recent = Recent() if recent is None else recent

    def put(self, value: Any, key: str) -> Artifact:
        """Store a value under a key ("run/task/dataset"); a suffix is added. Imports only what the value needs.

        When this returns, the value is on disk, or inline. Raises Unstorable, DiskFull, ArtifactError.
        """
        codec = choice.for_value(value)
        if codec is None:
            return self._put_plain(value, key)
        try:
            return self._shelf.keep(codec.prepare(value), key)
        except Unfit as reason:
            name = key.rpartition("/")[2]
            _tell(f"'{name}', of type {type_name(type(value))}, is kept by pickle, so the page can't show it: {reason}")
            why = str(reason)
        try:
            return self._put_pickle(value, key)
        except Unstorable as error:
            raise Unstorable(f"{error.message}: {why}", cure=error.cure) from error

    def get(self, artifact: Artifact) -> Any:
        """The value, its reader's own to change.

        Raises ArtifactCorrupt when its file is not what was stored, ArtifactError when it can't be made again.
        """
        if artifact.inline is not None:
            return plain.loads(artifact.inline)
        return self._shelf.make(artifact)

    def get_form(self, form: list[Any]) -> Any:
        """The value of an artifact in the form of messages (model.artifact). Most are inline, and need no more."""
        inline = form[INLINE_AT]
        return self._shelf.make(Artifact.from_list(form)) if inline is None else plain.loads(inline)

    def verify(self, artifact: Artifact) -> None:
        """Raise ArtifactCorrupt unless the artifact is there and whole, on disk."""
        if artifact.inline is None:
            self._shelf.check(artifact)

    def file(self, artifact: Artifact) -> Path:
        """The file of an artifact that is not inline. Raises ArtifactError for one that is not below the root."""
        return self._shelf.file(artifact)

    def open(self, artifact: Artifact) -> BinaryIO:
        """The stored bytes, to hand on as they are; reading the last of them checks all (ArtifactCorrupt)."""
        if artifact.inline is not None:
            return io.BytesIO(artifact.inline.encode())
        from penstock.artifacts.stream import CheckedFile

        return cast("BinaryIO", io.BufferedReader(CheckedFile(self.file(artifact), artifact)))

    def preview(self, artifact: Artifact, offset: int = 0, limit: int = 50, column: int = 0) -> Preview:
        """A part of a value, in bounded memory: at most `limit` rows from `offset`, and the columns from `column` that
        fit; or the beginning of a text.

        Only the size is checked, as the whole is not read. Raises ArtifactCorrupt, ArtifactError.
        """
        from penstock.artifacts import preview

        return preview.preview(self, artifact, offset, limit, column)

    def delete(self, prefix: str) -> None:
        """Remove what is stored under a key, and below it. Nothing there is no error."""
        self._shelf.delete(prefix)

    @cached_property
    def _shelf(self) -> Shelf:
        """Most values are small, and need no files."""
        from penstock.artifacts.shelf import Shelf

        return Shelf(self.root, self.recent)

    def _put_plain(self, value: Any, key: str) -> Artifact:
        try:
            text = plain.dumps(value)
        except plain.NotPlain:
            return self._put_pickle(value, key)
        size = len(text) if text.isascii() else len(text.encode())
        if size <= INLINE:
            return Artifact("json", text, None, size, None, None, None, type_name(type(value)), True)
        from penstock.artifacts.codecs import texts

        return self._shelf.keep(texts.of_text(value, text), key)

    def _put_pickle(self, value: Any, key: str) -> Artifact:
        return self._shelf.keep(choice.codec("pickles").prepare(value), key)


def _tell(text: str) -> None:
    """Into the log of the task that returned the value."""
    import logging

    logging.getLogger("penstock.artifacts").warning(text)
