"""The lines of many attempts as one list in order of time, of which any part can be had without the rest.

A line's place is told by its key: the time at which it stands, its attempt, its number there. Each block of an index
covers a range of keys. How many lines lie before a key is known from the counts of all blocks that end before it, and
from the lines of those few blocks that it falls into.
"""

from __future__ import annotations

import heapq
import math
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import replace
from itertools import accumulate, pairwise
from typing import Any, NamedTuple, Self

from penstock.logbook.choice import Choice, Key, Piece, piece_of
from penstock.logbook.folder import Files, Unreadable
from penstock.logbook.lines import LEVELS, parse_all
from penstock.logbook.part import Part
from penstock.logbook.shelf import Shelf


class Attempt(NamedTuple):
    """Whose log it is: the file `path` below the folder of logs. `writes`: more lines may come."""

    task: str
    map_index: int | None
    label: str | None
    generation: int
    n: int
    path: str
    writes: bool


class View:
    """Chosen lines of attempts, as they were when it was made. Has files open until it is closed."""

    def __init__(
        self, shelf: Shelf, attempts: Sequence[Attempt], choice: Choice | None = None, *, more: bool = False
    ) -> None:
        """`more`: more attempts may come."""
        self.attempts = attempts
        #: Will there be no more lines?
        self.complete = not more and not any(attempt.writes for attempt in attempts)
        self.choice = choice or Choice()
        self._shelf = shelf
        self._files = Files(shelf.folder)
        #: Files that can't be read, or not all of them.
        self.damaged: list[str] = []
        #: In the order of their first lines.
        self.pieces = sorted([piece for number in range(len(attempts)) for piece in self._pieces(number)])
        self._lows = [piece.low for piece in self.pieces]
        self._begun = [0, *accumulate([piece.total for piece in self.pieces])]
        ending = sorted([(piece.high, piece.total) for piece in self.pieces])
        self._highs = [high for high, _ in ending]
        self._ended = [0, *accumulate([total for _, total in ending])]
        self.total = self._begun[-1]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._files.close()

    def of_levels(self, levels: frozenset[str]) -> View:
        """Those of its lines that have one of these levels. To be closed too."""
        choice = replace(self.choice, levels=self.choice.levels & levels)
        return View(self._shelf, self.attempts, choice, more=not self.complete)

    def counts(self) -> tuple[dict[str, int], dict[str, int]]:
        """How many lines there are of each level, and of each task."""
        levels = [sum(column) for column in zip(*[piece.counts for piece in self.pieces], strict=True)]
        tasks: dict[str, int] = {}
        for piece in self.pieces:
            task = self.attempts[piece.attempt].task
            tasks[task] = tasks.get(task, 0) + piece.total
        return dict(zip(LEVELS, levels or [0] * len(LEVELS), strict=True)), tasks

    def window(self, first: int, limit: int) -> list[dict[str, Any]]:
        """Lines `first` to `first + limit`, those that there are, as dicts with all of a line but its place.

        Blocks that end before the first and begin behind the last are only counted.
        """
        return self.at(range(max(0, first), max(0, first + limit)))

    def at(self, places: Sequence[int]) -> list[dict[str, Any]]:
        """The lines at these places, which are in order, as dicts. They should be near each other."""
        if not places:
            return []
        first = places[0]
        near, begun = self._near(first, places[-1] + 1)
        if all(one.high < other.low for one, other in pairwise(near)):
            # One after the other: when their lines were written does not matter.
            lines = [(piece.attempt, text) for piece in near for text in self.part(piece).chosen()]
        else:
            lines = [(key[1], text) for key, text in self._sorted(near)]
        there = [lines[place - begun] for place in places if place - begun < len(lines)]
        raws = parse_all([text for _, text in there])
        return [self._document(who, raw, whole) for (who, _), (raw, whole) in zip(there, raws, strict=True)]

    def keys(self, first: int, limit: int) -> list[Key]:
        """The keys of lines `first` to `first + limit`, those that there are."""
        near, begun = self._near(first, first + limit)
        return [key for key, _ in self._sorted(near)[first - begun : first - begun + limit]]

    def ranks(self, keys: Sequence[Key]) -> list[int]:
        """The places of lines, by their keys, which are in order."""
        found = []
        current: list[tuple[Key, int, Part]] = []
        coming = 0
        for key in keys:
            while coming < len(self._lows) and self._lows[coming] <= key:
                if self.pieces[coming].high >= key:
                    heapq.heappush(current, (self.pieces[coming].high, coming, self.part(self.pieces[coming])))
                coming += 1
            while current and current[0][0] < key:
                heapq.heappop(current)
            within = sum([part.before(key) for _, _, part in current])
            found.append(self._ended[bisect_left(self._highs, key)] + within)
        return found

    def lone(self) -> list[bool]:
        """Of each piece: does no other have a line between its first and its last?"""
        reached = [(-math.inf, 0, 0), *accumulate([piece.high for piece in self.pieces], max)]
        following = [*self._lows[1:], (math.inf, 0, 0)]
        return [
            high < piece.low and piece.high < low
            for piece, high, low in zip(self.pieces, reached, following, strict=False)
        ]

    def part(self, piece: Piece) -> Part:
        """The lines of a piece; they are read when they are looked at."""
        path, start, end = self.attempts[piece.attempt].path, piece.block.start, piece.block.end
        return Part(piece, self.choice, lambda: self._files.read(path, start, end), lambda: self._mark(path))

    def _near(self, first: int, last: int) -> tuple[list[Piece], int]:
        """The pieces that lines `first` to `last`, without, lie in, and the number of the first line of these."""
        last = min(self.total, last)
        if first >= last:
            return [], first
        low = self._lows[bisect_right(self._begun, first) - 1]
        high = self._highs[bisect_left(self._ended, last) - 1]
        near = [piece for piece in self.pieces[: bisect_right(self._lows, high)] if piece.high >= low]
        return near, self._ended[bisect_left(self._highs, low)]

    def _sorted(self, near: Sequence[Piece]) -> list[tuple[Key, bytes]]:
        return sorted([line for piece in near for line in self.part(piece).lines()])

    def _pieces(self, number: int) -> list[Piece]:
        attempt = self.attempts[number]
        try:
            index = self._shelf.index(attempt.path)
        except Unreadable:
            self._mark(attempt.path)
            return []
        if index is None:
            return []
        if not index.clean or (index.torn and not attempt.writes):
            self._mark(attempt.path)
        choice, blocks = self.choice, index.blocks
        if choice.any_time:
            pieces = [piece_of(number, block, choice) for block in blocks]
        else:
            pieces = [self._timely(piece_of(number, block, choice)) for block in blocks if choice.touches(block)]
        return [piece for piece in pieces if piece.total]

    def _timely(self, piece: Piece) -> Piece:
        return self.part(piece).narrowed() if piece.total and not self.choice.covers(piece.block) else piece

    def _document(self, who: int, raw: dict[str, Any], whole: bool) -> dict[str, Any]:
        attempt = self.attempts[who]
        if not whole:
            self._mark(attempt.path)
        return {
            "at": raw["at"], "seq": raw["seq"], "task": attempt.task, "map_index": attempt.map_index,
            "label": attempt.label, "generation": attempt.generation, "attempt": attempt.n, "stream": raw["stream"],
            "level": raw["level"], "logger": raw["logger"], "message": raw["message"],
        }  # fmt: skip

    def _mark(self, path: str) -> None:
        if path not in self.damaged:
            self.damaged.append(path)
