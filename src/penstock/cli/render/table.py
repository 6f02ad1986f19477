"""Tables that fit a width: columns that may shrink do, then those that matter least are left out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from penstock.cli.render.spans import Line, Piece, Span, columns_of, fit, line_of, pad, width_of
from penstock.cli.render.states import Paint

_GAP: Final = 2


class Column(NamedTuple):
    """`least`: columns of the terminal below which it does not shrink, None: it never shrinks. `drop`: which goes first
    where there is no room for all, the highest; 0 stays."""

    head: str
    right: bool = False
    least: int | None = None
    drop: int = 0


def table(columns: Sequence[Column], rows: Sequence[Sequence[Piece]], paint: Paint, width: int) -> list[Line]:
    """Heads and rows in at most `width` columns of the terminal, where that is possible, without empty columns."""
    cells = [[line_of(piece) for piece in row] for row in rows]
    every = list(range(len(columns)))
    used = [at for at in every if any(width_of(row[at]) for row in cells)] or every
    natural = {at: max([columns_of(columns[at].head), *(width_of(row[at]) for row in cells)]) for at in used}
    used, widths = _fitted(columns, used, natural, width)
    heads = [[Span(column.head, "dim")] for column in columns]
    return [_row(row, columns, used, widths, paint) for row in [heads, *cells]]


def _fitted(
    columns: Sequence[Column], used: list[int], natural: dict[int, int], width: int
) -> tuple[list[int], dict[int, int]]:
    while True:
        widths = {at: natural[at] for at in used}
        over = sum(widths.values()) + _GAP * (len(used) - 1) - width
        while over > 0:
            loose = [at for at in used if widths[at] > _least(columns[at], natural[at])]
            if not loose:
                break
            # The widest gives way, down to the next one: long texts pay before short ones.
            widest = max(loose, key=lambda at: widths[at])
            rest = [widths[at] for at in loose if at != widest]
            floor = max([_least(columns[widest], natural[widest]), *rest])
            give = min(over, max(1, widths[widest] - floor))
            widths[widest] -= give
            over -= give
        going = max(used, key=lambda at: columns[at].drop)
        if over <= 0 or not columns[going].drop:
            return used, widths
        used = [at for at in used if at != going]


def _least(column: Column, natural: int) -> int:
    return natural if column.least is None else min(natural, max(column.least, columns_of(column.head)))


def _row(
    cells: Sequence[Line], columns: Sequence[Column], used: list[int], widths: dict[int, int], paint: Paint
) -> Line:
    line: Line = []
    for at in used:
        if line:
            line.append(Span(" " * _GAP))
        line += pad(fit(cells[at], widths[at], paint.mark), widths[at], right=columns[at].right)
    return line
