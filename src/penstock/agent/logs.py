"""What a task writes, line by line: bytes of its two pipes become JSON lines in one file an attempt.

A line of the file is {"at": seconds since 1970, "seq": n from 0, "stream": "stdout"|"stderr"|"log", "level", "logger",
"message"}. Records of Python's logging come through the standard error pipe too, so that they keep their place
among the lines there: a marker that only this worker knows, JSON, a line end (see worker.records).
"""

from __future__ import annotations

import json
import os
import re
import time
from typing import Final

#: Bytes of a line that are kept.
LINE: Final = 64 * 1024
#: Bytes of an attempt's log that are kept.
FILE: Final = 256 * 1024 * 1024
#: A log record's JSON may be longer than a line of text: escapes, and its own frame. The worker cuts the text.
_RECORD: Final = 8 * LINE
LEVELS: Final = ("debug", "info", "warning", "error", "critical")

_quote: Final = json.JSONEncoder(ensure_ascii=True).encode
#: Encodes a list of texts with line ends between: no encoded text holds one, so `split` gives each back.
_quote_all: Final = json.JSONEncoder(ensure_ascii=True, separators=("\n", ":")).encode


class LogFile:
    """The log of one attempt; its file is made at the first line.

    What can't be written (a full disk) is counted and told in `lost`; it never stops a task.
    """

    def __init__(self, path: str, limit: int = FILE) -> None:
        self.path = path
        self.lost = 0
        self._limit = limit
        self._size = 0
        self._seq = 0
        self._fd = -1

    def lines(self, stream: str, texts: list[str]) -> None:
        """Add lines of a stream, all with the time of now."""
        start = f'{{"at": {time.time():.6f}, "seq": '
        middle = f', "stream": "{stream}", "level": null, "logger": null, "message": '
        seq = self._seq
        quoted = _quote_all(texts)[1:-1].split("\n")
        body = "".join([f"{start}{seq + n}{middle}{text}}}\n" for n, text in enumerate(quoted)])
        self._write(body, len(texts))

    def record(self, at: float, level: str, logger: str, message: str) -> None:
        """Add one record of Python's logging, or a word of our own."""
        self._write(
            f'{{"at": {at:.6f}, "seq": {self._seq}, "stream": "log", "level": "{level}", '
            f'"logger": {_quote(logger)}, "message": {_quote(message)}}}\n',
            1,
        )

    def close(self) -> None:
        """Say what was not kept, and close."""
        if self.lost:
            lost, self.lost, self._limit, self._size = self.lost, 0, FILE, 0
            self.record(time.time(), "warning", "penstock", f"{lost:,} bytes of log were not kept")
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

    def _write(self, text: str, lines: int) -> None:
        if self._size + len(text) > self._limit:
            self._refuse(len(text))
            return
        try:
            if self._fd < 0:
                self._fd = _append_to(self.path)
            _write_all(self._fd, text.encode("ascii"))
        except OSError:
            self.lost += len(text)
            return
        self._size += len(text)
        self._seq += lines

    def _refuse(self, size: int) -> None:
        if not self.lost:
            self._limit, limit = FILE, self._limit
            size_before, self._size = self._size, 0
            message = f"the log is longer than {limit:,} bytes: what follows is not kept"
            self.record(time.time(), "warning", "penstock", message)
            self._limit, self._size = limit, max(size_before, limit)
        self.lost += size


def _append_to(path: str) -> int:
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC
    try:
        return os.open(path, flags, 0o600)
    except FileNotFoundError:
        os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
        return os.open(path, flags, 0o600)


def _write_all(fd: int, data: bytes) -> None:
    while data:
        data = data[os.write(fd, data) :]


