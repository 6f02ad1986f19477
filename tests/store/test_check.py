"""The check finds every broken law, and nothing in a sound database."""

from __future__ import annotations

import pytest

from penstock.model import ids
from penstock.store.check import check
from penstock.store.database import Database
from penstock.store.rows import Commit, NewMetric, NewResult, NewTimer
from penstock.store.write import apply
from tests.store import made

OVER = {"state": "succeeded", "ended_at": made.AT}


def sound() -> Commit:
    return Commit(
        versions=[made.version()],
        new_runs=[made.run(tasks_done=1, **OVER)],
        new_task_runs=[made.task_run(attempts=1, **OVER)],
        new_attempts=[made.attempt()],
        artifacts=[made.artifact()],
        events=[made.event()],
    )


def test_a_sound_database(database: Database) -> None:
    assert check(database) == []
    with database.write() as connection:
        apply(connection, sound())
    assert check(database) == []


@pytest.mark.parametrize(
    ("statement", "law"),
    [
        ("UPDATE run SET state = 'sunk'", "a run's state is a word"),
        ("UPDATE task_run_row SET state = 'sunk'", "a task run's state is a word"),
        ("UPDATE attempt SET state = 'sunk'", "an attempt's state is a word"),
        ("UPDATE run SET ended_at = NULL", "a run has an end exactly when it is over"),
        ("UPDATE task_run_row SET ended_at = NULL", "a task run has an end exactly when it is over"),
        ("UPDATE attempt SET ended_at = NULL", "an attempt has an end exactly when it is over"),
        ("UPDATE task_run_row SET state = 'running', ended_at = NULL", "a run that is over has no task run under way"),
        ("UPDATE attempt SET state = 'running', ended_at = NULL", "a task run that is over has no attempt under way"),
        ("UPDATE task_run_row SET attempts = 0", "a task run counts its attempts"),
        ("UPDATE run SET epoch = 0", "epochs start at one"),
        ("UPDATE run SET state = 'running', ended_at = NULL", "the owner of a run that is not over is known"),
        ("UPDATE run SET tasks_done = 2", "done tasks are at most all tasks"),
        ("UPDATE run SET version = 'v9'", "every run has its version"),
        ("DELETE FROM run", "every task_run_row belongs to a run"),
        ("DELETE FROM task_run_row", "every artifact belongs to a task run"),
    ],
)
def test_a_broken_law_is_told_with_its_run_and_a_cure(database: Database, statement: str, law: str) -> None:
    with database.write() as connection:
        apply(connection, sound())
        assert connection.run(statement) == 1
    problems = check(database)
    assert law in [problem.law for problem in problems]
    for problem in problems:
        assert problem.run == ids.run_id(made.KEY)
        assert problem.cure
        assert problem.message.startswith(problem.law)


def test_rows_without_a_run_are_found(database: Database) -> None:
    with database.write() as connection:
        apply(connection, Commit(
            labels=[(made.KEY, "k", "v")], timers=[NewTimer(made.KEY, "retry", 0, 5)], events=[made.event()],
            metrics=[NewMetric(made.KEY, 0, 1, made.AT, "m", 1.0, None)],
            results=[NewResult("sha256:1", made.KEY, 0, made.AT)],
        ))  # fmt: skip
    laws = {problem.law for problem in check(database)}
    assert laws == {
        "every label belongs to a run", "every timer belongs to a run", "every event belongs to a run",
        "every metric belongs to a task run", "every result belongs to a task run",
    }  # fmt: skip


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_a_double_success_is_found_where_the_index_was_lost(database: Database) -> None:
    with database.write() as connection:
        apply(connection, sound())
        connection.run("DROP INDEX attempt_success")
        connection.run("DROP INDEX attempt_live")
        connection.run("UPDATE task_run_row SET attempts = 5")
        apply(
            connection, Commit(new_attempts=[made.attempt(n=2), *(made.attempt(n=n, state="running") for n in (3, 4))])
        )
    laws = [problem.law for problem in check(database)]
    assert "a task run succeeds once" in laws
    assert "a task run has at most one attempt under way" in laws


def test_a_list_of_problems_is_bounded(database: Database) -> None:
    with database.write() as connection:
        apply(connection, made.first_commit(100))
        connection.run("UPDATE task_run_row SET state = 'sunk'")
    assert len(check(database)) < 50
