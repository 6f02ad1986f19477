"""The reading processes of a server: few, and only while somebody looks."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from penstock.artifacts.reader.process import Gone, Process
from penstock.model.artifact import Artifact

#: Processes for looks; each export has one of its own beside these.
PROCESSES: Final = 2
EXPORTS: Final = 4
#: Looks that wait for a process, and seconds that they do.
WAITING: Final = 8
PATIENCE: Final = 10.0
#: Seconds that a look may take, the first of a process with what it imports.
SECONDS: Final = 15.0


class TooBusy(Exception):
    """More people look at large values than this server has processes for."""


class Readers:
    """Looks at artifacts below a root. From any thread."""

    def __init__(self, root: Path, start: Callable[[], Process] = Process, seconds: float = SECONDS) -> None:
        self._root = str(root)
        self._start = start
        self._seconds = seconds
        self._free: list[Process] = []
        self._lock = threading.Lock()
        self._turns = threading.BoundedSemaphore(PROCESSES)
        self._places = threading.BoundedSemaphore(PROCESSES + WAITING)
        self._exports = threading.BoundedSemaphore(EXPORTS)

    def look(self, what: str, artifact: Artifact, *more: Any) -> bytes:
        """The answer of `reader.looks`, as JSON. Raises ArtifactError, UsageError, TooBusy."""
        with self._turn():
            process = self._take()
            try:
                return b"".join(process.ask(self._question(what, artifact, more), self._seconds))
            except Gone:
                # It had just ended, as nobody had asked for long.
                process.end()
                process = self._start()
                return b"".join(process.ask(self._question(what, artifact, more), self._seconds))
            finally:
                self._give_back(process)

    def csv(self, artifact: Artifact) -> Export:
        """The parts of a table as CSV. The first is here when this returns, so that errors come before it.

        Raises as `look`.
        """
        if not self._exports.acquire(blocking=False):
            raise TooBusy
        parts = self._csv(artifact)
        return Export(next(parts, b""), parts)

    def warm(self) -> None:
        """Somebody will look soon: have a process that has its libraries loaded by then."""
        with self._lock:
            if not any(process.usable for process in self._free):
                self._free.append(self._start())

    def close(self) -> None:
        """End all processes."""
        with self._lock:
            while self._free:
                self._free.pop().end()

    def _csv(self, artifact: Artifact) -> Generator[bytes, None, None]:
        try:
            process = self._start()
            try:
                yield from process.ask(self._question("csv", artifact, ()), self._seconds)
            finally:
                process.end()
        finally:
            self._exports.release()

    def _question(self, what: str, artifact: Artifact, more: tuple[Any, ...]) -> dict[str, Any]:
        return {"look": what, "root": self._root, "artifact": artifact.to_list(), "more": more}

    @contextmanager
    def _turn(self) -> Iterator[None]:
        if not self._places.acquire(blocking=False):
            raise TooBusy
        try:
            if not self._turns.acquire(timeout=PATIENCE):
                raise TooBusy
            try:
                yield
            finally:
                self._turns.release()
        finally:
            self._places.release()

    def _take(self) -> Process:
        with self._lock:
            while self._free:
                process = self._free.pop()
                if process.usable:
                    return process
                process.end()
        return self._start()

    def _give_back(self, process: Process) -> None:
        if process.usable:
            with self._lock:
                self._free.append(process)
        else:
            process.end()


class Export:
    """The parts of an export. Its process ends with it, also where it is closed before its end."""

    def __init__(self, first: bytes, rest: Generator[bytes, None, None]) -> None:
        self._first: bytes | None = first
        self._rest = rest

    def __iter__(self) -> Export:
        return self

    def __next__(self) -> bytes:
        first, self._first = self._first, None
        return next(self._rest) if first is None else first

    def close(self) -> None:
        """Read no further."""
        self._rest.close()
