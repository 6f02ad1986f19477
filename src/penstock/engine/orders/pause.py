from __future__ import annotations

from penstock.engine.orders.order import Hands
from penstock.engine.view import RunView
from penstock.errors import NotSupportedYet, TransitionError
from penstock.store.commands import Command


def obey(hands: Hands, view: RunView, command: Command) -> None:
    """`pause {now}`: nothing begins any more; what runs goes on to its end, or stands still at once."""
    still = bool(command.arguments.get("now"))
    if view.paused and (view.still or not still):
        raise TransitionError("the run is paused already", cure="resume it, or cancel it")
    if still and not hands.executor.suspends:
        cure = "pause without `now`: the task that runs goes on to its end"
        raise NotSupportedYet("tasks run inside their engine here, and can't stand still", cure=cure)
    view.paused = view.paused or "user"
    view.paused_by, view.still = command.by, still
    if view.state == "paused" and view.reason != view.paused:
        # It rested for an answer; now it rests until it is resumed, whoever goes on with it.
        view.reason = view.paused
        hands.out.mark_run(view)
    hands.stir(view)
