"""What every codec does."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol

from penstock.model.artifact import Kind

if TYPE_CHECKING:
    # A process that passes small values only needs none of what reads and writes files.
    from penstock.artifacts.content import Content
    from penstock.artifacts.sink import Sink

_LIBRARIES: Final = frozenset({"pandas", "polars", "pyarrow"})


class Unfit(Exception):
    """This codec can't keep the value so that the same comes back. The text says why, for people."""


class Prepared(NamedTuple):
    """A value that is ready to be written. `suffix` is what its key ends with; `columns` are (name, type) pairs."""

    kind: Kind
    suffix: str
    python_type: str
    write: Callable[[Sink], object]
    rows: int | None = None
    columns: tuple[tuple[str, str], ...] | None = None


class Codec(Protocol):
    """Writes values of some types, and makes them again. Codecs are modules."""

    def prepare(self, value: Any) -> Prepared:
        """Get a value ready; nothing is written yet. Raises Unfit (also from `write`), Unstorable."""

    def reader(self, content: Content) -> Callable[[], Any]:
        """What makes the value of a file that was found sound, as often as it is called, each time a new one.

        Nothing that one caller does to a value may be seen by another. Raises ArtifactError.
        """


def type_name(kind: type) -> str:
    """The name of a type as people know it: without `builtins`, and without the inner modules of large libraries."""
    library = str(kind.__module__).partition(".")[0]
    if library == "builtins":
        return kind.__qualname__
    module = library if library in _LIBRARIES else kind.__module__
    return f"{module}.{kind.__qualname__}"


def reason(error: Exception) -> str:
    """Why something failed, in one short line that every log can hold."""
    if isinstance(error, RecursionError):
        return "it is nested too deep"
    try:
        texts = all(isinstance(part, str) for part in error.args)
        told = ": ".join(error.args) if texts else str(error)
    except Exception:
        told = ""
    line = " ".join(told.split())[:300].encode(errors="backslashreplace").decode()
    return f"{type(error).__name__}: {line}"
