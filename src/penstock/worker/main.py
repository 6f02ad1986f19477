"""A worker: one process that makes one attempt at a time, in its main thread.

From the agent: ["run", RunContext as a dict] · ["load", run id] · ["do", Assignment] · ["forget", run id] · ["quit"].
To the agent: ["loaded", run id, at, totals] when a module has been imported · ["metric", at, name, value, unit] ·
["progress", at, done, total] · ["ended", key, outcome, reason, outputs, error, items, [CPU seconds, peak bytes,
bytes read, bytes written], started at, ended at, whether children are left, totals]. Totals are [CPU seconds,
bytes read, bytes written] of the process since its begin.
"""

from __future__ import annotations

import atexit
import fcntl
import gc
import os
import signal
import socket
import sys
import time
import types
from io import TextIOWrapper
from typing import Final

from penstock.agent import faults, processes
from penstock.agent.frames import FrameReader, Message, pack
from penstock.ports.executor import Assignment, RunContext
from penstock.worker import interrupts, records
from penstock.worker.code import Run
from penstock.worker.perform import perform
from penstock.worker.reports import Reports
from penstock.worker.usage import Meter

#: The worker's socket goes out of the way of what user code closes or writes to by number.
_FIRST_FD: Final = 200


def load_ahead() -> None:
    """What every worker needs and this module does not import by itself; called once, before forks."""
    sys.argv = ["penstock-worker"]
    # Children of multiprocessing look for the module to run again: there is none.
    sys.modules["__main__"] = types.ModuleType("__main__")


def run(name: str, marker: str, fds: list[int]) -> int:
    """Be a worker until the agent says quit; the exit status. In a process that was just forked."""
    parent = os.getppid()
    os.setsid()
    processes.die_with_parent(signal.SIGKILL)
    if os.getppid() != parent:
        return 0
    processes.adopt_orphans()
    processes.set_name(f"penstock-{name}")
    connection, out, err = fds
    os.dup2(out, 1)
    os.dup2(err, 2)
    os.close(out)
    os.close(err)
    sock = socket.socket(fileno=fcntl.fcntl(connection, fcntl.F_DUPFD_CLOEXEC, _FIRST_FD))
    os.close(connection)
    sys.stdout = sys.__stdout__ = _text(1)  # type: ignore[misc]
    sys.stderr = sys.__stderr__ = _text(2)  # type: ignore[misc]
    signal.signal(signal.SIGINT, signal.default_int_handler)
    interrupts.install()
    records.install(marker.encode("ascii"))
    _reseed()
    gc.enable()
    worker = Worker(sock)
    worker.serve()
    atexit._run_exitfuncs()
    _flush()
    return 0


def _text(fd: int) -> TextIOWrapper:
    """A stream that gives each line away at once, so that none is lost when the process is."""
    return open(fd, "w", buffering=1, encoding="utf-8", errors="backslashreplace", closefd=False)


def _reseed() -> None:
    """A fork copies the state of chance. Python's `random` looks after itself (os.register_at_fork)."""
    numpy = sys.modules.get("numpy")
    if numpy is not None and "numpy.random" in sys.modules:
        numpy.random.seed()


class Worker:
    """Takes messages one after the other."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._pid = os.getpid()
        self._runs: dict[str, Run] = {}
        self._meter = Meter()
        self._reports = Reports(self._send)
        self._reader = FrameReader()
        self._take = {"do": self._do, "run": self._know, "load": self._load, "forget": self._forget}

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
        _flush()
        self._meter.look()
        self._send([["loaded", run.context.run_id, time.time(), self._meter.totals]])

    def _do(self, message: Message) -> None:
        assignment = Assignment._make(message[1])
        run = self._runs[assignment.run_id]
        started = time.time()

        def begin(imported: bool) -> None:
            nonlocal started
            if imported:
                self._tell_loaded(run)
                started = time.time()

        faults.reach("worker.start")
        self._meter.start()
        self._reports.begin()
        outcome = perform(run, assignment, self._reports, begin)
        _flush()
        if os.getpid() != self._pid:
            os._exit(0)  # the task forked, and its child came back here
        left = _children_left()
        usage = self._meter.stop()
        ended = ["ended", assignment.key, *outcome, usage, started, time.time(), left, self._meter.totals]
        faults.reach("worker.report")
        self._reports.end(ended)


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except Exception:
            continue  # the task has closed it


def _children_left() -> bool:
    """Reap what has ended below this process; whether something still runs."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        return False
    return True
