"""Tables of pyarrow. They can't be changed, so that all may have the same."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pyarrow as pa

from penstock.artifacts.codecs import arrow_files
from penstock.artifacts.codecs.codec import Prepared, Unfit, reason
from penstock.artifacts.content import Content
from penstock.artifacts.sink import Sink


def prepare(value: pa.Table | pa.RecordBatch) -> Prepared:
    """Raises Unfit for what a file can't hold."""
    batch = isinstance(value, pa.RecordBatch)
    if value.num_columns == 0 and value.num_rows:
        raise Unfit("the table has rows, and no columns")
    table = pa.Table.from_batches([value]) if batch else value
    name = f"pyarrow.{'RecordBatch' if batch else 'Table'}"
    columns = arrow_files.columns(table.schema)
    return Prepared("table", ".arrow", name, lambda out: _write(table, out), table.num_rows, columns)


def _write(table: pa.Table, out: Sink) -> None:
    try:
        arrow_files.write(table, out)
    except (pa.ArrowException, ValueError) as error:
        raise Unfit(reason(error)) from error


def reader(content: Content) -> Callable[[], Any]:
    """The same table for all."""
    table = arrow_files.read(content)
    if content.artifact.python_type == "pyarrow.Table":
        return lambda: table
    return lambda: _one_batch(table)


def _one_batch(table: pa.Table) -> pa.RecordBatch:
    batches = table.combine_chunks().to_batches()
    return batches[0] if batches else pa.RecordBatch.from_pylist([], schema=table.schema)
