"""`decide(view, now)`: what to do next for a run. Pure: it reads the view and touches nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from penstock.engine.decisions import Decision
from penstock.engine.rules.ask_people import rest_while_people_decide, take_answers
from penstock.engine.rules.conclude import enter_next_phase, start_run
from penstock.engine.rules.heed_limits import heed_limits
from penstock.engine.rules.one_by_one import release_one_task
from penstock.engine.rules.queue_retries import queue_due_retries
from penstock.engine.rules.release_ready import release_ready_tasks
from penstock.engine.rules.rest_run import rest_run_or_go_on, stand_still_or_go_on
from penstock.engine.rules.set_states import set_states_as_chosen
from penstock.engine.rules.settle_attempts import settle_ended_attempts
from penstock.engine.rules.settle_fan_outs import settle_fan_outs
from penstock.engine.rules.stop_run import (
    settle_what_came_back,
    stop_at_once_when_forced,
    stop_run_when_asked_or_late,
)
from penstock.engine.view import RunView

Rule = Callable[[RunView, float], list[Decision]]

#: The first rule that has something to say is applied; then all are asked again.
RULES: Final[tuple[Rule, ...]] = (
    heed_limits,
    start_run,
    settle_ended_attempts,
    take_answers,
    set_states_as_chosen,
    stop_run_when_asked_or_late,
    stop_at_once_when_forced,
    settle_what_came_back,
    rest_run_or_go_on,
    stand_still_or_go_on,
    queue_due_retries,
    settle_fan_outs,
    release_ready_tasks,
    release_one_task,
    rest_while_people_decide,
    enter_next_phase,
)


def decide(view: RunView, now: float) -> list[Decision]:
    """The next decisions for a run, [] when there is nothing to do until something happens."""
    for rule in RULES:
        decisions = rule(view, now)
        if decisions:
            return decisions
    return []
