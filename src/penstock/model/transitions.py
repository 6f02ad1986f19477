"""The state machine as data: `(state, event) -> state`. An unlisted pair raises TransitionError.

`docs/state-machine.md` is written from these tables. `set_state` (a person's recorded decision), `look_again` (what
followed from a state that a person has set since) and `retry` (a retry in place, generation + 1) are the only ways out
of a terminal state.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from penstock.errors import TransitionError
from penstock.model import states

Table = Mapping[tuple[str, str], str]

RUN: Final[Table] = {
    ("created", "queue"): "queued",
    ("created", "start"): "running",
    ("queued", "start"): "running",
    ("created", "cancel"): "cancelled",
    ("queued", "cancel"): "cancelled",
    ("queued", "skip"): "skipped",
    ("created", "skip"): "skipped",
    ("created", "fail"): "failed",
    ("queued", "fail"): "failed",
    ("running", "pause"): "paused",
    ("paused", "resume"): "running",
    ("running", "cancel"): "cancelling",
    ("paused", "cancel"): "cancelling",
    ("running", "succeed"): "succeeded",
    ("running", "warn"): "warning",
    ("running", "fail"): "failed",
    ("paused", "fail"): "failed",
    # A run that is being cancelled ends as what its policy says (on_timeout), never as succeeded.
    ("cancelling", "settle_cancelled"): "cancelled",
    ("cancelling", "fail"): "failed",
    ("cancelling", "warn"): "warning",
    **{(state, "retry"): "running" for state in states.TERMINAL_RUN},
    # A retry that has to wait for a slot.
    **{(state, "retry_in_turn"): "queued" for state in states.TERMINAL_RUN},
    **{(state, "set_state:" + to): to for state in states.TERMINAL_RUN
       for to in ("succeeded", "warning", "failed", "cancelled") if to != state},
}  # fmt: skip

TASK_RUN: Final[Table] = {
    ("created", "queue"): "queued",
    ("created", "skip"): "skipped",
    ("created", "fail_upstream"): "upstream_failed",
    ("created", "cancel"): "cancelled",
    ("created", "fail"): "failed",
    ("created", "warn"): "warning",
    ("created", "expand"): "running",
    ("created", "succeed"): "succeeded",
    # A task that a person answers has no attempts: it is asked, and rests until then.
    ("created", "ask"): "paused",
    # It is to be cancelled, and an executor has an attempt of it already, which may begin at any moment.
    ("created", "recall"): "cancelling",
    ("queued", "recall"): "cancelling",
    ("queued", "start"): "running",
    ("queued", "skip"): "skipped",
    ("queued", "cancel"): "cancelled",
    ("queued", "fail"): "failed",
    ("queued", "warn"): "warning",
    ("queued", "retry_later"): "retrying",
    ("queued", "requeue"): "queued",
    ("running", "succeed"): "succeeded",
    ("running", "warn"): "warning",
    ("running", "fail"): "failed",
    ("running", "skip"): "skipped",
    ("running", "retry_later"): "retrying",
    ("running", "requeue"): "queued",
    ("running", "pause"): "paused",
    ("running", "cancel"): "cancelling",
    # A time-out that its policy turns into `cancelled` ends the task run without a run being cancelled.
    ("running", "settle_cancelled"): "cancelled",
    ("paused", "resume"): "running",
    ("paused", "cancel"): "cancelling",
    # It had ended before it was told to stand still, or was lost since.
    **{("paused", event): to for event, to in (
        ("succeed", "succeeded"), ("warn", "warning"), ("fail", "failed"), ("skip", "skipped"),
        ("settle_cancelled", "cancelled"), ("retry_later", "retrying"),
    )},
    ("retrying", "queue"): "queued",
    ("retrying", "cancel"): "cancelled",
    ("retrying", "fail"): "failed",
    ("cancelling", "settle_cancelled"): "cancelled",
    ("cancelling", "fail"): "failed",
    **{(state, "set_state:" + to): to for state in states.TERMINAL_TASK
       for to in ("succeeded", "warning", "failed", "skipped", "cancelled") if to != state},
    **{(state, "set_state:" + to): to for state in ("created", "queued", "retrying")
       for to in ("succeeded", "skipped", "failed")},
    **{(state, "look_again"): "created" for state in ("upstream_failed", "skipped", "cancelled")},
}  # fmt: skip

ATTEMPT: Final[Table] = {
    ("dispatched", "start"): "running",
    ("dispatched", "succeed"): "succeeded",
    ("dispatched", "fail"): "failed",
    ("dispatched", "cancel"): "cancelled",
    ("dispatched", "lose"): "lost",
    ("running", "succeed"): "succeeded",
    ("running", "fail"): "failed",
    ("running", "cancel"): "cancelled",
    ("running", "lose"): "lost",
}

#: States to which a person may set a task of a run that is not over, and of one that is; and a run that is.
SETTABLE_LIVE: Final = ("succeeded", "skipped", "failed")
SETTABLE: Final = ("succeeded", "warning", "failed", "skipped", "cancelled")
SETTABLE_RUN: Final = ("succeeded", "warning", "failed", "cancelled")

TABLES: Final[Mapping[str, Table]] = {"run": RUN, "task run": TASK_RUN, "attempt": ATTEMPT}


def step(table: Table, state: str, event: str) -> str:
    """The state after `event`; raises TransitionError for a pair that the table does not list."""
    try:
        return table[state, event]
    except KeyError:
        name = next((name for name, known in TABLES.items() if known is table), "record")
        allowed = sorted(known for at, known in table if at == state)
        raise TransitionError(
            f"a {name} that is {state} can't take '{event}'",
            cure=f"from {state} it can take {', '.join(allowed) or 'nothing'}",
            state=state,
            event=event,
        ) from None
