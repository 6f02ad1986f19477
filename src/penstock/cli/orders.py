"""Asking something of runs from a terminal, by commands that their owners answer."""

from __future__ import annotations

import getpass
import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from penstock.cli import output
from penstock.cli.session import reading
from penstock.errors import UsageError
from penstock.model.ids import run_id
from penstock.store import orders
from penstock.store.queries import keys_of_query
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

#: What is done to one run, in a transaction that writes: connection, key, seconds since 1970, who asks.
Act = Callable[["Connection", int, float, str], "Outcome"]


class Chosen(NamedTuple):
    """The runs that are meant: as people name them, or all that fit a filter; `sure` asks no more."""

    texts: list[str]
    filter: str | None = None
    sure: bool = False


def command(kind: str, arguments: dict[str, Any]) -> Act:
    """Ask a run for a command of that kind (model.commands)."""
    return lambda connection, key, now, by: orders.ask(connection, key, kind, arguments, now, by)


def answer(decision: str, task: str | None, texts: dict[str, str], comment: str | None) -> Act:
    """Answer what a run asks: `decision` is approve or reject."""
    told = {"decision": decision, "task": task, "texts": texts, "comment": comment}
    return command("approve", {name: value for name, value in told.items() if value})


def act(chosen: Chosen, verb: str, do: Act, *, as_json: bool) -> int:
    """Act on each run, wait for the answers, tell what became of each; one refusal does not stop the rest.

    The exit code: 0 when all was done, 1 when a run refused or did not answer yet, 130 when nobody was sure. Raises
    NotFound, UsageError.
    """
    with reading() as (_, database):
        with database.read() as connection:
            keys = chosen_keys(connection, chosen)
        if chosen.filter is not None and len(keys) > 1 and not chosen.sure and not _is_sure(verb, len(keys)):
            return 130
        with database.write() as connection:
            now, by = time.time(), who()
            outcomes = [do(connection, key, now, by) for key in keys]
        wait(database, outcomes)
        with database.read() as connection:
            known = {run["id"]: run["state"] for run in summaries_of(connection, keys)}
    _tell(outcomes, known, as_json=as_json)
    return 0 if all(outcome.state == "applied" for outcome in outcomes) else 1


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


def chosen_keys(connection: Connection, chosen: Chosen) -> list[int]:
    """The runs that are meant, each once. Raises NotFound, UsageError."""
    if bool(chosen.texts) == (chosen.filter is not None):
        cure = "`penstock runs cancel 38fw` names one, `--filter state=running` means all that fit"
        raise UsageError("give either runs or a filter", cure=cure)
    if chosen.filter is None:
        return list(dict.fromkeys(find_run(connection, text) for text in chosen.texts))
    keys = keys_of_query(connection, chosen.filter, MOST + 1)
    if len(keys) > MOST:
        raise UsageError(f"more than {MOST:,} runs fit", cure="narrow the filter, and act in parts")
    return keys


def _is_sure(verb: str, count: int) -> bool:
    if not sys.stdin.isatty():
        raise UsageError(f"{count} runs fit, and nobody is there to say yes", cure=f"`--yes` will {verb} them all")
    print(f"{verb} {count} runs? [y/N] ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def _tell(outcomes: list[Outcome], states: dict[str, str], *, as_json: bool) -> None:
    told = [(run_id(one.key), one, states.get(run_id(one.key), "deleted")) for one in outcomes]
    if as_json:
        items = [
            {"id": run, "outcome": one.state, "state": state, "code": one.code, "detail": one.detail}
            for run, one, state in told
        ]
        output.show_json({"items": items})
        return
    from penstock.cli.render.runs import asked

    output.show([asked(run, one.state, state, one.detail, output.paint()) for run, one, state in told])
    if not told:
        print("No run fits.", file=sys.stderr)
