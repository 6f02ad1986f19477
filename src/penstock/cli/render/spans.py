"""Lines of styled text, measured in columns of a terminal.

What comes from outside (names, labels, messages) loses its control characters in `clean`: no text of a task may move
the cursor, hide what was shown, or turn the direction of writing.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Final, NamedTuple, TypeAlias

#: Controls of C0 and C1, and those of the direction of writing (Unicode Standard Annex 9).
_CONTROLS: Final = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_BLANKS: Final = re.compile(r"\s+")
_WORDS: Final = re.compile(r"\s*\S+|\s+$")
_WIDE: Final = frozenset("WF")
_ZERO: Final = frozenset(("Mn", "Me", "Cf"))


class Span(NamedTuple):
    """Text in one style: names of `states.STYLES`, with blanks between them."""

    text: str
    style: str = ""


Line: TypeAlias = list[Span]
#: What a renderer may be given for a piece of a line.
Piece: TypeAlias = "str | Span | Line"


def clean(text: str) -> str:
    """Text as one line without controls; runs of white space become one blank."""
    return _CONTROLS.sub("\ufffd", _BLANKS.sub(" ", text)).strip()


def shown(text: str) -> str:
    """A line of source code or of a log without controls; its blanks stay."""
    return _CONTROLS.sub("\ufffd", text.rstrip().expandtabs(4))


def line_of(*pieces: Piece) -> Line:
    """A line of pieces."""
    line: Line = []
    for piece in pieces:
        if isinstance(piece, Span):
            line.append(piece)
        elif isinstance(piece, str):
            line.append(Span(piece))
        else:
            line.extend(piece)
    return line


def columns_of(text: str) -> int:
    """Columns of a terminal that a text takes: two for wide characters, none for marks that join others."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.category(each) in _ZERO else 2 if unicodedata.east_asian_width(each) in _WIDE else 1
        for each in text
    )


def width_of(line: Iterable[Span]) -> int:
    """Columns that a line takes."""
    return sum(columns_of(span.text) for span in line)


def cut(text: str, width: int, mark: str = "…") -> str:
    """Text of at most `width` columns; where it was cut ends in `mark`, if there is room for that."""
    if columns_of(text) <= width:
        return text
    room = width - columns_of(mark)
    if room < 0:
        return mark[: max(width, 0)]
    kept = 0
    for at, each in enumerate(text):
        room -= columns_of(each)
        if room < 0:
            break
        kept = at + 1
    return text[:kept].rstrip() + mark


def fit(line: Iterable[Span], width: int, mark: str = "…") -> Line:
    """A line of at most `width` columns."""
    line = list(line)
    if width_of(line) <= width:
        return line
    fitted: Line = []
    for span in line:
        room = width - width_of(fitted)
        taken = columns_of(span.text)
        # The mark goes where the first thing does not fit any more.
        if taken < room:
            fitted.append(span)
        else:
            fitted.append(Span(cut(span.text + " " * (columns_of(mark) + 1), room, mark), span.style))
            break
    return fitted


def wrap(line: Iterable[Span], width: int, indent: int = 2) -> list[Line]:
    """A line broken between words into lines of at most `width` columns; those that follow are indented.

    A word that is wider than that (a path, an address) stays whole: people copy it.
    """
    line = list(line)
    if width_of(line) <= width:
        return [line]
    lines: list[Line] = [[]]
    taken = 0
    for word, style in _words(line):
        room = columns_of(word)
        if taken + room > width and taken > indent:
            lines.append([Span(" " * indent)])
            taken = indent
            word = word.lstrip()
            room = columns_of(word)
        lines[-1].append(Span(word, style))
        taken += room
    return lines


def _words(line: Line) -> Iterable[Span]:
    """Words, each with the blanks before it; a word may be in several styles."""
    for span in line:
        for word in _WORDS.findall(span.text):
            yield Span(word, span.style)


def pad(line: Line, width: int, *, right: bool = False) -> Line:
    """A line filled up with blanks to `width` columns; `right`: its text stands on the right."""
    room = width - width_of(line)
    if room <= 0:
        return line
    return [Span(" " * room), *line] if right else [*line, Span(" " * room)]


def plain(lines: Iterable[Iterable[Span]]) -> str:
    """Lines as text without styles."""
    return "\n".join("".join(span.text for span in line).rstrip() for line in lines)
