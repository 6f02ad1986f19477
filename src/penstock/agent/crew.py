"""The workers of an agent: who is free, who is forked ahead, who has to go."""

from __future__ import annotations

import os
from typing import Final

from penstock.agent import seedling, trees
from penstock.agent.attempts import HOLDS, Attempt
from penstock.agent.frames import Message
from penstock.agent.members import Member
from penstock.agent.nursery import Nursery
from penstock.agent.owner import Owner
from penstock.agent.poller import Poller
from penstock.agent.runs import Run
from penstock.agent.seedling import Seedling
from penstock.agent.timers import Timers
from penstock.machine import cores

#: Workers that are forked ahead, so that one that is lost is replaced at once.
SPARE: Final = 1
#: A worker that has made so many attempts is replaced as soon as nothing is to be done: what libraries leak is bounded.
ENOUGH: Final = 50
#: One that never rests is replaced after so many: the next has to import the code first, which costs a busy queue time.
TOO_MANY: Final = 10_000
#: Resident bytes from which on a worker is replaced after its attempt.
HEAVY: Final = 1024**3
#: Seconds between two looks whether a worker with ENOUGH attempts can be spared.
REST: Final = 2.0
#: Seconds from the end of a worker's connection to the news of its death.
DYING: Final = 0.2
#: Seconds that the template gets to end all that is below it.
LAST_WORDS: Final = 4.5
#: Templates, and workers without an attempt, that may die one after the other before it is taken for hopeless.
HOPELESS: Final = 5
#: Seconds until another fork is tried after one that failed: the machine may be short of processes or memory.
PAUSE: Final = 0.25
#: Forks that may fail in a row while no worker is alive.
FAILURES: Final = 40


