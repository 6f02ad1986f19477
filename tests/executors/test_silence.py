"""An engine that is silent may be frozen, and another have its runs: what its agent runs for it stands still, and ends
if the silence goes on. One that was merely starved, or whose agent was, finds all as it was.
"""

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
from penstock.executors.lease import Lease
from penstock.executors.link import WORD, AgentLink
from penstock.executors.local import LocalExecutor
from penstock.ports.executor import Ended
from tests.agent.conftest import ROUGH, eventually
from tests.alive import lives
from tests.executors.sharing import SharedAgent, linked
from tests.executors.stage import PATIENCE, Stage, ref

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


def stands_still(process: psutil.Process) -> bool:
    return process.status() == psutil.STATUS_STOPPED


def ends(stage: Stage, folder: Path) -> str:
    """Let it go; how it ends."""
    (folder / "go").touch()
    stage.until(lambda: bool(stage.of(Ended)))
    (ended,) = stage.of(Ended)
    return str(ended.outcome)


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
    eventually(lambda: any(map(stands_still, workers)))
    with pytest.raises(AgentLost, match="said nothing for 15 s"):
        stage.until(lambda: False, 2 * PATIENCE)
    eventually(lambda: gone(workers))
    executor.open()
    executor.prepare(stage.context)
    assert stage.run("pid").outcome == "succeeded", "another agent is there"


def test_an_engine_that_stood_still_goes_on_once_its_runs_are_known_to_be_its_own(
    executor: AgentLink, tmp_path: Path
) -> None:
    stage = Stage(executor, tmp_path, ROUGH)
    lease = executor.lease = Lease(math.inf)
    workers = holds(stage, tmp_path)
    says(executor, 0.0)
    says(executor, -ADOPT)
    stage.until(lambda: lease.lapsed)
    eventually(lambda: any(map(stands_still, workers)))  # a signal that was sent is not yet heard
    lease.renew(lease.clock())
    assert ends(stage, tmp_path) == "succeeded"
    assert not any(map(stands_still, workers))


def test_an_engine_that_is_heard_when_all_stands_still_goes_on(tmp_path: Path) -> None:
    with linked("local", tmp_path) as executor:
        stage = Stage(executor, tmp_path, ROUGH)
        workers = holds(stage, tmp_path)
        says(executor, ADOPT)
        eventually(lambda: any(map(stands_still, workers)))
        says(executor, 0.0)  # nobody else could have its runs: it has no lease
        assert ends(stage, tmp_path) == "succeeded"


def test_an_engine_that_spoke_while_its_agent_stood_still_is_heard(tmp_path: Path) -> None:
    with linked("local", tmp_path) as executor:
        stage = Stage(executor, tmp_path, ROUGH)
        executor.lease = Lease(math.inf)
        holds(stage, tmp_path)
        agent = next(one for one in psutil.Process().children() if "penstock.agent" in one.cmdline())
        agent.suspend()
        eventually(lambda: stands_still(agent))
        patience = time.monotonic() + ADOPT
        while time.monotonic() < patience:
            executor.poll(1.0)
        agent.resume()
        assert ends(stage, tmp_path) == "succeeded"
        assert not executor.lease.lapsed, "it was not even asked"


def test_what_stands_still_ends_with_its_engine(tmp_path: Path) -> None:
    with linked("local", tmp_path) as executor:
        stage = Stage(executor, tmp_path, ROUGH)
        workers = holds(stage, tmp_path)
        says(executor, ADOPT)
        eventually(lambda: any(map(stands_still, workers)))
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
    with pytest.raises(AgentLost):
        stage.until(lambda: False, 2 * PATIENCE)
    file = agent.lifeline(1).with_suffix(lifelines.SPOOL)
    # The engine is told first, and what it may not have taken is written then.
    eventually(lambda: ended.key in [message[1] for message in spool.read(file) if message[0] == "ended"])
    agent.end()
