"""An engine is killed right after it has obeyed: what was asked stays true in the next one, on both databases."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from penstock.model import ids
from penstock.store import commands
from penstock.store.check import check
from tests.compose.test_claims import Desk
from tests.compose.test_takeover import engine
from tests.journeys.conftest import until
from tests.postgres import postgres_schema, postgres_server  # noqa: F401  fixtures

pytestmark = pytest.mark.waits

FLOW = """
import time
from pathlib import Path
from penstock import Pipeline
flow = Pipeline("flow", timeout="10m")
here = Path(__file__)

@flow.task
def bad():
    raise ValueError("no")

@flow.task(after=["bad"])
def later():
    return 1

@flow.task
def long():
    here.with_name("begun").touch()
    while not here.with_name("go").exists():
        time.sleep(0.01)
    return 2

@flow.task
def last(long):
    return long + 1
"""
#: What is asked one after the other, the engine killed after each, and what is true then.
STORY = (
    ("pause", {"now": True}, {"state": "paused"}),
    ("set-state", {"task": "bad", "state": "succeeded"}, {"state": "paused", "bad": "succeeded", "later": "created"}),
    ("resume", {}, {"bad": "succeeded"}),
    ("cancel", {}, {"state": "cancelled"}),
)


@pytest.fixture(params=["sqlite", "postgresql"])
def desk(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    # A version is known with the folder where it was found first, and both tests have one schema.
    monkeypatch.setattr("tests.compose.test_claims.FLOW", f"{FLOW}# of {tmp_path.name}\n")
    made = Desk(tmp_path, request.getfixturevalue("postgres_schema") if request.param == "postgresql" else None)
    yield made
    assert check(made.database) == []
    made.database.close()


def facts(desk: Desk, run: str) -> dict[str, Any]:
    document = desk.document(run)
    return {"state": document["state"], **{task["name"]: task["state"] for task in document["tasks"]}}


def test_what_was_obeyed_outlives_the_engine(desk: Desk) -> None:
    run = desk.ask()
    child = engine(desk)
    try:
        until(lambda: facts(desk, run).get("later") == "upstream_failed", "the bad one has failed")
        until(lambda: desk.file.with_name("begun").exists(), "the long one runs")
        until(lambda: facts(desk, run)["long"] == "running", "that is on record")
        for kind, arguments, true in STORY:
            with desk.database.write() as connection:
                number = commands.add(connection, ids.key_of(run), kind, arguments, time.time(), by="ann")
            until(lambda number=number: _answer(desk, number) != "waiting", f"{kind} is answered")  # type: ignore[misc]
            assert _answer(desk, number) == "applied"
            child.kill()
            child.communicate()
            child = engine(desk)
            until(lambda true=true: true.items() <= facts(desk, run).items(), f"{kind} is true")  # type: ignore[misc]
        over = desk.over(run)
    finally:
        child.kill()
        child.communicate()
    assert over["state"] == "cancelled"
    assert facts(desk, run)["bad"] == "succeeded"
    with desk.database.read() as connection:
        assert connection.all("SELECT id FROM command WHERE state = 'waiting'") == []
        told = connection.all("SELECT kind FROM event WHERE kind IN ('run.paused', 'run.cancelling') ORDER BY id")
    assert [kind for (kind,) in told] == ["run.paused", "run.cancelling"]


def test_a_paused_run_waits_for_the_next_engine_when_one_is_told_to_end(desk: Desk) -> None:
    run = desk.ask()
    child = engine(desk)
    try:
        until(lambda: facts(desk, run).get("long") == "running", "the long one runs")
        with desk.database.write() as connection:
            number = commands.add(connection, ids.key_of(run), "pause", {}, time.time())
        until(lambda: _answer(desk, number) == "applied", "it is paused")
        desk.file.with_name("go").touch()
        until(lambda: facts(desk, run)["long"] == "succeeded", "what runs goes on to its end")
        child.terminate()
        child.communicate(timeout=30)
        assert facts(desk, run)["state"] == "paused"
        child = engine(desk)
        with desk.database.write() as connection:
            commands.add(connection, ids.key_of(run), "resume", {}, time.time())
        over = desk.over(run)
    finally:
        child.kill()
        child.communicate()
    assert over["state"] == "failed", "one of its tasks is bad"
    assert facts(desk, run)["last"] == "succeeded"


def _answer(desk: Desk, number: int) -> str:
    with desk.database.read() as connection:
        found = commands.find(connection, number)
    assert found is not None
    return found.state
