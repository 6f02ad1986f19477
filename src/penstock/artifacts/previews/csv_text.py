"""Tables as CSV, piece by piece. Texts that a spreadsheet would take for a formula get an apostrophe in front."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as arrow_csv
from pyarrow import types

from penstock.artifacts.content import Content
from penstock.artifacts.previews import arrow_page
from penstock.artifacts.previews.batches import PART, Batches

#: What a formula starts with (https://owasp.org/www-community/attacks/CSV_Injection).
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
_PATTERN: Final = r"^[=+\-@\t\r]"
_OPTIONS: Final = arrow_csv.WriteOptions(include_header=False)


def of_table(found: Content) -> Iterator[bytes]:
    """The header, and the rows in parts. Raises ValueError, OSError for a damaged file."""
    names = [name for name, _ in found.artifact.columns or ()]
    if found.artifact.python_type.startswith("polars.") and not arrow_page.readable(found):
        yield header(names)
        yield from _of_polars(found)
        return
    with arrow_page.damage_told():
        batches = Batches(found)
        yield header(names or batches.schema.names)
        for part in batches.walk():
            yield text_of([_column(part.column(place)) for place in range(part.num_columns)])


def header(names: Iterable[str]) -> bytes:
    """The first line."""
    return _lines([[_guarded(name) for name in names]])


def text_of(columns: list[pa.Array]) -> bytes:
    """Rows of columns of types that CSV has."""
    out = pa.BufferOutputStream()
    arrow_csv.write_csv(pa.record_batch(columns, [str(at) for at in range(len(columns))]), out, _OPTIONS)
    content: bytes = out.getvalue().to_pybytes()
    return content


def guarded(column: pa.Array) -> pa.Array:
    """A column of texts, those that look like formulas marked."""
    risky = pc.match_substring_regex(column, _PATTERN)
    if not pc.any(risky).as_py():
        return column
    return pc.if_else(
        risky, pc.binary_join_element_wise(pa.scalar("'", column.type), column, pa.scalar("", column.type)), column
    )


def _column(column: pa.Array) -> pa.Array:
    column.validate(full=True)
    kind = column.type
    if isinstance(kind, pa.BaseExtensionType):
        return _column(column.storage)
    if types.is_dictionary(kind):
        return _column(column.cast(kind.value_type))
    if types.is_string(kind) or types.is_large_string(kind) or types.is_string_view(kind):
        return guarded(column.cast(pa.large_string()))
    if types.is_float16(kind):
        return column.cast(pa.float32())
    if types.is_decimal(kind) or types.is_time(kind):
        return column.cast(pa.string())
    if types.is_integer(kind) or types.is_floating(kind) or types.is_boolean(kind) or types.is_null(kind):
        return column
    if types.is_date(kind) or types.is_timestamp(kind):
        return column
    return guarded(pa.array([_text(scalar) for scalar in column], pa.large_string()))


def _text(scalar: pa.Scalar) -> str | None:
    """What CSV has no type for: bytes in hexadecimal, lists and the like as JSON."""
    if not scalar.is_valid:
        return None
    kind = scalar.type
    if (
        types.is_binary(kind)
        or types.is_large_binary(kind)
        or types.is_binary_view(kind)
        or types.is_fixed_size_binary(kind)
    ):
        return bytes(scalar.as_buffer()).hex()
    if types.is_nested(kind):
        return json.dumps(scalar.as_py(), ensure_ascii=False, default=str)
    return str(arrow_page.value(scalar))


def _of_polars(found: Content) -> Iterator[bytes]:
    """Types that pyarrow does not know: by way of Python values."""
    from penstock.artifacts.codecs import polars_frames

    for offset in range(0, found.artifact.rows or 0, PART):
        yield _lines([[_plain(value) for value in row] for row in polars_frames.page(found, offset, PART)])


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        return _guarded(value)
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, list | dict):
        return _guarded(json.dumps(value, ensure_ascii=False, default=str))
    return value


def _guarded(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text


def _lines(rows: Iterable[Iterable[Any]]) -> bytes:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue().encode(errors="replace")
