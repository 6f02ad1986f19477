"""What is remembered of a log: blocks of lines, with their counts and times. A log of 1,000,000 lines has some 5,000.

A line stands at the latest time that its file has told so far: clocks go back, and records are stamped before they are
written, but lines of one attempt stay in their order.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from itertools import accumulate
from operator import itemgetter
from typing import Final, NamedTuple

from penstock.logbook.folder import Stamp, stamp_of
from penstock.logbook.lines import MARKS, WORDS, heads_of, is_whole

#: Bytes of a block, about: it ends with a line.
BLOCK: Final = 32 << 10
#: More bytes without a line end than any line of ours has are no line.
LONGEST: Final = 4 << 20
#: Levels by how often they occur, to have counted all lines soon: none, info, warning, error, debug, critical.
_COUNTED: Final = (5, 1, 2, 3, 0, 4)
_START: Final = b'\n{"at": '
#: In the years 2001 to 2286 times have ten digits before the point: such texts are in the order of the times. Those
#: before 1970 begin with a sign, which is below all digits: they are in the other order.
_TENTH: Final = itemgetter(slice(10, 11))
_POINT: Final = {b"."}
_LOWEST: Final = b"0"

#: Bytes of memory that a block and a file take, about.
_BLOCK_WEIGHT: Final = 450
_FILE_WEIGHT: Final = 900


class Block(NamedTuple):
    """Lines `first` to `first + lines` of a file, its bytes `start` to `end`. `counts`: its lines by level.

    They stand at the times `low` to `high`. One that is not `clean` holds bytes that are no lines.
    """

    start: int
    end: int
    first: int
    lines: int
    counts: tuple[int, ...]
    low: float
    high: float
    clean: bool


class Index(NamedTuple):
    """A log as it was when its stamp was taken. `end`: where its last whole line ends."""

    stamp: Stamp
    blocks: list[Block]
    end: int

    @property
    def clean(self) -> bool:
        """Are there only lines?"""
        return all(block.clean for block in self.blocks)

    @property
    def torn(self) -> bool:
        """Is there a part of a line at its end?"""
        return self.end < self.stamp.size

    @property
    def weight(self) -> int:
        return _FILE_WEIGHT + _BLOCK_WEIGHT * len(self.blocks)


def read_index(fd: int, before: Index | None = None) -> Index:
    """The index of an open log. `before`: an older one of the same file; only what is new is read then."""
    stamp = stamp_of(fd)
    blocks: list[Block] = []
    if before is not None and before.stamp.inode == stamp.inode and before.stamp.size <= stamp.size:
        # The last block goes on growing until it is full.
        blocks = before.blocks[:-1]
    for start, piece in _pieces(fd, blocks[-1].end if blocks else 0, stamp.size):
        blocks.append(_block(start, piece, blocks[-1] if blocks else None))
    return Index(stamp, blocks, blocks[-1].end if blocks else 0)


def lines_of(data: bytes, block: Block) -> tuple[bytes, list[bytes]]:
    """The lines of a block, and what they are split from. Fewer than there should be when the file was changed."""
    lines = data.split(b"\n")
    del lines[-1]
    if not block.clean:
        lines = [line for line in lines if is_whole(line)]
        data = b"\n".join(lines)
    return data, lines


def _pieces(fd: int, start: int, size: int) -> Iterator[tuple[int, bytes]]:
    """Where the blocks from `start` on begin, and their bytes behind the line end before them."""
    room = BLOCK
    while start < size:
        # Small reads: the memory of large ones would be new each time, and filling it costs more than to read twice
        # what lies behind the last line end.
        data = os.pread(fd, min(room, size - start), start)
        end = data.rfind(b"\n") + 1
        if end or len(data) >= LONGEST:
            piece = data[:end] if end else data
            yield start, b"\n" + piece
            start += len(piece)
            room = BLOCK
        elif start + len(data) >= size or not data:
            return
        else:
            room *= 4


def _block(start: int, piece: bytes, before: Block | None) -> Block:
    end, lines = start + len(piece) - 1, piece.count(b"\n") - 1
    first = before.first + before.lines if before else 0
    floor = before.high if before else float("-inf")
    counts, counted = [0] * len(MARKS), 0
    for level in _COUNTED:
        if counted >= lines:
            break
        counts[level] = piece.count(MARKS[level])
        counted += counts[level]
    times = piece.split(_START)[1:]
    if lines and lines == counted == len(times) and set(map(_TENTH, times)) == _POINT and min(times) > _LOWEST:
        # They are texts yet, in the order of their times, however many digits follow the point.
        low, high = _number(times[0]), _number(max(times))
        return Block(start, end, first, lines, tuple(counts), max(floor, low), max(floor, high), True)
    return _doubtful(start, piece[1:], first, floor)


def _number(time: bytes) -> float:
    return float(time[: time.index(b",")])


def _doubtful(start: int, piece: bytes, first: int, floor: float) -> Block:
    """A block with bytes that are no lines, or with times of other centuries."""
    all_lines = piece.split(b"\n")[:-1]
    lines = [line for line in all_lines if is_whole(line)]
    heads = heads_of(b"\n".join(lines), lines)
    levels = Counter([level for _, level in heads])
    counts = tuple([levels[word] for word in WORDS])
    times = [floor, *accumulate([float(at) for at, _ in heads], max)]
    low, high = max(times[:2]), max(floor, times[-1])
    clean = len(lines) == len(all_lines) and piece.endswith(b"\n")
    return Block(start, start + len(piece), first, len(lines), counts, low, high, clean)
