"""What the processes of a Kedro run write down: a folder of files that only grow.

    <home>/kedro/<run id>/run.json      what was known at the start
                          main.jsonl    what happened in Kedro's own process
                          <pid>.jsonl   what happened in a process that it began
                          signals       a byte for each signal that Kedro's process got
                          recorder      locked by the one that reads all this

A line is a JSON array, `[kind, seconds since 1970, ...]`, written by one call of the system, so that lines of several
threads never mix and a crash leaves at most half a line at the end.
"""

from __future__ import annotations

import json
import os
from collections import deque
from collections.abc import Callable
from typing import Any, Final

FOLDER: Final = "kedro"
HEAD: Final = "run.json"
MAIN: Final = "main.jsonl"
SIGNALS: Final = "signals"
LOCK: Final = "recorder"
TROUBLE: Final = "trouble.txt"
#: Tells processes that Kedro begins where to write.
VARIABLE: Final = "PENSTOCK_KEDRO_SPOOL"

_encode: Final[Callable[[Any], str]] = json.JSONEncoder(separators=(",", ":"), default=str).encode
#: Descriptors of spools that are over, and how many of them stay open.
_retired: deque[int] = deque()
_KEPT: Final = 4
_FLAGS: Final = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC


class Spool:
    """One file of a spool, open for adding. Raises OSError, also later."""

    __slots__ = ("_descriptor", "folder")

    def __init__(self, folder: str, name: str = MAIN) -> None:
        self.folder = folder
        self._descriptor = os.open(os.path.join(folder, name), _FLAGS, 0o600)

    def write(self, *line: Any) -> None:
        """Add a line."""
        os.write(self._descriptor, (_encode(line) + "\n").encode())

    def move(self, name: str) -> None:
        """Go on in another file of the folder. Raises OSError."""
        os.close(self._descriptor)
        self._descriptor = os.open(os.path.join(self.folder, name), _FLAGS, 0o600)

    def retire(self) -> None:
        """Nothing more is to come.

        A thread may be about to write all the same, and the number of a closed descriptor is soon that of somebody
        else's file: so it is closed when a later one retires.
        """
        _retired.append(self._descriptor)
        while len(_retired) > _KEPT:
            os.close(_retired.popleft())


def make(folder: str, head: dict[str, Any]) -> Spool:
    """A new spool: its folder, which only its owner may read, with what is known at the start."""
    os.makedirs(folder, mode=0o700)
    spool = Spool(folder)
    part = os.path.join(folder, f".{HEAD}")
    with open(part, "w", encoding="utf-8", errors="surrogatepass") as file:
        file.write(_encode(head))
    os.rename(part, os.path.join(folder, HEAD))
    return spool
