"""States that a person sets of runs that are over, and of their tasks: rows change, nothing runs."""

from __future__ import annotations

import json
from typing import Any, Final, NamedTuple

from penstock.errors import NotFound, TransitionError
from penstock.model.commands import run_states, task_refusal
from penstock.model.fanout import places_told, state_after, state_of
from penstock.model.ids import run_id
from penstock.model.nearest import did_you_mean
from penstock.model.states import TERMINAL_RUN
from penstock.store import ownership
from penstock.store.connection import Connection
from penstock.store.missing import no_run
from penstock.store.rows import Commit, NewEvent, RunUpdate, TaskRunUpdate
from penstock.store.times import micros
from penstock.store.write import apply

_RUN: Final = (
    "SELECT state, started_at, ended_at, generation, error, tasks_total, tasks_done, bytes, idle, row_version FROM run "
    "WHERE key = ?"
)
#: An engine may have read the rows already that it is to begin with.
_BEGINNING: Final = "SELECT 1 FROM command WHERE run_key = ? AND kind = 'retry' AND state = 'waiting'"
#: What some items of a fan-out ended as, the latest of each last.
_ITEMS: Final = (
    "SELECT map_index, state FROM task_run_row WHERE run_key = ? AND task = ? AND map_index >= ? AND map_index < ? "
    "ORDER BY map_index, generation"
)
#: Neighbours of an item that are looked at first, on each side, and how many times as many each look more.
_NEAR: Final = 8
_FARTHER: Final = 4
#: The place of a task run that is no item.
_WHOLE: Final = -1


#: The task run that counts, the one of the latest generation, as an update that changes nothing yet.
_TASK: Final = (
    f"SELECT {', '.join(TaskRunUpdate._fields).replace('expected', 'row_version')} FROM task_run_row "
    "WHERE run_key = ? AND task = ? AND map_index = ? ORDER BY generation DESC LIMIT 1"
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
        raise no_run(run_id(run_key))
    if row[0] not in TERMINAL_RUN:
        return False
    if connection.one(_BEGINNING, (run_key,)) is not None or ownership.is_beginning(connection, run_key):
        cure = "wait until it runs, and ask again"
        raise TransitionError("the run is about to be tried again, from the states that it has", cure=cure)
    if choice.task is None:
        commit = Commit(run_updates=[_of_run(run_key, row, choice)])
        told: list[tuple[int | None, str, str]] = [(None, f"run.{choice.state}", row[0])]
    else:
        changes = _of_task(connection, run_key, row[0], choice.task, choice)
        commit = Commit(task_run_updates=[_set_to(state, run) for run, state in changes])
        told = [(run.seq, f"task_run.{state}", run.state) for run, state in changes]
    commit.events = [
        NewEvent(run_key, seq, None, micros(now), kind, json.dumps({"reason": "user", "before": before, "by": by}))
        for seq, kind, before in told
    ]
    apply(connection, commit)
    return True


def _of_run(run_key: int, row: tuple[Any, ...], choice: Choice) -> RunUpdate:
    state, started_at, ended_at, generation, error, total, done, size, idle, version = row
    allowed = run_states(state)
    if choice.state not in allowed:
        raise TransitionError(
            f"the run is {state}: it can't be set to {choice.state}", cure=f"it can be set to {', '.join(allowed)}"
        )
    kept = error if choice.state == "failed" else None
    return RunUpdate(
        choice.state, "user", started_at, ended_at, generation, kept, total, done, size, idle, version + 1, run_key,
        version,
    )  # fmt: skip


def _set_to(state: str, run: TaskRunUpdate) -> TaskRunUpdate:
    """No error stands beside a state that was chosen."""
    return run._replace(state=state, reason="user", error=None, row_version=run.row_version + 1)


def _no_task(connection: Connection, run_key: int, task: str, what: str, items: int) -> NotFound:
    rows = connection.all("SELECT DISTINCT task FROM task_run_row WHERE run_key = ?", (run_key,))
    known = [row[0] for row in rows]
    cure = places_told(items) if task in known else did_you_mean(task, known)
    return NotFound(f"run {run_id(run_key)} has no {what}", cure=cure)


def _of_task(
    connection: Connection, run_key: int, run_state: str, task: str, choice: Choice
) -> list[tuple[TaskRunUpdate, str]]:
    """The task run with its new state; of an item then its fan-out, where that ends otherwise now."""
    index, whole = choice.map_index, _find(connection, run_key, task, _WHOLE)
    items = 0 if whole is None else whole.items or 0
    if index is None:
        what, run = f"task '{task}'", whole
    else:
        what, run = f"item {index} of task '{task}'", _find(connection, run_key, task, index)
        if whole is not None and index >= items:
            run = None  # its fan-out was tried again over fewer
    if run is None:
        raise _no_task(connection, run_key, task, what, items)
    _check(run_state, run, what, choice.state, is_fan_out=index is None and items > 0)
    if index is None or whole is None:
        return [(run, choice.state)]
    ended = state_after(whole.state, run.state, choice.state)
    if ended is None:
        ended = _by_others(connection, (run_key, task), index, items, whole.state, choice.state)
    return [(run, choice.state), *([] if ended == whole.state else [(whole, ended)])]


def _by_others(connection: Connection, fan_out: tuple[int, str], index: int, items: int, worst: str, to: str) -> str:
    """The state of a fan-out once one of its worst items is set to something better.

    Another that is as bad is looked for from this one on: people set one item after the other, and each finds the next,
    where to read all items would take as long again for each.
    """
    first, end, near = index, index + 1, _NEAR
    states = {to}
    while first > 0 or end < items:
        for low, high in ((end, min(items, end + near)), (max(0, first - near), first)):
            states.update(dict(connection.all(_ITEMS, (*fan_out, low, high))).values())
            if worst in states:
                return worst
        first, end, near = max(0, first - near), min(items, end + near), near * _FARTHER
    return state_of(states)


def _check(run_state: str, run: TaskRunUpdate, what: str, to: str, *, is_fan_out: bool) -> None:
    if run.reason == "slice":
        raise TransitionError(f"{what} is no part of this run", cure="replay the pipeline from it")
    if is_fan_out:
        raise TransitionError(f"{what} is {run.state}: it is as its items are", cure="set its items, one by one")
    refused = task_refusal(run_state, run.state, to)
    if refused is not None:
        raise TransitionError(f"{what} is {run.state}: {refused[0]}", cure=refused[1])


def _find(connection: Connection, run_key: int, task: str, index: int) -> TaskRunUpdate | None:
    row = connection.one(_TASK, (run_key, task, index))
    return None if row is None else TaskRunUpdate(*row)
