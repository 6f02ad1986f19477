"""Tables as Arrow IPC files: pandas, polars and pyarrow in, the same out. https://arrow.apache.org/docs/format/Columnar.html"""

from __future__ import annotations

from pathlib import Path
from typing import Any, BinaryIO, Final

from penstock.errors import Unstorable

#: Rows of a record batch, so that a page of a preview reads little.
BATCH_ROWS: Final = 65_536

_TYPES: Final = {
    ("pandas", "DataFrame"): "pandas.DataFrame",
    ("pandas", "Series"): "pandas.Series",
    ("polars", "DataFrame"): "polars.DataFrame",
    ("polars", "Series"): "polars.Series",
    ("pyarrow", "Table"): "pyarrow.Table",
    ("pyarrow", "RecordBatch"): "pyarrow.RecordBatch",
}


def table_type(value: Any) -> str | None:
    """Which kind of table a value is, None for other values. Imports nothing.

    Raises Unstorable for a LazyFrame, which is a plan and no data.
    """
    kind = type(value)
    library = kind.__module__.partition(".")[0]
    if library == "polars" and kind.__name__ == "LazyFrame":
        raise Unstorable("a polars LazyFrame is a plan, not data", cure="return frame.collect()")
    return _TYPES.get((library, kind.__name__))


def to_arrow(value: Any, python_type: str) -> Any:
    """A pyarrow Table of a table. Raises pyarrow's errors for columns that it can't take."""
    import pyarrow as pa

    if python_type == "pandas.DataFrame":
        return pa.Table.from_pandas(value)
    if python_type == "pandas.Series":
        return pa.Table.from_pandas(value.to_frame(name="value" if value.name is None else value.name))
    if python_type == "polars.DataFrame":
        return value.to_arrow()
    if python_type == "polars.Series":
        return value.to_frame().to_arrow()
    if python_type == "pyarrow.RecordBatch":
        return pa.Table.from_batches([value])
    return value


def from_arrow(table: Any, python_type: str) -> Any:
    """What a task gets: an object of the type that was stored, its own to change."""
    if python_type.startswith("pandas"):
        frame = table.to_pandas()
        return frame.iloc[:, 0] if python_type == "pandas.Series" else frame
    if python_type.startswith("polars"):
        import polars

        frame = polars.from_arrow(table)
        return frame.to_series(0) if python_type == "polars.Series" else frame  # type: ignore[union-attr]
    if python_type == "pyarrow.RecordBatch":
        batches = table.combine_chunks().to_batches()
        return batches[0] if batches else table.schema.empty_table().to_batches()
    return table


def write(table: Any, out: BinaryIO) -> None:
    """Write a table as an Arrow IPC file, uncompressed: it is read by mapping it."""
    import pyarrow as pa

    with pa.ipc.new_file(out, table.schema) as writer:
        writer.write_table(table, max_chunksize=BATCH_ROWS)


def read(file: Path) -> Any:
    """Map the table of a file: nothing is copied until it is used."""
    import pyarrow as pa

    return pa.ipc.open_file(pa.memory_map(str(file))).read_all()


def columns(table: Any) -> tuple[tuple[str, str], ...]:
    """(name, type) of every column."""
    return tuple((str(field.name), str(field.type)) for field in table.schema)


def page(file: Path, offset: int, limit: int) -> tuple[Any, int]:
    """(rows from `offset` as a pyarrow Table, rows in all), reading only the batches that hold them."""
    import pyarrow as pa

    with pa.memory_map(str(file)) as source:
        reader = pa.ipc.open_file(source)
        found, start, total = [], 0, 0
        for at in range(reader.num_record_batches):
            batch = reader.get_batch(at)
            total += batch.num_rows
            low, high = max(offset, start), min(offset + limit, total)
            if low < high:
                found.append(batch.slice(low - start, high - low))
            start = total
        return pa.Table.from_batches(found, schema=reader.schema), total
