"""Standard output and error: text as far as they can show it, or one JSON document."""

from __future__ import annotations

import errno
import io
import json
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, Final, TextIO

from penstock.cli.render.spans import Line
from penstock.cli.render.states import Paint
from penstock.errors import PenstockError

#: Columns where nobody looks at a screen: a pipe gets whole lines.
_PIPE: Final = 1000
#: Columns of a terminal that does not tell.
_SCREEN: Final = 80


class OutputLost(PenstockError):
    """Standard output can't be written."""

    code = "output"


class _Kept(io.TextIOWrapper):
    """A standard stream that remembers why it could not be written, and whether it is a terminal's."""

    failed: OSError | None = None
    terminal = False

    def write(self, text: str) -> int:
        with self._remembering():
            return super().write(text)

    def flush(self) -> None:
        with self._remembering():
            super().flush()

    @contextmanager
    def _remembering(self) -> Iterator[None]:
        try:
            yield
        except OSError as why:
            self.failed = why
            raise


def prepare() -> None:
    """Make standard output and error take any text: what they can't encode is written as an escape, as JSON has it."""
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is None:  # closed by who started us (`>&-`)
            setattr(sys, name, _nowhere(number))
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if type(stream) is io.TextIOWrapper:
            setattr(sys, name, _kept(stream))
        elif hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def _kept(stream: io.TextIOWrapper) -> _Kept:
    encoding, by_line, at_once = stream.encoding, stream.line_buffering, stream.write_through
    terminal = stream.isatty()
    kept = _Kept(stream.detach(), encoding, "backslashreplace", line_buffering=by_line, write_through=at_once)
    kept.terminal = terminal
    return kept


def _nowhere(number: int) -> TextIO:
    """A standard stream that leads nowhere. Without it the next file that is opened gets its number, and our output."""
    found = os.open(os.devnull, os.O_RDWR)
    if found != number:
        os.dup2(found, number)
        os.close(found)
    os.set_inheritable(number, True)
    return open(number, "r" if number == 0 else "w", encoding="utf-8", closefd=False)


def failure(stream: TextIO | None = None) -> OSError | None:
    """Why a standard stream can't be written, if so; what could not be written then goes nowhere."""
    stream = stream or sys.stdout
    with suppress(OSError):
        stream.flush()
    if not isinstance(stream, _Kept) or stream.failed is None:
        return None
    why, stream.failed = stream.failed, None
    if stream.terminal and why.errno == errno.EIO:  # the terminal was closed: nobody reads it any more
        why = BrokenPipeError(errno.EPIPE, os.strerror(errno.EPIPE))
    with open(os.devnull, "wb") as nowhere:
        os.dup2(nowhere.fileno(), stream.fileno())
    return why


@contextmanager
def guarded() -> Iterator[None]:
    """Raises OutputLost for what a standard output that can't be written has raised inside."""
    try:
        yield
    except OSError as error:
        why = failure()
        if why is None:
            raise
        raise lost(why) from error


def lost(why: OSError) -> OutputLost:
    """The error for a standard output that can't be written. Who has read it and went (`| head`) wants no more."""
    told = OutputLost(f"standard output can't be written: {why.strerror}", cure="what was done before that stands")
    told.facts["gone"] = isinstance(why, BrokenPipeError)
    return told


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
