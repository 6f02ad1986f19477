"""What is written besides commits, each in a transaction of its own: asking, claiming, entering limits.

Every door has a twin in `penstock.store`; `test_ledger` goes through both and compares what is left.
"""

from __future__ import annotations

import json
from typing import Any, Final

from penstock.engine.restore import current_rows
from penstock.engine.view import Barred
from penstock.errors import PenstockError, TransitionError
from penstock.model.fanout import ended_as
from penstock.model.ids import run_id
from penstock.model.states import TERMINAL_ATTEMPT, TERMINAL_RUN
from penstock.model.transitions import RUN, SETTABLE, SETTABLE_RUN, TASK_RUN, step
from penstock.store.chosen_states import Choice
from penstock.store.commands import Command
from penstock.store.rows import CommandSettled, NewEvent, NewTaskRun
from penstock.store.slots import Full, Holder, Want
from tests.simulation.ledger import Ledger


def go_through(ledger: Ledger, door: str, *facts: Any) -> Any:
    """Go through a door. What it refuses by a PenstockError has changed nothing."""
    ledger.begin()
    try:
        found = DOORS[door](ledger, *facts)
    except PenstockError as refused:
        ledger.roll_back()
        ledger.log.append((door, facts, type(refused)))
        raise
    ledger.log.append((door, facts, found))
    return found


# --- whose a run is ---------------------------------------------------------------------------------------


def _claim_new(ledger: Ledger, key: int, owner: int) -> bool:
    """A run that was asked for."""
    if not _is_unclaimed(ledger, key):
        return False
    _set(ledger, key, owner=owner, epoch=abs(ledger.runs[key].epoch) + 1)
    return True


def _complete(ledger: Ledger, key: int, params: dict[str, Any], tags: list[str], selection: Any) -> None:
    parts = json.dumps(selection) if selection else None
    _set(ledger, key, params=json.dumps(params), tags=json.dumps(tags), selection=parts, facts=None)


def _claim_orphan(ledger: Ledger, key: int, owner: int) -> int:
    """A run whose owner is gone, with the slots of its attempts that are on record; the new epoch."""
    run = ledger.runs[key]
    _set(ledger, key, owner=owner, epoch=run.epoch + 1)
    live = {row[1:3] for row in ledger.attempts.values() if row[0] == key and row.state not in TERMINAL_ATTEMPT}
    ledger.slots.keep_attempts(key, live)
    return run.epoch + 1


def _give_back(ledger: Ledger, key: int) -> bool:
    """A run whose engine went before it began anything is nobody's again."""
    run = ledger.runs[key]
    if run.state not in ("created", "queued") or run.epoch <= 0 or ledger.is_begun(key):
        return False
    _set(ledger, key, owner=None, epoch=-run.epoch)
    if run.state == "queued":
        ledger.slots.wait_again(key)
    else:
        ledger.slots.release(key)
    return True


def _reclaim(
    ledger: Ledger, key: int, owner: int, version: int, wants: list[Want], now: float
) -> tuple[int, Barred | None]:
    """A run that is over, to begin again under its limits."""
    run = ledger.runs[key]
    other = run.owner != owner and run.owner in ledger.alive
    if run.state not in TERMINAL_RUN or run.row_version != version or other:
        raise TransitionError("the run was changed meanwhile")
    _set(ledger, key, owner=owner, epoch=abs(run.epoch) + 1)
    barred = _enter(ledger, key, wants, now, now) if wants else None
    if barred is not None and barred.event != "queue":
        raise TransitionError(barred.message)
    return abs(run.epoch) + 1, barred


def _is_unclaimed(ledger: Ledger, key: int) -> bool:
    run = ledger.runs[key]
    return run.owner is None and run.state in ("created", "queued")


def _set(ledger: Ledger, key: int, **facts: Any) -> None:
    ledger.put(ledger.runs, key, ledger.runs[key]._replace(**facts))


# --- limits -----------------------------------------------------------------------------------------------


def _enter(ledger: Ledger, key: int, wants: list[Want], since: float, now: float) -> Barred | None:
    full = ledger.slots.take(Holder(key), wants, int(since * 1e6))
    if full is None:
        return None
    if full.want.full in ("skip", "fail"):
        ledger.slots.release(key)
        return Barred(full.want.full, {"limit": full.want.name}, "full")
    came = ledger.slots.wait(Holder(key), full.want.name, int(since * 1e6))
    if came and full.want.full == "cancel_oldest":
        _cancel_oldest(ledger, full, key, now)
    return Barred("queue", {"limit": full.want.name}, "full")


def _cancel_oldest(ledger: Ledger, full: Full, key: int, now: float) -> None:
    arguments = {"reason": "limit", "for": run_id(key)}
    for holder in full.held:
        ends = any(one.kind == "cancel" for one in ledger.waiting(holder))
        if not ends and ledger.runs[holder].state != "cancelling":
            _add(ledger, holder, "cancel", arguments, now, "limit")
            return
    before = ledger.slots.oldest_waiting(full.want.name, key)
    if before is not None and not _withdraw(ledger, before, now, "limit"):
        _add(ledger, before, "cancel", arguments, now, "limit")


