"""What a task changes of its process, and what it leaves at work there."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from tests.agent.conftest import eventually
from tests.executors.stage import Stage, ref, said


def test_what_a_task_changes_of_its_process_goes_with_it(own_stage: Stage) -> None:
    before = own_stage.value(own_stage.run("process"))
    assert own_stage.value(own_stage.run("changes_its_process")) == before[0]
    ended = own_stage.run("process")
    assert own_stage.value(ended) == before
    assert len(said(own_stage.log(ended))) == 2


def test_what_a_library_sets_when_a_task_imports_it_stays_with_it(own_stage: Stage, tmp_path: Path) -> None:
    (tmp_path / "counts_on_it.py").write_text(
        "import os, warnings\n"
        "os.environ['ITS_DATA'] = 'here'\n"
        "warnings.filterwarnings('ignore', message='of mine')\n"
        "def there():\n"
        "    warnings.warn('of mine')\n"
        "    return [os.environ.get('ITS_DATA'), os.environ['HOME']]\n"
    )
    inputs = {"path": {"json": str(tmp_path)}}
    for _ in range(2):
        ended = own_stage.run("imports_a_library", inputs=inputs)
        assert own_stage.value(ended) == ["here", str(tmp_path)]
        assert said(own_stage.log(ended)) == []
    assert own_stage.value(own_stage.run("environment", inputs={"name": {"json": "ITS_DATA"}})) == "here"
    assert own_stage.value(own_stage.run("environment", inputs={"name": {"json": "HOME"}})) != str(tmp_path)


@pytest.mark.parametrize("how", ["basic", "disable", "dict", "dict without a root"])
def test_how_a_task_configures_logging_goes_with_it(own_stage: Stage, how: str) -> None:
    own_stage.run("process")
    pid = own_stage.value(own_stage.run("configures_logging", inputs={"how": {"json": how}}))
    ended = own_stage.run("process")
    assert own_stage.value(ended)[0] == pid
    heard, too = own_stage.log(ended)
    assert (heard["logger"], heard["level"], heard["message"]) == ("known", "warning", "heard")
    assert (too["logger"], too["level"]) == ("py.warnings", "warning")


def test_basic_config_does_what_it_does_in_a_script(own_stage: Stage, tmp_path: Path) -> None:
    own_stage.run("process")
    file = tmp_path / "its.log"
    lines = own_stage.log(own_stage.run("asks_for_all", inputs={"path": {"json": str(file)}}))
    assert [(line["level"], line["logger"], line["message"]) for line in lines] == [("debug", "known", "heard")]
    assert file.read_text() == "DEBUG:known:heard\n"


def test_a_thread_that_a_task_leaves_at_work_ends(own_stage: Stage) -> None:
    ended = own_stage.run("leaves_threads", inputs={"kind": {"json": "plain"}})
    assert said(own_stage.log(ended)) == ["the task left 1 thread running (sleeper): ended"]
    assert own_stage.value(own_stage.run("pid")) != own_stage.value(ended)


@pytest.mark.parametrize("kind", ["daemon", "pool"])
def test_threads_that_wait_for_nothing_may_stay(own_stage: Stage, kind: str) -> None:
    ended = own_stage.run("leaves_threads", inputs={"kind": {"json": kind}})
    assert own_stage.value(own_stage.run("pid")) == own_stage.value(ended)


@pytest.mark.parametrize(("task", "inputs"), [("uses_joblib", {}), ("spawns", {"method": ref("forkserver")})])
def test_processes_that_a_library_keeps_for_its_next_call_end_without_a_word(
    own_stage: Stage, task: str, inputs: dict[str, Any]
) -> None:
    ended = own_stage.run(task, inputs=inputs)
    assert ended.outcome == "succeeded"
    own_stage.run("pid")
    assert said(own_stage.log(ended)) == []


@pytest.mark.parametrize("kind", ["plain", "of joblib", "of a forkserver"])
def test_what_a_task_itself_leaves_running_is_told_and_ends(own_stage: Stage, kind: str) -> None:
    ended = own_stage.run("leaves_a_process", inputs={"kind": ref(kind)})
    left = own_stage.value(ended)
    assert said(own_stage.log(ended)) == ["the task left 1 process running: ended"]
    eventually(lambda: not os.path.exists(f"/proc/{left}"))
