"""Hands attempts to workers, and takes what workers say of them."""

from __future__ import annotations

import itertools
import time
from collections import deque
from collections.abc import Iterable
from typing import Final

from penstock.agent import ahead, attempts, trees, verdicts
from penstock.agent.attempts import CANCELLED, HOLDS, Attempt, Totals
from penstock.agent.crew import Crew
from penstock.agent.enforcer import Enforcer
from penstock.agent.frames import Message
from penstock.agent.members import Member
from penstock.agent.outbox import Outbox
from penstock.agent.poller import Poller
from penstock.agent.runs import Run
from penstock.agent.seedling import Seedling
from penstock.agent.timers import Timers
from penstock.agent.words import is_word
from penstock.ports.executor import LOG_LOST

#: Microseconds that an attempt takes at most for others to be sent to its worker ahead of its end.
BRISK: Final = 1000
#: Seconds until a start is reported by itself: most attempts end before, and one report says it all.
COMPANY: Final = 0.025


class Dispatcher:
    """Every attempt from its dispatch to its end. One thread."""

    def __init__(self, workers: int, template: Seedling, poller: Poller, timers: Timers, outbox: Outbox) -> None:
        self._workers = workers
        self._timers = timers
        self._out = outbox
        self._queue: deque[Attempt] = deque()
        #: Followers of what was handed out before they came.
        self._late: list[Attempt] = []
        self._attempts: dict[str, Attempt] = {}
        self._coroner = verdicts.Coroner()
        self._enforcer = Enforcer(timers, outbox.add, self.is_at)
        self.crew = Crew(workers, template, poller, timers, self)
        #: Why nothing can be run any more.
        self.hopeless: str | None = None
        #: The last attempt that ended was no short one.
        self._slow = False
        #: Nothing is begun: no engine is there.
        self._still = False
        #: Nothing is begun, and these stand still: our engine may have lost its runs to others.
        self._frozen: list[Attempt] | None = None

    @property
    def busy(self) -> bool:
        """Whether there are attempts that are not over."""
        return bool(self._attempts)

    @property
    def _halted(self) -> bool:
        """Whether nothing may be begun now."""
        return self._still or self._frozen is not None

    @property
    def crowded(self) -> bool:
        """Whether attempts wait for a worker, and get one soon."""
        return bool(self._queue) and not self._slow

    def add(self, attempt: Attempt) -> None:
        """Take an attempt; `place` gives it to a worker."""
        self._attempts[attempt.key] = attempt
        attempt.run.returned.discard(attempt.key)
        if attempt.after is None:
            self._queue.append(attempt)
        elif self._queue and attempt.after == _last(self._queue[-1]).key:
            self._queue[-1].followers.append(attempt)
        elif self._late and attempt.after == _last(self._late[-1]).key:
            self._late[-1].followers.append(attempt)
        else:
            self._late.append(attempt)

    def cancel(self, key: str) -> None:
        """End an attempt; one that is not known is over already."""
        attempt = self._attempts.get(key)
        if attempt is not None and attempt.ahead_at is not None:
            self.secure(attempt.ahead_at)
            attempt = self._attempts.get(key)
        if attempt is None:
            return
        if attempt.worker is None and attempt.after is not None:
            self._return(attempt)
        elif attempt.worker is None:
            # It stays in the queue, where `place` passes it over: to look for it would take long.
            self._over(attempt, verdicts.by_us(attempt, CANCELLED))
        else:
            self._enforcer.end(attempt, CANCELLED)

    def recall(self, keys: list[str]) -> None:
        """Give back to the engine what of these was not begun."""
        still, self._still = self._still, True  # or what comes from one worker would be given to the next
        wanted = [self._attempts[key] for key in keys if key in self._attempts]
        for attempt in wanted:
            if attempt.worker is None and attempt.ahead_at is None:
                self._return(attempt)
        for worker in {worker.name: worker for one in wanted if (worker := one.ahead_at or one.worker)}.values():
            self._secure(worker)
        for key in keys:
            # What its worker was taken to be at, and was not, has another object now.
            now = self._attempts.get(key)
            if now is not None and now.worker is None and now.ahead_at is None:
                self._return(now)
        self._still = still
        self.place()

    def suspend(self, key: str) -> None:
        """Have an attempt that runs stand still."""
        attempt = self._attempts.get(key)
        if attempt is not None and attempt.worker is not None:
            self._enforcer.stand_still(attempt)

    def resume(self, key: str) -> None:
        """Let it go on."""
        attempt = self._attempts.get(key)
        if attempt is not None and attempt.worker is not None:
            self._enforcer.go_on(attempt)

    # --- handing out -----------------------------------------------------------------------------------

    def place(self) -> None:
        """Give what waits to workers that are free, in order."""
        if self._late:
            late, self._late = self._late, []
            for attempt in late:
                self._join(attempt)
        queue = self._queue
        while queue and not self._halted:
            if queue[0].over:
                queue.popleft()
                continue
            worker = self.crew.choose(queue[0])
            if worker is None:
                return
            self._hand(queue.popleft(), worker)

    def _hand(self, attempt: Attempt, worker: Member) -> None:
        messages = _introduction(attempt.run, worker)
        messages.append(["do", attempt.assignment])
        more = self._chain(attempt, worker) or self._choose_ahead(worker)
        # From this attempt on the worker knows which of those before were taken back.
        worker.ahead.stale = False
        if more:
            messages += worker.ahead.add(more)
        at = time.time()  # before it is sent: it may be over when that returns
        attempt.unheard = not worker.channel.send(messages)
        # After a long one this one will last too, most likely: one report tells of that end and of this start.
        self._begin(attempt, worker, at, lasting=worker.slow and not more and not attempt.unheard)

    def _begin(self, attempt: Attempt, worker: Member, at: float, *, lasting: bool = False) -> None:
        worker.begin(attempt)
        if worker.loaded:
            attempt.started_at = at
        if lasting:
            self._lasts(attempt)
        else:
            self._timers.after(COMPANY, self._has_lasted, attempt)
        self._enforcer.handed(attempt, loaded=worker.loaded)

    def _has_lasted(self, attempt: Attempt) -> None:
        """The attempt is not one of the short ones: let nothing wait behind it."""
        if self.is_at(attempt):
            self._lasts(attempt)

    def _lasts(self, attempt: Attempt) -> None:
        attempt.lasting = True
        self._tell_start(attempt)
        self._enforcer.lasting(attempt)

    def _tell_start(self, attempt: Attempt) -> None:
        if attempt.started_at is not None and attempt.worker is not None and not attempt.told:
            attempt.told = True
            self._out.add(["started", attempt.key, attempt.started_at, attempt.worker.name])

    # --- what workers have ahead (see agent.ahead) -----------------------------------------------------

    def _choose_ahead(self, worker: Member) -> list[Attempt]:
        """Attempts for a worker to have ahead: of runs that it knows, and its share at most."""
        room = min(ahead.MOST - len(worker.ahead.waiting), len(self._queue) // self._workers)
        if self._halted or not worker.brisk or worker.ahead.stale or room < ahead.MOST // 2 or _has_followers(worker):
            return []
        chosen: list[Attempt] = []
        while len(chosen) < room and _may_go_ahead(self._queue[0], worker):
            attempt = self._queue.popleft()
            attempt.ahead_at = worker
            chosen.append(attempt)
        return chosen

    def _chain(self, attempt: Attempt, worker: Member) -> list[Attempt]:
        """The followers of an attempt, for its worker to have ahead; what can't be so goes back."""
        followers, attempt.followers = attempt.followers, []
        chain = [] if worker.ahead.stale else list(itertools.takewhile(lambda follower: not follower.over, followers))
        for follower in chain:
            follower.ahead_at = worker
        for follower in followers[len(chain) :]:
            self._return(follower)
        return chain

    def _join(self, late: Attempt) -> None:
        """Bring an attempt to what it follows and was handed out before: behind it, or to the worker that made it."""
        before = self._attempts.get(late.after or "")
        if self._halted:
            self._return(late)
        elif before is None:
            worker = self.crew.claim(late)
            if worker is None:
                self._return(late)
            else:
                self._hand(late, worker)
        else:
            worker = before.ahead_at or before.worker
            if worker is None or before.lasting or before.asked or before is not worker.last or worker.ahead.stale:
                self._return(late)
            else:
                chain = [late, *self._chain(late, worker)]
                late.ahead_at = worker
                worker.channel.send(worker.ahead.add(chain))

    def _go_on(self, worker: Member) -> None:
        """A worker has ended an attempt and goes on with the next that it has."""
        attempt = worker.ahead.waiting.popleft()
        attempt.ahead_at = None
        self._begin(attempt, worker, time.time())
        more = self._choose_ahead(worker)
        if more:
            worker.channel.send(worker.ahead.add(more))

    def secure(self, worker: Member) -> None:
        """Make sure which attempt a worker is at: it has nothing ahead after this, so it can't go on to another."""
        self._secure(worker)
        self.place()

    def _secure_all(self) -> None:
        for worker in {attempt.worker for attempt in self._attempts.values() if attempt.worker is not None}:
            self.secure(worker)

    def _secure(self, worker: Member) -> None:
        recalled, at_none = worker.ahead.recall()
        worker.brisk = False
        if worker.ahead.waiting:
            while worker.channel.receive():  # it has gone on; what it was at has ended
                pass
        elif at_none and worker.attempt is not None:
            recalled.insert(0, self._unbegin(worker, worker.attempt))
            self.crew.free(worker, 0)
        self._requeue(recalled)

    def is_at(self, attempt: Attempt) -> bool:
        """Whether its worker is at this attempt, and stays there until its end: a signal will hit no other."""
        assert attempt.worker is not None
        self.secure(attempt.worker)
        return not attempt.over

    def _unbegin(self, worker: Member, attempt: Attempt) -> Attempt:
        """A worker was taken to be at an attempt, and was not. Timers that were set for it are stale from now on."""
        attempt.over = True
        worker.attempt = None
        again = self._attempts[attempt.key] = Attempt(attempt.assignment, attempt.run, attempt.log)
        return again

    def _requeue(self, recalled: list[Attempt]) -> None:
        """These were not begun; they come before what else waits. Followers go back to the engine."""
        for attempt in recalled:
            attempt.ahead_at = None
            if attempt.after is not None:
                self._return(attempt)
        self._queue.extendleft(attempt for attempt in reversed(recalled) if attempt.after is None)

    def _return(self, attempt: Attempt) -> None:
        """An attempt was not begun, and won't be as things are; nor will what follows it."""
        if not attempt.over:
            attempt.over = True
            del self._attempts[attempt.key]
            attempt.run.returned.add(attempt.key)
            self._out.add(["returned", attempt.key])
            for follower in attempt.followers:
                self._return(follower)

    # --- an engine that others may take for dead ---------------------------------------------------------

    def freeze(self) -> None:
        """Have all that runs stand still, and begin nothing: others may be running it. What is cancelled ends."""
        if self._frozen is not None:
            return
        self._frozen = []
        self._secure_all()
        for attempt in list(self._attempts.values()):
            if attempt.worker is not None and attempt.still_since is None:
                self._enforcer.stand_still(attempt)
                self._frozen.append(attempt)

    def thaw(self) -> None:
        """Go on: nobody had it."""
        frozen, self._frozen = self._frozen or (), None
        for attempt in frozen:
            self._enforcer.go_on(attempt)
        self.place()

    # --- between two engines ---------------------------------------------------------------------------

    def stand_still(self) -> None:
        """Give back what was not begun, as it may be on no record, and begin nothing."""
        self._still = True
        self._secure_all()
        while self._queue:
            attempt = self._queue.popleft()
            for follower in attempt.followers:
                self._return(follower)
            self._return(attempt)

    def go_on(self, workers: int) -> None:
        """An engine is there, and has so many attempts made at the same time."""
        self._still = False
        self._workers = workers
        self.crew.resize(workers)
        self.thaw()

    def running(self) -> dict[str, bool]:
        """The keys of what runs, and whether it was asked to end."""
        return {key: attempt.asked is not None for key, attempt in self._attempts.items()}

    def kill(self, keys: Iterable[str]) -> None:
        """End attempts at once: nobody goes on with them."""
        for key in keys:
            attempt = self._attempts.get(key)
            if attempt is not None:
                attempt.asked = attempt.asked or CANCELLED
                self._enforcer.kill(attempt)

    # --- from workers ----------------------------------------------------------------------------------

    def take(self, worker: Member, messages: list[Message]) -> None:
        """A worker says something. What does not fit is the end of it: its word can't be trusted any more."""
        for message in messages:
            if worker.broken is not None:
                return
            attempt, word = worker.attempt, message[0]
            fits = is_word(message)
            if fits and word == "loaded":
                self._loaded(worker, message)
            elif fits and attempt is not None and word == "ended" and message[1] == attempt.key:
                self._ended(worker, attempt, message)
            elif fits and attempt is not None and word != "ended":
                self._out.add([word, attempt.key, *message[1:]])
            else:
                worker.broken = f"sent what no worker sends: {str(message)[:100]}"
                if worker.pid is not None:
                    trees.kill_tree(worker.pid)

    def _loaded(self, worker: Member, message: Message) -> None:
        _, _, at, totals = message
        worker.loaded = True
        worker.totals = Totals.told(totals)
        attempt = worker.attempt
        if attempt is not None and attempt.started_at is None:
            attempt.started_at = at
            attempt.before = worker.totals
            self._enforcer.loaded(attempt)
            if attempt.lasting:
                self._tell_start(attempt)

    def _ended(self, worker: Member, attempt: Attempt, message: Message) -> None:
        outputs, usage, started_at, ended_at, left, totals, quiet = (*message[4:5], *message[7:])
        if not quiet or (message[2] != "succeeded" and _has_followers(worker)):
            # The worker waits for us, so that what it wrote is not mixed with what comes next.
            self._requeue(worker.ahead.abandon())
            worker.drain()
        worker.attempt = None
        worker.succeeded = attempt.key if message[2] == "succeeded" else None
        worker.loaded = True
        worker.brisk = quiet and ended_at - started_at < BRISK
        worker.slow = self._slow = ended_at - started_at >= COMPANY * 1_000_000
        worker.done += 1
        worker.totals = Totals.told(totals)
        worker.hold([*attempt.assignment[HOLDS], *(ref[attempts.PATH] for _, ref in outputs)])
        if left or attempt.asked is not None:
            self._retire(worker, attempt)
        elif not worker.ahead.waiting:
            self.crew.free(worker, usage[1])
        self._end_log(worker, attempt)
        self._over(attempt, verdicts.by_worker(attempt, worker, message))
        if worker.ahead.waiting:
            self._go_on(worker)
        else:
            self.place()

    def _retire(self, worker: Member, attempt: Attempt) -> None:
        count = self.crew.retire(worker)
        if count:
            processes = "1 process" if count == 1 else f"{count} processes"
            attempt.note("warning", f"the task left {processes} running: ended")

    def _end_log(self, worker: Member, attempt: Attempt) -> None:
        why = worker.end_log(attempt.log)
        if why is not None:
            self._out.add(["told", attempt.key, time.time(), LOG_LOST, {"error": why}])

    def _over(self, attempt: Attempt, report: Message) -> None:
        attempt.over = True
        del self._attempts[attempt.key]
        for follower in attempt.followers:
            self._return(follower)
        self._out.add(report)

    # --- what the crew tells ---------------------------------------------------------------------------

    def died(self, worker: Member, status: int | None, cpu_seconds: float, peak: int) -> None:
        """A worker is gone, with the attempt that it was at."""
        attempt = worker.attempt
        self._requeue(worker.ahead.abandon())
        if attempt is not None and attempt.unheard and attempt.asked is None:
            self._requeue([self._unbegin(worker, attempt)])
        elif attempt is not None:
            report = self._coroner.report(attempt, worker, status, cpu_seconds, peak)
            self._end_log(worker, attempt)
            self._over(attempt, report)

    def ready(self) -> None:
        """Workers can be started."""
        self._out.add(["ready"])

    def broken(self, why: str) -> None:
        """No worker can be started any more."""
        self.hopeless = why


def _introduction(run: Run, worker: Member) -> list[Message]:
    """What a worker has to know of a run before its first attempt."""
    if run.id in worker.runs:
        return []
    worker.runs.add(run.id)
    return [["run", run.context]]


def _last(attempt: Attempt) -> Attempt:
    """What is at the end of its chain."""
    return attempt.followers[-1] if attempt.followers else attempt


def _has_followers(worker: Member) -> bool:
    """Whether what it has ahead follows what it is at. Then it has nothing else ahead."""
    return bool(worker.ahead.waiting) and worker.ahead.waiting[-1].after is not None


def _may_go_ahead(attempt: Attempt, worker: Member) -> bool:
    # A limit of memory is about the whole worker: nothing else may be done there on the way.
    return not attempt.over and attempt.run.id in worker.runs and attempt.memory is None and not attempt.followers
