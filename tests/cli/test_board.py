"""Frames of a run: bounded, and what matters first."""

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from penstock.cli.render.board import Moment, board
from penstock.cli.render.spans import plain, width_of
from penstock.cli.render.states import Paint
from penstock.engine.observe import RunPicture, TaskPicture
from penstock.model.states import TASK_STATES

PLAIN = Paint(colour=False, unicode=True)
ASCII = Paint(colour=False, unicode=False)
NOW = 1_700_000_100.0
NAMES = st.text(st.characters(categories=["L", "Mn", "Lo"]), min_size=1, max_size=80)


def _task(name: str, state: str, **facts: Any) -> TaskPicture:
    known: dict[str, Any] = {
        "map_index": None, "label": None, "role": "task", "reason": None, "attempts": 1, "started_at": None,
        "ended_at": None, "progress": None, "items": None, "error": None,
    }  # fmt: skip
    return TaskPicture(name=name, state=state, **(known | facts))


def _run(tasks: list[TaskPicture], state: str = "running", **facts: Any) -> RunPicture:
    known: dict[str, Any] = {
        "id": "0abc", "pipeline": "flights", "namespace": "default", "state": state, "reason": None,
        "created_at": NOW - 10, "since": NOW - 5, "ended_at": None, "done": 3, "total": len(tasks), "error": None,
        "tasks": tasks,
    }  # fmt: skip
    return RunPicture(**(known | facts))


def _shown(run: RunPicture, height: int = 30, width: int = 100, paint: Paint = PLAIN, **moment: Any) -> list[str]:
    return plain(board(run, Moment(NOW, **moment), paint, width, height)).split("\n")


THOUSAND = ["succeeded"] * 600 + ["queued"] * 390 + ["failed"] * 4 + ["running"] * 6


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(NAMES, st.sampled_from(sorted(TASK_STATES))), min_size=1, max_size=60),
    st.integers(3, 40), st.integers(20, 160), st.booleans(), st.integers(0, 2),
)  # fmt: skip
def test_a_frame_stays_within_its_lines_and_columns(
    tasks: list[tuple[str, str]], height: int, width: int, unicode: bool, asked: int
) -> None:
    run = _run([_task(name, state, started_at=NOW - 1) for name, state in tasks])
    lines = board(run, Moment(NOW, 7, asked), Paint(colour=True, unicode=unicode), width, height)
    assert len(lines) == min(height, 1 + len(tasks) + bool(asked))
    assert all(width_of(line) <= width for line in lines)


@pytest.mark.parametrize("height", [8, 21, 47])
def test_a_thousand_tasks_stay_within_the_lines(height: int) -> None:
    lines = _shown(_run([_task(f"t{at}", state) for at, state in enumerate(THOUSAND)]), height)
    assert len(lines) == height
    rows = [line.split() for line in lines[1:-1]]
    assert sum(row[2] == "running" for row in rows) == 6
    assert sum(row[2] == "failed" for row in rows) == min(4, height - 2 - 6)


def test_tasks_that_are_not_shown_are_counted() -> None:
    lines = _shown(_run([_task(f"t{at}", state) for at, state in enumerate(THOUSAND)]), 22)
    shown = [line.split()[2] for line in lines[1:-1]]
    queued, succeeded = 390 - shown.count("queued"), 600 - shown.count("succeeded")
    assert lines[-1].strip() == f"and {queued} queued, {succeeded} succeeded"
    assert shown.count("queued") == shown.count("succeeded") == 5


def test_of_what_is_over_the_latest_is_shown() -> None:
    tasks = [_task(f"t{at}", "succeeded", ended_at=NOW - at % 7) for at in range(50)]
    names = [line.split()[1] for line in _shown(_run(tasks), 9)[1:-1]]
    assert names == ["t0", "t7", "t14", "t21", "t28", "t35", "t42"]


def test_tasks_keep_the_order_of_the_definition() -> None:
    lines = _shown(_run([_task("b", "succeeded"), _task("a", "failed"), _task("c", "running")]))
    assert [line.split()[1] for line in lines[1:]] == ["b", "a", "c"]


def test_items_of_a_fan_out_are_told_by_their_parent() -> None:
    parent = _task("each", "running", items=(3, 1, 8))
    lines = _shown(_run([parent, _task("each", "failed", map_index=0), _task("each", "running", map_index=1)]))
    assert len(lines) == 2
    assert lines[1].endswith("3/8, 1 failed")