class Stream:
    """One pipe of a worker: bytes in, lines out. Memory stays below a few times LINE, whatever comes.

    A lone carriage return starts a line over, as on a terminal: of a progress bar the last state is kept.
    """

    def __init__(self, name: str, marker: bytes | None = None) -> None:
        self.name = name
        self._marker = marker
        self._rest = b""
        self._cut = 0

    def feed(self, data: bytes, log: LogFile) -> None:
        """Take bytes; whole lines go to `log`."""
        end = data.rfind(b"\n")
        if end < 0:
            self._keep(data)
            return
        if self._rest or self._cut:
            first = data.index(b"\n")
            self._keep(data[:first])
            self._emit(self._take_rest(), log)
            data, end = data[first + 1 :], end - first - 1
        if end >= 0:
            self._emit(data[:end], log)
            self._keep(data[end + 1 :])
        else:
            self._keep(data)

    def finish(self, log: LogFile) -> None:
        """The attempt is over: a last line without an end is a line too."""
        if self._rest or self._cut:
            self._emit(self._take_rest(), log)

    def _keep(self, data: bytes) -> None:
        if b"\r" in data and not self._is_record(self._rest + data[:64]):
            back = data.rstrip(b"\r")
            start = back.rfind(b"\r")
            if start >= 0:
                self._rest, self._cut, data = b"", 0, data[start + 1 :]
        room = max(0, (_RECORD if self._is_record(self._rest or data) else LINE) - len(self._rest))
        self._cut += max(0, len(data) - room)
        self._rest += data[:room]

    def _take_rest(self) -> bytes:
        line, self._rest = self._rest, b""
        if self._cut:
            cut, self._cut = self._cut, 0
            line = _without_torn_end(line) + f"… [cut: {cut:,} bytes more]".encode()
        return line

    def _is_record(self, line: bytes) -> bool:
        return self._marker is not None and self._marker in line

    def _emit(self, data: bytes, log: LogFile) -> None:
        """Write whole lines, joined by line ends."""
        if self._marker is not None and self._marker in data:
            self._emit_mixed(data, log)
            return
        texts = data.decode("utf-8", "backslashreplace").split("\n")
        if len(data) > LINE:
            texts = [text if len(text) <= LINE // 4 else _shortened(text) for text in texts]
        if b"\r" in data:
            texts = [text.rstrip("\r").rpartition("\r")[2] for text in texts]
        log.lines(self.name, texts)

    def _emit_mixed(self, data: bytes, log: LogFile) -> None:
        marker = self._marker or b""
        plain: list[bytes] = []
        for line in data.split(b"\n"):
            before, found, body = line.partition(marker)
            if not found:
                plain.append(line)
                continue
            if before:
                plain.append(before)
            if plain:
                self._plain(plain, log)
                plain = []
            record = _record(body)
            if record is None:
                log.lines(self.name, [body.decode("utf-8", "backslashreplace")])
            else:
                log.record(*record)
        if plain:
            self._plain(plain, log)

    def _plain(self, lines: list[bytes], log: LogFile) -> None:
        marker, self._marker = self._marker, None
        self._emit(b"\n".join(lines), log)
        self._marker = marker


def _record(body: bytes) -> tuple[float, str, str, str] | None:
    """(at, level, logger, message) of a framed record; None when it is none."""
    try:
        at, level, logger, message = json.loads(body)
    except (ValueError, TypeError, RecursionError):
        return None
    right = isinstance(at, float) and level in LEVELS and isinstance(logger, str) and isinstance(message, str)
    return (at, level, logger, message) if right else None


def _shortened(text: str) -> str:
    data = text.encode("utf-8", "surrogatepass")
    if len(data) <= LINE:
        return text
    head = _without_torn_end(data[:LINE]).decode("utf-8", "surrogatepass")
    return f"{head}… [cut: {len(data) - LINE:,} bytes more]"


_TORN: Final = re.compile(rb"[\xc0-\xff][\x80-\xbf]{0,2}\Z")


def _without_torn_end(data: bytes) -> bytes:
    """Cut bytes without the begin of a character at their end."""
    torn = _TORN.search(data, max(0, len(data) - 3))
    if torn is None or _is_whole(torn.group()):
        return data
    return data[: torn.start()]


def _is_whole(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
