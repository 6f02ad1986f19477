"""Two runs side by side, from the store."""

from __future__ import annotations

import pytest

from penstock.errors import NotFound
from penstock.store.comparison import compare_runs
from penstock.store.database import Database
from penstock.store.rows import Commit
from penstock.store.write import apply
from penstock.wire.compare import Comparison
from tests.store import made
from tests.store.wired import assert_wire


@pytest.fixture
def runs(database: Database) -> Database:
    """Three runs; the one in the middle is another pipeline's."""
    rows = [made.run(made.key_at(second), pipeline=name) for second, name in enumerate(("shop", "other", "shop"))]
    with database.write() as connection:
        apply(connection, Commit(new_runs=rows, new_task_runs=[made.task_run(0, rows[2].key, state="succeeded")]))
    return database


def test_a_run_alone_is_compared_with_the_one_before_it_of_its_pipeline(runs: Database) -> None:
    with runs.read() as connection:
        found = compare_runs(connection, made.key_at(2))
        assert found == compare_runs(connection, made.key_at(0), made.key_at(2))
    assert_wire(Comparison, found)
    assert [entry["first"] for entry in found["tasks"]] == [None]
    assert found["tasks"][0]["second"]["state"] == "succeeded"


def test_a_first_run_has_none_before_it(runs: Database) -> None:
    with runs.read() as connection, pytest.raises(NotFound, match="before"):
        compare_runs(connection, made.key_at(0))


def test_any_two_runs_can_be_compared(runs: Database) -> None:
    with runs.read() as connection:
        found = compare_runs(connection, made.key_at(1), made.key_at(2))
    assert [(fact["first"], fact["second"]) for fact in found["facts"][:1]] == [("other", "shop")]
