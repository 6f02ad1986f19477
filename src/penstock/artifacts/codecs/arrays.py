"""Arrays of numpy as .npy files, without pickle. https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html"""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.lib import format as npy

from penstock.artifacts.codecs.codec import Prepared, Unfit
from penstock.artifacts.content import Content
from penstock.artifacts.sink import Sink


def prepare(value: np.ndarray[Any, Any]) -> Prepared:
    """Raises Unfit for arrays of objects, and for types that the format does not tell apart."""
    if value.dtype.hasobject:
        raise Unfit("the array holds Python objects")
    header = io.BytesIO()
    try:
        npy.write_array_header_2_0(header, npy.header_data_from_array_1_0(value))
        same = npy.descr_to_dtype(npy.dtype_to_descr(value.dtype)) == value.dtype
    except (ValueError, TypeError):
        same = False
    if not same:
        raise Unfit(f"the .npy format does not know the type {value.dtype}")
    return Prepared("array", ".npy", "numpy.ndarray", lambda out: _write(header.getvalue(), value, out))


def _write(header: bytes, value: np.ndarray[Any, Any], out: Sink) -> None:
    out.write(header)
    if value.nbytes:
        # The order in memory is told in the header: a transposed array is not turned over.
        flat = value.T if value.flags.f_contiguous and not value.flags.c_contiguous else value
        out.write(np.ascontiguousarray(flat).reshape(-1).view(np.uint8))


def reader(content: Content) -> Callable[[], np.ndarray[Any, Any]]:
    """Each array stands on pages of the file that are its own as soon as it changes them."""
    return lambda: _array(content.private())


def _array(data: Any) -> np.ndarray[Any, Any]:
    shape, fortran, dtype, start = header_of(data)
    count = int(np.prod(shape))
    if count == 0 or dtype.itemsize == 0:
        return np.empty(shape, dtype, order="F" if fortran else "C")
    flat = np.frombuffer(data, dtype, count, start)
    return flat.reshape(shape[::-1]).T if fortran else flat.reshape(shape)


def header_of(data: Any) -> tuple[tuple[int, ...], bool, np.dtype[Any], int]:
    """(shape, in Fortran's order, type, first byte of the data) of a .npy file's bytes."""
    head = io.BytesIO(bytes(data[: 1 << 16]))
    read = npy.read_array_header_1_0 if npy.read_magic(head) == (1, 0) else npy.read_array_header_2_0
    shape, fortran, dtype = read(head)
    return shape, fortran, dtype, head.tell()
