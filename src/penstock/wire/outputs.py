"""What runs made."""

from __future__ import annotations

from typing import Literal

from penstock.wire.base import Body, Json, Time
from penstock.wire.runs import Column


class OutputDocument(Body):
    """A stored value. `state` tells whether its file is there and of the right size; digests are checked on reading.

    Of one that the project keeps itself (kind `dataset`), `value` says how: `type`, `path`, `version`, `format`. It is
    `changed` when it was written again since, and `elsewhere` when this machine has no file of it.

    `media_type` is what it is downloaded as; `picture` says that the page may show it as one; `value` is the value
    itself where it is small and plain.
    """

    dataset: str
    task: str
    map_index: int | None
    label: str | None
    generation: int
    attempt: int
    kind: str
    python_type: str
    bytes: int | None
    rows: int | None
    columns: list[Column] | None
    created_at: Time
    state: Literal["ok", "gone", "damaged", "changed", "elsewhere"]
    media_type: str
    picture: bool
    value: Json


class OutputList(Body):
    """What a run made, in the order of its tasks. `next_cursor` asks for the part after it; null at the end."""

    items: list[OutputDocument]
    next_cursor: str | None


class OutputPreview(Body):
    """`rows` from `offset` of a table of `total` rows, under `columns` from `first_column` on; or a `text`.

    `cut`: there are more columns, or the text goes on.
    """

    dataset: str
    map_index: int | None
    kind: str
    columns: list[Column] | None
    rows: list[list[Json]] | None
    offset: int
    total: int | None
    text: str | None
    cut: bool


class Bin(Body):
    """How many values lie in a range (numbers), or are this value (texts)."""

    label: str
    count: int


class ColumnSummary(Body):
    """A column over all rows that were looked at. Figures are null where they have no meaning for the type."""

    name: str
    type: str
    nulls: int
    distinct: int | None
    min: Json
    max: Json
    mean: float | None
    bins: list[Bin]


class TableSummary(Body):
    """The columns of a table. `rows_read` is less than `rows` where the table is too large to be read whole."""

    dataset: str
    map_index: int | None
    rows: int
    rows_read: int
    columns: list[ColumnSummary]
    cut: bool
