from __future__ import annotations

from penstock.engine.decisions import Decision, SetStates
from penstock.engine.view import RunView


def set_states_as_chosen(view: RunView, now: float) -> list[Decision]:
    """Put task runs into the states that a person has chosen for them, once what was dispatched of them is over."""
    chosen = [one for one in view.chosen if not (one[0].live or one[0].promise)]
    return [SetStates(chosen)] if chosen else []
