"""The thread that looks into the store for an engine: what people ask of its runs, and that it is alive."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from typing import Final, Protocol

from penstock.compose.steady import Steady
from penstock.engine.loop import Engine
from penstock.executors.lease import Lease
from penstock.store import commands, instances
from penstock.store.commands import Command
from penstock.store.connection import Connection
from penstock.store.database import Database
from penstock.store.ears import Ear
from penstock.store.instances import BEAT

#: Seconds between two looks for commands, where nobody hears of them or something waits. A look costs SQLite 0.1 ms.
LOOK: Final = 0.25
#: The same where they are heard of: should a ring be lost.
REST: Final = 1.0
#: A command whose answer could not be written is taken up again after this many seconds.
AGAIN: Final = 10.0
#: Seconds after a look that failed.
PAUSE: Final = 1.0
log = logging.getLogger("penstock.engine")


class Duty(Protocol):
    """What else is to be done, in the desk's thread. What raises a PenstockError is done again soon."""

    def look(self, connection: Connection) -> bool:
        """See what there is to do, within the transaction that looked for commands. True while something waits that
        nobody may tell of when its time has come.
        """

    def act(self) -> None:
        """Do what was seen."""

    def beat(self, *, alive: bool) -> None:
        """Every few seconds. `alive` is false when others have declared this process gone: its runs may be theirs."""


class Desk:
    """Passes commands on to the engine and beats, by which it renews a `lease`, and sees to further duties. `ear` hears
    of them.
    """

    def __init__(
        self,
        database: Database,
        engine: Engine,
        owner: int,
        ear: Ear,
        *,
        look: float = LOOK,
        duties: Sequence[Duty] = (),
        lease: Lease | None = None,
    ) -> None:
        self._database = database
        self._engine = engine
        self._owner = owner
        self._ear = ear
        self._look = self._wait = look
        self._duties = duties
        self._lease = lease
        self._passed: dict[int, float] = {}
        self._beaten = time.monotonic()
        #: Others have declared us gone.
        self._gone = False
        # A database that is locked is nothing to tell in a terminal, and a missed beat harms nobody on this machine,
        # where a process is seen to be alive by its number.
        what = "the engine can't look for what is asked of it"
        self._steady = Steady("penstock-desk", self._turn, what, log, pause=PAUSE, quiet=True)

    def start(self) -> None:
        """Begin, in a thread of its own."""
        self._steady.start()

    def close(self) -> None:
        """End; returns when the thread is gone."""
        self._steady.closed.set()
        self._ear.ring()
        self._steady.join()

    def ring(self) -> None:
        """Have a look now: something has happened that others may wait for. From any thread."""
        self._ear.ring()

    def _turn(self) -> None:
        self._ear.wait(self._wait)
        self._wait = self._look
        if not self._steady.closed.is_set() and not self._once() and self._ear.hears:
            self._wait = max(0.0, min(REST, self._beaten + BEAT - time.monotonic()))

    def _once(self) -> bool:
        """Does anything wait?"""
        with self._database.read() as connection:
            waiting = commands.waiting(connection, self._owner)
            restless = [duty.look(connection) for duty in self._duties]
        self._pass_on(waiting)
        for duty in self._duties:
            duty.act()
        if self._has_to_beat():
            alive = self._beat()
            for duty in self._duties:
                duty.beat(alive=alive)
        return bool(waiting) or any(restless)

    def _has_to_beat(self) -> bool:
        """Every few seconds; at once where all stands still until it is known whether our runs are our own."""
        unknown = self._lease is not None and self._lease.lapsed and not self._gone
        return unknown or time.monotonic() - self._beaten >= BEAT

    def _beat(self) -> bool:
        """False when this process was declared gone."""
        sent = None if self._lease is None else self._lease.clock()
        with self._database.write() as connection:
            alive = instances.beat(connection, self._owner, time.time())
        self._beaten, self._gone = time.monotonic(), not alive
        if alive and self._lease is not None and sent is not None:
            back = self._lease.lapsed
            self._lease.renew(sent)
            if back:
                self._engine.executor.wake()
        return alive

    def _pass_on(self, waiting: list[Command]) -> None:
        now = time.monotonic()
        passed = {command.id: self._passed.get(command.id) for command in waiting}
        for command in waiting:
            before = passed[command.id]
            if before is None or now - before > AGAIN:
                passed[command.id] = now
                self._engine.order(command)
        self._passed = {number: at for number, at in passed.items() if at is not None}
