"""Files and rows of deleted runs: whatever is deleted, and wherever it was stopped, what is left is what is named."""

from __future__ import annotations

import os
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from penstock.compose.erasing import erase
from penstock.compose.home import Home
from penstock.model.ids import run_id
from penstock.store import deletion, erasing
from penstock.store.check import check
from penstock.store.connection import Connection
from penstock.store.database import Database
from penstock.store.rows import Commit
from penstock.store.write import apply
from tests.postgres import postgres_schema, postgres_server  # noqa: F401  fixtures
from tests.store import made
from tests.store.conftest import database, url  # noqa: F401  fixtures

#: What happens: a run that makes two files and names some of others, a deletion, or some erasing, by numbers that are
#: taken modulo what there is.
steps = st.one_of(
    st.tuples(st.just("run"), st.lists(st.integers(0, 50), max_size=3)),
    st.tuples(st.just("delete"), st.integers(0, 50)),
    st.tuples(st.just("erase"), st.integers(0, 6)),
)
_numbers = count()


class Killed(Exception):
    """This process ends here."""


class World:
    """Runs with their files, in a home and a database, and the same as plain sets."""

    def __init__(self, store: Database, folder: Path) -> None:
        self.database = store
        self.home = Home(folder / str(next(_numbers)), "")
        self.named: dict[int, set[str]] = {}

    def run(self, picks: list[int]) -> None:
        key = made.key_at(next(_numbers))
        own = [f"{run_id(key)}/{name}.arrow" for name in ("one", "deep/two")]
        known = sorted(set().union(*self.named.values()))
        others = sorted({known[pick % len(known)] for pick in picks} if known else set())
        for path in own:
            self.write(self.home.artifacts / path)
        self.write(self.home.artifacts / run_id(key) / ".torn.part")
        self.write(self.home.logs / run_id(key) / "task0.1.jsonl")
        rows = [made.artifact(seq, key=key, inline=None, path=path) for seq, path in enumerate(own)]
        rows += [made.artifact(seq, 0, key, inline=None, path=path) for seq, path in enumerate(others, len(own))]
        tasks = [made.task_run(row.seq, key, state="succeeded", attempts=1, ended_at=made.AT) for row in rows]
        run = made.run(key, state="succeeded", ended_at=made.AT + 9)
        with self.database.write() as connection:
            apply(connection, Commit(versions=[made.version()], new_runs=[run], new_task_runs=tasks, artifacts=rows))
        self.named[key] = {*own, *others}

    def write(self, file: Path) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(b"x")
        file.chmod(0o444)

    def delete(self, pick: int) -> None:
        if self.named:
            key = sorted(self.named)[pick % len(self.named)]
            with self.database.write() as connection:
                assert deletion.delete_runs(connection, [key], made.START, None) == {key: None}
            del self.named[key]

    def erase(self, transactions: int) -> None:
        """Begin to erase, and die in the transaction of that number."""
        left = [transactions]

        def dying(connection: Connection, keys: list[int], part: int) -> bool:
            more = real(connection, keys, part)
            left[0] -= 1
            if left[0] < 0:
                raise Killed
            return more

        real = erasing.erase_rows
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(erasing, "erase_rows", dying)
            try:
                erase(self.database, self.home, lambda _: True, part=2)
            except Killed:
                pass

    def files(self) -> set[str]:
        walked = os.walk(self.home.artifacts)
        return {
            os.path.relpath(os.path.join(inside, name), self.home.artifacts)
            for inside, _, names in walked
            for name in names
        }

    @property
    def wanted(self) -> set[str]:
        return set().union(*self.named.values())


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(happens=st.lists(steps, max_size=12))
def test_what_is_named_is_there_and_in_the_end_nothing_else(
    database: Database,  # noqa: F811
    tmp_path: Path,
    happens: list[tuple[str, list[int] | int]],
) -> None:
    world = World(database, tmp_path)
    for name, what in happens:
        getattr(world, name)(what)
        assert world.wanted <= world.files()
    assert check(database) == []
    erase(world.database, world.home, lambda _: True)
    torn = {f"{run_id(key)}/.torn.part" for key in world.named}
    assert world.files() == world.wanted | torn
    assert {folder.name for folder in world.home.logs.glob("*")} == {run_id(key) for key in world.named}
    with database.read() as connection:
        assert deletion.unfinished(connection) == []
        keys = {row[0] for row in connection.all("SELECT DISTINCT run_key FROM artifact")}
    assert keys == set(world.named)
    for key in list(world.named):
        world.delete(0)
        assert key not in world.named
    erase(world.database, world.home, lambda _: True)
    assert world.files() == set()
    # No empty folders are left either.
    assert list(world.home.artifacts.glob("*")) == []


def test_a_file_that_cannot_be_removed_is_told_and_left_for_the_next_time(
    database: Database,  # noqa: F811
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    world = World(database, tmp_path)
    world.run([])
    world.run([])
    stubborn, other = sorted(world.named)
    world.delete(0)
    world.delete(0)
    from penstock.artifacts import removal

    def refuse(root: Path, run: str, keep: set[str] = frozenset()) -> None:  # type: ignore[assignment]
        if run == run_id(stubborn):
            raise PermissionError(13, "Permission denied", run)
        real(root, run, keep)

    real = removal.remove_run
    with monkeypatch.context() as patch:
        patch.setattr(removal, "remove_run", refuse)
        assert erase(database, world.home, lambda _: True) == 1
    assert run_id(stubborn) in caplog.text
    with database.read() as connection:
        assert deletion.unfinished(connection) == [stubborn]
    assert {path.split("/")[0] for path in world.files()} == {run_id(stubborn)}
    assert erase(database, world.home, lambda _: True) == 1
    assert world.files() == set()
    assert other != stubborn


def test_it_ends_between_two_transactions_when_told_to(database: Database, tmp_path: Path) -> None:  # noqa: F811
    world = World(database, tmp_path)
    world.run([])
    world.delete(0)
    assert erase(database, world.home, lambda _: False, part=1) == 0
    assert erase(database, world.home, lambda _: True) == 1
