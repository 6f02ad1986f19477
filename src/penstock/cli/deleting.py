"""Deleting runs from a terminal."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

from penstock.cli import output
from penstock.cli.orders import Chosen, chosen_keys, who
from penstock.cli.render.amounts import plural, size
from penstock.cli.session import reading
from penstock.compose.erasing import erase
from penstock.errors import UsageError
from penstock.model.ids import run_id
from penstock.store import deletion, instances

if TYPE_CHECKING:
    from penstock.compose.home import Home
    from penstock.store.connection import Connection
    from penstock.store.database import Database
    from penstock.store.deletion import Refusal


def delete(chosen: Chosen, *, children: bool, as_json: bool) -> int:
    """The exit code: 0 when all are gone, 1 when one stays, 130 when nobody was sure. Raises NotFound, UsageError."""
    with reading() as (home, database):
        with database.read() as connection:
            keys = chosen_keys(connection, chosen)
            what = _what(connection, keys, children=children)
        if keys and not chosen.sure and not _is_sure(what, by_filter=chosen.filter is not None and len(keys) > 1):
            return 130
        with database.write() as connection:
            told = deletion.delete_runs(connection, keys, time.time(), who(), children=children)
        erase_here(database, home)
    _tell(told, as_json=as_json)
    return 1 if any(told.values()) else 0


def erase_here(database: Database, home: Home) -> None:
    """Erase what deleted runs have left, unless there is an engine of `penstock up`, which does it beside its work."""
    with database.read() as connection:
        if instances.engine_is_there(connection, time.time()):
            return
    erase(database, home, lambda _: True)


def _what(connection: Connection, keys: list[int], *, children: bool) -> str:
    going = [*keys, *(deletion.descendants(connection, keys) if children else ())]
    amount = deletion.amount(connection, list(dict.fromkeys(going)))
    return f"{plural(amount.runs, 'run')} ({size(amount.bytes)} of artifacts)"


def _is_sure(what: str, *, by_filter: bool) -> bool:
    """Who names runs in a program knows what he does; a filter may fit more than was thought."""
    if not sys.stdin.isatty():
        if by_filter:
            raise UsageError(f"{what} fit, and nobody is there to say yes", cure="`--yes` will delete them all")
        return True
    print(f"Delete {what} for good? [y/N] ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def _tell(told: dict[int, Refusal | None], *, as_json: bool) -> None:
    if as_json:
        items = [
            {
                "id": run_id(key), "outcome": "applied" if why is None else "refused",
                "code": None if why is None else why.code, "detail": None if why is None else why.detail,
            }
            for key, why in told.items()
        ]  # fmt: skip
        output.show_json({"items": items})
        return
    from penstock.cli.render.runs import deleted

    output.show([deleted(run_id(key), None if why is None else why.detail) for key, why in told.items()])
    if not told:
        print("No run fits.", file=sys.stderr)
