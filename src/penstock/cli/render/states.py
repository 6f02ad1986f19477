"""A state is always a shape, a word and a colour, from one table (the same on the page)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

from penstock.cli.render.spans import Line, Span


class Look(NamedTuple):
    """`glyph` for terminals with Unicode, `ascii` for others; `colour` is one of STYLES."""

    glyph: str
    ascii: str
    colour: str
    word: str


LOOKS: Final[dict[str, Look]] = {
    "created": Look("○", ".", "bright_black", "created"),
    "queued": Look("◷", ":", "bright_black", "queued"),
    "dispatched": Look("◷", ":", "bright_black", "dispatched"),
    "running": Look("●", ">", "blue", "running"),
    "retrying": Look("↻", "r", "yellow", "retrying"),
    "paused": Look("‖", "=", "bright_black", "paused"),
    "cancelling": Look("◌", "c", "magenta", "cancelling"),
    "succeeded": Look("✓", "+", "green", "succeeded"),
    "warning": Look("!", "!", "yellow", "warning"),
    "failed": Look("✗", "x", "red", "failed"),
    "lost": Look("✗", "x", "red", "lost"),
    "cancelled": Look("⊖", "-", "magenta", "cancelled"),
    "skipped": Look("»", "~", "cyan", "skipped"),
    "upstream_failed": Look("⊘", "/", "red", "upstream failed"),
}
#: Reasons that the state says already.
_OBVIOUS: Final = frozenset({"user_error", "trigger_rule"})

#: Styles by name, as rich names them too, and their codes (ECMA-48, Select Graphic Rendition).
STYLES: Final = {
    "bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33", "blue": "34", "magenta": "35", "cyan": "36",
    "bright_black": "90",
}  # fmt: skip


class Paint:
    """What a stream can show: colours or none, Unicode or ASCII."""

    def __init__(self, *, colour: bool, unicode: bool) -> None:
        self.colour = colour
        self.unicode = unicode

    def dye(self, text: str, style: str) -> str:
        """Text in a style, where there are colours."""
        if not (self.colour and style and text):
            return text
        return f"\x1b[{';'.join([STYLES[name] for name in style.split()])}m{text}\x1b[0m"

    def text(self, lines: Iterable[Iterable[Span]]) -> str:
        """Lines as this stream shows them, each with its end."""
        return "".join([self._line(line) + "\n" for line in lines])

    def _line(self, line: Iterable[Span]) -> str:
        if not self.colour:
            return "".join([span.text for span in line]).rstrip()
        return "".join([self.dye(span.text, span.style) for span in line]).rstrip()

    def glyph(self, state: str) -> str:
        """The shape of a state."""
        look = LOOKS[state]
        return look.glyph if self.unicode else look.ascii

    def state(self, state: str, reason: str | None = None) -> Span:
        """`✓ succeeded`, with the reason where it says more."""
        return Span(f"{self.glyph(state)} {word(state, reason)}", LOOKS[state].colour)

    @property
    def mark(self) -> str:
        """What stands where text was cut."""
        return "…" if self.unicode else "..."

    @property
    def dash(self) -> str:
        """What stands between two thoughts."""
        return "·" if self.unicode else "-"

    @property
    def arrow(self) -> str:
        """What leads from one thing to the next."""
        return "→" if self.unicode else "->"


def word(state: str, reason: str | None = None) -> str:
    """A state in words: `failed (out of memory)`."""
    told = LOOKS[state].word
    return f"{told} ({reason.replace('_', ' ')})" if reason and reason not in _OBVIOUS else told


def counts(states: Iterable[str]) -> Line:
    """`3 succeeded, 1 failed`: how many there are of each state, in the order of the table."""
    found: dict[str, int] = {}
    for state in states:
        found[state] = found.get(state, 0) + 1
    line: Line = []
    for state in LOOKS:
        if state in found:
            line += [Span(", ")] if line else []
            line.append(Span(f"{found[state]:,} {LOOKS[state].word}", LOOKS[state].colour))
    return line
