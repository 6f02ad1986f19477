"""The one thread that commits: it gathers what waits and makes it durable together."""

from __future__ import annotations

import threading
from collections.abc import Callable
from queue import SimpleQueue
from typing import TypeAlias

from penstock.errors import StaleWrite
from penstock.store import faults
from penstock.store.connection import Connection
from penstock.store.database import Database
from penstock.store.rows import Commit
from penstock.store.write import apply

#: Told what became of a commit: None when it is durable, else the error, and then nothing of it is in the database.
Answer: TypeAlias = Callable[[BaseException | None], None]
_Waiting: TypeAlias = tuple[Commit, Answer]


class Writer:
    """Group commit. `submit` never blocks; answers come in the writer's thread, in the order of submission.

    What waits together becomes one transaction, commit after commit. When one of them is refused, all are rolled back
    and written one by one, so that only the guilty one fails. `fault` is called at `before_commit` and `after_commit`.
    """

    def __init__(self, database: Database, *, fault: Callable[[str], None] | None = None) -> None:
        self._database = database
        # Without a fault in the environment the hot path does not even call.
        self._fault = fault or (faults.reach if faults.armed() else None)
        self._queue: SimpleQueue[_Waiting | None] = SimpleQueue()
        self._submitted = 0
        self._answered = 0
        self._settled = threading.Condition()
        self._thread = threading.Thread(target=self._run, name="penstock-writer", daemon=True)
        self._connection: Connection | None = database.connect(write=True)
        self._thread.start()

    def submit(self, commit: Commit, answer: Answer) -> None:
        """Hand a commit over, from any thread. It must not be changed afterwards."""
        with self._settled:
            self._submitted += 1
            self._queue.put((commit, answer))

    @property
    def idle(self) -> bool:
        """Does nothing wait, and is nothing under way?"""
        return self._answered == self._submitted

    def flush(self, timeout: float | None = None) -> bool:
        """Wait until all that was submitted is answered; False when `timeout` seconds went by first."""
        with self._settled:
            target = self._submitted
            return self._settled.wait_for(lambda: self._answered >= target, timeout)

    def close(self) -> None:
        """Write what waits, then stop. Returns when the thread is gone."""
        self._queue.put(None)
        self._thread.join()

    # --- in the writer's thread ----------------------------------------------------------------------

    def _run(self) -> None:
        queue = self._queue
        closing = False
        while not closing:
            batch: list[_Waiting] = []
            item = queue.get()
            while item is not None:
                batch.append(item)
                if queue.empty():
                    break
                item = queue.get()
            closing = item is None
            if batch:
                self._settle(batch)
        if self._connection is not None:
            self._connection.close()

    def _settle(self, batch: list[_Waiting]) -> None:
        error = self._write([commit for commit, _ in batch])
        if isinstance(error, StaleWrite | UnicodeError) and len(batch) > 1:
            for one in batch:
                self._settle([one])
            return
        for _, answer in batch:
            answer(error)
        with self._settled:
            self._answered += len(batch)
            self._settled.notify_all()

    def _write(self, commits: list[Commit]) -> BaseException | None:
        """One transaction. The error, if there is one; then everything is undone."""
        try:
            with self._database.turn():
                connection = self._connected()
                try:
                    connection.begin()
                    for commit in commits:
                        apply(connection, commit)
                    if self._fault is not None:
                        self._fault("before_commit")
                    connection.commit()
                except BaseException:
                    connection.rollback()
                    raise
        except Exception as error:
            return error
        if self._fault is not None:
            self._fault("after_commit")
        return None

    def _connected(self) -> Connection:
        connection = self._connection
        if connection is None or connection.broken:
            self._connection = None
            if connection is not None:
                connection.close()
            connection = self._connection = self._database.connect(write=True)
        return connection
