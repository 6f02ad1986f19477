"""Asking for the end of runs, by commands that their owners answer."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final, NamedTuple

from penstock.model.ids import run_id
from penstock.model.states import TERMINAL_RUN
from penstock.store import commands, requests
from penstock.store.runs import find_run
from penstock.store.summaries import summaries_of

if TYPE_CHECKING:
    from penstock.store.connection import Connection
    from penstock.store.database import Database

#: Seconds to wait for the owner of a run to answer, and between two looks.
PATIENCE: Final = 5.0
LOOK: Final = 0.05


class Outcome(NamedTuple):
    """What became of it: `applied`, `refused` or `waiting`, with the state of the run then."""

    id: str
    outcome: str
    state: str


def cancel(database: Database, texts: list[str], *, now: bool) -> list[Outcome]:
    """Cancel runs as people name them, each once; `now` without their grace. Raises NotFound, UsageError."""
    with database.write() as connection:
        keys = list(dict.fromkeys(find_run(connection, text) for text in texts))
        asked = {key: _ask(connection, key, now=now) for key in keys}
    answered = answers(database, [one for one in asked.values() if isinstance(one, int)])
    with database.read() as connection:
        states = {run["id"]: run["state"] for run in summaries_of(connection, keys)}
    outcomes = {run_id(key): answered[one] if isinstance(one, int) else one for key, one in asked.items()}
    return [Outcome(name, outcome, states.get(name, "cancelled")) for name, outcome in outcomes.items()]


def _ask(connection: Connection, key: int, *, now: bool) -> str | int:
    """What became of it, or the number of the command that its owner is to answer."""
    if requests.withdraw(connection, key, time.time()):
        return "applied"
    if any(run["state"] in TERMINAL_RUN for run in summaries_of(connection, [key])):
        return "refused"
    return commands.add(connection, key, "cancel", {"force": True} if now else {}, time.time(), by="terminal")


def answers(database: Database, numbers: list[int]) -> dict[int, str]:
    """What became of commands, by their numbers; `waiting` where nobody answered in time."""
    answers = dict.fromkeys(numbers, "waiting")
    deadline = time.monotonic() + PATIENCE
    while "waiting" in answers.values() and time.monotonic() < deadline:
        time.sleep(LOOK)
        with database.read() as connection:
            for number in numbers:
                found = commands.find(connection, number)
                answers[number] = "refused" if found is None else found.state
    return answers
