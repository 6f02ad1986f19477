"""The agent: takes attempts from the engine, has workers make them, ends what must end, reports.

From the engine: ["run", RunContext as an object] · ["dispatch", [Assignment]] · ["cancel", [key]] ·
["forget", run id] · ["close"]. To the engine: ["ready"] · ["started", …] · ["ended", …] · ["metric", …] ·
["progress", …] · ["sample", …], with the fields of ports.executor · ["broken", why] before it gives up.
"""

from __future__ import annotations

import os
import signal
import socket
import time
from collections import deque
from typing import Any, Final

from penstock.agent import ahead, attempts, deaths, faults, trees
from penstock.agent.attempts import Asked, Attempt, Totals
from penstock.agent.channel import Channel
from penstock.agent.crew import Crew
from penstock.agent.enforcer import Enforcer
from penstock.agent.frames import Message
from penstock.agent.logs import LIMIT, LogFile
from penstock.agent.members import Member
from penstock.agent.poller import Poller
from penstock.agent.runs import Run
from penstock.agent.seedling import Seedling
from penstock.agent.timers import Timers
from penstock.agent.words import is_word

#: Seconds that other reports wait for company while attempts are queued, and how many at most.
HOLD: Final = 0.001
CROWD: Final = 64
#: Seconds that an attempt takes at most for others to be sent to its worker ahead of its end.
BRISK: Final = 0.001
#: Seconds that a `started` report waits for company: most attempts end before, and one report says it all.
COMPANY: Final = 0.025