def _queue(ledger: Ledger, key: int, told: dict[str, Any], now: float) -> bool:
    """A run that nobody claimed waits for its limit."""
    run = ledger.runs[key]
    if run.state != "created" or not _is_unclaimed(ledger, key):
        return False
    _set(ledger, key, state="queued", reason="limit", row_version=run.row_version + 1)
    _tell(ledger, key, None, now, "run.queued", {"reason": "limit", **told})
    return True


def _let_past(ledger: Ledger, key: int, now: float) -> bool:
    """A run that nobody claimed starts past its limits."""
    if not _is_unclaimed(ledger, key) or not ledger.slots.force(key):
        return False
    number = _add(ledger, key, "force-run", {}, now, "somebody")
    ledger.settle(CommandSettled("applied", '{"state": "queued"}', int(now * 1e6), number, key))
    return True


# --- what people ask --------------------------------------------------------------------------------------


def _ask(ledger: Ledger, key: int, kind: str, arguments: dict[str, Any], now: float) -> int:
    return _add(ledger, key, kind, arguments, now, "somebody")


def _add(ledger: Ledger, key: int, kind: str, arguments: dict[str, Any], now: float, by: str) -> int:
    number = len(ledger.commands) + 1
    command = Command(number, key, kind, arguments, int(now * 1e6), by, "waiting", None, None)
    ledger.put(ledger.commands, number, command)
    return number


def _refuse(ledger: Ledger, number: int, now: float) -> None:
    run_key = ledger.commands[number].run_key
    ledger.settle(CommandSettled("refused", "{}", int(now * 1e6), number, run_key))


def _withdraw(ledger: Ledger, key: int, now: float, reason: str) -> bool:
    """Nobody has claimed it yet: it is cancelled at once."""
    if not _is_unclaimed(ledger, key):
        return False
    run = ledger.runs[key]
    _set(ledger, key, state="cancelled", reason=reason, ended_at=int(now * 1e6), row_version=run.row_version + 1)
    _tell(ledger, key, None, now, "run.cancelled", {"reason": reason})
    ledger.slots.release(key)
    return True


def _set_state(ledger: Ledger, key: int, choice: Choice, now: float) -> bool:
    """The state of a run that is over, or of a task of it."""
    run = ledger.runs[key]
    if run.state not in TERMINAL_RUN:
        return False
    if any(one.kind == "retry" for one in ledger.waiting(key)):
        raise TransitionError("the run is about to be tried again")
    if choice.task is None:
        _check(RUN, run.state, choice.state, SETTABLE_RUN)
        error = run.error if choice.state == "failed" else None
        _set(ledger, key, state=choice.state, reason="user", error=error, row_version=run.row_version + 1)
        _tell(ledger, key, None, now, f"run.{choice.state}", {"reason": "user", "before": run.state, "by": "somebody"})
        return True
    current = current_rows([row for row in ledger.tasks.values() if row.run_key == key])
    rows = {row.map_index: row for row in current if row.task == choice.task}
    whole = rows.pop(-1, None)
    if whole is not None and not whole.items:
        rows[-1] = whole
    row = rows.get(-1 if choice.map_index is None else choice.map_index)
    if whole is None or row is None or row.reason == "slice":
        raise TransitionError("no part of this run, or a fan-out")
    _check(TASK_RUN, row.state, choice.state, SETTABLE)
    _put_state(ledger, row, choice.state, now)
    if row is not whole:
        items = [ledger.tasks[key, rows[index].seq] for index in sorted(rows)]
        ended, _ = ended_as((item.state, item.reason) for item in items)
        if ended != whole.state:
            _put_state(ledger, whole, ended, now)
    return True


def _put_state(ledger: Ledger, row: NewTaskRun, state: str, now: float) -> None:
    key = row.run_key
    ledger.put(ledger.tasks, (key, row.seq), row._replace(state=state, reason="user", row_version=row.row_version + 1))
    told = {"reason": "user", "before": row.state, "by": "somebody"}
    _tell(ledger, key, row.seq, now, f"task_run.{state}", told)


def _check(table: Any, state: str, to: str, allowed: tuple[str, ...]) -> None:
    if to not in allowed or state == to:
        raise TransitionError(f"it can't be set to {to}")
    step(table, state, f"set_state:{to}")


def _tell(ledger: Ledger, key: int, seq: int | None, now: float, kind: str, data: dict[str, Any]) -> None:
    ledger.events.append(NewEvent(key, seq, None, int(now * 1e6), kind, json.dumps(data)))


def _go(ledger: Ledger, owner: int) -> None:
    """An engine is gone, or was declared so."""
    ledger.alive.discard(owner)


def _fall_silent(ledger: Ledger, owner: int) -> None:
    """Nothing is heard of an engine any more."""
    ledger.silent.add(owner)


DOORS: Final[dict[str, Any]] = {
    "ask": _ask,
    "claim new": _claim_new,
    "claim orphan": _claim_orphan,
    "complete": _complete,
    "enter": _enter,
    "fall silent": _fall_silent,
    "give back": _give_back,
    "go": _go,
    "let past": _let_past,
    "queue": _queue,
    "reclaim": _reclaim,
    "refuse": _refuse,
    "set state": _set_state,
    "withdraw": _withdraw,
}
