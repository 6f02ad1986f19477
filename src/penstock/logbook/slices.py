"""How many lines of each level there are in equal slices of a time: what a picture of a log over time shows.

A block that lies within a slice counts whole, without being read. Those that reach into several are read, as many as
`READ`; the lines of what is beyond that are taken for evenly spread over the time of their block.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import accumulate, pairwise
from typing import Final, NamedTuple

from penstock.logbook.choice import Piece
from penstock.logbook.lines import LEVELS
from penstock.logbook.view import View

#: Blocks that are read for one answer, 32 KB each.
READ: Final = 400


class Slices(NamedTuple):
    """Counts by level for each slice of the time from `after` to `before` (microseconds since 1970; None: no lines)."""

    after: int | None
    before: int | None
    levels: dict[str, list[int]]
    exact: bool


def slices_of(view: View, slices: int) -> Slices:
    """The lines of a view in so many slices of the time that it was chosen by, or of that of its lines."""
    after, before = _span(view)
    counts = [[0] * slices for _ in LEVELS]
    if after is None or before is None or not view.pieces:
        return Slices(after, before, dict(zip(LEVELS, counts, strict=True)), True)
    bounds = [(after + number * (before - after) // slices) / 1_000_000 for number in range(slices + 1)]
    begins = bounds[:-1]
    across: list[tuple[Piece, int, int]] = []
    for piece in view.pieces:
        first, last = _slice(begins, piece.low[0]), _slice(begins, piece.high[0])
        if first == last:
            for level, count in enumerate(piece.counts):
                counts[level][first] += count
        else:
            across.append((piece, first, last))
    # Where not all can be read, those with the most lines are.
    across.sort(key=lambda found: -found[0].total)
    for piece, _, _ in across[:READ]:
        for at, level in view.part(piece).heads():
            counts[level][_slice(begins, at)] += 1
    if across[READ:]:
        even = _evenly(across[READ:], bounds)
        counts = [[some + more for some, more in zip(*both, strict=True)] for both in zip(counts, even, strict=True)]
    return Slices(after, before, dict(zip(LEVELS, counts, strict=True)), len(across) <= READ)


def _span(view: View) -> tuple[int | None, int | None]:
    """From when to when: as it was chosen, else from the first line to behind the last."""
    after = before = None
    if math.isfinite(view.choice.after):
        after = round(view.choice.after * 1_000_000)
    elif view.pieces:
        after = round(_first(view) * 1_000_000)
    if math.isfinite(view.choice.before):
        before = round(view.choice.before * 1_000_000)
    elif view.pieces:
        before = round(_last(view) * 1_000_000) + 1
    return after, before


def _first(view: View) -> float:
    """When the first line stands. A block may begin with lines of levels that were not chosen."""
    found = math.inf
    for piece in view.pieces:
        if piece.low[0] >= found:
            break
        found = min([found, *(at for at, _ in view.part(piece).heads()[:1])])
    return found if found < math.inf else view.pieces[0].low[0]


def _last(view: View) -> float:
    """When the last line stands."""
    found = -math.inf
    pieces = sorted(view.pieces, key=lambda piece: -piece.high[0])
    for piece in pieces:
        if piece.high[0] <= found:
            break
        found = max([found, *(at for at, _ in view.part(piece).heads()[-1:])])
    return found if found > -math.inf else pieces[0].high[0]


def _slice(begins: Sequence[float], at: float) -> int:
    return max(0, bisect_right(begins, at) - 1)


def _evenly(across: Iterable[tuple[Piece, int, int]], bounds: Sequence[float]) -> list[list[int]]:
    """Counts by level of blocks from slice to slice, as if their lines were spread evenly; none is lost by rounding."""
    # What falls into the first and the last slice of a block; and how the lines a second change from slice to slice.
    parts = [[0.0] * (len(bounds) - 1) for _ in LEVELS]
    rises = [[0.0] * len(bounds) for _ in LEVELS]
    for piece, first, last in across:
        low, high = piece.low[0], piece.high[0]
        for level, count in enumerate(piece.counts):
            rate = count / (high - low)
            parts[level][first] += rate * (bounds[first + 1] - low)
            parts[level][last] += rate * (high - bounds[last])
            rises[level][first + 1] += rate
            rises[level][last] -= rate
    return [_rounded(*each, bounds) for each in zip(parts, rises, strict=True)]


def _rounded(parts: Sequence[float], rises: Sequence[float], bounds: Sequence[float]) -> list[int]:
    whole = zip(accumulate(rises[:-1]), pairwise(bounds), parts, strict=True)
    sums = accumulate([rate * (end - begin) + part for rate, (begin, end), part in whole], initial=0.0)
    return [round(then) - round(now) for now, then in pairwise(sums)]
