"""Parts of an Arrow file, found without touching what lies beside them."""

from __future__ import annotations

import bisect
import itertools
from collections.abc import Iterator
from typing import Final

import pyarrow as pa

from penstock.artifacts.content import Content

#: Rows of one part of a walk, at most, also where a file has one batch of millions.
PART: Final = 65_536
#: Places of a large table that are looked at for its summary.
STRETCHES: Final = 100
#: Columns that are looked up for it, in all these places together.
LOOKUPS: Final = 20_000


class Batches:
    """The record batches of a mapped file: to get one reads its description, and none of its rows."""

    def __init__(self, found: Content) -> None:
        self._reader = pa.ipc.open_file(pa.py_buffer(found.mapped()))
        self.schema: pa.Schema = self._reader.schema

    def page(self, offset: int, limit: int) -> Iterator[pa.RecordBatch]:
        """The rows from `offset`, in as many parts as there are batches that hold them."""
        start = 0
        for batch in self._all():
            if start >= offset + limit:
                return
            low, high = max(offset - start, 0), min(offset + limit - start, batch.num_rows)
            start += batch.num_rows
            if low < high:
                yield batch.slice(low, high - low)

    def walk(self) -> Iterator[pa.RecordBatch]:
        """All rows, in parts of bounded length."""
        for batch in self._all():
            for low in range(0, batch.num_rows, PART):
                yield batch.slice(low, PART)

    def spread(self, rows: int) -> list[pa.RecordBatch]:
        """About `rows` rows, in parts from all over the table; all of them where it has no more."""
        starts = list(itertools.accumulate([batch.num_rows for batch in self._all()], initial=0))
        total = starts.pop()
        if total <= rows:
            return list(self._all())
        # Each batch of a wide table takes long to be looked up.
        places = max(4, min(STRETCHES, LOOKUPS // max(len(self.schema), 1)))
        each = max(1, rows // places)
        wanted = [total * place // places for place in range(min(places, rows))]
        return [part for at in wanted for part in self._stretch(starts, at, at + each)]

    def _stretch(self, starts: list[int], low: int, high: int) -> Iterator[pa.RecordBatch]:
        """The rows from `low` to before `high`, where the table has them."""
        place = bisect.bisect_right(starts, low) - 1
        while low < high and place < len(starts):
            part = self._reader.get_batch(place).slice(low - starts[place], high - low)
            yield part
            low += part.num_rows
            place += 1

    def _all(self) -> Iterator[pa.RecordBatch]:
        for at in range(self._reader.num_record_batches):
            yield self._reader.get_batch(at)
