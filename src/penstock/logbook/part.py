"""The lines of a piece, read no sooner than they are needed."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Sequence
from functools import cached_property
from itertools import accumulate

from penstock.logbook.choice import Choice, Key, Piece
from penstock.logbook.folder import Unreadable
from penstock.logbook.index import lines_of
from penstock.logbook.lines import WORDS, heads_of


class Part:
    """The lines of a piece. `load` gives the bytes of its block; `mark` is called when they are not what they were."""

    def __init__(self, piece: Piece, choice: Choice, load: Callable[[], bytes], mark: Callable[[], None]) -> None:
        self.piece = piece
        self._choice = choice
        self._load = load
        self._mark = mark
        self._whole = choice.any_level and choice.covers(piece.block)

    def lines(self) -> list[tuple[Key, bytes]]:
        """The chosen lines by their keys."""
        texts, times, attempt, first = self.texts(), self._times, self.piece.attempt, self.piece.block.first
        return [((times[number], attempt, first + number), texts[number]) for number in self.numbers if texts]

    def chosen(self) -> list[bytes]:
        """The chosen lines in their order."""
        texts = self.texts()
        return texts if self._whole else [texts[number] for number in self.numbers if texts]

    def before(self, key: Key) -> int:
        """How many of the chosen lines lie before a key."""
        at, attempt, number = key
        if attempt == self.piece.attempt:
            return bisect_left(self.numbers, number - self.piece.block.first)
        return (bisect_right if self.piece.attempt < attempt else bisect_left)(self._chosen_times, at)

    def key(self, number: int) -> Key:
        """The key of a line, by its number in the block."""
        return self._times[number], self.piece.attempt, self.piece.block.first + number

    def narrowed(self) -> Piece:
        """The piece without the lines of other times."""
        if not self.numbers:
            return self.piece._replace(total=0)
        levels = Counter([self._heads[number][1] for number in self.numbers])
        counts = tuple([levels[word] for word in WORDS])
        low, high = self.key(self.numbers[0]), self.key(self.numbers[-1])
        return self.piece._replace(low=low, high=high, total=len(self.numbers), counts=counts)

    def heads(self) -> list[tuple[float, int]]:
        """Of each chosen line the time at which it stands, and the number of its level in LEVELS."""
        times, heads = self._times, self._heads
        return [(times[number], WORDS.index(heads[number][1])) for number in self.numbers if times]

    @cached_property
    def data(self) -> bytes:
        """The bytes of the block."""
        try:
            return self._load()
        except Unreadable:
            return b""

    def texts(self) -> list[bytes]:
        """All lines of the block, chosen or not; [] when it is not what it was."""
        return self._split[1]

    @cached_property
    def numbers(self) -> Sequence[int]:
        """Which of the block's lines are chosen."""
        if self._whole:
            return range(self.piece.block.lines)
        words, after, before = self._choice.words, self._choice.after, self._choice.before
        of_level = [number for number, head in enumerate(self._heads) if head[1] in words]
        if self._choice.covers(self.piece.block):
            return of_level
        return [number for number in of_level if after <= self._times[number] < before]

    @cached_property
    def _split(self) -> tuple[bytes, list[bytes]]:
        data, texts = lines_of(self.data, self.piece.block)
        if len(texts) == self.piece.block.lines:
            return data, texts
        self._mark()
        return b"", []

    @cached_property
    def _heads(self) -> list[tuple[bytes, bytes]]:
        return heads_of(*self._split)

    @cached_property
    def _times(self) -> list[float]:
        times = [float(at) for at, _ in self._heads]
        return [*accumulate(times, max, initial=self.piece.block.low)][1:]

    @cached_property
    def _chosen_times(self) -> list[float]:
        times = self._times
        return [times[number] for number in self.numbers if times]
