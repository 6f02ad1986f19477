"""What runs on the machines, whatever engines believe and records say: the truth that laws are held against."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, TypeAlias

from penstock.ports.executor import Assignment


class Broken(AssertionError):
    """A law does not hold."""


#: A task and item of a run, whatever the generation: code that must never run twice at once.
Place: TypeAlias = tuple[str, str, int | None]


class Process(NamedTuple):
    """An attempt that a worker is at, with what stood for its inputs when it began."""

    assignment: Assignment
    inputs: dict[str, Any]
    #: What its code makes of them; None where it only looks for the items of a fan-out.
    made: str | None


class Machines:
    """Processes by the keys of their attempts."""

    def __init__(self) -> None:
        self.live: dict[str, Process] = {}
        #: All that ever began.
        self.begun: dict[str, Process] = {}
        self._places: dict[Place, str] = {}
        #: Raises Broken for what must not begin now.
        self.may_begin: Callable[[Assignment], None] = lambda _: None

    def begin(self, process: Process) -> None:
        """User code begins. Raises Broken where it runs already."""
        assignment = process.assignment
        key, place = assignment.key, _place(assignment)
        if place in self._places:
            raise Broken(f"{key} begins while {self._places[place]} runs: {place}")
        self.may_begin(assignment)
        self._places[place] = key
        self.live[key] = self.begun[key] = process

    def end(self, key: str) -> None:
        """It is gone, with all that it started."""
        process = self.live.pop(key)
        del self._places[_place(process.assignment)]


def _place(assignment: Assignment) -> Place:
    return assignment.run_id, assignment.task, assignment.map_index
