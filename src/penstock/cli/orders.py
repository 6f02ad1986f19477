"""Asking something of runs from a terminal, by commands that their owners answer."""

from __future__ import annotations

import getpass
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from penstock.cli import output
from penstock.cli.session import reading
from penstock.errors import UsageError
from penstock.model.commands import TAKEN
from penstock.model.ids import run_id
from penstock.model.states import RUN_STATES
from penstock.store import orders
from penstock.store.queries import keys_of_query, narrowing
from penstock.store.runs import find_run
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

#: As a filter: of all runs those that can be asked for it now.
ALL: Final = "all"

#: What is done to one run, in a transaction that writes: connection, key, seconds since 1970, who asks.
Act = Callable[["Connection", int, float, str], "Outcome"]


class Chosen(NamedTuple):
    """The runs that `penstock runs VERB` is about: named, or all that fit a filter; `sure` asks no more."""

    verb: str
    texts: list[str]
    filter: str | None = None
    sure: bool = False


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
            keys, missing = chosen_keys(connection, chosen)
            many = chosen.filter is not None and len(keys) > 1 and not chosen.sure
            states = [run["state"] for run in summaries_of(connection, keys)] if many else []
        if many and not _is_sure(what or chosen.verb, states):
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


def chosen_keys(connection: Connection, chosen: Chosen) -> tuple[list[int], list[Missing]]:
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
        query = _that_take(chosen.verb)
    else:
        query = narrowing(chosen.filter, "say which, as in --filter state=failed, or --filter all")
    keys = keys_of_query(connection, query, MOST + 1, time.time())
    if len(keys) > MOST:
        raise UsageError(f"more than {MOST:,} runs fit", cure="narrow the filter, and act in parts")
    return keys, []


def _that_take(verb: str) -> str:
    """The filter of all runs in a state that takes what is asked."""
    taken = TAKEN.get("approve" if verb == "reject" else verb, RUN_STATES)
    return "&".join(f"state={state}" for state in RUN_STATES if state in taken)


def _named(connection: Connection, texts: list[str]) -> tuple[list[int], list[Missing]]:
    keys: dict[int, None] = {}
    missing = []
    for text in texts:
        try:
            keys[find_run(connection, text)] = None
        except UsageError as error:
            if len(texts) == 1:
                raise
            missing.append(Missing(text, error))
    return list(keys), missing


def _is_sure(what: str, states: list[str]) -> bool:
    counts = ", ".join(f"{count:,} {state}" for state, count in Counter(states).most_common())
    if not sys.stdin.isatty():
        fit = f"{len(states):,} runs fit ({counts})"
        raise UsageError(f"{fit}, and nobody is there to say yes", cure=f"add --yes to {what} all of them")
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
    if not told and not missing:
        print("No run fits.", file=sys.stderr)


def unknown(missing: Missing) -> dict[str, str | None]:
    """An item of a document for what names no run."""
    error = missing.error
    return {
        "id": missing.text, "outcome": "refused", "state": None, "code": error.code, "detail": error.message,
        "cure": error.cure,
    }  # fmt: skip