def test_notes_say_how_far_how_often_and_why() -> None:
    tasks = [
        _task("count", "running", progress=(7.0, None), started_at=NOW - 2),
        _task("again", "running", attempts=3),
        _task("broken", "failed", error={"type": "a.KeyError", "message": "no such\ncolumn"}, reason="timeout"),
        _task("wrong", "failed", reason="user_error", started_at=NOW - 9, ended_at=NOW - 5),
        _task("part", "running", progress=(50.0, 100.0)),
        _task("soon", "retrying", attempts=1, started_at=NOW - 3, error={"type": "E", "message": "no"}),
    ]
    lines = _shown(_run(tasks), retries={("soon", None): NOW + 4})
    count, again, broken, wrong, part, soon = lines[1:]
    assert count.split()[3:] == ["2.0", "s", "7", "done"]
    assert again.endswith("attempt 3")
    assert "failed (timeout)" in broken
    assert broken.endswith("KeyError: no such column")
    assert wrong.split()[1:] == ["wrong", "failed", "4.0", "s"]
    assert part.endswith("━━━━━━────── 50%")
    assert soon.split()[2:] == ["retrying", "attempt", "2", "in", "4.0", "s", "E:", "no"]


@pytest.mark.parametrize(("done", "total"), [(9.0, 3.0), (-1.0, 3.0), (1.0, 0.0), (1.0, -5.0)])
def test_progress_beyond_its_bounds_stays_on_the_screen(done: float, total: float) -> None:
    line = _shown(_run([_task("odd", "running", progress=(done, total))]))[1]
    assert line.endswith(("100%", "0%", "1 done"))


def test_the_head_tells_the_run() -> None:
    run = _run([_task("a", "succeeded")], total=6)
    assert _shown(run, width=50, beat=1)[0] == "⠙ flights  0abc  5.0 s  3/6 tasks"
    assert _shown(run)[0].endswith("  ━━━━━━━━━━━━────────────")
    over = run._replace(state="failed", reason="timeout", ended_at=NOW - 1)
    assert _shown(over, width=60)[0] == "✗ flights  0abc  failed (timeout)  4.0 s  3/6 tasks"


def test_what_runs_turns_without_unicode_too() -> None:
    run = _run([_task("a", "running")])
    heads = [_shown(run, 30, 40, ASCII, beat=beat)[0][0] for beat in range(5)]
    assert heads == ["|", "/", "-", "\\", "|"]
    assert all(line.isascii() for line in _shown(run, 30, 100, ASCII))


def test_a_cancel_is_answered_until_the_run_is_over() -> None:
    tasks = [_task("a", "cancelling")]
    assert _shown(_run(tasks, "cancelling"), asked=1)[-1] == "Cancelling … (Ctrl-C again to end at once)"
    assert _shown(_run(tasks, "cancelling"), asked=2)[-1] == "Ending at once …"
    assert "Ctrl-C" not in "".join(_shown(_run(tasks, "cancelling")))
    assert "Ctrl-C" not in "".join(_shown(_run(tasks, "cancelled"), asked=1))


def test_a_name_can_not_write_on_the_screen() -> None:
    text = "\n".join(_shown(_run([_task("a\x1b[2Jb", "running")], pipeline="p\n\x1b]0;q\x07")))
    assert "\x1b" not in text
    assert "\x07" not in text
    assert len(text.split("\n")) == 2


def test_a_frame_of_fifty_tasks_costs_less_than_three_milliseconds() -> None:
    run = _run([_task(f"task_{at:02d}", "running", started_at=NOW - at, progress=(at, 50.0)) for at in range(50)])
    spent = []
    for beat in range(30):
        start = time.perf_counter()
        board(run, Moment(NOW, beat), PLAIN, 100, 60)
        spent.append(time.perf_counter() - start)
    assert min(spent) < 0.003


def test_who_paused_it_and_what_goes_on_is_told_below() -> None:
    paused = _run([_task("a", "running")], "paused", paused_by="ann")
    assert _shown(paused)[-1].strip() == "Paused by ann; `penstock runs resume 0abc` goes on"
    assert _shown(_run([_task("a", "paused")], "paused"))[-1].strip().startswith("Paused; ")


def test_a_question_is_told_with_the_command_that_answers() -> None:
    asking = _task("release", "paused", reason="approval", started_at=NOW, asks="Pay it?")
    shown = _shown(_run([asking], "paused", reason="approval"))
    assert shown[1].endswith("Pay it?")
    assert shown[-1] == "penstock runs approve 0abc --task release  answers, in another terminal; or reject"
