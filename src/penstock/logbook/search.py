"""Finding a text in a view: plain text in any case, without the sequences that colour it."""

from __future__ import annotations

from typing import Final, NamedTuple

from penstock.logbook.choice import Key
from penstock.logbook.needle import Needle
from penstock.logbook.view import View

#: Places that are told; all are counted.
PLACES: Final = 10_000


class Found(NamedTuple):
    """The places of the first lines that hold a text, in order; `total` counts all."""

    total: int
    places: list[int]


def find(view: View, text: str, most: int = PLACES) -> Found:
    """The lines of a view whose message holds `text`."""
    needle = Needle(text)
    total = 0
    keys: list[Key] = []
    last: Key | None = None
    for piece, alone in zip(view.pieces, view.lone(), strict=True):
        part = view.part(piece)
        numbers = needle.lines(part.data, piece.block.lines, part.texts)
        if not numbers:
            continue
        chosen = part.numbers
        if not isinstance(chosen, range):
            among = set(chosen)
            numbers = [number for number in numbers if number in among]
        total += len(numbers)
        if last is None or piece.low < last:
            # Where nothing lies between its lines, their times do not matter: reading them costs more than the search.
            keys += [(piece.low[0], piece.attempt, piece.block.first + n) if alone else part.key(n) for n in numbers]
        if len(keys) >= 2 * most:
            keys.sort()
            del keys[most:]
            last = keys[-1]
    keys.sort()
    return Found(total, view.ranks(keys[:most]))
