"""A run among its neighbours, and its history."""

from __future__ import annotations

import json
from typing import Any

import pytest

from penstock.errors import NotFound, UsageError
from penstock.model import ids
from penstock.store.context import run_context
from penstock.store.database import Database
from penstock.store.events import list_events
from penstock.store.rows import Commit, NewEvent, NewRun
from penstock.store.write import apply
from penstock.wire.runs import EventPage, RunContext
from tests.store import made
from tests.store.wired import assert_wire


def over(second: int, duration: float = 1.0, state: str = "succeeded", **facts: Any) -> NewRun:
    key = made.key_at(second)
    return made.run(key, state=state, ended_at=made.AT + int((second + duration) * 1_000_000), **facts)


def write(database: Database, *rows: NewRun) -> None:
    with database.write() as connection:
        apply(connection, Commit(new_runs=list(rows)))


def identity(second: int) -> str:
    return ids.run_id(made.key_at(second))


class TestContext:
    def test_neighbours_are_runs_of_the_same_pipeline(self, database: Database) -> None:
        write(database, *(over(at) for at in range(3)), over(4, pipeline="other"), over(5, namespace="sales"), over(6))
        with database.read() as connection:
            context = run_context(connection, made.key_at(2))
        assert_wire(RunContext, context)
        assert (context["previous"], context["next"]) == (identity(1), identity(6))
        assert [run["id"] for run in context["recent"]] == [identity(at) for at in (0, 1, 2, 6)]
        assert context["recent"][0]["duration"] == 1.0

    def test_replays_are_the_runs_that_repeat_it(self, database: Database) -> None:
        write(database, over(0), over(1), *(over(at)._replace(replay_of=made.key_at(0)) for at in (2, 4)), over(5))
        with database.read() as connection:
            contexts = [run_context(connection, made.key_at(at)) for at in (0, 1)]
        assert [[run["id"] for run in context["replays"]] for context in contexts] == [[identity(2), identity(4)], []]

    def test_however_many_runs_came_between(self, database: Database) -> None:
        others = [over(at / 1000) for at in range(1, 1500)]
        write(database, over(0), *others, over(2, pipeline="other")._replace(replay_of=made.key_at(0)))
        with database.read() as connection:
            context = run_context(connection, made.key_at(0))
        assert [run["id"] for run in context["replays"]] == [identity(2)]

    def test_a_run_alone(self, database: Database) -> None:
        write(database, made.run())
        with database.read() as connection:
            context = run_context(connection, made.KEY)
        assert (context["previous"], context["next"], context["expected_duration"]) == (None, None, None)
        assert [run["id"] for run in context["recent"]] == [identity(0)]

    @pytest.mark.parametrize(("at", "first", "last"), [(59, 30, 59), (30, 16, 45), (50, 30, 59), (3, 0, 18)])
    def test_thirty_runs_around_it(self, database: Database, at: int, first: int, last: int) -> None:
        write(database, *(over(second) for second in range(60)))
        with database.read() as connection:
            recent = run_context(connection, made.key_at(at))["recent"]
        assert [run["id"] for run in recent] == [identity(second) for second in range(first, last + 1)]

    def test_the_expected_duration_is_the_median_of_successes_before_it(self, database: Database) -> None:
        write(database, *(over(at, duration) for at, duration in enumerate([1, 9, 2, 4])), over(4, 0.1, "failed"))
        write(database, made.run(made.key_at(5)), over(6, 1000))
        with database.read() as connection:
            assert run_context(connection, made.key_at(5))["expected_duration"] == 3.0
            assert run_context(connection, made.key_at(3))["expected_duration"] == 2.0

    def test_time_between_generations_is_no_time_that_a_run_takes(self, database: Database) -> None:
        write(database, over(0, 90, idle=80_000_000, generation=2), made.run(made.key_at(5)))
        with database.read() as connection:
            context = run_context(connection, made.key_at(5))
        assert context["expected_duration"] == context["recent"][0]["duration"] == 10.0

    def test_runs_that_do_less_don_t_count_for_the_expected_duration(self, database: Database) -> None:
        write(database, over(0, 4), over(1, 6), over(2, 0.5, type="incremental"), made.run(made.key_at(5)))
        write(database, made.run(made.key_at(6), type="incremental"), made.run(made.key_at(7), type="replay"))
        with database.read() as connection:
            expected = [run_context(connection, made.key_at(at))["expected_duration"] for at in (5, 6, 7)]
        assert expected == [5.0, 0.5, 5.0]

    def test_a_run_that_is_not_there(self, database: Database) -> None:
        with pytest.raises(NotFound), database.read() as connection:
            run_context(connection, made.KEY)


