"""Which rows and columns a page shows."""

from __future__ import annotations

from typing import NamedTuple


class Part(NamedTuple):
    """`limit` rows from `offset`, `width` columns from `column`; fewer where the table ends."""

    offset: int
    limit: int
    column: int
    width: int

    @property
    def rows(self) -> slice:
        """As a slice of rows."""
        return slice(self.offset, self.offset + self.limit)

    @property
    def columns(self) -> slice:
        """As a slice of columns."""
        return slice(self.column, self.column + self.width)
