"""What was measured, what was asked for, and whether it was reached."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from rich.table import Table

from benchmarks.targets import met

Unit = Literal["ms", "s", "MB", "KB", "fps", "cores", ""]
#: A screen shows 60 pictures a second, and the clock of a browser counts now and then one less.
SLACK = 0.97


@dataclass(frozen=True)
class Figure:
    """`value` is None where it could not be measured: then `note` says why.

    `target` is the most that it may be (the least, with `at_least`), None where nothing is asked for. `part` is the
    word by which it is chosen on the command line.
    """

    part: str
    what: str
    value: float | None
    unit: Unit
    target: float | None = None
    at_least: bool = False
    note: str = ""

    @property
    def verdict(self) -> str:
        """met, missed, or nothing."""
        if self.value is None:
            return "not measured"
        if self.target is None:
            return ""
        return met(self.value >= self.target * SLACK if self.at_least else self.value <= self.target)

    def to_json(self) -> dict[str, Any]:
        """For the file of results."""
        return asdict(self) | {"verdict": self.verdict}


def absent(part: str, what: str, why: object) -> Figure:
    """What could not be measured."""
    return Figure(part, what, None, "", note=" ".join(str(why).split())[:300])


def spread(part: str, what: str, samples: Sequence[float], unit: Unit, median: float, most: float) -> list[Figure]:
    """Median and 95th percentile, with the targets of both."""
    note = f"{len(samples)} times, {min(samples):.1f} to {max(samples):.1f}"
    return [
        Figure(part, f"{what}, median", statistics.median(samples), unit, median, note=note),
        Figure(part, f"{what}, 95th percentile", percentile(samples, 0.95), unit, most),
    ]


def percentile(samples: Sequence[float], share: float) -> float:
    """The least value that so much of the samples do not exceed (nearest rank)."""
    ordered = sorted(samples)
    return ordered[max(0, -(-len(ordered) * round(share * 1000) // 1000) - 1)]


def table(figures: Sequence[Figure], title: str = "Penstock's page and API") -> Table:
    """A row a figure."""
    drawn = Table(title=title)
    for heading in ("what", "measured", "asked for", "", "how"):
        drawn.add_column(heading, justify="right" if heading in ("measured", "asked for") else "left")
    part = None
    for figure in figures:
        if part not in (None, figure.part):
            drawn.add_section()
        part = figure.part
        drawn.add_row(figure.what, _said(figure.value, figure.unit), _limit(figure), _colour(figure), figure.note)
    return drawn


def _said(value: float | None, unit: str) -> str:
    if value is None:
        return "-"
    digits = 2 if value < 10 else 1 if value < 100 else 0
    return f"{value:,.{digits}f} {unit}".strip()


def _limit(figure: Figure) -> str:
    if figure.target is None:
        return ""
    return f"{'at least ' if figure.at_least else ''}{figure.target:g} {figure.unit}"


def _colour(figure: Figure) -> str:
    colours = {"met": "green", "missed": "red", "not measured": "yellow"}
    colour = colours.get(figure.verdict)
    return figure.verdict if colour is None else f"[{colour}]{figure.verdict}[/{colour}]"
