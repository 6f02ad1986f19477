"""What is printed in the user's process, on its way into a spool with the node whose thread printed it."""

from __future__ import annotations

import logging
import sys
import threading
import time
from collections.abc import Iterable, Mapping
from typing import Any, Final

from penstock.integrations.kedro.spool import Spool

#: Characters of one line that are kept waiting for its end, and that one process writes of all lines.
LINE: Final = 64 * 1024
LIMIT: Final = 256 * 1024 * 1024
#: Frames between a handler of logging and what it writes to; rich has about ten.
_DEPTH: Final = 30
_LOGGING: Final = logging.__file__


class Prints:
    """In front of standard output and error as long as a run lasts; all that comes goes on as it is.

    Lines that handlers of logging write are not kept: `Records` has them, with their level. `speaker`: the node that
    each thread is at.
    """

    def __init__(self, file: Spool, speaker: Mapping[int, str]) -> None:
        self._file: Spool | None = file
        self._speaker = speaker
        self._room = LIMIT
        self._rest: dict[tuple[str, str | None], str] = {}
        self._streams = {name: _Tee(getattr(sys, name), name, self) for name in ("stdout", "stderr")}
        for name, tee in self._streams.items():
            setattr(sys, name, tee)

    def take(self, name: str, text: str) -> None:
        """Something was written. Never raises."""
        try:
            if self._file is not None and text and not _by_logging():
                self._take(name, text)
        except Exception:  # nobody's print may fail of this
            self._file = None

    def _take(self, name: str, text: str) -> None:
        key = (name, self._speaker.get(threading.get_ident()))
        lines = (self._rest.pop(key, "") + text).split("\n")
        rest = lines.pop()
        if len(rest) > LINE:
            lines.append(rest)
        elif rest:
            self._rest[key] = rest
        if lines:
            self._write(*key, lines)

    def _write(self, name: str, node: str | None, lines: list[str]) -> None:
        # A progress bar starts its line over: the last state counts.
        kept = [line.rstrip("\r").rpartition("\r")[2][:LINE] for line in lines]
        self._room -= sum(map(len, kept)) + len(kept)
        if self._room < 0:
            kept = ["what is printed from here on is not kept: it is too much"]
        if self._file is not None:
            self._file.write("print", time.time(), node, name, kept)
        if self._room < 0:
            self._file = None

    def end_lines(self, node: str) -> None:
        """What a node has printed without a line end gets none any more."""
        for key in [key for key in list(self._rest) if key[1] == node]:
            self._write(*key, [self._rest.pop(key)])

    def close(self) -> None:
        """Listen no more; a stream that somebody has put something else before goes on as it is."""
        self._file = None
        for name, tee in self._streams.items():
            if getattr(sys, name) is tee:
                setattr(sys, name, tee.stream)


class _Tee:
    """A text stream that also tells what is written; for all else it is the stream itself."""

    def __init__(self, stream: Any, name: str, heard: Prints) -> None:
        self.stream = stream
        self._name = name
        self._heard = heard

    def write(self, text: str) -> Any:
        done = self.stream.write(text)
        self._heard.take(self._name, text)
        return done

    def writelines(self, lines: Iterable[str]) -> None:
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.stream, name)


def _by_logging() -> bool:
    """Does a handler of logging write this?"""
    frame = sys._getframe(3)
    for _ in range(_DEPTH):
        if frame.f_code.co_filename == _LOGGING:
            return True
        if frame.f_back is None:
            return False
        frame = frame.f_back
    return False
