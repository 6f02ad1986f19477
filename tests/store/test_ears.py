"""Engines hear what is asked of them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from penstock.store import commands, ears
from penstock.store.database import Database, open_database
from penstock.store.ears import Ear, FileEar

#: Seconds that a ring may take where the machine is busy.
PATIENCE = 30.0


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "penstock.db"


def folder(file: Path) -> Path:
    return file.with_name("penstock.db-bells")


def rung(ear: Ear) -> bool:
    return ear.wait(0.0)


def test_all_who_have_an_ear_for_a_file_are_woken_once(file: Path) -> None:
    ours, theirs, elsewhere = FileEar(file), FileEar(file), FileEar(file.with_name("other.db"))
    assert ours.hears
    ears.ring(file)
    assert [rung(ear) for ear in (ours, theirs, elsewhere)] == [True, True, False]
    assert not rung(ours)
    ours.ring()
    assert [rung(ours), rung(theirs)] == [True, False]
    for ear in (ours, theirs, elsewhere):
        ear.close()
    assert list(file.parent.iterdir()) == []


def test_what_is_left_of_engines_that_are_gone_is_removed(file: Path) -> None:
    ours = FileEar(file)
    os.mkfifo(folder(file) / "1-aa")
    (folder(file) / "notes.txt").write_text("mine")
    (folder(file) / "link").symlink_to(file.with_name("target"))
    ears.ring(file)
    assert rung(ours)
    assert (folder(file) / "notes.txt").read_text() == "mine", "nothing is written but into pipes"
    assert not file.with_name("target").exists()
    assert not (folder(file) / "1-aa").exists()
    ours.close()
    assert folder(file).is_dir()


def test_a_crowd_of_rings_holds_nobody_up(file: Path) -> None:
    ours = FileEar(file)
    for _ in range(70_000):  # more than a pipe holds
        ours.ring()
    ears.ring(file)
    assert rung(ours)
    ours.close()


def test_where_there_can_be_no_pipe_it_rings_for_threads_alone(file: Path) -> None:
    folder(file).write_text("in the way")
    for ear in (FileEar(file), Ear()):
        assert not ear.hears
        ears.ring(file)
        assert not rung(ear)
        ear.ring()
        assert rung(ear)
        ear.close()
    assert folder(file).read_text() == "in the way"


@pytest.fixture
def ear(database: Database) -> Iterator[Ear]:
    made = database.ear()
    assert not made.wait(0.0)  # the line to a server is there
    while not made.hears:
        assert not made.wait(PATIENCE), "its own word is no ring"
    yield made
    made.close()


def test_a_wish_rings_when_it_is_on_record_and_not_before(database: Database, ear: Ear) -> None:
    with database.write() as connection:
        commands.add(connection, 7, "cancel", {}, 1.0)
        assert not rung(ear)
    assert ear.wait(PATIENCE)
    with suppress(ValueError), database.write() as connection:
        commands.add(connection, 7, "cancel", {}, 1.0)
        raise ValueError("it is undone")
    with database.write() as connection:
        connection.run("UPDATE command SET state = 'waiting'")
    assert not rung(ear), "only wishes ring, and only those that stay"
    ear.ring()
    assert rung(ear)


def test_who_does_not_hear_himself_hears_nobody_for_sure(postgres_schema: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from penstock.store import postgres_ear

    # As behind a pool of connections, where who listens is not the one that is told.
    monkeypatch.setattr(postgres_ear.PostgresEar, "_listen", lambda _self, _line: None, raising=True)
    database = open_database(postgres_schema)
    ear = database.ear()
    ear.wait(0.0)
    assert not ear.wait(0.05)
    assert not ear.hears
    ear.close()
    database.close()


def test_a_line_that_is_lost_is_made_anew(postgres_schema: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from penstock.store import postgres_ear

    database = open_database(postgres_schema)
    database.name_sessions("penstock ear")
    ear = database.ear()
    ear.wait(0.0)
    with database.write() as connection:
        who = "application_name = 'penstock ear' AND pid <> pg_backend_pid()"
        connection.all(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {who}")
    while ear._line is not None:
        ear.wait(PATIENCE)
    assert not ear.hears
    monkeypatch.setattr(postgres_ear, "CALL", 0.0)
    while not ear.hears:
        assert not ear.wait(PATIENCE)
    with database.write() as connection:
        commands.add(connection, 7, "cancel", {}, 1.0)
    assert ear.wait(PATIENCE)
    ear.close()
    database.close()
