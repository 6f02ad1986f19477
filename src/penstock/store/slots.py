"""Slots of limits: rows that are held or waited for, never counters that leak.

A row belongs to a limit (by name) and to a holder: a run, or an attempt of it. Its place is NULL while it waits, from 0
on while it is held, and below 0 where a person let it start past its limit: such a slot does not count. No two rows of
a limit have the same place (a unique index), and a place is below the limit when it is given out, so a limit can't be
passed, whatever the processes believe that give out slots.

A holder comes by its slots one limit after the other, in one order for all, and keeps those that it has. So who waits
for a limit keeps nobody waiting at those behind it, and two never wait for each other.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple, cast

from penstock.store import instances
from penstock.store.connection import Connection
from penstock.store.times import micros

#: Kinds of limits, as names of limits begin. Runs come by their slots in the order of the names.
PIPELINE: Final = "pipeline:"
POOL: Final = "pool:"
TAG: Final = "tag:"
#: What a run waits for that came under no limit any more: only to be found.
NOBODYS: Final = "none:"
#: Runs that are looked at together.
MOST: Final = 100


class Want(NamedTuple):
    """A limit that a holder comes under: at most `most` at the same time; `full` is what to do when there are."""

    name: str
    most: int
    full: str = "queue"


class Holder(NamedTuple):
    """A run (`seq` -1), or the attempt `n` of its task run `seq`."""

    run_key: int
    seq: int = -1
    n: int = 0


class Full(NamedTuple):
    """A limit that has no room now, and the keys of the runs that hold it, longest first; `ahead` wait before us."""

    want: Want
    held: list[int]
    ahead: int


_OF: Final = "run_key = ? AND seq = ? AND n = ?"
_LOCK: Final = "SELECT pg_advisory_xact_lock(578720, hashtext(?))"
#: Who waits before us. A process that is silent (or stopped) gives its turn away until it is heard of again, and so
#: does a run that waits for an engine while there is none.
_AHEAD: Final = (
    "SELECT count(*) FROM slot JOIN run ON run.key = slot.run_key LEFT JOIN instance ON instance.id = run.owner "
    "WHERE slot.name = ? AND slot.place IS NULL AND (slot.since, slot.run_key, slot.seq) < (?, ?, ?) "
    "AND COALESCE(instance.beat_at, (SELECT max(beat_at) FROM instance WHERE kind = 'engine' AND gone_at IS NULL)) >= ?"
)
_PUT: Final = (
    "INSERT INTO slot (name, run_key, seq, n, place, since) VALUES (?, ?, ?, ?, ?, ?) "
    "ON CONFLICT (name, run_key, seq, n) DO UPDATE SET place = excluded.place"
)


def take(connection: Connection, holder: Holder, wants: Sequence[Want], since: float, now: float) -> Full | None:
    """Take slots one after the other, within a transaction that writes: None when all are held, else the first limit
    that is full. Those before it are held then, and kept.

    `since` (seconds since 1970) is when the holder was asked for, unless it waits already: older ones come first. One
    that was let past a limit (`force`) is let past all.
    """
    rows = connection.all(f"SELECT name, place, since FROM slot WHERE {_OF}", holder)
    mine = {name: place for name, place, _ in rows}
    forced = any(place is not None and place < 0 for place in mine.values())
    asked = min((row[2] for row in rows), default=micros(since))
    wanted = sorted(wants)
    for want in wanted:
        if mine.get(want.name) is not None:
            continue
        if forced:
            connection.run(_PUT, (want.name, *holder, _past(holder), asked))
            continue
        if connection.dialect == "postgresql":
            # Others look at the same limit after we have committed.
            connection.one(_LOCK, (want.name,))
        full = _take_one(connection, holder, want, asked, now)
        if full is not None:
            return full
    for name in mine.keys() - {want.name for want in wanted}:
        connection.run(f"DELETE FROM slot WHERE name = ? AND {_OF}", (name, *holder))
    return None


def _take_one(connection: Connection, holder: Holder, want: Want, asked: int, now: float) -> Full | None:
    rows = connection.all(
        "SELECT place, run_key FROM slot WHERE name = ? AND place >= 0 ORDER BY since, run_key, seq", (want.name,)
    )
    free = want.most - len(rows)
    ahead = 0
    if free > 0:
        heard = instances.clock(connection, now) - instances.TIME_TO_LIVE
        row = connection.one(_AHEAD, (want.name, asked, holder.run_key, holder.seq, micros(heard)))
        ahead = 0 if row is None else row[0]
    if ahead >= free:
        return Full(want, [row[1] for row in rows], ahead)
    taken = {row[0] for row in rows}
    place = next(place for place in range(want.most) if place not in taken)
    connection.run(_PUT, (want.name, *holder, place, asked))
    return None


def is_full(connection: Connection, want: Want) -> bool:
    """Is there no room at a limit, or somebody who waits? As far as one look can tell."""
    rows = connection.all(
        "SELECT place FROM slot WHERE name = ? AND (place IS NULL OR place >= 0) LIMIT ?", (want.name, want.most)
    )
    return len(rows) == want.most or (None,) in rows


def wait(connection: Connection, holder: Holder, name: str, since: float) -> bool:
    """Stand in the queue of a limit. False when the holder stood there before."""
    statement = (
        "INSERT INTO slot (name, run_key, seq, n, place, since) VALUES (?, ?, ?, ?, NULL, ?) ON CONFLICT DO NOTHING"
    )
    return connection.run(statement, (name, *holder, micros(since))) == 1


def force(connection: Connection, run_key: int) -> bool:
    """Let a run that waits start past its limits; its slots don't count. False when it does not wait."""
    holder = Holder(run_key)
    return connection.run(f"UPDATE slot SET place = ? WHERE {_OF} AND place IS NULL", (_past(holder), *holder)) > 0


