"""What a live page is told: every change once, none left out."""

from __future__ import annotations

import json
import threading

import pytest

from penstock.errors import StaleWrite
from penstock.model import ids
from penstock.store import changes, labels, requests
from penstock.store.database import Database
from penstock.store.definitions import Found, record_definitions
from penstock.store.logs import live_logs
from penstock.store.rows import Commit
from penstock.store.write import apply
from penstock.wire.service import RunChange, TaskChange
from tests.crash.project import until
from tests.store import made
from tests.store.wired import assert_wire

NOW = made.START
ID = ids.run_id(made.KEY)


def write(database: Database, *commits: Commit) -> None:
    with database.write() as connection:
        for commit in commits:
            apply(connection, commit)


def since(database: Database, after: int, **how: int) -> changes.Since:
    with database.read() as connection:
        return changes.since(connection, after, NOW, **how)


def latest(database: Database) -> int:
    with database.read() as connection:
        return changes.latest(connection, NOW)


def test_nothing_happened(database: Database) -> None:
    assert latest(database) == 0
    assert since(database, 0) == changes.Since(0, [], [], [], False, False)
    write(database, made.first_commit())
    at = latest(database)
    assert since(database, at) == changes.Since(at, [], [], [], False, False)


def test_runs_and_tasks_that_changed_are_named_once(database: Database) -> None:
    write(database, made.first_commit(2))
    at = latest(database)
    write(database, Commit(events=[made.event("a", 1), made.event("b"), made.event("c", 0, 1), made.event("d", 1, 1)]))
    write(database, made.first_commit(key=made.key_at(1)))
    assert since(database, at) == changes.Since(
        at + 5, [made.KEY, made.key_at(1)], [(made.KEY, 1), (made.KEY, 0)], [], False, False
    )


def test_what_is_asked_labelled_and_found_shows(database: Database) -> None:
    with database.write() as connection:
        found = Found("default", "flights", "v1", json.dumps(made.SPEC), "f.py")
        record_definitions(connection, [found], [], NOW)
        key = ids.key_of(requests.ask_for_run(connection, pipeline="flights", now=NOW))
    first = since(database, 0)
    assert (first.runs, first.definitions) == ([key], True)
    with database.write() as connection:
        labels.set_labels(connection, key, {"a": "b"}, [], NOW)
    second = since(database, first.last)
    assert (second.runs, second.tasks, second.definitions) == ([key], [], False)


def test_too_much_comes_in_parts(database: Database) -> None:
    write(database, made.first_commit(), Commit(events=[made.event() for _ in range(9)]))
    seen, at = 0, 0
    while True:
        found = since(database, at, limit=4)
        seen, at = seen + found.last - at, found.last
        if not found.more:
            break
    assert (seen, at) == (10, latest(database))


def test_a_run_as_it_is_now(database: Database) -> None:
    write(database, made.first_commit(), made.first_commit(key=made.key_at(1)))
    with database.read() as connection:
        told = changes.run_changes(connection, [made.KEY, made.key_at(1), 5])
        assert changes.run_changes(connection, []) == []
    assert [one["run"]["id"] for one in told] == [ids.run_id(made.key_at(1)), ID]
    for one in told:
        assert_wire(RunChange, one)


def test_task_runs_as_they_are_now(database: Database) -> None:
    error = json.dumps({"type": "E", "message": "m" * 5000, "traceback": "T", "names": []})
    tasks = [
        made.task_run(0, state="failed", reason="user_error", started_at=made.AT, ended_at=made.AT + 5, attempts=2),
        made.task_run(1, state="running", started_at=made.AT, attempts=1, progress_done=2.0, progress_total=4.0),
        made.task_run(2, map_index=3, label="JFK", items=None, attempts=0),
    ]
    attempts = [made.attempt(0, 1, state="failed"), made.attempt(0, 2, state="failed", error=error)]
    write(database, Commit(new_runs=[made.run()], new_task_runs=tasks, new_attempts=attempts))
    with database.read() as connection:
        told = changes.task_changes(connection, made.KEY, ID, [2, 0, 1, 1, 99])
        assert changes.live_tasks(connection, made.KEY, ID) == [told[1]]
    failed, running, item = told
    for one in told:
        assert_wire(TaskChange, one)
    assert (failed["name"], failed["attempt"], failed["error"]["type"]) == ("task0", 2, "E")
    assert failed["error"]["message"] == "m" * 1000 + " …"
    assert (running["progress"], running["error"]) == ({"done": 2.0, "total": 4.0}, None)
    assert (item["map_index"], item["label"], item["attempt"]) == (3, "JFK", None)


