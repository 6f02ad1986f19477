"""What a fan-out goes over: the items of a value, and how each is called; and how it ends when they have."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

#: Items of one fan-out.
MOST: Final = 100_000
#: Characters of a label.
LABEL: Final = 100


class NotItems(ValueError):
    """A fan-out can't go over this value. The text tells why, and the cure."""


def items_of(value: Any) -> list[tuple[str | None, Any]]:
    """(default label, item) of each item in order; the label is None where the item itself gives it.

    A list, tuple or other sequence gives its elements, a dict its values (labelled by their keys), a table of
    pandas, polars or pyarrow its rows as dicts. Raises NotItems for anything else, and for more than MOST items.
    """
    size = _size(value)
    if size > MOST:
        raise NotItems(f"{size:,} items are more than the {MOST:,} that one fan-out may have; hand on batches of them")
    if isinstance(value, Mapping):
        return [(str(key), item) for key, item in value.items()]
    rows = _rows(value)
    return [(None, item) for item in (value if rows is None else rows)]


def ended_as(items: Iterable[tuple[str, str | None]]) -> tuple[str, str | None]:
    """State and reason of a fan-out whose items are all over, of theirs in order: as the worst of them."""
    ended = list(items)
    worst = state_of({state for state, _ in ended})
    return worst, next((reason for state, reason in ended if state == worst != "succeeded"), None)


def state_of(items: Collection[str]) -> str:
    """The state of a fan-out whose items are all over, of the states that any of them has."""
    worst = next((state for state in ("failed", "cancelled", "warning") if state in items), "succeeded")
    return "skipped" if set(items) == {"skipped"} else worst


def state_after(whole: str, before: str, after: str) -> str | None:
    """The state of a fan-out that is over once one of its items is changed; None: that hangs on the other items."""
    joined = state_of({whole, after})
    # An item that was better than the worst leaves that as it is.
    return joined if before != whole or joined == after else None


def places_told(items: int) -> str:
    """What helps who named an item that is not there."""
    return f"its items are 0 to {items - 1:,}" if items else "it has no items: leave the item out"


def item_at(value: Any, place: int) -> Any:
    """The item at a place, counted from 0, without making the others."""
    if isinstance(value, Mapping):
        return list(value.values())[place]
    rows = _rows(_slice(value, place))
    return value[place] if rows is None else next(iter(rows))


def label_of(template: str, arguments: Mapping[str, Any]) -> str:
    """The label of an item by its template, `"{month}/{carrier[name]}"`. Raises NotItems when it does not fit."""
    try:
        return short(template.format(**arguments))
    except (KeyError, IndexError, AttributeError, ValueError, TypeError) as error:
        names = ", ".join(f"{{{name}}}" for name in arguments)
        raise NotItems(
            f"the label {template!r} does not fit the item ({type(error).__name__}: {error}); it may use {names}"
        ) from error


def plain_label(label: str | None, item: Any) -> str:
    """The label of an item without a template: its key, or its own short text."""
    if label is not None:
        return short(label)
    if isinstance(item, str):
        return short(item)
    try:
        return short(str(item))
    except Exception:
        return type(item).__name__


def short(text: str) -> str:
    """One line of at most LABEL characters."""
    line = " ".join(text[: 4 * LABEL].split())
    return line if len(line) <= LABEL else line[: LABEL - 1] + "…"


def _size(value: Any) -> int:
    kind = type(value).__name__
    if isinstance(value, str | bytes | bytearray):
        raise NotItems(f"a fan-out can't go over a {kind}; hand on a list, [value] for a single item")
    if isinstance(value, set | frozenset):
        raise NotItems("a set has no order, so its items would have no number; hand on sorted(value)")
    if isinstance(value, Iterator):
        raise NotItems(f"a {kind} can be read only once; hand on list(value)")
    if isinstance(value, Mapping | Sequence) or _library(value) is not None or _is_array(value):
        return len(value)
    raise NotItems(f"a fan-out can't go over a value of type {kind}; hand on a list, a dict or a table")


def _library(value: Any) -> str | None:
    """pandas, polars or pyarrow for a table of theirs."""
    kind = type(value)
    library = kind.__module__.partition(".")[0]
    if (kind.__name__, library) in (("DataFrame", "pandas"), ("DataFrame", "polars"), ("Table", "pyarrow")):
        return library
    return None


def _is_array(value: Any) -> bool:
    """Arrays and columns: of numpy, pandas, polars, pyarrow."""
    return _elements(value) is not None and hasattr(value, "__len__")


def _elements(value: Any) -> Any:
    """The method that gives an array's elements as plain values; None for what is no array."""
    if type(value).__module__.partition(".")[0] not in ("numpy", "pandas", "polars", "pyarrow"):
        return None
    return getattr(value, "tolist", None) or getattr(value, "to_list", None)


def _rows(value: Any) -> list[Any] | None:
    """Rows of a table as dicts, elements of an array as plain values; None for other values."""
    library = _library(value)
    if library == "pandas":
        rows: list[Any] = value.to_dict("records")
        return rows
    if library == "polars":
        return list(value.to_dicts())
    if library == "pyarrow":
        return list(value.to_pylist())
    return list(_elements(value)()) if _is_array(value) else None


def _slice(value: Any, place: int) -> Any:
    library = _library(value)
    if library == "pandas":
        return value.iloc[place : place + 1]
    if library in ("polars", "pyarrow"):
        return value.slice(place, 1)
    return value[place : place + 1] if _is_array(value) else value
