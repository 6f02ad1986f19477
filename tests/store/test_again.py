"""Runs that begin again: who may begin them, what waits for that, and what a replay is made of."""

from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from penstock.errors import NotFound, ParameterError, TransitionError
from penstock.model import ids
from penstock.model.spec import ParamSpec, PipelineSpec, TaskSpec, to_json
from penstock.store import chosen_states, commands, instances, outputs, ownership, recovery, replays, requests
from penstock.store.check import check
from penstock.store.database import Database, open_database
from penstock.store.documents import run_document
from penstock.store.rows import Commit, NewVersion, RunParams
from penstock.store.write import apply
from tests.postgres import empty
from tests.store import made

NOW = made.START
SPEC = PipelineSpec(
    "flights",
    tasks={"a": TaskSpec("a", outputs=("a",)), "tidy": TaskSpec("tidy", role="finally")},
    params={"year": ParamSpec("year", "int", default=1), "month": ParamSpec("month", "int", default=2)},
)
OTHER = PipelineSpec("flights", tasks={"b": TaskSpec("b", outputs=("b",))}, params={"month": SPEC.params["month"]})
#: Does a session wait for a lock of another, by the number of its process?
WAITS = "SELECT 1 FROM pg_stat_activity WHERE %s = ANY(pg_blocking_pids(pid))"


def write(database: Database, commit: Commit) -> None:
    with database.write() as connection:
        apply(connection, commit)


def define(database: Database, spec: PipelineSpec, at: int) -> str:
    write(database, Commit(versions=[NewVersion("default", spec.name, spec.version, json.dumps(to_json(spec)), at)]))
    return spec.version


def over(database: Database, **facts: object) -> None:
    write(database, made.first_commit(state="failed", ended_at=made.AT, **facts))


def register(database: Database, kind: str = "engine") -> int:
    with database.write() as connection:
        return instances.register(connection, kind, NOW)


class TestReclaim:
    def test_a_run_that_is_over_gets_an_owner_and_an_epoch(self, database: Database) -> None:
        over(database)
        owner = register(database)
        with database.write() as connection:
            assert ownership.reclaim(connection, made.KEY, owner, 1) == 2
            assert ownership.owner_of(connection, made.KEY) == owner
            assert ownership.owner_of(connection, 5) is None

    def test_one_that_is_not_over_or_has_changed_does_not(self, database: Database) -> None:
        over(database)
        write(database, made.first_commit(key=made.key_at(1)))
        owner = register(database)
        with database.write() as connection:
            assert ownership.reclaim(connection, made.KEY, owner, 2) is None
            assert ownership.reclaim(connection, made.key_at(1), owner, 1) is None

    @pytest.mark.parametrize("kind", ["engine", "terminal"])
    def test_of_many_who_begin_it_again_one_does(self, database: Database, kind: str) -> None:
        over(database)
        owners = [register(database, kind) for _ in range(4)]
        start, epochs = threading.Barrier(len(owners)), []

        def contend(owner: int) -> None:
            start.wait(20)
            with database.write() as connection:
                epochs.append(ownership.reclaim(connection, made.KEY, owner, 1))

        threads = [threading.Thread(target=contend, args=(owner,)) for owner in owners]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(20)
        assert [epoch for epoch in epochs if epoch is not None] == [2]

    def test_a_terminal_that_only_had_it_keeps_nobody_from_it(self, database: Database) -> None:
        first, second = register(database, "terminal"), register(database, "terminal")
        over(database, owner=first)
        with database.write() as connection:
            assert ownership.reclaim(connection, made.KEY, second, 1) == 2
            assert ownership.is_beginning(connection, made.KEY)
            assert ownership.reclaim(connection, made.KEY, first, 1) is None
        fence = made.fence(owner=second, epoch=2)
        # It ran again, and is over.
        write(database, Commit(fences=[fence], run_updates=[made.run_update(state="failed", ended_at=made.AT)]))
        with database.write() as connection:
            assert not ownership.is_beginning(connection, made.KEY)
            assert ownership.reclaim(connection, made.KEY, first, 2) == 3

    def test_nobody_sets_its_state_meanwhile(self, database: Database) -> None:
        over(database)
        first = register(database, "terminal")
        choice = chosen_states.Choice(None, None, "succeeded")
        with database.write() as connection:
            ownership.reclaim(connection, made.KEY, first, 1)
            with pytest.raises(TransitionError, match="about to be tried again"):
                chosen_states.set_state(connection, made.KEY, choice, NOW, None)
            instances.gone(connection, first, NOW)
            assert chosen_states.set_state(connection, made.KEY, choice, NOW, None)

    def test_who_waited_while_another_engine_took_it_does_not_begin_it(self, postgres_schema: str) -> None:
        empty(postgres_schema)
        database = open_database(postgres_schema)
        over(database)
        first, second = register(database), register(database)

        def begin() -> int | None:
            with database.write() as connection:
                return ownership.reclaim(connection, made.KEY, second, 1)

        with ThreadPoolExecutor(1) as pool:
            with database.write() as connection:
                assert ownership.reclaim(connection, made.KEY, first, 1) == 2
                (me,) = connection.one("SELECT pg_backend_pid()") or (None,)
                late = pool.submit(begin)
                with psycopg.connect(postgres_schema, autocommit=True) as other:
                    while not other.execute(WAITS, (me,)).fetchone():
                        assert not late.done()
            assert late.result(60) is None
        database.close()

    def test_who_is_gone_keeps_nobody_from_it(self, database: Database) -> None:
        over(database)
        first, second = register(database), register(database)
        with database.write() as connection:
            assert ownership.reclaim(connection, made.KEY, first, 1) == 2
            assert ownership.reclaim(connection, made.KEY, second, 1) is None
            assert ownership.reclaim(connection, made.KEY, first, 1) == 3
            instances.gone(connection, first, NOW)
            assert ownership.reclaim(connection, made.KEY, second, 1) == 4