class Crew:
    """At most `size` workers are busy at the same time; SPARE more are kept warm."""

    def __init__(self, size: int, template: Seedling, poller: Poller, timers: Timers, owner: Owner) -> None:
        self._size = size
        self._cores = cores().usable
        self._poller = poller
        self._timers = timers
        self._owner = owner
        self._members: dict[str, Member] = {}
        self._fresh: list[Member] = []
        self._idle: dict[tuple[str, str], list[Member]] = {}
        #: Workers that are to import a run's code as soon as they are there.
        self._to_warm: list[Run] = []
        self._preloads: list[str] = []
        self._starting = self._busy = self._forked = 0
        #: Deaths and failed forks since an attempt was ended.
        self._deaths = self._failures = 0
        self._paused = False
        self._nursery = Nursery(template, poller, self._from_template, self._template_gone)

    def resize(self, size: int) -> None:
        """Have so many workers busy at the same time; what is at work goes on."""
        self._size = size

    # --- choosing ----------------------------------------------------------------------------------------

    def choose(self, attempt: Attempt) -> Member | None:
        """A worker for this attempt, taken; None when it has to wait."""
        if self._busy >= self._size:
            return None
        pool = attempt.run.pool
        idle = self._idle.get(pool)
        if idle:
            holds = attempt.assignment[HOLDS]
            worker = _best(idle, holds) if holds and len(idle) > 1 else idle.pop()
        elif self._fresh:
            worker = self._fresh.pop()
            worker.pool = pool
            self._keep_spare()
        else:
            self._make_room()
            return None
        self._busy += 1
        return worker

    def claim(self, follower: Attempt) -> Member | None:
        """The worker that has just made what this attempt follows, taken; None when it is not free."""
        idle = self._idle.get(follower.run.pool, [])
        worker = next((one for one in idle if one.succeeded == follower.after), None)
        if worker is None or self._busy >= self._size:
            return None
        idle.remove(worker)
        self._busy += 1
        return worker

    def free(self, worker: Member, peak: int) -> None:
        """A worker has ended its attempt, whose peak of resident bytes is told, and may take the next."""
        self._busy -= 1
        self._deaths = 0
        assert worker.pool is not None
        if worker.done >= TOO_MANY or (peak > HEAVY and _resident(worker) > HEAVY):
            self._let_go(worker)
            return
        worker.state = "idle"
        self._idle.setdefault(worker.pool, []).append(worker)
        if worker.done >= ENOUGH and not worker.tired:
            worker.tired = True
            self._timers.after(REST, self._replace_rested, worker)

    def _make_room(self) -> None:
        """No free worker has this code: fork one, in the place of one that has other code."""
        if self._starting:
            return
        if len(self._members) >= self._size + SPARE:
            others = [worker for idle in self._idle.values() for worker in idle]
            if not others:
                return
            self._dismiss(others[0])
        self._fork()

    # --- coming ------------------------------------------------------------------------------------------

    def prepare(self, run: Run) -> None:
        """A run begins: have its libraries loaded, workers forked, and its code imported in them."""
        self.preload(run.preload)
        have = sum(worker.pool == run.pool for worker in self._members.values())
        have += sum(other.pool == run.pool for other in self._to_warm)
        wanted = min(self._size, self._cores) - have
        for _ in range(wanted):
            if self._fresh:
                self._warm(self._fresh.pop(), run)
            else:
                self._to_warm.append(run)
        self._keep_spare()

    def preload(self, modules: list[str]) -> None:
        """Have libraries loaded before the next fork."""
        new = [module for module in modules if module not in self._preloads]
        if new:
            self._preloads.extend(new)
            self._nursery.preload(new)

    def _warm(self, worker: Member, run: Run) -> None:
        worker.pool = run.pool
        worker.state = "idle"
        worker.send(["run", run.context], ["load", run.id])
        if run.over:
            worker.send(["forget", run.id])
        else:
            worker.runs.add(run.id)
        self._idle.setdefault(run.pool, []).append(worker)

    def _keep_spare(self) -> None:
        wanted = SPARE + len(self._to_warm) - len(self._fresh) - self._starting
        for _ in range(min(wanted, self._size + SPARE - len(self._members))):
            self._fork()

    def _fork(self) -> None:
        if self._paused:
            return
        self._forked += 1
        owner = self._owner
        worker = Member(f"w{self._forked}", self._poller, owner.take, self._silent, owner.secure)
        self._members[worker.name] = worker
        self._starting += 1
        self._nursery.fork(worker.name, worker.marker, worker.ends)
        worker.close_ends()

    def forget(self, run: Run) -> None:
        """A run is over: workers may drop what they keep of it."""
        run.over = True
        self._to_warm = [other for other in self._to_warm if other is not run]
        for worker in self._members.values():
            if run.id in worker.runs:
                worker.runs.discard(run.id)
                worker.send(["forget", run.id])

    # --- from the template -------------------------------------------------------------------------------

    def _from_template(self, messages: list[Message]) -> None:
        for message in messages:
            word = message[0]
            if word == "forked":
                self._came(self._members[message[1]], message[2])
            elif word == "exited":
                self._left(self._members[message[1]], *message[2:])
            elif word == "failed":
                self._failed(self._members[message[1]], message[2])
            elif word == "ready":
                self._owner.ready()

    def _came(self, worker: Member, pid: int) -> None:
        worker.pid = pid
        self._starting -= 1
        self._failures = 0
        if self._to_warm:
            self._warm(worker, self._to_warm.pop(0))
        else:
            worker.state = "fresh"
            self._fresh.append(worker)
        self._owner.place()

    def _failed(self, worker: Member, why: str) -> None:
        """A fork was refused."""
        self._strike_off(worker)
        worker.close()
        self._failures += 1
        if self._failures >= FAILURES and not self._members:
            self._owner.broken(f"no worker can be started: {why}")
        elif not self._paused:
            self._paused = True
            self._timers.after(PAUSE, self._go_on, None)

    def _go_on(self, _: None) -> None:
        self._paused = False
        self._keep_spare()
        self._owner.place()

    def _left(self, worker: Member, status: int | None, cpu_seconds: float, peak: int) -> None:
        while worker.channel.receive():  # it may have reported before it died
            pass
        worker.drain()
        if worker.pool is None and worker.state != "leaving" and status is not None:
            self._deaths += 1
            if self._deaths >= HOPELESS:
                self._owner.broken(f"workers die at once: {worker.early_words()}")
        self._strike_off(worker)
        self._owner.died(worker, status, cpu_seconds, peak)
        worker.close()
        self._keep_spare()
        self._owner.place()

    def _silent(self, worker: Member, problem: str | None) -> None:
        """No word can come from a worker any more: it is dying, or has closed its socket, or sent what is no frame."""
        worker.broken = worker.broken or (problem and f"sent {problem}")
        # The template tells of its death within a moment; the number of one that is dead must not be used.
        self._timers.after(0.0 if problem else DYING, self._end_silent, worker)

    def _end_silent(self, worker: Member) -> None:
        if worker.name in self._members and worker.pid is not None:
            worker.broken = worker.broken or "closed its connection"
            trees.kill_tree(worker.pid)

    def _strike_off(self, worker: Member) -> None:
        del self._members[worker.name]
        if worker.state == "busy":
            self._busy -= 1
        elif worker.state == "fresh":
            self._fresh.remove(worker)
        elif worker.state == "idle" and worker.pool is not None:
            self._idle[worker.pool].remove(worker)
        elif worker.state == "starting":
            self._starting -= 1
        worker.state = "leaving"

    # --- going -------------------------------------------------------------------------------------------

    def retire(self, worker: Member) -> int:
        """End a worker after its attempt, with all that this left running; how many processes that were."""
        assert worker.pid is not None
        self._busy -= 1
        worker.state = "leaving"
        return trees.kill_tree(worker.pid) - 1

    def _let_go(self, worker: Member) -> None:
        """Ask a worker that has nothing to do to leave."""
        worker.state = "leaving"
        worker.send(["quit"])

    def _dismiss(self, worker: Member) -> None:
        assert worker.pool is not None
        self._idle[worker.pool].remove(worker)
        self._let_go(worker)

    def _replace_rested(self, worker: Member) -> None:
        """A worker that has done enough leaves when no work is there to be kept waiting."""
        if worker.state == "idle" and not self._busy:
            self._dismiss(worker)
            if worker.run is not None:
                # The next run of this pipeline should not have to wait for its imports.
                self._to_warm.append(worker.run)
            self._keep_spare()
        elif worker.state in ("idle", "busy"):
            self._timers.after(REST, self._replace_rested, worker)

    def _template_gone(self) -> None:
        """The template died: its workers die with it (PR_SET_PDEATHSIG), and what they leave comes to us."""
        trees.end_children(patience=0.0)
        self._deaths += 1
        if self._deaths >= HOPELESS:
            self._owner.broken("the process that workers are forked from dies at once")
            return
        self._nursery = Nursery(seedling.start(), self._poller, self._from_template, self._template_gone)
        self._nursery.preload(self._preloads)
        for worker in list(self._members.values()):
            self._left(worker, None, 0.0, 0)

    def end(self) -> None:
        """End every process; returns when they are gone, and their last words in the logs."""
        self._nursery.close()
        trees.end_children(LAST_WORDS)
        for worker in self._members.values():
            worker.drain()
            if worker.attempt is not None:
                worker.end_log(worker.attempt.log)


def _best(idle: list[Member], paths: list[str]) -> Member:
    """The worker that has most of these artifacts in memory; among equals the one that worked last."""
    at = max(range(len(idle)), key=lambda place: (idle[place].holds(paths), place))
    return idle.pop(at)


def _resident(worker: Member) -> int:
    """Resident bytes now; 0 when that is not told."""
    try:
        with open(f"/proc/{worker.pid}/statm", "rb") as statm:
            return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0
