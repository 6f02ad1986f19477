"""One stored value of a dataset: where it is, what it is, and how to tell that it is whole."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, Self, TypeAlias

Kind: TypeAlias = Literal["json", "table", "file", "array", "pickle", "dataset"]


@dataclass(frozen=True, slots=True)
class Artifact:
    """A stored value.

    `inline` is the JSON text of a small plain value, then there is no `path`. `path` is below the artifact folder, with
    `/`. `digest` is `sha256:` and hexadecimal digits (None when inline). `columns` are (name, type) pairs of a table.
    `safe` is False for what only a worker may read (pickle). `bytes` is None where nobody knows it.

    A value of kind `dataset` is kept by the project, not by us: `inline` is a JSON object that says how: `type` (the
    class that loads it), `path` (relative to the project, or absolute), `version`, `format` (csv, parquet, json ...);
    each of them may be null.
    """

    kind: Kind
    inline: str | None
    path: str | None
    bytes: int | None
    digest: str | None
    rows: int | None
    columns: tuple[tuple[str, str], ...] | None
    python_type: str
    safe: bool = True

    @property
    def size(self) -> int:
        """Bytes, 0 where nobody knows."""
        return self.bytes or 0

    def to_list(self) -> list[Any]:
        """The form of messages: the fields in order, as JSON data."""
        columns = None if self.columns is None else [{"name": name, "type": kind} for name, kind in self.columns]
        return [
            self.kind, self.inline, self.path, self.bytes, self.digest, self.rows, columns, self.python_type,
            self.safe,
        ]  # fmt: skip

    @classmethod
    def from_list(cls, form: list[Any]) -> Self:
        """The artifact that `to_list` wrote."""
        kind, inline, path, size, digest, rows, columns, python_type, safe = form
        pairs = None if columns is None else tuple((column["name"], column["type"]) for column in columns)
        return cls(kind, inline, path, size, digest, rows, pairs, python_type, bool(safe))