def _past(holder: Holder) -> int:
    """A place beyond every limit that nobody else has."""
    return -holder.run_key


def wait_again(connection: Connection, run_key: int) -> None:
    """Let a run that got its slots, and whose engine went before it began anything, wait for the last of them again."""
    connection.run(
        "UPDATE slot SET place = NULL WHERE run_key = ? AND seq = -1 AND place >= 0 "
        "AND name = (SELECT max(name) FROM slot AS other WHERE other.run_key = ? AND other.seq = -1)",
        (run_key, run_key),
    )
    if not of_run(connection, run_key):
        wait(connection, Holder(run_key), NOBODYS, 0.0)


def release(connection: Connection, run_key: int) -> None:
    """Give back all that a run and its attempts hold or wait for."""
    connection.run("DELETE FROM slot WHERE run_key = ?", (run_key,))


def keep_attempts(connection: Connection, run_key: int, live: Iterable[tuple[int, int]]) -> None:
    """Give back what attempts of a run hold or wait for, except those that are under way (seq, n)."""
    kept = set(live)
    for seq, n in connection.all("SELECT DISTINCT seq, n FROM slot WHERE run_key = ? AND seq >= 0", (run_key,)):
        if (seq, n) not in kept:
            connection.run(f"DELETE FROM slot WHERE {_OF}", (run_key, seq, n))


def release_lost(connection: Connection) -> int:
    """Give back what runs hold that are gone, or over with their engine; the number of slots.

    A commit that ends a run does that by itself. A run that is over and whose engine lives may be about to run again.
    """
    return connection.run(
        "DELETE FROM slot WHERE NOT EXISTS (SELECT 1 FROM run WHERE run.key = slot.run_key AND (run.ended_at IS NULL "
        "OR EXISTS (SELECT 1 FROM instance WHERE instance.id = run.owner AND instance.gone_at IS NULL)))"
    )


def oldest_waiting(connection: Connection, name: str, besides: int) -> int | None:
    """The key of the run that waits longest at a limit, apart from one."""
    row = connection.one(
        "SELECT run_key FROM slot WHERE name = ? AND place IS NULL AND run_key <> ? ORDER BY since, run_key LIMIT 1",
        (name, besides),
    )
    return None if row is None else int(row[0])


def of_run(connection: Connection, run_key: int) -> dict[str, int | None]:
    """The limits that a run holds or waits for, with its place in them."""
    rows = connection.all("SELECT name, place FROM slot WHERE run_key = ? AND seq = -1", (run_key,))
    return dict(cast("list[tuple[str, int | None]]", rows))


def known(connection: Connection) -> list[str]:
    """Names of the limits of runs that are held or waited for. Costs next to nothing where there are none."""
    names: list[str] = []
    row = connection.one("SELECT min(name) FROM slot")
    while row is not None and row[0] is not None:
        names.append(row[0])
        row = connection.one("SELECT min(name) FROM slot WHERE name > ?", (row[0],))
    return [name for name in names if not name.startswith(POOL)]


def next_runs(connection: Connection, name: str, most: int | None, owner: int | None) -> list[int]:
    """Keys of runs of that owner (None: those that nobody claimed yet) whose turn it is at a limit, first come first.

    `most` None: the limit is none any more. Those that may start past it come first. Others may be faster: `take`
    decides.
    """
    mine = "run.owner IS NULL AND run.state = 'queued'" if owner is None else "run.owner = ?"
    whose = () if owner is None else (owner,)
    of_run = f"SELECT slot.run_key FROM slot JOIN run ON run.key = slot.run_key WHERE slot.name = ? AND {mine}"
    forced = connection.all(f"{of_run} AND place < 0 AND run.state = 'queued'", (name, *whose))
    held = connection.one("SELECT count(*) FROM slot WHERE name = ? AND place >= 0", (name,))
    free = MOST if most is None or held is None else min(most - held[0], MOST)
    if free <= 0:
        return [row[0] for row in forced]
    heads = connection.all(
        f"{of_run} AND place IS NULL AND slot.seq = -1 ORDER BY slot.since, slot.run_key LIMIT ?", (name, *whose, free)
    )
    return [row[0] for row in (*forced, *heads)]
