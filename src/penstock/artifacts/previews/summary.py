"""What is in the columns of a table: missing and different values, bounds, a picture of how they are spread.

At most a million rows are read, from all over the table, and for two seconds at most. A NaN counts as missing.
"""

from __future__ import annotations

import time
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import types

from penstock.artifacts.content import Content
from penstock.artifacts.previews import arrow_page, bins
from penstock.artifacts.previews.batches import Batches
from penstock.artifacts.previews.cells import cell, shortened

#: Rows that are read, cells, and bytes.
ROWS: Final = 1_000_000
CELLS: Final = 16_000_000
BYTES: Final = 512 << 20
#: Columns that are told of.
COLUMNS: Final = 500
#: Seconds after which the columns that are left are not read.
SECONDS: Final = 2.0
#: Ticks of a second; what has no unit has that of its name.
_TICKS: Final = {"d": 1 / 86_400, "s": 1, "ms": 1_000, "us": 1_000_000, "ns": 1_000_000_000}
_UNITS: Final = {"date32[day]": "d", "date64[ms]": "ms"}
#: Seconds that a bin spans at least, and as many characters of a time are worth telling then.
_CUTS: Final = ((86_400, 10), (60, 16), (1, 19))


def of_table(found: Content) -> dict[str, Any]:
    """`rows`, `rows_read`, `columns` and `cut`. Raises ValueError, OSError for a damaged file."""
    artifact, end = found.artifact, time.monotonic() + SECONDS
    with arrow_page.damage_told():
        batches = Batches(found)
        width = len(batches.schema)
        rows = artifact.rows or 0
        table = pa.Table.from_batches(batches.spread(bound(rows, width, artifact.size)), batches.schema)
        names = artifact.columns or tuple((field.name, str(field.type)) for field in batches.schema)
        columns = _columns(table.columns[:COLUMNS], names, end)
    return {"rows": rows, "rows_read": table.num_rows, "columns": columns, "cut": len(columns) < width}


def of_arrays(names: tuple[tuple[str, str], ...], arrays: list[Any], rows: int, read: int) -> dict[str, Any]:
    """The same of columns that numpy holds."""
    end = time.monotonic() + SECONDS
    columns = _columns([pa.chunked_array([_held(array)]) for array in arrays[:COLUMNS]], names, end)
    return {"rows": rows, "rows_read": read, "columns": columns, "cut": len(columns) < len(names)}


