"""What changes in watched runs without an event: progress of tasks, and logs that grow."""

from __future__ import annotations

from typing import Any

from penstock.logbook.folder import Folder, Stamp, Unreadable
from penstock.model.ids import run_id
from penstock.server.live import frames
from penstock.store import changes
from penstock.store.connection import Connection
from penstock.store.logs import live_logs


class Watch:
    """One watched run."""

    def __init__(self, key: int, folder: Folder) -> None:
        self._key = key
        self._id = run_id(key)
        self._folder = folder
        self._progress: dict[tuple[str, int | None], Any] = {}
        self._logs: dict[str, Stamp | None] = {}
        self._grown = False

    def look(self, connection: Connection) -> bytes:
        """Tasks whose progress is another than last time. Notes which logs are being written."""
        tasks = changes.live_tasks(connection, self._key, self._id)
        known = self._progress
        self._progress = {(task["name"], task["map_index"]): task["progress"] for task in tasks}
        told = [task for task in tasks if task["progress"] != known.get((task["name"], task["map_index"]))]
        paths = live_logs(connection, self._key)
        # One that is no longer written may have got its last lines since it was looked at.
        self._grown = self._grown or not self._logs.keys() <= set(paths)
        self._logs = {path: self._logs.get(path) for path in paths}
        return frames.listed(told)

    def logs(self) -> bytes:
        """A change when logs have grown since the last time."""
        grown, self._grown = self._grown, False
        for path, before in self._logs.items():
            try:
                stamp = self._folder.stamp(path)
            except Unreadable:
                continue
            if stamp != before:
                self._logs[path] = stamp
                grown = True
        return frames.listed([{"kind": "logs", "run_id": self._id}]) if grown else b""
