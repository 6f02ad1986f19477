"""Deleting runs: at once for all who look, in small parts for the database, and finished by whoever comes."""

from __future__ import annotations

import json
from typing import Any

import pytest

from penstock.model.ids import run_id
from penstock.model.states import RUN_STATES, TERMINAL_RUN
from penstock.store import changes, commands, deletion, erasing
from penstock.store.check import check
from penstock.store.connection import Connection
from penstock.store.database import Database
from penstock.store.documents import run_document
from penstock.store.rows import Commit, NewMetric, NewSample, NewTimer
from penstock.store.runs import find_run, list_runs
from penstock.store.write import apply
from tests.store import made

NOW = made.START + 100
TABLES = ("run", "task_run_row", "attempt", "artifact", "metric", "sample", "timer", "label", "command")


def over(number: int, tasks: int = 3, state: str = "succeeded", **facts: Any) -> Commit:
    """A run with some of everything; its artifacts are files but for the first."""
    key = made.key_at(number)
    seqs = range(tasks)
    return Commit(
        versions=[made.version()],
        new_runs=[
            made.run(key, state=state, ended_at=made.AT + 9 if state in TERMINAL_RUN else None, bytes=100, **facts)
        ],
        labels=[(key, "owner", "me")],
        new_task_runs=[
            made.task_run(seq, key, state="succeeded", started_at=made.AT, ended_at=made.AT + 5, attempts=1)
            for seq in seqs
        ],
        new_attempts=[made.attempt(seq, key=key) for seq in seqs],
        artifacts=[
            made.artifact(seq, key=key, **({"inline": None, "path": f"{run_id(key)}/task{seq}.arrow"} if seq else {}))
            for seq in seqs
        ],
        events=[made.event("task_run.succeeded", seq, key=key) for seq in seqs],
        metrics=[NewMetric(key, seq, 1, made.AT, "rows", 1.0, None) for seq in seqs],
        samples=[NewSample(key, seq, 1, made.AT + at, 0.1, 1, 1, 1) for seq in seqs for at in range(3)],
        timers=[NewTimer(key, "retry", 0, made.AT)],
    )


def record(database: Database, *commits: Commit) -> None:
    with database.write() as connection:
        for commit in commits:
            apply(connection, commit)


def delete(database: Database, *numbers: int, children: bool = False) -> list[str | None]:
    keys = [made.key_at(number) for number in numbers]
    with database.write() as connection:
        told = deletion.delete_runs(connection, keys, NOW, "ana", children=children)
    return [None if refusal is None else refusal.detail for refusal in told.values()]


def rows_of(connection: Connection, number: int) -> dict[str, int]:
    key = made.key_at(number)
    counts = {}
    for table in TABLES:
        column = "key" if table == "run" else "run_key"
        counts[table] = connection.all(f"SELECT count(*) FROM {table} WHERE {column} = ?", (key,))[0][0]
    counts["event"] = connection.all("SELECT count(*) FROM event WHERE run_key = ?", (key,))[0][0]
    return {table: count for table, count in counts.items() if count}


def erase(database: Database, part: int = erasing.PART) -> int:
    """Erase everything; in how many transactions."""
    count = 0
    with database.read() as connection:
        keys = deletion.unfinished(connection)
    more = bool(keys)
    while more:
        count += 1
        with database.write() as connection:
            more = erasing.erase_rows(connection, keys, part)
    return count


def test_a_deleted_run_is_gone_at_once_and_leaves_nothing_in_the_end(database: Database) -> None:
    record(database, over(1), over(2))
    with database.read() as connection:
        whole = rows_of(connection, 2)
    assert delete(database, 1) == [None]
    with database.read() as connection:
        assert [run["id"] for run in list_runs(connection).items] == [run_id(made.key_at(2))]
        with pytest.raises(Exception, match="there is no run"):
            find_run(connection, run_id(made.key_at(1)))
        assert deletion.unfinished(connection) == [made.key_at(1)]
    assert check(database) == []
    erase(database)
    with database.read() as connection:
        assert rows_of(connection, 1) == {}
        assert rows_of(connection, 2) == whole
        assert deletion.unfinished(connection) == []
    assert check(database) == []


@pytest.mark.parametrize("part", [1, 2, 7])
def test_rows_go_in_parts_and_what_is_left_breaks_no_law_between_them(database: Database, part: int) -> None:
    record(database, over(1), over(2))
    delete(database, 1)
    with database.read() as connection:
        before = rows_of(connection, 2)
    more, steps = True, 0
    while more:
        with database.read() as connection:
            left = sum(rows_of(connection, 1).values())
        # Whoever comes next finds in the database what is to be done.
        with database.write() as connection:
            more = erasing.erase_rows(connection, deletion.unfinished(connection), part)
        with database.read() as connection:
            assert not more or left - sum(rows_of(connection, 1).values()) <= part
        assert check(database) == []
        steps += 1
    assert steps > 3
    with database.read() as connection:
        assert (rows_of(connection, 1), rows_of(connection, 2)) == ({}, before)


