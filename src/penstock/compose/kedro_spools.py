"""Spools of Kedro's runs that nobody reads: their recorder is gone, but nothing is lost."""

from __future__ import annotations

import json
import logging
import os
import shutil
import time
from functools import partial
from pathlib import Path
from typing import Final

from penstock.agent.logs import LIMIT
from penstock.compose.home import Home
from penstock.errors import PenstockError
from penstock.integrations.kedro import events_file, spool
from penstock.integrations.kedro.recorder.keeper import Keeper
from penstock.integrations.kedro.recorder.record import Lock, Recorder
from penstock.integrations.kedro.recorder.source import Source
from penstock.integrations.kedro.recorder.tale import Tale
from penstock.integrations.kedro.starting import start_recorder
from penstock.model.ids import RUN_ID, key_of
from penstock.store import instances
from penstock.store.database import Database

#: Seconds that a new run's own recorder gets to come up, and that one whose run is over gets to tell its end.
COMING: Final = 10.0
ENDING: Final = 2.0
#: Seconds after which what never became a spool is removed.
STALE: Final = 86_400.0
log = logging.getLogger("penstock.kedro")


def finish(home: Home, database: Database, *, log_limit: int = LIMIT) -> None:
    """See that every spool of a home is read: here where its run is over, by a new recorder where it goes on.

    Recorders that are about to be done are waited for, so that whoever asks sees all runs that are over. A spool that
    can't be read stays, and a warning says why.
    """
    deadline = time.monotonic() + ENDING
    for folder in _spools(home):
        try:
            _finish(home, database, folder, log_limit, deadline)
        except (PenstockError, OSError, ValueError, KeyError, TypeError) as error:
            log.warning(
                "the spool %s can't be read (%s: %s); remove it to do without", folder, type(error).__name__, error
            )


def runs_of(home: Home) -> set[int]:
    """Keys of the runs that have spools."""
    return {key_of(folder.name) for folder in _spools(home) if RUN_ID.fullmatch(folder.name)}


def _spools(home: Home) -> list[Path]:
    try:
        return sorted(folder for folder in (home.path / spool.FOLDER).iterdir() if folder.is_dir())
    except OSError:
        return []


def _finish(home: Home, database: Database, folder: Path, log_limit: int, deadline: float) -> None:
    if not (folder / spool.HEAD).exists():
        if time.time() - folder.stat().st_mtime > STALE:
            shutil.rmtree(folder, ignore_errors=True)
        return
    head = json.loads((folder / spool.HEAD).read_text("utf-8", "surrogatepass"))
    if not Source(head).alive:
        while not waits_for_reader(folder) and folder.exists() and time.monotonic() < deadline:
            time.sleep(0.02)
        if waits_for_reader(folder):
            record(home, database, folder, log_limit=log_limit)
    elif time.time() - head["at"] > COMING and waits_for_reader(folder):
        start_recorder(str(folder))


def waits_for_reader(folder: Path) -> bool:
    """Is there a spool that nobody reads?"""
    if not (folder / spool.HEAD).exists():
        return False
    lock = Lock(folder)
    try:
        return lock.take()
    finally:
        lock.close()


def _tell_viz(database: Database, folder: Path, tale: Tale) -> None:
    """The file by which Kedro-Viz knows the last run; that it can't be written is told, and spoils nothing."""
    try:
        if events_file.is_wanted(os.environ):
            head = json.loads((folder / spool.HEAD).read_text("utf-8", "surrogatepass"))
            with database.read() as connection:
                events_file.write_run(connection, tale.view.key, Path(head["project"]))
    except (PenstockError, OSError) as error:
        log.warning("Kedro-Viz is not told of the run: %s", error)


def record(home: Home, database: Database, folder: Path, *, log_limit: int) -> None:
    """Read a spool to the end of its run, and remove it; nothing where somebody else reads it."""
    lock = Lock(folder)
    try:
        if lock.take() and (folder / spool.HEAD).exists():
            with database.write() as connection:
                owner = instances.register(connection, "recorder", time.time())
            try:
                keeper = Keeper(database, owner)
                Recorder(
                    folder, keeper, home.logs, log_limit=log_limit, over=partial(_tell_viz, database, folder)
                ).work()
            finally:
                with database.write() as connection:
                    instances.gone(connection, owner, time.time())
    finally:
        lock.close()
