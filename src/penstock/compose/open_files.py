"""How many files our processes may have open: asked for before any of them is started."""

from __future__ import annotations

import resource
from typing import Final

from penstock.errors import SettingsError
from penstock.machine import cores

#: A worker keeps its own ends above those that programs use (worker.main), and its task opens files too.
_LEAST: Final = 256
#: The agent has pipes and a socket to each of its workers, and to one that it keeps warm.
_BESIDE: Final = 64
_EACH: Final = 8


def make_room(workers: int | None) -> None:
    """Raise the limit on open files to what so many workers need (one a core for None); children get it too.

    Raises SettingsError where we may not.
    """
    needed = max(_LEAST, _BESIDE + _EACH * (workers or cores().usable))
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY or soft >= needed:
        return
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (needed, hard))
    except (ValueError, OSError):
        what = f"a process may have {soft} files open here, and Penstock needs {needed}"
        cure = f"raise the limit (`ulimit -n {needed}`, LimitNOFILE= of a service), or have fewer workers"
        raise SettingsError(what, cure=cure) from None
