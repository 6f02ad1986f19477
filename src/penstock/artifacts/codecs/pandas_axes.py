"""Indexes of pandas, of rows and of columns, taken apart into columns and put together again."""

from __future__ import annotations

import base64
from collections.abc import Hashable, Iterable
from typing import Any, Final, cast

import pandas as pd

from penstock.artifacts.codecs import pandas_columns
from penstock.artifacts.codecs.codec import Unfit

#: How pandas lays out labels that are texts, where nothing else is asked for.
_TEXTS: Final = pd.Index(["a"]).dtype


def split(index: pd.Index[Any]) -> tuple[dict[str, Any], pd.DataFrame | None]:
    """(facts, a column for each level). A range is told by its facts alone. Raises Unfit."""
    facts: dict[str, Any] = {"names": list(index.names), "range": None, "levels": 0, "multi": False, "freq": None}
    if type(index) is pd.RangeIndex:
        facts["range"] = [index.start, index.stop, index.step]
        return facts, None
    if isinstance(index, pd.MultiIndex):
        facts["multi"], facts["levels"] = True, index.nlevels
        return facts, index.to_frame(index=False, name=[str(at) for at in range(index.nlevels)])
    facts["levels"] = 1
    facts["freq"] = _frequency(index)
    return facts, index.to_frame(index=False, name="0")


def join(facts: dict[str, Any], levels: pd.DataFrame | None) -> pd.Index[Any]:
    """The index that `split` took apart."""
    names: list[Hashable] = facts["names"]
    if levels is None:
        start, stop, step = facts["range"]
        return pd.RangeIndex(start, stop, step, name=names[0])
    columns = [levels.iloc[:, at] for at in range(facts["levels"])]
    if facts["multi"]:
        return _multi(columns, names)
    index: pd.Index[Any] = pd.Index(columns[0].array, dtype=columns[0].dtype, name=names[0])
    if facts["freq"] is not None:
        index = cast("type[pd.DatetimeIndex]", type(index))(index, freq=facts["freq"])
    return index


def _multi(columns: list[pd.Series[Any]], names: list[Hashable]) -> pd.MultiIndex:
    index = pd.MultiIndex.from_arrays([column.array for column in columns], names=names)
    # pandas guesses the type of objects anew. All levels at once: one alone would be looked for by its name first,
    # and a number can be the name of another.
    levels: list[Any] = [
        level if level.dtype == column.dtype else level.astype(column.dtype)
        for level, column in zip(index.levels, columns, strict=True)
    ]
    return index.set_levels(levels, verify_integrity=False)


def check(index: pd.Index[Any], levels: pd.DataFrame) -> None:
    """Raise Unfit unless the levels of an index, made again from these columns, have their types."""
    kinds = list(index.dtypes) if isinstance(index, pd.MultiIndex) else [index.dtype]
    if kinds != list(levels.dtypes):
        raise Unfit("its index has a level whose type changes where values are missing")


def _frequency(index: pd.Index[Any]) -> str | None:
    freq = getattr(index, "freq", None)
    if freq is None or not isinstance(index, pd.DatetimeIndex | pd.TimedeltaIndex):
        return None
    text: str = freq.freqstr
    try:
        same = pd.tseries.frequencies.to_offset(text) == freq
    except ValueError:
        same = False
    if not same:
        raise Unfit(f"the frequency {freq} of its index has no name of its own")
    return text


def as_texts(labels: pd.Index[Any]) -> tuple[dict[str, Any] | None, pd.Index[Any]]:
    """(facts, labels that are texts, each another): Arrow's names. Without facts they are the labels themselves."""
    if _are_texts(labels):
        return None, labels
    facts, levels = split(labels)
    if labels.dtype == object and not isinstance(labels, pd.MultiIndex):
        # Labels of several types have no place in Arrow; as there are not many, text will do.
        facts["plain"] = list(labels)
    elif levels is not None:
        check(labels, levels)
        table, facts["data"] = pandas_columns.encode(levels)
        facts["table"] = base64.b64encode(pandas_columns.to_bytes(table)).decode()
    return facts, pd.Index(_unique([_text(label) for label in labels]))


def _are_texts(labels: pd.Index[Any]) -> bool:
    """Labels that Arrow's names give back: each another, all of them texts, laid out as pandas does it."""
    return (
        type(labels) is pd.Index
        and labels.name is None
        and labels.is_unique
        and set(map(type, labels)) == {str}
        and labels.dtype == _TEXTS
    )


def from_texts(facts: dict[str, Any]) -> pd.Index[Any]:
    """The labels that `as_texts` told."""
    if facts["range"] is not None:
        return join(facts, None)
    if "plain" in facts:
        return pd.Index(facts["plain"], dtype=object, name=facts["names"][0], tupleize_cols=False)
    table = pandas_columns.from_bytes(base64.b64decode(facts["table"]))
    return join(facts, pandas_columns.decode(table, facts["data"]))


def level_names(index: pd.Index[Any], taken: Iterable[str]) -> list[str]:
    """Names for columns that hold the levels of an index."""
    names = [
        "index" if name is None and index.nlevels == 1 else f"level_{at}" if name is None else _text(name)
        for at, name in enumerate(index.names)
    ]
    return _unique(names, taken)


def _text(label: Any) -> str:
    if isinstance(label, tuple):
        return " ".join(_text(part) for part in label if part != "")
    return label if isinstance(label, str) else str(label)


def _unique(names: list[str], taken: Iterable[str] = ()) -> list[str]:
    seen, found = set(taken), []
    for name in names:
        other, number = name, 2
        while other in seen:
            other, number = f"{name}_{number}", number + 1
        seen.add(other)
        found.append(other)
    return found