def bound(rows: int, width: int, size: int) -> int:
    """Rows of a table that are read."""
    most = min(ROWS, CELLS // max(width, 1))
    return max(1, min(most, rows * BYTES // size if size > BYTES else most))


def _held(array: Any) -> pa.Array:
    try:
        return pa.array(array)
    except (pa.ArrowException, ValueError, TypeError):
        # Complex numbers and the like: nothing is told of them but their type.
        return pa.array([b""] * len(array))


def _columns(columns: list[pa.ChunkedArray], names: tuple[tuple[str, str], ...], end: float) -> list[dict[str, Any]]:
    found = []
    for column, (name, kind) in zip(columns, names, strict=False):
        if time.monotonic() > end:
            break
        found.append({"name": name, "type": kind} | _column(column))
    return found


def _column(column: pa.ChunkedArray) -> dict[str, Any]:
    # Offsets that lead out of the data would end the process; the digest of the file was not checked.
    column.validate(full=True)
    column = _plain(pa.chunked_array([column.combine_chunks()], column.type))
    kind = column.type
    if types.is_boolean(kind):
        return _counted(column, bounds=False)
    if types.is_string(kind) or types.is_large_string(kind):
        return _counted(column, bounds=True)
    if types.is_decimal(kind):
        return _decimals(column)
    if types.is_integer(kind):
        return _numbers(column, whole=True)
    if types.is_floating(kind):
        return _reals(column)
    if (types.is_temporal(kind) and not types.is_interval(kind)) or types.is_duration(kind):
        return _times(column)
    return _facts(column.null_count)


def _plain(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Categories as what they stand for, types of others as what they are stored as."""
    kind = column.type
    if isinstance(kind, pa.BaseExtensionType):
        return _plain(pa.chunked_array([chunk.storage for chunk in column.chunks], kind.storage_type))
    if types.is_dictionary(kind):
        return _plain(column.cast(kind.value_type))
    if types.is_string_view(kind):
        return column.cast(pa.large_string())
    if types.is_float16(kind):
        return column.cast(pa.float32())
    return column


def _facts(nulls: int, **figures: Any) -> dict[str, Any]:
    return {"nulls": nulls, "distinct": None, "min": None, "max": None, "mean": None, "bins": []} | figures


def _counted(column: pa.ChunkedArray, *, bounds: bool) -> dict[str, Any]:
    found, distinct = bins.of_values(column, _label)
    low = high = None
    if bounds and distinct:
        ends = pc.min_max(column)
        low, high = arrow_page.value(ends["min"]), arrow_page.value(ends["max"])
    return _facts(column.null_count, distinct=distinct, min=low, max=high, bins=found)


def _label(value: pa.Scalar) -> str:
    shown = arrow_page.value(value)
    return shown if isinstance(shown, str) else str(shown).lower()


def _numbers(column: pa.ChunkedArray, *, whole: bool, nulls: int | None = None) -> dict[str, Any]:
    values = column.drop_null().to_numpy()
    nulls = column.null_count if nulls is None else nulls
    if not len(values):
        return _facts(nulls, distinct=0)
    return _facts(
        nulls, distinct=pc.count_distinct(column).as_py(), min=cell(values.min().item()), max=cell(values.max().item()),
        mean=_mean(values), bins=bins.of_numbers(values, whole),
    )  # fmt: skip


def _reals(column: pa.ChunkedArray) -> dict[str, Any]:
    values = column.drop_null().to_numpy()
    finite = np.isfinite(values)
    if finite.all():
        return _numbers(column, whole=False)
    numbers = values[~np.isnan(values)]
    missing = len(column) - len(numbers)
    if not len(numbers):
        return _facts(missing, distinct=0)
    within = values[finite]
    return _facts(
        missing, distinct=len(np.unique(numbers)), min=cell(numbers.min().item()), max=cell(numbers.max().item()),
        mean=_mean(numbers), bins=bins.of_numbers(within, whole=False),
    )  # fmt: skip


def _mean(numbers: Any) -> float | None:
    """None where it is no number: of both infinities, or beyond all that a float holds."""
    with np.errstate(all="ignore"):
        mean: float = numbers.mean(dtype="float64").item()
    return mean if np.isfinite(mean) else None


def _decimals(column: pa.ChunkedArray) -> dict[str, Any]:
    """Bounds in full, all else of the nearest floating numbers."""
    found = _numbers(column.cast(pa.float64()), whole=False)
    ends = pc.min_max(column)
    distinct = pc.count_distinct(column).as_py()
    return found | {"distinct": distinct, "min": arrow_page.value(ends["min"]), "max": arrow_page.value(ends["max"])}


def _times(column: pa.ChunkedArray) -> dict[str, Any]:
    kind = column.type
    ticks = column.cast(pa.int32() if kind.bit_width == 32 else pa.int64())
    values = ticks.drop_null().to_numpy()
    if not len(values):
        return _facts(column.null_count, distinct=0)

    unit = _TICKS[_UNITS.get(str(kind)) or kind.unit]
    width = (int(values.max()) - int(values.min())) / bins.BINS / unit
    cut = next((length for seconds, length in _CUTS if width >= seconds), None)

    def told(tick: float, length: int | None = None) -> str:
        text = str(arrow_page.value(pa.scalar(int(tick), ticks.type).cast(kind)))
        return text[:length] if length and types.is_timestamp(kind) else _short(text)

    return _facts(
        column.null_count, distinct=pc.count_distinct(ticks).as_py(), min=told(values.min()), max=told(values.max()),
        bins=bins.of_numbers(values, True, lambda tick: told(tick, cut)),
    )  # fmt: skip


def _short(text: str) -> str:
    """A time without parts of a second that are none."""
    head, dot, tail = text.partition(".")
    digits = tail[: len(tail) - len(tail.lstrip("0123456789"))]
    return shortened(head + tail[len(digits) :] if dot and not digits.strip("0") else text)
