"""Named places where a drill may let a process die: see `PLACES`.

PENSTOCK_FAULT is `place`, or `place:3` for the third time that a process comes by, or `place:3@word` for a process
with that word in its command line. PENSTOCK_FAULT_ONCE names a file: who dies makes it, and where it is nobody dies any
more, so that whoever is started instead comes through. Without the first, reaching a place is one look at a number.
"""

from __future__ import annotations

import os
import signal
import sys
from typing import Final

#: Where one can die, and how things stand there.
PLACES: Final = {
    "before_write": "a transaction of any process has all its rows, and is not committed",
    "after_write": "it is committed, and nobody was told",
    "before_commit": "the same of what an engine has gathered of its runs",
    "after_commit": "it is committed, and the engine does not know",
    "agent.dispatch": "the agent has got attempts from its engine, and begun none of them",
    "agent.report": "the agent has results that it has not passed on",
    "template.fork": "a worker was started, and the agent does not know",
    "worker.start": "a worker has got an attempt, and not begun it",
    "worker.report": "the attempt is over, and the agent does not know",
    "artifact.writing": "the file aside is there, and empty",
    "artifact.written": "the file aside is whole and on disk",
    "artifact.renamed": "the file has its final name, which may not be on disk yet",
}


def _asked(text: str) -> tuple[str, int]:
    """The place at which this process dies and the how many times it comes by until then; 0: never."""
    place, _, rest = text.partition(":")
    number, _, word = rest.partition("@")
    if not place or word not in " ".join(sys.orig_argv):
        return "", 0
    return place, int(number or 1)


_name, _left = _asked(os.environ.get("PENSTOCK_FAULT", ""))
_once = os.environ.get("PENSTOCK_FAULT_ONCE")


def reach(place: str) -> None:
    """A place is reached."""
    global _left
    if _left and place == _name:
        _left -= 1
        if not _left and _is_first():
            os.kill(os.getpid(), signal.SIGKILL)


def _is_first() -> bool:
    if _once is None:
        return True
    try:
        os.close(os.open(_once, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    except FileExistsError:
        return False
    return True
