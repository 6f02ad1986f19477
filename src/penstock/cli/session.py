"""The home at hand and its database, for verbs that read."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from penstock.compose.home import Home, find_home
from penstock.compose.settings import Settings, load_settings
from penstock.errors import NotFound

if TYPE_CHECKING:
    from penstock.store.database import Database


def at_hand() -> tuple[Home, Settings]:
    """The home and the settings of the current folder. Makes nothing."""
    path = find_home(Path.cwd(), os.environ)
    settings = load_settings(path.parent if path.name == ".penstock" else Path.cwd(), os.environ)
    return Home(path, settings.database or str(path / "penstock.db")), settings


@contextmanager
def reading() -> Iterator[tuple[Home, Database]]:
    """The database of this home, after runs whose process was killed were told as such.

    Raises NotFound, with how to begin, where nothing was run yet.
    """
    from penstock.engine.recover import settle_abandoned_runs
    from penstock.store import instances
    from penstock.store.database import open_database
    from penstock.store.recovery import orphans

    home, settings = at_hand()
    if settings.database is None and not (home.path / "penstock.db").exists():
        raise NotFound("nothing was run here yet", cure="start with `penstock run FILE.py`")
    database = open_database(home.database_url, create=False)
    try:
        with database.read() as connection:
            dead = any(instances.is_dead(one, time.time()) for one in instances.known(connection))
            left = dead or bool(orphans(connection, expired_before=0.0, limit=1))
        if left:
            with database.write() as connection:
                now = time.time()
                owner = instances.register(connection, "terminal", now)
                settle_abandoned_runs(connection, owner, now)
                instances.gone(connection, owner, now)
        yield home, database
    finally:
        database.close()
