"""A run that is being recorded, in the user's process: Kedro's own, or one that that began."""

from __future__ import annotations

import atexit
import os
import sys
import threading
import time
from collections.abc import Mapping
from types import FrameType
from typing import Any, Final, Self

from penstock.integrations.kedro import beginning, given, interrupts
from penstock.integrations.kedro.measures import measure
from penstock.integrations.kedro.prints import Prints
from penstock.integrations.kedro.records import Records
from penstock.integrations.kedro.spool import VARIABLE, Spool
from penstock.integrations.kedro.starting import start_recorder

#: Parts of the names of files whose frames lie between Kedro's and ours.
_BETWEEN: Final = (f"{os.sep}pluggy{os.sep}", os.path.dirname(os.path.abspath(__file__)))
#: Processes that read spools of this process; each is waited for when it has gone.
_recorders: list[int] = []


class Live:
    """Where the lines of one run go. It holds no data, only Kedro's own objects, and not beyond the run."""

    def __init__(self, file: Spool, catalog: Any, params: Mapping[str, Any] | None, nodes: frozenset[str]) -> None:
        self.catalog = catalog
        self.params = params
        self.nodes = nodes
        self.thread = threading.get_ident()
        self.threads = False
        self._file = file
        self._before = os.environ.get(VARIABLE)
        self._in_memory: set[str] = set()
        self._later: dict[str, list[str]] = {}
        self._records = Records(file)
        self._prints = Prints(file, self._records.speaker)
        self._over = False
        self._of_parent = params is None
        self._frame = id(_caller())

    def write(self, *line: Any) -> None:
        """Add a line to the spool. Raises OSError."""
        self._file.write(*line)

    @classmethod
    def begin(cls, run_params: Mapping[str, Any], pipeline: Any, catalog: Any) -> Self:
        """A run begins in this process. Raises OSError, and whatever Kedro's objects raise."""
        _reap()
        head = beginning.head_of(run_params, pipeline, catalog, _runner())
        file = beginning.make_spool(head)
        live = cls(file, catalog, run_params, frozenset(node.name for node in pipeline.nodes))
        live.threads = head["facts"]["runner"] == "ThreadRunner"
        os.environ[VARIABLE] = file.folder
        interrupts.watch(file.folder, live.left_behind)
        atexit.register(live.left_behind)
        _recorders.append(start_recorder(file.folder))
        return live

    @classmethod
    def of_parent(cls) -> Self | None:
        """The run that the process is part of that began this one; None where there is none."""
        folder = os.environ.get(VARIABLE)
        if not folder or not os.path.isdir(folder):
            return None
        return cls(Spool(folder, f"{os.getpid()}.jsonl"), None, None, frozenset())

    def speaks(self, node: Any) -> str:
        """What this thread logs belongs to that node from now on; its name."""
        name: str = node.name
        self._records.speaker[threading.get_ident()] = name
        return name

    def ends(self, node: Any) -> str:
        """The function of a node is over, with all that it had to print; its name."""
        name: str = node.name
        self._prints.end_lines(name)
        return name

    def measure(self, dataset: str, operation: str) -> tuple[str | None, str | None, int | None]:
        """(path, version, bytes) of what was just loaded or saved; nothing of what is only in memory."""
        if dataset in self._in_memory or self.catalog is None:
            return None, None, None
        found = measure(self.catalog.get(dataset), operation)
        if found[0] is None:
            self._in_memory.add(dataset)
        return found

    def measure_later(self, node: str, dataset: str) -> None:
        """What a node loads is measured once the catalogue is known, which in a child is after the loads."""
        if dataset not in self._in_memory and not dataset.startswith("params:"):
            self._later.setdefault(node, []).append(dataset)

    def write_measures(self, node: str) -> None:
        """Write how large what the node has loaded is."""
        for dataset in self._later.pop(node, ()):
            found = self.measure(dataset, "load")
            if found[0] is not None:
                self.write("size", time.time(), node, dataset, *found)

    def move(self) -> None:
        """This process was forked from that of the run: write into a file of its own, and leave its end alone."""
        atexit.unregister(self.left_behind)
        interrupts.unwatch()
        self._file.move(f"{os.getpid()}.jsonl")
        self.params = None
        self._of_parent = True

    def left_behind(self) -> bool:
        """If the run was left without a word of Kedro (Ctrl-C, SystemExit), say so; is it over now?"""
        if not self._over and not self._of_parent and not self._goes_on():
            last: object = getattr(sys, "last_type", None)
            by_key = given.interrupted or (isinstance(last, type) and issubclass(last, KeyboardInterrupt))
            self.write("exit", time.time(), by_key)
            self.leave()
        return self._over

    def _goes_on(self) -> bool:
        """Is Kedro still at it? Asked in its own thread, that is told by the stack: a node may begin another run."""
        if threading.get_ident() != self.thread:
            return any(one.ident == self.thread for one in threading.enumerate())
        frame: FrameType | None = sys._getframe()
        while frame is not None:
            if id(frame) == self._frame:
                return True
            frame = frame.f_back
        return False

    def leave(self) -> None:
        """Nothing more comes of the run in this process."""
        if self._over:
            return
        self._over = True
        atexit.unregister(self.left_behind)
        self._prints.close()
        self._records.close()
        interrupts.unwatch()
        if os.environ.get(VARIABLE) == self._file.folder:
            del os.environ[VARIABLE]
            if self._before is not None:
                os.environ[VARIABLE] = self._before
        self.catalog = self.params = None
        self._file.retire()


def _caller() -> FrameType | None:
    """The frame of Kedro that called our hook. It holds data, so it is only looked at."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and any(part in frame.f_code.co_filename for part in _BETWEEN):
        frame = frame.f_back
    return frame


def _runner() -> Any:
    """The runner of the run that begins; hooks are told no more than its text."""
    frame = _caller()
    return None if frame is None else frame.f_locals.get("runner")


def _reap() -> None:
    for pid in tuple(_recorders):
        try:
            if os.waitpid(pid, os.WNOHANG)[0] == 0:
                continue
        except ChildProcessError:
            pass
        _recorders.remove(pid)
