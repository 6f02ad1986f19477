"""Attempts that outlive their engine: they go on, and the next engine hears of them what may not be on record."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from penstock.agent import spool
from penstock.agent.shared import FALLS
from penstock.errors import AgentLost, ExecutorError
from penstock.executors import lifelines
from penstock.executors.shared import UNTOLD, SharedExecutor
from penstock.ports.executor import Ended, Legacy, Metric, Returned, Started
from tests.agent.conftest import ROUGH, eventually
from tests.executors.sharing import SharedAgent, kill
from tests.executors.stage import Stage, ref, said


@pytest.fixture
def agent(tmp_path: Path) -> Iterator[SharedAgent]:
    made = SharedAgent(tmp_path / "engines")
    yield made
    made.end()
    assert not psutil.pid_exists(made.process.pid)


class Life:
    """An engine from its call to its end, with one run."""

    def __init__(self, agent: SharedAgent, folder: Path) -> None:
        self.agent = agent
        self.executor = agent.engine()
        self.stage = Stage(self.executor, folder, ROUGH)
        self.stage._keys = iter(range(100 * len(agent.engines), 10_000))  # type: ignore[assignment]
        self.folder = folder

    def holds(self, name: str = "one") -> str:
        """An attempt that goes on until it is let go; it has begun. Its key."""
        mark = self.folder / f"{name}.begun"
        inputs = {"mark": ref(str(mark)), "path": ref(str(self.folder / f"{name}.go"))}
        key = self.stage.start("waits_for", inputs=inputs)
        self.stage.until(mark.exists)
        return key

    def let_go(self, name: str = "one") -> None:
        (self.folder / f"{name}.go").touch()

    def dies(self) -> Life:
        """Killed; the next."""
        kill(self.executor)
        later = Life(self.agent, self.folder)
        later.stage._logs |= self.stage._logs
        return later

    @property
    def legacy(self) -> Legacy:
        self.stage.until(lambda: self.executor.legacy is not None)
        assert self.executor.legacy is not None
        return self.executor.legacy


@pytest.fixture
def life(agent: SharedAgent, tmp_path: Path) -> Life:
    made = Life(agent, tmp_path)
    assert not made.legacy.left
    return made


def test_what_runs_goes_on_with_the_next_engine(life: Life) -> None:
    key = life.holds()
    pids = {one.pid for one in psutil.Process(life.agent.process.pid).children(recursive=True)}
    later = life.dies()
    assert later.legacy.left
    assert later.legacy.attempts == {key: False}
    assert later.legacy.engines == {"engine-1", "engine-2"}
    later.executor.keep([key])
    later.let_go()
    ended = later.stage.end(key)
    assert later.stage.value(ended) in pids
    assert said(later.stage.log(ended)) == ["waits", "goes on"]
    # What the engine before had not told to be on record comes again, and all comes once.
    assert [figure.name for figure in later.stage.of(Metric)] == ["waits", "goes on"]
    assert [report.key for report in later.stage.of(Started)] == [key]


def test_what_ended_in_between_is_told_once_it_is_wanted(life: Life) -> None:
    key = life.holds()
    kill(life.executor)
    life.let_go()
    file = life.agent.lifeline(1).with_suffix(lifelines.SPOOL)
    eventually(lambda: [message[0] for message in spool.read(file)][-1:] == ["ended"])
    later = life.dies()
    assert later.legacy.attempts == {key: False}
    assert later.stage.executor.poll(0.05) == []
    again = later.dies()
    assert again.legacy.attempts == {key: False}
    again.executor.keep([key])
    assert again.stage.end(key).outcome == "succeeded"
    assert not file.exists()


def test_it_is_forgotten_once_it_is_on_record(life: Life) -> None:
    key = life.holds()
    life.let_go()
    life.stage.end(key)
    life.executor.acknowledge(life.executor.taken)
    other = life.holds("other")  # a dispatch takes the word along
    later = life.dies()
    assert later.legacy.attempts == {other: False}
    later.executor.keep([other])
    # What is kept for us is not on record because we have come.
    later.executor.acknowledge(later.executor.taken)
    last = later.dies()
    assert last.legacy.attempts == {other: False}
    last.executor.keep([other])
    last.let_go("other")
    assert last.stage.end(other).outcome == "succeeded"
    for _ in range(UNTOLD):
        last.stage.run("pid")
    spooled = life.agent.lifeline(2).with_suffix(lifelines.SPOOL)
    assert spooled.exists()
    last.executor.acknowledge(last.executor.taken)
    eventually(lambda: not spooled.exists())


def test_what_was_not_begun_comes_back(life: Life) -> None:
    held = [life.holds("one"), life.holds("two")]
    waiting = [life.stage.start("pid") for _ in range(3)]
    later = life.dies()
    assert set(later.legacy.attempts) == {*held, *waiting}
    later.executor.keep([*held, waiting[0]])
    later.stage.until(lambda: bool(later.stage.of(Returned)))
    assert [report.key for report in later.stage.of(Returned)] == waiting[:1]
    later.let_go("one")
    again = later.stage.assignment("pid", key=waiting[0])
    later.executor.dispatch([again])
    assert later.stage.end(waiting[0]).outcome == "succeeded"


def test_what_the_engine_has_back_is_told_to_the_next(life: Life) -> None:
    held = [life.holds("one"), life.holds("two")]
    waiting, again = life.stage.start("pid"), life.stage.start("pid")
    life.executor.recall([waiting, again])
    life.stage.until(lambda: len(life.stage.of(Returned)) == 2)
    life.executor.acknowledge(life.executor.taken)
    life.executor.dispatch([life.stage.assignment("pid", key=again)])
    life.let_go("one")
    life.stage.end(again)
    life.executor.acknowledge(life.executor.taken)
    life.stage.end(life.stage.start("pid"))
    later = life.dies()
    assert waiting in later.legacy.attempts
    assert again not in later.legacy.attempts
    later.executor.keep([held[1], waiting])
    later.stage.until(lambda: bool(later.stage.of(Returned)))
    assert [report.key for report in later.stage.of(Returned)] == [waiting]


def test_what_nobody_goes_on_with_is_ended_and_never_told_of(life: Life) -> None:
    wanted, unwanted = life.holds("one"), life.holds("two")
    workers = psutil.Process(life.agent.process.pid).children(recursive=True)
    later = life.dies()
    later.executor.keep([wanted])
    later.let_go("one")
    assert later.stage.value(later.stage.end(wanted)) in {one.pid for one in workers}
    eventually(lambda: any(not one.is_running() for one in workers))
    later.stage.run("pid")
    assert unwanted not in {report.key for report in later.stage.reports}


def test_all_but_what_is_spared_is_dead_before_that_is_told(life: Life) -> None:
    wanted = life.holds("one")
    before = set(psutil.Process(life.agent.process.pid).children(recursive=True))
    unwanted = life.stage.start("ignores_sigterm", inputs={"mark": ref(str(life.folder / "mark"))}, grace=60.0)
    life.stage.until((life.folder / "mark").exists)
    later = life.dies()
    assert later.legacy.attempts == {wanted: False, unwanted: False}
    later.executor.spare([wanted])
    later.stage.until(lambda: later.legacy.attempts == {wanted: False})
    (dead,) = [one for one in before if not one.is_running()]
    assert dead.pid not in psutil.pids()
    later.executor.keep([wanted])
    later.let_go("one")
    assert later.stage.end(wanted).outcome == "succeeded"
    assert unwanted not in {report.key for report in later.stage.reports}


def test_time_is_up_although_nobody_is_there(life: Life) -> None:
    mark = life.folder / "mark"
    key = life.stage.start("sleeps", inputs={"mark": ref(str(mark))}, timeout=0.5, grace=0.2)
    life.stage.until(mark.exists)
    kill(life.executor)
    file = life.agent.lifeline(1).with_suffix(lifelines.SPOOL)
    eventually(lambda: any(message[0] == "ended" for message in spool.read(file)))
    later = life.dies()
    later.executor.keep([*later.legacy.attempts])
    ended = later.stage.end(key)
    assert (ended.outcome, ended.reason) == ("failed", "timeout")


def test_a_cancel_is_known_to_the_next_engine(life: Life) -> None:
    mark = life.folder / "mark"
    key = life.stage.start("ignores_sigterm", inputs={"mark": ref(str(mark))}, grace=60.0)
    life.stage.until(mark.exists)
    life.executor.cancel([key])
    later = life.dies()
    assert later.legacy.attempts == {key: True}
    later.executor.keep([key])
    later.executor.cancel([key])
    assert later.stage.end(key).outcome == "cancelled"


def test_engines_that_fall_one_after_the_other_take_the_tasks_along(life: Life) -> None:
    key = life.holds()
    for _ in range(FALLS - 1):
        life.executor.leave()
        life = life.dies()
        assert life.legacy.attempts == {key: False}
        life.executor.keep([key])
    life.stage.run("pid")
    life.executor.leave()
    assert not life.dies().legacy.left


def test_lifelines_hold_as_long_as_the_agent_works(life: Life) -> None:
    life.holds()
    later = life.dies()
    assert later.legacy.left
    lines = [life.agent.lifeline(1), life.agent.lifeline(2)]
    assert [lifelines.state(line) for line in lines] == ["held", "held"]
    later.executor.close()
    assert [lifelines.state(line) for line in lines] == ["cut", "cut"]


def test_an_engine_that_was_started_before_is_refused(life: Life) -> None:
    stopped = life.agent.engine()
    life.stage.until(lambda: life.executor.legacy is not None)
    later = life.dies()
    assert later.legacy.left
    later.executor.keep([])
    with pytest.raises(AgentLost):
        Stage(stopped, life.folder, ROUGH, run_id="other").until(lambda: False)
    stopped.open()
    with pytest.raises(ExecutorError, match="a later engine has the agent"):
        Stage(stopped, life.folder, ROUGH, run_id="other").until(lambda: False)
    assert later.stage.run("pid").outcome == "succeeded"


def test_an_agent_that_is_killed_is_called_again(life: Life) -> None:
    life.holds()
    life.agent.process.kill()
    with pytest.raises(AgentLost):
        life.stage.until(lambda: False)
    life.executor.open()
    life.executor.prepare(life.stage.context)
    key = life.stage.start("pid")
    life.agent.start()
    assert life.stage.end(key).outcome == "succeeded"
    assert life.executor.legacy == Legacy(False, frozenset({"engine-1"}), {})


def test_closed_and_opened_it_has_fresh_processes(life: Life) -> None:
    before = life.stage.value(life.stage.run("pid"))
    life.executor.close()
    assert not psutil.pid_exists(before)
    life.executor.open()
    life.executor.prepare(life.stage.context)
    assert life.stage.value(life.stage.run("pid")) != before
    assert life.agent.process.poll() is None


@pytest.mark.parametrize("engine", [True, False], ids=["while-an-engine-is-there", "between-two"])
def test_sigterm_ends_it_after_its_engine(life: Life, engine: bool) -> None:
    key = life.holds()
    if not engine:
        kill(life.executor)
    os.kill(life.agent.process.pid, signal.SIGTERM)
    if engine:
        life.let_go()
        assert life.stage.end(key).outcome == "succeeded"
        kill(life.executor)
    assert life.agent.process.wait(20) == 0


def test_reports_are_numbered_on_from_agent_to_agent(life: Life) -> None:
    life.stage.run("pid")
    before = life.executor.taken
    assert before > 0
    life.agent.process.kill()
    with pytest.raises(AgentLost):
        life.stage.until(lambda: False)
    life.agent.start()
    life.executor.open()
    life.executor.prepare(life.stage.context)
    life.executor.acknowledge(before)
    ended = life.stage.run("pid")
    assert isinstance(ended, Ended)
    assert life.executor.taken > before
    assert isinstance(life.executor, SharedExecutor)
