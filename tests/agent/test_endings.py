"""Cancel, timeout, limit of memory: SIGTERM, grace, SIGKILL for the whole tree."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.agent.conftest import eventually, tagged
from tests.executors.stage import Stage, said

#: Seconds that say that nobody waited for a grace of 5 or 60; a quiet machine needs 0.3.
SOON = 4.5


def _started(stage: Stage, task: str, tmp_path: Path, **facts: object) -> tuple[str, Path]:
    mark = tmp_path / "mark"
    key = stage.start(task, inputs={"mark": {"json": str(mark)}}, **facts)
    eventually(mark.exists)
    return key, mark


def test_a_cancel_lets_the_task_clean_up(stage: Stage, tmp_path: Path) -> None:
    key, mark = _started(stage, "cleans_up", tmp_path)
    before = time.monotonic()
    stage.executor.cancel([key])
    ended = stage.end(key)
    assert (ended.outcome, ended.reason) == ("cancelled", None)
    assert mark.read_text() == "cleaned"
    assert time.monotonic() - before < SOON


@pytest.mark.parametrize("task", ["ignores_sigterm", "holds_the_lock"])
def test_what_does_not_listen_is_killed_after_its_grace(stage: Stage, tmp_path: Path, task: str) -> None:
    key, _ = _started(stage, task, tmp_path, grace=0.2)
    before = time.monotonic()
    stage.executor.cancel([key])
    ended = stage.end(key)
    assert ended.outcome == "cancelled"
    # Between the mark and its loop, the one that holds the lock may still hear.
    assert (0.19 if task == "ignores_sigterm" else 0.0) < time.monotonic() - before < SOON


def test_a_second_cancel_kills_at_once(stage: Stage, tmp_path: Path) -> None:
    key, _ = _started(stage, "ignores_sigterm", tmp_path, grace=60.0)
    stage.executor.cancel([key])
    stage.executor.cancel([key])
    assert stage.end(key, within=SOON).outcome == "cancelled"


def test_a_cancelled_task_that_returns_has_succeeded(stage: Stage, tmp_path: Path) -> None:
    key, _ = _started(stage, "swallows_the_interrupt", tmp_path)
    stage.executor.cancel([key])
    assert stage.value(stage.end(key)) == "swallowed"


def test_a_timeout_is_a_failure_that_tells_where(stage: Stage) -> None:
    stage.run("pid")
    before = time.monotonic()
    ended = stage.run("sleeps", timeout=0.2)
    assert time.monotonic() - before < SOON
    assert (ended.outcome, ended.reason) == ("failed", "timeout")
    assert ended.error["type"] == "TimeoutError"
    assert "0.2 s" in ended.error["message"]
    assert "time.sleep(1000)" in ended.error["traceback"]
    assert any("0.2 s" in message for message in said(stage.log(ended), "log"))


def test_a_timeout_holds_even_if_the_task_returns_in_its_grace(stage: Stage, tmp_path: Path) -> None:
    key, _ = _started(stage, "swallows_the_interrupt", tmp_path, timeout=0.2)
    ended = stage.end(key)
    assert (ended.outcome, ended.reason, ended.outputs) == ("failed", "timeout", [])


def test_a_loop_that_holds_the_interpreter_lock_ends_in_time(stage: Stage, tmp_path: Path) -> None:
    before = time.monotonic()
    key, _ = _started(stage, "holds_the_lock", tmp_path, timeout=0.2, grace=0.2)
    ended = stage.end(key)
    assert (ended.outcome, ended.reason) == ("failed", "timeout")
    assert time.monotonic() - before < SOON


def test_an_end_takes_the_whole_tree(stage: Stage, tmp_path: Path) -> None:
    tag, mark = f"spread-{tmp_path.name}", tmp_path / "mark"
    key = stage.start("spreads_and_sleeps", inputs={"tag": {"json": tag}, "mark": {"json": str(mark)}}, grace=0.1)
    eventually(mark.exists)
    assert len(tagged(tag)) >= 4
    stage.executor.cancel([key])
    assert stage.end(key).outcome == "cancelled"
    eventually(lambda: not tagged(tag))


def test_what_a_task_leaves_running_ends_with_it_and_the_log_says_so(stage: Stage, tmp_path: Path) -> None:
    tag = f"spread-{tmp_path.name}"
    ended = stage.run("spreads_and_returns", inputs={"tag": {"json": tag}})
    assert ended.outcome == "succeeded"
    eventually(lambda: not tagged(tag))
    notes = said(stage.log(ended), "log")
    assert any("left" in note and "running" in note for note in notes), notes
    assert stage.value(stage.run("pid")) != stage.value(ended)


@pytest.mark.parametrize("task", ["grows", "grows_in_a_child"])
def test_a_limit_of_memory_holds_for_the_tree(stage: Stage, task: str) -> None:
    ended = stage.run(task, inputs={"megabytes": {"json": 300}}, memory=150_000_000)
    assert (ended.outcome, ended.reason) == ("failed", "out_of_memory")
    assert ended.error["type"] == "MemoryError"
    assert "150 MB" in ended.error["message"]
    assert any("150 MB" in message for message in said(stage.log(ended), "log"))


def test_a_task_within_its_limit_is_left_alone(stage: Stage) -> None:
    ended = stage.run("grows", inputs={"megabytes": {"json": 20}}, memory=500_000_000)
    assert stage.value(ended) == 20


def test_a_timeout_counts_from_the_begin_of_the_task_not_of_the_import(own_stage: Stage) -> None:
    ended = own_stage.run("pid", timeout=5.0)
    assert ended.outcome == "succeeded"
