"""Frames and series of polars, written and read by polars itself: it needs no pyarrow, and knows all its types."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import IO, Any, Final, cast

import polars as pl
from polars.exceptions import PolarsError

from penstock.artifacts.codecs.codec import Prepared, Unfit, reason
from penstock.artifacts.content import Content
from penstock.artifacts.sink import Sink
from penstock.errors import ArtifactError

#: Bytes of a record batch, about, and rows at least; as in `arrow_files`, which needs pyarrow.
_BATCH: Final = 4 << 20
_ROWS: Final = 1024
_SIZE: Final = "record_batch_size"
#: Older versions of polars write a batch for each chunk of the frame.
_SIZED: Final = _SIZE in inspect.signature(pl.DataFrame.write_ipc).parameters
_WORDS: Final = {"boolean": "bool", "categorical": "category", "enum": "category", "time": "time64[ns]"}


def prepare(value: pl.DataFrame | pl.Series) -> Prepared:
    """Raises Unfit for columns of Python objects."""
    series = isinstance(value, pl.Series)
    frame = value.to_frame() if isinstance(value, pl.Series) else value
    for name, kind in frame.schema.items():
        if kind.is_(pl.Object) or (kind.is_nested() and "Object" in str(kind)):
            raise Unfit(f"column '{name}' holds Python objects")
    if frame.width == 0 and frame.height:
        raise Unfit("the frame has rows, and no columns")
    return Prepared(
        "table", ".arrow", f"polars.{'Series' if series else 'DataFrame'}", lambda out: _write(frame, out),
        frame.height, tuple([(name, type_word(kind)) for name, kind in frame.schema.items()]),
    )  # fmt: skip


def _write(frame: pl.DataFrame, out: Sink) -> None:
    rows = max(_ROWS, frame.height * _BATCH // max(int(frame.estimated_size()), 1))
    sized: dict[str, Any] = {_SIZE: rows} if _SIZED else {}
    try:
        frame.write_ipc(cast("IO[bytes]", out), compression="uncompressed", **sized)
    except PolarsError as error:
        raise Unfit(reason(error)) from error


def reader(content: Content) -> Callable[[], Any]:
    """A frame shares its columns with others made here, and copies one before it changes it."""
    try:
        frame = pl.read_ipc(content.file)
    except PolarsError as error:
        raise ArtifactError(f"{content.file} can't be read by polars: {error}") from error
    if content.artifact.python_type == "polars.Series":
        return lambda: frame.to_series(0).clone()
    return frame.clone


def page(content: Content, offset: int, limit: int) -> list[tuple[Any, ...]]:
    """Some rows, as Python values. The rest of the file is not read."""
    return pl.scan_ipc(content.file).slice(offset, limit).collect().rows()


def type_word(kind: pl.DataType) -> str:
    """A type in the words that other tables use, too."""
    if isinstance(kind, pl.Datetime):
        return f"timestamp[{kind.time_unit}{f', tz={kind.time_zone}' if kind.time_zone else ''}]"
    if isinstance(kind, pl.Duration):
        return f"duration[{kind.time_unit}]"
    name = str(kind).lower()
    return _WORDS.get(name.partition("(")[0], name)
