"""Limit: how many runs of a pipeline at the same time, as users write it."""

from __future__ import annotations

from typing import Literal

from penstock.authoring.counts import no_count
from penstock.authoring.places import Place, caller
from penstock.authoring.problems import Problems
from penstock.model.nearest import did_you_mean
from penstock.model.spec import WHEN_FULL, LimitSpec


class Limit:
    """How many runs at the same time, over all engines, and what becomes of one more.

    `full`: `"queue"` (it waits for its turn, first come first), `"skip"` (it ends as skipped), `"fail"` (it ends as
    failed) or `"cancel_oldest"` (the run that has been there longest is cancelled, and the new one takes its place).
    What makes no sense is told with all else that is wrong in a pipeline, by `Pipeline.spec()`.
    """

    def __init__(self, runs: int, full: Literal["queue", "skip", "cancel_oldest", "fail"] = "queue") -> None:
        self.place: Place = caller()
        self.runs = runs
        self.full = full

    def __repr__(self) -> str:
        return f"Limit({self.runs!r}, full={self.full!r})"

    @property
    def spec(self) -> LimitSpec:
        """The limit as plain data. Raises DefinitionError, which tells all that makes no sense."""
        problems = Problems()
        cure = no_count(self.runs)
        if cure is not None:
            problems.add(f"Limit lets {self.runs!r} runs go", cure, self.place)
        if self.full not in WHEN_FULL:
            told = f"Limit can't do {self.full!r} when it is full"
            problems.add(told, did_you_mean(str(self.full), WHEN_FULL), self.place)
        problems.raise_if_any()
        return LimitSpec(self.runs, self.full)
