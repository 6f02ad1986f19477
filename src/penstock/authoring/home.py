"""Where a project begins, and where its runs are kept.

It imports next to nothing: it is asked for in other people's processes too.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

#: The file with a project's settings. Where it lies, the project begins.
SETTINGS: Final = "penstock.toml"


def settings_file(start: Path) -> Path | None:
    """The nearest `penstock.toml` from `start` upward."""
    start = start.absolute()
    return next((folder / SETTINGS for folder in (start, *start.parents) if (folder / SETTINGS).is_file()), None)


def find_home(start: Path, env: Mapping[str, str]) -> Path:
    """PENSTOCK_HOME, else the nearest `.penstock` from `start` upward within the project, else one where that begins.

    Where no settings tell the begin, it may lie in any folder above, else it will be in `start`. Raises SettingsError
    where PENSTOCK_HOME begins with the folder of somebody whom nobody knows.
    """
    given = env.get("PENSTOCK_HOME")
    if given:
        return _written_out(given).absolute()
    start = start.absolute()
    for folder in (start, *start.parents):
        if (folder / ".penstock").is_dir() or (folder / SETTINGS).is_file():
            return folder / ".penstock"
    return start / ".penstock"


def _written_out(given: str) -> Path:
    try:
        return Path(given).expanduser()
    except RuntimeError:
        from penstock.errors import SettingsError

        user = given.partition("/")[0]
        cure = "write the whole path"
        raise SettingsError(f"PENSTOCK_HOME is {given}, and nobody tells where {user} is", cure=cure) from None
