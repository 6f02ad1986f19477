"""The workers of an agent: who is free, who is forked ahead, who has to go."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, Any, Final

from penstock.agent import trees
from penstock.agent.attempts import HOLDS, Attempt
from penstock.agent.frames import Message
from penstock.agent.members import Member
from penstock.agent.nursery import Nursery
from penstock.agent.poller import Poller
from penstock.agent.runs import Run
from penstock.agent.timers import Timers

if TYPE_CHECKING:
    from penstock.agent.supervisor import Agent

#: Workers that are forked ahead, so that one that is lost is replaced at once.
SPARE: Final = 1


class Crew:
    """At most `size` workers are busy at the same time; SPARE more are kept warm."""

    def __init__(self, size: int, poller: Poller, timers: Timers, agent: Agent) -> None:
        self._size = size
        self._poller = poller
        self._timers = timers
        self._agent = agent
        self._members: dict[str, Member] = {}
        self._idle: dict[tuple[str, str] | None, list[Member]] = {None: []}
        self._starting = 0
        self._busy = 0
        self._forked = 0
        self._nursery = Nursery(poller, self._take, self._template_gone)

    # --- choosing ----------------------------------------------------------------------------------------

    def choose(self, attempt: Attempt) -> Member | None:
        """A worker for this attempt, taken; None when it has to wait."""
        if self._busy >= self._size:
            return None
        pool = attempt.run.pool
        idle = self._idle.get(pool)
        if idle:
            worker = idle.pop() if len(idle) == 1 else _best(idle, attempt.assignment[HOLDS])
        elif self._idle[None]:
            worker = self._idle[None].pop()
            worker.pool = pool
            self._keep_spare()
        else:
            self._make_room()
            return None
        self._busy += 1
        return worker

    def free(self, worker: Member) -> None:
        """A worker has ended its attempt and takes the next."""
        self._busy -= 1
        self._idle.setdefault(worker.pool, []).append(worker)

    def _make_room(self) -> None:
        """All that are free have other code: fork one, in the place of the one that was free the longest."""
        if self._starting:
            return
        if len(self._members) >= self._size + SPARE:
            idle = [worker for pool, workers in self._idle.items() if pool is not None for worker in workers]
            if not idle:
                return
            self._leave(min(idle, key=lambda worker: worker.idle_since))
        self._fork()

    # --- coming ------------------------------------------------------------------------------------------

    def prepare(self, run: Run) -> None:
        """A run begins: have its libraries loaded, workers forked, and its code imported in them."""
        self._nursery.preload(run.preload)
        wanted = min(self._size, os.cpu_count() or 1) - len(self._idle.get(run.pool, ()))
        for _ in range(wanted + SPARE - len(self._idle[None]) - self._starting):
            if len(self._members) < self._size + SPARE:
                self._fork()

    def _keep_spare(self) -> None:
        if len(self._idle[None]) + self._starting < SPARE and len(self._members) < self._size + SPARE:
            self._fork()

    def _fork(self) -> None:
        self._forked += 1
        name = f"w{self._forked}"
        worker = self._members[name] = Member(name, self._poller, self._agent.from_worker)
        self._starting += 1
        self._nursery.fork(name, worker.marker, worker.ends)
        worker.give_ends()

    def forget(self, run_id: str) -> None:
        """A run is over: workers may drop what they keep of it."""
        for worker in self._members.values():
            if run_id in worker.runs:
                worker.runs.discard(run_id)
                worker.send(["forget", run_id])

    # --- from the template -------------------------------------------------------------------------------

    def _take(self, messages: list[Message]) -> None:
        for message in messages:
            word = message[0]
            if word == "forked":
                self._came(self._members[message[1]], message[2])
            elif word == "exited":
                self._left(self._members[message[1]], *message[2:])
            elif word == "failed":
                self._agent.broken(f"no worker can be started: {message[2]}")
            elif word == "ready":
                self._agent.report(["ready"])

    def _came(self, worker: Member, pid: int) -> None:
        worker.pid = pid
        self._starting -= 1
        self._idle[None].append(worker)
        self._agent.place()

    def _left(self, worker: Member, status: int, cpu: float, peak: int) -> None:
        while worker.channel.receive():  # it may have reported before it died
            pass
        worker.drain()
        attempt = worker.attempt
        del self._members[worker.name]
        idle = self._idle.get(worker.pool, [])
        if worker in idle:
            idle.remove(worker)
        elif not worker.retiring:
            self._busy -= 1
        if attempt is not None:
            self._agent.died(worker, attempt, status, cpu, peak)
        worker.close()
        self._keep_spare()
        self._agent.place()

    def _template_gone(self) -> None:
        self._agent.broken("the template process is gone")

    # --- going -------------------------------------------------------------------------------------------

    def retire(self, worker: Member, attempt: Attempt) -> None:
        """A worker that is not to be used again, after its attempt: end it with all that it left."""
        worker.retiring = True
        self._busy -= 1
        left = trees.descendants(worker.pid or 0)
        if left:
            attempt.log.record(
                time.time(), "warning", "penstock", f"the task left {len(left)} processes running; they were ended"
            )
        self.kill(worker)

    def _leave(self, worker: Member) -> None:
        self._idle[worker.pool].remove(worker)
        worker.retiring = True
        worker.send(["quit"])

    def kill(self, worker: Member) -> None:
        """SIGKILL for a worker and all below it."""
        if worker.pid is not None:
            trees.kill_tree(worker.pid)

    def end(self) -> None:
        """End every process; returns when they are gone."""
        self._nursery.close()
        try:
            os.waitpid(self._nursery.pid, 0)
        except ChildProcessError:
            pass


def _best(idle: list[Member], holds: list[Any]) -> Member:
    """The worker that has most of these artifacts in memory; among equals the one that worked last."""
    at = len(idle) - 1
    if holds:
        at = max(range(len(idle)), key=lambda place: (sum(path in idle[place].held for path in holds), place))
    return idle.pop(at)
