"""Who gets which attempt: code, warm workers, replacement; and what happens when nothing can be started."""

from __future__ import annotations

import os
import signal
import stat
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from penstock.agent import crew
from penstock.errors import AgentLost, ExecutorError
from penstock.executors.local import LocalExecutor
from tests.agent.conftest import ROUGH, eventually
from tests.executors.stage import Stage, said

CODE = """
import os, sys
print("imported")
from penstock import Pipeline
pipeline = Pipeline("changing")

@pipeline.task
def answer():
    return [{answer}, os.getpid()]
"""


@pytest.fixture
def file(tmp_path: Path) -> Iterator[Path]:
    made = tmp_path / "changing.py"
    yield made
    sys.modules.pop("changing", None)


def _stage(executor: LocalExecutor, file: Path, text: str, run_id: str) -> Stage:
    file.write_text(text)
    # What Python keeps compiled is told by whole seconds and size: make sure that it sees a change.
    os.utime(file, (time.time(), hash(text) % 1_000_000_000))
    sys.modules.pop("changing", None)
    return Stage(executor, file.parent, file, run_id=run_id)


def test_changed_code_gets_new_workers(file: Path) -> None:
    executor = LocalExecutor(1)
    executor.open()
    try:
        before = _stage(executor, file, CODE.format(answer=1), "first")
        old, old_pid = before.value(before.run("answer"))
        after = _stage(executor, file, CODE.format(answer=2), "second")
        new, new_pid = after.value(after.run("answer"))
        assert (old, new) == (1, 2)
        assert old_pid != new_pid
        assert before.value(before.run("answer")) == [1, old_pid]
    finally:
        executor.close()


def test_what_a_module_says_at_its_import_is_in_the_first_log(own_stage: Stage, file: Path) -> None:
    stage = _stage(own_stage.executor, file, CODE.format(answer=1), "first")
    first, second = stage.run("answer"), stage.run("answer")
    assert first.worker == second.worker
    assert said(stage.log(first)) == ["imported"]
    assert stage.log(second) == []


def test_a_worker_that_comes_late_to_changed_code_says_so(file: Path) -> None:
    executor = LocalExecutor(1)
    executor.open()
    try:
        stage = _stage(executor, file, CODE.format(answer=1), "first")
        _, pid = stage.value(stage.run("answer"))
        os.kill(pid, signal.SIGKILL)
        eventually(lambda: not os.path.exists(f"/proc/{pid}"))
        file.write_text(CODE.format(answer=22))
        ended = stage.run("answer")
        assert stage.value(ended)[0] == 22
        (note,) = [line for line in stage.log(ended) if line["stream"] == "log"]
        assert (note["level"], note["logger"]) == ("warning", "penstock")
        assert "has changed" in note["message"]
    finally:
        executor.close()


def test_a_module_that_fails_to_import_fails_its_attempts_only(own_stage: Stage, file: Path) -> None:
    stage = _stage(own_stage.executor, file, CODE.format(answer=1), "first")
    file.write_text("import os\nimport no_such_library\n")
    ended = stage.run("answer")
    assert (ended.outcome, ended.reason) == ("failed", "user_error")
    assert ended.error["type"] == "ModuleNotFoundError"
    assert (ended.error["file"], ended.error["line"]) == (str(file), 2)
    assert "importlib" not in ended.error["traceback"]
    assert own_stage.run("pid").outcome == "succeeded"


def test_a_module_that_kills_at_its_import_is_a_lost_worker(own_stage: Stage, file: Path) -> None:
    stage = _stage(own_stage.executor, file, CODE.format(answer=1), "first")
    file.write_text("import os\nos._exit(7)\n")
    ended = stage.run("answer")
    assert (ended.outcome, ended.reason) == ("lost", "worker_lost")
    assert "exited with 7" in ended.error["message"]
    assert own_stage.run("pid").outcome == "succeeded"


def test_a_worker_that_holds_the_inputs_is_preferred(own_stage: Stage, tmp_path: Path) -> None:
    marks = [tmp_path / "one", tmp_path / "two"]
    keys = [own_stage.start("waits", inputs={"mark": {"json": str(mark)}}, holds=(mark.name,)) for mark in marks]
    for mark in marks:
        mark.touch()
    one, two = (own_stage.end(key).worker for key in keys)
    assert one != two
    for name, worker in (("one", one), ("two", two), ("one", one), ("two", two)):
        assert own_stage.run("pid", holds=(name,)).worker == worker


def test_a_worker_that_has_done_enough_is_replaced_when_nothing_is_to_be_done(own_stage: Stage) -> None:
    keys = [own_stage.start("pid") for _ in range(3 * crew.ENOUGH)]
    done = Counter(own_stage.value(own_stage.end(key)) for key in keys)
    assert len(done) <= 2
    tired = [pid for pid, count in done.items() if count >= crew.ENOUGH]
    eventually(lambda: not any(os.path.exists(f"/proc/{pid}") for pid in tired), within=6 * crew.REST)
    assert own_stage.value(own_stage.run("pid")) not in tired


def test_who_comes_for_a_tired_worker_has_the_code_already_also_after_the_run(own_stage: Stage, file: Path) -> None:
    imports = file.with_name("imports")
    code = f"open({str(imports)!r}, 'a').write(f'{{os.getpid()}}\\n')\n"
    stage = _stage(
        own_stage.executor, file, CODE.format(answer=1).replace("from penstock", code + "from penstock"), "over"
    )
    keys = [stage.start("answer") for _ in range(3 * crew.ENOUGH)]
    done = {stage.value(stage.end(key))[1] for key in keys}
    stage.executor.forget("over")
    came = set[int]()

    def anew() -> bool:
        came.update(int(line) for line in imports.read_text().split())
        return bool(came - done - {os.getpid()})

    eventually(anew, within=6 * crew.REST)


def test_an_interpreter_that_cannot_start_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "nothing"))
    with pytest.raises(ExecutorError, match="can't be started"):
        LocalExecutor(1).open()


def test_an_agent_that_dies_at_its_start_is_an_error_with_its_last_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    python = tmp_path / "python"
    python.write_text("#!/bin/sh\necho no such module >&2\nexit 1\n")
    python.chmod(python.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setattr(sys, "executable", str(python))
    executor = LocalExecutor(1)
    executor.open()
    with pytest.raises(ExecutorError, match=r"did not start.*no such module"):
        executor.poll(10)
    executor.close()


@pytest.mark.parametrize(("fault", "words"), [("template.fork", "dies at once"), ("agent.dispatch", "gone")])
def test_what_dies_again_and_again_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: str, words: str
) -> None:
    monkeypatch.setenv("PENSTOCK_FAULT", fault)
    executor = LocalExecutor(1)
    executor.open()
    try:
        stage = Stage(executor, tmp_path, ROUGH)
        with pytest.raises((AgentLost, ExecutorError), match=words):
            stage.run("pid")
    finally:
        executor.close()


@pytest.mark.parametrize("fault", ["worker.start:2", "worker.report:2"])
def test_a_worker_may_die_at_any_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: str) -> None:
    monkeypatch.setenv("PENSTOCK_FAULT", fault)
    executor = LocalExecutor(1)
    executor.open()
    try:
        stage = Stage(executor, tmp_path, ROUGH)
        ends = [stage.run("pid") for _ in range(4)]
        assert [ended.outcome for ended in ends] == ["succeeded", "lost", "succeeded", "lost"]
        assert {ended.reason for ended in ends} == {None, "worker_lost"}
    finally:
        executor.close()
