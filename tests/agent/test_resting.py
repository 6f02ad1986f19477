"""What stands still while its run rests: the whole tree stops, no time counts, and it can be ended all the same."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from penstock.ports.executor import Returned, Started
from tests.agent.conftest import eventually, tagged
from tests.executors.stage import Stage, ref


def _state(pid: int) -> str:
    return Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()[0].decode()


def _still(pids: list[int]) -> bool:
    return all(_state(pid) == "T" for pid in pids)


def _spread(stage: Stage, tmp_path: Path, **facts: object) -> tuple[str, list[int]]:
    tag, mark = f"rest-{tmp_path.name}", tmp_path / "mark"
    key = stage.start("spreads_and_sleeps", inputs={"tag": ref(tag), "mark": ref(str(mark))}, **facts)
    eventually(mark.exists)
    pids = tagged(tag)
    assert len(pids) >= 4
    return key, pids


def test_the_whole_tree_stands_still_and_goes_on(stage: Stage, tmp_path: Path) -> None:
    key, pids = _spread(stage, tmp_path, grace=0.1)
    stage.executor.suspend([key, "9:9:9"])
    eventually(lambda: _still(pids))
    stage.executor.suspend([key])  # a second time changes nothing
    stage.executor.resume([key])
    eventually(lambda: not any(_state(pid) == "T" for pid in pids))
    stage.executor.cancel([key])
    assert stage.end(key).outcome == "cancelled"
    eventually(lambda: not tagged(f"rest-{tmp_path.name}"))


def test_what_stands_still_hears_of_its_end(stage: Stage, tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    key = stage.start("cleans_up", inputs={"mark": ref(str(mark))}, grace=60.0)
    eventually(mark.exists)
    stage.started(key)
    stage.executor.suspend([key])
    stage.executor.cancel([key])
    assert stage.end(key).outcome == "cancelled"
    assert mark.read_text() == "cleaned"


def test_what_stands_still_and_does_not_listen_is_killed(stage: Stage, tmp_path: Path) -> None:
    key, pids = _spread(stage, tmp_path, grace=60.0)
    stage.executor.suspend([key])
    eventually(lambda: _still(pids))
    stage.executor.cancel([key])
    stage.executor.cancel([key])
    assert stage.end(key).outcome == "cancelled"
    eventually(lambda: not tagged(f"rest-{tmp_path.name}"))


def test_time_does_not_count_while_it_stands_still(stage: Stage, tmp_path: Path) -> None:
    stage.run("pid")
    before = time.monotonic()
    key, pids = _spread(stage, tmp_path, timeout=2.0)
    stage.executor.suspend([key])
    eventually(lambda: _still(pids))
    rest = time.monotonic()
    with pytest.raises(AssertionError, match="not within"):
        stage.end(key, within=2.5)  # its time would be up
    rested = time.monotonic() - rest
    stage.executor.resume([key])
    ended = stage.end(key)
    assert (ended.outcome, ended.reason) == ("failed", "timeout")
    assert time.monotonic() - before >= rested + 1.9


def test_what_was_not_begun_comes_back_and_what_runs_goes_on(stage: Stage, tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    running = [stage.start("waits", inputs={"mark": ref(str(mark))}) for _ in range(2)]
    for key in running:
        stage.started(key)
    waiting = [stage.start("pid") for _ in range(20)]
    stage.executor.recall([*running, *waiting])
    stage.until(lambda: {report.key for report in stage.of(Returned)} == set(waiting))
    mark.touch()
    assert [stage.end(key).outcome for key in running] == ["succeeded"] * 2
    stage.executor.dispatch([stage._assignments[key] for key in waiting])
    assert {stage.end(key).outcome for key in waiting} == {"succeeded"}


def test_of_many_short_ones_each_ends_once_or_comes_back(stage: Stage) -> None:
    """Workers have some of them ahead, and are at others when they are called back."""
    stage.run("pid")
    for _ in range(20):
        keys = stage.chain(*[("pid", {})] * 4) + [stage.start("pid") for _ in range(60)]
        stage.until(lambda keys=keys: bool(stage._ended.keys() & set(keys)))  # type: ignore[misc]
        stage.executor.recall(keys)
        stage.until(lambda keys=keys: stage._ended.keys() | stage._returned >= set(keys))  # type: ignore[misc]
        assert not stage._ended.keys() & stage._returned
        assert not {report.key for report in stage.of(Started)} & stage._returned
