"""Rows of a .npy file; the rest of it is not read."""

from __future__ import annotations

from typing import Any, Final, TypeAlias

import numpy as np

from penstock.artifacts.codecs.arrays import header_of
from penstock.artifacts.content import Content
from penstock.artifacts.previews.cells import cell
from penstock.artifacts.previews.part import Part

#: Values of an array that is no table.
_VALUES: Final = 100

Page: TypeAlias = tuple[str, tuple[tuple[str, str], ...] | None, list[list[Any]] | None, int | None]


def page(found: Content, part: Part) -> Page:
    """(text, columns, rows, rows in all); no rows of arrays with no dimension or more than two. Raises ValueError."""
    array = opened(found)
    text = f"{array.dtype} array of shape {array.shape}"
    if array.size == 0 or array.dtype.itemsize == 0:
        return text, None, None, None
    if array.ndim not in (1, 2):
        values = ", ".join(str(_plain(value)) for value in array.flat[:_VALUES])
        return f"{text}: {values}{', …' if array.size > _VALUES else ''}", None, None, None
    names = names_of(array)
    shown = [column_of(array, at)[part.rows] for at in range(len(names))[part.columns]]
    rows = [[_plain(value) for value in row] for row in zip(*shown, strict=True)]
    return text, names, rows, len(array)


def opened(found: Content) -> np.ndarray[Any, Any]:
    """The array on the pages of its file. Raises ValueError for a file that is none."""
    data = found.mapped()
    shape, fortran, dtype, start = header_of(data)
    count = int(np.prod(shape))
    if start + count * dtype.itemsize != len(data):
        raise ValueError(f"{len(data)} bytes are not those of a {dtype} array of shape {shape}")
    if count == 0 or dtype.itemsize == 0:
        return np.empty(shape, dtype)
    flat = np.frombuffer(data, dtype, count, start)
    return flat.reshape(shape[::-1]).T if fortran else flat.reshape(shape)


def names_of(array: np.ndarray[Any, Any]) -> tuple[tuple[str, str], ...]:
    """(name, type) of the columns of an array with one or two dimensions."""
    if array.ndim == 2:
        return tuple((str(at), str(array.dtype)) for at in range(array.shape[1]))
    if array.dtype.names:
        return tuple((name, str(array.dtype[name])) for name in array.dtype.names)
    return (("value", str(array.dtype)),)


def column_of(array: np.ndarray[Any, Any], at: int) -> np.ndarray[Any, Any]:
    """One of them."""
    if array.ndim == 2:
        return array[:, at]
    return array[array.dtype.names[at]] if array.dtype.names else array


def _plain(value: Any) -> Any:
    if isinstance(value, np.datetime64 | np.timedelta64):
        return str(value)
    return cell(value.tolist() if isinstance(value, np.generic | np.ndarray) else value)
