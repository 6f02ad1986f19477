"""kill -9 of any of our processes: nothing of the run is alive soon after, children in other sessions included."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from penstock.agent.trees import descendants
from penstock.errors import AgentLost
from tests.agent.conftest import eventually, tagged
from tests.executors.stage import Stage

#: Seconds after which nothing may be left: that is the requirement.
SOON = 5.0


def _named(root: int, name: str) -> int:
    return next(pid for pid in descendants(root) if Path(f"/proc/{pid}/comm").read_text().strip() == name)


def _spread(stage: Stage, tmp_path: Path) -> tuple[str, str]:
    tag, mark = f"spread-{tmp_path.name}", tmp_path / "mark"
    key = stage.start("spreads_and_sleeps", inputs={"tag": {"json": tag}, "mark": {"json": str(mark)}})
    stage.until(mark.exists)
    assert len(tagged(tag)) >= 4
    return key, tag


def _ours(stage: Stage) -> list[int]:
    agent = stage.executor._agent.pid  # type: ignore[attr-defined]
    return [agent, *descendants(agent)]


def _alive(pids: list[int]) -> list[int]:
    found = []
    for pid in pids:
        try:
            state = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()[0]
        except OSError:
            continue
        if state != b"Z":
            found.append(pid)
    return found


def test_close_leaves_nothing(own_stage: Stage, tmp_path: Path) -> None:
    _, tag = _spread(own_stage, tmp_path)
    pids = _ours(own_stage)
    own_stage.executor.close()
    assert not tagged(tag)
    assert not _alive(pids)


def test_agent_killed(own_stage: Stage, tmp_path: Path) -> None:
    _, tag = _spread(own_stage, tmp_path)
    agent, *others = _ours(own_stage)
    os.kill(agent, signal.SIGKILL)
    with pytest.raises(AgentLost):
        own_stage.until(lambda: False)
    eventually(lambda: not tagged(tag) and not _alive(others), SOON)
    own_stage.executor.open()
    own_stage.executor.prepare(own_stage.context)
    assert own_stage.run("pid").outcome == "succeeded"


def test_template_killed(own_stage: Stage, tmp_path: Path) -> None:
    key, tag = _spread(own_stage, tmp_path)
    agent, *others = _ours(own_stage)
    os.kill(_named(agent, "penstock-templ"), signal.SIGKILL)
    ended = own_stage.end(key, SOON)
    assert (ended.outcome, ended.reason) == ("lost", "node_lost")
    eventually(lambda: not tagged(tag) and not _alive(others), SOON)
    assert own_stage.run("pid").outcome == "succeeded"


def test_worker_killed(own_stage: Stage, tmp_path: Path) -> None:
    key, tag = _spread(own_stage, tmp_path)
    agent = _ours(own_stage)[0]
    os.kill(_named(agent, f"penstock-{own_stage.started(key).worker}"), signal.SIGKILL)
    assert own_stage.end(key, SOON).outcome == "lost"
    eventually(lambda: not tagged(tag), SOON)


_ENGINE = """
import json, os, sys
from pathlib import Path
from penstock.executors.local import LocalExecutor
from tests.agent.conftest import ROUGH
from tests.executors.stage import Stage
folder, tag, mark = sys.argv[1:]
executor = LocalExecutor(2)
executor.open()
stage = Stage(executor, Path(folder), ROUGH)
stage.start("spreads_and_sleeps", inputs={"tag": {"json": tag}, "mark": {"json": mark}})
stage.until(Path(mark).exists)
if os.environ.get("FORKS"):
    if not os.fork():
        import time
        time.sleep(30)
print(json.dumps(executor._agent.pid), flush=True)
stage.until(lambda: False, within=60)
"""


@pytest.fixture(params=["", "1"], ids=["alone", "with-a-forked-child"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    tag = f"spread-{tmp_path.name}"
    command = [sys.executable, "-c", _ENGINE, str(tmp_path), tag, str(tmp_path / "mark")]
    environment = os.environ | {"FORKS": request.param}
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment, start_new_session=True)
    yield process
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    process.communicate()


def test_engine_killed(engine: subprocess.Popen[str], tmp_path: Path) -> None:
    assert engine.stdout is not None
    agent = json.loads(engine.stdout.readline())
    tag = f"spread-{tmp_path.name}"
    pids = [agent, *descendants(agent)]
    assert len(pids) >= 4
    assert len(tagged(tag)) >= 5  # the engine itself has the tag as its argument
    engine.kill()
    engine.wait()
    eventually(lambda: not tagged(tag) or tagged(tag) == _forked(engine), SOON)
    eventually(lambda: not _alive(pids), SOON)


def _forked(engine: subprocess.Popen[str]) -> list[int]:
    """The engine's own forked child: it is no process of ours."""
    return [pid for pid in tagged(engine.args[-2]) if os.getpgid(pid) == engine.pid]  # type: ignore[index]
