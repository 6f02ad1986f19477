"""The contract of an order."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeAlias

from penstock.engine.outbox import Outbox
from penstock.engine.view import RunView
from penstock.ports.resting import PausableExecutor
from penstock.store.commands import Command


class Hands(Protocol):
    """What an order may use of the engine that obeys it, in the engine's thread."""

    out: Outbox
    executor: PausableExecutor
    clock: Callable[[], float]

    def stir(self, view: RunView) -> None:
        """Have the deciders look at a run in this turn."""


#: Obeys a command for a run that this engine has, in a state that the kind allows (model.commands). It changes the
#: wishes in the view, and leaves to the deciders what becomes of them; the answer is in the commit that makes it true.
#: What it raises as a PenstockError is the refusal, with its code; then it has changed nothing.
Order: TypeAlias = Callable[[Hands, RunView, Command], None]
