"""Keeping the store's picture of the project: a change in a file is there within two seconds.

A file that breaks keeps the pipelines that it had, with the problem beside them.
"""

from __future__ import annotations

import json
import logging
import os
import queue
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final, NamedTuple

from penstock.authoring.discovery import Found, late, slow_after
from penstock.authoring.home import SETTINGS
from penstock.authoring.project import (
    kedro_projects,
    may_hold_pipelines,
    pipeline_folders,
    project_folder,
    reads_as_pipelines,
)
from penstock.compose.doorbell import Doorbell
from penstock.compose.looks import Looks, Mark, mark_of
from penstock.compose.steady import Steady
from penstock.errors import PenstockError, SettingsError
from penstock.integrations.kedro.files import watched
from penstock.model.spec import to_json
from penstock.store import definitions
from penstock.store.database import Database
from penstock.store.definitions import Trouble

#: Seconds for which changes that come together are gathered: editors write in several steps.
GATHER: Final = 0.1
#: Seconds between two looks when nothing rings: where the doorbell works, and where it does not.
PAUSE: Final = 5.0
PAUSE_DEAF: Final = 1.0
log = logging.getLogger("penstock.watcher")


class State(NamedTuple):
    """What is there: the number of pipelines, and files with problems."""

    pipelines: int
    problems: list[Trouble]


class Watcher:
    """Looks into the project of a folder again and again. `tell` hears of each new state, in the watcher's thread."""

    def __init__(self, project: Path, database: Database, tell: Callable[[State], None]) -> None:
        self._project = project.absolute()
        self._database = database
        self._tell = tell
        #: Files with what was found; None: something rang.
        self._news: queue.SimpleQueue[tuple[Path, Found] | None] = queue.SimpleQueue()
        self._looks = Looks(lambda file, found: self._news.put((file, found)))
        self._doorbell = Doorbell(lambda: self._news.put(None))
        #: Of every file of Python: its mark, and whether it names penstock.
        self._named: dict[Path, tuple[Mark, bool]] = {}
        self._settings_problem: Trouble | None = None
        self._files: dict[Path, Mark | None] = {}
        self._near: dict[Path, dict[Path, Mark | None]] = {}
        #: Folders inside of Kedro projects.
        self._below: list[Path] = []
        self._recorded: tuple[object, object] | None = None
        self._steady = Steady("penstock-watcher", self._turn, "the project can't be watched", log)

    def start(self) -> None:
        """Begin, in a thread of its own."""
        self._steady.start()

    def close(self) -> None:
        """Stop; returns when nothing of it is left."""
        self._steady.closed.set()
        self._news.put(None)
        self._steady.join()
        self._looks.close()
        self._doorbell.close()

    def _turn(self) -> None:
        self._scan()
        self._looks.want(self._files, self._near)
        self._doorbell.watch(self._folders())
        recorded = self._looks.unknown() or self._record()
        self._wait(PAUSE if self._doorbell.rings and recorded and not self._looks.busy else PAUSE_DEAF)

    def _wait(self, pause: float) -> None:
        """Take in what has happened, at the latest after `pause` seconds."""
        try:
            news = self._news.get(timeout=pause)
        except queue.Empty:
            return
        rang = False
        until = time.monotonic() + GATHER
        while True:
            if news is None:
                rang = True
            else:
                self._looks.take(*news)
            try:
                # What a look has found is recorded at once; what rings may be the first of several steps.
                left = max(0.0, until - time.monotonic()) if rang and not self._steady.closed.is_set() else 0.0
                news = self._news.get(block=left > 0, timeout=left or None)
            except queue.Empty:
                return

    def _folders(self) -> set[Path]:
        """What to listen to: the files' folders, those that may get some, and where the settings are."""
        root = project_folder(self._project)
        return {root, self._project, self._project / "pipelines", *self._near, *self._below, *self._looks.folders()}

    def _scan(self) -> None:
        """What files there are now. Where the settings are wrong, those that were there before."""
        try:
            folders = pipeline_folders(self._project)
            self._settings_problem = None
        except SettingsError as error:
            file = self._told(project_folder(self._project) / SETTINGS)
            self._settings_problem = Trouble(file, error.message, None, error.cure)
            folders = list(self._near)
        self._near = {folder: _marks(folder) for folder in folders}
        self._files = {
            file: mark for near in self._near.values() for file, mark in near.items() if self._names(file, mark)
        }
        self._below = []
        for whole in kedro_projects(self._project, folders):
            inside, below = watched(whole.parent)
            self._files[whole] = mark_of(whole)
            self._near[whole.parent] = {**self._near.get(whole.parent, {}), **{one: mark_of(one) for one in inside}}
            self._below += below
        self._named = {file: known for file, known in self._named.items() if file.parent in self._near}

    def _names(self, file: Path, mark: Mark | None) -> bool:
        if mark is None or not may_hold_pipelines(file.name):
            return False
        known = self._named.get(file)
        if known is None or known[0] != mark:
            known = self._named[file] = (mark, reads_as_pipelines(file))
        return known[1]

    def _record(self) -> bool:
        """Write down what is known, if it is new. False when that has to wait."""
        found, troubles = self._picture()
        if (found, troubles) == self._recorded:
            return True
        try:
            with self._database.write() as connection:
                definitions.record_definitions(connection, found, troubles, time.time())
        except PenstockError as error:
            log.warning("what the project holds can't be recorded: %s", error)
            return False
        self._recorded = found, troubles
        self._tell(State(len({(one.namespace, one.pipeline) for one in found}), troubles))
        return True

    def _picture(self) -> tuple[list[definitions.Found], list[Trouble]]:
        found: dict[tuple[str, str], definitions.Found] = {}
        troubles = [] if self._settings_problem is None else [self._settings_problem]
        for path, one in sorted(self._looks.found().items()):
            file = self._told(path)
            if one.error is not None and not one.error.facts.get("empty"):
                troubles.append(self._trouble(path, one.error))
            for spec in one.specs:
                key = spec.namespace, spec.name
                if key in found:
                    told = f"pipeline '{spec.name}' is also in {found[key].file}, and that one counts"
                    troubles.append(Trouble(file, told, None, "give each its own name or namespace"))
                    continue
                text = json.dumps(to_json(spec), ensure_ascii=False)
                found[key] = definitions.Found(spec.namespace, spec.name, spec.version, text, file)
        known = {one.file for one in troubles}
        slow = [path for path in self._looks.slow() if self._told(path) not in known]
        troubles += [self._trouble(path, late(path, slow_after(path), "has taken")) for path in slow]
        return list(found.values()), troubles

    def _trouble(self, path: Path, error: PenstockError) -> Trouble:
        where, line = getattr(error, "file", None), getattr(error, "line", None)
        if where is None or Path(where) in (path, path.resolve()):
            return Trouble(self._told(path), error.message, line, error.cure)
        place = f"{self._told(Path(where))}:{line}" if line else self._told(Path(where))
        return Trouble(self._told(path), f"{error.message} ({place})", None, error.cure)

    def _told(self, file: Path) -> str:
        """A file from the project's folder, as text that can be written."""
        near = os.path.relpath(file, self._project)
        return near.encode("utf-8", "backslashreplace").decode()


def _marks(folder: Path) -> dict[Path, Mark | None]:
    """The files of Python in a folder; none where it is gone."""
    try:
        names = [name for name in os.listdir(folder) if name.endswith(".py")]
    except OSError:
        return {}
    return {folder / name: mark_of(folder / name) for name in sorted(names)}
