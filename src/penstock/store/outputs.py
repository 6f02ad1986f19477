"""What runs made: artifacts by dataset, and as references for another run to read."""

from __future__ import annotations

import json
from typing import Any, Final, NamedTuple

from penstock.store.connection import Connection
from penstock.store.versions import spec_of


class Output(NamedTuple):
    """A stored value of a dataset. `columns` is a list of {name, type}; `map_index` None without fan-out."""

    dataset: str
    task: str
    map_index: int | None
    label: str | None
    generation: int
    n: int
    kind: str
    inline: str | None
    path: str | None
    bytes: int | None
    digest: str | None
    rows: int | None
    columns: list[dict[str, str]] | None
    python_type: str
    safe: bool
    created_at: int
    #: The place of its task run in the run.
    seq: int

    @property
    def reference(self) -> list[Any]:
        """The list form that workers and engine pass on (ports.executor.Ref)."""
        return [
            self.kind, self.inline, self.path, self.bytes, self.digest, self.rows, self.columns, self.python_type,
            self.safe,
        ]  # fmt: skip


#: Of a task (and item) that ran in several generations, the latest counts; items that their fan-out has no more do not.
_LATEST: Final = (
    "task.generation = (SELECT max(other.generation) FROM task_run_row AS other WHERE other.run_key = task.run_key "
    "AND other.task = task.task AND other.map_index = task.map_index) "
    "AND NOT EXISTS (SELECT 1 FROM task_run_row AS parent WHERE parent.run_key = task.run_key "
    "AND parent.task = task.task AND parent.map_index = -1 AND parent.generation > task.generation "
    "AND task.map_index >= coalesce(parent.items, 0))"
)
_OUTPUTS: Final = (
    "SELECT made.dataset, task.task, task.map_index, task.label, task.generation, made.n, made.kind, made.inline, "
    "made.path, made.bytes, made.digest, made.rows, made.columns, made.python_type, made.safe, made.created_at, "
    "made.seq FROM artifact AS made JOIN task_run_row AS task ON task.run_key = made.run_key AND task.seq = made.seq "
    f"WHERE made.run_key = ? AND {_LATEST}"
)


def artifacts_of(connection: Connection, key: int) -> list[Output]:
    """All that a run made, in the order of its tasks."""
    return [_output(row) for row in connection.all(f"{_OUTPUTS} ORDER BY made.seq, made.dataset", (key,))]


def artifacts_after(connection: Connection, key: int, after: tuple[int, str], limit: int) -> list[Output]:
    """Up to `limit` of what a run made, those that come after a place (seq) and dataset."""
    rows = connection.all(
        f"{_OUTPUTS} AND (made.seq > ? OR (made.seq = ? AND made.dataset > ?)) ORDER BY made.seq, made.dataset LIMIT ?",
        (key, after[0], *after, limit),
    )
    return [_output(row) for row in rows]


def artifact(connection: Connection, key: int, dataset: str, map_index: int | None = None) -> Output | None:
    """One stored value of a run, or None when it has none of that name and index."""
    index = -1 if map_index is None else map_index
    row = connection.one(f"{_OUTPUTS} AND made.dataset = ? AND task.map_index = ?", (key, dataset, index))
    return None if row is None else _output(row)


def references(connection: Connection, key: int) -> dict[str, Any]:
    """The reference of every dataset that a run made: one value, or the list of a fan-out's results in order."""
    found: dict[str, Any] = {
        dataset: {"list": [None] * count} for dataset, count in _fanned_out(connection, key).items()
    }
    for output in artifacts_of(connection, key):
        if output.map_index is None:
            found[output.dataset] = output.reference
        elif output.dataset in found and output.map_index < len(found[output.dataset]["list"]):
            found[output.dataset]["list"][output.map_index] = output.reference
    return found


def _fanned_out(connection: Connection, key: int) -> dict[str, int]:
    """Datasets of fan-outs that ended well, and how many items they have."""
    parents = connection.all(
        f"SELECT task.task, task.items FROM task_run_row AS task WHERE task.run_key = ? AND task.items IS NOT NULL "
        f"AND task.state IN ('succeeded', 'warning') AND {_LATEST}",
        (key,),
    )
    if not parents:
        return {}
    tasks = (spec_of(connection, key) or {}).get("tasks", {})
    return {dataset: items for task, items in parents for dataset in tasks.get(task, {}).get("outputs", ())}


def _output(row: tuple[Any, ...]) -> Output:
    output = Output(*row)
    return output._replace(
        map_index=None if output.map_index == -1 else output.map_index,
        columns=None if row[12] is None else json.loads(row[12]),
        safe=bool(output.safe),
    )
