"""Reports on disk while no engine is there to take them, so that results outlive the agent too.

A file of JSON lines, a message each. The last line may be torn: of what was being written when the machine stopped
nothing is known.
"""

from __future__ import annotations

import contextlib
import json
import os
from pathlib import Path
from typing import Final

from penstock.agent.frames import Message

#: Reports that say what became of an attempt: they must not be lost with the machine's memory.
FINAL: Final = frozenset({"ended", "returned"})

_encode: Final = json.JSONEncoder(separators=(",", ":"), check_circular=False).encode


class Spool:
    """Appends to one file at a time. A disk that is full stops nobody: what counts is in memory too."""

    def __init__(self) -> None:
        self._path: str | None = None
        self._fd = -1

    def begin(self, path: str, messages: list[Message]) -> None:
        """Write from now on to this file, these messages first."""
        before, self._path = self._path, path
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1
        with contextlib.suppress(OSError):
            self._fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        self.add(messages)
        if before is not None and before != path:
            _remove(before)

    def add(self, messages: list[Message]) -> None:
        """Write messages, if there is a file."""
        if self._fd < 0 or not messages:
            return
        with contextlib.suppress(OSError):
            data = "".join([_encode(message) + "\n" for message in messages]).encode("ascii")
            while data:
                data = data[os.write(self._fd, data) :]
            if any(message[0] in FINAL for message in messages):
                os.fsync(self._fd)

    def end(self) -> None:
        """All of it is on record: the file goes."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1
        if self._path is not None:
            _remove(self._path)
            self._path = None


def _remove(path: str) -> None:
    with contextlib.suppress(OSError):
        os.unlink(path)


def read(path: Path) -> list[Message]:
    """The messages of a spool, in order; [] where there is none."""
    try:
        lines = path.read_bytes().split(b"\n")
    except OSError:
        return []
    messages: list[Message] = []
    for line in lines:
        try:
            message = json.loads(line)
        except ValueError:
            break
        messages.append(message)
    return messages
