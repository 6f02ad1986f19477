"""A worker: one process that makes one attempt at a time, in its main thread.

From the agent: ["run", RunContext as an object] · ["load", run id] · ["do", Assignment] ·
["next", number, Assignment], to be begun with the token of that number (agent.ahead), and if it is a follower only
after the success of what it follows · ["forget", run id] · ["quit"].
To the agent: ["loaded", run id, at, totals] when a module has been imported · ["metric", at, name, value, unit] ·
["progress", at, done, total] · ["told", at, kind, data] · ["ended", key, outcome, reason, outputs, error, items,
[CPU seconds, peak bytes, bytes read, bytes written], started at, ended at, whether children or threads are left,
totals, quiet].
Totals are [CPU microseconds, bytes read, bytes written] of the process since its begin. Started and ended are whole
microseconds too: fractions of so many digits would cost more than all else of a message. Not quiet: the agent has to
read what was written before anything is begun with a token.
"""

from __future__ import annotations

import atexit
import faulthandler
import fcntl
import gc
import os
import signal
import socket
import sys
import termios
import time
import types
from typing import Any, Final

from penstock import faults
from penstock.agent import processes
from penstock.agent.frames import FrameReader, Message, pack
from penstock.ports.executor import Assignment, RunContext
from penstock.worker import interrupts
from penstock.worker.code import Run
from penstock.worker.perform import perform, with_made
from penstock.worker.reports import Reports
from penstock.worker.surroundings import Surroundings
from penstock.worker.usage import Meter

#: The worker's socket goes out of the way of what user code closes or writes to by number.
_FIRST_FD: Final = 200
_NO_BYTES: Final = b"\0\0\0\0"


def be_nobody() -> None:
    """Look like no program of its own, to what tasks import and start; called once, before workers are forked."""
    sys.argv = ["penstock-worker"]
    # Children of multiprocessing look for the module to run again: there is none.
    sys.modules["__main__"] = types.ModuleType("__main__")


def run(name: str, marker: str, fds: list[int], template: int) -> int:
    """Be a worker until the agent says quit; the exit status. In a process that was just forked from `template`."""
    os.setsid()
    processes.die_with_parent(signal.SIGKILL)
    if os.getppid() != template:
        return 0  # it died before it could take us along
    processes.adopt_orphans()
    processes.set_name(f"penstock-{name}")
    os.dup2(fds[1], 1)
    os.dup2(fds[2], 2)
    # Who crashes in compiled code says where, on standard error (agent.crashes).
    faulthandler.enable(2, all_threads=False)
    connection, *pipes, tokens = (fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, _FIRST_FD) for fd in fds)
    for fd in fds:
        os.close(fd)
    sock = socket.socket(fileno=connection)
    surroundings = Surroundings(marker, pipes)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    interrupts.install()
    gc.enable()
    worker = Worker(sock, Tokens(tokens), pipes, surroundings)
    worker.serve()
    atexit._run_exitfuncs()
    surroundings.flush()
    return 0


class Tokens:
    """The right to begin what the agent has sent ahead (see agent.ahead)."""

    def __init__(self, fd: int) -> None:
        self._fd = fd

    def claim(self, number: int) -> bool:
        """Whether the attempt of this number may begin; if not, it was recalled. Raises RuntimeError on disorder."""
        try:
            token = os.read(self._fd, 1)
        except BlockingIOError:
            return False
        if token != bytes([number]):
            raise RuntimeError(f"attempt {number} met token {token!r}")
        return True


