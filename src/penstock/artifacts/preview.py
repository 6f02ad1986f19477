"""A look at a stored value in bounded memory: what a page shows. Pickle is never unpickled."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from penstock.artifacts import content
from penstock.artifacts.content import Content
from penstock.errors import ArtifactCorrupt
from penstock.model.artifact import Artifact, Kind

if TYPE_CHECKING:
    from penstock.artifacts.store import ArtifactStore

#: Bytes of a text, at most, and of what is no text.
TEXT: Final = 16_384
BYTES: Final = 256
#: Rows and columns, at most, whatever is asked for.
ROWS: Final = 1000
COLUMNS: Final = 500


@dataclass(frozen=True, slots=True)
class Preview:
    """`rows` from `offset` of a table of `total` rows, as JSON values under `columns` (name, type); or a `text`.

    `cut` says that there are more columns, or that the text goes on.
    """

    kind: Kind
    python_type: str
    bytes: int
    columns: tuple[tuple[str, str], ...] | None = None
    rows: list[list[Any]] | None = None
    offset: int = 0
    total: int | None = None
    text: str | None = None
    cut: bool = False


def preview(store: ArtifactStore, artifact: Artifact, offset: int = 0, limit: int = 50) -> Preview:
    """A part of a value. Raises ArtifactCorrupt, ArtifactError."""
    if artifact.inline is not None:
        return _text(artifact, artifact.inline[:TEXT], len(artifact.inline) > TEXT)
    found = Content(store.file(artifact), artifact)
    head = _head(found)
    offset, limit = max(offset, 0), min(max(limit, 0), ROWS)
    if artifact.kind == "table":
        return _table(found, offset, limit)
    if artifact.kind == "array":
        return _array(found, offset, limit)
    if artifact.kind == "pickle":
        return _text(artifact, f"a pickle of {artifact.python_type}, not opened here\n{head[:BYTES].hex(' ')}", True)
    return _content(artifact, head)


def _head(found: Content) -> bytes:
    """The beginning of a file of the right size."""
    fd = content.open_sized(found.file, found.artifact)
    try:
        return os.read(fd, TEXT)
    finally:
        os.close(fd)


def _text(artifact: Artifact, text: str, cut: bool) -> Preview:
    return Preview(artifact.kind, artifact.python_type, artifact.bytes, text=text, cut=cut)


def _content(artifact: Artifact, head: bytes) -> Preview:
    """The beginning of a file as text, or in hexadecimal."""
    cut = artifact.bytes > len(head)
    try:
        text = head.decode()
    except UnicodeDecodeError as error:
        # Where it was cut, a character may be half; anything else is no text.
        text = head[: error.start].decode() if cut and len(head) - error.start < 4 else "\0"
    if "\0" in text:
        return _text(artifact, head[:BYTES].hex(" "), artifact.bytes > BYTES)
    return _text(artifact, text, cut)


def _table(found: Content, offset: int, limit: int) -> Preview:
    artifact = found.artifact
    try:
        rows = _page(found, offset, limit)
    except ImportError as error:
        return _text(artifact, f"install pyarrow to see this table here ({error})", False)
    except (OSError, ValueError) as error:
        raise ArtifactCorrupt(f"{found.file} can't be read as a table: {error}", path=str(found.file)) from error
    columns = artifact.columns or ()
    return Preview(
        "table", artifact.python_type, artifact.bytes, columns[:COLUMNS], rows, offset, artifact.rows,
        cut=len(columns) > COLUMNS,
    )  # fmt: skip


def _page(found: Content, offset: int, limit: int) -> list[list[Any]]:
    polars = found.artifact.python_type.startswith("polars.")
    try:
        from penstock.artifacts.previews import arrow_page
    except ImportError:
        if not polars:
            raise
    else:
        if not polars or arrow_page.readable(found):
            return arrow_page.rows(found, offset, limit, COLUMNS)
    # Types that pyarrow does not know, or no pyarrow at all.
    from penstock.artifacts.codecs import polars_frames
    from penstock.artifacts.previews.cells import cell

    return [[cell(value) for value in row[:COLUMNS]] for row in polars_frames.page(found, offset, limit)]


def _array(found: Content, offset: int, limit: int) -> Preview:
    artifact = found.artifact
    try:
        from penstock.artifacts.previews import array_page
    except ImportError as error:
        return _text(artifact, f"install numpy to see this array here ({error})", False)
    try:
        text, columns, rows, total = array_page.page(found, offset, limit, COLUMNS)
    except ValueError as error:
        raise ArtifactCorrupt(f"{found.file} can't be read as an array: {error}", path=str(found.file)) from error
    cut = columns is not None and len(columns) > COLUMNS
    shown = columns[:COLUMNS] if columns else None
    return Preview("array", artifact.python_type, artifact.bytes, shown, rows, offset, total, text, cut)
