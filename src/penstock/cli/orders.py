"""Asking something of runs from a terminal, by commands that their owners answer."""

from __future__ import annotations

import getpass
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from penstock.cli import output
from penstock.cli.problems import cure_here
from penstock.cli.session import reading
from penstock.errors import UsageError
from penstock.model.commands import TAKEN, TAKEN_FOR_TASK
from penstock.model.ids import run_id
from penstock.model.states import RUN_STATES
from penstock.store import orders
from penstock.store.filters import RunFilter
from penstock.store.queries import ALL, filter_from_query, narrowing
from penstock.store.runs import count_runs, find_run, keys_fitting
from penstock.store.summaries import summaries_of

if TYPE_CHECKING:
    from penstock.store.connection import Connection
    from penstock.store.database import Database
    from penstock.store.orders import Outcome

#: Seconds to wait for the owner of a run to answer, and between two looks.
PATIENCE: Final = 5.0
LOOK: Final = 0.05
#: Runs that one order may be about.
MOST: Final = 1000

#: What is done to one run, in a transaction that writes: connection, key, seconds since 1970, who asks.
Act = Callable[["Connection", int, float, str], "Outcome"]


class Chosen(NamedTuple):
    """The runs that `penstock runs VERB` is about: named, or all that fit a filter; `sure` asks no more.

    `of_task`: it is about a task of theirs.
    """

    verb: str
    texts: Sequence[str]
    filter: str | None = None
    sure: bool = False
    of_task: bool = False

    @property
    def taken(self) -> frozenset[str]:
        """States of runs that take what is asked: those that fit a filter in other states are left alone."""
        taken = TAKEN.get("approve" if self.verb == "reject" else self.verb, frozenset(RUN_STATES))
        return taken | TAKEN_FOR_TASK.get(self.verb, frozenset()) if self.of_task else taken


class Found(NamedTuple):
    """Runs that are meant, what names none, and how many fit the filter that are left alone."""

    keys: list[int]
    missing: list[Missing]
    left: int = 0


class Missing(NamedTuple):
    """What names no run, or several, and why."""

    text: str
    error: UsageError


def command(kind: str, arguments: dict[str, Any]) -> Act:
    """Ask a run for a command of that kind (model.commands)."""
    return lambda connection, key, now, by: orders.ask(connection, key, kind, arguments, now, by)


def answer(decision: str, task: str | None, texts: dict[str, str], comment: str | None) -> Act:
    """Answer what a run asks: `decision` is approve or reject."""
    told = {"decision": decision, "task": task, "texts": texts, "comment": comment}
    return command("approve", {name: value for name, value in told.items() if value})


def act(chosen: Chosen, do: Act, *, as_json: bool, what: str | None = None, done: str | None = None) -> int:
    """Act on each run, wait for the answers, tell what became of each; one refusal does not stop the rest.

    `what` is asked before many are touched ("set to failed"), by default the verb; `done` is told of a run that obeyed,
    beside its state. The exit code: 0 when all was done, 1 when a run refused or did not answer yet, 130 when nobody
    was sure. Raises NotFound, UsageError.
    """
    with reading() as (_, database):
        with database.read() as connection:
            keys, missing, left = chosen_keys(connection, chosen)
            many = chosen.filter is not None and len(keys) > 1 and not chosen.sure
            states = [run["state"] for run in summaries_of(connection, keys)] if many else []
        if many and not _is_sure(what or chosen.verb, states, left):
            return 130
        with database.write() as connection:
            now, by = time.time(), who()
            outcomes = [do(connection, key, now, by) for key in keys]
        wait(database, outcomes)
        with database.read() as connection:
            known = {run["id"]: run["state"] for run in summaries_of(connection, keys)}
    for one in outcomes:
        if one.state == "applied" and one.detail is None:
            one.detail = done
    with suppress(OSError):  # nobody reads it; the exit code tells
        _tell(chosen.verb, outcomes, missing, known, as_json=as_json)
        tell_left(len(keys) + len(missing), 0 if many else left)  # who was asked knows
    return 0 if not missing and all(outcome.state == "applied" for outcome in outcomes) else 1


def in_a_line(detail: str | None, cure: str | None) -> str:
    """What is told of an outcome, with the cure of a refusal."""
    return "; ".join(told for told in (detail, cure) if told)


