"""Bringing what a tale has to tell into the store."""

from __future__ import annotations

import dataclasses
import time
from typing import Final

from penstock.engine.record import take_commit
from penstock.errors import DiskFull, Fenced, StoreBusy
from penstock.integrations.kedro.recorder.tale import Tale
from penstock.model.states import TERMINAL_RUN
from penstock.store import commands, instances, ownership
from penstock.store.cleaning import cleaned
from penstock.store.commands import Command
from penstock.store.database import Database
from penstock.store.forget import forget_run, run_state
from penstock.store.rows import Commit
from penstock.store.write import apply, note_recorded

#: Seconds between two tries where the disk is full or the database is locked, and how many there are.
AGAIN: Final = 1.0
TRIES: Final = 30


class Keeper:
    """The owner of one run's record. `owner` is the instance of this process."""

    def __init__(self, database: Database, owner: int) -> None:
        self._database = database
        self._owner = owner
        self._versions: set[tuple[str, str, str]] = set()

        self._anew = False

    def is_over(self, tale: Tale) -> bool:
        """Is the run at its end on record?"""
        with self._database.read() as connection:
            return run_state(connection, tale.view.key) in TERMINAL_RUN

    def may_begin(self, tale: Tale) -> bool:
        """Make the record of a run this process's; False where it is at its end, or somebody else's who lives.

        One that another recorder has begun and left is wiped out by the first commit, which must tell it from the
        beginning: the spool still has all of it.
        """
        with self._database.write() as connection:
            if run_state(connection, tale.view.key) is None:
                return True
            instances.retire_dead(connection, time.time())
            epoch = ownership.claim(connection, tale.view.key, self._owner, expired_before=0.0)
        if epoch is None:
            return False
        tale.view.epoch = epoch
        self._anew = True
        return True

    def commit(self, tale: Tale) -> None:
        """Write what is new. Raises Fenced, StaleWrite, StoreError."""
        if not tale.out.dirty:
            return
        commit, _ = take_commit(tale.out, self._owner, self._versions)
        for _ in range(TRIES):
            try:
                self._write(commit, tale)
                return
            except (DiskFull, StoreBusy):
                time.sleep(AGAIN)
        self._write(commit, tale)

    def _write(self, commit: Commit, tale: Tale) -> None:
        try:
            self._transact(commit, tale)
        except UnicodeError:
            self._transact(cleaned(commit), tale)

    def _transact(self, commit: Commit, tale: Tale) -> None:
        with self._database.write() as connection:
            if self._anew:
                forget_run(connection, tale.view.key, self._owner, tale.view.epoch)
            note_recorded(connection, commit.versions)
            apply(connection, dataclasses.replace(commit, versions=[]))
        self._anew = False

    def beat(self) -> None:
        """Say that this process lives. Raises Fenced where it was taken for dead."""
        with self._database.write() as connection:
            if not instances.beat(connection, self._owner, time.time()):
                raise Fenced("this recorder was taken for dead")

    def wishes(self) -> list[Command]:
        """What was asked of the run."""
        with self._database.read() as connection:
            return commands.waiting(connection, self._owner)