class Agent:
    """One thread; every method runs in it."""

    def __init__(self, sock: socket.socket, template: Seedling, workers: int, log_limit: int = LIMIT) -> None:
        self._poller = Poller()
        self._timers = Timers(lambda attempt: isinstance(attempt, Attempt) and attempt.over)
        self._engine = Channel(sock, self._poller, self._from_engine, self._engine_gone)
        self._out: list[Message] = []
        self._queue: deque[Attempt] = deque()
        self._attempts: dict[str, Attempt] = {}
        self._runs: dict[str, Run] = {}
        self._starts: deque[tuple[float, Attempt]] = deque()
        self._log_limit = log_limit
        self._oom_kills = deaths.oom_kills()
        self._out_since = 0.0
        self._enforcer = Enforcer(self._timers, self._out_later, self.secure)
        self._workers = workers
        self._crew = Crew(workers, template, self._poller, self._timers, self)
        self._serving = True
        self._watch_parent()

    def _watch_parent(self) -> None:
        """The end of the socket tells that the engine is gone, unless a child that it forked holds it open."""
        if hasattr(os, "pidfd_open"):
            try:
                fd = os.pidfd_open(os.getppid())
            except OSError:
                return
            self._poller.watch(fd, self._engine_gone)

    def serve(self) -> None:
        """Work until the engine is gone or says close; every process below is gone then."""
        poller, timers, starts = self._poller, self._timers, self._starts
        while self._serving:
            wait = timers.patience()
            if self._out:
                wait = HOLD
            elif starts:
                due = max(0.0, starts[0][0] - time.monotonic())
                wait = due if wait is None or due < wait else wait
            poller.turn(wait)
            timers.fire()
            if starts:
                self._tell_starts()
            if self._out and not self._may_wait():
                faults.reach("agent.report")
                out, self._out, self._out_since = self._out, [], 0.0
                self._engine.send(out)
        self._crew.end()

    def _may_wait(self) -> bool:
        """Reports come in company while workers have enough to do: the engine then works in larger steps."""
        if not self._queue or len(self._out) >= CROWD:
            return False
        now = time.monotonic()
        self._out_since = self._out_since or now
        return now - self._out_since < HOLD

    def _out_later(self, message: Message) -> None:
        """Reports are sent together at the end of a turn."""
        self._out.append(message)

    # --- from the engine -----------------------------------------------------------------------------

    def _from_engine(self, messages: list[Message]) -> None:
        for message in messages:
            word = message[0]
            if word == "dispatch":
                faults.reach("agent.dispatch")
                self._dispatch(message[1])
            elif word == "run":
                run = self._runs[message[1]["run_id"]] = Run(message[1])
                self._crew.prepare(run)
            elif word == "cancel":
                for key in message[1]:
                    self._cancel(key)
            elif word == "forget":
                self._forget(message[1])
            elif word == "close":
                self._serving = False

    def _engine_gone(self, _: str | None = None) -> None:
        self._serving = False

    def _forget(self, run_id: str) -> None:
        run = self._runs.pop(run_id, None)
        if run is not None:
            self._crew.forget(run)

    def _dispatch(self, assignments: list[list[Any]]) -> None:
        for assignment in assignments:
            run = self._runs[assignment[attempts.RUN]]
            log = LogFile(f"{run.logs}/{assignment[attempts.LOG]}", self._log_limit)
            attempt = self._attempts[assignment[attempts.KEY]] = Attempt(assignment, run, log)
            self._queue.append(attempt)
        self.place()

    def _cancel(self, key: str) -> None:
        attempt = self._attempts.get(key)
        if attempt is None:
            return
        if attempt.ahead_at is not None:
            self.secure(attempt.ahead_at)
            attempt = self._attempts.get(key)
        if attempt is None:
            return
        if attempt.worker is None:
            # It stays in the queue, where `place` passes it over: to look for it would take long.
            self._over(attempt, attempt.ended(*attempts.CANCELLED))
        else:
            self._enforcer.end(attempt, attempts.CANCELLED)

    # --- handing out -----------------------------------------------------------------------------------

    def place(self) -> None:
        """Give what waits to workers that are free, in order."""
        queue = self._queue
        while queue:
            if queue[0].over:
                queue.popleft()
                continue
            worker = self._crew.choose(queue[0])
            if worker is None:
                return
            self._hand(queue.popleft(), worker)

    def _hand(self, attempt: Attempt, worker: Member) -> None:
        messages = self._introduce(attempt.run, worker)
        messages.append(["do", attempt.assignment])
        more = self._choose_ahead(worker) if worker.brisk and not worker.ahead.stale else []
        worker.ahead.stale = False
        if more:
            messages += worker.ahead.add(more)
        worker.channel.send(messages)
        self._begin(attempt, worker)

    def _introduce(self, run: Run, worker: Member) -> list[Message]:
        """What a worker has to know of a run before its first attempt."""
        if run.id in worker.runs:
            return []
        worker.runs.add(run.id)
        return [["run", run.context]]

    def _begin(self, attempt: Attempt, worker: Member) -> None:
        worker.begin(attempt)
        if worker.loaded:
            attempt.started_at = time.time()
        self._starts.append((time.monotonic() + COMPANY, attempt))
        self._enforcer.handed(attempt, loaded=worker.loaded)

    # --- what workers have ahead (see agent.ahead) ------------------------------------------------------

    def _choose_ahead(self, worker: Member) -> list[Attempt]:
        """Attempts for a worker to have ahead: of runs and code that it knows, and its share at most."""
        room = min(ahead.MOST - len(worker.ahead.waiting), len(self._queue) // self._workers)
        chosen: list[Attempt] = []
        while len(chosen) < room and self._queue and _fits_ahead(self._queue[0], worker):
            attempt = self._queue.popleft()
            attempt.ahead_at = worker
            chosen.append(attempt)
        return chosen

    def _send_ahead(self, worker: Member) -> None:
        if len(worker.ahead.waiting) <= ahead.MOST // 2:
            chosen = self._choose_ahead(worker)
            if chosen:
                worker.channel.send(worker.ahead.add(chosen))

    def secure(self, worker: Member) -> None:
        """Make sure which attempt a worker is at: it has nothing ahead after this, so it can't go on to another."""
        recalled, at_none = worker.ahead.recall()
        worker.brisk = False
        if worker.ahead.waiting:
            while worker.channel.receive():  # it has gone on; what it was at has ended
                pass
        elif at_none and worker.attempt is not None:
            recalled.insert(0, self._unbegin(worker, worker.attempt))
        self.give_back(recalled)

    def _unbegin(self, worker: Member, attempt: Attempt) -> Attempt:
        """A worker was taken to be at an attempt, and was not. Timers that were set for it mean another one."""
        attempt.over = True
        worker.attempt = None
        self._crew.free(worker, 0)
        again = self._attempts[attempt.key] = Attempt(attempt.assignment, attempt.run, attempt.log)
        return again

    def give_back(self, recalled: list[Attempt]) -> None:
        """These were not begun; they come before what else waits."""
        for attempt in recalled:
            attempt.ahead_at = None
        self._queue.extendleft(reversed(recalled))
        if recalled:
            self.place()

    def _tell_starts(self) -> None:
        starts, now = self._starts, time.monotonic()
        while starts and starts[0][0] <= now:
            attempt = starts.popleft()[1]
            if not attempt.over and attempt.worker is not None:
                self.secure(attempt.worker)
            if not attempt.over:
                attempt.lasting = True
                self._tell_start(attempt)
                self._enforcer.lasting(attempt)

    def _tell_start(self, attempt: Attempt) -> None:
        if attempt.started_at is not None and not attempt.told and attempt.worker is not None:
            attempt.told = True
            self._out.append(["started", attempt.key, attempt.started_at, attempt.worker.name])

    # --- from workers ----------------------------------------------------------------------------------

    def take(self, worker: Member, messages: list[Message]) -> None:
        """A worker says something. What does not fit is the end of it: its word can't be trusted any more."""
        for message in messages:
            attempt = worker.attempt
            word = message[0]
            if worker.broken is not None:
                return
            if not is_word(message):
                self._distrust(worker, message)
            elif word == "loaded":
                self._loaded(worker, message)
            elif attempt is None:
                self._distrust(worker, message)
            elif word == "ended" and message[1] == attempt.key:
                self._ended(worker, attempt, message)
            elif word != "ended":
                self._out.append([word, attempt.key, *message[1:]])
            else:
                self._distrust(worker, message)

    def _distrust(self, worker: Member, message: Message) -> None:
        worker.broken = f"sent what no worker sends: {str(message)[:100]}"
        if worker.pid is not None:
            trees.kill_tree(worker.pid)

    def _loaded(self, worker: Member, message: Message) -> None:
        _, _, at, totals = message
        worker.loaded = True
        worker.totals = Totals._make(totals)
        attempt = worker.attempt
        if attempt is not None and attempt.started_at is None:
            attempt.started_at = at
            attempt.before = worker.totals
            self._enforcer.loaded(attempt)
            if attempt.lasting:
                self._tell_start(attempt)

    def _ended(self, worker: Member, attempt: Attempt, message: Message) -> None:
        _, _, outcome, reason, outputs, error, items, usage, started_at, ended_at, left, totals, quiet = message
        given_back: list[Attempt] = []
        if not quiet:
            # It waits for us, so that what it wrote is not mixed with what comes next.
            given_back = worker.ahead.abandon()
            worker.drain()
        worker.attempt = None
        worker.brisk = quiet and ended_at - started_at < BRISK
        worker.loaded = True
        worker.done += 1
        worker.totals = Totals._make(totals)
        asked = attempt.asked
        if left or asked is not None:
            count = self._crew.retire(worker)
            if count:
                attempt.note("warning", f"the task left {count} {_processes(count)} running: ended")
        elif not worker.ahead.waiting:
            self._crew.free(worker, usage[1])
        worker.end_log(attempt.log)
        if attempt.peak > usage[1]:
            usage[1] = attempt.peak
        if asked is not None and (asked.reason is not None or outcome != "succeeded"):
            outcome, reason, outputs, items = asked.outcome, asked.reason, [], None
            error = _with_place(asked.error, error)
        if not attempt.told:
            attempt.started_at = started_at
        began = attempt.started_at
        self._over(
            attempt,
            ["ended", attempt.key, outcome, reason, outputs, error, items, usage, began, ended_at, worker.name],
        )
        paths = attempt.assignment[attempts.HOLDS] + [ref[2] for _, ref in outputs if ref[2] is not None]
        if paths:
            worker.hold(paths)
        if worker.ahead.waiting:
            following = worker.ahead.waiting.popleft()
            following.ahead_at = None
            self._begin(following, worker)
            if worker.brisk and not worker.ahead.stale:
                self._send_ahead(worker)
        elif given_back:
            self.give_back(given_back)
        elif self._queue:
            self.place()

    def _over(self, attempt: Attempt, message: Message) -> None:
        attempt.over = True
        del self._attempts[attempt.key]
        self._out.append(message)

    # --- what the crew tells ---------------------------------------------------------------------------

    def died(self, worker: Member, attempt: Attempt, status: int | None, cpu_seconds: float, peak: int) -> None:
        """A worker is gone under its attempt."""
        asked = attempt.asked or self._why(worker, status)
        if asked.error is not None:
            attempt.note("error", asked.error["message"])
        worker.end_log(attempt.log)
        used = max(0.0, cpu_seconds - attempt.before.cpu_seconds)
        usage = None if status is None else [round(used, 6), max(peak, attempt.peak), 0, 0]
        self._over(attempt, attempt.ended(*asked, usage))

    def _why(self, worker: Member, status: int | None) -> Asked:
        if status is None:
            return attempts.node_lost("the process that workers are forked from died")
        if worker.broken is not None:
            return attempts.worker_lost(worker.broken)
        if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL:
            before, self._oom_kills = self._oom_kills, deaths.oom_kills()
            if self._oom_kills > before:
                return attempts.killed_by_kernel()
        return attempts.worker_lost(deaths.describe(status))

    def ready(self) -> None:
        """Workers can be started."""
        self._out.append(["ready"])

    def broken(self, why: str) -> None:
        """Nothing can be run here any more."""
        self._engine.send([*self._out, ["broken", why]])
        self._serving = False


def _fits_ahead(attempt: Attempt, worker: Member) -> bool:
    # A limit of memory is about the whole worker: nothing may be done there on the way.
    return not attempt.over and attempt.run.id in worker.runs and attempt.memory is None


def _processes(count: int) -> str:
    return "process" if count == 1 else "processes"


def _with_place(told: dict[str, Any] | None, interrupted: dict[str, Any] | None) -> dict[str, Any] | None:
    """The error of an attempt that we ended, with the place where its worker was interrupted."""
    if told is None or interrupted is None:
        return told
    return {**told, **{fact: interrupted[fact] for fact in ("traceback", "file", "line")}}
