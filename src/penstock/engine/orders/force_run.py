from __future__ import annotations

from penstock.engine.orders.order import Hands
from penstock.engine.view import RunView
from penstock.errors import TransitionError
from penstock.store.commands import Command


def obey(hands: Hands, view: RunView, command: Command) -> None:
    """`force-run`: a run that waits for slots starts past its limits. Its own slots don't count."""
    if view.barred is None:
        raise TransitionError("the run does not wait for a limit: it is starting")
    view.barred, view.past = None, {"by": command.by}
    hands.out.slots_past.append(view)
    hands.stir(view)
