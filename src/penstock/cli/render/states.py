"""A state is always a shape, a word and a colour, from one table (the same on the page)."""

from __future__ import annotations

from typing import Final, NamedTuple


class Look(NamedTuple):
    """`glyph` for terminals with Unicode, `ascii` for others; `colour` is a name that rich and ANSI share."""

    glyph: str
    ascii: str
    colour: str
    word: str


LOOKS: Final[dict[str, Look]] = {
    "created": Look("○", "o", "bright_black", "created"),
    "queued": Look("◷", "q", "bright_black", "queued"),
    "running": Look("●", ">", "blue", "running"),
    "retrying": Look("↻", "r", "yellow", "retrying"),
    "paused": Look("‖", "=", "bright_black", "paused"),
    "cancelling": Look("◌", "-", "magenta", "cancelling"),
    "succeeded": Look("✓", "+", "green", "succeeded"),
    "warning": Look("!", "!", "yellow", "warning"),
    "failed": Look("✗", "x", "red", "failed"),
    "cancelled": Look("⊘", "-", "magenta", "cancelled"),
    "skipped": Look("»", "~", "bright_black", "skipped"),
    "upstream_failed": Look("⊗", "/", "red", "upstream failed"),
    "dispatched": Look("◷", "q", "bright_black", "dispatched"),
    "lost": Look("✗", "x", "red", "lost"),
}

_ANSI: Final = {
    "bright_black": "90", "blue": "34", "yellow": "33", "magenta": "35", "green": "32", "red": "31", "bold": "1",
    "dim": "2", "cyan": "36",
}  # fmt: skip


class Paint:
    """How much a terminal can show: colours or none, Unicode or ASCII."""

    def __init__(self, *, colour: bool, unicode: bool) -> None:
        self.colour = colour
        self.unicode = unicode

    def dye(self, text: str, *styles: str) -> str:
        """Text in a colour or style, where there are colours."""
        if not self.colour:
            return text
        return f"\x1b[{';'.join(_ANSI[style] for style in styles)}m{text}\x1b[0m"

    def state(self, state: str, reason: str | None = None) -> str:
        """`✓ succeeded`, with the reason where there is one."""
        look = LOOKS[state]
        shape = look.glyph if self.unicode else look.ascii
        why = f" ({reason})" if reason and reason != "user_error" else ""
        return self.dye(f"{shape} {look.word}{why}", look.colour)

    def glyph(self, state: str) -> str:
        """The shape alone."""
        look = LOOKS[state]
        return self.dye(look.glyph if self.unicode else look.ascii, look.colour)

    @property
    def dot(self) -> str:
        return "·" if self.unicode else "-"
