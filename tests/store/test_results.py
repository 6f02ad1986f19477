"""Results of earlier runs are found by their key, the latest one, with what they are made of."""

from __future__ import annotations

import pytest

from penstock.store.database import Database
from penstock.store.results import StoredResult, find_results
from penstock.store.rows import Commit, NewResult
from penstock.store.write import apply
from tests.store import made


def write(database: Database, commit: Commit) -> None:
    with database.write() as connection:
        apply(connection, commit)


@pytest.fixture
def database(database: Database) -> Database:
    """One with the runs that results are of."""
    write(database, Commit(new_runs=[made.run(), made.run(made.key_at(60))]))
    return database


def find(database: Database, *keys: str) -> dict[str, StoredResult]:
    with database.read() as connection:
        return find_results(connection, keys)


def test_the_latest_result_of_a_key_is_found_with_its_artifacts(database: Database) -> None:
    later = made.key_at(60)
    first, second = made.artifact(dataset="x"), made.artifact(key=later, dataset="x", path="later/x")
    write(database, Commit(artifacts=[first], results=[NewResult("k", made.KEY, 0, 5)]))
    assert find(database, "k") == {"k": StoredResult(made.KEY, 5, [first])}
    write(database, Commit(artifacts=[second], results=[NewResult("k", later, 0, 5), NewResult("none", later, 7, 9)]))
    assert find(database, "k", "none", "unknown") == {
        "k": StoredResult(later, 5, [second]), "none": StoredResult(later, 9, []),
    }  # fmt: skip


def test_of_two_results_of_a_key_in_one_commit_the_last_counts(database: Database) -> None:
    rows = [NewResult("k", made.KEY, seq, seq) for seq in range(20)]
    write(database, Commit(results=rows))
    assert find(database, "k")["k"].made_at == 19


def test_the_results_of_a_run_that_was_deleted_are_gone(database: Database) -> None:
    write(database, Commit(results=[NewResult("k", made.KEY, 0, 5)]))
    with database.write() as connection:
        connection.run("DELETE FROM run WHERE key = ?", (made.KEY,))
    assert find(database, "k") == {}


def test_many_keys_are_looked_for_at_once(database: Database) -> None:
    keys = [f"k{number}" for number in range(1203)]
    write(database, Commit(results=[NewResult(key, made.KEY, seq, 1) for seq, key in enumerate(keys)]))
    assert set(find(database, *keys, "other")) == set(keys)
