"""Standard output and error: text as far as they can show it, or one JSON document."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Final, TextIO

from penstock.cli.render.spans import Line
from penstock.cli.render.states import Paint

#: Columns where nobody looks at a screen: a pipe gets whole lines.
_PIPE: Final = 1000
#: Columns of a terminal that does not tell.
_SCREEN: Final = 80


def prepare() -> None:
    """Make standard output and error take any text: what they can't encode is written as an escape, as JSON has it."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def finish() -> None:
    """Write what is left. Whoever read our output may have gone (`| head`): that is no error."""
    try:
        sys.stdout.flush()
    except OSError:
        # What Python still flushes at its end goes nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)


def paint(stream: TextIO | None = None) -> Paint:
    """What a stream can show. As for Python itself, NO_COLOR goes before FORCE_COLOR, and that before TERM=dumb."""
    stream = stream or sys.stdout
    env = os.environ
    if env.get("NO_COLOR"):
        colour = False
    elif env.get("FORCE_COLOR", "0") != "0":
        colour = True
    else:
        colour = stream.isatty() and env.get("TERM") != "dumb"
    return Paint(colour=colour, unicode=_is_unicode(stream))


def _is_unicode(stream: TextIO) -> bool:
    return (getattr(stream, "encoding", None) or "ascii").lower().replace("-", "").startswith("utf")


def lively() -> bool:
    """May the screen be drawn anew?"""
    return sys.stdout.isatty() and os.environ.get("TERM") != "dumb"


def width(stream: TextIO | None = None) -> int:
    """Columns of the terminal that a stream goes to; many for a pipe, unless COLUMNS says how many."""
    stream = stream or sys.stdout
    given = os.environ.get("COLUMNS", "")
    if given.isdecimal() and int(given) > 0:
        return int(given)
    if not stream.isatty():
        return _PIPE
    try:
        return os.get_terminal_size(stream.fileno()).columns or _SCREEN
    except (OSError, ValueError):
        return _SCREEN


def show(lines: Iterable[Line], stream: TextIO | None = None) -> None:
    """Write lines."""
    stream = stream or sys.stdout
    stream.write(paint(stream).text(lines))
    stream.flush()


def show_json(document: Any) -> None:
    """Write one JSON document; in ASCII where the stream can't take more."""
    sys.stdout.write(json.dumps(document, ensure_ascii=not _is_unicode(sys.stdout), indent=2) + "\n")


def show_json_lines(name: str, items: Iterable[Any]) -> None:
    """Write `{name: [items]}` an item a line, as they come: no list is held."""
    encode = json.JSONEncoder(ensure_ascii=not _is_unicode(sys.stdout)).encode
    write = sys.stdout.write
    write(f'{{"{name}": [')
    between = "\n"
    for item in items:
        write(between + encode(item))
        between = ",\n"
    write("]}\n")


@contextmanager
def reserved() -> Iterator[None]:
    """What anybody else writes to standard output goes to standard error meanwhile."""
    sys.stdout.flush()
    kept = os.dup(1)
    os.dup2(2, 1)
    try:
        yield
    finally:
        sys.stdout.flush()
        os.dup2(kept, 1)
        os.close(kept)
