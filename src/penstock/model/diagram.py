"""The page `docs/state-machine.md`, from the transition tables. `python -m penstock.model.diagram` prints it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from penstock.model import states
from penstock.model.transitions import TABLES, Table

_STATES: Final = {
    "run": (states.RUN_STATES, states.TERMINAL_RUN),
    "task run": (states.TASK_STATES, states.TERMINAL_TASK),
    "attempt": (states.ATTEMPT_STATES, states.TERMINAL_ATTEMPT),
}
_INTRODUCTION: Final = """\
# States

How a run, a task run and an attempt may move. This page is written from `penstock.model.transitions`
(`python -m penstock.model.diagram > docs/state-machine.md`), and a test holds it to that.

A pair of state and event that is not listed here never happens: it raises `TransitionError`. Beside the state stands a
*reason*, which says why: """
_RULES: Final = """\

Rules that the tables keep:

- What is being cancelled never succeeds. A result that comes late is recorded as an event and changes nothing.
- A state in **bold** is final. A run leaves it only by a retry in place (its generation grows by one), a run and a task
  run by a person's decision (`set_state`), which is recorded; what only followed from the state before is looked at
  again (`look_again`), while the run is not over. An attempt never leaves it: a retry is another attempt.
- A run succeeds when all its tasks did; a failure that is allowed makes it a `warning`, any other one `failed`.
"""


def page() -> str:
    """The whole page, as Markdown."""
    reasons = ", ".join(f"`{reason}`" for reason in states.REASONS)
    sections = [_section(name, table) for name, table in TABLES.items()]
    return "\n".join([f"{_INTRODUCTION}{reasons}.", _RULES, *sections])


def _section(name: str, table: Table) -> str:
    known, final = _STATES[name]
    title = {"run": "Runs", "task run": "Task runs", "attempt": "Attempts"}[name]
    rows = [f"| {_state(state, final)} | {_moves(state, table)} |" for state in known]
    return "\n".join([f"## {title}", "", "| state | event → next state |", "| --- | --- |", *rows, ""])


def _state(state: str, final: Iterable[str]) -> str:
    return f"**{state}**" if state in final else state


def _moves(state: str, table: Table) -> str:
    moves = [(event, to) for (at, event), to in table.items() if at == state]
    chosen = [to for event, to in moves if event.startswith("set_state:")]
    told = [f"`{event}` → {to}" for event, to in moves if not event.startswith("set_state:")]
    if chosen:
        told.append(f"`set_state` → {' or '.join(sorted(chosen))}")
    return " · ".join(told) or "nothing"


if __name__ == "__main__":
    print(page(), end="")
