"""Items of a fan-out, where the engine can tell them without loading anything."""

from __future__ import annotations

import json
from typing import Any, Final

from penstock.engine.view import RunView, TaskRun
from penstock.model.artifact import Artifact
from penstock.model.fanout import NotItems, items_of, label_of, plain_label
from penstock.model.spec import Source

Items = list[tuple[str, dict[str, Any]]]

#: Endings of a fan-out after which there is a list of what its items made. Where all were skipped, nothing was to be.
_LISTED: Final = frozenset({"succeeded", "warning", "failed", "cancelled"})


def lists_of(parent: TaskRun) -> dict[str, Any]:
    """Per dataset of a fan-out that is over the references of its items in order, None where an item made none."""
    if parent.results is None or parent.state not in _LISTED:
        return {}
    return {dataset: {"list": refs} for dataset, refs in parent.results.items()}


def known_items(view: RunView, run: TaskRun) -> Items | None:
    """The items of a fan-out over inline lists and parameters; None when a worker has to look.

    A worker also looks when the task has a condition (user code), and when the value is of the wrong type, the
    lengths differ or a label does not fit, so that the message comes from one place.
    """
    if run.task.conditions is not None:
        return None
    try:
        return _items(view, run)
    except NotItems:
        return None


def _items(view: RunView, run: TaskRun) -> Items | None:
    columns = [_column(view, source) for _, source in run.task.items]
    if any(column is None or len(column) != len(columns[0] or ()) for column in columns):
        return None
    arguments = [argument for argument, _ in run.task.items]
    return [_item(run, arguments, cells) for cells in zip(*[c for c in columns if c is not None], strict=True)]


def _item(run: TaskRun, arguments: list[str], cells: tuple[tuple[str | None, Any, Any], ...]) -> tuple[str, Any]:
    values = {argument: cell[1] for argument, cell in zip(arguments, cells, strict=True)}
    template = run.task.spec.label
    label = label_of(template, values) if template else plain_label(cells[0][0], cells[0][1])
    return label, {argument: cell[2] for argument, cell in zip(arguments, cells, strict=True)}


def _column(view: RunView, source: Source) -> list[tuple[str | None, Any, Any]] | None:
    """(default label, plain value, reference) of each element; None when it is no plain inline list."""
    if source.over == "param":
        value = view.params.get(source.name)
        return _cells(value, lambda cell: {"json": cell})
    ref = view.values.get(source.name)
    if not isinstance(ref, list):
        return None
    artifact = Artifact.from_list(ref)
    if artifact.kind != "json" or artifact.inline is None:
        return None
    return _cells(json.loads(artifact.inline), lambda cell: {"json": cell})


def _cells(value: Any, refer: Any) -> list[tuple[str | None, Any, Any]] | None:
    if not isinstance(value, list) or not all(type(cell) in (int, float, str, bool) for cell in value):
        return None
    return [(label, cell, refer(cell)) for label, cell in items_of(value)]
