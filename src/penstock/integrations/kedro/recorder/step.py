"""A node that is being run, as far as its lines tell."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any, Final, Literal, TypeAlias

from penstock.integrations.kedro.formats import format_of
from penstock.integrations.kedro.ids import plain_name
from penstock.integrations.kedro.measures import FOLDER
from penstock.integrations.kedro.places import told_place
from penstock.integrations.kedro.sizes import bytes_below
from penstock.model.artifact import Artifact
from penstock.model.spec import DatasetSpec

Operation: TypeAlias = Literal["load", "save"]
_MEMORY: Final = "MemoryDataset"


@dataclass(slots=True)
class Use:
    """A dataset that was loaded or saved. `version` and `path` as measured; `bytes` None: not known."""

    dataset: str
    operation: Operation
    began: float
    ended: float | None = None
    python_type: str = ""
    rows: int | None = None
    columns: list[tuple[str, str]] | None = None
    path: str | None = None
    version: str | None = None
    bytes: int | None = None
    seconds: float = 0.0

    def measured(self, path: str | None, version: str | None, size: int | None) -> None:
        """Take what was measured; a folder is measured now."""
        self.path, self.version = path, version
        self.bytes = bytes_below(path) if size == FOLDER and path is not None else size

    def told(self) -> dict[str, Any]:
        """The facts of its event."""
        return {"dataset": plain_name(self.dataset), "seconds": self.seconds, "bytes": self.bytes, "rows": self.rows}

    def artifact(self, known: DatasetSpec | None, project: str) -> Artifact:
        """What was saved, as an output. `known`: what the definition says of the dataset."""
        kind = known.type if known is not None else _MEMORY
        path = (told_place(self.path, project) if self.path else "") or (known.path if known is not None else "")
        body = {"type": kind, "path": path or None, "version": self.version, "format": format_of(kind, path)}
        columns = None if self.columns is None else tuple((name, type_) for name, type_ in self.columns)
        return Artifact("dataset", json.dumps(body), None, self.bytes, None, self.rows, columns, self.python_type)


@dataclass(slots=True)
class Step:
    """`open` are loads and saves under way, `loaded` those that still wait to be measured and told.

    Times in seconds since 1970; CPU seconds and peak memory (kilobytes) as the process counted them.
    """

    name: str
    pid: int | None
    outputs: tuple[str, ...]
    generator: bool
    began: float
    cpu: float
    peak: int
    last_cpu: float = 0.0
    last_peak: int = 0
    run_at: float | None = None
    ran_at: float | None = None
    open: dict[tuple[Operation, str], Use] = field(default_factory=dict)
    loaded: list[Use] = field(default_factory=list)
    saved: dict[str, Use] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=lambda: {"load": 0.0, "function": 0.0, "save": 0.0})
    sampled: int = 0

    def used(self, cpu: float, peak: int) -> None:
        """Take what the process has used so far."""
        self.last_cpu, self.last_peak = cpu, peak

    @property
    def cpu_seconds(self) -> float:
        """Of the node alone."""
        return max(0.0, self.last_cpu - self.cpu)

    @property
    def peak_bytes(self) -> int | None:
        """Peak memory while it ran: the process's own figure where it grew, else the largest sample, if any."""
        if self.last_peak > self.peak:
            return self.last_peak * 1024
        return self.sampled or None

    def begin(self, operation: Operation, dataset: str, at: float) -> Use:
        """A load or save begins."""
        use = self.open[operation, dataset] = Use(dataset, operation, at)
        return use

    def end(self, operation: Operation, dataset: str, at: float) -> Use | None:
        """A load or save is done."""
        use = self.open.pop((operation, dataset), None)
        if use is not None:
            use.ended = at
            use.seconds = max(0.0, at - use.began)
            self.seconds[operation] += use.seconds
        return use

    def keep(self, use: Use) -> None:
        """What was saved of a dataset: a generator saves it piece by piece."""
        before = self.saved.get(use.dataset)
        if before is not None:
            use.seconds += before.seconds
            both = before.rows is not None and use.rows is not None
            use.rows = (before.rows or 0) + (use.rows or 0) if both and self.generator else use.rows
        self.saved[use.dataset] = use

    @property
    def complete(self) -> bool:
        """Has all been seen of it that comes of a node that goes well? Of generators nobody can tell."""
        return self.ran_at is not None and not self.generator and len(self.saved) >= len(self.outputs)

    @property
    def last_at(self) -> float:
        """When the last thing was done by it."""
        saved = [use.ended for use in self.saved.values() if use.ended is not None]
        return max([*saved, self.ran_at or self.run_at or self.began])
