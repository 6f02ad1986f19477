"""All other objects, by pickle: the last resort, marked, and never read by server or engine.

To read a pickle is to run what it says. Only workers do, which run the code of the pipeline anyway.
"""

from __future__ import annotations

import contextlib
import pickle
from collections.abc import Callable
from typing import Any, Final

from penstock.artifacts.codecs.codec import Prepared, reason, type_name
from penstock.artifacts.content import Content
from penstock.artifacts.sink import Sink
from penstock.errors import ArtifactError, Unstorable

_PROTOCOL: Final = 5
_CURES: Final = {
    "generator": "return list(...) of it",
    "coroutine": "await it, and return what it gives",
    "function": "define the function at the top of its module",
    "module": "return the module's name",
    "TextIOWrapper": "close the file, and return its Path",
    "BufferedReader": "close the file, and return its Path",
    "BufferedWriter": "close the file, and return its Path",
}
_CURE: Final = (
    "return data (a table, a dict, the Path of a file) and open connections, files and locks where they are used"
)


def prepare(value: Any) -> Prepared:
    """Writing raises Unstorable for what can't be pickled."""
    rows, columns = _schema(value)
    return Prepared("pickle", ".pickle", type_name(type(value)), lambda out: _write(value, out), rows, columns)


def _schema(value: Any) -> tuple[int | None, tuple[tuple[str, str], ...] | None]:
    """Rows and columns of a table that has to be pickled; (None, None) of other values."""
    with contextlib.suppress(Exception):
        if type(value).__name__ == "DataFrame":
            types = list(value.dtypes)
            return len(value), tuple((str(name), str(kind)) for name, kind in zip(value.columns, types, strict=True))
    return None, None


def _write(value: Any, out: Sink) -> None:
    try:
        pickle.Pickler(out, _PROTOCOL).dump(value)
    except Exception as error:
        if out.error is not None or isinstance(error, MemoryError):
            raise
        raise Unstorable(
            f"it can't be pickled ({reason(error)})",
            cure=_CURES.get(type(value).__name__, _CURE),
        ) from error


def reader(content: Content) -> Callable[[], Any]:
    """The object is made each time; what it needs is imported."""
    return lambda: _read(content)


def _read(content: Content) -> Any:
    try:
        return pickle.loads(content.mapped())
    except MemoryError:
        raise
    except Exception as error:
        raise ArtifactError(
            f"{content.artifact.python_type} can't be unpickled from {content.file}: {reason(error)}",
            cure="see that the classes it is made of can be imported, in the version that wrote it",
        ) from error
