"""Figures of an attempt: CPU, memory, bytes."""

from __future__ import annotations

from pathlib import Path

import pytest

from penstock.ports.executor import Metric, Progress, Sample
from tests.executors.stage import Stage


@pytest.mark.parametrize("task", ["burns", "burns_in_a_child"])
def test_cpu_of_a_task_and_of_its_children(stage: Stage, task: str) -> None:
    ended = stage.run(task, inputs={"seconds": {"json": 0.3}})
    assert ended.usage is not None
    assert 0.25 < ended.usage.cpu_seconds < 1.0
    idle = stage.run("pid")
    assert idle.usage is not None
    assert idle.usage.cpu_seconds < 0.05


def test_peak_memory_belongs_to_its_attempt(stage: Stage) -> None:
    big = stage.run("allocates", inputs={"megabytes": {"json": 100}})
    small = stage.run("pid")
    assert big.usage is not None
    assert small.usage is not None
    assert big.usage.peak_rss_bytes > 100_000_000
    assert small.usage.peak_rss_bytes < 80_000_000


def test_bytes_read_and_written(stage: Stage, tmp_path: Path) -> None:
    ended = stage.run("reads_and_writes", inputs={"path": {"json": str(tmp_path / "file")}})
    assert ended.usage is not None
    assert 3_000_000 <= ended.usage.read_bytes < 3_200_000
    assert 3_000_000 <= ended.usage.written_bytes < 3_200_000


def test_a_long_attempt_gives_samples(stage: Stage) -> None:
    key = stage.start("burns", inputs={"seconds": {"json": 1.4}})
    stage.until(lambda: bool(stage.of(Sample)))
    sample = stage.of(Sample)[0]
    ended = stage.end(key)
    assert sample.key == key
    assert 0.0 < sample.cpu_seconds < 1.3
    assert sample.rss_bytes > 5_000_000
    assert ended.usage is not None
    assert ended.usage.cpu_seconds >= sample.cpu_seconds


def test_many_figures_come_all_and_progress_comes_last(stage: Stage) -> None:
    stage.run("many_figures")
    assert [metric.value for metric in stage.of(Metric)] == list(range(5000))
    assert stage.of(Progress)[-1].done == 4999
    assert len(stage.of(Progress)) < 200


def test_progress_is_told_while_the_task_goes_on(stage: Stage, tmp_path: Path) -> None:
    mark = tmp_path / "go"
    key = stage.start("progress_then_waits", inputs={"mark": {"json": str(mark)}})
    stage.until(lambda: any(progress.done == 2 for progress in stage.of(Progress)))
    mark.touch()
    assert stage.end(key).outcome == "succeeded"


def test_a_forked_child_does_not_speak_for_its_parent(stage: Stage) -> None:
    assert stage.run("reports_from_a_fork").outcome == "succeeded"
    assert len(stage.of(Metric)) == 1
