"""Python's logging in a worker: each record goes into the standard error pipe, in its place among other lines.

A record is the worker's marker, the JSON array [created, level, logger, message], and a line end, in one write.
The agent, who made the marker, turns it into a line with level and logger (agent.logs).
"""

from __future__ import annotations

import functools
import json
import logging
import os
import sys
from collections.abc import Callable
from typing import Any, Final

#: Bytes of text of one record that are kept; the agent's line is as long.
TEXT: Final = 64 * 1024
_LEVELS: Final = ((50, "critical"), (40, "error"), (30, "warning"), (20, "info"))


class RecordHandler(logging.Handler):
    """Writes records to a descriptor."""

    def __init__(self, fd: int, marker: bytes) -> None:
        super().__init__()
        self._fd = fd
        self._marker = marker
        #: Whether logging was configured anew: that closes all handlers. This one goes on writing all the same.
        self.closed = False

    def close(self) -> None:
        """Tell it, for who wants to put things back (worker.left_over)."""
        self.closed = True
        super().close()

    def emit(self, record: logging.LogRecord) -> None:
        """Write one record; what Python still holds for standard error goes first."""
        try:
            text = _cut(self.format(record))
            body = json.dumps([record.created, level_of(record.levelno), record.name, text])
            flush = getattr(sys.stderr, "flush", None)
            if flush is not None:
                flush()
            data = self._marker + body.encode("ascii") + b"\n"
            while data:
                data = data[os.write(self._fd, data) :]
        except Exception:
            self.handleError(record)


def level_of(number: int) -> str:
    """The word for a level's number; numbers between count as the lower word."""
    return next((word for least, word in _LEVELS if number >= least), "debug")


def _cut(text: str) -> str:
    data = text.encode("utf-8", "surrogatepass")
    if len(data) <= TEXT:
        return text
    return f"{data[:TEXT].decode('utf-8', 'ignore')}… [cut: {len(data) - TEXT:,} bytes more]"


def install(marker: bytes) -> None:
    """Send the root logger's records, from INFO up, and Python's warnings through standard error."""
    root = logging.getLogger()
    root.addHandler(RecordHandler(2, marker))
    root.setLevel(logging.INFO)
    logging.captureWarnings(True)
    logging.basicConfig = functools.partial(_basic_config, logging.basicConfig)


def _basic_config(basic_config: Callable[..., None], **options: Any) -> None:
    """`logging.basicConfig` as in a script: it does nothing where the root logger has a handler, and ours is one.

    Its level counts, and its file is written. What it would show is told by ours.
    """
    root = logging.getLogger()
    ours = [handler for handler in root.handlers if isinstance(handler, RecordHandler)]
    root.handlers[:] = [handler for handler in root.handlers if handler not in ours]
    try:
        basic_config(**options)
    finally:
        root.handlers[:] = [*ours, *(handler for handler in root.handlers if not _is_shown(handler))]


def _is_shown(handler: logging.Handler) -> bool:
    """Whether a handler writes to a standard stream, of itself or through a console of rich."""
    stream = getattr(handler, "stream", None) or getattr(getattr(handler, "console", None), "file", None)
    return stream is not None and stream in (sys.stdout, sys.stderr, sys.__stdout__, sys.__stderr__)
