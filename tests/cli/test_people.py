"""What people did to a run, as `penstock runs show` tells it."""

from __future__ import annotations

from typing import Any

import pytest

from penstock.cli.render.people import done_by
from penstock.cli.render.spans import plain
from penstock.cli.render.states import Paint


@pytest.mark.parametrize(
    ("kind", "task", "data", "told"),
    [
        ("run.created", None, {}, "run: asked for by ann"),
        ("run.paused", None, {"reason": "user"}, "run: paused by ann"),
        ("run.running", None, {}, "run: goes on by ann"),
        ("run.running", None, {"generation": 2, "from": None}, "run: retried by ann"),
        (
            "run.running",
            None,
            {"generation": 3, "from": "b", "params": {"n": 2}},
            "run: retried from b with n=2 by ann",
        ),
        ("run.cancelling", None, {"reason": "user"}, "run: cancelling by ann"),
        ("run.succeeded", None, {"before": "failed"}, "run: failed, set to succeeded by ann"),
        ("run.labels", None, {"set": {"a": "1"}, "removed": ["b"]}, "run: labels a=1, without b by ann"),
        ("task_run.skipped", "a", {"before": "failed"}, "a[3]: failed, set to skipped by ann"),
        ("task_run.succeeded", "a", {"reason": "approval", "values": {"n": 1}}, "a[3]: approved by ann, n=1"),
        ("task_run.failed", "a", {"reason": "approval", "comment": "no"}, "a[3]: rejected by ann: no"),
        ("params_changed", None, {"params": {"n": 1}}, "run: goes on with n=1 by ann"),
        ("breakpoints_changed", None, {"breakpoints": ["a", "b"]}, "run: rests before a, b by ann"),
        ("breakpoints_changed", None, {"breakpoints": []}, "run: rests before no task by ann"),
        ("run.labels", None, {"set": {"a": "\x1b[31m"}, "removed": []}, "run: labels a=\ufffd[31m by ann"),
    ],
)
def test_each_deed_is_a_line(kind: str, task: str | None, data: dict[str, Any], told: str) -> None:
    at = "2026-03-01T12:00:01.000000Z"
    event = {"at": at, "kind": kind, "task": task, "map_index": 3 if task else None, "data": {**data, "by": "ann"}}
    _, head, line = plain(done_by([event], Paint(colour=False, unicode=True), 200)).split("\n")
    assert (head, line.split("  ", 2)[2]) == ("by people", told)
    assert done_by([], Paint(colour=False, unicode=True), 80) == []
