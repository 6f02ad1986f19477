"""Telling Kedro-Viz of runs of our own engine, as recorders tell it of theirs."""

from __future__ import annotations

import logging
import os
import threading
from pathlib import Path

from penstock.engine.handle import RunHandle
from penstock.errors import PenstockError
from penstock.integrations.kedro.ahead import LOADER
from penstock.model.spec import PipelineSpec
from penstock.store.database import Database

log = logging.getLogger("penstock.kedro")


class VizFiles:
    """Writes `.viz/kedro_pipeline_events.json` of Kedro projects at the end of their runs, where that is wanted."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: list[tuple[RunHandle, threading.Thread]] = []

    def follow(self, handle: RunHandle, definition: PipelineSpec) -> RunHandle:
        """Write the file when this run is over, if it is one of a Kedro project; the handle."""
        if definition.code is not None and definition.code.loader == LOADER and _is_wanted():
            self._waiting = [(one, thread) for one, thread in self._waiting if thread.is_alive()]
            # The engine's own thread must not wait for a disk.
            arguments = [handle, Path(definition.code.root)]
            thread = threading.Thread(target=self._write, args=arguments, name="penstock-viz", daemon=True)
            self._waiting.append((handle, thread))
            thread.start()
        return handle

    def close(self) -> None:
        """Returns when the files of all runs that are over are written."""
        for handle, thread in self._waiting:
            if handle.over:
                thread.join()

    def _write(self, handle: RunHandle, project: Path) -> None:
        from penstock.integrations.kedro import events_file

        handle.wait()
        try:
            with self._database.read() as connection:
                events_file.write_run(connection, handle.key, project)
        except (PenstockError, OSError) as error:
            _tell(error)


def _is_wanted() -> bool:
    from penstock.integrations.kedro import events_file

    try:
        return events_file.is_wanted(os.environ)
    except PenstockError as error:
        _tell(error)
        return False


def _tell(error: Exception) -> None:
    log.warning("Kedro-Viz is not told of the run: %s", error)
