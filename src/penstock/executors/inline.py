"""Attempts in this process, one at a time, in the thread that polls: for debuggers, and for functions that mock.

Standard input, output and error stay what they are, so `breakpoint()` works; what is written goes into the log too.
A timeout, a limit of memory, and a cancel of what runs are not enforced: nothing here could end a function.
"""

from __future__ import annotations

import logging
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

from penstock.agent.logs import LIMIT, LogFile
from penstock.agent.streams import TextStream
from penstock.bell import Bell
from penstock.executors import lifelines
from penstock.ports.executor import (
    LOG_LOST,
    Assignment,
    Ended,
    Metric,
    Progress,
    Report,
    Returned,
    RunContext,
    Started,
    Told,
    Usage,
)
from penstock.worker.code import Run
from penstock.worker.perform import Result, perform, with_made
from penstock.worker.records import level_of
from penstock.worker.usage import Meter

WORKER = "inline"


class InlineExecutor:
    """Makes one attempt a call of `poll` (see ports.executor for the law). `lifeline`: a file that is locked while we
    live.
    """

    workers = 1
    suspends = False

    def __init__(self, *, log_limit: int = LIMIT, lifeline: Path | None = None) -> None:
        self._log_limit = log_limit
        self._lifeline = lifeline
        self._held: int | None = None
        self._runs: dict[str, Run] = {}
        self._queue: deque[Assignment] = deque()
        self._reports: list[Report] = []
        self._bell = Bell()
        self._meter = Meter()
        #: Is an attempt being made now, in the thread of `poll`?
        self.busy = False
        #: The last attempt and what became of it.
        self._last: tuple[str, Result] | None = None

    def open(self) -> None:
        """Nothing is to be started."""
        if self._lifeline is not None and self._held is None:
            self._held = lifelines.hold(self._lifeline)

    def prepare(self, context: RunContext) -> None:
        """Make a run known."""
        self._runs[context.run_id] = Run(context)

    def dispatch(self, assignments: list[Assignment]) -> None:
        """Queue attempts."""
        self._queue.extend(assignments)

    def cancel(self, keys: list[str]) -> None:
        """End what waits; what runs can't be ended from here, as this is its own thread."""
        wanted = set(keys)
        for assignment in [one for one in self._queue if one.key in wanted]:
            self._queue.remove(assignment)
            now = time.time()
            if assignment.after is not None:
                self._reports.append(Returned(assignment.key))
                continue
            self._reports.append(Ended(assignment.key, "cancelled", None, [], None, None, None, None, now, None))

    def recall(self, keys: list[str]) -> None:
        """Take back what waits."""
        wanted = set(keys)
        for assignment in [one for one in self._queue if one.key in wanted]:
            self._queue.remove(assignment)
            self._reports.append(Returned(assignment.key))

    def suspend(self, keys: list[str]) -> None:
        """Nothing here can stand still: see `suspends`."""

    def resume(self, keys: list[str]) -> None:
        """So nothing has to go on."""

    def forget(self, run_id: str) -> None:
        """The run is over."""
        self._runs.pop(run_id, None)

    def poll(self, timeout: float | None) -> list[Report]:
        """Make the next attempt, if there is one; else wait up to `timeout` seconds for a `wake`."""
        if self._queue and not self._reports:
            self._begin(self._queue.popleft())
        elif not self._reports:
            self._bell.wait(timeout)
        reports, self._reports = self._reports, []
        return reports

    def wake(self) -> None:
        """Make `poll` return."""
        self._bell.ring()

    def close(self) -> None:
        """What waits is not made any more."""
        self._queue.clear()
        self._last = None
        self._runs.clear()
        if self._held is not None:
            lifelines.release(self._held)
            self._held = None

    def _begin(self, assignment: Assignment) -> None:
        if assignment.after is not None:
            key, result = self._last or (None, None)
            if result is None or key != assignment.after or result.outcome != "succeeded":
                self._reports.append(Returned(assignment.key))
                return
            assignment = with_made(assignment, result.outputs)
        self._make(assignment)

    def _make(self, assignment: Assignment) -> None:
        run = self._runs[assignment.run_id]
        log = LogFile(f"{run.context.logs}/{assignment.log}", self._log_limit)
        started = time.time()

        def begin(_imported: bool) -> None:
            nonlocal started
            started = time.time()
            self._reports.append(Started(assignment.key, started, WORKER))

        self._meter.look()
        self._meter.start()
        with _teed(log):
            self.busy = True
            try:
                result = perform(run, assignment, _Sink(assignment.key, self._reports), begin)
            finally:
                self.busy = False
        lost = log.close()
        if lost is not None:
            self._reports.append(Told(assignment.key, time.time(), LOG_LOST, {"error": lost}))
        self._last = assignment.key, result
        usage = Usage._make(self._meter.stop())
        self._reports.append(Ended(assignment.key, *result, usage, started, time.time(), WORKER))


class _Sink:
    def __init__(self, key: str, reports: list[Report]) -> None:
        self._key = key
        self._reports = reports

    def metric(self, name: str, value: float, unit: str | None) -> None:
        self._reports.append(Metric(self._key, time.time(), name, value, unit))

    def progress(self, done: float, total: float | None) -> None:
        self._reports.append(Progress(self._key, time.time(), done, total))

    def event(self, kind: str, data: dict[str, Any]) -> None:
        self._reports.append(Told(self._key, time.time(), kind, data))


class _Tee:
    """A text stream that also gives what is written to a log. For all else it is the stream itself."""

    def __init__(self, stream: TextIO, keep: Callable[[str], None]) -> None:
        self._stream = stream
        self._keep = keep

    def write(self, text: str) -> int:
        self._keep(text)
        return self._stream.write(text)

    def writelines(self, lines: Any) -> None:
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


class _Records(logging.Handler):
    """Records go to the log, and to the terminal where nobody else shows them."""

    def __init__(self, log: LogFile, terminal: TextIO | None) -> None:
        super().__init__()
        self._log = log
        self._terminal = terminal

    def emit(self, record: logging.LogRecord) -> None:
        try:
            text, level = self.format(record), level_of(record.levelno)
            self._log.record(record.created, level, record.name, text)
            if self._terminal is not None:
                self._terminal.write(f"{level}: {text}\n")
        except Exception:
            self.handleError(record)


@contextmanager
def _teed(log: LogFile) -> Iterator[None]:
    """While inside, text for standard output and error and records of logging go to the log too."""
    out, err = sys.stdout, sys.stderr
    out_lines, err_lines = TextStream("stdout"), TextStream("stderr")
    root = logging.getLogger()
    handler, level = _Records(log, None if root.handlers else err), root.level
    sys.stdout, sys.stderr = _Tee(out, _feeder(out_lines, log)), _Tee(err, _feeder(err_lines, log))
    root.addHandler(handler)
    if root.getEffectiveLevel() > logging.INFO:
        root.setLevel(logging.INFO)
    try:
        yield
    finally:
        root.removeHandler(handler)
        root.setLevel(level)
        sys.stdout, sys.stderr = out, err
        out_lines.finish(log)
        err_lines.finish(log)


def _feeder(stream: TextStream, log: LogFile) -> Callable[[str], None]:
    return lambda text: stream.feed(text.encode("utf-8", "surrogatepass"), log)
