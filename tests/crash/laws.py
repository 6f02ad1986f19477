"""What holds of every record, and what holds of one whose runs are over. Each law gives what breaks it, in words."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from typing import Final, NamedTuple

from penstock.model.states import TERMINAL_ATTEMPT, TERMINAL_RUN, TERMINAL_TASK
from penstock.model.transitions import RUN, TASK_RUN
from tests.crash.record import Record, Run


def always(record: Record) -> list[str]:
    """The laws of every moment."""
    return [
        *_under_way_in_what_is_over(record),
        *_more_than_one(record),
        *_false_history(record),
        *_answers(record),
        *_slots_of_attempts(record),
    ]


def at_rest(record: Record) -> list[str]:
    """The laws of a record of which nobody works for a run any more."""
    return [*always(record), *_live_without_owner(record), *_open_ends(record), *_slots(record)]


def _under_way_in_what_is_over(record: Record) -> list[str]:
    """A run that is over has no task run under way, a task run that is over no attempt."""
    runs = {run.key: run for run in record.runs}
    tasks = {(task.run_key, task.seq): task for task in record.tasks}
    found = [
        f"run {run.id} is {run.state}, and its task {task.task} is {task.state}"
        for task in record.tasks
        if (run := runs[task.run_key]).state in TERMINAL_RUN and task.state not in TERMINAL_TASK
    ]
    for attempt in record.attempts:
        task = tasks[attempt.run_key, attempt.seq]
        if attempt.state not in TERMINAL_ATTEMPT and task.state in TERMINAL_TASK:
            found.append(f"task {task.task} is {task.state}, and its attempt {attempt.n} is {attempt.state}")
    return found


def _more_than_one(record: Record) -> list[str]:
    """A task run is made once a generation, tried by one at a time, and succeeds once."""
    places = Counter((task.run_key, task.task, task.map_index, task.generation) for task in record.tasks)
    live = Counter(one[:2] for one in record.attempts if one.state not in TERMINAL_ATTEMPT)
    good = Counter(one[:2] for one in record.attempts if one.state == "succeeded")
    return [
        *(f"{place} is there {count} times" for place, count in places.items() if count > 1),
        *(f"{place} has {count} attempts under way" for place, count in live.items() if count > 1),
        *(f"{place} succeeded {count} times" for place, count in good.items() if count > 1),
    ]


def _live_without_owner(record: Record) -> list[str]:
    runs = {run.key: run for run in record.runs}
    return [
        f"attempt {one[:3]} is {one.state}, and the owner of its run is gone"
        for one in record.attempts
        if one.state not in TERMINAL_ATTEMPT and runs[one.run_key].owner not in record.alive
    ]


def _false_history(record: Record) -> list[str]:
    """States as events tell them: each step is an edge of the table, and the last one is what the row says."""
    rows = {(run.key, None): run.state for run in record.runs}
    rows |= {(task.run_key, task.seq): task.state for task in record.tasks}
    generations = {run.key: run.generation for run in record.runs}
    found = []
    for place, steps in _told(record).items():
        edges, state, began = _EDGES[place[1] is None], "created", 1
        for after, data in steps:
            if (state, after) not in edges.free and not (_is_decided(data) and (state, after) in edges.decided):
                found.append(f"{place}: {state} -> {after}")
            began += state in TERMINAL_RUN and after in ("running", "queued")
            state = after
        if rows.get(place) != state:
            found.append(f"{place} is {rows.get(place)}, and its events end with {state}")
        if place[1] is None and began != generations.get(place[0], began):
            found.append(f"run {place[0]} is in generation {generations[place[0]]}, and began {began} times")
    return found


def _told(record: Record) -> dict[tuple[int, int | None], list[tuple[str, str | None]]]:
    """The states of each run and task run, in order, with what the event tells besides."""
    told: dict[tuple[int, int | None], list[tuple[str, str | None]]] = {}
    for event in record.events:
        what, _, state = event.kind.partition(".")
        if what in ("run", "task_run") and (state in _STATES or state == "expanded"):
            known = "running" if state == "expanded" else state
            told.setdefault((event.run_key, event.seq), []).append((known, event.data))
    return told


class Edges(NamedTuple):
    """The steps of a table: those that are taken by themselves, and those that somebody has decided and is told of."""

    free: frozenset[tuple[str, str]]
    decided: frozenset[tuple[str, str]]


def _edges(table: Mapping[tuple[str, str], str], over: frozenset[str]) -> Edges:
    decided, free = set(), {("running", "running"), ("created", "created")}
    for (state, event), to in table.items():
        (decided if state in over or event.startswith(_DECISIONS) else free).add((state, to))
    # An expanded fan-out was running before, and a run that is asked for is told as created.
    return Edges(frozenset(free), frozenset(decided))


def _is_decided(data: str | None) -> bool:
    """Does an event tell of who wanted it, or that it begins a generation?"""
    return data is not None and not {"by", "generation"}.isdisjoint(json.loads(data))


#: How the events begin that only people can bring about.
_DECISIONS: Final = ("set_state:", "look_again")
_STATES: Final = TERMINAL_RUN | TERMINAL_TASK | {state for state, _ in (*RUN, *TASK_RUN)}
_EDGES: Final = {True: _edges(RUN, TERMINAL_RUN), False: _edges(TASK_RUN, TERMINAL_TASK)}


def _answers(record: Record) -> list[str]:
    """A command waits, or has one answer with all that belongs to it."""
    return [
        f"command {one.id} ({one.kind}) is {one.state}, with {one.outcome} at {one.applied_at}"
        for one in record.commands
        if (one.state != "waiting") != (one.outcome is not None and one.applied_at is not None)
        or one.state not in ("waiting", "applied", "refused")
    ]


def _open_ends(record: Record) -> list[str]:
    over: dict[int, bool] = {}
    for task in record.tasks:
        over[task.run_key] = over.get(task.run_key, True) and task.state in TERMINAL_TASK
    return [
        *(f"run {run.id} is {run.state}" for run in record.runs if not _is_over(run)),
        *(f"all tasks of run {run.id} are over, it is {run.state}" for run in record.runs
          if over.get(run.key) and not _is_over(run)),
        *(f"task {task.task} is {task.state}" for task in record.tasks if task.state not in TERMINAL_TASK),
        *(f"command {one.id} ({one.kind}) has no answer" for one in record.commands if one.state == "waiting"),
    ]  # fmt: skip


def _is_over(run: Run) -> bool:
    return run.state in TERMINAL_RUN


def _slots_of_attempts(record: Record) -> list[str]:
    """An attempt that is over holds none; one to come may."""
    over = {one[:3] for one in record.attempts if one.state in TERMINAL_ATTEMPT}
    return [f"attempt {slot[1:4]} is over, and has a slot of {slot.name}" for slot in record.slots if slot[1:4] in over]


def _slots(record: Record) -> list[str]:
    """Who is over holds none."""
    over = {run.key for run in record.runs if _is_over(run)}
    return [f"a slot is held for run {slot.run_key}" for slot in record.slots if slot.run_key in over]
