"""States and reasons: small sets of words, the same in Python, SQL, JSON, command line and page."""

from __future__ import annotations

from typing import Final, Literal, TypeAlias

RunState: TypeAlias = Literal[
    "created", "queued", "running", "paused", "cancelling",
    "succeeded", "warning", "failed", "cancelled", "skipped",
]  # fmt: skip
TaskState: TypeAlias = Literal[
    "created", "queued", "running", "retrying", "paused", "cancelling",
    "succeeded", "warning", "failed", "cancelled", "skipped", "upstream_failed",
]  # fmt: skip
AttemptState: TypeAlias = Literal["dispatched", "running", "succeeded", "failed", "cancelled", "lost"]

RUN_STATES: Final[tuple[str, ...]] = (
    "created", "queued", "running", "paused", "cancelling",
    "succeeded", "warning", "failed", "cancelled", "skipped",
)  # fmt: skip
TASK_STATES: Final[tuple[str, ...]] = (
    "created", "queued", "running", "retrying", "paused", "cancelling",
    "succeeded", "warning", "failed", "cancelled", "skipped", "upstream_failed",
)  # fmt: skip
ATTEMPT_STATES: Final[tuple[str, ...]] = (
    "dispatched", "running", "succeeded", "failed", "cancelled", "lost",
)  # fmt: skip

TERMINAL_RUN: Final = frozenset({"succeeded", "warning", "failed", "cancelled", "skipped"})
TERMINAL_TASK: Final = frozenset({"succeeded", "warning", "failed", "cancelled", "skipped", "upstream_failed"})
TERMINAL_ATTEMPT: Final = frozenset({"succeeded", "failed", "cancelled", "lost"})

#: Why a run, a task run or an attempt is in its state; None when the state says it all.
REASONS: Final[tuple[str, ...]] = (
    "user_error", "timeout", "out_of_memory", "worker_lost", "node_lost", "lease_lost", "deadline",
    "condition", "trigger_rule", "cached", "breakpoint", "approval", "limit", "artifact_corrupt",
    "disk_full", "poison", "slice", "interrupted", "user", "policy",
)  # fmt: skip

RUN_TYPES: Final[tuple[str, ...]] = ("standard", "test", "debug", "replay", "incremental", "backfill")
TRIGGER_KINDS: Final[tuple[str, ...]] = (
    "manual", "schedule", "event", "completion", "backfill", "retry",
)  # fmt: skip
