"""What can be asked of a run, and in which of its states: data that command line, server and engine share."""

from __future__ import annotations

from typing import Final, Literal, NamedTuple, TypeAlias

from penstock.model.states import RUN_STATES, TERMINAL_RUN

#: Who obeys: the `owner` of the run, who holds its view; or `anyone`, of a run that is over and that nobody works on.
Obeys: TypeAlias = Literal["owner", "anyone"]


class Kind(NamedTuple):
    """A kind of command. `done` ends the sentence "only one that is ... can be ..."."""

    allowed: frozenset[str]
    done: str
    obeys: Obeys = "owner"


_OPEN: Final = frozenset(RUN_STATES) - TERMINAL_RUN
#: What is asked of rows alone (labels, delete, replay) is no command: it happens in the transaction that asks for it.
KINDS: Final[dict[str, Kind]] = {
    "cancel": Kind(_OPEN, "cancelled"),
    "pause": Kind(frozenset({"running", "paused"}), "paused"),
    "resume": Kind(frozenset({"paused"}), "resumed"),
    "breakpoints": Kind(frozenset({"running", "paused"}), "given breakpoints"),
    "retry": Kind(TERMINAL_RUN, "retried", "anyone"),
    # Of a run that is over, rows alone change (store.orders).
    "set-state": Kind(frozenset({"running", "paused"}), "told the state of a task"),
    "force-run": Kind(frozenset({"created", "queued"}), "forced to run"),
    "approve": Kind(frozenset({"running", "paused"}), "approved"),
}
#: Kinds that wait for any engine, because the run has no owner any more.
OF_ANYONE: Final = tuple(name for name, kind in KINDS.items() if kind.obeys == "anyone")
_ENDED: Final = {
    "succeeded": "succeeded", "warning": "ended with warnings", "failed": "failed", "cancelled": "was cancelled",
    "skipped": "was skipped",
}  # fmt: skip


def refusal(kind: str, state: str) -> str | None:
    """Why a run in that state refuses a command of that kind; None when it may be obeyed."""
    known = KINDS[kind]
    if state in known.allowed:
        return None
    if state in TERMINAL_RUN:
        return f"the run is over: it {_ENDED[state]}"
    if known.allowed == TERMINAL_RUN:
        return f"the run is {state}: only one that is over can be {known.done}"
    allowed = " or ".join(one for one in RUN_STATES if one in known.allowed)
    return f"the run is {state}: only one that is {allowed} can be {known.done}"
