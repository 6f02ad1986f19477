"""Which codec keeps a value, and which reads an artifact. Goes by names of types, and imports no library."""

from __future__ import annotations

import importlib
import os.path
from pathlib import Path
from typing import Any, Final, cast

from penstock.artifacts.codecs.codec import Codec
from penstock.errors import ArtifactError, Unstorable
from penstock.model.artifact import Artifact

#: bytes of at least this length are kept as they are; shorter ones stand in a message, as text.
RAW: Final = 24_000

_PLAIN: Final = frozenset({type(None), bool, int, float, str, list, dict, tuple, set})
#: (library, name of the type) -> codec.
_BY_TYPE: Final = {
    ("pandas", "DataFrame"): "pandas_frames",
    ("pandas", "Series"): "pandas_frames",
    ("polars", "DataFrame"): "polars_frames",
    ("polars", "Series"): "polars_frames",
    ("pyarrow", "Table"): "arrow_tables",
    ("pyarrow", "RecordBatch"): "arrow_tables",
    ("numpy", "ndarray"): "arrays",
    ("matplotlib", "Figure"): "figures",
}
_BY_KIND: Final = {"json": "texts", "array": "arrays", "pickle": "pickles"}
_BY_LIBRARY: Final = {"pandas": "pandas_frames", "polars": "polars_frames", "pyarrow": "arrow_tables"}


def for_value(value: Any) -> Codec | None:
    """The codec of a value's type; None where there is none but for plain values and pickle.

    Raises Unstorable for a LazyFrame, which is a plan and no data.
    """
    kind = type(value)
    if kind in _PLAIN:
        return None
    if kind is bytes:
        return codec("raw") if len(value) >= RAW else None
    if isinstance(value, Path):
        # Unlike Path.is_file, this is False too where the folder may not be read.
        return codec("files") if os.path.isfile(value) else None
    name = (str(kind.__module__).partition(".")[0], kind.__name__)
    if name == ("polars", "LazyFrame"):
        raise Unstorable("a polars.LazyFrame is a plan, not data", cure="return frame.collect()")
    found = _BY_TYPE.get(name)
    return None if found is None else codec(found)


def for_artifact(artifact: Artifact) -> Codec:
    """The codec that reads an artifact. Raises ArtifactError for one of a kind that this version does not know."""
    name = _BY_KIND.get(artifact.kind)
    if artifact.kind == "table":
        name = _BY_LIBRARY.get(artifact.python_type.partition(".")[0])
    elif artifact.kind == "file":
        name = "raw" if artifact.python_type == "bytes" else "files"
    if name is None:
        raise ArtifactError(
            f"this version does not know how to read a {artifact.kind} of {artifact.python_type}",
            cure="read it with the version of Penstock that wrote it",
        )
    return codec(name)


def codec(name: str) -> Codec:
    """The codec of a name."""
    return cast("Codec", importlib.import_module(f"penstock.artifacts.codecs.{name}"))
