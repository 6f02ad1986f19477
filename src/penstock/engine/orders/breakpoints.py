from __future__ import annotations

from penstock.engine.orders.order import Hands
from penstock.engine.view import RunView
from penstock.errors import TransitionError, UsageError
from penstock.model.nearest import did_you_mean
from penstock.model.run_types import meaning_of
from penstock.store.commands import Command


def obey(hands: Hands, view: RunView, command: Command) -> None:
    """`breakpoints {set, remove}`: the tasks before which a run of type debug rests."""
    if not meaning_of(view.type).alone:
        raise TransitionError("only a run of type debug rests before tasks", cure="run the pipeline with --type debug")
    new, gone = set(command.arguments.get("set") or ()), set(command.arguments.get("remove") or ())
    for name in sorted(new):
        if name not in view.plan.places:
            raise UsageError(f"there is no task '{name}'", cure=did_you_mean(name, view.plan.places))
    view.breakpoints = (view.breakpoints - gone) | new
    view.rearranged = True
    hands.out.mark_run(view)
    data = {"by": command.by, "breakpoints": sorted(view.breakpoints)}
    hands.out.event(view, None, None, hands.clock(), "breakpoints_changed", data)
    hands.stir(view)
