"""An engine that is silent may be frozen, and another have its runs: its agent ends what it runs for it."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from penstock.agent import spool
from penstock.agent.switchboard import ADOPT
from penstock.errors import AgentLost
from penstock.executors import lifelines
from penstock.executors.link import WORD, AgentLink
from penstock.executors.local import LocalExecutor
from tests.agent.conftest import ROUGH, eventually
from tests.alive import lives
from tests.executors.sharing import SharedAgent, linked
from tests.executors.stage import Stage, ref

pytestmark = pytest.mark.waits


@pytest.fixture(params=["local", "shared"])
def executor(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[AgentLink]:
    with linked(request.param, tmp_path) as made:
        yield made


def holds(stage: Stage, folder: Path) -> list[psutil.Process]:
    """Begin an attempt that goes on until it is let go; the processes that are there for it, agents apart."""
    mark = folder / "begun"
    stage.start("waits_for", inputs={"mark": ref(str(mark)), "path": ref(str(folder / "go"))})
    stage.until(mark.exists)
    below = psutil.Process().children(recursive=True)
    return [one for one in below if "penstock.agent" not in one.cmdline()]


def gone(processes: list[psutil.Process]) -> bool:
    return not any(map(lives, processes))


def says(executor: AgentLink, ago: float) -> None:
    """The engine says that it was alive so many seconds ago, and from now on nothing."""
    executor._spoken_at = math.inf
    executor._send(["alive", time.monotonic() - ago])


def test_it_ends_what_it_runs_once_the_engine_is_silent_for_too_long(executor: AgentLink, tmp_path: Path) -> None:
    stage = Stage(executor, tmp_path, ROUGH)
    says(executor, ADOPT - 7.0)  # a loaded machine may need some of that to begin
    workers = holds(stage, tmp_path)
    assert workers
    with pytest.raises(AgentLost, match="said nothing for 10 s"):
        stage.until(lambda: False)
    eventually(lambda: gone(workers))
    executor.open()
    executor.prepare(stage.context)
    assert stage.run("pid").outcome == "succeeded", "another agent is there"


def test_an_engine_that_stood_still_and_goes_on_is_too_late(executor: AgentLink, tmp_path: Path) -> None:
    stage = Stage(executor, tmp_path, ROUGH)
    workers = holds(stage, tmp_path)
    says(executor, 0.0)
    says(executor, -ADOPT)
    with pytest.raises(AgentLost, match="said nothing for 10 s"):
        stage.until(lambda: False)
    eventually(lambda: gone(workers))


@pytest.mark.parametrize("leased", [True, False])
def test_only_who_may_lose_its_runs_says_that_it_is_alive(leased: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    executor = LocalExecutor(1, leased=leased)
    executor.open()
    monkeypatch.setattr(executor, "_send", lambda *messages: said.extend(message[0] for message in messages))
    executor.poll(0.0)
    monkeypatch.undo()
    executor.close()
    assert said == (["alive"] if leased else [])


def test_where_nothing_is_under_way_nobody_listens(executor: AgentLink, tmp_path: Path) -> None:
    stage = Stage(executor, tmp_path, ROUGH)
    stage.run("pid")
    says(executor, ADOPT + 1.0)
    says(executor, 0.0)
    assert stage.run("pid").outcome == "succeeded"


def test_who_polls_is_heard(executor: AgentLink, tmp_path: Path) -> None:
    stage = Stage(executor, tmp_path, ROUGH)
    said: list[float] = []
    executor._say_alive = said.append  # type: ignore[method-assign]
    stage.run("pid")
    executor._spoken_at = time.monotonic() - WORD + 0.05
    said.clear()
    executor.poll(0.2)
    assert len(said) == 1


def test_what_had_ended_is_left_to_the_next_engine(tmp_path: Path) -> None:
    agent = SharedAgent(tmp_path / "engines")
    executor = agent.engine()
    stage = Stage(executor, tmp_path, ROUGH)
    ended = stage.run("pid")
    holds(stage, tmp_path)
    says(executor, 0.0)
    says(executor, -ADOPT)
    with pytest.raises(AgentLost):
        stage.until(lambda: False)
    file = agent.lifeline(1).with_suffix(lifelines.SPOOL)
    # The engine is told first, and what it may not have taken is written then.
    eventually(lambda: ended.key in [message[1] for message in spool.read(file) if message[0] == "ended"])
    agent.end()
