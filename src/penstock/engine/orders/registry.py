"""All orders by the kind of their command."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from penstock.engine.orders import approve, breakpoints, cancel, force_run, pause, resume, set_state
from penstock.engine.orders.order import Hands, Order
from penstock.engine.view import RunView
from penstock.errors import PenstockError, TransitionError
from penstock.model import commands
from penstock.model.states import TERMINAL_RUN
from penstock.store.commands import OVER_BEFORE, Command

ORDERS: Final[Mapping[str, Order]] = {
    "approve": approve.obey,
    "breakpoints": breakpoints.obey,
    "cancel": cancel.obey,
    "force-run": force_run.obey,
    "pause": pause.obey,
    "resume": resume.obey,
    "set-state": set_state.obey,
}


def obey(hands: Hands, view: RunView | None, command: Command) -> dict[str, Any] | None:
    """Obey a command; the refusal, with its code, detail and cure, when that can't be."""
    kind = command.kind
    if kind not in commands.KINDS or (kind not in ORDERS and kind not in commands.OF_ANYONE):
        return {"code": "not_supported_yet", "detail": f"this version can't '{kind}' a run"}
    if view is None or view.state in TERMINAL_RUN:
        # Who obeys wishes of anyone (compose.orders) may have begun with this one: nobody else answers for it.
        return None if kind in commands.OF_ANYONE else OVER_BEFORE
    refusal = commands.refusal(kind, view.state)
    if refusal is not None:
        why, cure = refusal
        return {"code": TransitionError.code, "detail": why, "cure": cure}
    try:
        ORDERS[kind](hands, view, command)
    except PenstockError as error:
        return {"code": error.code, "detail": error.message, "cure": error.cure}
    view.by = command.by
    view.commands.append(command.id)
    return None
