"""All drills by name: each takes a folder and a seed, and gives its figures and what it found broken."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Final, NamedTuple, get_args

from penstock.faults import PLACES
from tests.crash import clock, damage, disk, drain, limits, locked, loss, memory, messages, time_outs, two_engines
from tests.crash.kill import kill_at, kill_one
from tests.crash.outcome import Outcome
from tests.crash.places import PROCESSES
from tests.crash.postgres import own_database
from tests.crash.project import Victim

Run = Callable[[Path, int], Outcome]


class Drill(NamedTuple):
    """`number`: as the issue counts them, then limits. `times`: how often in a long round, with another seed each."""

    number: int
    name: str
    run: Run
    times: int = 1


def all_drills() -> list[Drill]:
    """In the order of their numbers; kills at moments of chance are most of it."""
    places = [(place, process) for place in PLACES for process in PROCESSES[place]]
    return [
        *(Drill(1, f"{process} dies at {place}", _at(place, process), 2) for place, process in places),
        *(Drill(1, f"{victim} dies at some moment", _kill(victim), 34) for victim in get_args(Victim)),
        *(Drill(1, f"loss of {what}", lambda folder, _, what=what: loss.seen(folder, what), 3)
          for what in ("worker", "agent", "engine")),
        Drill(2, "one of two engines dies", two_engines.kill_one, 3),
        Drill(2, "one of two engines dies, PostgreSQL", _on_postgres(two_engines.kill_one), 3),
        Drill(2, "one of two engines freezes", two_engines.freeze_one, 1),
        Drill(2, "one of two engines freezes, PostgreSQL", _on_postgres(two_engines.freeze_one), 1),
        Drill(2, "one of two engines freezes, its agent does not", two_engines.freeze_without_agent, 1),
        Drill(2, "one of two engines is cut off, PostgreSQL", _on_postgres(two_engines.cut_off_one), 1),
        Drill(2, "one of two engines is cut off in a commit, PostgreSQL", _on_postgres(two_engines.cut_off_writing), 1),
        Drill(3, "tasks out of time", lambda folder, _: time_outs.time_outs(folder), 2),
        Drill(3, "tasks cancelled", lambda folder, _: time_outs.cancelled(folder), 2),
        Drill(4, "out of memory", lambda folder, _: memory.out_of_memory(folder)),
        *(Drill(5, f"disk full: {way}", lambda folder, _, way=way: disk.full(folder, way)) for way in disk.WAYS),
        Drill(6, "database held for 30 s", lambda folder, seed: locked.held(folder, seed, 30.0)),
        Drill(6, "connections cut", lambda folder, seed: locked.cut(folder, seed, 20.0), 2),
        Drill(7, "clock set by an hour", clock.moved, 3),
        Drill(8, "messages doubled, late, in disorder", messages.disturbed, 20),
        *(Drill(9, f"{dataset} {what}", _damage(what, dataset))
          for what, dataset in itertools.product(("flipped", "torn"), ("table", "raw"))),
        Drill(10, "everything is asked to end", drain.drained, 3),
        Drill(10, "everything is killed", drain.killed, 3),
        Drill(11, "200 runs at a limit of 2, engines killed", limits.limited),
        Drill(11, "200 runs at a limit of 2, engines killed, PostgreSQL", _on_postgres(limits.limited)),
    ]  # fmt: skip


def _kill(victim: Victim) -> Run:
    return lambda folder, seed: kill_one(folder, seed, victim).outcome


def _at(place: str, process: str) -> Run:
    return lambda folder, seed: kill_at(folder, seed, place, process).outcome


def _damage(what: str, dataset: str) -> Run:
    return lambda folder, _: damage.damaged(folder, what, dataset)


def _on_postgres(run: Callable[[Path, int, str], Outcome]) -> Run:
    def drill(folder: Path, seed: int) -> Outcome:
        with own_database() as address:
            return run(folder, seed, address)

    return drill


#: What the issue asks for: a figure of some drill, and what it may be at most.
ASKED: Final = {
    "running again": 5.0, "worker loss seen": 1.0, "taken over": 20.0, "cancel to dead": 2.0 + time_outs.GRACE,
    "lost": 0.0,
}  # fmt: skip
