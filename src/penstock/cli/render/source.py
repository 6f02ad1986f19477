"""Lines of a source file around the one that matters."""

from __future__ import annotations

import linecache

from penstock.cli.render.states import Paint


def excerpt(file: str, line: int, paint: Paint, around: int = 2) -> str:
    """The line with its neighbours, numbered and marked; empty when the file can't be read."""
    linecache.checkcache(file)
    lines = linecache.getlines(file)
    if not 1 <= line <= len(lines):
        return ""
    shown = range(max(1, line - around), min(len(lines), line + around) + 1)
    digits = len(str(shown[-1]))
    bar = "│" if paint.unicode else "|"
    arrow = "▸" if paint.unicode else ">"
    texts = []
    for number in shown:
        mark = paint.dye(arrow, "red", "bold") if number == line else " "
        text = lines[number - 1].rstrip("\n")
        body = text if number == line else paint.dye(text, "dim")
        texts.append(f"  {mark} {paint.dye(str(number).rjust(digits), 'dim')} {paint.dye(bar, 'dim')} {body}\n")
    return "".join(texts)
