"""How large a dataset is: bytes where it is kept, rows and columns of tables. Nothing is loaded."""

from __future__ import annotations

import os
from typing import Any

from penstock.integrations.kedro.measures import FOLDER, measure

#: Files of one dataset that are counted; asking for the sizes of more would take longer than saving them.
MOST: int = 10_000
_LIBRARIES = ("pandas", "polars", "pyarrow")
_TABLES = ("DataFrame", "Table", "RecordBatch")


def measured(dataset: Any, operation: str) -> tuple[str | None, int | None]:
    """(version, bytes) of a dataset object of Kedro's after a "load" or "save"; folders with all that is below them."""
    path, version, size = measure(dataset, operation)
    return version, bytes_below(path) if size == FOLDER and path is not None else size


def bytes_below(path: str) -> int | None:
    """Bytes of a folder; None where it is gone, or holds too many files."""
    try:
        return bytes_at(path)
    except OSError:
        return None


def bytes_at(path: str) -> int | None:
    """Bytes of a file, or of all files in a folder and below; None where they are too many. Raises OSError."""
    if not os.path.isdir(path):
        return os.path.getsize(path)
    total = count = 0
    for folder, _, names in os.walk(path):
        for name in names:
            count += 1
            if count > MOST:
                return None
            total += os.path.getsize(os.path.join(folder, name))
    return total


def is_table(data: Any) -> bool:
    """Is it a table of pandas, polars or Arrow that is in memory?"""
    kind = type(data)
    return kind.__module__.partition(".")[0] in _LIBRARIES and kind.__name__ in _TABLES


def rows_of(data: Any) -> int | None:
    """Rows of a table; None of anything else."""
    if not is_table(data):
        return None
    return int(data.num_rows if hasattr(data, "num_rows") else len(data))


def columns_of(data: Any) -> tuple[tuple[str, str], ...] | None:
    """(name, type) of a table's columns; None of anything else."""
    if not is_table(data):
        return None
    # A frame of pandas may have a column of that name.
    of_pandas = type(data).__module__.partition(".")[0] == "pandas"
    schema = None if of_pandas else getattr(data, "schema", None)
    if schema is None:
        # Of wide tables this is most of the cost: the text of a type takes 10 us, and there are few types.
        kinds = data.dtypes.tolist()
        texts = {kind: str(kind) for kind in set(kinds)}
        return tuple((str(name), texts[kind]) for name, kind in zip(data.columns.tolist(), kinds, strict=True))
    if hasattr(schema, "items"):
        return tuple((str(name), str(kind)) for name, kind in schema.items())
    return tuple((field.name, str(field.type)) for field in schema)
