"""One commit: all of it or nothing, and only over rows that are as they were read."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from penstock.errors import Fenced, StaleWrite
from penstock.store.database import Database, open_database
from penstock.store.rows import (
    CommandSettled,
    Commit,
    NewMetric,
    NewResult,
    NewSample,
    NewTimer,
    RunBytes,
    RunOptions,
    RunParams,
    RunProgress,
    SlotAsk,
    without,
)
from penstock.store.write import apply
from tests.store import made


def write(database: Database, commit: Commit) -> None:
    with database.write() as connection:
        apply(connection, commit)


def count(database: Database, table: str) -> int:
    with database.read() as connection:
        row = connection.one(f"SELECT count(*) FROM {table}")
    assert row is not None
    return int(row[0])


def test_a_commit_writes_every_kind_of_row_as_it_was_given(database: Database) -> None:
    metric, sample = (made.KEY, 0, 1, made.AT, "auc", 0.5, None), (made.KEY, 0, 1, made.AT, 0.5, 1 << 40, 2, 3)
    write(
        database,
        Commit(
            versions=[made.version()],
            new_runs=[made.run()],
            labels=[(made.KEY, "owner", "data 'team' é🐍")],
            new_task_runs=[made.task_run()],
            new_attempts=[made.attempt()],
            artifacts=[made.artifact(bytes=1 << 40)],
            events=[made.event("b"), made.event("a")],
            metrics=[NewMetric(*metric)],
            samples=[NewSample(*sample)],
            timers=[NewTimer(made.KEY, "retry", 0, 5)],
        ),
    )
    with database.read() as connection:
        for table, row in (("run", made.run()), ("task_run_row", made.task_run()), ("attempt", made.attempt())):
            columns = ", ".join(f'"{column}"' for column in row._fields)
            assert connection.all(f"SELECT {columns} FROM {table}") == [tuple(row)]
        assert connection.all("SELECT run_key, key, value FROM label") == [(made.KEY, "owner", "data 'team' é🐍")]
        assert connection.all("SELECT kind FROM event ORDER BY id") == [("b",), ("a",)]
        assert connection.all("SELECT run_key, seq, n, at, name, value, unit FROM metric") == [metric]
        assert connection.all("SELECT * FROM sample") == [sample]
        assert connection.one("SELECT bytes, safe FROM artifact") == (1 << 40, True)
        assert connection.all("SELECT * FROM timer") == [(made.KEY, "retry", 0, 5)]


def _rows(key: int) -> dict[str, Any]:
    """A row of each kind that a commit has, of that run."""
    ask = SlotAsk("pool", 2, key, 0, 1, 5.0)
    return {
        "fences": made.fence(key), "new_runs": made.run(key), "labels": (key, "owner", "me"),
        "new_task_runs": made.task_run(key=key), "new_attempts": made.attempt(key=key),
        "attempt_updates": made.attempt_update(key=key), "artifacts": made.artifact(key=key),
        "results": NewResult("digest", key, 0, 5), "task_run_updates": made.task_run_update(key=key),
        "run_updates": made.run_update(key), "run_progress": RunProgress(1, 1, 2, key, 1),
        "run_bytes": RunBytes(5, key),
        "run_params": RunParams("{}", key), "run_options": RunOptions(None, key),
        "events": made.event(key=key), "metrics": NewMetric(key, 0, 1, 5, "auc", 0.5, None),
        "samples": NewSample(key, 0, 1, 5, 0.5, 1, 2, 3), "timers_gone": (key, "retry", 0),
        "timers": NewTimer(key, "retry", 0, 5), "commands": CommandSettled("applied", "{}", 5, 7, key),
        "slots_over": (key,), "slots_gone": (key, 0, 1), "slots_past": key, "slot_asks": ask, "granted": ask,
    }  # fmt: skip


def test_a_commit_without_one_run_has_all_of_the_others() -> None:
    both = Commit(versions=[made.version()], **{name: [row, _rows(2)[name]] for name, row in _rows(1).items()})
    assert all(getattr(both, part.name) for part in fields(Commit)), "a kind of rows is not tested here"
    assert without(both, 1) == Commit(versions=[made.version()], **{name: [row] for name, row in _rows(2).items()})
    assert without(both, 3) == both


@pytest.mark.parametrize("rows", [1, 2, 8, 9, 17, 300, 1000, 2049])
def test_any_number_of_rows_is_written_and_updated_in_order(database: Database, rows: int) -> None:
    write(database, made.first_commit(rows))
    write(
        database,
        Commit(
            fences=[made.fence()],
            task_run_updates=[made.task_run_update(seq, attempts=seq + 2) for seq in reversed(range(rows))],
            events=[made.event(f"number {number}", seq=number) for number in range(rows)],
        ),
    )
    with database.read() as connection:
        seen = connection.all("SELECT seq, state, attempts, row_version FROM task_run_row ORDER BY seq")
        kinds = connection.all("SELECT kind FROM event WHERE seq IS NOT NULL ORDER BY id")
    assert seen == [(seq, "succeeded", seq + 2, 2) for seq in range(rows)]
    assert kinds == [(f"number {number}",) for number in range(rows)]


@pytest.mark.parametrize("fence", [made.fence(epoch=2), made.fence(owner=8), made.fence(key=made.KEY + 1)])
def test_a_run_of_somebody_else_is_not_touched(database: Database, fence: object) -> None:
    write(database, made.first_commit())
    with pytest.raises(Fenced, match=r"run 2ezkd1c00000"):
        write(database, Commit(fences=[fence], events=[made.event("stray")]))  # type: ignore[list-item]
    assert count(database, "event") == 1


def test_one_stale_row_among_many_undoes_the_whole_commit(database: Database) -> None:
    write(database, made.first_commit(20))
    updates = [made.task_run_update(seq) for seq in range(20)]
    updates[13] = updates[13]._replace(expected=4)
    with pytest.raises(StaleWrite, match=r"1 of 20 rows \(task run\)"):
        write(database, Commit(fences=[made.fence()], task_run_updates=updates, events=[made.event("stray")]))
    with database.read() as connection:
        assert connection.all("SELECT DISTINCT state, row_version FROM task_run_row") == [("queued", 1)]
    assert count(database, "event") == 1


def test_a_run_is_updated_over_the_version_that_was_read(database: Database) -> None:
    write(database, made.first_commit())
    write(database, Commit(fences=[made.fence()], run_updates=[made.run_update()]))
    with pytest.raises(StaleWrite):
        write(database, Commit(fences=[made.fence()], run_updates=[made.run_update()]))
    write(database, Commit(fences=[made.fence()], run_updates=[made.run_update(row_version=3, expected=2)]))


def test_how_far_a_run_is_takes_one_page_and_no_index(tmp_path: Path) -> None:
    log, database = tmp_path / "penstock.db-wal", open_database(f"sqlite:///{tmp_path}/penstock.db")
    write(database, made.first_commit())
    before = log.stat().st_size
    write(database, Commit(fences=[made.fence()], run_progress=[RunProgress(3, 1, 2, made.KEY, 1)]))
    one_page = log.stat().st_size - before
    assert 4096 < one_page < 2 * 4096
    with pytest.raises(StaleWrite):
        write(database, Commit(fences=[made.fence()], run_progress=[RunProgress(3, 2, 2, made.KEY, 1)]))
    write(database, Commit(fences=[made.fence()], run_updates=[made.run_update(row_version=3, expected=2)]))
    assert log.stat().st_size - before > 4 * one_page
    with database.read() as connection:
        assert connection.all("SELECT state, tasks_total, tasks_done, row_version FROM run") == [("succeeded", 1, 1, 3)]
    database.close()


def test_a_row_that_is_there_already_is_stale(database: Database) -> None:
    write(database, made.first_commit())
    for again in (
        Commit(new_runs=[made.run()]),
        Commit(new_task_runs=[made.task_run()]),
        Commit(new_task_runs=[made.task_run(1, task="task0")]),
    ):
        with pytest.raises(StaleWrite, match="somebody else"):
            write(database, again)


def test_a_task_run_has_one_attempt_under_way_and_one_success(database: Database) -> None:
    write(database, made.first_commit())
    write(database, Commit(new_attempts=[made.attempt(state="dispatched")]))
    with pytest.raises(StaleWrite):
        write(database, Commit(new_attempts=[made.attempt(n=2, state="running")]))
    write(database, Commit(attempt_updates=[made.attempt_update()]))
    with pytest.raises(StaleWrite):
        write(database, Commit(new_attempts=[made.attempt(n=2, state="succeeded")]))
    write(database, Commit(new_attempts=[made.attempt(n=2, state="failed"), made.attempt(n=3, state="lost")]))


def test_an_attempt_may_end_in_the_commit_that_begins_the_next(database: Database) -> None:
    write(database, made.first_commit())
    write(database, Commit(new_attempts=[made.attempt(state="running")]))
    ended = made.attempt_update(state="failed", reason="user_error")
    write(database, Commit(attempt_updates=[ended], new_attempts=[made.attempt(n=2, state="dispatched")]))
    with database.read() as connection:
        assert connection.all("SELECT n, state FROM attempt ORDER BY n") == [(1, "failed"), (2, "dispatched")]


def test_an_attempt_that_is_over_is_never_changed(database: Database) -> None:
    write(database, made.first_commit())
    write(database, Commit(new_attempts=[made.attempt(state="lost")]))
    with pytest.raises(StaleWrite, match="attempt"):
        write(database, Commit(attempt_updates=[made.attempt_update()]))


def test_a_version_is_written_once_and_the_last_used_is_known(database: Database) -> None:
    write(database, Commit(versions=[made.version()]))
    write(database, Commit(versions=[made.version(name="v2")._replace(created_at=made.AT + 1)]))
    write(database, Commit(versions=[made.version({"name": "other"})._replace(created_at=made.AT + 2)]))
    with database.read() as connection:
        rows = connection.all("SELECT version, created_at, spec FROM pipeline_version ORDER BY version")
        assert [row[:2] for row in rows] == [("v1", made.AT), ("v2", made.AT + 1)]
        assert "other" not in rows[0][2]
        assert connection.all("SELECT version, seen_at FROM pipeline") == [("v1", made.AT + 2)]


def test_timers_are_set_moved_and_dropped(database: Database) -> None:
    write(database, Commit(timers=[NewTimer(made.KEY, "retry", 0, 5), NewTimer(made.KEY, "run_timeout", -1, 9)]))
    write(database, Commit(timers=[NewTimer(made.KEY, "retry", 0, 7)]))
    gone = [(made.KEY, "run_timeout", -1), (made.KEY, "retry", 8)]
    write(database, Commit(timers_gone=gone))
    with database.read() as connection:
        assert connection.all("SELECT kind, due_at FROM timer") == [("retry", 7)]


def test_the_same_sample_twice_is_kept_once(database: Database) -> None:
    sample = NewSample(made.KEY, 0, 1, made.AT, 0.5, 1, 2, 3)
    write(database, Commit(samples=[sample]))
    write(database, Commit(samples=[sample]))
    assert count(database, "sample") == 1


def test_numbers_of_events_are_never_given_out_twice(database: Database) -> None:
    write(database, Commit(events=[made.event(), made.event()]))
    with database.write() as connection:
        row = connection.one("SELECT max(id) FROM event")
        connection.run("DELETE FROM event")
    write(database, Commit(events=[made.event()]))
    with database.read() as connection:
        after = connection.one("SELECT max(id) FROM event")
    assert row is not None
    assert after is not None
    assert after[0] > row[0]
