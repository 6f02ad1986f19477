"""The log of an attempt: a file of JSON lines, appended to and never changed.

A line is {"at": seconds since 1970, "seq": n from 0, "stream": "stdout"|"stderr"|"log", "level", "logger", "message"};
level and logger are null but for records of Python's logging and for words of ours (logger "penstock").
"""

from __future__ import annotations

import json
import os
import time
from typing import Final

#: Bytes of an attempt's log that are kept.
LIMIT: Final = 256 * 1024 * 1024
LEVELS: Final = ("debug", "info", "warning", "error", "critical")

_quote: Final = json.JSONEncoder().encode
#: Encodes a list of texts with line ends between them: no encoded text holds one, so `split` gives each back.
_quote_all: Final = json.JSONEncoder(separators=("\n", ":")).encode


class LogFile:
    """Writes one log; the file is made at the first line.

    What can't be kept (the log is too long, the disk is full) is counted and told at the end; it never stops a task.
    """

    __slots__ = ("_failed", "_fd", "_lost", "_room", "_seq", "_size", "limit", "path")

    def __init__(self, path: str, limit: int = LIMIT) -> None:
        self.path = path
        self.limit = limit
        self._room = limit
        self._size = 0
        self._seq = 0
        self._lost = 0
        #: Why the last line could not be written.
        self._failed: str | None = None
        self._fd = -1

    def lines(self, stream: str, texts: list[str], at: float | None = None) -> None:
        """Add lines of a stream, all with one time: that of now where none is given."""
        start = f'{{"at": {time.time() if at is None else at:.6f}, "seq": '
        middle = f', "stream": "{stream}", "level": null, "logger": null, "message": '
        quoted = _quote_all(texts)[1:-1].split("\n")
        numbered = enumerate(quoted, self._seq)
        self._keep("".join([f"{start}{seq}{middle}{text}}}\n" for seq, text in numbered]), len(texts))

    def record(self, at: float, level: str, logger: str, message: str) -> None:
        """Add a record with a level."""
        self._keep(self._as_record(at, level, logger, message), 1)

    def _as_record(self, at: float, level: str, logger: str, message: str) -> str:
        return (
            f'{{"at": {at:.6f}, "seq": {self._seq}, "stream": "log", "level": "{level}", '
            f'"logger": {_quote(logger)}, "message": {_quote(message)}}}\n'
        )

    def close(self) -> str | None:
        """Say what was not kept, and close the file; why not even that can be read, if so."""
        if self._lost:
            self._say(f"{self._lost:,} bytes of log were not kept")
        if self._fd < 0:
            return self._failed
        removed = os.fstat(self._fd).st_nlink == 0
        os.close(self._fd)
        self._fd = -1
        return "its file was removed" if removed else self._failed

    def _keep(self, text: str, lines: int) -> None:
        if len(text) <= self._room and not self._lost:
            self._append(text, lines)
        else:
            if not self._lost:
                self._say(f"the log is full ({self.limit:,} bytes): what follows is counted and not kept")
            self._lost += len(text)

    def _say(self, message: str) -> None:
        self._append(self._as_record(time.time(), "warning", "penstock", message), 1)

    def _append(self, text: str, lines: int) -> None:
        data = text.encode("ascii")
        try:
            if self._fd < 0:
                self._fd = _open(self.path)
            _write(self._fd, data)
        except OSError as error:
            self._lost += len(data)
            self._failed = error.strerror or str(error)
            self._tear_off()
            return
        self._failed = None
        self._seq += lines
        self._size += len(data)
        self._room -= len(data)

    def _tear_off(self) -> None:
        """A write that failed half-way must not leave half a line."""
        if self._fd >= 0:
            try:
                os.ftruncate(self._fd, self._size)
            except OSError:
                pass


def _open(path: str) -> int:
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC
    try:
        return os.open(path, flags, 0o600)
    except FileNotFoundError:
        os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
        return os.open(path, flags, 0o600)


def _write(fd: int, data: bytes) -> None:
    while data:
        data = data[os.write(fd, data) :]
