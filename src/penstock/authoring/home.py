"""Where a project's runs are kept. It imports next to nothing: it is asked for in other people's processes too."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path


def find_home(start: Path, env: Mapping[str, str]) -> Path:
    """PENSTOCK_HOME, else the nearest `.penstock` from `start` upward, else `.penstock` in `start`."""
    given = env.get("PENSTOCK_HOME")
    if given:
        return Path(given).expanduser().absolute()
    start = start.absolute()
    for folder in (start, *start.parents):
        if (folder / ".penstock").is_dir():
            return folder / ".penstock"
    return start / ".penstock"
