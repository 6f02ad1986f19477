from __future__ import annotations

from penstock.engine.decisions import Decision, SetState
from penstock.engine.view import RunView


def set_states_as_chosen(view: RunView, now: float) -> list[Decision]:
    """Put task runs into the states that a person has chosen for them, once what was dispatched of them is over."""
    return [SetState(run, state, by) for run, state, by in view.chosen if not (run.live or run.promise)]
