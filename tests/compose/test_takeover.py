"""Two engines on one store, each a process of its own: one is killed, and the other goes on with its runs."""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from penstock.agent.switchboard import ADOPT
from penstock.compose.local import LocalEngine
from penstock.compose.settings import Settings
from penstock.engine.request import RetryWish
from penstock.executors.lease import TERM
from penstock.executors.link import AgentLink
from penstock.model import ids
from penstock.store import commands, instances, ownership, replays
from penstock.store.check import check
from tests.compose.test_claims import Desk
from tests.executors.sharing import SharedAgent
from tests.journeys.conftest import PATIENCE, until
from tests.postgres import postgres_schema, postgres_server  # noqa: F401  fixtures
from tests.warm import Started, warm

pytestmark = pytest.mark.waits

FLOW = """
import os, time
from pathlib import Path
from penstock import Pipeline
flow = Pipeline("flow", params={"n": 2})

@flow.task
def first(n):
    with open(Path(__file__).with_name("seen"), "a") as file:
        file.write("first\\n")
    return n

@flow.task
def second(first):
    with open(Path(__file__).with_name("seen"), "a") as file:
        file.write("second\\n")
    while not Path(__file__).with_name("go").exists():
        time.sleep(0.01)
    return first * 10
"""


@pytest.fixture(params=["sqlite", "postgresql"])
def desk(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    monkeypatch.setattr("tests.compose.test_claims.FLOW", FLOW)
    made = Desk(tmp_path, request.getfixturevalue("postgres_schema") if request.param == "postgresql" else None)
    yield made
    assert check(made.database) == []
    made.database.close()


@pytest.fixture
def desk_on_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    monkeypatch.setattr("tests.compose.test_claims.FLOW", FLOW)
    made = Desk(tmp_path)
    yield made
    assert check(made.database) == []
    made.database.close()


def engine(desk: Desk, agent: SharedAgent | None = None, home: Path | None = None) -> subprocess.Popen[str] | Started:
    """An engine process, once it is ready: with an agent of its own, or with one that outlives it."""
    where = ["--home", home or desk.home.path, "--database", desk.home.database_url, "--project", desk.file.parent]
    words = ["penstock.compose.engine_process", "--workers", "1", *map(str, where)]
    child: subprocess.Popen[str] | Started
    if agent is None:
        child = warm.start(words, cwd=Path.cwd(), env=os.environ)
    else:
        fd = agent.board.fileno()
        command = [sys.executable, "-m", *words, "--switchboard", str(fd)]
        child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, pass_fds=[fd])
    assert child.stdout is not None
    while not json.loads(child.stdout.readline()).get("ready"):
        pass
    return child


def owner(desk: Desk, run: str) -> int | None:
    with desk.database.read() as connection:
        return ownership.owner_of(connection, ids.key_of(run))


def test_the_other_engine_goes_on_and_runs_nothing_twice_that_had_finished(desk: Desk) -> None:
    seen = desk.file.with_name("seen")
    engines = [engine(desk)]
    try:
        run = desk.ask()
        until(lambda: seen.exists() and "second" in seen.read_text(), "the second task runs")
        until(lambda: [len(task["attempts"]) for task in desk.document(run)["tasks"]] == [1, 1], "that is on record")
        before = owner(desk, run)
        engines.append(engine(desk))
        engines[0].kill()
        engines[0].wait()
        until(lambda: owner(desk, run) != before, "the other takes it over")
        desk.file.with_name("go").touch()
        document = desk.over(run)
    finally:
        for child in engines:
            child.kill()
            child.communicate()
    assert document["state"] == "succeeded"
    assert [[(one["state"], one["reason"]) for one in task["attempts"]] for task in document["tasks"]] == [
        [("succeeded", None)], [("lost", "lease_lost"), ("succeeded", None)],
    ]  # fmt: skip
    assert seen.read_text().split() == ["first", "second", "second"]


@pytest.mark.parametrize("home", [None, "other"], ids=["of-the-same-home", "of-another-home"])
def test_the_other_engine_waits_for_the_agent_of_the_first(
    desk_on_a_file: Desk, tmp_path: Path, home: str | None
) -> None:
    desk = desk_on_a_file  # it takes as long as an agent waits, and the store has no part in it
    seen = desk.file.with_name("seen")
    agent = SharedAgent(tmp_path / "agent")
    engines = [engine(desk, agent)]
    try:
        run = desk.ask()
        until(lambda: seen.exists() and "second" in seen.read_text(), "the second task runs")
        until(lambda: [len(task["attempts"]) for task in desk.document(run)["tasks"]] == [1, 1], "that is on record")
        before = owner(desk, run)
        (worker,) = [
            one for one in psutil.Process(agent.process.pid).children(recursive=True) if one.name() == "penstock-w1"
        ]
        engines.append(engine(desk, home=None if home is None else tmp_path / home))
        engines[0].kill()
        engines[0].wait()

        def taken_over() -> bool:
            taken = owner(desk, run) != before
            assert not (taken and worker.is_running()), "it was taken over before the agent had ended it"
            return taken

        until(taken_over, "the other takes it over")
        desk.file.with_name("go").touch()
        document = desk.over(run)
    finally:
        for child in engines:
            child.kill()
            child.communicate()
        agent.end()
    assert document["state"] == "succeeded"
    assert [(one["state"], one["reason"]) for one in document["tasks"][1]["attempts"]] == [
        ("lost", "lease_lost"), ("succeeded", None),
    ]  # fmt: skip
    assert seen.read_text().split() == ["first", "second", "second"]


