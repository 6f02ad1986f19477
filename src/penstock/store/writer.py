"""The one thread that commits: it gathers what waits and makes it durable together."""

from __future__ import annotations

import threading
from collections.abc import Callable
from queue import SimpleQueue
from typing import TypeAlias

from penstock import faults
from penstock.errors import DiskFull, StoreBusy, StoreCorrupt
from penstock.store.cleaning import cleaned
from penstock.store.database import Database
from penstock.store.rows import Commit
from penstock.store.write import apply

#: Told what became of a commit: None when it is durable, else the error, and then nothing of it is in the database.
Answer: TypeAlias = Callable[[BaseException | None], None]
_Waiting: TypeAlias = tuple[Commit, Answer]


class Writer:
    """Group commit. `submit` never blocks; answers come in the writer's thread, in the order of submission.

    What waits together becomes one transaction, commit after commit. When one of them is refused, all are rolled back
    and written one by one, so that only the guilty one fails. An answer must be quick and must not raise.

    Nothing polls. An idle writer begins its transaction some 10 us after `submit`, if the thread that submitted soon
    waits for something; it gives the interpreter's lock up once for each statement, of which a commit has few.

    `fault` is called with `before_commit` and `after_commit`.
    """

    def __init__(self, database: Database, *, fault: Callable[[str], None] = faults.reach) -> None:
        self._database = database
        self._fault = fault
        self._queue: SimpleQueue[_Waiting | None] = SimpleQueue()
        self._counting = threading.Lock()
        self._submitted = 0
        self._answered = 0
        self._thread = threading.Thread(target=self._run, name="penstock-writer", daemon=True)
        self._thread.start()

    def submit(self, commit: Commit, answer: Answer) -> None:
        """Hand a commit over, from any thread. It must not be changed afterwards."""
        with self._counting:
            self._submitted += 1
        self._queue.put((commit, answer))

    @property
    def idle(self) -> bool:
        """Does nothing wait, and is nothing under way?"""
        return self._answered == self._submitted

    def flush(self, timeout: float | None = None) -> bool:
        """Wait until all that was submitted is answered; False when `timeout` seconds went by first."""
        answered = threading.Event()
        self.submit(Commit(), lambda _: answered.set())
        return answered.wait(timeout)

    def close(self) -> None:
        """Write what waits, then stop. Returns when the thread is gone."""
        self._queue.put(None)
        self._thread.join()

    # --- in the writer's thread ----------------------------------------------------------------------

    def _run(self) -> None:
        queue = self._queue
        item = queue.get()
        while item is not None:
            batch = [item]
            while not queue.empty() and (item := queue.get()) is not None:
                batch.append(item)
            self._settle(batch)
            if item is not None:
                item = queue.get()

    def _settle(self, batch: list[_Waiting]) -> None:
        """Write a batch and answer for each of its commits."""
        error = self._write([commit for commit, _ in batch])
        if isinstance(error, UnicodeError):
            error = self._write([cleaned(commit) for commit, _ in batch])
        if error is not None and len(batch) > 1 and not isinstance(error, StoreBusy | DiskFull | StoreCorrupt):
            for one in batch:
                self._settle([one])
            return
        for _, answer in batch:
            self._answered += 1
            answer(error)

    def _write(self, commits: list[Commit]) -> Exception | None:
        """One transaction. The error, if there is one; then everything is undone."""
        try:
            with self._database.write() as connection:
                for commit in commits:
                    apply(connection, commit)
                self._fault("before_commit")
        except Exception as error:
            return error
        self._fault("after_commit")
        return None