def test_runs_are_counted_by_state(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(changes, "MOST_COUNTED", 2)
    states = ["running", "failed", "failed", "failed"]
    rows = [made.run(made.key_at(at), state=state) for at, state in enumerate(states)]
    write(database, Commit(new_runs=rows))
    with database.read() as connection:
        counts = changes.state_counts(connection)
        assert changes.open_runs(connection) == [made.KEY]
    assert (counts["running"], counts["failed"], counts["succeeded"], len(counts)) == (1, 2, 0, 10)


def test_a_commit_that_comes_late_is_not_passed_over(database: Database) -> None:
    """On PostgreSQL numbers are given out before commits, which may then come in another order."""
    if database.dialect == "sqlite":
        pytest.skip("one writer at a time")
    write(database, made.first_commit(), made.first_commit(key=made.key_at(1)))
    at = latest(database)
    numbered, go = threading.Event(), threading.Event()

    def commit_late() -> None:
        with database.write() as connection:
            apply(connection, Commit(events=[made.event("late")]))
            numbered.set()
            go.wait(20)

    thread = threading.Thread(target=commit_late)
    thread.start()
    numbered.wait(20)
    write(database, Commit(events=[made.event("early", key=made.key_at(1))]))
    assert since(database, at).runs == []
    assert latest(database) == at
    with database.read() as connection:
        waited = changes.since(connection, at, NOW + changes.PATIENCE + 1)
    assert waited.runs == [made.key_at(1)], "not for ever"
    go.set()
    thread.join(20)
    assert since(database, at).runs == [made.KEY, made.key_at(1)]


def test_a_number_that_was_given_up_is_passed_over(database: Database) -> None:
    write(database, made.first_commit())
    at = latest(database)
    undone = Commit(events=[made.event("undone")], new_runs=[made.run()])
    with pytest.raises(StaleWrite):
        write(database, Commit(events=[made.event("undone")]), undone)
    write(database, Commit(events=[made.event("done")]))
    # While anybody writes, in other databases of the server too, the number may still come.
    until(lambda: since(database, at).runs == [made.KEY], "it is passed over")


def test_a_mark_is_another_after_a_commit_and_only_then(database: Database) -> None:
    looking = database.connect(write=False)
    try:
        before = changes.mark(looking)
        # A PostgreSQL server has others who write, in other databases too.
        assert changes.mark(looking) == before or database.dialect == "postgresql"
        write(database, made.first_commit())
        after = changes.mark(looking)
        assert after != before
        assert changes.mark(looking) == after or database.dialect == "postgresql"
    finally:
        looking.close()


def test_what_happened_up_to_an_event(database: Database) -> None:
    write(database, made.first_commit())
    first = latest(database)
    write(database, made.first_commit(key=made.key_at(1)))
    assert since(database, 0, until=first).runs == [made.KEY]
    assert since(database, first, until=first).runs == []


def test_logs_that_are_being_written(database: Database) -> None:
    attempts = [made.attempt(0), made.attempt(1, state="running"), made.attempt(2, state="running", log=None)]
    write(database, made.first_commit(tasks=3), Commit(new_attempts=attempts))
    with database.read() as connection:
        assert live_logs(connection, made.KEY) == [f"{made.KEY}/1.1.jsonl"]
