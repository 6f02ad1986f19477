"""A database belongs to one project: what `penstock up` finds in its files is the whole truth about pipelines, and its
engine begins whatever was asked for (docs/decisions/0027-a-database-belongs-to-one-project.md)."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Final

from penstock.authoring.home import SETTINGS
from penstock.authoring.project import KEDRO_PROJECT, mentions
from penstock.compose.settings import Settings
from penstock.errors import SettingsError, UsageError
from penstock.store import belonging, instances
from penstock.store.belonging import Present, Project
from penstock.store.connection import Connection
from penstock.store.database import Database
from penstock.store.edition import shown

#: Seconds in which a `penstock up` that has just begun tells what its project holds, and between two looks for that.
PATIENCE: Final = 20.0
AGAIN: Final = 0.2
#: What another project may do, by the kind of database.
_OWN: Final = {
    "sqlite": "give this one a database of its own",
    "postgresql": "give this one a database, or a schema (?options=-csearch_path%3DNAME), of its own",
}


def this_project(folder: Path, settings: Settings) -> Project:
    """The project of a folder, by the name that its settings give it, else by that of the folder."""
    where = f"{os.uname().nodename}:{folder}"
    return Project(settings.project or folder.name or str(folder), settings.project is not None, where)


def take(database: Database, mine: Project, folder: Path, patience: float = PATIENCE) -> None:
    """Say whose database it is, if nobody has. Raises SettingsError where it is another project's.

    Where nobody has told yet what the other one holds, that is waited for: two may begin at the same time.
    """
    deadline = time.monotonic() + patience
    while not _took(database, mine, folder, sure=time.monotonic() >= deadline):
        time.sleep(AGAIN)


def _took(database: Database, mine: Project, folder: Path, *, sure: bool) -> bool:
    with database.write() as connection:
        known = belonging.project_of(connection, hold=True)
        same = known is None or _is_same(connection, database, known, mine, folder)
        if same is None and not sure:
            return False
        if same is False:
            assert known is not None
            message, cure = _told(database, known, mine)
            raise SettingsError(message, cure=cure)
        if known is not None and known.name == mine.name:
            mine = mine._replace(chosen=mine.chosen or known.chosen)
        if known != mine:
            belonging.give_to(connection, mine)
        return True


def stranger(database: Database, mine: Project, folder: Path) -> tuple[str, str] | None:
    """What is told, and the cure, where the database is another project's."""
    with database.read() as connection:
        known = belonging.project_of(connection)
        if known is None or _is_same(connection, database, known, mine, folder) is not False:
            return None
    return _told(database, known, mine)


def adopt(database: Database, mine: Project, now: float | None = None) -> Project | None:
    """Make it this project's, and tell whose it was. Raises UsageError while a `penstock up` works on it."""
    with database.write() as connection:
        known = belonging.project_of(connection, hold=True)
        engines = instances.living(connection, time.time() if now is None else now, "engine")
        if engines:
            process = engines[0].process
            told = f"`penstock up` works on {shown(database)} (an engine on {process.host}, process {process.pid})"
            raise UsageError(told, cure="end it first")
        belonging.give_to(connection, mine)
        return known


def _is_same(connection: Connection, database: Database, known: Project, mine: Project, folder: Path) -> bool | None:
    """None: it may be, for there is nothing to tell them apart by."""
    if known.where == mine.where:
        return True
    if known.chosen or mine.chosen:
        if known.name == mine.name:
            return True
        if known.chosen:
            return False
    location = database.location
    if isinstance(location, Path) and location.resolve().is_relative_to(folder.resolve()):
        return True  # the folder was moved, or copied with all that is in it
    # Names of folders tell next to nothing: releases have one each, and in containers all are /app. Pipelines do.
    pipelines = belonging.present(connection)
    return any(_holds(folder, one) for one in pipelines) if pipelines else None


def _holds(folder: Path, pipeline: Present) -> bool:
    file = folder / pipeline.file
    # The namespace of a Kedro project's pipelines is its package, which stands there.
    return mentions(file, pipeline.namespace if file.name == KEDRO_PROJECT else pipeline.name)


def _told(database: Database, known: Project, mine: Project) -> tuple[str, str]:
    why = "" if known.chosen else ", which has none of its pipelines"
    return (
        f"{shown(database)} belongs to the project '{known.name}' ({known.where}), and this is '{mine.name}' "
        f"({mine.where}){why}",
        f'{_OWN[database.dialect]}; if both are one project, write `project = "{known.name}"` in its {SETTINGS}; if '
        "the other one needs it no more, `penstock db adopt`",
    )
