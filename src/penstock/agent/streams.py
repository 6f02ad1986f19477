"""From the bytes of a worker's pipes to lines of a log, in bounded memory whatever a task writes.

Records of Python's logging come through the standard error pipe too, so that they keep their place among what else
is written there: a marker that only this worker knows, a JSON array, a line end (see worker.records).
"""

from __future__ import annotations

import codecs
import json
from typing import Final

from penstock.agent.logs import LEVELS, LogFile

#: Bytes of a line that are kept.
LINE: Final = 64 * 1024
#: Bytes of a record: JSON writes a control character of its text with six.
RECORD: Final = 8 * LINE


class TextStream:
    """Bytes in, lines out.

    Bytes that are no UTF-8 become backslash escapes. A carriage return starts a line over, as on a terminal: of a
    progress bar the last state is kept.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self._rest = b""
        self._cut = 0

    def feed(self, data: bytes, log: LogFile) -> None:
        """Take bytes; whole lines go to `log`."""
        lines, end, rest = data.rpartition(b"\n")
        if end:
            if self._rest or self._cut:
                first, end, lines = lines.partition(b"\n")
                self._keep(first)
                self._end_line(log)
            if end:
                self._write(lines, log)
        self._keep(rest)

    def finish(self, log: LogFile) -> None:
        """What is there without a line end is a line too."""
        if self._rest or self._cut:
            self._end_line(log)

    def _write(self, lines: bytes, log: LogFile) -> None:
        if len(lines) <= LINE and b"\r" not in lines:
            log.lines(self.name, lines.decode("utf-8", "backslashreplace").split("\n"))
            return
        for line in lines.split(b"\n"):
            self._keep(line)
            self._end_line(log)

    def _keep(self, data: bytes) -> None:
        """Add to the line that has no end yet."""
        if self._rest.endswith(b"\r") and data.strip(b"\r"):
            self._rest, self._cut = b"", 0
        start = data.rstrip(b"\r").rfind(b"\r")
        if start >= 0:
            self._rest, self._cut, data = b"", 0, data[start + 1 :]
        room = LINE - len(self._rest)
        self._rest += data[:room]
        self._cut += max(0, len(data) - room)

    def _end_line(self, log: LogFile) -> None:
        line, cut = self._rest, self._cut
        self._rest, self._cut = b"", 0
        if cut:
            # Not final: a character that the cut has torn is left out.
            text, _ = codecs.utf_8_decode(line, "backslashreplace", False)
            log.lines(self.name, [f"{text}… [cut: {cut:,} bytes more]"])
        else:
            log.lines(self.name, [line.rstrip(b"\r").decode("utf-8", "backslashreplace")])


class MarkedStream:
    """A text stream with records in it. Text that stands before a record, without a line end, is a line."""

    def __init__(self, name: str, marker: bytes) -> None:
        self._text = TextStream(name)
        self._marker = marker
        self._torn = b""
        self._record: bytes | None = None

    def feed(self, data: bytes, log: LogFile) -> None:
        """Take bytes; whole lines and records go to `log`."""
        if self._record is not None:
            data = self._go_on(data, log)
        if self._torn:
            data, self._torn = self._torn + data, b""
        before, *records = data.split(self._marker)
        if records:
            self._text.feed(before, log)
            for at, record in enumerate(records):
                self._text.finish(log)
                self._record = b""
                rest = self._go_on(record, log)
                if at < len(records) - 1:
                    self._text.feed(rest, log)
            before = rest
        self._text.feed(self._without_torn_marker(before), log)

    def _without_torn_marker(self, data: bytes) -> bytes:
        """A marker may be read in two pieces: its first piece waits for the other."""
        at = data.rfind(self._marker[:1], -len(self._marker))
        if at >= 0 and self._marker.startswith(data[at:]):
            data, self._torn = data[:at], data[at:]
        return data

    def _go_on(self, data: bytes, log: LogFile) -> bytes:
        """Add to the record that has begun; what comes after its end."""
        assert self._record is not None
        body, end, rest = data.partition(b"\n")
        self._record = (self._record + body)[:RECORD]
        if end:
            body, self._record = self._record, None
            _write_record(body, self._text.name, log)
        return rest

    def finish(self, log: LogFile) -> None:
        """The attempt is over."""
        if self._record is not None:
            self._go_on(b"\n", log)
        torn, self._torn = self._torn, b""
        self._text.feed(torn, log)
        self._text.finish(log)


def _write_record(body: bytes, name: str, log: LogFile) -> None:
    try:
        at, level, logger, message = json.loads(body)
    except (ValueError, TypeError, RecursionError):
        at = None
    if isinstance(at, float) and level in LEVELS and isinstance(logger, str) and isinstance(message, str):
        log.record(at, level, logger, message)
    else:
        log.lines(name, [body.decode("utf-8", "backslashreplace")])
