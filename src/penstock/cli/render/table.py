"""Columns of text that fit a width: the last column gives way."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import Final

from penstock.cli.render.states import Paint

_STYLE: Final = re.compile(r"\x1b\[[0-9;]*m")
_GAP: Final = "  "


def columns_of(text: str) -> int:
    """Columns of a terminal that a text takes: none for colours, two for wide characters."""
    bare = _STYLE.sub("", text)
    if bare.isascii():
        return len(bare)
    return sum(
        0 if unicodedata.combining(each) else 2 if unicodedata.east_asian_width(each) in "WF" else 1 for each in bare
    )


def table(
    heads: Sequence[str], rows: Sequence[Sequence[str]], paint: Paint, width: int, right: Sequence[int] = ()
) -> str:
    """Rows under heads; empty columns are left out, the last is cut to the width."""
    used = [at for at in range(len(heads)) if any(row[at] for row in rows)] or list(range(len(heads)))
    widths = {at: max(columns_of(heads[at]), *(columns_of(row[at]) for row in rows), 0) for at in used}
    taken = sum(widths[at] + len(_GAP) for at in used[:-1])
    last = used[-1]
    widths[last] = max(8, min(widths[last], width - taken))
    lines = [_line([paint.dye(head, "dim") for head in heads], used, widths, right)]
    lines += [_line(row, used, widths, right) for row in rows]
    return "\n".join(lines)


def _line(cells: Sequence[str], used: list[int], widths: dict[int, int], right: Sequence[int]) -> str:
    parts = []
    for at in used:
        text = cells[at]
        room = widths[at] - columns_of(text)
        if room < 0 and "\x1b" not in text:
            text, room = text[: max(1, widths[at] - 1)] + "…", 0
        parts.append(" " * room + text if at in right else text + " " * max(room, 0))
    return _GAP.join(parts).rstrip()
