"""Rows of an Arrow file: only the batches that hold them are touched, and of long cells only the beginning."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, Final

import pyarrow as pa
from pyarrow import types

from penstock.artifacts.content import Content
from penstock.artifacts.previews.batches import Batches
from penstock.artifacts.previews.cells import ELEMENTS, LENGTH, LEVELS, bounded, cell, shortened
from penstock.artifacts.previews.part import Part

_MICROSECONDS: Final = {"s": 1_000_000, "ms": 1000, "us": 1, "ns": 0.001}


def readable(found: Content) -> bool:
    """Does pyarrow know the types of this file? polars has some of its own."""
    try:
        pa.ipc.open_file(pa.py_buffer(found.mapped())).schema  # noqa: B018 - reading the schema is the question
    except pa.ArrowNotImplementedError:
        return False
    return True


def rows(found: Content, part: Part) -> list[list[Any]]:
    """The rows and columns of a part. Raises ValueError, OSError for a damaged file."""
    with damage_told():
        return _rows(found, part)


@contextmanager
def damage_told() -> Iterator[None]:
    """What pyarrow says of a file that makes no sense, as ValueError."""
    try:
        yield
    except MemoryError:
        raise
    except (pa.ArrowException, LookupError) as error:
        raise ValueError(str(error)) from error


def _rows(found: Content, part: Part) -> list[list[Any]]:
    shown: list[list[Any]] = []
    for batch in Batches(found).page(part.offset, part.limit):
        cells = [_column(batch.column(place)) for place in range(batch.num_columns)[part.columns]]
        shown += [list(row) for row in zip(*cells, strict=True)] if cells else [[] for _ in range(batch.num_rows)]
    return shown


def _column(column: pa.Array) -> list[Any]:
    # Offsets that lead out of the data would end the process; the file may be damaged, as its digest was not checked.
    column.validate(full=True)
    return [value(scalar) for scalar in column]


def value(scalar: pa.Scalar, level: int = 0) -> Any:
    """A cell as a JSON value of bounded size."""
    kind = scalar.type
    if not scalar.is_valid:
        return None
    if types.is_dictionary(kind) or isinstance(kind, pa.BaseExtensionType):
        return value(scalar.value, level)
    if types.is_string(kind) or types.is_large_string(kind) or types.is_string_view(kind):
        return _text(scalar.as_buffer())
    if types.is_binary(kind) or types.is_large_binary(kind) or types.is_binary_view(kind):
        return cell(scalar.as_buffer()[:LENGTH].to_pybytes())
    if types.is_nested(kind):
        if level:
            return _nested(scalar, level + 1) if level < LEVELS else "…"
        return bounded(_nested(scalar, 1))
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
        return {field.name: value(scalar[at], level) for at, field in enumerate(fields)}
    if types.is_union(scalar.type):
        return value(scalar.value, level)
    values = scalar.values
    rest = ["…"] if len(values) > ELEMENTS else []
    return [value(each, level) for each in values[:ELEMENTS]] + rest


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
