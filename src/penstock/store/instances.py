"""Processes that own runs: they register, beat while they live, and say when they go."""

from __future__ import annotations

import os
from typing import Final, NamedTuple

from penstock.store.connection import Connection, Row
from penstock.store.times import micros

#: Seconds between two beats of a process that lives.
BEAT: Final = 3.0
#: An owner that was not heard of for so many seconds has lost its runs.
TIME_TO_LIVE: Final = 15.0

_SELECT: Final = "SELECT id, kind, host, boot_id, pid, pid_started, started_at, beat_at, gone_at, workers FROM instance"


class Process(NamedTuple):
    """What tells a process from all others.

    `boot_id` names this boot of this kernel and the set of process numbers that is seen from here (containers have
    their own); `pid_started` is the start of the process in clock ticks since then, so a number that is given out again
    is not mistaken. Both are None where the system does not tell.
    """

    host: str
    boot_id: str | None
    pid: int
    pid_started: int | None


class Instance(NamedTuple):
    """A registered process. `kind` is `terminal` or `engine`; times in microseconds since 1970.

    `workers`: attempts that it runs at the same time, None where it did not tell.
    """

    id: int
    kind: str
    process: Process
    started_at: int
    beat_at: int
    gone_at: int | None
    workers: int | None


def clock(connection: Connection, now: float) -> float:
    """The time by which beats are told, in seconds since 1970.

    On PostgreSQL that of the server, because the clocks of machines differ; else `now`, that of this machine.
    """
    if connection.dialect != "postgresql":
        return now
    row = connection.one("SELECT CAST(extract(epoch FROM clock_timestamp()) AS DOUBLE PRECISION)")
    assert row is not None
    return float(row[0])


def register(
    connection: Connection, kind: str, now: float, process: Process | None = None, workers: int | None = None
) -> int:
    """Make a process known, by default this one; its number, which is never given out again."""
    process = process or this_process()
    row = connection.one(
        "INSERT INTO instance (kind, host, boot_id, pid, pid_started, started_at, beat_at, workers) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?) RETURNING id",
        (kind, *process, micros(now), micros(clock(connection, now)), workers),
    )
    assert row is not None
    return int(row[0])


def beat(connection: Connection, instance: int, now: float) -> bool:
    """Say that a process lives. False when it was declared gone: then its runs may belong to others."""
    at = micros(clock(connection, now))
    return connection.run("UPDATE instance SET beat_at = ? WHERE id = ? AND gone_at IS NULL", (at, instance)) == 1


def gone(connection: Connection, instance: int, now: float) -> None:
    """Say that a process has gone; its runs may be taken over at once."""
    connection.run("UPDATE instance SET gone_at = ? WHERE id = ? AND gone_at IS NULL", (micros(now), instance))


def known(connection: Connection) -> list[Instance]:
    """The processes that have not gone, as far as was told; oldest first."""
    return [_instance(row) for row in connection.all(f"{_SELECT} WHERE gone_at IS NULL ORDER BY id")]


def living(connection: Connection, now: float, kind: str | None = None) -> list[Instance]:
    """Those that live, of one kind or of all, oldest first."""
    at = clock(connection, now)
    return [one for one in known(connection) if kind in (None, one.kind) and not is_dead(one, at)]


def dead(connection: Connection, now: float) -> list[Instance]:
    """Those that are dead, and have not said that they go."""
    at = clock(connection, now)
    return [one for one in known(connection) if is_dead(one, at)]


def engine_is_there(connection: Connection, now: float) -> bool:
    """Does an engine of `penstock up` live?"""
    return bool(living(connection, now, "engine"))


def find(connection: Connection, instance: int) -> Instance | None:
    """The process of that number, gone or not."""
    row = connection.one(f"{_SELECT} WHERE id = ?", (instance,))
    return None if row is None else _instance(row)


def _instance(row: Row) -> Instance:
    identity, kind, host, boot_id, pid, pid_started, started_at, beat_at, gone_at, workers = row
    return Instance(identity, kind, Process(host, boot_id, pid, pid_started), started_at, beat_at, gone_at, workers)


def retire_dead(connection: Connection, now: float) -> list[Instance]:
    """Declare those gone that are dead: their process is not there any more, or they were silent for too long."""
    found = dead(connection, now)
    for instance in found:
        _end_sessions(connection, instance.id)
        gone(connection, instance.id, now)
    return found


def session_name(instance: int) -> str:
    """The name under which PostgreSQL knows the sessions of a process that owns runs."""
    return f"penstock instance {instance}"


def _end_sessions(connection: Connection, instance: int) -> None:
    """Free what a process that is dead holds: one that stands still, or is cut off, may be in the middle of a commit.

    Sessions of another user of the database are left alone: we may not end them.
    """
    if connection.dialect == "postgresql":
        connection.all(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND usename = current_user AND application_name = ?",
            (session_name(instance),),
        )


def is_dead(instance: Instance, now: float) -> bool:
    """Is its process gone? Seen at once from the same machine, else by its silence until `now`, a time of `clock`."""
    here = this_process()
    process = instance.process
    if process.pid_started is not None and (process.host, process.boot_id) == (here.host, here.boot_id):
        return started(process.pid) != process.pid_started
    return instance.beat_at < micros(now - TIME_TO_LIVE)


def this_process() -> Process:
    """The identity of this process."""
    pid = os.getpid()
    return Process(os.uname().nodename, _boot_id(), pid, started(pid))


def started(pid: int) -> int | None:
    """When a process of this machine started, in clock ticks since boot; None when there is none.

    Field 22 of /proc/PID/stat (proc_pid_stat(5)). A zombie counts as gone. Elsewhere than on Linux None, so that
    silence decides.
    """
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            # The name in parentheses may hold anything, so fields count from its end.
            fields = file.read().rpartition(b")")[2].split()
    except OSError:
        return None
    return None if fields[0] in (b"Z", b"X") else int(fields[19])


def _boot_id() -> str | None:
    try:
        with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as file:
            boot = file.read().strip()
        return f"{boot}/{os.readlink('/proc/self/ns/pid')}"
    except OSError:
        return None
