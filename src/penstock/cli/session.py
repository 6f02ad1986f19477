"""The home at hand and its database, for verbs that read."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from penstock.compose.home import Home, find_home
from penstock.compose.settings import Settings, load_settings
from penstock.compose.spools import any_spools, read_spools
from penstock.compose.variables import unread
from penstock.errors import NothingYet, SettingsError, StoreReadOnly
from penstock.store.barred import is_there

if TYPE_CHECKING:
    from penstock.store.database import Database

HOW_TO_BEGIN = "start one with `penstock run FILE.py`"


def at_hand() -> tuple[Home, Settings]:
    """The home and the settings of the current folder. Makes nothing. Raises SettingsError."""
    path = find_home(Path.cwd(), os.environ)
    settings = load_settings(Path.cwd(), os.environ)
    return Home(path, settings.database or str(path / "penstock.db")), settings


def tell_unread() -> None:
    """A line on standard error about variables of the environment that are called as ours are, and aren't."""
    lost = unread(os.environ)
    if lost is not None:
        _tell(f"warning: {lost}")


def _tell(text: str) -> None:
    from penstock.cli.render.spans import clean

    with suppress(OSError):
        print(clean(text), file=sys.stderr)


def anything_run(home: Home, settings: Settings) -> bool:
    """May there be runs? False where a database was never made.

    Raises StoreReadOnly for the home of somebody else, SettingsError for one that is no folder.
    """
    there = is_there(home.path / "penstock.db")
    if not there and home.path.is_file():
        raise SettingsError(f"{home.path} is no folder", cure="set PENSTOCK_HOME to a folder")
    return settings.database is not None or there


@contextmanager
def reading() -> Iterator[tuple[Home, Database]]:
    """The database of this home, after runs whose process was killed were told as such, if that can be written.

    Raises NothingYet, with how to begin, where nothing was run yet.
    """
    from penstock.store.database import open_database

    home, settings = at_hand()
    spools = home.unwritable is None and any_spools(home)
    if not anything_run(home, settings) and not spools:
        raise NothingYet(f"there are no runs yet in {home.path}", cure=f"{HOW_TO_BEGIN}, or go where there are some")
    database = open_database(home.database_url, create=spools)
    try:
        # Runs of Kedro's that are over are on record from here on, also where their own recorder was killed.
        spare = read_spools(home, database, settings.log_limit) if spools else set()
        try:
            _settle(home, database, spare)
        except StoreReadOnly as error:
            _tell(f"Runs whose process is gone are shown as they were told last: {error.message}.")
        yield home, database
    finally:
        database.close()


def _settle(home: Home, database: Database, spare: set[int]) -> None:
    """Say of runs whose process is gone what became of them; most often there are none, and nothing is written."""
    from penstock.store import instances
    from penstock.store.recovery import anything_abandoned

    now = time.time()
    with database.read() as connection:
        if not anything_abandoned(connection, now):
            return
    from penstock.compose.left import alone, wait_for_agents
    from penstock.engine.recover import settle_abandoned_runs

    wait_for_agents(home, database)
    with database.write() as connection:
        owner = instances.register(connection, "terminal", now)
        settle_abandoned_runs(connection, owner, now, alone(home), spare)
        instances.gone(connection, owner, now)
