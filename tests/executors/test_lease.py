"""An engine whose beats don't reach the database: others may have its runs, so all that it runs stands still."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from penstock.executors.lease import Lease
from penstock.executors.link import AgentLink
from penstock.ports.executor import Started
from tests.agent.conftest import ROUGH
from tests.executors.sharing import SharedAgent, linked
from tests.executors.stage import Stage, ref
from tests.executors.test_lasting import Life


class Hands:
    """A lease whose clock is ours."""

    def __init__(self, executor: AgentLink) -> None:
        self.now = 0.0
        self.lease = executor.lease = Lease(10.0, lambda: self.now)

    def lapse(self) -> None:
        self.now += 10.0

    def renew(self) -> None:
        self.lease.renew(self.now)


@pytest.fixture(params=["local", "shared"])
def executor(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[AgentLink]:
    with linked(request.param, tmp_path) as made:
        yield made


def begin(stage: Stage, folder: Path) -> str:
    """An attempt that goes on until it is let go, and has begun."""
    key = stage.start("waits_for", inputs=waits(folder))
    stage.until((folder / "begun").exists)
    return key


def waits(folder: Path) -> dict[str, Any]:
    """What `waits_for` takes: it makes one file, and waits for the other."""
    return {"mark": ref(str(folder / "begun")), "path": ref(str(folder / "go"))}


def below() -> list[psutil.Process]:
    return psutil.Process().children(recursive=True)


def stands_still(process: psutil.Process) -> bool:
    return process.status() == psutil.STATUS_STOPPED


def test_a_lease_lapses_unless_it_is_renewed() -> None:
    now = [100.0]
    lease = Lease(10.0, lambda: now[0])
    now[0] = 109.9
    assert not lease.lapsed
    lease.renew(105.0)
    now[0] = 114.9
    assert not lease.lapsed
    now[0] = 115.0
    assert lease.lapsed


def test_a_lease_that_is_doubted_has_lapsed_until_a_beat_that_was_sent_later() -> None:
    now = [100.0]
    lease = Lease(math.inf, lambda: now[0])
    now[0] = 1000.0
    assert not lease.lapsed
    lease.doubt()
    lease.renew(999.0)
    assert lease.lapsed
    now[0] = 1001.0
    lease.renew(1000.5)
    assert not lease.lapsed


def test_all_stands_still_until_it_is_renewed(executor: AgentLink, tmp_path: Path) -> None:
    stage = Stage(executor, tmp_path, ROUGH)
    hands = Hands(executor)
    key = begin(stage, tmp_path)
    hands.lapse()
    stage.until(lambda: any(map(stands_still, below())))
    (tmp_path / "go").touch()
    later = stage.start("pid")
    hands.renew()
    assert stage.end(key).outcome == "succeeded"
    assert stage.end(later).outcome == "succeeded"
    assert not any(map(stands_still, below()))


def test_nothing_is_begun_meanwhile(executor: AgentLink, tmp_path: Path) -> None:
    stage = Stage(executor, tmp_path, ROUGH)
    hands = Hands(executor)
    hands.lapse()
    executor.poll(0.0)
    key = stage.start("waits_for", inputs=waits(tmp_path))
    # What is cancelled before it is begun ends at once, in the order of words to the agent.
    other = stage.start("pid")
    executor.cancel([other])
    assert stage.end(other).outcome == "cancelled"
    assert not (tmp_path / "begun").exists()
    assert stage.of(Started) == []
    hands.renew()
    (tmp_path / "go").touch()
    assert stage.end(key).outcome == "succeeded"


def test_what_is_cancelled_meanwhile_ends(executor: AgentLink, tmp_path: Path) -> None:
    stage = Stage(executor, tmp_path, ROUGH)
    hands = Hands(executor)
    key = begin(stage, tmp_path)
    hands.lapse()
    stage.until(lambda: any(map(stands_still, below())))
    executor.cancel([key])
    assert stage.end(key).outcome == "cancelled"


def test_the_next_engine_goes_on_with_it(tmp_path: Path) -> None:
    agent = SharedAgent(tmp_path / "engines")
    life = Life(agent, tmp_path)
    assert not life.legacy.left
    hands = Hands(life.executor)
    key = life.holds()
    hands.lapse()
    life.stage.until(lambda: any(map(stands_still, below())))
    later = life.dies()
    assert later.legacy.attempts == {key: False}
    later.executor.keep([key])
    later.let_go()
    assert later.stage.end(key).outcome == "succeeded"
    agent.end()
