"""Lines of a source file around the one that matters."""

from __future__ import annotations

import linecache
from pathlib import Path

from penstock.cli.render.spans import Line, Span, shown
from penstock.cli.render.states import Paint


def near(file: str, folder: Path) -> str:
    """A file as it is seen from a folder; what lies elsewhere keeps its whole path."""
    path = Path(file)
    return str(path.relative_to(folder)) if path.is_relative_to(folder) else file


def excerpt(file: str, line: int, paint: Paint, around: int = 2) -> list[Line]:
    """The line with its neighbours, numbered and marked; nothing when the file can't be read."""
    try:
        linecache.checkcache(file)
        lines = linecache.getlines(file)
    except UnicodeEncodeError:  # the locale has no letters for its name
        return []
    if not 1 <= line <= len(lines):
        return []
    numbers = range(max(1, line - around), min(len(lines), line + around) + 1)
    digits = len(str(numbers[-1]))
    return [_line(number, digits, shown(lines[number - 1]), paint, marked=number == line) for number in numbers]


def _line(number: int, digits: int, text: str, paint: Paint, *, marked: bool) -> Line:
    arrow, bar = ("▸", "│") if paint.unicode else (">", "|")
    return [
        Span("  "),
        Span(arrow if marked else " ", "bold red"),
        Span(f" {number:>{digits}} {bar} ", "dim"),
        Span(text, "" if marked else "dim"),
    ]
