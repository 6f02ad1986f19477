"""The record in memory is what a database keeps: the same commits leave the same rows, and the same are refused."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from penstock.store import commands, instances, recovery, slots
from penstock.store.connection import Connection
from penstock.store.database import Database, open_database
from penstock.store.write import apply
from tests.crash.record import read_record
from tests.simulation.history import History


@pytest.mark.parametrize("seed", range(12))
def test_the_same_is_kept_and_the_same_is_refused(tmp_path: Path, seed: int) -> None:
    history = History(seed)
    history.troubles = {"commands", "crash", "frozen", "lost", "slow"}
    history.run()
    database = open_database(tmp_path / "penstock.db")
    with database.write() as connection:
        for _ in range(history.owners):
            instances.register(connection, "engine", time.time() + 1e6)
    for what, facts, refused in history.ledger.log:
        _do(database, what, facts, refused)
    with database.read() as connection:
        for key in history.keys:
            assert _without_spec(recovery.load_run(connection, key)) == _without_spec(history.ledger.stored(key))
        kept, known = read_record(connection), history.ledger.record()
    assert kept._replace(alive=known.alive) == known._replace(runs=sorted(known.runs), tasks=sorted(known.tasks),
        attempts=sorted(known.attempts), artifacts=kept.artifacts)  # fmt: skip
    database.close()


def test_refusals_are_among_what_is_compared() -> None:
    """A test of histories in which nobody is ever refused would compare less than it says."""
    seen = set()
    for seed in range(40):
        history = History(seed)
        history.troubles = {"frozen", "slow"}
        history.run()
        seen |= {refused.__name__ for _, _, refused in history.ledger.log if refused is not None}
    assert seen == {"Fenced"}


def _do(database: Database, what: str, facts: Any, refused: type[Exception] | None) -> None:
    if refused is not None:
        with pytest.raises(refused), database.write() as connection:
            apply(connection, facts)
        return
    with database.write() as connection:
        _ACTS[what](connection, facts)


def _claim(connection: Connection, facts: tuple[int, int, int, set[tuple[int, int]]]) -> None:
    owner, epoch, key, live = facts
    connection.run("UPDATE run SET owner = ?, epoch = ? WHERE key = ?", (owner, epoch, key))
    slots.keep_attempts(connection, key, live)


def _ask(connection: Connection, command: commands.Command) -> None:
    number = commands.add(
        connection, command.run_key, command.kind, command.arguments, command.created_at / 1e6, command.by
    )
    assert number == command.id


def _refuse(connection: Connection, facts: tuple[int, str, float]) -> None:
    number, _, at = facts
    assert commands.settle(connection, number, "refused", {}, at)


_ACTS = {"commit": apply, "claim": _claim, "ask": _ask, "refuse": _refuse}


def _without_spec(stored: recovery.StoredRun | None) -> Any:
    assert stored is not None
    return stored._replace(spec="")
