"""Reading a spool while it grows, or when its run is long over."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any, Final, NamedTuple

from penstock.integrations.kedro import spool

#: Bytes of one file that are taken at a time.
PART: Final = 1 << 20
_SIGINT: Final = 2


class Line(NamedTuple):
    """Something that happened: `pid` of the process that says so, None for Kedro's own; `at` seconds since 1970."""

    at: float
    pid: int | None
    kind: str
    rest: list[Any]


class Reader:
    """The lines of a spool, each once. `head` is what was known at the start. Raises OSError, ValueError."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.head: dict[str, Any] = json.loads((folder / spool.HEAD).read_text("utf-8", "surrogatepass"))
        self._files: dict[str, tuple[int, bytes]] = {}

    def lines(self) -> list[Line]:
        """What is new, in the order of time.

        Kedro's own file comes first: what another process wrote before Kedro went on is there when that is read.
        """
        found = self._new(spool.MAIN, None)
        for name in sorted(os.listdir(self.folder)):
            pid = name.removesuffix(".jsonl")
            if pid.isdecimal() and name.endswith(".jsonl"):
                found += self._new(name, int(pid))
        found.sort(key=lambda line: line.at)
        return found

    def was_interrupted(self) -> bool:
        """Did Kedro's process get SIGINT during the run?"""
        try:
            return _SIGINT in (self.folder / spool.SIGNALS).read_bytes()
        except OSError:
            return False

    def _new(self, name: str, pid: int | None) -> list[Line]:
        offset, half = self._files.get(name, (0, b""))
        lines: list[Line] = []
        with open(self.folder / name, "rb") as file:
            file.seek(offset)
            while part := file.read(PART):
                offset += len(part)
                *whole, half = (half + part).split(b"\n")
                lines += [line for text in whole if (line := _line(text, pid)) is not None]
        self._files[name] = (offset, half)
        return lines


def _line(text: bytes, pid: int | None) -> Line | None:
    """A line, or None for one that a full disk has cut."""
    try:
        kind, at, *rest = json.loads(text)
        return Line(float(at), pid, str(kind), rest)
    except (ValueError, TypeError):
        return None
