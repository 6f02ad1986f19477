"""Deleting runs from a terminal."""

from __future__ import annotations

import sys
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from penstock.cli import output
from penstock.cli.orders import LOOK, Chosen, Missing, chosen_keys, in_a_line, tell_left, unknown, who
from penstock.cli.render.amounts import plural, size
from penstock.cli.session import reading
from penstock.compose.erasing import erase
from penstock.errors import UsageError
from penstock.model.ids import run_id
from penstock.store import deletion, instances
from penstock.store.summaries import summaries_of

if TYPE_CHECKING:
    from penstock.compose.home import Home
    from penstock.store.connection import Connection
    from penstock.store.database import Database
    from penstock.store.deletion import Refusal


#: Seconds without any progress after which `--wait` waits no longer.
PATIENCE: Final = 60.0
#: Deleted runs of which something is left: more are never waited for at once.
ALL: Final = 1_000_000


def delete(chosen: Chosen, *, children: bool, wait: bool, as_json: bool) -> int:
    """The exit code: 0 when all are gone, 1 when one stays, 130 when nobody was sure. Raises NotFound, UsageError."""
    with reading() as (home, database):
        with database.read() as connection:
            keys, missing, unfit = chosen_keys(connection, chosen)
            going = list(dict.fromkeys([*keys, *(deletion.descendants(connection, keys) if children else ())]))
            what = _what(connection, going)
        if keys and not chosen.sure and not _is_sure(what, by_filter=chosen.filter is not None and len(keys) > 1):
            return 130
        with database.write() as connection:
            told = deletion.delete_runs(connection, keys, time.time(), who(), children=children)
        erase_here(database, home)
        left = _await(database, home, going) if wait else 0
        with database.read() as connection:
            states = {run["id"]: run["state"] for run in summaries_of(connection, keys)}
    with suppress(OSError):  # nobody reads it; the exit code tells
        _tell(told, states, missing, as_json=as_json)
        tell_left(len(keys) + len(missing), unfit)
    if left:
        print(f"Files of {plural(left, 'deleted run')} are not erased yet: `penstock up` tells why.", file=sys.stderr)
    return 1 if left or missing or any(told.values()) else 0


def _await(database: Database, home: Home, keys: list[int]) -> int:
    """Wait until nothing of deleted runs is left; how many are left when nothing has moved for too long."""
    left, since = len(keys), time.monotonic()
    while left and time.monotonic() - since < PATIENCE:
        with database.read() as connection:
            found = len({*keys}.intersection(deletion.unfinished(connection, ALL)))
        if found < left:
            left, since = found, time.monotonic()
        elif found:
            time.sleep(LOOK)
            erase_here(database, home)  # where `penstock up` has ended meanwhile
    return left


def erase_here(database: Database, home: Home) -> None:
    """Erase what deleted runs have left, unless there is an engine of `penstock up`, which does it beside its work."""
    with database.read() as connection:
        if instances.engine_is_there(connection, time.time()):
            return
    erase(database, home, lambda _: True)


def _what(connection: Connection, keys: list[int]) -> str:
    amount = deletion.amount(connection, keys)
    return f"{plural(amount.runs, 'run')} ({size(amount.bytes)} of artifacts)"


def _is_sure(what: str, *, by_filter: bool) -> bool:
    """Who names runs in a program knows what he does; a filter may fit more than was thought."""
    if not sys.stdin.isatty():
        if by_filter:
            raise UsageError(f"{what} fit, and nobody is there to say yes", cure="add --yes to delete all of them")
        return True
    print(f"Delete {what} for good? [y/N] ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def _tell(told: dict[int, Refusal | None], states: dict[str, str], missing: list[Missing], *, as_json: bool) -> None:
    if as_json:
        items = [
            {
                "id": run_id(key), "outcome": "applied" if why is None else "refused", "state": states.get(run_id(key)),
                "code": None if why is None else why.code, "detail": None if why is None else why.detail,
                "cure": None if why is None else why.cure,
            }
            for key, why in told.items()
        ]  # fmt: skip
        output.show_json({"items": items + [unknown(one) for one in missing]})
        return
    from penstock.cli.render.runs import deleted, nobody

    width = output.width()
    for key, why in told.items():
        output.show(deleted(run_id(key), None if why is None else in_a_line(why.detail, why.cure), width))
    for each in missing:
        output.show(nobody(each.text, str(each.error), width))
