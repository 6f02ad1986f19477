"""Arrow IPC files, uncompressed, in batches of bounded size. https://arrow.apache.org/docs/format/Columnar.html#ipc-file-format"""

from __future__ import annotations

from typing import Final

import pyarrow as pa

from penstock.artifacts.content import Content
from penstock.artifacts.sink import Sink

#: Bytes of a record batch, about: a page of a preview reads one or two.
BATCH: Final = 4 << 20
#: Rows of a record batch, at least: short batches cost more than they hold.
ROWS: Final = 1024
_WORDS: Final = {
    "double": "float64", "float": "float32", "halffloat": "float16", "date32[day]": "date", "large_string": "string",
    "string_view": "string", "large_binary": "binary", "binary_view": "binary",
}  # fmt: skip


def write(table: pa.Table, out: Sink) -> None:
    """Write a table. Raises pyarrow's errors for what a file can't hold, OSError."""
    # A file can't replace a dictionary between batches as a stream can, so that all batches have to agree on one.
    options = pa.ipc.IpcWriteOptions(unify_dictionaries=True, use_threads=False)
    with pa.ipc.new_file(pa.PythonFile(out, "w"), table.schema, options=options) as file:
        batches = table.to_batches(max_chunksize=batch_rows(table.num_rows, table.nbytes))
        file.write_table(pa.Table.from_batches(batches, table.schema))
        if not batches:
            # Categories of a table stand in its batches, so that an empty one needs one.
            file.write_batch(
                pa.RecordBatch.from_arrays([_empty(column) for column in table.columns], schema=table.schema)
            )


def _empty(column: pa.ChunkedArray) -> pa.Array:
    return column.chunk(0).slice(0, 0) if column.num_chunks else pa.array([], column.type)


def batch_rows(rows: int, size: int) -> int:
    """Rows of a batch, for a table of so many rows and bytes."""
    return max(ROWS, rows * BATCH // max(size, 1))


def read(content: Content) -> pa.Table:
    """Map a table; its data are read from the file's pages when they are used."""
    return pa.ipc.open_file(pa.py_buffer(content.mapped())).read_all()


def columns(schema: pa.Schema) -> tuple[tuple[str, str], ...]:
    """(name, type) of every column."""
    return tuple([(field.name, type_word(field.type)) for field in schema])


def type_word(kind: pa.DataType) -> str:
    """A type as people call it: how texts are laid out in memory is not told."""
    if pa.types.is_dictionary(kind):
        return "category"
    name = str(kind)
    return _WORDS.get(name, name)
