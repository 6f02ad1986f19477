"""User code that makes processes and threads of its own, and what it finds around itself."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from tests.agent.conftest import eventually
from tests.executors.stage import Stage, said

SQUARES = [0, 1, 4, 9, 16]


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_multiprocessing(stage: Stage, method: str) -> None:
    assert stage.value(stage.run("spawns", inputs={"method": {"json": method}})) == 0


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_pools_of_multiprocessing(stage: Stage, method: str) -> None:
    assert stage.value(stage.run("multiprocesses", inputs={"method": {"json": method}})) == SQUARES


@pytest.mark.parametrize("task", ["pools", "uses_joblib"])
def test_other_pools(stage: Stage, task: str) -> None:
    assert stage.value(stage.run(task)) == SQUARES


def test_asyncio_and_threads(stage: Stage) -> None:
    assert stage.value(stage.run("uses_asyncio")) == "later"
    assert stage.value(stage.run("uses_threads")) == [0, 1, 2, 3, 4]


def test_shared_memory_is_cleaned_up(stage: Stage) -> None:
    ended = stage.run("shares_memory")
    name = stage.value(ended)
    deadline = time.monotonic() + 5
    while Path("/dev/shm", name).exists():
        assert time.monotonic() < deadline, "its resource tracker was killed before it could clean up"
        time.sleep(0.01)


def test_user_code_has_the_main_thread_and_a_process_group(stage: Stage) -> None:
    assert stage.value(stage.run("in_main_thread")) == [True, True]


def test_the_main_module_is_empty(stage: Stage) -> None:
    assert stage.value(stage.run("main_module")) == []


def test_workers_do_not_share_their_chance(stage: Stage) -> None:
    values = set()
    for _ in range(3):
        values.add(stage.value(stage.run("chance")))
        stage.run("kills_itself")
    assert len(values) == 3


def test_a_task_finds_its_surroundings_as_they_should_be(own_stage: Stage, tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    pid = own_stage.value(own_stage.run("disturbs"))
    for _ in range(2):
        ended = own_stage.run("folder")
        assert own_stage.value(ended) == [pid, os.getcwd()]
        assert said(own_stage.log(ended)) == ["heard", "heard too"]
        assert own_stage.value(own_stage.run("disturbs_by_a_lost_folder", inputs={"path": {"json": str(gone)}})) == pid
        gone.mkdir()
    mark = tmp_path / "mark"
    key = own_stage.start("cleans_up", inputs={"mark": {"json": str(mark)}})
    eventually(mark.exists)
    own_stage.executor.cancel([key])
    own_stage.end(key)
    assert mark.read_text() == "cleaned"


@pytest.mark.parametrize("how", ["closed", "elsewhere"])
def test_descriptors_of_output_are_back_for_the_next_task(own_stage: Stage, how: str) -> None:
    pid = own_stage.value(own_stage.run("disturbs_descriptors", inputs={"how": {"json": how}}))
    ended = own_stage.run("folder")
    assert own_stage.value(ended)[0] == pid
    assert sorted(said(own_stage.log(ended))) == ["heard", "heard too"]


def test_two_attempts_run_at_the_same_time_and_no_more(stage: Stage, tmp_path: Path) -> None:
    marks = [tmp_path / str(at) for at in range(4)]
    keys = [stage.start("waits", inputs={"mark": {"json": str(mark)}}) for mark in marks]
    stage.started(keys[0])
    stage.started(keys[1])
    for mark in marks:
        mark.touch()
    pids = {stage.value(stage.end(key)) for key in keys}
    assert len(pids) == 2


def test_the_start_of_what_comes_after_a_long_attempt_is_told_with_that_end(stage: Stage, tmp_path: Path) -> None:
    marks = [tmp_path / str(at) for at in range(2)]
    long = [stage.start("waits", inputs={"mark": {"json": str(mark)}}) for mark in marks]
    for key in long:
        stage.started(key)
    short = stage.start("main_module")
    marks[0].touch()
    ended = stage.end(short)
    told = [type(report).__name__ for report in stage.reports if report.key in (long[0], short)]
    assert told == ["Started", "Ended", "Started", "Ended"]
    assert stage.started(short).at == ended.started_at
    after = stage.start("main_module")
    stage.end(after)
    told = [type(report).__name__ for report in stage.reports if report.key == after]
    assert told == ["Ended"], "what comes after a short one is taken for short"
    marks[1].touch()
    stage.end(long[1])
