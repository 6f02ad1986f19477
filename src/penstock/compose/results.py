"""Looking for results of earlier runs: a thread that asks the store, and sees that they are there and whole."""

from __future__ import annotations

import json
import logging
import queue
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Final

from penstock.artifacts import ArtifactStore
from penstock.artifacts.content import stamp_of
from penstock.engine.restore import reference
from penstock.engine.reuse import Found
from penstock.errors import ArtifactError, PenstockError
from penstock.model.artifact import Artifact
from penstock.store.database import Database
from penstock.store.results import StoredResult, find_results
from penstock.store.rows import NewArtifact

Answer = Callable[[dict[str, Found]], None]

_MICRO: Final = 1_000_000
log = logging.getLogger("penstock.engine")


class Results:
    """Answers an engine's questions (engine.reuse.Seek). The engine never waits for it: tasks that ask do."""

    def __init__(self, database: Database, artifacts: Path) -> None:
        self._database = database
        self._artifacts = ArtifactStore(artifacts)
        self._asked: queue.SimpleQueue[tuple[list[str], str, Answer] | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None

    def seek(self, keys: list[str], root: str, answer: Answer) -> None:
        """Have `answer` called with what there is, from another thread; with nothing when the store can't be asked."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="penstock-results", daemon=True)
            self._thread.start()
        self._asked.put((keys, root, answer))

    def close(self) -> None:
        """Answer nothing any more."""
        if self._thread is not None:
            self._asked.put(None)
            self._thread.join()

    def _run(self) -> None:
        while (asked := self._asked.get()) is not None:
            keys, root, answer = asked
            answer(self._find(keys, root))

    def _find(self, keys: list[str], root: str) -> dict[str, Found]:
        try:
            with self._database.read() as connection:
                stored = find_results(connection, keys)
            return {
                key: Found(one.run_key, one.made_at / _MICRO, one.artifacts)
                for key, one in stored.items()
                if self._is_whole(one, root)
            }
        except PenstockError as error:
            # What was made before is made again.
            log.warning("results of earlier runs can't be looked for: %s", error)
            return {}

    def _is_whole(self, stored: StoredResult, root: str) -> bool:
        try:
            return all(self._is_there(one, root) for one in stored.artifacts)
        except ArtifactError:
            return False

    def _is_there(self, row: NewArtifact, root: str) -> bool:
        artifact = Artifact.from_list(reference(row))
        if artifact.kind != "dataset":
            self._artifacts.verify(artifact)
            return True
        kept = json.loads(artifact.inline or "{}")
        seen = stamp_of(root, kept.get("path"))
        return seen is not None and kept.get("stamp") == seen
