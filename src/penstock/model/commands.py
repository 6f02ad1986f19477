"""What can be asked of a run, and in which of its states: data that command line, server and engine share."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Literal, NamedTuple, TypeAlias

from penstock.model.states import RUN_STATES, TERMINAL_RUN
from penstock.model.transitions import RUN, SETTABLE, SETTABLE_LIVE, SETTABLE_RUN, TASK_RUN

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
#: Runs of which something failed or never ran; of others that are over a task can be retried, with all that follows.
UNFINISHED_RUN: Final = TERMINAL_RUN - {"succeeded", "skipped"}
_ENDED: Final = {
    "succeeded": "succeeded", "warning": "ended with warnings", "failed": "failed", "cancelled": "was cancelled",
    "skipped": "was skipped",
}  # fmt: skip

#: What helps a run of that state that is not over, where it is not yet or no more in the right one.
_NOT_BEGUN: Final = "wait until it has begun, or cancel it"
_INSTEAD: Final = {
    "running": "it goes on already",
    "paused": "resume it, or cancel it",
    "cancelling": "wait for its end, and retry or replay it",
}


def refusal(kind: str, state: str) -> tuple[str, str] | None:
    """Why a run in that state refuses a command of that kind, with the cure; None when it may be obeyed."""
    known = KINDS[kind]
    if state in known.allowed:
        return None
    if state in TERMINAL_RUN:
        again = "retry or replay it" if state in UNFINISHED_RUN else "replay it"
        return f"the run is over: it {_ENDED[state]}", f"{again} to run it again"
    if known.allowed == TERMINAL_RUN:
        return f"the run is {state}: only one that is over can be {known.done}", until_over(state)
    allowed = " or ".join(one for one in RUN_STATES if one in known.allowed)
    return f"the run is {state}: only one that is {allowed} can be {known.done}", _INSTEAD.get(state, _NOT_BEGUN)


def until_over(state: str) -> str:
    """What helps where a run that is not over would have to be."""
    return "wait for its end" if state == "cancelling" else "cancel it, or wait for its end"


def run_states(run: str) -> tuple[str, ...]:
    """States that a person may give to a run; none while it is not over."""
    return tuple(to for to in SETTABLE_RUN if (run, f"set_state:{to}") in RUN)


#: By action the states of a run that take it, where people ask it of many.
TAKEN: Final[dict[str, frozenset[str]]] = {
    **{name: kind.allowed for name, kind in KINDS.items()},
    "retry": UNFINISHED_RUN,
    "replay": frozenset(RUN_STATES),
    "set-state": frozenset(run for run in RUN_STATES if run_states(run)),
    "delete": TERMINAL_RUN,
}

#: Further states of a run that take an action on one of its tasks.
TAKEN_FOR_TASK: Final[dict[str, frozenset[str]]] = {
    "retry": TERMINAL_RUN,
    "set-state": KINDS["set-state"].allowed,
}


def task_states(run: str, task: str) -> tuple[str, ...]:
    """States that a person may give to a task of a run, both in the states that they have now."""
    return tuple(to for to in SETTABLE if task_refusal(run, task, to) is None)


def task_refusal(run: str, task: str, to: str) -> tuple[str, str] | None:
    """Why a task of a run can't be set to a state, with the cure; None when it can."""
    over = run in TERMINAL_RUN
    allowed = SETTABLE if over else SETTABLE_LIVE
    if not over and run not in KINDS["set-state"].allowed:
        return f"its run is {run}", "wait until the run is paused, or over"
    if to not in allowed:
        return ("" if over else "while its run is not over, ") + f"it can't be set to {to}", _one_of(allowed)
    if not over and task in ("succeeded", "warning"):
        return "others may have read from it", "retry from it when the run is over"
    if not over and task in ("created", "queued") and run != "paused":
        return "it may begin at any moment", "pause the run first"
    if (task, f"set_state:{to}") not in TASK_RUN:
        can = [one for one in allowed if (task, f"set_state:{one}") in TASK_RUN]
        return f"it can't be set to {to}", _one_of(can) if can else "cancel the run, or wait for the task's end"
    return None


def _one_of(states: Iterable[str]) -> str:
    return f"it can be set to {', '.join(states)}"
