"""The thread of an engine that erases what was deleted and lets runs go."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from penstock.compose import tidier
from penstock.compose.tidier import Tidier
from penstock.errors import StoreBusy
from penstock.model.ids import run_id
from penstock.model.retention import Rule
from penstock.store import deletion, instances
from penstock.store.database import Database, open_database
from tests.compose.test_erasing import World
from tests.journeys.conftest import until


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = open_database(tmp_path / "penstock.db")
    yield opened
    opened.close()


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """No seconds between two looks."""
    for name, seconds in {"LOOK": 0.01, "FIRST": 0.0, "EVERY": 0.05, "SHARE": 1.0}.items():
        monkeypatch.setattr(tidier, name, seconds)


@pytest.fixture
def world(database: Database, tmp_path: Path) -> World:
    made = World(database, tmp_path)
    for _ in range(3):
        made.run([])
    return made


def engine(database: Database) -> int:
    with database.write() as connection:
        return instances.register(connection, "engine", time.time())


def test_what_was_deleted_is_erased(world: World, database: Database) -> None:
    thread = Tidier(database, world.home, engine(database), [], lambda: True)
    thread.start()
    try:
        world.delete(0)
        until(lambda: not left(database), "all is erased")
        assert world.wanted <= world.files()
        assert {path.split("/")[0] for path in world.files()} == {run_id(key) for key in world.named}
    finally:
        thread.close()


def left(database: Database) -> list[int]:
    with database.read() as connection:
        return deletion.unfinished(connection)


def test_only_the_engine_that_is_there_the_longest_lets_runs_go(world: World, database: Database) -> None:
    first, second = engine(database), engine(database)
    rules = [Rule(runs=1)]
    late = Tidier(database, world.home, second, rules, lambda: False)
    assert late._is_first() is False
    assert Tidier(database, world.home, first, rules, lambda: False)._is_first() is True
    late.start()
    try:
        with database.write() as connection:
            instances.gone(connection, first, time.time())
        until(lambda: len({path.split("/")[0] for path in world.files()}) == 1, "two runs went")
        # The newest stayed.
        assert {path.split("/")[0] for path in world.files()} == {run_id(max(world.named))}
    finally:
        late.close()


@pytest.mark.parametrize("failure", [StoreBusy, ZeroDivisionError], ids=["locked", "unthought"])
def test_what_fails_is_put_off(
    world: World, database: Database, monkeypatch: pytest.MonkeyPatch, failure: type[Exception]
) -> None:
    tries: list[bool] = []

    def locked(*_: object) -> bool:
        tries.append(True)
        if len(tries) == 1:
            raise failure
        return real(*_)

    real = Tidier._is_first
    monkeypatch.setattr(Tidier, "_is_first", locked)
    thread = Tidier(database, world.home, engine(database), [Rule(runs=0, latest=False)], lambda: False)
    thread.start()
    try:
        until(lambda: world.files() == set(), "all went")
    finally:
        thread.close()
    assert len(tries) > 1
