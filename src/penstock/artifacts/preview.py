"""A look at a stored value in bounded memory: what a page shows. Pickle is never unpickled."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from penstock.artifacts import plain, tables
from penstock.artifacts.store import ArtifactStore
from penstock.model.artifact import Artifact

#: Characters or bytes of a value that has no rows.
MOST: Final = 4096
#: Characters of a cell.
CELL: Final = 1000


@dataclass(frozen=True, slots=True)
class Preview:
    """`columns` and `rows` of a table from `offset`, of `total` rows; else `text`, cut where `cut` says so."""

    kind: str
    columns: tuple[tuple[str, str], ...] | None = None
    rows: list[list[Any]] | None = None
    offset: int = 0
    total: int | None = None
    text: str | None = None
    cut: bool = False


def preview(store: ArtifactStore, artifact: Artifact, offset: int = 0, limit: int = 50) -> Preview:
    """A part of a value. Raises ArtifactError when its file can't be opened."""
    if artifact.inline is not None:
        return Preview("json", text=artifact.inline[:MOST], cut=len(artifact.inline) > MOST)
    if artifact.kind == "table":
        page, total = tables.page(store.file(artifact), offset, limit)
        rows = [[_cell(cell) for cell in row.values()] for row in _rows(page)]
        return Preview("table", tables.columns(page), rows, offset, total)
    with open(store.file(artifact), "rb") as content:
        head = content.read(MOST)
    if artifact.kind in ("pickle", "array"):
        return Preview(artifact.kind, text=f"{artifact.python_type}, {artifact.bytes:,} bytes")
    try:
        text = head.decode("utf-8")
    except UnicodeDecodeError as error:
        # A character that the cut went through is no sign of other data.
        text = head[: error.start].decode() if len(head) - error.start < 4 < len(head) else head[:256].hex(" ")
    return Preview(artifact.kind, text=text, cut=artifact.bytes > MOST)


def _rows(page: Any) -> list[dict[int, Any]]:
    """Rows by the place of the column: two columns may have one name."""
    cells = [column.to_pylist() for column in page.columns]
    return [dict(enumerate(row)) for row in zip(*cells, strict=True)]


def _cell(value: Any) -> Any:
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        return value if value - value == 0 else str(value)
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, bytes):
        return base64.b64encode(value[:CELL]).decode()
    text = value if isinstance(value, str) else _text(value)
    return text if len(text) <= CELL else text[:CELL] + "…"


def _text(value: Any) -> str:
    try:
        return plain.dumps(value)
    except plain.NotPlain:
        return str(value)