@pytest.mark.parametrize("state", sorted(set(RUN_STATES) - TERMINAL_RUN))
def test_a_run_that_is_not_over_stays(database: Database, state: str) -> None:
    record(database, over(1, tasks=0, state=state))
    (told,) = delete(database, 1)
    assert told is not None
    assert f"is {state}" in told
    with database.read() as connection:
        assert rows_of(connection, 1)["run"] == 1
        assert deletion.unfinished(connection) == []


def test_one_that_is_not_there_and_one_twice(database: Database) -> None:
    record(database, over(1))
    assert delete(database, 1, 1, 2) == [None, f"there is no run {run_id(made.key_at(2))}"]
    assert delete(database, 1) == [f"there is no run {run_id(made.key_at(1))}"]


@pytest.mark.parametrize(
    "facts",
    [
        {"selection": json.dumps({"from_run": [run_id(made.key_at(1))]})},
        {"selection": json.dumps({"replay_from": ["task1"]}), "replay_of": made.key_at(1)},
    ],
)
def test_what_a_live_run_reads_stays_until_it_is_over(database: Database, facts: dict[str, Any]) -> None:
    record(database, over(1), over(2, tasks=0, state="running", **facts))
    (told,) = delete(database, 1)
    assert told is not None
    assert run_id(made.key_at(2)) in told
    record(database, Commit(run_updates=[made.run_update(made.key_at(2))]))
    assert delete(database, 1) == [None]
    with database.read() as connection:
        # What it tells of the other run leads nowhere, and breaks nothing.
        document = run_document(connection, made.key_at(2))
    assert document["replay_of"] in (None, run_id(made.key_at(1)))


def test_children_go_along_when_asked_for(database: Database) -> None:
    record(
        database,
        over(1),
        over(2, parent_key=made.key_at(1)),
        over(3, parent_key=made.key_at(2)),
        over(4, parent_key=made.key_at(9)),
    )
    with database.read() as connection:
        assert deletion.descendants(connection, [made.key_at(1)]) == [made.key_at(2), made.key_at(3)]
        assert deletion.amount(connection, [made.key_at(1), made.key_at(2)]) == (2, 200)
    assert delete(database, 2) == [None]
    with database.read() as connection:
        assert len(list_runs(connection).items) == 3
    assert delete(database, 1, children=True) == [None]
    with database.read() as connection:
        # The child of one that had gone before is nobody's child any more.
        assert [run["id"] for run in list_runs(connection).items] == [run_id(made.key_at(4)), run_id(made.key_at(3))]


def test_a_run_stays_with_a_child_that_is_not_over(database: Database) -> None:
    record(database, over(1), over(2, tasks=0, state="running", parent_key=made.key_at(1)))
    (told,) = delete(database, 1, children=True)
    assert told is not None
    assert run_id(made.key_at(2)) in told
    assert delete(database, 1) == [None]


def test_who_asked_for_something_else_hears_that_the_run_is_gone(database: Database) -> None:
    record(database, over(1))
    with database.write() as connection:
        number = commands.add(connection, made.key_at(1), "retry", {}, NOW)
    delete(database, 1)
    with database.read() as connection:
        command = commands.find(connection, number)
    assert command is not None
    assert (command.state, command.outcome["code"]) == ("refused", "not_found")


def test_the_live_page_hears_of_it(database: Database) -> None:
    record(database, over(1), over(2), over(3))
    with database.read() as connection:
        before = changes.latest(connection, NOW)
    delete(database, 1, 3)
    erase(database)
    with database.read() as connection:
        since = changes.since(connection, before, NOW)
    assert since.deleted == [run_id(made.key_at(1)), run_id(made.key_at(3))]
    assert (since.runs, since.definitions) == ([], False)


def replay(number: int, of: int, paths: list[str]) -> Commit:
    """A run that names files that others made, as replays and cached results do."""
    key = made.key_at(number)
    return Commit(
        new_runs=[made.run(key, state="succeeded", ended_at=made.AT + 9, replay_of=made.key_at(of))],
        new_task_runs=[
            made.task_run(seq, key, state="succeeded", reason="cached", ended_at=made.AT) for seq in range(len(paths))
        ],
        artifacts=[made.artifact(seq, 0, key, inline=None, path=path) for seq, path in enumerate(paths)],
    )


def test_files_that_others_name_are_known(database: Database) -> None:
    one = f"{run_id(made.key_at(1))}/task1.arrow"
    record(database, over(1), over(2), replay(3, 1, [one]), replay(4, 3, [one]))
    delete(database, 1)
    with database.read() as connection:
        assert erasing.shared_paths(connection, made.key_at(1)) == {one}
        assert erasing.shared_paths(connection, made.key_at(2)) == set()
    delete(database, 3)
    with database.read() as connection:
        # Another run still names it.
        assert erasing.last_named(connection, made.key_at(3)) == []
        assert erasing.shared_paths(connection, made.key_at(1)) == {one}
    delete(database, 4)
    with database.read() as connection:
        assert erasing.last_named(connection, made.key_at(4)) == [one]
        assert erasing.shared_paths(connection, made.key_at(1)) == set()


def test_a_file_stays_while_the_run_that_made_it_is_there(database: Database) -> None:
    one = f"{run_id(made.key_at(1))}/task1.arrow"
    record(database, over(1), replay(3, 1, [one]))
    delete(database, 3)
    with database.read() as connection:
        assert erasing.last_named(connection, made.key_at(3)) == []
