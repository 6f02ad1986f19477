"""Two runs side by side: what they were asked, which definition they used, and how their tasks went.

Both runs are run documents (wire.runs). Every entry holds what the `first` and the `second` run say; one that has
nothing to say is null. Entries come in the order of the second run, then what only the first has.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final, TypeAlias

from penstock.insights.definitions import changes

Document: TypeAlias = dict[str, Any]
#: Which task it is: its name, and the item of a fan-out by label or index.
Place: TypeAlias = tuple[str, object]

#: Facts of a run that are worth a line.
_FACTS: Final = ("pipeline", "namespace", "version", "type", "state", "reason", "generation", "duration", "tasks_total")
_OUTPUT: Final = ("kind", "bytes", "rows")


def compare(
    first: Document, second: Document, first_spec: Document | None = None, second_spec: Document | None = None
) -> Document:
    """What two runs have in common, and what not, as wire.compare.Comparison.

    The definitions are their plain JSON (model.spec.to_json), None where one is gone: then nothing is said of them.
    """
    gone = first_spec is None or second_spec is None
    tasks = list(_paired(_tasks(first), _tasks(second)))
    return {
        "first": _head(first),
        "second": _head(second),
        "facts": [_entry(name, first[name], second[name]) for name in _FACTS],
        "params": _entries(first["params"], second["params"]),
        "labels": _entries(first["labels"], second["labels"]),
        "definition": None if gone else changes(first_spec or {}, second_spec or {}),
        "tasks": [{**_who(one, other), "first": _went(one), "second": _went(other)} for one, other in tasks],
        "outputs": [entry for one, other in tasks for entry in _outputs(one, other)],
        "metrics": [entry for one, other in tasks for entry in _metrics(one, other)],
    }


def _head(run: Document) -> Document:
    return {name: run[name] for name in ("id", "pipeline", "namespace", "state", "created_at", "duration")}


def _entries(first: Mapping[str, Any], second: Mapping[str, Any]) -> list[Document]:
    return [_entry(name, first.get(name), second.get(name)) for name in _union(first, second)]


def _entry(name: str, first: Any, second: Any) -> Document:
    return {"name": name, "first": first, "second": second, "same": type(first) is type(second) and first == second}


def _union(first: Iterable[Any], second: Iterable[Any]) -> list[Any]:
    """In the order of the second; what only the first has comes last."""
    return list(dict.fromkeys((*second, *first)))


def _tasks(run: Document) -> dict[Place, Document]:
    """Tasks by name and item. Items are told by their label where labels tell them apart, since a fan-out over other
    data gives other numbers to the same things."""
    labels: dict[str, list[object]] = {}
    for task in run["tasks"]:
        labels.setdefault(task["name"], []).append(task["label"])
    told = {name for name, all_of in labels.items() if None not in all_of and len(set(all_of)) == len(all_of)}
    return {(task["name"], task["label"] if task["name"] in told else task["map_index"]): task for task in run["tasks"]}


def _paired(
    first: Mapping[Place, Document], second: Mapping[Place, Document]
) -> Iterable[tuple[Document | None, Document | None]]:
    return ((first.get(place), second.get(place)) for place in _union(first, second))


def _who(first: Document | None, second: Document | None) -> Document:
    task = second or first or {}
    return {"task": task["name"], "map_index": task["map_index"], "label": task["label"]}


def _went(task: Document | None) -> Document | None:
    """How a task went; figures of its processes are those of its last attempt."""
    if task is None:
        return None
    last = task["attempts"][-1] if task["attempts"] else {}
    return {
        "map_index": task["map_index"],
        "state": task["state"],
        "reason": task["reason"],
        "duration": task["duration"],
        "queued_for": task["queued_for"],
        "attempts": len(task["attempts"]),
        "cpu_seconds": last.get("cpu_seconds"),
        "peak_rss_bytes": last.get("peak_rss_bytes"),
    }


def _outputs(first: Document | None, second: Document | None) -> Iterable[Document]:
    before, after = _by_name(first, "outputs", "dataset"), _by_name(second, "outputs", "dataset")
    for dataset in _union(before, after):
        one, other = before.get(dataset), after.get(dataset)
        yield {
            **_who(first, second),
            "dataset": dataset,
            "first": None if one is None else {name: one[name] for name in _OUTPUT},
            "second": None if other is None else {name: other[name] for name in _OUTPUT},
            "columns": _columns(one, other),
        }


def _columns(first: Document | None, second: Document | None) -> list[Document]:
    """Columns that are not in both tables with one type."""
    if not first or not second or first["columns"] is None or second["columns"] is None:
        return []
    before, after = ({column["name"]: column["type"] for column in each["columns"]} for each in (first, second))
    return [entry for entry in _entries(before, after) if not entry["same"]]


def _metrics(first: Document | None, second: Document | None) -> Iterable[Document]:
    before, after = _by_name(first, "metrics", "name"), _by_name(second, "metrics", "name")
    for metric in _union(before, after):
        one, other = before.get(metric), after.get(metric)
        yield {
            **_who(first, second),
            "unit": (other or one or {})["unit"],
            **_entry(metric, one and one["value"], other and other["value"]),
        }


def _by_name(task: Document | None, what: str, name: str) -> dict[str, Document]:
    return {} if task is None else {one[name]: one for one in task[what]}
