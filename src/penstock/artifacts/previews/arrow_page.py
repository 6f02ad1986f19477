"""Rows of an Arrow file: only the batches that hold them are touched, and of long cells only the beginning."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

import pyarrow as pa
from pyarrow import types

from penstock.artifacts.content import Content
from penstock.artifacts.previews.cells import ELEMENTS, LENGTH, LEVELS, cell, shortened

_MICROSECONDS: Final = {"s": 1_000_000, "ms": 1000, "us": 1, "ns": 0.001}


def readable(found: Content) -> bool:
    """Does pyarrow know the types of this file? polars has some of its own."""
    try:
        pa.ipc.open_file(pa.py_buffer(found.mapped())).schema  # noqa: B018 - reading the schema is the question
    except pa.ArrowNotImplementedError:
        return False
    return True


def rows(found: Content, offset: int, limit: int, columns: int) -> list[list[Any]]:
    """Up to `limit` rows from `offset`, and their first columns. Raises ValueError, OSError for a damaged file."""
    try:
        return _rows(found, offset, limit, columns)
    except (pa.ArrowException, LookupError) as error:
        raise ValueError(str(error)) from error


def _rows(found: Content, offset: int, limit: int, columns: int) -> list[list[Any]]:
    reader = pa.ipc.open_file(pa.py_buffer(found.mapped()))
    shown: list[list[Any]] = []
    start = 0
    for at in range(reader.num_record_batches):
        if len(shown) >= limit:
            break
        batch = reader.get_batch(at)
        low, high = max(offset - start, 0), min(offset + limit - start, batch.num_rows)
        start += batch.num_rows
        if low < high:
            part = batch.slice(low, high - low)
            cells = [_column(part.column(place)) for place in range(min(part.num_columns, columns))]
            shown += [list(row) for row in zip(*cells, strict=True)] if cells else [[] for _ in range(low, high)]
    return shown


def _column(column: pa.Array) -> list[Any]:
    # Offsets that lead out of the data would end the process; the file may be damaged, as its digest was not checked.
    column.validate(full=True)
    return [_value(scalar, 0) for scalar in column]


def _value(scalar: pa.Scalar, level: int) -> Any:
    kind = scalar.type
    if not scalar.is_valid:
        return None
    if types.is_dictionary(kind) or isinstance(kind, pa.BaseExtensionType):
        return _value(scalar.value, level)
    if types.is_string(kind) or types.is_large_string(kind) or types.is_string_view(kind):
        return _text(scalar.as_buffer())
    if types.is_binary(kind) or types.is_large_binary(kind) or types.is_binary_view(kind):
        return cell(scalar.as_buffer()[:LENGTH].to_pybytes())
    if types.is_nested(kind):
        return _nested(scalar, level + 1) if level < LEVELS else "…"
    if types.is_floating(kind):
        return cell(float(scalar.as_py()))
    if types.is_duration(kind):
        return _duration(scalar)
    if types.is_temporal(kind) or types.is_decimal(kind):
        return _cast(scalar)
    return cell(scalar.as_py())


def _text(data: pa.Buffer) -> str:
    # A character has at most four bytes.
    text: str = data[: 4 * LENGTH + 4].to_pybytes().decode(errors="replace")
    return shortened(text)


def _nested(scalar: pa.Scalar, level: int) -> Any:
    if types.is_struct(scalar.type):
        fields = list(scalar.type)[:ELEMENTS]
        return {field.name: _value(scalar[at], level) for at, field in enumerate(fields)}
    if types.is_union(scalar.type):
        return _value(scalar.value, level)
    values = scalar.values
    rest = ["…"] if len(values) > ELEMENTS else []
    return [_value(each, level) for each in values[:ELEMENTS]] + rest


def _duration(scalar: pa.DurationScalar) -> str:
    unit = scalar.type.unit
    try:
        return str(timedelta(microseconds=scalar.value * _MICROSECONDS[unit]))
    except OverflowError:
        return f"{scalar.value} {unit}"


def _cast(scalar: pa.Scalar) -> str:
    """As text: not every one of these has a Python type, and some need pandas for it."""
    try:
        return str(scalar.cast(pa.string()).as_py())
    except (pa.ArrowNotImplementedError, pa.ArrowInvalid):
        return shortened(str(scalar))
