"""States that a person sets of runs that are over: a fan-out follows its items."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

import pytest

from penstock.model.fanout import state_of
from penstock.store.chosen_states import Choice, set_state
from penstock.store.connection import Connection
from penstock.store.database import Database
from penstock.store.rows import Commit
from penstock.store.write import apply
from tests.store import made

STATES = ("succeeded", "failed", "skipped", "warning", "cancelled")
OVER = {"ended_at": made.AT, "attempts": 1}


class Counting:
    """A connection, and how many rows it gave."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.rows = 0

    def all(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        found = self._connection.all(sql, parameters)
        self.rows += len(found)
        return found

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)


def store(database: Database, states: Sequence[str], generation: int = 1) -> None:
    """A run that is over, with a fan-out; of items of the second generation the first failed."""
    size = len(states)
    rows = [made.task_run(0, task="each", items=size, state=state_of(set(states)), **OVER)]
    rows += [
        made.task_run(1 + at, task="each", map_index=at, state=state, generation=generation, **OVER)
        for at, state in enumerate(states)
    ]
    if generation > 1:
        rows += [made.task_run(1 + size + at, task="each", map_index=at, state="failed", **OVER) for at in range(size)]
    run = made.run(tasks_total=size, state="failed", ended_at=made.AT)
    with database.write() as connection:
        apply(connection, Commit(versions=[made.version()], new_runs=[run], new_task_runs=rows))


def whole_of(connection: Connection) -> str:
    (state,) = connection.one("SELECT state FROM task_run_row WHERE run_key = ? AND seq = 0", (made.KEY,)) or ("",)
    return str(state)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("generation", [1, 2])
def test_a_fan_out_is_as_its_items_are(database: Database, seed: int, generation: int) -> None:
    chance = random.Random(seed)
    # One or two states at most, so that often the last of the worst goes.
    states = chance.choices(STATES, cum_weights=(80, 85, 90, 95, 100), k=40)
    store(database, states, generation)
    for _ in range(60):
        worst = [at for at, state in enumerate(states) if state == state_of(set(states))]
        index, to = chance.choice([*worst, chance.randrange(len(states))]), chance.choice(STATES)
        if to == states[index]:
            continue
        with database.write() as connection:
            assert set_state(connection, made.KEY, Choice("each", index, to), made.START, None)
            states[index] = to
            assert whole_of(connection) == state_of(set(states))


@pytest.mark.parametrize("order", ["first to last", "last to first", "any"])
def test_to_set_all_items_reads_not_all_of_them_for_each(database: Database, order: str) -> None:
    items = 1000
    store(database, ["failed"] * items)
    places = list(range(items))
    if order == "last to first":
        places.reverse()
    elif order == "any":
        random.Random(1).shuffle(places)
    with database.write() as connection:
        counting: Any = Counting(connection)
        for at in places:
            assert set_state(counting, made.KEY, Choice("each", at, "succeeded"), made.START, None)
        assert whole_of(connection) == "succeeded"
    assert counting.rows < 30 * items
