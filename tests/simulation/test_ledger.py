"""The record in memory is what a database keeps: the same commits leave the same rows, and the same are refused; who
goes through the same doors is let in or kept out alike.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from penstock.compose.admission import Admission
from penstock.engine.view import Barred
from penstock.errors import PenstockError, TransitionError
from penstock.store import chosen_states, commands, instances, orders, ownership, recovery, requests, slots
from penstock.store.connection import Connection
from penstock.store.database import Database, open_database
from penstock.store.write import apply
from tests.crash.record import read_record
from tests.simulation.history import TROUBLES, History

#: All but what only makes histories shorter.
EVERYTHING = {*TROUBLES} - {"trouble", "agent_lost"}


def _lived(seed: int, troubles: set[str] = EVERYTHING) -> History:
    history = History(seed)
    history.troubles = set(troubles)
    history.run()
    return history


@pytest.mark.parametrize("seed", range(16))
def test_the_same_is_kept_and_the_same_is_refused(tmp_path: Path, seed: int) -> None:
    world = _lived(seed).world
    database = open_database(tmp_path / "penstock.db")
    with database.write() as connection:
        for _ in range(world.owners):
            instances.register(connection, "engine", time.time() + 1e6)
    for what, facts, came in world.ledger.log:
        if what == "commit":
            _write(database, facts, came)
        else:
            _go_through(database, what, facts, came)
    with database.read() as connection:
        for key in world.keys:
            assert _without_spec(recovery.load_run(connection, key)) == _without_spec(world.ledger.stored(key))
        kept, known = read_record(connection), world.ledger.record()
        results = connection.all("SELECT key, run_key, seq, made_at FROM result ORDER BY key")
        assert results == sorted(map(tuple, world.ledger.results.values()))
    assert kept._replace(alive=known.alive) == known._replace(runs=sorted(known.runs), tasks=sorted(known.tasks),
        attempts=sorted(known.attempts), artifacts=kept.artifacts)  # fmt: skip
    database.close()


def test_all_doors_and_refusals_are_among_what_is_compared() -> None:
    """A test of histories in which nobody is ever refused would compare less than it says."""
    came: set[tuple[str, str]] = set()
    for seed in range(16):
        came |= {(what, _kind_of(found)) for what, _, found in _lived(seed).world.ledger.log}
    assert came >= {
        ("ask", "number"), ("claim new", "yes"), ("claim orphan", "number"), ("commit", "Fenced"),
        ("commit", "nothing"), ("complete", "nothing"), ("enter", "Barred"), ("enter", "nothing"),
        ("fall silent", "nothing"),
        ("give back", "no"), ("give back", "yes"), ("go", "nothing"), ("queue", "yes"), ("reclaim", "tuple"),
        ("refuse", "nothing"), ("set state", "TransitionError"), ("set state", "no"), ("set state", "yes"),
        ("withdraw", "no"), ("withdraw", "yes"),
    }  # fmt: skip


def _kind_of(found: Any) -> str:
    if isinstance(found, type):
        return found.__name__
    return {None: "nothing", True: "yes", False: "no"}.get(found, "") if isinstance(found, bool | None) else (
        "number" if isinstance(found, int) else type(found).__name__
    )  # fmt: skip


def _write(database: Database, commit: Any, refused: type[Exception] | None) -> None:
    if refused is None:
        with database.write() as connection:
            apply(connection, commit)
        return
    with pytest.raises(refused), database.write() as connection:
        apply(connection, commit)


def _go_through(database: Database, door: str, facts: tuple[Any, ...], came: Any) -> None:
    if isinstance(came, type):
        with pytest.raises(PenstockError), database.write() as connection:
            _DOORS[door](connection, *facts)
        return
    with database.write() as connection:
        found = _DOORS[door](connection, *facts)
    assert _without_words(found) == _without_words(came), f"{door} {facts}"


def _without_words(found: Any) -> Any:
    """What barred a run, but for what people read of it."""
    if isinstance(found, tuple) and not isinstance(found, Barred):
        return tuple(_without_words(part) for part in found)
    return found.event if isinstance(found, Barred) else found


def _let_past(connection: Connection, key: int, now: float) -> bool:
    forced = requests.is_unclaimed(connection, key) and None in slots.of_run(connection, key).values()
    return forced and orders.ask(connection, key, "force-run", {}, now, "somebody").state == "applied"


def _reclaim(
    connection: Connection, key: int, owner: int, version: int, wants: list[Any], now: float
) -> tuple[int, Barred | None]:
    epoch = ownership.reclaim(connection, key, owner, version)
    barred = Admission({}).enter(connection, key, wants, now, now) if wants and epoch is not None else None
    if epoch is None or (barred is not None and barred.event != "queue"):
        raise TransitionError("refused")
    return epoch, barred


def _claim_orphan(connection: Connection, key: int, owner: int) -> int | None:
    epoch = ownership.claim(connection, key, owner, expired_before=0.0)
    stored = recovery.load_run(connection, key)
    assert stored is not None
    live = [(one.seq, one.n) for one in stored.attempts if one.state in ("dispatched", "running")]
    slots.keep_attempts(connection, key, live)
    return epoch


def _fall_silent(connection: Connection, owner: int) -> None:
    connection.run("UPDATE instance SET beat_at = 0 WHERE id = ?", (owner,))


_DOORS: dict[str, Any] = {
    "ask": lambda connection, *facts: commands.add(connection, *facts, "somebody"),
    "claim new": lambda connection, *facts: requests.claim(connection, *facts) is not None,
    "claim orphan": _claim_orphan,
    "complete": lambda connection, key, params, tags, parts: requests.complete(
        connection, key, params, {}, tags, None, parts
    ),
    "enter": lambda connection, *facts: Admission({}).enter(connection, *facts),
    "fall silent": _fall_silent,
    "give back": requests.give_back,
    "go": lambda connection, owner: instances.gone(connection, owner, time.time()),
    "let past": _let_past,
    "queue": requests.queue,
    "reclaim": _reclaim,
    "refuse": lambda connection, number, now: commands.settle(connection, number, "refused", {}, now) and None,
    "set state": lambda connection, *facts: chosen_states.set_state(connection, *facts, "somebody"),
    "withdraw": requests.withdraw,
}


def _without_spec(stored: recovery.StoredRun | None) -> Any:
    assert stored is not None
    return stored._replace(spec="")
