"""Summary and CSV of arrays with one or two dimensions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa

from penstock.artifacts.content import Content
from penstock.artifacts.previews import array_page, csv_text, summary
from penstock.errors import UsageError

#: Values of one part of the CSV, about.
_PART = 500_000


def summarized(found: Content) -> dict[str, Any]:
    """As `summary.of_table`. Raises ValueError for a file that is no array, UsageError for one of another shape."""
    array = _table(found)
    names = array_page.names_of(array)
    most = summary.bound(len(array), len(names), found.artifact.size)
    part = array[:: -(-len(array) // most)] if len(array) > most else array
    columns = [array_page.column_of(part, at) for at in range(min(len(names), summary.COLUMNS))]
    return summary.of_arrays(names, columns, len(array), len(part))


def csv_of(found: Content) -> Iterator[bytes]:
    """The header, and the rows in parts. Raises as `summarized`."""
    array = _table(found)
    names = array_page.names_of(array)
    yield csv_text.header(name for name, _ in names)
    step = max(1, _PART // max(len(names), 1))
    for low in range(0, len(array), step):
        part = array[low : low + step]
        yield csv_text.text_of([_column(array_page.column_of(part, at)) for at in range(len(names))])


def _table(found: Content) -> np.ndarray[Any, Any]:
    array = array_page.opened(found)
    if array.ndim not in (1, 2):
        raise UsageError(
            f"an array of shape {array.shape} is no table",
            cure="download it as it is stored, and open it with numpy.load",
        )
    return array


def _column(values: np.ndarray[Any, Any]) -> pa.Array:
    """A column of a type that CSV has."""
    kind = values.dtype.kind
    if values.dtype.itemsize <= 8 and kind in "biuf":
        values = (
            values.astype("float32") if values.dtype == np.float16 else values.astype(values.dtype.newbyteorder("="))
        )
        return pa.array(np.ascontiguousarray(values))
    if kind == "S":
        return pa.array([value.hex() for value in values.tolist()], pa.large_string())
    texts = pa.array([str(value) for value in values], pa.large_string())
    return csv_text.guarded(texts) if kind == "U" else texts