class TestEvents:
    @pytest.fixture
    def history(self, database: Database) -> Database:
        tasks = [made.task_run(0, task="a"), made.task_run(1, task="b", map_index=0, label="x"),
                 made.task_run(2, task="b", map_index=1, label="y")]  # fmt: skip
        with database.write() as connection:
            apply(connection, Commit(new_runs=[made.run()], new_task_runs=tasks))
            apply(connection, made.first_commit(key=made.key_at(1)))
            events = [("run.running", None, None), ("task_run.queued", 0, None), ("task_run.running", 1, 1)]
            rows = [NewEvent(made.KEY, seq, n, made.AT, kind, None) for kind, seq, n in events]
            rows.append(NewEvent(made.KEY, 2, 2, made.AT + 1, "task_run.failed", '{"reason": "é"}'))
            apply(connection, Commit(events=rows))
        return database

    def test_the_history_of_a_run_in_pages(self, history: Database) -> None:
        with history.read() as connection:
            first = list_events(connection, made.KEY, limit=3)
            second = list_events(connection, made.KEY, limit=3, cursor=first.next_cursor)
        for page in (first, second):
            assert_wire(EventPage, {"items": page.items, "next_cursor": page.next_cursor})
        kinds = [event["kind"] for event in first.items + second.items]
        assert kinds == ["run.running", "task_run.queued", "task_run.running", "task_run.failed"]
        assert second.next_cursor is None
        (last,) = second.items
        del last["id"]
        assert last == {
            "at": "2013-01-01T00:00:00.000001Z", "kind": "task_run.failed", "task": "b", "map_index": 1, "label": "y",
            "attempt": 2, "data": {"reason": "é"},
        }  # fmt: skip

    def test_of_one_task_or_item(self, history: Database) -> None:
        with history.read() as connection:
            kinds = [
                [event["kind"] for event in list_events(connection, made.KEY, task=task, map_index=item).items]
                for task, item in [("", None), ("a", None), ("b", None), ("b", 0), ("b", 9), ("c", None)]
            ]
        assert kinds == [
            ["run.running"], ["task_run.queued"], ["task_run.running", "task_run.failed"], ["task_run.running"], [], [],
        ]  # fmt: skip

    @pytest.mark.parametrize("how", [{"limit": 0}, {"limit": 1001}, {"cursor": "x"}, {"cursor": "²"}, {"cursor": "-1"},
                                     {"cursor": "9" * 30}])  # fmt: skip
    def test_pages_that_can_not_be_had(self, history: Database, how: dict[str, int]) -> None:
        with pytest.raises(UsageError), history.read() as connection:
            list_events(connection, made.KEY, **how)  # type: ignore[arg-type]


def test_json_of_events_is_handed_on(database: Database) -> None:
    data = {"items": 3, "deep": [1, {"a": None}]}
    with database.write() as connection:
        apply(connection, made.first_commit())
        apply(connection, Commit(events=[NewEvent(made.KEY, None, None, made.AT, "x", json.dumps(data))]))
    with database.read() as connection:
        assert list_events(connection, made.KEY).items[-1]["data"] == data
