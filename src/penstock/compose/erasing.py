"""Erasing what deleted runs have left: their files, then their rows."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Final

from penstock.artifacts import removal
from penstock.compose.home import Home
from penstock.errors import ArtifactError
from penstock.model.ids import run_id
from penstock.store import deletion, erasing
from penstock.store.database import Database

#: Runs whose rows go together: the many small ones share a transaction.
TOGETHER: Final = 50
log = logging.getLogger("penstock.retention")


def erase(database: Database, home: Home, rest: Callable[[float], bool], part: int = erasing.PART) -> int:
    """Erase what is left of runs that were deleted; how many.

    No transaction removes more than `part` rows. `rest` is called after each with the seconds that it took, and may
    wait; nothing more is done once it says False. What can't be removed is told in the log, and left for the next time.
    """
    done, stuck = 0, set[int]()
    while True:
        with database.read() as connection:
            keys = deletion.unfinished(connection, TOGETHER + len(stuck))
        keys = [key for key in keys if key not in stuck]
        if not keys:
            return done
        stuck.update(key for key in keys if not _remove_files(database, home, key))
        clean = [key for key in keys if key not in stuck]
        if clean:
            if not _erase_rows(database, clean, rest, part):
                return done
            done += len(clean)


def _erase_rows(database: Database, keys: list[int], rest: Callable[[float], bool], part: int) -> bool:
    """False when it was to end before the last row was gone."""
    while True:
        begun = time.monotonic()
        with database.write() as connection:
            more = erasing.erase_rows(connection, keys, part)
        if not rest(time.monotonic() - begun):
            return False
        if not more:
            return True


def _remove_files(database: Database, home: Home, key: int) -> bool:
    """Remove what a run has written, and what only it still named. False where that can't be done."""
    with database.read() as connection:
        kept = erasing.shared_paths(connection, key)
        last = erasing.last_named(connection, key)
    name = run_id(key)
    try:
        removal.remove_run(home.artifacts, name, kept)
        removal.remove_files(home.artifacts, last)
        removal.remove_run(home.logs, name)
    except (OSError, ArtifactError) as error:
        log.warning("the files of run %s, which was deleted, can't be removed: %s", name, error)
        return False
    return True
