"""Runs of this engine that wait for slots: each starts when its turn has come."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

from penstock.engine.restore import Restored
from penstock.engine.view import Barred
from penstock.store import ownership, slots
from penstock.store.connection import Connection

if TYPE_CHECKING:
    from penstock.compose.local import LocalEngine


class Turns:
    """A duty of the `Desk`: looks whether a slot is free for a run that this engine holds in hand."""

    def __init__(self, local: LocalEngine) -> None:
        self._local = local
        self._keys: list[int] = []
        self._closed = threading.Event()

    def close(self) -> None:
        """Let nothing start any more; what waits is left to the next engine."""
        self._closed.set()

    def look(self, connection: Connection) -> bool:
        """See whose turn it may be. Does any run wait for it?"""
        waiting = {view.key for view in self._local.engine.waiting()}
        self._keys = []
        if waiting and not self._closed.is_set():
            found = next_runs(self._local, connection, slots.known(connection), self._local.owner)
            self._keys = [key for key in found if key in waiting]
        return bool(waiting)

    def act(self) -> None:
        """Let those start that get their slots."""
        views = {view.key: view for view in self._local.engine.waiting()}
        for key in self._keys:
            view = views.get(key)
            if view is None or self._closed.is_set():
                continue
            now = time.time()
            with self._local.database.write() as connection:
                # It may have been cancelled meanwhile, or belong to others.
                if not ownership.is_queued(connection, key, self._local.owner, view.epoch):
                    continue
                admission = self._local.admission
                wants = admission.wants_of_stored(connection, view.plan.spec, view.tags)
                barred = admission.enter(connection, key, wants, now, now)
            self._local.engine.admit(key, barred)

    def beat(self, *, alive: bool) -> None:
        """Nothing is due."""


def restore_slots(connection: Connection, restored: Restored) -> None:
    """Go on with what a run held or waited for that is taken over: its slots are its own, whoever has it."""
    view = restored.view
    slots.keep_attempts(connection, view.key, ((attempt.task_run.seq, attempt.n) for attempt in restored.live))
    places = slots.of_run(connection, view.key)
    view.slots = view.slots or bool(places)
    if view.state == "queued":
        view.touched = {}
        if None in places.values():
            view.barred = Barred("queue", {}, "it waits for its turn")


def next_runs(local: LocalEngine, connection: Connection, limits: list[str], owner: int | None) -> list[int]:
    """Keys of queued runs of that owner (None: of nobody yet) that may be let in by one of these limits, each once."""
    found: dict[int, None] = {}
    for name in limits:
        most = local.admission.most(connection, name)
        found.update(dict.fromkeys(slots.next_runs(connection, name, most, owner)))
    return list(found)
