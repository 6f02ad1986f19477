from __future__ import annotations

from penstock.engine.approvals import answers, waiting
from penstock.engine.orders.order import Hands
from penstock.engine.view import Answer, RunView, TaskRun
from penstock.errors import TransitionError
from penstock.store.commands import Command


def obey(hands: Hands, view: RunView, command: Command) -> None:
    """`approve {task, decision, values, texts, comment}`: a person has answered what a task run asks.

    `values` are JSON by the names of the form, `texts` the same as typed.
    """
    told = command.arguments
    run = _asked(view, told.get("task"))
    approved = told.get("decision", "approve") == "approve"
    values = answers(run, told.get("values") or {}, told.get("texts") or {}) if approved else {}
    view.answers.append(Answer(run, approved, values, told.get("comment") or None, command.by, late=False))
    hands.stir(view)


def _asked(view: RunView, name: str | None) -> TaskRun:
    """The task run that is meant: of that task, or the only one that asks."""
    runs = waiting(view)
    names = ", ".join(f"'{run.task.name}'" for run in runs)
    chosen = [run for run in runs if name in (None, run.task.name)]
    if not runs:
        raise TransitionError("the run asks for no approval now", cure="its tasks tell what it does")
    if not chosen:
        raise TransitionError(f"task '{name}' asks for no approval now", cure=f"{names} does")
    if len(chosen) > 1:
        raise TransitionError(f"{len(chosen)} tasks ask for approval: {names}", cure="say which one is meant")
    return chosen[0]
