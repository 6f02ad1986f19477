"""Which lines are looked at, and the blocks that hold some of them."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Final, NamedTuple, TypeAlias

from penstock.logbook.index import Block
from penstock.logbook.lines import LEVELS, WORDS

#: The time at which a line stands, its attempt, its number there.
Key: TypeAlias = tuple[float, int, int]

_ALL: Final = frozenset(LEVELS)


@dataclass(frozen=True, slots=True)
class Choice:
    """Lines of these levels that stand at `after` or later, and earlier than `before` (seconds since 1970)."""

    levels: frozenset[str] = _ALL
    after: float = -math.inf
    before: float = math.inf
    #: The levels as they are written.
    words: frozenset[bytes] = field(init=False)
    mask: tuple[bool, ...] = field(init=False)
    any_level: bool = field(init=False)
    any_time: bool = field(init=False)

    def __post_init__(self) -> None:
        chosen = [(level in self.levels, word) for level, word in zip(LEVELS, WORDS, strict=True)]
        object.__setattr__(self, "words", frozenset([word for isin, word in chosen if isin]))
        object.__setattr__(self, "mask", tuple([isin for isin, _ in chosen]))
        object.__setattr__(self, "any_level", all(self.mask))
        object.__setattr__(self, "any_time", self.after == -math.inf and self.before == math.inf)

    def touches(self, block: Block) -> bool:
        """Does some of a block lie within the time?"""
        return block.high >= self.after and block.low < self.before

    def covers(self, block: Block) -> bool:
        """Does all of it?"""
        return block.low >= self.after and block.high < self.before


class Piece(NamedTuple):
    """The chosen lines of a block: `total` in all, `counts` by level, their keys from `low` to `high`."""

    low: Key
    high: Key
    total: int
    counts: tuple[int, ...]
    attempt: int
    block: Block


def piece_of(attempt: int, block: Block, choice: Choice) -> Piece:
    """What a choice of levels leaves of a block that lies within its time."""
    counts, total = block.counts, block.lines
    if not choice.any_level:
        counts = tuple([count if chosen else 0 for count, chosen in zip(counts, choice.mask, strict=True)])
        total = sum(counts)
    first, last = block.first, block.first + block.lines - 1
    return Piece((block.low, attempt, first), (block.high, attempt, last), total, counts, attempt, block)
