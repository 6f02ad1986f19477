"""A look at a stored value in bounded memory: what a page shows. Pickle is never unpickled."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from penstock.artifacts import content
from penstock.artifacts.content import Content
from penstock.artifacts.previews.part import Part
from penstock.artifacts.previews.told import told_text
from penstock.errors import ArtifactCorrupt
from penstock.model.artifact import Artifact, Kind

if TYPE_CHECKING:
    from penstock.artifacts.store import ArtifactStore

#: Bytes of a text, at most, and of what is no text.
TEXT: Final = 16_384
BYTES: Final = 256
#: Bytes of a plain value that is read as a whole, to be told without the marks it is stored with.
WHOLE: Final = 1 << 20
#: Rows and columns, at most, whatever is asked for.
ROWS: Final = 1000
COLUMNS: Final = 500
#: Cells, at most: with more rows there are fewer columns.
CELLS: Final = 10_000


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

    def body(self) -> dict[str, Any]:
        """What the API tells of it."""
        columns = None if self.columns is None else [{"name": name, "type": kind} for name, kind in self.columns]
        return {
            "kind": self.kind, "columns": columns, "rows": self.rows, "offset": self.offset, "total": self.total,
            "text": self.text, "cut": self.cut,
        }  # fmt: skip


def preview(store: ArtifactStore, artifact: Artifact, offset: int = 0, limit: int = 50, column: int = 0) -> Preview:
    """A part of a value: rows from `offset`, columns from `column`. Raises ArtifactCorrupt, ArtifactError."""
    if artifact.inline is not None:
        return _plain(artifact, artifact.inline)
    found = Content(store.file(artifact), artifact)
    head = _head(found)
    limit = min(max(limit, 0), ROWS)
    part = Part(max(offset, 0), limit, max(column, 0), min(COLUMNS, CELLS // max(limit, 1)))
    if artifact.kind == "table":
        return _table(found, part)
    if artifact.kind == "array":
        return _array(found, part)
    if artifact.kind == "pickle":
        return _text(artifact, f"a pickle of {artifact.python_type}, not opened here\n{head[:BYTES].hex(' ')}", True)
    if artifact.kind == "json" and artifact.size <= WHOLE:
        return _plain(artifact, bytes(found.mapped()).decode(errors="replace"))
    return _content(artifact, head)


def _plain(artifact: Artifact, stored: str) -> Preview:
    """A plain value as JSON that people can read, where it is small enough to be taken apart."""
    try:
        text = told_text(stored)
    except ValueError as error:
        raise ArtifactCorrupt(f"this is no plain value: {error}") from error
    return _text(artifact, text[:TEXT], len(text) > TEXT)


def _head(found: Content) -> bytes:
    """The beginning of a file of the right size."""
    fd = content.open_sized(found.file, found.artifact)
    try:
        return os.read(fd, TEXT)
    finally:
        os.close(fd)


def _text(artifact: Artifact, text: str, cut: bool) -> Preview:
    return Preview(artifact.kind, artifact.python_type, artifact.size, text=text, cut=cut)


def _content(artifact: Artifact, head: bytes) -> Preview:
    """The beginning of a file as text, or in hexadecimal."""
    return _text(artifact, *text_of(head, artifact.size))


def text_of(head: bytes, size: int) -> tuple[str, bool]:
    """The beginning of a file of `size` bytes as text, or in hexadecimal; and whether it goes on."""
    cut = size > len(head)
    try:
        text = head.decode()
    except UnicodeDecodeError as error:
        # Where it was cut, a character may be half; anything else is no text.
        text = head[: error.start].decode() if cut and len(head) - error.start < 4 else "\0"
    if "\0" in text:
        return head[:BYTES].hex(" "), size > BYTES
    return text, cut


def _table(found: Content, part: Part) -> Preview:
    artifact = found.artifact
    try:
        rows = _page(found, part)
    except ImportError as error:
        return _text(artifact, f"install pyarrow to see this table here ({error})", False)
    except (OSError, ValueError) as error:
        raise ArtifactCorrupt(f"{found.file} can't be read as a table: {error}", path=str(found.file)) from error
    columns = artifact.columns or ()
    return Preview(
        "table", artifact.python_type, artifact.size, columns[part.columns], rows, part.offset, artifact.rows,
        cut=len(columns) > part.column + part.width,
    )  # fmt: skip


def _page(found: Content, part: Part) -> list[list[Any]]:
    polars = found.artifact.python_type.startswith("polars.")
    try:
        from penstock.artifacts.previews import arrow_page
    except ImportError:
        if not polars:
            raise
    else:
        if not polars or arrow_page.readable(found):
            return arrow_page.rows(found, part)
    # Types that pyarrow does not know, or no pyarrow at all.
    from penstock.artifacts.codecs import polars_frames
    from penstock.artifacts.previews.cells import cell

    page = polars_frames.page(found, part.offset, part.limit)
    return [[cell(value) for value in row[part.columns]] for row in page]


def _array(found: Content, part: Part) -> Preview:
    artifact = found.artifact
    try:
        from penstock.artifacts.previews import array_page
    except ImportError as error:
        return _text(artifact, f"install numpy to see this array here ({error})", False)
    try:
        text, columns, rows, total = array_page.page(found, part)
    except ValueError as error:
        raise ArtifactCorrupt(f"{found.file} can't be read as an array: {error}", path=str(found.file)) from error
    cut = columns is not None and len(columns) > part.column + part.width
    shown = columns[part.columns] if columns else None
    return Preview("array", artifact.python_type, artifact.size, shown, rows, part.offset, total, text, cut)
