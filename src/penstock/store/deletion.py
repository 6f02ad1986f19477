"""Deleting runs that are over: what people see of them goes at once, the rest in small parts (`erasing`).

One transaction removes the rows of the runs themselves and stores who wished it, as a command `delete` that waits. From
then on the runs are in no list, and nobody can claim, repeat or read them. The command is the note of what is left to
erase: it goes last, so whoever comes after a crash finds it and goes on.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from penstock.errors import NotFound, TransitionError
from penstock.model.commands import until_over
from penstock.model.ids import RUN_ID, key_of, run_id
from penstock.model.states import TERMINAL_RUN
from penstock.store.connection import Connection
from penstock.store.definitions import NO_RUN
from penstock.store.rows import Commit, NewEvent
from penstock.store.statements import Insert
from penstock.store.times import micros
from penstock.store.words import RUN_OPEN, RUN_OVER
from penstock.store.write import apply

#: Runs that are deleted in one transaction.
MOST: Final = 1000
#: The event that tells of it; it belongs to no run, and lists their ids.
DELETED: Final = "runs.deleted"
#: Commands that stand for runs of which something is left to erase.
UNFINISHED: Final = "command.state = 'waiting' AND command.kind = 'delete'"
#: Generations of child runs that are looked for.
_DEEPEST: Final = 20

_WISH: Final = Insert("command", ("run_key", "kind", "arguments", "created_at", "by", "state"))


class Refusal(NamedTuple):
    """Why a run stays."""

    code: str
    detail: str
    cure: str | None = None


class Amount(NamedTuple):
    """Runs, and the bytes of their artifacts."""

    runs: int
    bytes: int


def delete_runs(
    connection: Connection, keys: Iterable[int], now: float, by: str | None, *, children: bool = False
) -> dict[int, Refusal | None]:
    """Delete runs, within a transaction that writes; by key: None when it was done, else why not.

    With `children` the runs that a run began go too, and theirs; it stays when one of them has to.
    """
    wanted = list(dict.fromkeys(keys))
    families = {key: [key] for key in wanted}
    if children:
        families = {key: [key, *descendants(connection, [key])] for key in wanted}
    refused = _refusals(connection, list(dict.fromkeys(one for family in families.values() for one in family)))
    outcomes = {key: next((refused[one] for one in family if one in refused), None) for key, family in families.items()}
    going = dict.fromkeys(one for key, family in families.items() if outcomes[key] is None for one in family)
    stayed = {*going} - _remove(connection, list(going), now, by)
    for key, family in families.items():
        if outcomes[key] is None and stayed.intersection(family):
            outcomes[key] = Refusal(TransitionError.code, "the run began again just now")
    return outcomes


def descendants(connection: Connection, keys: Sequence[int]) -> list[int]:
    """Runs that were begun by these, and by those in turn."""
    found: dict[int, None] = {}
    parents: Sequence[int] = keys
    for _ in range(_DEEPEST):
        if not parents:
            break
        rows = connection.all(f"SELECT key FROM run WHERE parent_key IN ({_places(parents)})", parents)
        parents = [row[0] for row in rows if row[0] not in found]
        found.update(dict.fromkeys(parents))
    return list(found)


def amount(connection: Connection, keys: Sequence[int]) -> Amount:
    """What these runs take, at most `MOST` of them."""
    if not keys:
        return Amount(0, 0)
    row = connection.one(f"SELECT count(*), coalesce(sum(bytes), 0) FROM run WHERE key IN ({_places(keys)})", keys)
    return Amount(0, 0) if row is None else Amount(int(row[0]), int(row[1]))


def unfinished(connection: Connection, limit: int = MOST) -> list[int]:
    """Keys of deleted runs of which something is left, those that were deleted first. Costs next to nothing."""
    rows = connection.all(f"SELECT run_key FROM command WHERE {UNFINISHED} ORDER BY id LIMIT ?", (limit,))
    return [row[0] for row in rows]


def _refusals(connection: Connection, keys: list[int]) -> dict[int, Refusal]:
    """Runs that can't be deleted now."""
    if not keys:
        return {}
    rows = connection.all(f"SELECT key, state FROM run WHERE key IN ({_places(keys)})", keys)
    states = {row[0]: row[1] for row in rows}
    refused = {}
    for key in keys:
        if key not in states:
            refused[key] = Refusal(NotFound.code, f"there is no run {run_id(key)}")
        elif states[key] not in TERMINAL_RUN:
            why = f"run {run_id(key)} is {states[key]}: only one that is over can be deleted"
            refused[key] = Refusal(TransitionError.code, why, until_over(states[key]))
    for key, reader in _read_by(connection).items():
        if states.get(key) in TERMINAL_RUN:
            told = f"run {run_id(reader)} is not over, and reads what run {run_id(key)} made"
            refused[key] = Refusal(TransitionError.code, told, "wait for its end")
    return refused


def _read_by(connection: Connection) -> dict[int, int]:
    """Runs whose outputs others read that are not over, with one of those: slices, and replays from a task on."""
    rows = connection.all(
        f"SELECT key, replay_of, selection FROM run WHERE state IN {RUN_OPEN} AND selection IS NOT NULL"
    )
    found = {}
    for key, replay_of, selection in rows:
        parts = json.loads(selection)
        # What people typed is an id from the moment on in which an engine begins the run.
        found.update({key_of(one): key for one in parts.get("from_run", ()) if RUN_ID.fullmatch(one)})
        if replay_of is not None and parts.get("replay_from"):
            found[replay_of] = key
    return found


def _remove(connection: Connection, keys: list[int], now: float, by: str | None) -> set[int]:
    """Remove the runs themselves; those that were still there, and over."""
    if not keys:
        return set()
    at = micros(now)
    rows = connection.all(f"DELETE FROM run WHERE key IN ({_places(keys)}) AND state IN {RUN_OVER} RETURNING key", keys)
    gone = [row[0] for row in rows]
    if not gone:
        return set()
    outcome = json.dumps({"code": "not_found", "detail": "the run was deleted"})
    connection.run(
        "UPDATE command SET state = 'refused', outcome = ?, applied_at = ? "
        f"WHERE state = 'waiting' AND run_key IN ({_places(gone)})",
        (outcome, at, *gone),
    )
    for table in ("label", "timer"):
        connection.run(f"DELETE FROM {table} WHERE run_key IN ({_places(gone)})", gone)
    connection.run_many(_WISH, [(key, "delete", "{}", at, by, "waiting") for key in gone])
    told = json.dumps({"ids": [run_id(key) for key in sorted(gone)], "by": by})
    apply(connection, Commit(events=[NewEvent(NO_RUN, None, None, at, DELETED, told)]))
    return set(gone)


def _places(keys: Sequence[int]) -> str:
    return ", ".join("?" * len(keys))
