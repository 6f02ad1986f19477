"""Rows of a .npy file; the rest of it is not read."""

from __future__ import annotations

from typing import Any, Final, TypeAlias

import numpy as np

from penstock.artifacts.codecs.arrays import header_of
from penstock.artifacts.content import Content
from penstock.artifacts.previews.cells import cell

#: Values of an array that is no table.
_VALUES: Final = 100

Page: TypeAlias = tuple[str, tuple[tuple[str, str], ...] | None, list[list[Any]] | None, int | None]


def page(found: Content, offset: int, limit: int, columns: int) -> Page:
    """(text, columns, rows, rows in all); no rows of arrays with no dimension or more than two. Raises ValueError."""
    data = found.mapped()
    shape, fortran, dtype, start = header_of(data)
    text = f"{dtype} array of shape {shape}"
    count = int(np.prod(shape))
    if start + count * dtype.itemsize != len(data):
        raise ValueError(f"{len(data)} bytes are not those of a {text}")
    if count == 0 or dtype.itemsize == 0:
        return text, None, None, None
    flat = np.frombuffer(data, dtype, count, start)
    array = flat.reshape(shape[::-1]).T if fortran else flat.reshape(shape)
    if array.ndim not in (1, 2):
        values = ", ".join(str(_plain(value)) for value in array.flat[:_VALUES])
        return f"{text}: {values}{', …' if count > _VALUES else ''}", None, None, None
    part = array[offset : offset + limit]
    if dtype.names and array.ndim == 1:
        named = tuple((name, str(dtype[name])) for name in dtype.names)
        return text, named, [[_plain(row[name]) for name in dtype.names[:columns]] for row in part], len(array)
    if array.ndim == 1:
        return text, (("value", str(dtype)),), [[_plain(value)] for value in part], len(array)
    numbered = tuple((str(at), str(dtype)) for at in range(shape[1]))
    return text, numbered, [[_plain(value) for value in row[:columns]] for row in part], len(array)


def _plain(value: Any) -> Any:
    if isinstance(value, np.datetime64 | np.timedelta64):
        return str(value)
    return cell(value.tolist() if isinstance(value, np.generic | np.ndarray) else value)
