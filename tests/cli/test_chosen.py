"""Which runs a verb acts on, and which that fit its filter it leaves alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from penstock.cli.orders import Chosen, chosen_keys, tell_left
from penstock.errors import UsageError
from penstock.model.states import TERMINAL_RUN
from penstock.store.database import Database, open_database
from penstock.store.rows import Commit
from penstock.store.write import apply
from tests.store import made

#: Of runs by the place in this row.
STATES = ("running", "paused", "queued", "succeeded", "failed")
KEYS = [made.key_at(at) for at in range(len(STATES))]


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    database = open_database(Path(tmp_path_factory.mktemp("home")) / "penstock.db")
    rows = [
        made.run(key, state=state, ended_at=made.AT if state in TERMINAL_RUN else None)
        for key, state in zip(KEYS, STATES, strict=True)
    ]
    with database.write() as connection:
        apply(connection, Commit(versions=[made.version()], new_runs=rows))
    yield database
    database.close()


@pytest.mark.parametrize(
    ("verb", "filter", "states", "left"),
    [
        ("cancel", "pipeline=flights", {"running", "paused", "queued"}, 2),
        ("cancel", "all", {"running", "paused", "queued"}, 2),
        ("cancel", "state=running&state=failed", {"running"}, 1),
        ("cancel", "state=!running", {"paused", "queued"}, 2),
        ("cancel", "state=failed", set(), 1),
        ("cancel", "pipeline=none", set(), 0),
        ("reject", "all", {"running", "paused"}, 3),
        ("delete", "pipeline=flights", {"succeeded", "failed"}, 3),
        ("label", "pipeline=flights", set(STATES), 0),
        ("retry", "all", {"failed"}, 4),
    ],
)
def test_only_runs_that_take_it_are_touched(
    database: Database, verb: str, filter: str, states: set[str], left: int
) -> None:
    with database.read() as connection:
        found = chosen_keys(connection, Chosen(verb, [], filter))
    assert {STATES[KEYS.index(key)] for key in found.keys} == states
    assert found.left == left


@pytest.mark.parametrize(("verb", "more"), [("retry", {"succeeded"}), ("set-state", {"running", "paused"})])
def test_a_task_is_taken_of_more_of_them(database: Database, verb: str, more: set[str]) -> None:
    with database.read() as connection:
        whole = chosen_keys(connection, Chosen(verb, [], "all")).keys
        part = chosen_keys(connection, Chosen(verb, [], "all", of_task=True)).keys
    assert {STATES[KEYS.index(key)] for key in part} - {STATES[KEYS.index(key)] for key in whole} == more


def test_all_is_a_filter_and_no_run(database: Database) -> None:
    with database.read() as connection, pytest.raises(UsageError, match="`--filter all` means all"):
        chosen_keys(connection, Chosen("cancel", ["all"]))


def test_a_state_that_is_none_is_told(database: Database) -> None:
    with database.read() as connection, pytest.raises(UsageError, match="did you mean 'failed'"):
        chosen_keys(connection, Chosen("cancel", [], "state=faild"))


@pytest.mark.parametrize(
    ("met", "left", "told"),
    [
        (0, 0, "No run fits.\n"),
        (2, 0, ""),
        (0, 1, "The run that fits is in no state for it.\n"),
        (0, 3, "None of the 3 runs that fit is in a state for it.\n"),
        (2, 1, "1 more that fits is in no state for it, and stays as it is.\n"),
        (2, 3, "3 more that fit are in no state for it, and stay as they are.\n"),
    ],
)
def test_who_is_left_alone_is_told(met: int, left: int, told: str, capsys: pytest.CaptureFixture[str]) -> None:
    tell_left(met, left)
    assert capsys.readouterr().err == told
