"""From one line of a view to the next of some level."""

from __future__ import annotations

from typing import NamedTuple

from penstock.logbook.view import View


class Place(NamedTuple):
    """A line's number in a view, and when it stands (seconds since 1970)."""

    number: int
    at: float


def next_of(view: View, levels: frozenset[str], line: int | None = None, *, back: bool = False) -> Place | None:
    """The first line of these levels behind `line`, or the last one before it (`back`), round the end.

    Without `line` the first of all, or the last. None when the view has no such line.
    """
    with view.of_levels(levels) as among:
        if not among.total:
            return None
        number = -1 if back else 0
        if line is not None:
            # Those before the line, or before the one behind it, come ahead of what is looked for.
            keys = view.keys(line if back else line + 1, 1)
            number = (among.ranks(keys)[0] if keys else among.total) - back
        found = among.keys(number % among.total, 1)
        return Place(view.ranks(found)[0], found[0][0]) if found else None
