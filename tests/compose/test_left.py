"""What tells whether something still works for a run whose owner is dead."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from penstock.compose.home import Home
from penstock.compose.left import ENDED, alone, wait_for_agents
from penstock.executors import lifelines
from penstock.executors.inline import InlineExecutor
from penstock.store import instances
from penstock.store.database import Database, open_database
from penstock.store.instances import Process
from penstock.store.write import apply
from tests.store import made

#: On this machine, and dead: no process started then.
DEAD = Process(os.uname().nodename, instances.this_process().boot_id, os.getpid(), 1)
AWAY = DEAD._replace(host="elsewhere")


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path, str(tmp_path / "penstock.db"))


@pytest.fixture
def database(home: Home) -> Iterator[Database]:
    opened = open_database(home.database_url)
    yield opened
    opened.close()


def owned(database: Database, process: Process, gone_at: float | None = None, kind: str = "terminal") -> int:
    """The key of a run that is under way, of a process that was declared gone then."""
    with database.write() as connection:
        owner = instances.register(connection, kind, time.time(), process)
        key = made.key_at(chance=owner)
        apply(connection, made.first_commit(key=key, owner=owner))
        if gone_at is not None:
            instances.gone(connection, owner, gone_at)
    return key


def is_alone(home: Home, database: Database, key: int) -> bool:
    with database.read() as connection:
        return alone(home)(connection, key)


def test_as_long_as_its_agent_lives_it_is_not(home: Home, database: Database) -> None:
    key = owned(database, DEAD, time.time() - 3600)
    fd = lifelines.hold(home.lifeline(DEAD))
    assert not is_alone(home, database, key)
    lifelines.release(fd)
    assert is_alone(home, database, key)


@pytest.mark.parametrize("kind", ["terminal", "engine"])
def test_where_no_lifeline_tells_it_is_given_its_time(
    home: Home, database: Database, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    now = time.time()
    monkeypatch.setattr("penstock.compose.left.time", SimpleNamespace(time=lambda: now))
    assert not is_alone(home, database, owned(database, DEAD, now - ENDED[kind] + 1.0, kind))
    assert is_alone(home, database, owned(database, DEAD, now - ENDED[kind] - 1.0, kind))
    assert is_alone(home, database, owned(database, AWAY, now, kind)), "it was silent for longer than that"


def test_who_asks_waits_for_what_is_ending(home: Home, database: Database) -> None:
    owned(database, DEAD)
    fd = lifelines.hold(home.lifeline(DEAD))
    waits = threading.Thread(target=wait_for_agents, args=(home, database))
    waits.start()
    waits.join(0.05)
    assert waits.is_alive()
    lifelines.release(fd)
    waits.join(60)
    assert not waits.is_alive()


def test_nobody_waits_for_the_living(home: Home, database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("penstock.compose.left.PATIENCE", 60.0)
    me = instances.this_process()
    owned(database, me)
    fd = lifelines.hold(home.lifeline(me))
    wait_for_agents(home, database)
    lifelines.release(fd)


def test_a_home_that_was_made_in_vain_goes_again(tmp_path: Path) -> None:
    home = Home(tmp_path / "new" / ".penstock", "unused")
    with home.entered() as lifeline:
        executor = InlineExecutor(lifeline=lifeline)
        executor.open()
        assert lifelines.state(lifeline) == "held"
        executor.close()
    assert not home.exists
    with home.entered():
        (home.path / "penstock.db").touch()
    assert sorted(one.name for one in home.path.iterdir()) == [".gitignore", "penstock.db"]
