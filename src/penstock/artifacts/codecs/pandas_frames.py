"""Frames and series of pandas, as Arrow tables from which an equal frame can be made.

Arrow has no index, and no labels but texts: what is lost of them stands in the table's metadata under `penstock`, as
tagged JSON, beside pandas' own (https://pandas.pydata.org/docs/development/developer.html). A frame that would come
back as another one is Unfit, and pickled.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any, Final, TypeVar

import pandas as pd

from penstock.artifacts import plain
from penstock.artifacts.codecs.codec import Prepared, Unfit, reason
from penstock.artifacts.content import Content

try:
    import pyarrow as pa

    from penstock.artifacts.codecs import arrow_files, pandas_columns
    from penstock.artifacts.codecs import pandas_axes as axes
except ImportError:
    pa = None

_FACTS: Final = b"penstock"
Made = TypeVar("Made", bound="pd.DataFrame | pd.Series[Any]")


def prepare(value: pd.DataFrame | pd.Series[Any]) -> Prepared:
    """Raises Unfit for columns of objects of several types, or of one that Arrow does not know, and without pyarrow."""
    if pa is None:
        raise Unfit("pyarrow is not installed; with it, tables are shown in previews")
    try:
        table, kind = _to_arrow(value)
    except (Unfit, MemoryError):
        raise
    except plain.NotPlain:
        raise Unfit("its labels or attributes hold more than plain values") from None
    except Exception as error:
        # Conversions run code of many libraries; whatever they say, pickle may still do.
        raise Unfit(reason(error)) from error
    columns = arrow_files.columns(table.schema)
    return Prepared("table", ".arrow", kind, lambda out: arrow_files.write(table, out), len(value), columns)


def reader(content: Content) -> Callable[[], Any]:
    """Each frame has data of its own; the mapped table is shared."""
    table = arrow_files.read(content)
    facts = plain.loads(table.schema.metadata[_FACTS].decode())
    return lambda: _from_arrow(table, facts)


def _to_arrow(value: pd.DataFrame | pd.Series[Any]) -> tuple[pa.Table, str]:
    facts: dict[str, Any] = {"series": None, "attrs": dict(value.attrs)}
    if not value.flags.allows_duplicate_labels:
        facts["unique"] = True
    if isinstance(value, pd.Series):
        facts["series"] = [value.name]
        frame = value.to_frame(name="value")
    else:
        # A shallow copy: its labels are changed here, not those of the task's frame.
        frame = value.copy(deep=False)
    frame.attrs = {}
    rows, levels = axes.split(frame.index)
    facts["rows"] = rows
    facts["labels"], frame.columns = axes.as_texts(frame.columns)
    frame.index = pd.RangeIndex(len(frame))
    table, facts["data"] = pandas_columns.encode(frame)
    if levels is not None:
        axes.check(value.index, levels)
        levels.columns = axes.level_names(value.index, frame.columns)
        more, facts["levels"] = pandas_columns.encode(levels)
        facts["levels_pandas"] = more.schema.metadata[b"pandas"].decode()
        fields = [*table.schema, *more.schema]
        table = pa.Table.from_arrays([*table.columns, *more.columns], schema=pa.schema(fields, table.schema.metadata))
    metadata = {**(table.schema.metadata or {}), _FACTS: plain.dumps(facts).encode()}
    return table.replace_schema_metadata(metadata), f"pandas.{type(value).__name__}"


def _from_arrow(table: pa.Table, facts: dict[str, Any]) -> pd.DataFrame | pd.Series[Any]:
    width = table.num_columns - facts["rows"]["levels"]
    frame = pandas_columns.decode(table.select(range(width)), facts["data"])
    levels = None
    if facts["rows"]["levels"]:
        part = table.select(range(width, table.num_columns))
        levels = pandas_columns.decode(
            part.replace_schema_metadata({b"pandas": facts["levels_pandas"].encode()}), facts["levels"]
        )
    index = axes.join(facts["rows"], levels)
    if width:
        frame.index = index
    else:
        frame = pd.DataFrame(index=index)
    if facts["series"] is not None:
        series = frame.iloc[:, 0].rename(facts["series"][0])
        return _marked(series, facts)
    if facts["labels"] is not None:
        frame.columns = axes.from_texts(facts["labels"])
    return _marked(frame, facts)


def _marked(value: Made, facts: dict[str, Any]) -> Made:
    """With its attributes, and the flag that its labels have to differ."""
    value.attrs = deepcopy(facts["attrs"])
    if facts.get("unique"):
        flags: Any = value.flags
        flags.allows_duplicate_labels = False
    return value