def who() -> str:
    """Who asks, as commands and the history of runs tell it."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user may have no name
        return "terminal"


def wait(database: Database, outcomes: list[Outcome]) -> None:
    """Wait for answers, for as long as the patience lasts."""
    deadline = time.monotonic() + PATIENCE
    while any(not one.settled for one in outcomes) and time.monotonic() < deadline:
        time.sleep(LOOK)
        with database.read() as connection:
            for one in outcomes:
                if not one.settled:
                    one.look(connection)


def chosen_keys(connection: Connection, chosen: Chosen) -> Found:
    """The runs that are meant, each once, and of several names those that name none.

    Raises NotFound and UsageError where nothing can be done at all.
    """
    if bool(chosen.texts) == (chosen.filter is not None):
        wrong = "give runs or a filter, not both" if chosen.texts else "no run is named"
        names = f"`penstock runs {chosen.verb} latest` names one"
        cure = f"{names}, `--filter state=failed` means all that fit, `--filter all` all"
        raise UsageError(wrong, cure=cure)
    if chosen.filter is None:
        return _named(connection, chosen.texts)
    if chosen.filter == ALL:
        wanted = RunFilter()
    else:
        query = narrowing(chosen.filter, "say which, as in --filter state=failed, or --filter all")
        wanted = filter_from_query(query, time.time())
    fitting, _ = count_runs(connection, wanted)
    states = _both(wanted.state, chosen.taken)
    keys = keys_fitting(connection, replace(wanted, state=states), MOST + 1) if states else []
    if len(keys) > MOST:
        raise UsageError(f"more than {MOST:,} runs fit", cure="narrow the filter, and act in parts")
    return Found(keys, [], fitting - len(keys))


def _both(asked: tuple[str, ...], taken: frozenset[str]) -> tuple[str, ...]:
    """The states of a filter (with a leading `!`: not) of those that take what is asked."""
    named = [state for state in asked if not state.startswith("!")] or RUN_STATES
    return tuple(state for state in named if state in taken and f"!{state}" not in asked)


def _named(connection: Connection, texts: Sequence[str]) -> Found:
    keys: dict[int, None] = {}
    missing = []
    for text in texts:
        try:
            if text == ALL:
                raise UsageError("'all' is no run", cure="`--filter all` means all that can be asked for it")
            keys[find_run(connection, text)] = None
        except UsageError as error:
            if len(texts) == 1:
                raise
            cure_here(error)
            missing.append(Missing(text, error))
    return Found(list(keys), missing)


def tell_left(met: int, left: int) -> None:
    """Say that runs fit the filter that were left alone, besides those that the verb met."""
    if left and met:
        print(f"{_stays(left)}.", file=sys.stderr)
    elif left:
        one = "The run that fits is in no state for it."
        print(one if left == 1 else f"None of the {left:,} runs that fit is in a state for it.", file=sys.stderr)
    elif not met:
        print("No run fits.", file=sys.stderr)


def _stays(left: int) -> str:
    are, stay = ("is", "stays as it is") if left == 1 else ("are", "stay as they are")
    return f"{left:,} more that {'fits' if left == 1 else 'fit'} {are} in no state for it, and {stay}"


def _is_sure(what: str, states: list[str], left: int) -> bool:
    counts = ", ".join(f"{count:,} {state}" for state, count in Counter(states).most_common())
    if not sys.stdin.isatty():
        fit = f"{len(states):,} runs fit ({counts})" + (f", {_stays(left)}" if left else "")
        raise UsageError(f"{fit}, and nobody is there to say yes", cure=f"add --yes to {what} all of them")
    if left:
        print(f"{_stays(left)}.", file=sys.stderr)
    print(f"{what} {len(states):,} runs ({counts})? [y/N] ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def _tell(verb: str, outcomes: list[Outcome], missing: list[Missing], states: dict[str, str], *, as_json: bool) -> None:
    told = [(run_id(one.key), one, states.get(run_id(one.key))) for one in outcomes]
    if as_json:
        items = [
            {
                "id": run, "outcome": one.state, "state": state, "code": one.code, "detail": one.detail,
                "cure": one.cure,
            }
            for run, one, state in told
        ]  # fmt: skip
        items += [unknown(one) for one in missing]
        if verb == "replay":
            made = [*(one.replay for one in outcomes), *(None for _ in missing)]
            items = [{**item, "replay": new} for item, new in zip(items, made, strict=True)]
        output.show_json({"items": items})
        return
    from penstock.cli.render.runs import asked, nobody

    paint, width = output.paint(), output.width()
    for run, one, state in told:
        output.show(asked(run, one.state, state, in_a_line(one.detail, one.cure), paint, width))
    for each in missing:
        output.show(nobody(each.text, str(each.error), width))


def unknown(missing: Missing) -> dict[str, str | None]:
    """An item of a document for what names no run."""
    error = missing.error
    return {
        "id": missing.text, "outcome": "refused", "state": None, "code": error.code, "detail": error.message,
        "cure": error.cure,
    }  # fmt: skip