def test_wishes_for_anyone_what_is_over_wait_for_any_engine(database: Database) -> None:
    over(database, owner=1)
    write(database, made.first_commit(key=made.key_at(1), owner=1))
    with database.write() as connection:
        again = commands.add(connection, made.KEY, "retry", {"task": "a"}, NOW, by="ann")
        cancel = commands.add(connection, made.KEY, "cancel", {}, NOW)
        early = commands.add(connection, made.key_at(1), "retry", {}, NOW)
    with database.read() as connection:
        assert [(one.id, one.by) for one in commands.for_anyone(connection, 1)] == [(again, "ann")]
        assert [one.id for one in commands.waiting(connection, 1)] == [cancel, early]
        assert commands.for_anyone(connection, 1, limit=0) == []


def test_of_a_run_that_another_engine_has_it_alone_obeys(database: Database) -> None:
    ours, other = register(database), register(database)
    over(database, owner=other)
    with database.write() as connection:
        again = commands.add(connection, made.KEY, "retry", {}, NOW)
        assert commands.for_anyone(connection, ours) == []
        assert [one.id for one in commands.for_anyone(connection, other)] == [again]
        instances.gone(connection, other, NOW)
        assert [one.id for one in commands.for_anyone(connection, ours)] == [again]


def test_runs_of_engines_wait_for_the_next_and_those_of_terminals_do_not(database: Database) -> None:
    engine, terminal = register(database), register(database, "terminal")
    for at, owner in enumerate((engine, terminal, None)):
        write(database, made.first_commit(key=made.key_at(at), owner=owner))
    with database.write() as connection:
        for owner in (engine, terminal):
            instances.gone(connection, owner, NOW)
        assert recovery.orphans(connection, 0.0, of_engines=True) == [made.key_at(0)]
        assert recovery.orphans(connection, 0.0, of_engines=False) == [made.key_at(1), made.key_at(2)]
        assert recovery.anything_abandoned(connection, NOW)
        connection.run("UPDATE run SET state = 'failed', ended_at = 1 WHERE key <> ?", (made.key_at(0),))
        assert not recovery.anything_abandoned(connection, NOW), "the next engine sees to it"
        found = instances.find(connection, engine)
        assert found is not None
        assert (found.kind, found.gone_at) == ("engine", made.AT)
        assert instances.find(connection, 999) is None


