"""Single runs that are hard to draw: many tasks, and a fan-out over many items."""

from __future__ import annotations

import random

from benchmarks.seeding.pipelines import Known
from benchmarks.seeding.runs import SECOND, tasks
from penstock.model import ids
from penstock.store.rows import Commit, NewAttempt, NewEvent, NewRun, NewSample, NewTaskRun

#: Slots of a fan-out: so many items run at a time.
_SLOTS = 16


def large(known: Known, now: float, chance: random.Random) -> Commit:
    """A run of a pipeline with very many tasks, with samples for some of them."""
    run = _run(known, now, "succeeded", len(known.names))
    out = Commit(new_runs=[run])
    tasks(out, run, known, chance)
    for attempt in out.new_attempts[:40]:
        out.samples += _samples(attempt, chance)
    return out


def fanned_out(known: Known, items: int, now: float, chance: random.Random) -> Commit:
    """A run whose second task fans out over `items`."""
    run = _run(known, now, "warning", items + 2)
    assert run.started_at is not None
    assert run.ended_at is not None
    out = Commit(new_runs=[run])
    free = [run.started_at + 2 * SECOND] * _SLOTS
    last = run.ended_at - 2 * SECOND
    mean = (last - free[0]) * _SLOTS / items
    first, each, end = known.names[:3]
    out.new_task_runs += [
        _task(run, 0, first, run.started_at, run.started_at, free[0]),
        _task(run, 1, each, free[0], free[0], last, items=items, attempts=0),
        _task(run, 2, end, last, last, run.ended_at),
    ]
    out.new_attempts += [_attempt(run, 0, 1, run.started_at, free[0]), _attempt(run, 2, 1, last, run.ended_at)]
    for item in range(items):
        slot = min(range(_SLOTS), key=free.__getitem__)
        started = free[slot]
        ended = min(last, started + int(mean * chance.uniform(0.2, 1.7)))
        free[slot] = ended + 2000
        n = 1
        if chance.random() < 0.02:
            middle = (started + ended) // 2
            out.new_attempts.append(_attempt(run, 3 + item, 1, started, middle, "failed"))
            started, n = middle + 1000, 2
        label = f"part-{item:05}"
        task = _task(run, 3 + item, each, run.started_at + 2 * SECOND, started, ended, attempts=n)
        out.new_task_runs.append(task._replace(map_index=item, label=label))
        out.new_attempts.append(_attempt(run, 3 + item, n, started, ended))
    out.events += [NewEvent(run.key, task.seq, None, task.ended_at or 0, "task_run.succeeded", None)
                   for task in out.new_task_runs]  # fmt: skip
    return out


def _run(known: Known, now: float, state: str, total: int) -> NewRun:
    created = int((now - known.seconds - 30) * SECOND)
    key = ids.run_key(created / SECOND, 1)
    started, ended = created + SECOND, created + SECOND + int(known.seconds * SECOND)
    return NewRun(
        key, ids.run_id(key), known.spec.name, known.spec.namespace, known.versions[-1], "standard", state, None,
        created, started, ended, '{"day": "2026-01-01", "limit": 1000}', '{"kind": "manual", "name": null}', known.tags,
        None, None, None, None, 1, None, total, total, None, 1, 1,
    )  # fmt: skip


def _task(
    run: NewRun, seq: int, name: str, queued: int, started: int, ended: int, *, items: int | None = None,
    attempts: int = 1,
) -> NewTaskRun:  # fmt: skip
    return NewTaskRun(
        run.key, seq, name, "python", -1, None, 1, "succeeded", None, run.created_at, queued, started, ended, attempts,
        items, None, None, None, 2,
    )  # fmt: skip


def _attempt(run: NewRun, seq: int, n: int, started: int, ended: int, state: str = "succeeded") -> NewAttempt:
    error = '{"type": "ValueError", "message": "not yet", "traceback": ""}' if state == "failed" else None
    return NewAttempt(
        run.key, seq, n, state, "user_error" if error else None, started - 500, started, ended, f"w{seq % _SLOTS}",
        (ended - started) / SECOND * 0.8, 200 << 20, 1 << 20, 1 << 20, error, None,
    )  # fmt: skip


def _samples(attempt: NewAttempt, chance: random.Random) -> list[NewSample]:
    """One a second while it ran."""
    assert attempt.started_at is not None
    assert attempt.ended_at is not None
    peak = chance.randrange(100, 900) << 20
    return [
        NewSample(attempt.run_key, attempt.seq, attempt.n, at, (at - attempt.started_at) / SECOND * 0.8,
                  int(peak * chance.uniform(0.5, 1.0)), (at - attempt.started_at) // 9, (at - attempt.started_at) // 17)
        for at in range(attempt.started_at, attempt.ended_at, SECOND)
    ]  # fmt: skip
