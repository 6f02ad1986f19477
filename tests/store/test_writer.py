"""Group commit: what waits becomes durable together, and only the guilty fail."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest

from penstock.errors import Fenced, StaleWrite
from penstock.store.database import Database
from penstock.store.rows import Commit
from penstock.store.writer import Writer
from tests.store import made

#: Seconds after which a test gives up waiting for a signal.
DEADLINE = 20.0


class Gate:
    """A fault hook that counts transactions and holds the writer before it commits, while closed."""

    def __init__(self) -> None:
        self.open = threading.Event()
        self.open.set()
        self.entered = threading.Event()
        self.commits = 0

    def __call__(self, place: str) -> None:
        if place == "before_commit":
            self.entered.set()
            assert self.open.wait(DEADLINE)
        else:
            self.commits += 1


class Answers:
    """What the writer said, by name."""

    def __init__(self) -> None:
        self.said: list[tuple[str, BaseException | None]] = []

    def of(self, name: str) -> Any:
        return lambda error: self.said.append((name, error))


@pytest.fixture
def gate() -> Gate:
    return Gate()


@pytest.fixture
def writer(database: Database, gate: Gate) -> Iterator[Writer]:
    writer = Writer(database, fault=gate)
    yield writer
    gate.open.set()
    writer.close()


def kinds(database: Database) -> list[str]:
    with database.read() as connection:
        return [row[0] for row in connection.all("SELECT kind FROM event ORDER BY id")]


def hold(writer: Writer, gate: Gate) -> None:
    """Keep the writer busy with a first commit, so that what follows waits together."""
    gate.open.clear()
    gate.entered.clear()
    writer.submit(Commit(events=[made.event("first")]), lambda _: None)
    assert gate.entered.wait(DEADLINE)


def test_an_answer_comes_when_the_commit_is_durable(database: Database, writer: Writer) -> None:
    answers, seen = Answers(), []
    writer.submit(made.first_commit(), lambda error: seen.append((error, kinds(database))))
    writer.submit(Commit(fences=[made.fence()], events=[made.event("next")]), answers.of("next"))
    assert writer.flush(DEADLINE)
    assert seen == [(None, ["run.running"])] or seen == [(None, ["run.running", "next"])]
    assert answers.said == [("next", None)]
    assert writer.idle


def test_what_waits_becomes_one_transaction_in_order(database: Database, writer: Writer, gate: Gate) -> None:
    answers = Answers()
    hold(writer, gate)
    assert not writer.idle
    writer.submit(made.first_commit(), answers.of("run"))
    for number in range(5):
        commit = Commit(
            fences=[made.fence()],
            task_run_updates=[made.task_run_update(row_version=number + 2, expected=number + 1)],
            events=[made.event(str(number))],
        )
        writer.submit(commit, answers.of(str(number)))
    gate.open.set()
    assert writer.flush(DEADLINE)
    assert answers.said == [("run", None), *((str(number), None) for number in range(5))]
    assert gate.commits <= 3  # the held one, all that waited, and the one that flush may have come too late for
    assert kinds(database) == ["first", "run.running", "0", "1", "2", "3", "4"]


def test_only_the_guilty_commit_of_a_transaction_fails(database: Database, writer: Writer, gate: Gate) -> None:
    answers = Answers()
    writer.submit(made.first_commit(), answers.of("run"))
    assert writer.flush(DEADLINE)
    hold(writer, gate)
    writer.submit(Commit(fences=[made.fence()], events=[made.event("good")]), answers.of("good"))
    writer.submit(Commit(fences=[made.fence(epoch=9)], events=[made.event("fenced")]), answers.of("fenced"))
    stale = made.task_run_update(expected=5)
    writer.submit(Commit(task_run_updates=[stale], events=[made.event("stale")]), answers.of("stale"))
    writer.submit(Commit(new_task_runs=[made.task_run()], events=[made.event("double")]), answers.of("double"))
    writer.submit(Commit(fences=[made.fence()], events=[made.event("also good")]), answers.of("also good"))
    gate.open.set()
    assert writer.flush(DEADLINE)
    told = {name: type(error) for name, error in answers.said[1:]}
    assert told == {
        "good": type(None), "fenced": Fenced, "stale": StaleWrite, "double": StaleWrite, "also good": type(None)
    }  # fmt: skip
    assert [name for name, _ in answers.said] == ["run", *told]
    assert kinds(database) == ["run.running", "first", "good", "also good"]


def test_text_that_can_not_be_stored_does_not_stop_a_run(database: Database, writer: Writer) -> None:
    answers = Answers()
    strange = made.event("half a pair \udce9")._replace(data='{"message": "\ud800"}')
    writer.submit(Commit(events=[strange], labels=[(made.KEY, "k", "\udcff")]), answers.of("surrogates"))
    writer.submit(Commit(events=[made.event("nul \x00 and \udc80")]), answers.of("nul"))
    assert writer.flush(DEADLINE)
    assert answers.said == [("surrogates", None), ("nul", None)]
    assert kinds(database) == ["half a pair \ufffd", "nul \ufffd and \ufffd"]


def test_many_threads_may_submit(database: Database, writer: Writer) -> None:
    answers = Answers()

    def submit(name: str) -> None:
        for number in range(50):
            writer.submit(Commit(events=[made.event(f"{name}{number}")]), answers.of(f"{name}{number}"))

    threads = [threading.Thread(target=submit, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(DEADLINE)
    assert writer.flush(DEADLINE)
    assert [error for _, error in answers.said] == [None] * 200
    written = kinds(database)
    for name in "abcd":
        assert [kind for kind in written if kind.startswith(name)] == [f"{name}{number}" for number in range(50)]
    assert [name for name, _ in answers.said] == written


def test_closing_writes_what_waits(database: Database) -> None:
    gate, answers = Gate(), Answers()
    writer = Writer(database, fault=gate)
    hold(writer, gate)
    writer.submit(Commit(events=[made.event("last")]), answers.of("last"))
    gate.open.set()
    writer.close()
    assert answers.said == [("last", None)]
    assert kinds(database) == ["first", "last"]


def test_flush_gives_up_in_time(writer: Writer, gate: Gate) -> None:
    hold(writer, gate)
    assert not writer.flush(0.001)


def test_other_writers_of_this_process_take_turns(database: Database, writer: Writer, gate: Gate) -> None:
    hold(writer, gate)
    began = threading.Event()

    def write() -> None:
        began.set()
        with database.write() as connection:
            connection.run("INSERT INTO label VALUES (1, 'k', 'v')")

    other = threading.Thread(target=write)
    other.start()
    assert began.wait(DEADLINE)
    gate.open.set()
    other.join(DEADLINE)
    assert not other.is_alive()
    with database.read() as connection:
        assert connection.one("SELECT value FROM label") == ("v",)
