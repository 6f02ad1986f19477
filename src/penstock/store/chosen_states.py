"""States that a person sets of runs that are over, and of their tasks: rows change, nothing runs."""

from __future__ import annotations

import json
from typing import Any, Final, NamedTuple

from penstock.errors import NotFound, TransitionError
from penstock.model.commands import run_states, task_refusal
from penstock.model.ids import run_id
from penstock.model.nearest import did_you_mean
from penstock.model.states import TERMINAL_RUN
from penstock.store import ownership
from penstock.store.connection import Connection
from penstock.store.rows import Commit, NewEvent, RunUpdate, TaskRunUpdate
from penstock.store.times import micros
from penstock.store.write import apply

_RUN: Final = (
    "SELECT state, started_at, ended_at, generation, error, tasks_total, tasks_done, bytes, row_version FROM run "
    "WHERE key = ?"
)
#: An engine may have read the rows already that it is to begin with.
_BEGINNING: Final = "SELECT 1 FROM command WHERE run_key = ? AND kind = 'retry' AND state = 'waiting'"
#: The task run that counts: the one of the latest generation.
_TASK: Final = (
    "SELECT seq, state, reason, queued_at, started_at, ended_at, attempts, items, progress_done, progress_total, "
    "row_version FROM task_run_row WHERE run_key = ? AND task = ? AND map_index = ? ORDER BY generation DESC LIMIT 1"
)


class Choice(NamedTuple):
    """What is wished: the state of a task (and item), or of the run where `task` is None."""

    task: str | None
    map_index: int | None
    state: str


def set_state(connection: Connection, run_key: int, choice: Choice, now: float, by: str | None) -> bool:
    """Set a state, within a transaction that writes. False when the run is not over: its engine is to do it.

    Raises NotFound, and TransitionError for what the tables do not have.
    """
    ownership.hold(connection, run_key)
    row = connection.one(_RUN, (run_key,))
    if row is None:
        raise NotFound(f"there is no run {run_id(run_key)}")
    if row[0] not in TERMINAL_RUN:
        return False
    if connection.one(_BEGINNING, (run_key,)) is not None or ownership.is_beginning(connection, run_key):
        cure = "wait until it runs, and ask again"
        raise TransitionError("the run is about to be tried again, from the states that it has", cure=cure)
    if choice.task is None:
        update, before = _of_run(run_key, row, choice), row[0]
        commit, kind, seq = Commit(run_updates=[update]), "run.", None
    else:
        change, before = _of_task(connection, run_key, row[0], choice.task, choice)
        commit, kind, seq = Commit(task_run_updates=[change]), "task_run.", change.seq
    data = json.dumps({"reason": "user", "before": before, "by": by})
    commit.events = [NewEvent(run_key, seq, None, micros(now), kind + choice.state, data)]
    apply(connection, commit)
    return True


def _of_run(run_key: int, row: tuple[Any, ...], choice: Choice) -> RunUpdate:
    state, started_at, ended_at, generation, error, total, done, size, version = row
    allowed = run_states(state)
    if choice.state not in allowed:
        raise TransitionError(
            f"the run is {state}: it can't be set to {choice.state}", cure=f"it can be set to {', '.join(allowed)}"
        )
    kept = error if choice.state == "failed" else None
    return RunUpdate(
        choice.state, "user", started_at, ended_at, generation, kept, total, done, size, version + 1, run_key, version,
    )  # fmt: skip


def _no_task(connection: Connection, run_key: int, task: str, what: str) -> NotFound:
    rows = connection.all("SELECT DISTINCT task FROM task_run_row WHERE run_key = ?", (run_key,))
    known = [row[0] for row in rows]
    cure = "`penstock runs show --all` lists what it has" if task in known else did_you_mean(task, known)
    return NotFound(f"run {run_id(run_key)} has no {what}", cure=cure)


def _of_task(
    connection: Connection, run_key: int, run_state: str, task: str, choice: Choice
) -> tuple[TaskRunUpdate, str]:
    """The row anew, and the state before."""
    row = connection.one(_TASK, (run_key, task, -1 if choice.map_index is None else choice.map_index))
    what = f"task '{task}'" if choice.map_index is None else f"item {choice.map_index} of task '{task}'"
    if row is None:
        raise _no_task(connection, run_key, task, what)
    seq, state, reason, queued_at, started_at, ended_at, attempts, items, done, total, version = row
    if reason == "slice":
        raise TransitionError(f"{what} is no part of this run", cure="replay the pipeline from it")
    refused = task_refusal(run_state, state, choice.state)
    if refused is not None:
        raise TransitionError(f"{what} is {state}: {refused[0]}", cure=refused[1])
    update = TaskRunUpdate(
        choice.state, "user", queued_at, started_at, ended_at, attempts, items, done, total, None, version + 1,
        run_key, seq, version,
    )  # fmt: skip
    return update, state
