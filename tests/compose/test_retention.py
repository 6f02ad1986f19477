"""Runs that are kept no longer, on both stores, against the rules as a person would apply them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from penstock.compose import retention
from penstock.model.ids import run_id
from penstock.model.retention import Kept, Rule, decide
from penstock.model.states import RUN_STATES, TERMINAL_RUN
from penstock.store import deletion, idempotency, instances, sessions
from penstock.store import retention as rows
from penstock.store.check import check
from penstock.store.database import Database
from penstock.store.rows import Commit, NewEvent
from penstock.store.runs import list_runs
from penstock.store.write import apply
from tests.postgres import postgres_schema, postgres_server  # noqa: F401  fixtures
from tests.store import made
from tests.store.conftest import database, url  # noqa: F401  fixtures

NOW = made.START + 10_000
_numbers = count()


def go_on(_: float) -> bool:
    return True


def record(store: Database, name: str, state: str, ended: float, size: int) -> Kept:
    """A run, and how retention sees it."""
    key = made.key_at(next(_numbers) / 100)
    at = int((made.START + ended) * 1_000_000) if state in TERMINAL_RUN else None
    with store.write() as connection:
        apply(
            connection,
            Commit(
                new_runs=[made.run(key, pipeline=name, state=state, ended_at=at, bytes=size)], versions=[version(name)]
            ),
        )
    return Kept(key, "default", name, state, None if at is None else made.START + ended, size)


def version(name: str) -> made.NewVersion:
    return made.version()._replace(pipeline=name)


def left(store: Database) -> set[str]:
    with store.read() as connection:
        return {run["id"] for run in list_runs(connection, limit=500).items}


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(
    history=st.lists(
        st.tuples(st.sampled_from(["a", "b"]), st.sampled_from(RUN_STATES), st.integers(0, 9000), st.integers(0, 100)),
        max_size=12,
    ),
    rules=st.lists(
        st.builds(
            Rule,
            pipeline=st.none() | st.just("a"),
            keep=st.none() | st.integers(1000, 9000).map(float),
            runs=st.none() | st.integers(0, 4),
            bytes=st.none() | st.integers(0, 300),
        ),
        max_size=2,
    ),
    page=st.integers(1, 5),
)
def test_what_goes_is_what_the_rules_say_of_all_runs(
    database: Database,  # noqa: F811
    history: list[tuple[str, str, int, int]],
    rules: list[Rule],
    page: int,
) -> None:
    with database.write() as connection:
        connection.run("DELETE FROM run")
    known = [record(database, *facts) for facts in history]
    expected = {run.key for run in decide(reversed(known), rules, NOW)}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rows, "PAGE", page)
        patch.setattr(rows.kept_runs, "__defaults__", (2**63 - 1, page))
        patch.setattr(retention, "TOGETHER", page)
        told = retention.summary(retention.due(database, rules, NOW, go_on))
        gone = retention.prune(database, retention.due(database, rules, NOW, go_on), NOW, go_on)
    assert told == gone
    assert sum(one.runs for one in gone) == len(expected)
    assert sum(one.bytes for one in gone) == sum(run.bytes for run in known if run.key in expected)
    assert left(database) == {run_id(run.key) for run in known if run.key not in expected}
    with database.read() as connection:
        assert set(deletion.unfinished(connection)) >= expected


def test_it_stops_when_told_to_and_goes_on_the_next_time(
    database: Database,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(retention, "TOGETHER", 2)
    for at in range(5):
        record(database, "a", "failed", at, 1)
    rules = [Rule(keep=60.0)]
    answers: Iterator[bool] = iter([True, False])
    gone = retention.prune(database, retention.due(database, rules, NOW, go_on), NOW, lambda _: next(answers))
    assert [(one.pipeline, one.runs) for one in gone] == [("a", 4)]
    assert len(left(database)) == 1
    retention.prune(database, retention.due(database, rules, NOW, go_on), NOW, go_on)
    assert left(database) == set()


def test_what_others_read_stays_for_now(database: Database) -> None:  # noqa: F811
    source = record(database, "a", "failed", 1, 1)
    key = made.key_at(next(_numbers) / 100)
    with database.write() as connection:
        selection = f'{{"from_run": ["{run_id(source.key)}"]}}'
        apply(connection, Commit(new_runs=[made.run(key, selection=selection)], versions=[made.version()]))
    assert retention.prune(database, retention.due(database, [Rule(runs=0)], NOW, go_on), NOW, go_on) == []
    assert left(database) == {run_id(source.key), run_id(key)}


def test_what_serves_nobody_any_more_is_forgotten(database: Database) -> None:  # noqa: F811
    process = instances.this_process()
    with database.write() as connection:
        old = instances.register(connection, "engine", made.START, process)
        owner = instances.register(connection, "engine", made.START, process)
        apply(connection, Commit(versions=[made.version()], new_runs=[made.run(owner=owner)]))
        for instance in (old, owner):
            instances.gone(connection, instance, made.START)
        instances.register(connection, "engine", NOW, process)
        idempotency.begin(connection, "key", "route", "digest", made.START)
        sessions.create_session(connection, made.START, lifetime=60)
        kept = sessions.create_session(connection, NOW + rows.PROCESSES)
        sessions.create_code(connection, made.START)
        at = made.AT
        apply(connection, Commit(events=[NewEvent(0, None, None, at, "definitions.changed", None)]))
        assert rows.forget_spent(connection, made.START + 60) == 0
        assert rows.forget_spent(connection, NOW + rows.PROCESSES) == 4
        # The owner of a run that is not over, and the one that lives.
        assert [row[0] for row in connection.all("SELECT id FROM instance ORDER BY id")] == [owner, owner + 1]
        assert sessions.is_session(connection, kept, NOW + rows.PROCESSES)
    assert check(database) == []


def test_old_versions_that_no_run_needs_go(
    database: Database,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def of(pipeline: str, name: str, ago: float) -> made.NewVersion:
        return made.version(name=name)._replace(pipeline=pipeline, created_at=int((NOW - ago) * 1_000_000))

    monkeypatch.setattr(rows.versions_of_runs, "__defaults__", (0, 2))
    monkeypatch.setattr(rows, "PAGE", 2)
    versions = [of("a", "old", 500), of("a", "used", 500), of("a", "new", 50), of("a", "latest", 500)]
    others = [of("b", "kept", 500), of("b", "latest", 500)]
    runs = [made.run(made.key_at(at), pipeline="a", version="latest" if at else "used", owner=None)
            for at in range(5)]  # fmt: skip
    with database.write() as connection:
        apply(connection, Commit(new_runs=runs, versions=[*versions, *others]))
    rules = [Rule(pipeline="b"), Rule(states=frozenset({"failed"}), keep=10.0), Rule(keep=100.0)]
    assert retention.prune_versions(database, [], NOW, go_on) == 0
    assert retention.prune_versions(database, rules, NOW, lambda _: False) == 0
    assert retention.prune_versions(database, rules, NOW, go_on) == 1
    with database.read() as connection:
        left_over = connection.all("SELECT version FROM pipeline_version ORDER BY pipeline, version")
    assert [row[0] for row in left_over] == ["latest", "new", "used", "kept", "latest"]
    assert check(database) == []


def test_a_version_that_comes_into_use_meanwhile_stays(database: Database) -> None:  # noqa: F811
    with database.write() as connection:
        apply(connection, Commit(versions=[made.version(name="old"), made.version(name="latest")]))
        (old,) = rows.old_versions(connection)
        apply(connection, Commit(new_runs=[made.run(version="old")]))
        assert rows.forget_version(connection, old, made.KEY - 1) == 0
        assert rows.forget_version(connection, old, made.KEY) == 1
        connection.run("DELETE FROM run")
        connection.run("UPDATE pipeline SET version = 'old'")
        apply(connection, Commit(versions=[made.version(name="old")]))
        assert rows.forget_version(connection, old, made.KEY) == 0
