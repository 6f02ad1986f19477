"""The items of a fan-out, told as references."""

from __future__ import annotations

from typing import Any, Final

from penstock.model.fanout import NotItems, items_of, label_of, plain_label
from penstock.worker.code import Task

#: Characters of an item that is told as it is; others stay in the value that they are an item of.
_INLINE: Final = 1000
_PLAIN: Final = (int, float, str, bool, type(None))


def expand(task: Task, arguments: dict[str, Any], refs: dict[str, Any]) -> list[list[Any]]:
    """[label, {argument: reference}] of each item. Several arguments are zipped.

    Raises NotItems where a value has no items, and where lengths differ.
    """
    names = task.spec.foreach
    columns = []
    for name in names:
        try:
            columns.append(items_of(arguments[name]))
        except NotItems as error:
            raise NotItems(f"argument '{name}' of task '{task.spec.name}': {error}") from None
    lengths = {len(column) for column in columns}
    if len(lengths) > 1:
        told = ", ".join(f"'{name}' has {len(column):,}" for name, column in zip(names, columns, strict=True))
        raise NotItems(f"task '{task.spec.name}' goes over arguments of different length: {told}; they are zipped")
    template = task.spec.label
    found: list[list[Any]] = []
    for at, cells in enumerate(zip(*columns, strict=True)):
        items = {name: cell[1] for name, cell in zip(names, cells, strict=True)}
        label = label_of(template, items) if template else plain_label(cells[0][0], cells[0][1])
        found.append([label, {name: _refer(item, refs.get(name), at) for name, item in items.items()}])
    return found


def _refer(item: Any, source: Any, at: int) -> Any:
    """A reference of one item: itself when it is small and plain, else its place in the whole."""
    if source is None or (type(item) in _PLAIN and (type(item) is not str or len(item) <= _INLINE)):
        return {"json": item}
    return {"item": source, "at": at}
