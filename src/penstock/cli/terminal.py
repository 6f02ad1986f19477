"""What the terminal at hand can show."""

from __future__ import annotations

import os
import shutil
import sys
from typing import TextIO

from penstock.cli.render.states import Paint


def paint(stream: TextIO | None = None) -> Paint:
    """Colours only on a terminal (not with NO_COLOR or TERM=dumb; FORCE_COLOR insists); Unicode where it can be."""
    stream = stream or sys.stdout
    env = os.environ
    colour = stream.isatty() and env.get("TERM") != "dumb" and not env.get("NO_COLOR")
    if env.get("FORCE_COLOR"):
        colour = True
    encoding = (getattr(stream, "encoding", None) or "ascii").lower().replace("-", "")
    return Paint(colour=colour, unicode=encoding.startswith("utf"))


def lively() -> bool:
    """May the screen be redrawn?"""
    return sys.stdout.isatty() and os.environ.get("TERM") != "dumb"


def width() -> int:
    """Columns of the terminal, 100 where there is none."""
    return shutil.get_terminal_size((100, 30)).columns
