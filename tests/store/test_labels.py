"""Labels that people set on runs that are there."""

from __future__ import annotations

import json

import pytest

from penstock.errors import NotFound, UsageError
from penstock.model import ids
from penstock.store import labels
from penstock.store.database import Database
from penstock.store.rows import Commit
from penstock.store.write import apply
from tests.store import made

NOW = made.START
KEYS = [made.key_at(second) for second in range(3)]


@pytest.fixture
def runs(database: Database) -> Database:
    with database.write() as connection:
        rows = [made.run(key) for key in KEYS]
        apply(connection, Commit(new_runs=rows, labels=[(KEYS[0], "owner", "me"), (KEYS[1], "cost", "9")]))
    return database


def labels_of(database: Database, key: int) -> dict[str, str]:
    with database.read() as connection:
        return {row[0]: row[1] for row in connection.all("SELECT key, value FROM label WHERE run_key = ?", (key,))}


def test_labels_are_set_and_removed_on_many_runs(runs: Database) -> None:
    with runs.write() as connection:
        done = labels.change_labels(connection, KEYS, {"owner": "you", "new": ""}, ["cost", "nothing"], NOW)
        events = connection.all("SELECT run_key, kind, data FROM event ORDER BY id")
    assert done == dict.fromkeys(KEYS)
    assert [labels_of(runs, key) for key in KEYS] == [{"owner": "you", "new": ""}] * 3
    assert [row[:2] for row in events] == [(key, "run.labels") for key in KEYS]
    assert json.loads(events[0][2]) == {"set": {"owner": "you", "new": ""}, "removed": ["cost", "nothing"]}


def test_what_is_set_and_removed_is_set(runs: Database) -> None:
    with runs.write() as connection:
        labels.set_labels(connection, KEYS[0], {"owner": "x"}, ["owner"], NOW)
    assert labels_of(runs, KEYS[0]) == {"owner": "x"}


def test_each_run_is_told_of(runs: Database) -> None:
    missing = made.key_at(99)
    with runs.write() as connection:
        done = labels.change_labels(connection, [KEYS[2], missing, KEYS[2]], {"a": "b"}, [], NOW)
    assert {key: None if why is None else (why.code, why.message) for key, why in done.items()} == {
        KEYS[2]: None,
        missing: ("not_found", f"there is no run {ids.run_id(missing)}"),
    }
    assert labels_of(runs, KEYS[2]) == {"a": "b"}
    with pytest.raises(NotFound), runs.write() as connection:
        labels.set_labels(connection, missing, {"a": "b"}, [], NOW)


def test_a_run_never_gets_too_many(runs: Database) -> None:
    many = {str(number): "" for number in range(labels.MOST)}
    with runs.write() as connection:
        done = labels.change_labels(connection, KEYS, many, [], NOW)
    assert [done[key] is None for key in KEYS] == [False, False, True]
    assert "101 labels" in str(done[KEYS[0]])
    with runs.write() as connection:
        assert labels.change_labels(connection, KEYS[:2], many, ["owner", "cost"], NOW) == dict.fromkeys(KEYS[:2])
    with pytest.raises(UsageError, match="101 labels"), runs.write() as connection:
        labels.set_labels(connection, KEYS[2], {"new": ""}, [], NOW)
    with runs.write() as connection:
        labels.set_labels(connection, KEYS[2], {"7": "changed"}, [], NOW)


@pytest.mark.parametrize(
    ("new", "remove", "message"),
    [
        ({str(number): "" for number in range(10_000)}, [], "10000 labels"),
        ({}, [str(number) for number in range(10_000)], "10000 labels"),
        ({"": "x"}, [], "no name"),
        ({"n" * 101: "x"}, [], "101 characters"),
        ({"n": "\ud800"}, [], "can't be stored"),
    ],
    ids=str,
)
def test_labels_that_can_not_be_kept(runs: Database, new: dict[str, str], remove: list[str], message: str) -> None:
    with pytest.raises(UsageError, match=message), runs.write() as connection:
        labels.change_labels(connection, KEYS, new, remove, NOW)
    assert labels_of(runs, KEYS[0]) == {"owner": "me"}


def test_too_many_runs_are_refused(runs: Database) -> None:
    with pytest.raises(UsageError, match="1001 runs"), runs.write() as connection:
        labels.change_labels(connection, range(1, 1002), {"a": "b"}, [], NOW)
