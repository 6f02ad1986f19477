"""Frames of a run: bounded, and what matters first."""

from __future__ import annotations

import io
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console

from penstock.cli.live import frame
from penstock.cli.render.states import LOOKS, Paint
from penstock.engine.observe import RunPicture, TaskPicture
from penstock.model.states import TASK_STATES

PLAIN = Paint(colour=False, unicode=True)
NOW = 1_700_000_100.0


def _task(name: str, state: str, **facts: Any) -> TaskPicture:
    known: dict[str, Any] = {
        "map_index": None, "label": None, "role": "task", "reason": None, "attempts": 1, "started_at": None,
        "ended_at": None, "progress": None, "items": None, "error": None,
    }  # fmt: skip
    return TaskPicture(name=name, state=state, **(known | facts))


def _run(tasks: list[TaskPicture], state: str = "running") -> RunPicture:
    return RunPicture(
        "0abc", "flights", "default", state, None, NOW - 10, NOW - 5, None, 3, len(tasks), None, tasks
    )  # fmt: skip


def _shown(run: RunPicture, rows: int, width: int = 100, asked: int = 0) -> list[str]:
    console = Console(file=io.StringIO(), width=width, height=400, color_system=None, legacy_windows=False)
    with console.capture() as taken:
        console.print(frame(run, NOW, rows, width, PLAIN, asked=asked))
    return [line.rstrip() for line in taken.get().rstrip("\n").split("\n")]


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.sampled_from(sorted(TASK_STATES)), min_size=1, max_size=60), st.integers(6, 40), st.integers(40, 160)
)
def test_a_frame_stays_within_its_rows_and_columns(states: list[str], rows: int, width: int) -> None:
    run = _run([_task(f"task_{at}", state) for at, state in enumerate(states)])
    lines = _shown(run, rows, width)
    assert len(lines) == 1 + min(rows, len(states))
    assert all(len(line) <= width for line in lines)


@pytest.mark.parametrize("rows", [6, 20, 46])
def test_a_thousand_tasks_stay_within_the_rows(rows: int) -> None:
    states = ["succeeded"] * 600 + ["queued"] * 390 + ["failed"] * 4 + ["running"] * 6
    lines = _shown(_run([_task(f"t{at}", state) for at, state in enumerate(states)]), rows)
    assert len(lines) == rows + 1
    assert sum("✗" in line for line in lines) == 4
    assert sum("●" in line for line in lines[1:]) == min(6, rows - 1 - 4)


def test_tasks_that_are_not_shown_are_counted() -> None:
    states = ["succeeded"] * 600 + ["queued"] * 390 + ["failed"] * 4 + ["running"] * 6
    lines = _shown(_run([_task(f"t{at}", state) for at, state in enumerate(states)]), 21)
    assert lines[-1].strip() == "and 590 succeeded, 390 queued"


def test_what_failed_or_runs_is_shown_when_others_are_not() -> None:
    tasks = [_task(f"done_{at}", "succeeded") for at in range(50)] + [
        _task("broken", "failed"),
        _task("busy", "running"),
    ]
    text = "\n".join(_shown(_run(tasks), 8))
    assert "broken" in text
    assert "busy" in text


def test_tasks_keep_the_order_of_the_definition() -> None:
    lines = _shown(_run([_task("b", "succeeded"), _task("a", "failed"), _task("c", "running")]), 10)
    assert [line.split()[1] for line in lines[1:]] == ["b", "a", "c"]


def test_items_of_a_fan_out_are_told_by_their_parent() -> None:
    parent = _task("each", "running", items=(3, 1, 8))
    lines = _shown(_run([parent, _task("each", "failed", map_index=0), _task("each", "running", map_index=1)]), 10)
    assert len(lines) == 2
    assert "3/8, 1 failed" in lines[1]


def test_notes_say_how_far_how_often_and_why() -> None:
    tasks = [
        _task("count", "running", progress=(7.0, None), started_at=NOW - 2),
        _task("again", "running", attempts=3),
        _task("broken", "failed", error={"message": "no such\ncolumn"}, reason="timeout"),
        _task("wrong", "failed", reason="user_error", started_at=NOW - 9, ended_at=NOW - 5),
        _task("part", "running", progress=(50.0, 100.0)),
    ]
    count, again, broken, wrong, part = _shown(_run(tasks), 10)[1:]
    assert "7 done" in count
    assert "2.0 s" in count
    assert "attempt 3" in again
    assert "failed (timeout)" in broken
    assert broken.endswith("no such column")
    assert "user_error" not in wrong
    assert "4.0 s" in wrong
    assert "━" in part


def test_the_head_tells_the_run() -> None:
    head = _shown(_run([_task("a", "succeeded")]), 6)[0]
    assert head == f"{LOOKS['running'].glyph} flights  0abc  5.0 s  3/1 tasks"


def test_a_cancel_is_answered_until_the_run_is_over() -> None:
    tasks = [_task("a", "cancelling")]
    assert "Ctrl-C again" in _shown(_run(tasks, "cancelling"), 6, asked=1)[-1]
    assert "Ctrl-C" not in "".join(_shown(_run(tasks, "cancelling"), 6))
    assert "Ctrl-C" not in "".join(_shown(_run(tasks, "cancelled"), 6, asked=1))
