"""Drill 8: what an agent tells comes doubled, late and in another order, and each command is given twice."""

from __future__ import annotations

import os
import random
import time
from pathlib import Path
from typing import Any, Final

from penstock.authoring.discovery import discover
from penstock.compose.home import Home
from penstock.compose.local import LocalEngine
from penstock.compose.settings import Settings
from penstock.executors.local import LocalExecutor
from penstock.model.states import TERMINAL_RUN
from penstock.ports.executor import Report
from penstock.store import commands
from tests.crash import graphs, home
from tests.crash.outcome import Outcome
from tests.crash.project import until

KINDS: Final = ("cancel", "pause", "resume", "resume", "retry", "no such thing")


class ChaosExecutor:
    """Passes on what another executor tells, as a bad network would; nothing is kept back for ever."""

    def __init__(self, inner: LocalExecutor, chance: random.Random) -> None:
        self._inner = inner
        self._chance = chance
        self._late: list[Report] = []
        self.workers = inner.workers
        self.disorder = 0

    def cancel(self, keys: list[str]) -> None:
        self._inner.cancel(keys + keys[:1] if self._chance.random() < 0.1 else keys)

    def poll(self, timeout: float | None) -> list[Report]:
        wait = 0.01 if self._late else timeout
        told = self._late + self._inner.poll(wait if timeout is None else min(timeout, wait or 0.0))
        self._late = [one for one in told if self._chance.random() < 0.2]
        now = [one for one in told if one not in self._late]
        doubled = [one for one in now if self._chance.random() < 0.2]
        self.disorder += len(doubled) + len(self._late)
        now += doubled
        self._chance.shuffle(now)
        return now

    def __getattr__(self, name: str) -> Any:
        """All else is done as it is asked for."""
        return getattr(self._inner, name)


def disturbed(folder: Path, seed: int, runs: int = 4) -> Outcome:
    """Runs under such an executor, with people at work."""
    chance = random.Random(seed)
    file = folder / "flow.py"
    file.write_text(graphs.source(seed % 20), encoding="utf-8")
    where = Home(folder / ".penstock", str(folder / ".penstock" / "penstock.db"))
    where.make()
    inner = LocalExecutor(2)
    inner.open()
    executor = ChaosExecutor(inner, chance)
    given = 0
    with LocalEngine(where, Settings(workers=2), executor) as local:
        handles = [local.submit(discover(file)[0]) for _ in range(runs)]

        def over() -> bool:
            nonlocal given
            for handle in handles:
                if given < 10 * runs and chance.random() < 0.02:
                    given += 1
                    _ask_twice(local, handle.key, chance.choice(KINDS))
                elif handle.picture().state == "paused" and chance.random() < 0.1:
                    _ask_twice(local, handle.key, "resume")
            return all(handle.wait(0) for handle in handles)

        until(over, "all runs are over")
        _refuse_the_rest(local)
    broken = home.broken(where.path, home.witnesses(folder / "witness"), f"{folder} {os.getpid()}")
    broken += [f"{handle.id}: {handle.failure}" for handle in handles if handle.failure is not None]
    return Outcome({"commands": 2 * given, "messages disturbed": executor.disorder}, broken)


def _ask_twice(local: LocalEngine, key: int, kind: str) -> None:
    with local.database.write() as connection:
        for _ in range(2):
            commands.add(connection, key, kind, {}, time.time(), "somebody")


def _refuse_the_rest(local: LocalEngine) -> None:
    """No engine of `penstock up` is there for what is asked of runs that are over."""
    with local.database.write() as connection:
        over = connection.all("SELECT command.id, run.state FROM command JOIN run ON run.key = command.run_key "
                              "WHERE command.state = 'waiting'")  # fmt: skip
        assert all(state in TERMINAL_RUN for _, state in over)
        for number, _ in over:
            commands.settle(connection, number, "refused", commands.OVER_BEFORE, time.time())
