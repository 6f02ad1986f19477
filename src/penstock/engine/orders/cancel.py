from __future__ import annotations

from penstock.engine.orders.order import Hands
from penstock.engine.view import RunView
from penstock.store.commands import Command


def obey(hands: Hands, view: RunView, command: Command) -> None:
    """`cancel {force, reason}`: the run ends; a second time, or with `force`, at once."""
    cancel(hands, view, command.arguments.get("reason", "user"), force=bool(command.arguments.get("force")))


def cancel(hands: Hands, view: RunView, reason: str, *, force: bool) -> None:
    """Wish that a run ends for that reason."""
    view.asked = view.asked or reason
    if view.state == "cancelling" and view.reason != view.asked:
        # It was ending for another reason; who goes on with it after a crash must know of the wish.
        view.reason = view.asked
        hands.out.mark_run(view)
    if force and view.forced is None:
        view.forced = "asked"
    hands.stir(view)