class Worker:
    """Takes messages one after the other."""

    def __init__(self, sock: socket.socket, tokens: Tokens, pipes: list[int], surroundings: Surroundings) -> None:
        self._sock = sock
        self._tokens = tokens
        self._pipes = pipes
        self._surroundings = surroundings
        #: Nothing may be begun before the agent has taken what was written.
        self._must_wait = False
        #: An import may have written something, which is in the figures of no attempt.
        self._may_have_written = False
        self._runs: dict[str, Run] = {}
        self._meter = Meter()
        #: The key of the last attempt, if it succeeded, and its outputs.
        self._succeeded: tuple[str | None, list[Any]] = (None, [])
        self._reports = Reports(self._send)
        self._reader = FrameReader()
        self._take = {
            "do": self._do,
            "next": self._next,
            "run": self._know,
            "load": self._load,
            "forget": self._forget,
        }

    def serve(self) -> None:
        """Work until the agent says quit or is gone."""
        receive, feed, take = self._sock.recv_into, self._reader.feed, self._take
        buffer = memoryview(bytearray(65536))
        while True:
            data = bytes(buffer[: receive(buffer)])
            if not data:
                return
            for message in feed(data):
                word = message[0]
                if word == "quit":
                    return
                take[word](message)

    def _send(self, messages: list[Message]) -> None:
        self._sock.sendall(pack(messages))

    def _know(self, message: Message) -> None:
        context = RunContext(**message[1])
        self._runs[context.run_id] = Run(context)

    def _forget(self, message: Message) -> None:
        self._runs.pop(message[1], None)

    def _load(self, message: Message) -> None:
        """Import ahead of the first attempt. What goes wrong is told by that attempt, which tries again."""
        run = self._runs.get(message[1])
        if run is not None:
            try:
                imported = run.load()
            except BaseException:
                return
            if imported:
                self._tell_loaded(run)

    def _tell_loaded(self, run: Run) -> None:
        self._surroundings.keep()
        self._surroundings.flush()
        self._meter.look()
        self._may_have_written = True
        self._send([["loaded", run.context.run_id, time.time(), self._meter.totals]])

    def _next(self, message: Message) -> None:
        assignment = Assignment._make(message[2])
        if self._must_wait or not self._is_turn(assignment) or not self._tokens.claim(message[1]):
            return
        self._make(assignment)

    def _is_turn(self, assignment: Assignment) -> bool:
        """Whether an attempt follows none, or the one that has just succeeded."""
        return assignment.after is None or assignment.after == self._succeeded[0]

    def _do(self, message: Message) -> None:
        self._must_wait = False
        assignment = Assignment._make(message[1])
        if not self._is_turn(assignment):
            raise RuntimeError(f"attempt {assignment.key} follows {assignment.after}, which was not made last")
        self._make(assignment)

    def _make(self, assignment: Assignment) -> None:
        run = self._runs[assignment.run_id]
        if assignment.after is not None:
            assignment = with_made(assignment, self._succeeded[1])
        started = _micros()

        def begin(imported: bool) -> None:
            nonlocal started
            if imported:
                self._tell_loaded(run)
                started = _micros()

        faults.reach("worker.start")
        self._meter.start()
        self._reports.begin()
        outcome = perform(run, assignment, self._reports, begin)
        self._succeeded = (assignment.key, outcome.outputs) if outcome.outcome == "succeeded" else (None, [])
        self._surroundings.flush()
        self._surroundings.restore()
        left = self._surroundings.threads_left() | _children_left()
        usage = self._meter.stop()
        # Who has written nothing at all has not written to its pipes: that saves a look at each.
        may_have_written = self._may_have_written or usage[3] or not self._meter.counts_bytes
        self._may_have_written = False
        self._must_wait = left or bool(may_have_written and _has_written(self._pipes))
        ended = [
            "ended", assignment.key, *outcome, usage, started, _micros(), left, self._meter.totals,
            not self._must_wait,
        ]  # fmt: skip
        faults.reach("worker.report")
        self._reports.end(ended)


def _micros() -> int:
    """Whole microseconds since 1970."""
    return time.time_ns() // 1000


def _has_written(pipes: list[int]) -> bool:
    """Whether there is something in these pipes that the agent has not read yet."""
    if sys.platform != "linux":
        return True  # elsewhere the writing end of a pipe does not tell (pipe(7))
    return any(fcntl.ioctl(fd, termios.FIONREAD, _NO_BYTES) != _NO_BYTES for fd in pipes)


def _children_left() -> bool:
    """Reap what has ended below this process; whether something still runs."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        return False
    return True
