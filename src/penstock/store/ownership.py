"""Taking over runs. Safety comes from the epoch: whoever held the run before can't write to it any more."""

from __future__ import annotations

from typing import Final

from penstock.store.connection import Connection
from penstock.store.times import micros
from penstock.store.words import RUN_OPEN, RUN_OVER

#: A run that is not over and whose owner is none, unknown, gone, or silent since a time (one parameter). One that was
#: only asked for (epoch 0, store/requests.py) has no owner yet: it was not abandoned.
ORPHAN: Final = (
    f"run.state IN {RUN_OPEN} AND run.epoch > 0 AND NOT EXISTS (SELECT 1 FROM instance "
    "WHERE instance.id = run.owner AND instance.gone_at IS NULL AND instance.beat_at >= ?)"
)
_CLAIM: Final = f"UPDATE run SET owner = ?, epoch = epoch + 1 WHERE key = ? AND {ORPHAN} RETURNING epoch"
#: What PostgreSQL does first in a transaction that gives a run to somebody. A statement that waited for a row asks anew
#: what the row says, and not which instances fit it: so it is waited for before the statement that asks.
_LOCK: Final = "SELECT 1 FROM run WHERE key = ? FOR UPDATE"


def claim(connection: Connection, run_key: int, owner: int, expired_before: float) -> int | None:
    """Make `owner` the owner of an orphaned run; its new epoch, or None when it is over or has an owner.

    An owner counts only while it was heard of at or after `expired_before` (seconds since 1970). Of any number who try
    at the same time, one succeeds.
    """
    # Who finds the row locked leaves it to the one that holds it, instead of waiting to lose.
    if connection.dialect == "postgresql" and connection.one(f"{_LOCK} SKIP LOCKED", (run_key,)) is None:
        return None
    row = connection.one(_CLAIM, (owner, run_key, micros(expired_before)))
    return None if row is None else int(row[0])


_QUEUED: Final = {
    "sqlite": "SELECT 1 FROM run WHERE key = ? AND owner = ? AND epoch = ? AND state = 'queued'",
    "postgresql": "SELECT 1 FROM run WHERE key = ? AND owner = ? AND epoch = ? AND state = 'queued' FOR NO KEY UPDATE",
}


def is_queued(connection: Connection, run_key: int, owner: int, epoch: int) -> bool:
    """Does a run of that owner and epoch wait? Nothing can change that before the transaction, which writes, ends."""
    return connection.one(_QUEUED[connection.dialect], (run_key, owner, epoch)) is not None


def hold(connection: Connection, run_key: int) -> None:
    """Let nobody else change a run, or begin it again, before the transaction, which writes, ends."""
    if connection.dialect == "postgresql":
        connection.one(_LOCK, (run_key,))


#: Whoever had the run last is beginning it again, which is on no record yet; its tasks begin before that is.
_BEGINNING: Final = "run.reopened_version = run.row_version"
#: Another one, who is there, is beginning the run again; or an engine had it last, and begins it when it is asked to.
#: One parameter: who asks.
WITH_ANOTHER: Final = (
    "EXISTS (SELECT 1 FROM instance WHERE instance.id = run.owner AND instance.id <> ? "
    f"AND (instance.kind = 'engine' OR {_BEGINNING}) AND instance.gone_at IS NULL)"
)
_IS_BEGINNING: Final = (
    f"SELECT 1 FROM run JOIN instance ON instance.id = run.owner WHERE run.key = ? AND {_BEGINNING} "
    f"AND run.state IN {RUN_OVER} AND instance.gone_at IS NULL"
)


def reclaim(connection: Connection, run_key: int, owner: int, row_version: int) -> int | None:
    """Make `owner` the owner of a run that is over, so that it can begin again; its new epoch.

    None when the run is not over, has changed since it was read at that row version, or is with another.
    """
    hold(connection, run_key)
    row = connection.one(
        "UPDATE run SET owner = ?, epoch = abs(epoch) + 1, reopened_version = row_version "
        f"WHERE key = ? AND row_version = ? AND state IN {RUN_OVER} AND NOT {WITH_ANOTHER} RETURNING epoch",
        (owner, run_key, row_version, owner),
    )
    return None if row is None else int(row[0])


def is_beginning(connection: Connection, run_key: int) -> bool:
    """Is somebody about to have a run that is over run again?"""
    return connection.one(_IS_BEGINNING, (run_key,)) is not None


def owner_of(connection: Connection, run_key: int) -> int | None:
    """The instance that has a run, or had it last."""
    row = connection.one("SELECT owner FROM run WHERE key = ?", (run_key,))
    return None if row is None or row[0] is None else int(row[0])
