"""What processes left that were killed: is nobody at work for it any more?"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final, TypeAlias

from penstock.agent.switchboard import ADOPT
from penstock.compose.home import Home
from penstock.executors import lifelines
from penstock.store import instances, ownership, recovery
from penstock.store.connection import Connection
from penstock.store.database import Database
from penstock.store.instances import Instance

#: Seconds after which the agent of a process whose lifeline can't be seen (one of another home) has ended its work:
#: that of `penstock up` waits for another engine, that of a terminal ends at once.
ENDED: Final = {"engine": ADOPT + 2.0, "terminal": 2.0}
#: Seconds that agents of terminals that were killed get, when somebody asks what became of their runs.
PATIENCE: Final = 2.0
_LOOK: Final = 0.01

#: Says of a run by its key whether nothing of it goes on that its owner began.
Alone: TypeAlias = Callable[[Connection, int], bool]


def alone(home: Home) -> Alone:
    """As far as this home and this machine can tell. The owners are dead: they have no lease any more."""

    def is_alone(connection: Connection, key: int) -> bool:
        owner = ownership.owner_of(connection, key)
        last = None if owner is None else instances.find(connection, owner)
        return last is None or _has_ended(home, last)

    return is_alone


def _has_ended(home: Home, last: Instance) -> bool:
    if last.process.host != instances.this_process().host:
        return True  # silent for so long that its agent has ended
    state = lifelines.state(home.lifeline(last.process))
    if state == "unknown":
        return last.gone_at is None or last.gone_at / 1_000_000 < time.time() - ENDED.get(last.kind, 0.0)
    return state == "cut"


def wait_for_agents(home: Home, database: Database) -> None:
    """Wait, not for long, until agents of terminals that were killed have ended what they ran: they are at it."""
    deadline = time.monotonic() + PATIENCE
    while _any_is_ending(home, database) and time.monotonic() < deadline:
        time.sleep(_LOOK)


def _any_is_ending(home: Home, database: Database) -> bool:
    with database.read() as connection:
        now = instances.clock(connection, time.time())
        dead = [
            one
            for one in recovery.owners(connection)
            if one.kind != "engine" and (one.gone_at is not None or instances.is_dead(one, now))
        ]
    return any(lifelines.state(home.lifeline(one.process)) == "held" for one in dead)
