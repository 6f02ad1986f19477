"""Slots of limits against a model of a few lines, on both kinds of databases; and by many at the same time."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from penstock.errors import StaleWrite
from penstock.store import instances, slots
from penstock.store.check import check
from penstock.store.connection import Connection
from penstock.store.database import Database
from penstock.store.rows import Commit
from penstock.store.slots import Holder, Want
from penstock.store.write import apply
from tests.store import made

KEYS = [made.key_at(second) for second in range(6)]
NAMES = ("pipeline:default/a", "tag:x", "tag:y")
NOW = made.START + 100


class _Undo(Exception):
    pass


@contextmanager
def undone(database: Database) -> Iterator[Connection]:
    """A transaction of which nothing stays, with runs that an engine has which lives."""
    try:
        with database.write() as connection:
            owner = instances.register(connection, "engine", NOW)
            apply(connection, Commit(versions=[made.version()], new_runs=[made.run(key, owner=owner) for key in KEYS]))
            yield connection
            raise _Undo
    except _Undo:
        pass


class Model:
    """Who holds and who waits, by limit."""

    def __init__(self) -> None:
        self.held: dict[str, set[int]] = {name: set() for name in NAMES}
        self.past: dict[str, set[int]] = {name: set() for name in NAMES}
        self.queue: dict[str, set[int]] = {name: set() for name in NAMES}

    def take(self, key: int, wants: list[Want]) -> str | None:
        """The limit that is full, as the store must tell it."""
        forced = any(key in past for past in self.past.values())
        for want in sorted(wants):
            held, queue = self.held[want.name], self.queue[want.name]
            if key in held or key in self.past[want.name]:
                continue
            ahead = sum(1 for other in queue if other < key)
            if forced:
                self.past[want.name].add(key)
            elif ahead >= want.most - len(held):
                return want.name
            else:
                held.add(key)
            queue.discard(key)
        names = {want.name for want in wants}
        for name in set(NAMES) - names:
            for group in (self.held, self.past, self.queue):
                group[name].discard(key)
        return None

    def release(self, key: int) -> None:
        for group in (self.held, self.past, self.queue):
            for name in NAMES:
                group[name].discard(key)

    def force(self, key: int) -> bool:
        waits = [name for name in NAMES if key in self.queue[name]]
        for name in waits:
            self.queue[name].discard(key)
            self.past[name].add(key)
        return bool(waits)


steps = st.lists(
    st.tuples(
        st.sampled_from(["take", "take", "take", "release", "force"]),
        st.sampled_from(KEYS),
        st.lists(st.sampled_from(NAMES), unique=True, min_size=1),
        st.integers(1, 3),
    ),
    max_size=30,
)


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None, max_examples=40
)
@given(steps=steps)
def test_slots_are_as_in_a_model(database: Database, steps: list[tuple[str, int, list[str], int]]) -> None:
    """Limits are lowered and raised between the steps: each taker brings its own `most`."""
    with undone(database) as connection:
        model = Model()
        for word, key, names, most in steps:
            if word == "take":
                wants = [Want(name, most) for name in names]
                before = {name: len(model.held[name]) for name in NAMES}
                full = slots.take(connection, Holder(key), wants, made.START + KEYS.index(key), NOW)
                assert (full and full.want.name) == model.take(key, wants)
                if full is not None:
                    assert set(full.held) == model.held[full.want.name]
                    fresh = slots.wait(connection, Holder(key), full.want.name, made.START + KEYS.index(key))
                    assert fresh == (key not in model.queue[full.want.name])
                    model.queue[full.want.name].add(key)
                assert all(len(model.held[name]) <= max(most, before[name]) for name in NAMES)
            elif word == "force":
                assert slots.force(connection, key) == model.force(key)
            else:
                slots.release(connection, key)
                model.release(key)
            rows = connection.all("SELECT name, run_key, place FROM slot")
            assert {(name, key) for name, key, place in rows if place is None} == _pairs(model.queue)
            assert {(name, key) for name, key, place in rows if place is not None and place < 0} == _pairs(model.past)
            assert {(name, key) for name, key, place in rows if place is not None and place >= 0} == _pairs(model.held)
        for name in slots.known(connection):
            turn = slots.next_runs(connection, name, 2, _owner(connection))
            held, queue = model.held[name], sorted(model.queue[name])
            assert turn == queue[: max(0, 2 - len(held))]


def _pairs(group: dict[str, set[int]]) -> set[tuple[str, int]]:
    return {(name, key) for name, keys in group.items() for key in keys}


def _owner(connection: Connection) -> int:
    return instances.known(connection)[0].id


def test_a_place_is_held_once_whatever_anybody_believes(database: Database) -> None:
    row = "INSERT INTO slot (name, run_key, seq, n, place, since) VALUES ('tag:x', ?, -1, 0, 0, 0)"
    with database.write() as connection:
        connection.run(row, (1,))
    with pytest.raises(StaleWrite), database.write() as connection:
        connection.run(row, (2,))


def test_many_at_the_same_time_never_pass_a_limit(database: Database) -> None:
    """Each takes, looks how many hold it, and gives back, in transactions of its own."""
    keys = [made.key_at(second) for second in range(24)]
    with database.write() as connection:
        owner = instances.register(connection, "engine", NOW)
        apply(connection, Commit(versions=[made.version()], new_runs=[made.run(key, owner=owner) for key in keys]))
    done: list[int] = []
    # Two meet inside, or nobody goes on: the limit lets two in.
    meeting = threading.Barrier(2, timeout=60)

    def go(key: int) -> None:
        while not _has_taken(database, key):
            pass
        with database.read() as connection:
            row = connection.one("SELECT count(*) FROM slot WHERE place >= 0")
        assert row is not None
        assert row[0] <= 2
        meeting.wait()
        with database.write() as connection:
            slots.release(connection, key)
        done.append(key)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(go, keys))
    assert sorted(done) == keys
    assert check(database) == []


def _has_taken(database: Database, key: int) -> bool:
    with database.write() as connection:
        full = slots.take(connection, Holder(key), [Want("tag:x", 2)], made.START, NOW)
        if full is not None:
            slots.wait(connection, Holder(key), "tag:x", made.START)
        return full is None


def test_who_is_silent_gives_its_turn_away(database: Database) -> None:
    with undone(database) as connection:
        silent = instances.register(connection, "terminal", NOW)
        connection.run("UPDATE instance SET beat_at = beat_at - 60000000 WHERE id = ?", (silent,))
        connection.run("UPDATE run SET owner = ? WHERE key = ?", (silent, KEYS[1]))
        want = [Want("tag:x", 1)]
        assert slots.take(connection, Holder(KEYS[0]), want, made.START, NOW) is None
        for key in KEYS[1:3]:
            assert slots.take(connection, Holder(key), want, made.START, NOW) is not None
            slots.wait(connection, Holder(key), "tag:x", made.START)
        slots.release(connection, KEYS[0])
        assert slots.take(connection, Holder(KEYS[2]), want, made.START, NOW) is None


def test_runs_that_wait_for_an_engine_keep_nobody_waiting_where_there_is_none(database: Database) -> None:
    with undone(database) as connection:
        terminal = instances.register(connection, "terminal", NOW)
        connection.run("UPDATE run SET owner = NULL, epoch = 0, state = 'queued' WHERE key = ?", (KEYS[0],))
        connection.run("UPDATE run SET owner = ? WHERE key = ?", (terminal, KEYS[1]))
        slots.wait(connection, Holder(KEYS[0]), "tag:x", made.START)
        want = [Want("tag:x", 1)]
        assert slots.take(connection, Holder(KEYS[1]), want, made.START, NOW) is not None
        instances.gone(connection, _owner(connection), NOW)
        assert slots.take(connection, Holder(KEYS[1]), want, made.START, NOW) is None


def test_what_is_left_of_runs_that_are_over_is_found_and_given_back(database: Database) -> None:
    with database.write() as connection:
        apply(connection, Commit(
            versions=[made.version()], new_runs=[made.run(KEYS[0], state="succeeded", ended_at=made.AT)],
        ))  # fmt: skip
        for key in KEYS[:2]:
            slots.wait(connection, Holder(key), "tag:x", made.START)
    assert {problem.law for problem in check(database)} == {
        "every slot belongs to a run", "a run that is over holds no slot",
    }  # fmt: skip
    with database.write() as connection:
        assert slots.release_lost(connection) == 2
    assert check(database) == []


def test_a_run_that_was_not_begun_waits_again_at_its_place(database: Database) -> None:
    with undone(database) as connection:
        wants = [Want("pipeline:default/a", 1), Want("tag:x", 1)]
        assert slots.take(connection, Holder(KEYS[0]), wants, made.START, NOW) is None
        slots.wait_again(connection, KEYS[0])
        assert slots.of_run(connection, KEYS[0]) == {"pipeline:default/a": 0, "tag:x": None}
        assert slots.take(connection, Holder(KEYS[1]), wants[1:], made.START + 1, NOW) is not None
        assert slots.take(connection, Holder(KEYS[0]), wants, NOW, NOW) is None


def test_slots_of_attempts_go_with_them(database: Database) -> None:
    with undone(database) as connection:
        for n in (1, 2):
            assert slots.take(connection, Holder(KEYS[0], 3, n), [Want("pool:db", 2)], NOW, NOW) is None
        slots.keep_attempts(connection, KEYS[0], [(3, 2)])
        assert connection.all("SELECT seq, n FROM slot") == [(3, 2)]
        assert slots.known(connection) == []
