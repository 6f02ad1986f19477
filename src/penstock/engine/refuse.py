"""The record of a run that was asked for and can't start, or may not."""

from __future__ import annotations

import json
from typing import Any, Final

from penstock.engine.view import Barred
from penstock.model.transitions import RUN, step
from penstock.store.requests import Requested
from penstock.store.rows import Commit, Fence, NewEvent, RunUpdate
from penstock.store.times import micros

REASON: Final = "user_error"


def refused_run(asked: Requested, owner: int, error: Exception, now: float) -> Commit:
    """The rows that end a claimed run which never started: failed, with the error as its cause."""
    at = micros(now)
    state = step(RUN, "created", "fail")
    told = {"type": type(error).__name__, "message": str(error), "traceback": ""}
    update = RunUpdate(
        state, REASON, None, at, 1, json.dumps(told), asked.tasks_total, 0, 0, 0, asked.row_version + 1, asked.key,
        asked.row_version,
    )  # fmt: skip
    event = NewEvent(asked.key, None, None, at, "run." + state, json.dumps({"reason": REASON}))
    fences, over = [Fence(asked.key, owner, asked.epoch)], [(asked.key,)]
    return Commit(fences=fences, run_updates=[update], events=[event], slots_over=over)


def limit_error(barred: Barred) -> dict[str, Any]:
    """The error of a run that failed for want of room, with its cure."""
    return {"type": "LimitReached", "message": f"{barred.message}; retry it when one is over", "traceback": ""}


def barred_run(asked: Requested, owner: int, barred: Barred, now: float) -> Commit:
    """The rows that end a claimed run for which a limit has no room: skipped or failed, as that says."""
    at = micros(now)
    state = step(RUN, "created", barred.event)
    error = json.dumps(limit_error(barred)) if state == "failed" else None
    update = RunUpdate(
        state, "limit", None, at, 1, error, asked.tasks_total, 0, 0, 0, asked.row_version + 1,
        asked.key, asked.row_version,
    )  # fmt: skip
    data = json.dumps({"reason": "limit", **barred.told})
    event = NewEvent(asked.key, None, None, at, "run." + state, data)
    return Commit(fences=[Fence(asked.key, owner, asked.epoch)], run_updates=[update], events=[event])
