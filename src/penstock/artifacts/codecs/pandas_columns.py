"""Columns of a pandas frame with a plain index and texts as labels, to Arrow and back.

pyarrow converts what has a type of its own. Columns of objects, and those that are Arrow's already, are converted
here: pyarrow guesses the type of the one, and loses that of the other. Whether all types come back is tried on a frame
without rows.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from penstock.artifacts.codecs import pandas_objects as objects
from penstock.artifacts.codecs.codec import Unfit

#: What stands for a column of Arrow's own types among the marks of `pandas_objects`.
_ARROW = "arrow"


def encode(frame: pd.DataFrame) -> tuple[pa.Table, dict[str, Any]]:
    """(table, facts). Raises Unfit, and what pyarrow raises."""
    special: list[tuple[int, str]] = []
    arrays = {}
    rest = frame.copy(deep=False)
    kinds = list(frame.dtypes)
    for at, kind in enumerate(kinds):
        if kind == np.dtype(object):
            mark, arrays[at] = objects.encode(frame.iloc[:, at].to_numpy(), frame.columns[at])
        elif isinstance(kind, pd.ArrowDtype):
            mark, arrays[at] = _ARROW, pa.chunked_array(pa.array(frame.iloc[:, at]))
        else:
            continue
        special.append((at, mark))
        rest.isetitem(at, np.zeros(len(frame), bool))
    table = pa.Table.from_pandas(rest, preserve_index=False, nthreads=1)
    for at, array in arrays.items():
        table = table.set_column(at, frame.columns[at], array)
    facts = {"special": special, "texts": _texts(kinds)}
    _check(kinds, decode(table.slice(0, 0), facts))
    return table, facts


def decode(table: pa.Table, facts: dict[str, Any]) -> pd.DataFrame:
    """A frame with data of its own, that may be changed."""
    plain = table
    for at, _ in facts["special"]:
        plain = plain.set_column(at, table.column_names[at], pa.array(np.zeros(table.num_rows, bool)))
    frame: pd.DataFrame = plain.to_pandas(use_threads=False)
    for at, mark in facts["special"]:
        column = table.column(at)
        if mark == _ARROW:
            frame.isetitem(at, pd.arrays.ArrowExtensionArray(column))
        else:
            # A series of objects: of an array, pandas would guess the type anew.
            values = pd.Series(objects.decode(column, mark), index=frame.index, dtype=object)
            frame.isetitem(at, values)  # type: ignore[arg-type]
    for at, (storage, missing) in facts["texts"]:
        kind = pd.StringDtype(storage) if missing == "NA" else pd.StringDtype(storage, na_value=np.nan)
        frame.isetitem(at, frame.iloc[:, at].astype(kind))
    for at, kind in enumerate(frame.dtypes):
        if isinstance(kind, pd.CategoricalDtype):
            # The only type whose data pyarrow hands over as they are: the file's pages, which can't be written to.
            frame.isetitem(at, frame.iloc[:, at].array.copy())
    return frame


def to_bytes(table: pa.Table) -> bytes:
    """A small table as bytes."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as stream:
        stream.write_table(table)
    found: bytes = sink.getvalue().to_pybytes()
    return found


def from_bytes(data: bytes) -> pa.Table:
    """The table that `to_bytes` wrote."""
    return pa.ipc.open_stream(data).read_all()


def _texts(kinds: list[Any]) -> list[tuple[int, list[str]]]:
    """Columns of texts that are not laid out as pandas does by default: (place, [storage, what is missing])."""
    return [
        (at, [kind.storage, "NA" if kind.na_value is pd.NA else "nan"])
        for at, kind in enumerate(kinds)
        if isinstance(kind, pd.StringDtype) and kind.storage == "python"
    ]


def _check(kinds: list[Any], empty: pd.DataFrame) -> None:
    for at, (kind, other) in enumerate(zip(kinds, empty.dtypes, strict=True)):
        if not _same(kind, other):
            raise Unfit(f"column '{empty.columns[at]}' would come back as {other!r} instead of {kind!r}")


def _same(kind: Any, other: Any) -> bool:
    if isinstance(kind, pd.CategoricalDtype) and isinstance(other, pd.CategoricalDtype):
        # Categories that are equal as a set make equal types, but their order is part of the data.
        return (
            kind.ordered == other.ordered
            and kind.categories.dtype == other.categories.dtype
            and kind.categories.equals(other.categories)
        )
    return bool(kind == other)
