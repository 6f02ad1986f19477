"""Looking into Kedro projects for another environment than the one that the engine looks into all the time."""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Callable
from typing import Final, TypeVar

from penstock.authoring.discovery import Discovery
from penstock.authoring.environments import look
from penstock.errors import DefinitionError
from penstock.model.spec import PipelineSpec, to_json
from penstock.server.refusals import ProjectsBusy
from penstock.server.writing import Writing
from penstock.store.database import Database
from penstock.store.environments import EnvironmentNotKnown, in_environment
from penstock.store.rows import NewVersion
from penstock.store.times import micros
from penstock.store.write import note_version

#: Requests that may wait for a look, of 40 threads; a look takes seconds.
WAITING: Final = 4
T = TypeVar("T")


class Environments:
    """Finds versions for environments, in a child: one look at a time. May be called from any thread."""

    def __init__(self, database: Database, writing: Writing) -> None:
        self._database = database
        self._writing = writing
        self._places = threading.BoundedSemaphore(WAITING)
        self._turn = threading.Lock()
        self._running: Discovery | None = None

    def known(self, act: Callable[[str | None], T]) -> T:
        """Act; where that needs a version that nobody knows yet, find it and act again, with its name.

        Raises what acting does, DefinitionError for what is wrong with the project in that environment, ProjectsBusy.
        """
        try:
            return act(None)
        except EnvironmentNotKnown as error:
            spec, env = error.facts["spec"], error.facts["env"]
        return act(self._version(spec, env))

    def close(self) -> None:
        """End the look that is under way."""
        running = self._running
        if running is not None:
            running.stop()

    def _version(self, spec: PipelineSpec, env: str) -> str:
        """The version that is as `spec`, but of this environment; the pipeline's latest stays what it is."""
        if not self._places.acquire(blocking=False):
            raise ProjectsBusy
        try:
            with self._turn:
                return self._noted(spec, env) or self._found(spec, env)
        finally:
            self._places.release()

    def _noted(self, spec: PipelineSpec, env: str) -> str | None:
        """What somebody else has found meanwhile."""
        with self._database.read() as connection:
            try:
                return in_environment(connection, spec, spec.version, env)[1]
            except EnvironmentNotKnown:
                return None

    def _found(self, spec: PipelineSpec, env: str) -> str:
        assert spec.code is not None
        self._running = look(spec.code, spec.name, env)
        try:
            found = self._running.result()[0]
        finally:
            self._running.end()
            self._running = None
        if found.error is not None or not found.specs:
            raise _told(found.error, env, spec.code.root)
        new = found.specs[0]
        row = NewVersion(new.namespace, new.name, new.version, json.dumps(to_json(new)), micros(time.time()))
        with self._writing() as connection:
            note_version(connection, row)
        return new.version


def _told(error: DefinitionError | None, env: str, root: str) -> DefinitionError:
    """The same, with the environment and the place in its words: over HTTP nothing else tells them."""
    if error is None:
        return DefinitionError(f"the project has no such pipeline in environment '{env}'")
    place = (
        "" if error.file is None else f"{os.path.relpath(error.file, root)}{f':{error.line}' if error.line else ''}: "
    )
    return DefinitionError(f"in environment '{env}': {place}{error.message}", cure=error.cure)
