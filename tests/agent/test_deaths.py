"""Workers that die: seen at once, told what they died of, replaced, and nobody else is touched."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest

from tests.agent.conftest import ROUGH, eventually, tagged
from tests.executors.stage import Stage, said

#: Seconds in which a death is told: a quiet machine needs 0.02, and the requirement is 1 there.
SOON = 5.0


@pytest.mark.parametrize(
    ("task", "words"),
    [
        ("exits_hard", "exited with 3"),
        ("segfaults", "SIGSEGV"),
        ("kills_itself", "SIGKILL"),
        ("aborts", "SIGABRT"),
    ],
)
def test_a_death_is_told_at_once(stage: Stage, task: str, words: str) -> None:
    stage.run("pid")
    before = time.monotonic()
    ended = stage.run(task)
    assert time.monotonic() - before < SOON
    assert (ended.outcome, ended.reason) == ("lost", "worker_lost")
    assert words in ended.error["message"]
    assert ended.usage is not None
    assert ended.usage.peak_rss_bytes > 1_000_000
    assert any(words in message for message in said(stage.log(ended), "log"))
    assert stage.run("pid").outcome == "succeeded"


def test_the_log_is_whole_after_a_death(stage: Stage) -> None:
    assert said(stage.log(stage.run("exits_hard")), "stdout") == ["last words"]
    assert "before the fault" in said(stage.log(stage.run("segfaults")), "stdout")


@pytest.mark.parametrize(("task", "line"), [("segfaults", "    ctypes.string_at(0)"), ("aborts", "    os.abort()")])
def test_who_crashes_in_compiled_code_tells_where(stage: Stage, task: str, line: str) -> None:
    error = stage.run(task).error
    assert error["file"] == str(ROUGH)
    assert ROUGH.read_text().splitlines()[error["line"] - 1] == line
    assert f"in {task}\n" in error["traceback"]
    assert "\nFatal Python error: " in error["traceback"]
    assert "perform.py" not in error["traceback"]


def test_who_is_killed_tells_no_place(stage: Stage) -> None:
    error = stage.run("kills_itself").error
    assert (error["file"], error["line"], error["traceback"]) == (None, None, "")


def test_others_are_untouched_by_a_death(stage: Stage, tmp_path: Path) -> None:
    mark = tmp_path / "go"
    other = stage.start("waits", inputs={"mark": {"json": str(mark)}})
    assert stage.run("kills_itself").outcome == "lost"
    mark.touch()
    assert stage.end(other).outcome == "succeeded"


def test_what_a_dead_worker_leaves_is_killed(stage: Stage, tmp_path: Path) -> None:
    tag = f"spread-{tmp_path.name}"
    ended = stage.run("spreads_and_dies", inputs={"tag": {"json": tag}})
    assert (ended.outcome, ended.reason) == ("lost", "worker_lost")
    eventually(lambda: not tagged(tag))


def test_a_worker_killed_from_outside_is_replaced_and_its_tree_ends(stage: Stage, tmp_path: Path) -> None:
    tag, mark = f"spread-{tmp_path.name}", tmp_path / "mark"
    inputs = {"tag": {"json": tag}, "mark": {"json": str(mark)}}
    key = stage.start("spreads_and_sleeps", inputs=inputs)
    eventually(mark.exists)
    assert len(tagged(tag)) >= 4
    worker = stage.started(key).worker
    os.kill(_pid_of(stage, worker), signal.SIGKILL)
    ended = stage.end(key, within=SOON)
    assert (ended.outcome, ended.reason) == ("lost", "worker_lost")
    eventually(lambda: not tagged(tag))
    assert stage.run("pid").outcome == "succeeded"


def test_an_attempt_that_a_dead_worker_was_handed_goes_to_another(stage: Stage) -> None:
    for _ in range(10):
        pid = stage.value(stage.run("pid"))
        os.kill(pid, signal.SIGKILL)
        while _is_alive(pid):
            pass
        ended = stage.run("pid")  # the agent may not know yet
        assert ended.outcome == "succeeded", ended


def _is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()[0] != b"Z"
    except OSError:
        return False


def _pid_of(stage: Stage, worker: str) -> int:
    agent = stage.executor._agent.pid  # type: ignore[attr-defined]
    from penstock.agent.trees import descendants

    named = (pid for pid in descendants(agent) if Path(f"/proc/{pid}/comm").read_text().strip() == f"penstock-{worker}")
    return next(named)


def test_rubbish_in_the_workers_pipe_is_the_end_of_that_worker(stage: Stage) -> None:
    ended = stage.run("writes_rubbish_everywhere")
    assert (ended.outcome, ended.reason) == ("lost", "worker_lost")
    assert "sent" in ended.error["message"]
    assert stage.run("pid").outcome == "succeeded"


def test_a_task_that_closes_all_descriptors_costs_its_worker_only(stage: Stage) -> None:
    ended = stage.run("closes_everything")
    assert ended.outcome == "lost"
    assert stage.run("pid").outcome == "succeeded"


def test_a_task_that_forks_and_returns_twice_is_told_once(stage: Stage) -> None:
    ended = stage.run("forks_and_both_return")
    assert ended.outcome == "succeeded"
    assert stage.run("pid").outcome == "succeeded"
    assert len([report for report in stage.reports if getattr(report, "outcome", None)]) == 2
