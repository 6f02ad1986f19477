"""One reading process, as its server sees it."""

from __future__ import annotations

import contextlib
import json
import os
import select
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any, Final

from penstock.artifacts.reader.frames import END, ERROR, HEADER, LARGEST, PART
from penstock.errors import ArtifactCorrupt, ArtifactError, PenstockError, UsageError

#: What of the server's environment the process needs: where Python and its libraries are, and how they talk.
_KEPT: Final = frozenset({"PATH", "HOME", "LANG", "LC_ALL", "TZ", "TZDIR", "PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV",
                          "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "TMPDIR"})  # fmt: skip
_ERRORS: Final[dict[str, type[PenstockError]]] = {
    kind.code: kind for kind in (ArtifactError, ArtifactCorrupt, UsageError)
}


class Gone(Exception):
    """The process had ended before it was asked."""


class Process:
    """Answers one question at a time. For one thread at a time."""

    def __init__(self, command: tuple[str, ...] = ("-m", "penstock.artifacts.reader.child")) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-P", *command], stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0,
            env={name: value for name, value in os.environ.items() if name in _KEPT} | {"OMP_NUM_THREADS": "1"},
        )  # fmt: skip
        self.pid = self._process.pid
        # It ends by itself; somebody has to hear it.
        threading.Thread(target=self._process.wait, name="penstock-reader-ended", daemon=True).start()

    def ask(self, question: dict[str, Any], seconds: float) -> Iterator[bytes]:
        """The parts of the answer. `seconds` are those that one part may take.

        Raises Gone before anything was asked, ArtifactError (also for a part that takes longer), UsageError. The
        process is of no use after an error, nor when the answer was not read to its end: see `usable`.
        """
        self._busy = True
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps(question).encode() + b"\n")
        except (BrokenPipeError, ConnectionResetError):
            raise Gone from None
        first = True
        while True:
            kind, content = self._frame(seconds, first=first)
            first = False
            if kind == PART:
                yield content
                continue
            self._busy = False
            if kind == ERROR:
                told = json.loads(content)
                raise _ERRORS.get(told["code"], ArtifactError)(told["text"], cure=told["cure"])
            assert kind == END
            return

    _busy = False

    @property
    def usable(self) -> bool:
        """May it be asked again?"""
        return not self._busy and self._process.returncode is None

    def end(self) -> None:
        """End it, whatever it does."""
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()

    def _frame(self, seconds: float, *, first: bool) -> tuple[bytes, bytes]:
        end = time.monotonic() + seconds
        head = self._read(HEADER.size, end)
        if len(head) < HEADER.size:
            if first and not head and self._ended_by_itself():
                raise Gone
            raise ArtifactCorrupt("the process that read this value has died of it")
        kind, size = HEADER.unpack(head)
        if size > LARGEST:
            raise ArtifactError("this value is too large to be shown", cure="download it")
        content = self._read(size, end)
        if len(content) < size:
            raise ArtifactCorrupt("the process that read this value has died of it")
        return kind, content

    def _ended_by_itself(self) -> bool:
        return self._process.wait() == 0

    def _read(self, size: int, end: float) -> bytes:
        assert self._process.stdout is not None
        found = bytearray()
        while len(found) < size:
            left = end - time.monotonic()
            if left <= 0 or not _readable(self._process.stdout.fileno(), left):
                raise ArtifactError("reading this value takes too long", cure="download it")
            part = os.read(self._process.stdout.fileno(), size - len(found))
            if not part:
                break
            found += part
        return bytes(found)


def _readable(fd: int, seconds: float) -> bool:
    """poll, as select refuses the numbers that a server with many viewers comes to."""
    poll = select.poll()
    poll.register(fd, select.POLLIN)
    return bool(poll.poll(seconds * 1000))
