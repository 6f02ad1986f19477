"""Columns of Python objects: kept as Arrow when all are of one type that Arrow gives back as it was."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, time
from decimal import Decimal
from typing import Any, Final

import numpy as np
import pandas as pd
import pyarrow as pa

from penstock.artifacts.codecs.codec import Unfit, type_name

#: What stands for a missing value, by the mark in the facts.
_MISSING: Final = {"None": None, "nan": np.nan, "NA": pd.NA}
_TYPES: Final = frozenset({str, bytes, bool, int, float, date, time, Decimal})
#: Of some types, Arrow does not know every value.
_KNOWN: Final[dict[type | None, Callable[[Any], bool]]] = {
    time: lambda value: value.tzinfo is None and value.fold == 0,
    Decimal: Decimal.is_finite,
}


def encode(values: Any, label: object) -> tuple[str, pa.ChunkedArray]:
    """(mark, array) of an array of objects. Raises Unfit, and what pyarrow raises."""
    kinds = set(map(type, values))
    mark, kind = _sort(values, kinds, label)
    known = _KNOWN.get(kind)
    if known is not None and not all(known(value) for value in values if type(value) is kind):
        raise Unfit(f"column {label!r} holds a value that Arrow does not know, a time with a zone or a NaN")
    array = pa.array(values, type=pa.large_string() if kind is str else None, from_pandas=mark != "None")
    return mark, array if isinstance(array, pa.ChunkedArray) else pa.chunked_array([array])


def decode(column: pa.ChunkedArray, mark: str) -> Any:
    """The array of objects."""
    if pa.types.is_large_string(column.type):
        found = column.to_numpy()
    else:
        found = np.empty(len(column), object)
        found[:] = column.to_pylist()
    if mark != "None" and column.null_count:
        if not found.flags.writeable:
            found = found.copy()
        found[column.is_null().to_numpy()] = _MISSING[mark]
    return found


def _sort(values: Any, kinds: set[type], label: object) -> tuple[str, type | None]:
    """(mark of what is missing, the one type of all others, None where there are none)."""
    missing = "None"
    rest = kinds - {type(None)}
    if float in rest and len(rest) > 1 and all(value != value for value in values if type(value) is float):
        missing, rest = "nan", rest - {float}
    if type(pd.NA) in rest and missing == "None":
        missing, rest = "NA", rest - {type(pd.NA)}
    nan_too = missing == "NA" and rest == {float} and any(value != value for value in values if type(value) is float)
    if nan_too or (missing != "None" and type(None) in kinds):
        raise Unfit(f"column {label!r} has missing values of several types")
    if len(rest) > 1:
        names = " and ".join(sorted(type_name(kind) for kind in rest)[:4])
        raise Unfit(f"column {label!r} mixes {names}")
    kind = next(iter(rest), None)
    if kind is not None and kind not in _TYPES:
        raise Unfit(f"column {label!r} holds objects of type {type_name(kind)}")
    return missing, kind
