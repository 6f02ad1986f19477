"""A run as plain lines: one a change, and a few for many."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from penstock.cli.lines import ITEMS, Lines
from penstock.cli.render.notice import first
from penstock.cli.render.spans import plain
from penstock.cli.render.states import Paint
from penstock.engine.observe import Notice, RunPicture, TaskPicture

PLAIN = Paint(colour=False, unicode=True)
NOW = 1_700_000_000.25
CLOCK = datetime.fromtimestamp(NOW).strftime("%H:%M:%S.250")


def _notice(task: str | None, state: str, at: float = NOW, **facts: Any) -> Notice:
    known: dict[str, Any] = {
        "map_index": None, "label": None, "reason": None, "n": 1, "duration": None, "error": None, "retry_in": None,
    }  # fmt: skip
    return Notice(at=at, task=task, state=state, **(known | facts))


def _run(*tasks: TaskPicture) -> RunPicture:
    return RunPicture("0abc", "flights", "default", "running", None, NOW, NOW, None, 0, 17, None, list(tasks))


def _task(name: str, state: str, **facts: Any) -> TaskPicture:
    known: dict[str, Any] = {
        "map_index": None, "label": None, "role": "task", "reason": None, "attempts": 1, "started_at": NOW,
        "ended_at": None, "progress": None, "items": None, "error": None,
    }  # fmt: skip
    return TaskPicture(name=name, state=state, **(known | facts))


def _shown(*notices: Notice, now: float = NOW) -> list[str]:
    lines = Lines(PLAIN, _run)
    for notice in notices:
        lines.take(notice)
    return [plain([line]) for line in lines.due(now)]


def test_the_first_line_names_the_run() -> None:
    picture = RunPicture("0abc", "flights", "default", "created", None, NOW, NOW, None, 0, 17, None, [])
    assert plain([first(picture)]) == f"{CLOCK} run 0abc of flights: 17 tasks"


def test_a_task_has_a_line_when_it_ends() -> None:
    lines = _shown(_notice("clean", "queued"), _notice("clean", "running"), _notice("clean", "succeeded", duration=0.4))
    assert lines == [f"{CLOCK} clean ✓ succeeded 400 ms"]


def test_a_task_that_runs_for_long_has_a_line_for_that_too() -> None:
    lines = Lines(PLAIN, _run)
    lines.take(_notice("clean", "running"))
    assert lines.due(NOW + 0.9) == []
    assert plain(lines.due(NOW + 2.5)).endswith("clean ● running 2.5 s")
    assert lines.due(NOW + 9) == []


def test_an_error_and_the_next_attempt_are_told() -> None:
    error = {"type": "builtins.OSError", "message": "no\nroute\x1b[2J"}
    retried = _notice("get", "retrying", n=1, duration=0.2, error=error, retry_in=5.0)
    assert _shown(retried) == [f"{CLOCK} get ↻ retrying 200 ms, attempt 2 in 5.0 s: OSError: no route\ufffd[2J"]
    retried = _notice("get", "retrying", n=1, duration=0.2, error=error, retry_in=0.0)
    assert ", attempt 2 at once: OSError" in _shown(retried)[0]
    failed = _notice("get", "failed", reason="timeout", n=2, map_index=3, label="JFK", error=error)
    assert _shown(failed) == [f"{CLOCK} get[JFK] ✗ failed (timeout): OSError: no route\ufffd[2J"]


def test_an_error_that_says_nothing_is_told_by_its_class() -> None:
    failed = _notice("get", "failed", error={"type": "builtins.AssertionError", "message": ""})
    assert _shown(failed) == [f"{CLOCK} get ✗ failed: AssertionError"]


def test_the_run_has_a_line_when_it_ends() -> None:
    assert _shown(_notice(None, "running"), _notice(None, "failed", duration=3.0)) == [f"{CLOCK} run ✗ failed 3.0 s"]


def test_a_thousand_items_are_counted_and_failures_told() -> None:
    lines = Lines(PLAIN, lambda: _run(_task("each", "running", items=(0, 0, 1000))))
    lines.take(_notice("each", "running"))
    shown = []
    for at in range(1000):
        now = NOW + at / 100
        state = "failed" if at % 400 == 399 else "succeeded"
        lines.take(_notice("each", "running", now, map_index=at, label=f"n{at}"))
        lines.take(_notice("each", state, now, map_index=at, label=f"n{at}"))
        shown += [plain([line]) for line in lines.due(now)]
    lines.take(_notice("each", "failed", NOW + 10))
    shown += [plain([line]) for line in lines.due(NOW + 12)]
    told = [line.split(" ", 1)[1] for line in shown]
    assert told[:ITEMS] == [f"each[n{at}] ✓ succeeded" for at in range(ITEMS)]
    assert [line for line in told if "failed" in line] == [
        "each[n399] ✗ failed", "each[n799] ✗ failed", "each ✗ failed",
    ]  # fmt: skip
    counts = [line for line in told if "items done" in line]
    assert 8 <= len(counts) <= 10
    assert counts[-1].endswith("of 1,000 items done")
    assert told[-1] == "each ✗ failed"
    assert len(told) < 50


def test_items_without_a_label_are_told_by_their_number() -> None:
    assert _shown(_notice("each", "succeeded", map_index=3)) == [f"{CLOCK} each[3] ✓ succeeded"]


def test_an_item_past_the_first_ones_that_has_ended_runs_no_more() -> None:
    lines = Lines(PLAIN, lambda: _run(_task("each", "running", items=(0, 0, 1000))))
    for at in range(ITEMS + 1):
        lines.take(_notice("each", "running", map_index=at, label=str(at)))
    for at in range(ITEMS + 1):
        lines.take(_notice("each", "succeeded", map_index=at, label=str(at)))
    lines.due(NOW)
    assert "running" not in plain(lines.due(NOW + 9))


def test_a_question_has_a_line_with_the_command_that_answers_once() -> None:
    asks = _run(_task("release", "paused", reason="approval", asks="Pay\x1b it?"))
    lines = Lines(PLAIN, lambda: asks)
    lines.catch_up()
    lines.take(_notice("release", "paused", reason="approval"))
    assert [plain([line]) for line in lines.due(NOW)] == [
        f"{CLOCK} release ‖ paused (approval): Pay\ufffd it?",
        "penstock runs approve 0abc --task release  answers, in another terminal; or reject",
    ]
