"""Who owns a run, who may take it over, and what the new owner finds."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from typing import Any

import pytest

from penstock.errors import Fenced
from penstock.store import commands, instances, ownership, recovery
from penstock.store.database import Database, open_database
from penstock.store.instances import Instance, Process
from penstock.store.rows import Commit, NewTimer
from penstock.store.write import apply
from tests.postgres import empty
from tests.store import made

NOW = made.START
ELSEWHERE = Process("far-away", "another-boot/pid:[1]", 12, 34)


def register(database: Database, process: Process | None = None, at: float = NOW) -> int:
    with database.write() as connection:
        return instances.register(connection, "engine", at, process)


def write(database: Database, commit: Commit) -> None:
    with database.write() as connection:
        apply(connection, commit)


def silent_for(database: Database, instance: int, seconds: float) -> None:
    with database.write() as connection:
        back = int(seconds * 1_000_000)
        connection.run("UPDATE instance SET beat_at = beat_at - ? WHERE id = ?", (back, instance))


def claim(database: Database, owner: int, expired_before: float = NOW - 15) -> int | None:
    with database.write() as connection:
        return ownership.claim(connection, made.KEY, owner, expired_before)


def orphans(database: Database, expired_before: float = NOW - 15) -> list[int]:
    with database.read() as connection:
        return recovery.orphans(connection, expired_before)


class TestInstances:
    def test_a_process_registers_beats_and_goes(self, database: Database) -> None:
        first, second = register(database), register(database)
        assert second > first
        with database.write() as connection:
            assert instances.beat(connection, first, NOW + 3)
            known = instances.known(connection)
            assert [(one.id, one.kind) for one in known] == [(first, "engine"), (second, "engine")]
            assert known[0].beat_at > known[1].beat_at
            assert known[0].process == instances.this_process()
            instances.gone(connection, first, NOW + 4)
            assert not instances.beat(connection, first, NOW + 5)
            assert [one.id for one in instances.known(connection)] == [second]

    def test_a_process_of_this_machine_is_dead_when_it_is_not_there(self) -> None:
        here = instances.this_process()
        child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
        there = here._replace(pid=child.pid, pid_started=instances.started(child.pid))
        alive = Instance(1, "terminal", there, made.AT, made.AT, None, None)
        assert not instances.is_dead(alive, NOW + 1000), "silence does not matter where the process can be seen"
        reused = alive._replace(process=there._replace(pid_started=1))
        assert instances.is_dead(reused, NOW)
        child.kill()
        # A killed child that nobody waited for is a zombie until then: it runs nothing.
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
        assert instances.is_dead(alive, NOW)
        child.communicate()
        assert instances.is_dead(alive, NOW)

    @pytest.mark.parametrize("change", [{"host": "far-away"}, {"boot_id": "b/pid:[2]"}, {"pid_started": None}])
    def test_a_process_that_can_not_be_seen_is_judged_by_its_silence(self, change: dict[str, Any]) -> None:
        process = instances.this_process()._replace(pid=2**22 - 1)._replace(**change)
        silent = Instance(1, "engine", process, made.AT, made.AT, None, None)
        assert not instances.is_dead(silent, NOW + 14.9)
        assert instances.is_dead(silent, NOW + 15.1)

    def test_the_dead_are_retired(self, database: Database) -> None:
        living, silent = register(database), register(database, ELSEWHERE)
        silent_for(database, living, 100)
        silent_for(database, silent, 100)
        with database.write() as connection:
            assert [one.id for one in instances.retire_dead(connection, NOW)] == [silent]
            assert [one.id for one in instances.known(connection)] == [living]
            assert instances.retire_dead(connection, NOW) == []

    def test_the_clocks_of_machines_may_differ(self, postgres_schema: str) -> None:
        empty(postgres_schema)
        database = open_database(postgres_schema)
        far = register(database, ELSEWHERE)
        with database.write() as connection:
            assert instances.retire_dead(connection, NOW + 3600) == []
            assert instances.beat(connection, far, NOW - 3600)
            assert [one.id for one in instances.living(connection, NOW + 3600, "engine")] == [far]
        database.close()


class TestClaims:
    def test_a_run_with_a_living_owner_is_nobody_elses(self, database: Database) -> None:
        owner, other = register(database), register(database)
        write(database, made.first_commit(owner=owner))
        assert orphans(database) == []
        assert claim(database, other) is None

    @pytest.mark.parametrize("how", ["gone", "silent", "none", "unknown"])
    def test_a_run_without_a_living_owner_is_taken_over(self, database: Database, how: str) -> None:
        owner, other = register(database), register(database)
        owners = {"none": None, "unknown": 999}
        write(database, made.first_commit(owner=owners.get(how, owner)))
        with database.write() as connection:
            heard = instances.clock(connection, NOW)
            if how == "gone":
                instances.gone(connection, owner, NOW)
        if how == "silent":
            silent_for(database, owner, 100)
        since = heard - 15
        assert orphans(database, since) == [made.KEY]
        assert claim(database, other, since) == 2
        assert orphans(database, since) == []
        assert claim(database, other, since) is None
        with pytest.raises(Fenced):
            write(database, Commit(fences=[made.fence(owner=owner)], events=[made.event("late")]))
        write(database, Commit(fences=[made.fence(owner=other, epoch=2)], events=[made.event("mine")]))

    def test_a_run_that_is_over_is_not_taken_over(self, database: Database) -> None:
        write(database, made.first_commit(owner=None, state="succeeded", ended_at=made.AT))
        assert orphans(database) == []
        assert claim(database, register(database)) is None

    def test_of_many_who_claim_at_once_one_wins(self, database: Database) -> None:
        write(database, made.first_commit(owner=None))
        owners = [register(database) for _ in range(8)]
        start, won = threading.Barrier(len(owners)), []

        def contend(owner: int) -> None:
            start.wait(20)
            won.append(claim(database, owner))

        threads = [threading.Thread(target=contend, args=(owner,)) for owner in owners]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(20)
        assert sorted(won, key=str) == [2] + [None] * 7

    def test_of_several_processes_that_claim_at_once_one_wins(self, database: Database, url: str) -> None:
        write(database, made.first_commit(owner=None))
        script = (
            "import sys\nfrom tests.store import made\nfrom penstock.store import instances, ownership\n"
            "from penstock.store.database import open_database\n"
            "database = open_database(sys.argv[1])\nsys.stdin.readline()\n"
            "with database.write() as c:\n    owner = instances.register(c, 'engine', made.START)\n"
            "with database.write() as c:\n    print(ownership.claim(c, made.KEY, owner, made.START - 15))\n"
        )
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
        children = [
            subprocess.Popen([sys.executable, "-c", script, url], stdin=-1, stdout=-1, text=True, env=environment)
            for _ in range(3)
        ]
        for child in children:
            assert child.stdin is not None
            child.stdin.write("go\n")
            child.stdin.flush()
        said = sorted(child.communicate(timeout=60)[0].strip() for child in children)
        assert said == ["2", "None", "None"]

    def test_orphans_come_oldest_first_and_not_all_at_once(self, database: Database) -> None:
        keys = [made.key_at(second) for second in range(5)]
        write(database, Commit(new_runs=[made.run(key, owner=None) for key in reversed(keys)]))
        with database.read() as connection:
            assert recovery.orphans(connection, NOW, limit=3) == keys[:3]


def test_the_new_owner_finds_every_row(database: Database) -> None:
    run, task, timer = made.run(facts="{}"), made.task_run(item='{"x": 1}'), NewTimer(made.KEY, "retry", 0, 5)
    attempts = [made.attempt(n=1, state="failed"), made.attempt(n=2, state="running")]
    artifacts = [made.artifact(dataset="b"), made.artifact(dataset="a", safe=False)]
    write(database, Commit(
        versions=[made.version()], new_runs=[run], labels=[(made.KEY, "k", "v")], new_task_runs=[task],
        new_attempts=attempts, artifacts=artifacts, timers=[timer],
    ))  # fmt: skip
    write(database, made.first_commit(key=made.key_at(9)))
    with database.read() as connection:
        stored = recovery.load_run(connection, made.KEY)
        assert recovery.load_run(connection, 5) is None
    assert stored is not None
    assert stored == recovery.StoredRun(
        run, made.version().spec, {"k": "v"}, [task], attempts, artifacts[::-1], [timer]
    )
    assert all(type(artifact.safe) is bool for artifact in stored.artifacts)


def test_commands_wait_for_the_owner_of_their_run(database: Database) -> None:
    write(database, made.first_commit(owner=1))
    write(database, made.first_commit(key=made.key_at(1), owner=2))
    with database.write() as connection:
        first = commands.add(connection, made.KEY, "cancel", {"why": "é"}, NOW, by="me")
        second = commands.add(connection, made.KEY, "pause", {}, NOW + 1)
        other = commands.add(connection, made.key_at(1), "cancel", {}, NOW)
    with database.write() as connection:
        mine = commands.waiting(connection, owner=1)
        assert [(one.id, one.kind, one.arguments, one.by) for one in mine] == [
            (first, "cancel", {"why": "é"}, "me"), (second, "pause", {}, None),
        ]  # fmt: skip
        assert [one.id for one in commands.waiting(connection, owner=2)] == [other]
        assert commands.settle(connection, first, "applied", {"state": "cancelling"}, NOW + 2)
        assert not commands.settle(connection, first, "refused", None, NOW + 3)
        assert [one.id for one in commands.waiting(connection, owner=1)] == [second]
        settled = commands.find(connection, first)
    assert settled is not None
    assert (settled.state, settled.outcome, settled.applied_at) == (
        "applied",
        {"state": "cancelling"},
        made.AT + 2_000_000,
    )
