"""How many values lie where: ranges of equal width for numbers and times, the commonest ones of other values."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Final, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from penstock.artifacts.previews.cells import shortened

#: Bins of a column, at most.
BINS: Final = 20
#: Characters of a bin's label.
_LABEL: Final = 80
_TO: Final = " \N{EN DASH} "

Bin: TypeAlias = dict[str, Any]


def of_numbers(values: np.ndarray[Any, Any], whole: bool, told: Callable[[float], str] | None = None) -> list[Bin]:
    """Bins of finite numbers, in order. `told` says what a bound means, where that is not the number."""
    if not len(values):
        return []
    low, high = values.min().item(), values.max().item()
    if low == high:
        return [{"label": (told or _number)(low), "count": len(values)}]
    if whole:
        return _of_whole(values, int(low), int(high), told or _whole)
    span = high - low
    if not math.isfinite(span) or span / BINS == 0:
        return []
    counts, edges = np.histogram(values.astype("float64", copy=False), BINS, (float(low), float(high)))
    bounds = [_rounded(edge, span) for edge in edges.tolist()]
    return [_bin(f"{a}{_TO}{b}", count) for a, b, count in zip(bounds, bounds[1:], counts.tolist(), strict=False)]


def _of_whole(values: np.ndarray[Any, Any], low: int, high: int, told: Callable[[float], str]) -> list[Bin]:
    """Bins that begin and end with whole numbers; one for each number where there are few."""
    width = -(-(high - low + 1) // BINS)
    places = (values.astype("uint64") - np.uint64(low % 2**64)) // np.uint64(width)
    counts = np.bincount(places.astype("int64"), minlength=(high - low) // width + 1)
    found = []
    for place, count in enumerate(counts.tolist()):
        first = low + place * width
        last = min(first + width - 1, high)
        found.append(_bin(told(first) if first == last else f"{told(first)}{_TO}{told(last)}", count))
    return found


def of_values(column: pa.ChunkedArray, told: Callable[[Any], str]) -> tuple[list[Bin], int]:
    """The commonest values, most first, and how many different ones there are."""
    counted = pc.value_counts(column.drop_null())
    counts = counted.field("counts")
    top = pc.select_k_unstable(counts, min(BINS, len(counts)), sort_keys=[("", "descending")])
    values = counted.field("values").take(top)
    shown = [_bin(told(value), count) for value, count in zip(values, counts.take(top).to_pylist(), strict=True)]
    return shown, len(counted)


def _bin(label: str, count: int) -> Bin:
    return {"label": shortened(label, _LABEL), "count": count}


def _number(value: float) -> str:
    return f"{value:.6g}" if isinstance(value, float) else _whole(value)


def _whole(value: float) -> str:
    return f"{int(value)}"


def _rounded(value: float, span: float) -> str:
    """With as many digits as tell the bounds of bins apart."""
    digits = max(0, 2 - math.floor(math.log10(span)))
    if digits > 12 or abs(value) >= 1e15:
        return f"{value:.6g}"
    return f"{value:.{min(digits, 12)}f}"
