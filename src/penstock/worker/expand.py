"""The items of a fan-out, told as references."""

from __future__ import annotations

import hashlib
import pickle
from typing import Any, Final

from penstock.artifacts import plain
from penstock.errors import Unstorable
from penstock.model.fanout import NotItems, items_of, label_of, plain_label
from penstock.worker.code import Task

#: Characters of an item that is told as it is; others stay in the value that they are an item of.
_INLINE: Final = 1000
_PLAIN: Final = (int, float, str, bool, type(None))


def expand(task: Task, arguments: dict[str, Any], refs: dict[str, Any], *, digests: bool) -> list[list[Any]]:
    """[label, {argument: reference}] of each item. Several arguments are zipped. `digests`: references tell items apart
    by what they are, not only by where they are.

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
        found.append([label, {name: _refer(item, refs.get(name), at, digests) for name, item in items.items()}])
    return found


def _refer(item: Any, source: Any, at: int, digests: bool) -> Any:
    """A reference of one item: itself when it is small and plain, else its place in the whole."""
    if source is None or (type(item) in _PLAIN and (type(item) is not str or len(item) <= _INLINE)):
        return {"json": item}
    told = {"item": source, "at": at}
    digest = _digest(item) if digests else None
    return told if digest is None else {**told, "digest": digest}


def _digest(item: Any) -> str | None:
    """What is the same for items of the same content; None where that can't be told."""
    try:
        content = plain.dumps(item).encode()
    except (plain.NotPlain, Unstorable):
        try:
            content = pickle.dumps(item, 5)
        except Exception:  # of anybody's class
            return None
    return hashlib.sha256(content).hexdigest()