class Silence:
    """An engine in the middle of a run, that finds itself to have stood still with its agent."""

    def __init__(self, desk: Desk, local: LocalEngine) -> None:
        seen = desk.file.with_name("seen")
        until(lambda: seen.exists() and "second" in seen.read_text(), "the second task runs")
        self.heard: list[str] = []
        assert isinstance(local.executor, AgentLink)
        self._link, self._make_sure = local.executor, local.executor._make_sure
        local.executor._make_sure = self._told  # type: ignore[method-assign]

    def _told(self) -> None:
        self.heard.append("doubt")
        self._make_sure()

    def ends(self) -> None:
        """All goes on; return when the agent has had it stand still again, and has told so."""
        now = time.monotonic()
        self._link._send(["alive", now], ["alive", now + ADOPT])
        until(lambda: self.heard, "the agent tells that all stands still")


def test_an_engine_that_stood_still_with_its_agent_goes_on_with_what_nobody_took(desk: Desk) -> None:
    run = desk.ask()
    with desk.engine() as local:
        Silence(desk, local).ends()
        desk.file.with_name("go").touch()
        document = desk.over(run)
    assert [[one["state"] for one in task["attempts"]] for task in document["tasks"]] == [["succeeded"], ["succeeded"]]


def test_what_others_may_have_taken_meanwhile_does_not_go_on(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("penstock.compose.desk.BEAT", math.inf)
    desk.ask()
    lost: list[bool] = []
    with desk.engine(lost=lost) as local:
        silence = Silence(desk, local)
        with desk.database.write() as connection:
            instances.gone(connection, local.owner, time.time())
        silence.ends()
        until(lambda: lost, "the engine learns that it was taken for dead")
        below = psutil.Process().children(recursive=True)
        assert not local._desk._has_to_beat(), "to learn it once is enough"
        assert psutil.STATUS_STOPPED in [one.status() for one in below if one.name().startswith("penstock-w")]


def test_a_run_is_retried_and_replayed_by_whoever_is_there(desk: Desk) -> None:
    desk.file.with_name("go").touch()
    run = desk.ask(params={"n": "no number"})
    child = engine(desk)
    try:
        assert desk.over(run)["state"] == "failed"
        with desk.database.write() as connection:
            commands.add(connection, ids.key_of(run), "retry", {"params": {"n": 3}}, time.time())
        until(lambda: desk.document(run)["state"] == "succeeded", "it succeeds")
        with desk.database.write() as connection:
            wanted = replays.wanted(connection, ids.key_of(run), "second")
            again = replays.ask_for_replay(connection, wanted, time.time())
        document = desk.over(again)
    finally:
        child.kill()
        child.communicate()
    assert (document["state"], document["replay_of"], document["params"]) == ("succeeded", run, {"n": 3})
    assert [task["reason"] for task in document["tasks"]] == ["cached", None]
    with LocalEngine(desk.home, Settings(workers=1)) as local:
        assert local.retry(ids.key_of(run), RetryWish("second")).wait(PATIENCE)
    assert desk.document(run)["generation"] == 3


def test_a_lease_is_renewed_by_beats_until_the_engine_is_declared_gone(
    tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    desk = Desk(tmp_path, request.getfixturevalue("postgres_schema"))
    with desk.engine(lost=[]) as local:
        lease = local.executor.lease  # type: ignore[attr-defined]
        local._desk.close()  # or its own beat comes between what follows
        lease.renew(lease.clock() - TERM)
        assert lease.lapsed
        assert local._desk._beat()
        assert not lease.lapsed
        lease.renew(lease.clock() - TERM)
        with desk.database.write() as connection:
            instances.gone(connection, local.owner, time.time())
        assert not local._desk._beat()
        assert lease.lapsed
    desk.database.close()


def test_where_the_database_is_a_file_tasks_go_on_while_it_is_locked(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    with desk.engine() as local:
        lease = local.executor.lease  # type: ignore[attr-defined]
        lease.renew(lease.clock() - 100 * TERM)
        assert not lease.lapsed
    desk.database.close()