def test_params_of_a_run_can_be_changed_in_a_commit(database: Database) -> None:
    over(database)
    write(database, Commit(run_params=[RunParams('{"year": 2014}', made.KEY)]))
    with database.read() as connection:
        assert run_document(connection, made.KEY)["params"] == {"year": 2014}


def test_items_that_a_fan_out_has_no_more_are_history(database: Database) -> None:
    items = [made.task_run(1 + at, task="each", map_index=at, state="succeeded", ended_at=made.AT) for at in range(3)]
    again = [
        made.task_run(4, task="each", generation=2, items=1, state="succeeded", ended_at=made.AT),
        made.task_run(5, task="each", map_index=0, generation=2, state="succeeded", ended_at=made.AT),
    ]
    first = made.task_run(0, task="each", items=3, state="failed", ended_at=made.AT)
    spec = {"tasks": {"each": {"outputs": ["each"]}}}
    write(database, Commit(
        versions=[made.version(spec)], new_runs=[made.run()], new_task_runs=[first, *items, *again],
        artifacts=[made.artifact(seq, dataset="each", inline=str(seq)) for seq in (1, 2, 3, 5)],
    ))  # fmt: skip
    with database.read() as connection:
        tasks = run_document(connection, made.KEY)["tasks"]
        assert [(one["map_index"], one["generation"]) for one in tasks] == [(0, 2)]
        assert [(one.map_index, one.inline) for one in outputs.artifacts_of(connection, made.KEY)] == [(0, "5")]
        assert [ref[1] for ref in outputs.references(connection, made.KEY)["each"]["list"]] == ["5"]


class TestReplays:
    def test_it_asks_for_the_same_again(self, database: Database) -> None:
        version = define(database, SPEC, made.AT)
        define(database, OTHER, made.AT + 1)
        selection = '{"to": ["a"], "from_run": ["0000000000001"]}'
        write(database, Commit(
            new_runs=[made.run(version=version, selection=selection, tags='["t"]', owner=None)],
            labels=[(made.KEY, "k", "v")],
        ))  # fmt: skip
        with database.write() as connection:
            wanted = replays.wanted(connection, made.KEY, "a", texts={"month": "7"})
            key = ids.new_key(NOW)
            assert replays.ask_for_replay(connection, wanted, NOW, key=key) == ids.run_id(key)
            asked = requests.requested(connection, key)
        assert asked == replays.as_asked(wanted, key, NOW), "who plans it first plans the same"
        assert asked is not None
        assert (asked.version, asked.type, asked.params, asked.labels, asked.tags) == (
            version, "replay", {"year": 2013, "month": 7}, {"k": "v"}, ["t"],
        )  # fmt: skip
        assert (asked.selection, asked.from_run) == ({"to": ["a"]}, "0000000000001")
        assert (asked.replay_of, asked.replay_from) == (ids.run_id(made.KEY), "a")
        assert check(database) == []

    def test_of_the_latest_version_it_takes_what_that_has(self, database: Database) -> None:
        version = define(database, SPEC, made.AT)
        latest = define(database, OTHER, made.AT + 1)
        write(database, Commit(new_runs=[made.run(version=version, params='{"year": 2013, "month": 3}')]))
        with database.read() as connection:
            wanted = replays.wanted(connection, made.KEY, "b", latest=True)
            with pytest.raises(NotFound, match="no task 'a'"):
                replays.wanted(connection, made.KEY, "a", latest=True)
            with pytest.raises(ParameterError, match="no parameter 'year'"):
                replays.wanted(connection, made.KEY, given={"year": 1}, latest=True)
        assert (wanted.version, wanted.params) == (latest, {"month": 3})

    def test_clean_up_and_runs_of_others_are_nothing_to_begin_with(self, database: Database) -> None:
        version = define(database, SPEC, made.AT)
        write(database, Commit(new_runs=[made.run(version=version)]))
        facts = '{"recorded_by": "penstock-kedro"}'
        write(database, Commit(new_runs=[made.run(made.key_at(1), version=version, facts=facts)]))
        with database.read() as connection:
            with pytest.raises(NotFound, match="no task 'tidy' to replay from"):
                replays.wanted(connection, made.KEY, "tidy")
            with pytest.raises(TransitionError, match="only recorded"):
                replays.wanted(connection, made.key_at(1))
