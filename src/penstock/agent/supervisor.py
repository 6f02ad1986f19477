"""The agent: takes attempts from the engine, has workers make them, ends what must end, reports.

From the engine: ["run", RunContext as a dict] · ["dispatch", [Assignment]] · ["cancel", [key]] · ["forget", run id] ·
["close"]. To the engine: ["ready"] · ["started", key, at, worker] · ["ended", the fields of Ended] · ["metric", …] ·
["progress", …] · ["sample", …] as in ports.executor · ["broken", why] before it gives up.
"""

from __future__ import annotations

import os
import signal
import socket
import sys
import time
from collections import deque
from typing import Any, Final

from penstock.agent import attempts, deaths, trees
from penstock.agent.attempts import Attempt, failure
from penstock.agent.channel import Channel
from penstock.agent.crew import Crew
from penstock.agent.frames import Message
from penstock.agent.logs import FILE, LogFile
from penstock.agent.members import Member
from penstock.agent.poller import Poller
from penstock.agent.runs import Run
from penstock.agent.timers import Timers

#: Seconds that a `started` report waits: most attempts end before, and one report says it all.
COMPANY: Final = 0.025


class Agent:
    """One thread; every method runs in it."""

    def __init__(self, sock: socket.socket, workers: int, log_limit: int = FILE) -> None:
        self._poller = Poller()
        self._timers = Timers()
        self._engine = Channel(sock, self._poller, self._take, self._engine_gone)
        self._out: list[Message] = []
        self._queue: deque[Attempt] = deque()
        self._attempts: dict[str, Attempt] = {}
        self._runs: dict[str, Run] = {}
        self._fresh_starts: deque[tuple[float, Attempt]] = deque()
        self._log_limit = log_limit
        self._crew = Crew(workers, self._poller, self._timers, self)
        self._serving = True

    def serve(self) -> None:
        """Work until the engine is gone or says close; every process below is gone then."""
        poller, timers, starts = self._poller, self._timers, self._fresh_starts
        while self._serving:
            wait = timers.patience()
            if starts:
                due = max(0.0, starts[0][0] - time.monotonic())
                wait = due if wait is None or due < wait else wait
            poller.turn(wait)
            timers.fire()
            if starts:
                self._tell_starts()
            if self._out:
                out, self._out = self._out, []
                self._engine.send(out)
        self._crew.end()

    def report(self, message: Message) -> None:
        """Send a message to the engine at the end of this turn."""
        self._out.append(message)

    # --- from the engine -----------------------------------------------------------------------------

    def _take(self, messages: list[Message]) -> None:
        for message in messages:
            word = message[0]
            if word == "dispatch":
                self._dispatch(message[1])
            elif word == "run":
                self._prepare(message[1])
            elif word == "cancel":
                for key in message[1]:
                    self._cancel(key)
            elif word == "forget":
                self._forget(message[1])
            elif word == "close":
                self._serving = False

    def _engine_gone(self, problem: str | None) -> None:
        self._serving = False

    def _prepare(self, context: dict[str, Any]) -> None:
        run = self._runs[context["run_id"]] = Run(context)
        self._crew.prepare(run)

    def _forget(self, run_id: str) -> None:
        if self._runs.pop(run_id, None) is not None:
            self._crew.forget(run_id)

    def _dispatch(self, assignments: list[list[Any]]) -> None:
        for assignment in assignments:
            run = self._runs[assignment[attempts.RUN]]
            log = LogFile(f"{run.logs}/{assignment[attempts.LOG]}", self._log_limit)
            attempt = Attempt(assignment, run, log)
            self._attempts[attempt.key] = attempt
            self._queue.append(attempt)
        self.place()

    def _cancel(self, key: str) -> None:
        attempt = self._attempts.get(key)
        if attempt is None:
            return
        if attempt.worker is None:
            self._queue.remove(attempt)
            self._end(attempt, attempts.ended(attempt, "cancelled", None))
        elif attempt.asked is None:
            self._stop(attempt, "cancelled")
        else:
            self._kill(attempt)

    # --- handing out -----------------------------------------------------------------------------------

    def place(self) -> None:
        """Give what waits to workers that are free."""
        queue = self._queue
        while queue:
            worker = self._crew.choose(queue[0])
            if worker is None:
                return
            self._hand(queue.popleft(), worker)

    def _hand(self, attempt: Attempt, worker: Member) -> None:
        run = attempt.run
        if run.id not in worker.runs:
            worker.runs.add(run.id)
            worker.send(["run", run.context], ["do", attempt.assignment])
        else:
            worker.send(["do", attempt.assignment])
        attempt.worker = worker
        worker.attempt = attempt
        if worker.done == 0:
            worker.begin_log(attempt)
        attempt.baseline = worker.totals
        if worker.loaded:
            attempt.started_at = time.time()
        self._fresh_starts.append((time.monotonic() + COMPANY, attempt))
        timeout = attempt.timeout
        if timeout is not None:
            self._timers.after(timeout, self._time_is_up, attempt)

    def _tell_starts(self) -> None:
        starts, now = self._fresh_starts, time.monotonic()
        while starts and starts[0][0] <= now:
            attempt = starts.popleft()[1]
            if not attempt.over:
                self._long(attempt)

    def _long(self, attempt: Attempt) -> None:
        """An attempt that did not end at once: now it costs a message."""
        if attempt.started_at is not None and not attempt.told:
            attempt.told = True
            self.report(["started", attempt.key, attempt.started_at, attempt.worker.name])

    # --- from workers ----------------------------------------------------------------------------------

    def from_worker(self, worker: Member, messages: list[Message]) -> None:
        """Take what a worker says."""
        attempt = worker.attempt
        for message in messages:
            word = message[0]
            if word == "ended" and attempt is not None and message[1] == attempt.key:
                self._ended(worker, attempt, message)
                attempt = worker.attempt
            elif word == "loaded":
                self._loaded(worker, message[1])
            elif word in ("metric", "progress") and attempt is not None:
                self.report([word, attempt.key, *message[1:]])
            else:
                worker.broken = f"it said {str(message)[:100]}"
                self._crew.kill(worker)

    def _loaded(self, worker: Member, at: float) -> None:
        worker.loaded = True
        attempt = worker.attempt
        if attempt is not None and attempt.started_at is None:
            attempt.started_at = at

    def _ended(self, worker: Member, attempt: Attempt, message: Message) -> None:
        _, key, outcome, reason, outputs, error, items, usage, started_at, ended_at, left = message
        worker.drain()
        worker.attempt = None
        worker.done += 1
        worker.loaded = True
        if left or attempt.asked is not None:
            self._crew.retire(worker, attempt)
        worker.end_log(attempt)
        if not worker.retiring:
            self._crew.free(worker)
        if attempt.asked is not None and outcome != "succeeded":
            outcome, reason = self._because_asked(attempt)
        if attempt.started_at is None or not attempt.told:
            attempt.started_at = started_at
        told = attempt.started_at
        self._end(
            attempt,
            ["ended", key, outcome, reason, outputs, error, items, usage, told, ended_at, worker.name],
        )
        if self._queue:
            self.place()

    def _because_asked(self, attempt: Attempt) -> tuple[str, str | None]:
        if attempt.asked == "cancelled":
            return "cancelled", None
        return "failed", attempt.asked

    def _end(self, attempt: Attempt, message: Message) -> None:
        attempt.over = True
        del self._attempts[attempt.key]
        self._out.append(message)

    # --- ending ------------------------------------------------------------------------------------------

    def _time_is_up(self, attempt: Attempt) -> None:
        if not attempt.over and attempt.asked is None:
            self._stop(attempt, "timeout")

    def _stop(self, attempt: Attempt, why: str) -> None:
        """SIGTERM to the tree, SIGKILL when the grace is over."""
        attempt.asked = why
        pid = attempt.worker.pid
        trees.send([pid, *trees.descendants(pid)], signal.SIGTERM)
        self._timers.after(attempt.grace, self._kill, attempt)

    def _kill(self, attempt: Attempt) -> None:
        if not attempt.over and not attempt.killed:
            attempt.killed = True
            self._crew.kill(attempt.worker)

    def died(self, worker: Member, attempt: Attempt, status: int, cpu: float, peak: int) -> None:
        """A worker is gone under an attempt."""
        usage = [max(0.0, cpu - attempt.baseline[0]), max(peak, attempt.peak), 0, 0]
        worker.end_log(attempt)
        if attempt.asked is not None:
            outcome, reason = self._because_asked(attempt)
            error = None
        else:
            outcome, reason = "lost", "worker_lost"
            error = failure("penstock.WorkerLost", f"the worker {deaths.describe(status)}")
        self._end(attempt, attempts.ended(attempt, outcome, reason, error, usage))

    def lost(self, attempt: Attempt, why: str) -> None:
        """The agent itself lost a worker: its template is gone."""
        self._end(attempt, attempts.ended(attempt, "lost", "node_lost", failure("penstock.NodeLost", why)))

    def broken(self, why: str) -> None:
        """Nothing more can be run here."""
        self._engine.send([["broken", why]])
        self._serving = False


def main(arguments: list[str]) -> None:
    """Serve the engine at the other end of a descriptor: FD WORKERS LOG_LIMIT."""
    fd, workers, log_limit = map(int, arguments)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    agent = Agent(socket.socket(fileno=fd), workers, log_limit)
    profile = os.environ.get("PENSTOCK_AGENT_PROFILE")
    if profile:
        import cProfile

        cProfile.runctx("agent.serve()", {}, {"agent": agent}, profile)
    else:
        agent.serve()
    os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1:])
