"""Files that are waited for: importing a user's file may take long, or never end."""

from __future__ import annotations

import sys
from contextlib import suppress
from pathlib import Path

from penstock.authoring.project import KEDRO_PROJECT


def near(file: Path) -> str:
    """A file as seen from the current folder."""
    return str(file.relative_to(Path.cwd())) if file.is_relative_to(Path.cwd()) else str(file)


def tell_waiting(file: Path, seconds: float, sought: str | None = None) -> None:
    """Say on standard error what is waited for, and how long yet; `sought`: a pipeline that may be there."""
    from penstock.cli.render.spans import clean

    what = f"opening the project in {near(file.parent)}" if file.name == KEDRO_PROJECT else f"importing {near(file)}"
    why = "" if sought is None else f", which may have '{sought}'"
    with suppress(OSError):
        print(clean(f"still {what}{why}: it gets {seconds:.0f} s more, Ctrl-C ends it"), file=sys.stderr, flush=True)
