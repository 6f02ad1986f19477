"""Runs whose owner is gone: say of each what it is, so that it can be retried.

A run of a terminal ends with its process (its agent and workers see to that), so what is left is only its record. What
an engine of `penstock up` had waits for the next one (compose.takeover).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from typing import Any

from penstock.model.states import TERMINAL_ATTEMPT, TERMINAL_RUN, TERMINAL_TASK
from penstock.model.transitions import ATTEMPT, RUN, TASK_RUN, step
from penstock.store import commands, instances, ownership, recovery, requests, slots
from penstock.store.connection import Connection
from penstock.store.recovery import StoredRun
from penstock.store.rows import AttemptUpdate, Commit, Fence, NewAttempt, NewEvent, NewTaskRun, RunUpdate, TaskRunUpdate
from penstock.store.times import micros
from penstock.store.write import apply

REASON = "lease_lost"
MESSAGE = "the process that ran it was killed"
#: Seconds within which a process that lives is heard of again: in them it died with all that it ran.
SILENT = instances.BEAT + 1.0


def settle_abandoned_runs(
    connection: Connection,
    owner: int,
    now: float,
    is_alone: Callable[[Connection, int], bool],
    spare: Collection[int] = (),
) -> list[int]:
    """End the record of every run whose process is gone; their keys. Within a transaction that writes.

    It ends a little after it was last heard of, when nothing of it can have run any more. One of which something may
    still run (`is_alone` says no of its key) is left for later, and those in `spare` to somebody else, who still has
    something to say of them.

    A process that is only silent (a machine that slept) keeps its runs, and those of an engine go on with the next
    one. Time grows with the task runs of the runs that end.
    """
    instances.retire_dead(connection, now)
    slots.release_lost(connection)
    settled = []
    for key in recovery.orphans(connection, expired_before=0.0, of_engines=False):
        if key in spare or not is_alone(connection, key) or requests.give_back(connection, key):
            continue
        heard = recovery.last_sign(connection, key)
        epoch = ownership.claim(connection, key, owner, expired_before=0.0)
        stored = recovery.load_run(connection, key)
        if epoch is not None and stored is not None and stored.run.state not in TERMINAL_RUN:
            apply(connection, lost_run(stored, Fence(key, owner, epoch), min(now, heard / 1_000_000 + SILENT)))
            settled.append(key)
    for command in commands.waiting(connection, owner) if settled else ():
        if command.run_key in settled:
            commands.settle(connection, command.id, "refused", commands.OVER_BEFORE, now)
    return settled


def lost_run(stored: StoredRun, fence: Fence, now: float, message: str = MESSAGE) -> Commit:
    """The rows that end an abandoned run, and why: what ran is lost and failed, what waited is cancelled."""
    at = micros(now)
    commit = Commit(fences=[fence])
    live = {row.seq: row for row in stored.attempts if row.state not in TERMINAL_ATTEMPT}
    for attempt in live.values():
        commit.attempt_updates.append(_lost_attempt(attempt, at))
    for row in stored.task_runs:
        if row.state not in TERMINAL_TASK:
            event = _event_of(row, row.seq in live)
            state = step(TASK_RUN, row.state, event)
            commit.task_run_updates.append(_ended_task_run(row, state, at))
            commit.events.append(_told(row.run_key, row.seq, at, "task_run." + state))
    run = stored.run
    cancelling = run.state == "cancelling"
    state = step(RUN, run.state, "settle_cancelled" if cancelling else "fail")
    reason = run.reason if cancelling else REASON
    error = run.error or (None if cancelling else json.dumps({"type": "Killed", "message": message, "traceback": ""}))
    idle = run.idle if stored.idle_from is None else run.idle + max(0, at - stored.idle_from)
    update = RunUpdate(
        state, reason, run.started_at, at, run.generation, error, run.tasks_total, run.tasks_total, run.bytes, idle,
        run.row_version + 1, run.key, run.row_version,
    )  # fmt: skip
    commit.run_updates.append(update)
    commit.events.append(_told(run.key, None, at, "run." + state))
    commit.slots_over = [(run.key,)]
    commit.timers_gone = [(timer.run_key, timer.kind, timer.seq) for timer in stored.timers]
    return commit


def _event_of(row: NewTaskRun, live: bool) -> str:
    if row.state == "cancelling" or (row.state == "paused" and not live):
        return "settle_cancelled"
    return "fail" if live or row.state == "running" else "cancel"


def _lost_attempt(row: NewAttempt, at: int) -> AttemptUpdate:
    error: dict[str, Any] = {"type": "Killed", "message": MESSAGE, "traceback": ""}
    return AttemptUpdate(
        step(ATTEMPT, row.state, "lose"), REASON, row.started_at, at, row.worker, row.cpu_seconds, row.peak_rss_bytes,
        row.read_bytes, row.written_bytes, json.dumps(error), row.run_key, row.seq, row.n,
    )  # fmt: skip


def _ended_task_run(row: NewTaskRun, state: str, at: int) -> TaskRunUpdate:
    return TaskRunUpdate(
        state, REASON, row.queued_at, row.started_at, at, row.attempts, row.items, row.progress_done,
        row.progress_total, row.error, row.row_version + 1, row.run_key, row.seq, row.row_version,
    )  # fmt: skip


def _told(run_key: int, seq: int | None, at: int, kind: str) -> NewEvent:
    return NewEvent(run_key, seq, None, at, kind, json.dumps({"reason": REASON}))
